"""The section "practitioners" of a programme file: points towards renewal."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guildmark.apps.institute.slots import Problem

from . import queries, services

MOST_POINTS = 32_767
"""What the database keeps at most."""
LONGEST_NAME = 200
KIND = re.compile(r"[a-z][a-z0-9_-]{0,59}")
CODE = re.compile(r"[A-Z][A-Z0-9]{1,9}")
PARTS = ("contributions", "renewals")


class PractitionersSection:
    """Loads and exports the points.

    {"contributions": [{"kind": "draft-review", "name": "Review of a draft", "points": 5}],
    "renewals": [{"type": "CPAP", "points": 60}]}
    """

    def problems(self, data: Any, *, path: str) -> Iterable[Problem]:
        """Say everything that is wrong with the data as such."""
        if not isinstance(data, dict) or set(data) != set(PARTS):
            yield Problem(path, _("Give an object with the names “contributions” and “renewals”."))
            return
        yield from _rows(data["contributions"], f"{path}.contributions", ("kind", "name", "points"))
        yield from _rows(data["renewals"], f"{path}.renewals", ("type", "points"))

    def load(self, data: Any, *, actor: Any, at: datetime) -> bool:
        """Bring points and rules to what the file says; what it does not name goes."""
        kinds = {each["kind"]: (each["name"], each["points"]) for each in data["contributions"]}
        renewals = {each["type"]: each["points"] for each in data["renewals"]}
        return services.define_points(kinds, renewals, actor=actor, at=at)

    def export(self) -> Any:
        """Return what is defined, or None where nothing is."""
        kinds = [
            {"kind": each.kind, "name": each.name, "points": each.points}
            for each in sorted(queries.contribution_kinds(), key=lambda each: each.kind)
        ]
        needed = sorted(queries.points_needed().items())
        renewals = [{"type": code, "points": points} for code, points in needed]
        return {"contributions": kinds, "renewals": renewals} if kinds or renewals else None


def _rows(rows: Any, path: str, names: tuple[str, ...]) -> Iterator[Problem]:
    if not isinstance(rows, list):
        yield Problem(path, _("Give a list."))
        return
    for number, row in enumerate(rows):
        here = f"{path}[{number}]"
        if not isinstance(row, dict) or set(row) != set(names):
            text = _("Give an object with exactly these names: %(names)s.")
            yield Problem(here, text % {"names": ", ".join(names)})
        else:
            yield from _row_problems(row, here)
    keys = [row.get(names[0]) for row in rows if isinstance(row, dict)]
    words = [each for each in keys if isinstance(each, str)]
    for twice in sorted({each for each in words if words.count(each) > 1}):
        yield Problem(path, _("“%(key)s” is given twice. Remove one.") % {"key": twice})


def _row_problems(row: dict[str, Any], path: str) -> Iterator[Problem]:
    points = row["points"]
    if type(points) is not int or not 0 <= points <= MOST_POINTS:
        text = _("Give a whole number from 0 to %(most)s.")
        yield Problem(f"{path}.points", text % {"most": MOST_POINTS})
    if "kind" in row and not _matches(KIND, row["kind"]):
        yield Problem(f"{path}.kind", _("Give small letters, digits and hyphens, a letter first."))
    if "type" in row and not _matches(CODE, row["type"]):
        yield Problem(f"{path}.type", _("Give the code of a type of credential, such as CPAP."))
    name = row.get("name", "-")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
        text = _("Give a text of 1 to %(most)s characters.")
        yield Problem(f"{path}.name", text % {"most": LONGEST_NAME})


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and bool(pattern.fullmatch(value))


SECTION = PractitionersSection()
