"""The section "contributions" of a programme file: the rules of the queue."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guildmark.apps.institute.slots import Problem

from . import ruling, services
from .states import Outcome

DAYS = ("first_answer_days", "disposition_days")
LISTS: dict[str, tuple[str, ...]] = {
    "reasons": ("outcome", "code", "text"),
    "topics": ("code", "title"),
}
MOST_DAYS = 250
LONGEST_CODE, LONGEST_TEXT = 40, 200
CHOSEN = (Outcome.ACCEPTED, Outcome.DECLINED, Outcome.ANSWERED)
"""Outcomes that need a reason from the list; the queue brings its own for the others."""


class ContributionsSection:
    """Loads and exports {"first_answer_days": 5, "reasons": [...], "topics": [...], ...}."""

    def problems(self, data: Any, *, path: str) -> Iterable[Problem]:
        """Say everything that is wrong with the data as such."""
        if not isinstance(data, dict):
            yield Problem(path, _("Give an object."))
            return
        for name in sorted(data.keys() - {*DAYS, *LISTS}):
            yield Problem(f"{path}.{name}", _("This name is unknown here."))
        for name in DAYS:
            value = data.get(name, 1)
            if type(value) is not int or not 0 < value <= MOST_DAYS:
                text = _("Give working days from 1 to %(most)s.")
                yield Problem(f"{path}.{name}", text % {"most": MOST_DAYS})
        for name in LISTS.keys() & data.keys():
            yield from _list_problems(data[name], LISTS[name], f"{path}.{name}")
        if "reasons" in data and isinstance(data["reasons"], list):
            yield from _outcome_problems(data["reasons"], f"{path}.reasons")

    def load(self, data: Any, *, actor: Any, at: datetime) -> bool:
        """Put the rules in force, as a new version where they differ."""
        return services.change_rules(data, actor=actor, at=at)

    def export(self) -> Any:
        """Return the rules in force, or None for those that every institute begins with."""
        rules = ruling.in_force()
        if rules.version == ruling.FIRST:
            return None
        return {name: getattr(rules, name) for name in (*DAYS, *LISTS)}


SECTION = ContributionsSection()


def _list_problems(value: Any, names: tuple[str, ...], path: str) -> Iterator[Problem]:
    if not isinstance(value, list) or not value:
        yield Problem(path, _("Give a list with at least one entry."))
        return
    for number, each in enumerate(value):
        where = f"{path}[{number}]"
        if not isinstance(each, dict) or set(each) != set(names):
            wanted = ", ".join(names)
            yield Problem(where, _("Give an object with exactly: %(names)s.") % {"names": wanted})
            continue
        for name in names:
            yield from _text_problems(each[name], name, f"{where}.{name}")
    codes = [each.get("code") for each in value if isinstance(each, dict)]
    for code in sorted({str(each) for each in codes if codes.count(each) > 1}):
        yield Problem(path, _("The code %(code)s is given twice. Remove one.") % {"code": code})


def _text_problems(value: Any, name: str, path: str) -> Iterator[Problem]:
    most = LONGEST_CODE if name == "code" else LONGEST_TEXT
    if not isinstance(value, str) or not value.strip():
        yield Problem(path, _("Give a text."))
    elif len(value) > most:
        text = _("This has %(length)s characters; at most %(most)s are kept.")
        yield Problem(path, text % {"length": len(value), "most": most})


def _outcome_problems(reasons: list[Any], path: str) -> Iterator[Problem]:
    given = {each.get("outcome") for each in reasons if isinstance(each, dict)}
    known = ", ".join(each.value for each in CHOSEN)
    for odd in sorted(str(each) for each in given - {each.value for each in CHOSEN}):
        text = _("“%(odd)s” takes no reason from this list. Use one of: %(known)s.")
        yield Problem(path, text % {"odd": odd, "known": known})
    for missing in sorted({each.value for each in CHOSEN} - given):
        text = _("Give at least one reason for the outcome “%(missing)s”.")
        yield Problem(path, text % {"missing": missing})
