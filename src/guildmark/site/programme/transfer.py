"""Loading a programme into this institute, and exporting it: the two are each other's inverse."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.institute import queries, services
from guildmark.apps.institute.programme import NAMES
from guildmark.apps.institute.services import InstituteRefused
from guildmark.apps.institute.slots import (
    Problem,
    ProgrammeSection,
    SectionRefused,
    programme_sections,
)

from .document import FORMAT, VERSION, ProgrammeRefused, read_document


def load_programme(text: str, *, actor: Any, at: datetime, dry_run: bool) -> dict[str, bool]:
    """Load a programme file, all of it or nothing; return of each part whether it changed.

    Loading the same file again changes nothing. A dry run does the same and takes it back.
    Raises `ProgrammeRefused` with every problem.
    """
    document = read_document(text)
    if not queries.is_founded():
        raise ProgrammeRefused(
            [Problem("$", _("No institute is founded yet. Run `guildmark init` first."))]
        )
    with transaction.atomic():
        changed = {"programme": _describe(document["programme"], actor=actor, at=at)}
        for name, section in zip(programme_sections.names, programme_sections, strict=True):
            if name in document.get("sections", {}):
                data = document["sections"][name]
                changed[name] = _load(name, section, data, actor=actor, at=at)
        transaction.set_rollback(dry_run)
    return changed


def export_programme() -> dict[str, Any]:
    """Return the programme as a document that `load_programme` takes.

    Raises `ProgrammeRefused` when there is none.
    """
    loaded = queries.programme()
    if loaded is None:
        text = _("No programme is loaded yet. Load one with `guildmark load-programme FILE`.")
        raise ProgrammeRefused([Problem("$", text)])
    parts = zip(programme_sections.names, programme_sections, strict=True)
    sections = {name: section.export() for name, section in parts}
    return {
        "format": FORMAT,
        "version": VERSION,
        "programme": {name: getattr(loaded, name) for name in NAMES},
        "sections": {name: data for name, data in sections.items() if data is not None},
    }


def _load(name: str, section: ProgrammeSection, data: Any, *, actor: Any, at: datetime) -> bool:
    try:
        return section.load(data, actor=actor, at=at)
    except SectionRefused as refusal:
        raise ProgrammeRefused(
            [
                Problem(each.path.replace("$", f"$.sections.{name}", 1), each.text)
                for each in refusal.problems
            ]
        ) from refusal


def _describe(description: dict[str, str], *, actor: Any, at: datetime) -> bool:
    try:
        return services.describe_programme(description, actor=actor, at=at)
    except InstituteRefused as refusal:
        raise ProgrammeRefused([Problem("$.programme", str(refusal))]) from refusal
