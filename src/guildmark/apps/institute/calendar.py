"""The section "calendar" of a programme file: the days on which nobody works."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from . import queries, services
from .services import InstituteRefused
from .slots import Problem, SectionRefused


class CalendarSection:
    """Loads and exports {"holidays": ["2026-12-25", ...]}."""

    def problems(self, data: Any, *, path: str) -> Iterable[Problem]:
        """Say everything that is wrong with the data as such."""
        if not isinstance(data, dict) or set(data) != {"holidays"}:
            yield Problem(path, _("Give an object with one name, “holidays”."))
        elif not isinstance(data["holidays"], list):
            yield Problem(f"{path}.holidays", _("Give a list of days, such as “2026-12-25”."))
        else:
            for number, each in enumerate(data["holidays"]):
                if _day(each) is None:
                    text = _("Give a day as year, month and day, such as “2026-12-25”.")
                    yield Problem(f"{path}.holidays[{number}]", text)

    def load(self, data: Any, *, actor: Any, at: datetime) -> bool:
        """Take the days in the place of those before."""
        days = (day for each in data["holidays"] if (day := _day(each)) is not None)
        try:
            return services.set_holidays(days, actor=actor, at=at)
        except InstituteRefused as refusal:
            raise SectionRefused([Problem("$.holidays", str(refusal))]) from refusal

    def export(self) -> Any:
        """Return the days, or None where there are none."""
        days = sorted(each.isoformat() for each in queries.holidays())
        return {"holidays": days} if days else None


SECTION = CalendarSection()


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
