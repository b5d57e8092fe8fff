"""The document itself: JSON of a named format and version, and every problem with it."""

import json
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from guildmark.apps.institute import programme
from guildmark.apps.institute.slots import Problem, programme_sections

FORMAT, VERSION = "guildmark-programme", 1
KEYS = ("format", "version", "programme", "sections")


class ProgrammeRefused(ValueError):
    """A programme file can't be loaded; `problems` says where and why, all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{each.path}: {each.text}" for each in problems))


def read_document(text: str) -> dict[str, Any]:
    """Read a programme file, or raise `ProgrammeRefused` with every problem."""
    try:
        document = json.loads(text, object_pairs_hook=_without_repeated_keys)
    except json.JSONDecodeError as fault:
        where = _("This is no JSON: %(what)s in line %(line)d, column %(column)d.") % {
            "what": fault.msg,
            "line": fault.lineno,
            "column": fault.colno,
        }
        raise ProgrammeRefused([Problem("$", where)]) from fault
    except RecursionError as fault:
        raise ProgrammeRefused([Problem("$", _("This is nested too deep."))]) from fault
    if faults := list(_problems(document)):
        raise ProgrammeRefused(faults)
    return dict(document)


def _without_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _value in pairs]
    for name in names:
        if names.count(name) > 1:
            text = _("This name stands twice in one object. Remove one.")
            raise ProgrammeRefused([Problem(f"$..{name}", text)])
    return dict(pairs)


def _problems(document: Any) -> Iterable[Problem]:
    if not isinstance(document, dict):
        yield Problem("$", _("A programme file is an object with: %s.") % ", ".join(KEYS))
        return
    if envelope := list(_envelope_problems(document)):
        yield from envelope
        return
    yield from programme.problems(document["programme"], path="$.programme")
    yield from _section_problems(document.get("sections", {}))


def _envelope_problems(document: dict[str, Any]) -> Iterable[Problem]:
    if document.get("format") != FORMAT:
        yield Problem("$.format", _("This is no programme file; “format” must be %s.") % FORMAT)
    elif document.get("version") != VERSION:
        text = _("This program reads version %(ours)d; the file says %(theirs)s.")
        theirs = json.dumps(document.get("version"))
        yield Problem("$.version", text % {"ours": VERSION, "theirs": theirs})
    if "programme" not in document:
        yield Problem("$.programme", _("The description of the programme is missing."))
    for name in sorted(document.keys() - set(KEYS)):
        yield Problem(f"$.{name}", _("This name is unknown. Remove it."))


def _section_problems(sections: Any) -> Iterable[Problem]:
    if not isinstance(sections, dict):
        yield Problem("$.sections", _("Give an object: a name and the data for each section."))
        return
    known = dict(zip(programme_sections.names, programme_sections, strict=True))
    for name in sorted(sections.keys() - known.keys()):
        text = _("This program knows no section called “%(name)s”; it knows: %(known)s.")
        names = ", ".join(known) or _("none")
        yield Problem(f"$.sections.{name}", text % {"name": name, "known": names})
    for name, section in known.items():
        if name in sections:
            yield from section.problems(sections[name], path=f"$.sections.{name}")
