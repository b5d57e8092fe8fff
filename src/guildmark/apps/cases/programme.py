"""The section "cases" of a programme file: how many working days each step may take."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guildmark.apps.institute.slots import Problem

from . import queries, services

MOST_DAYS = 250
NAMES = tuple(services.CLOCK_OF.values())


class CasesSection:
    """Loads and exports {"acknowledge_days": 5, "admissibility_days": 10, "decide_days": 30}."""

    def problems(self, data: Any, *, path: str) -> Iterable[Problem]:
        """Say everything that is wrong with the data as such."""
        if not isinstance(data, dict):
            yield Problem(path, _("Give an object."))
            return
        for name in sorted(data.keys() - set(NAMES)):
            text = _("This name is unknown here. Use some of: %(names)s.")
            yield Problem(f"{path}.{name}", text % {"names": ", ".join(NAMES)})
        for name in NAMES:
            value = data.get(name, 1)
            if type(value) is not int or not 0 < value <= MOST_DAYS:
                text = _("Give working days from 1 to %(most)s.")
                yield Problem(f"{path}.{name}", text % {"most": MOST_DAYS})

    def load(self, data: Any, *, actor: Any, at: datetime) -> bool:
        """Put the clocks in force, as a new version where they differ."""
        return services.change_clocks(data, actor=actor, at=at)

    def export(self) -> Any:
        """Return the clocks in force, or None for those that every institute begins with."""
        clocks = queries.clocks_in_force()
        if clocks.version == queries.FIRST:
            return None
        return {name: getattr(clocks, name) for name in NAMES}


SECTION = CasesSection()
