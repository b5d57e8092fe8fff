"""The section "credentials" of a programme file: types of credentials."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guildmark.apps.institute.slots import Problem, SectionRefused

from . import queries, services
from .models import CredentialType
from .services import CredentialRefused, TypeDescription
from .states import Action

NAMES = tuple(each.name for each in fields(TypeDescription))
TEXTS = ("code", "name", "level", "description", "criteria")
LISTS = ("components", "domains", "second_person")
NEEDED = ("code", "description", "criteria")
MOST_MONTHS = 1200
LAST_POSITION = 32_767
LONGEST = {"code": 10, "name": 200, "level": 60}
"""Characters that the database keeps at most."""


class CredentialsSection:
    """Loads and exports {"types": [{"code": "CPAP", "name": ..., ...}]}."""

    def problems(self, data: Any, *, path: str) -> Iterable[Problem]:
        """Say everything that is wrong with the data as such."""
        if not isinstance(data, dict) or set(data) != {"types"}:
            yield Problem(path, _("Give an object with one name, “types”."))
        elif not isinstance(data["types"], list):
            yield Problem(f"{path}.types", _("Give a list of types of credentials."))
        else:
            for number, each in enumerate(data["types"]):
                yield from _type_problems(each, f"{path}.types[{number}]")
            yield from _twice(data["types"], f"{path}.types")

    def load(self, data: Any, *, actor: Any, at: datetime) -> bool:
        """Make the types, or describe them anew; a type that is not in the file stays."""
        changed = False
        for number, each in enumerate(data["types"]):
            values: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in each.items()
            }
            try:
                changed |= services.define_type(TypeDescription(**values), actor=actor, at=at)
            except CredentialRefused as refusal:
                raise SectionRefused([Problem(f"$.types[{number}]", str(refusal))]) from refusal
        return changed

    def export(self) -> Any:
        """Return all types, or None where there are none."""
        types = [_description(each) for each in queries.types()]
        return {"types": types} if types else None


SECTION = CredentialsSection()


def _type_problems(data: Any, path: str) -> Iterator[Problem]:
    if not isinstance(data, dict):
        yield Problem(path, _("Give an object."))
        return
    for name in sorted(data.keys() - set(NAMES)):
        yield Problem(f"{path}.{name}", _("This name is unknown here."))
    for name in NEEDED:
        if not data.get(name):
            yield Problem(f"{path}.{name}", _("This is needed."))
    for name in TEXTS:
        value, most = data.get(name, ""), LONGEST.get(name)
        if not isinstance(value, str):
            yield Problem(f"{path}.{name}", _("Give a text."))
        elif most is not None and len(value) > most:
            text = _("This has %(length)s characters; at most %(most)s are kept.")
            yield Problem(f"{path}.{name}", text % {"length": len(value), "most": most})
    yield from _list_problems(data, path)
    yield from _number_problems(data, path)


def _twice(types: list[Any], path: str) -> Iterator[Problem]:
    codes = [each.get("code") for each in types if isinstance(each, dict)]
    for code in sorted({each for each in codes if isinstance(each, str) and codes.count(each) > 1}):
        yield Problem(path, _("The code %(code)s is given twice. Remove one.") % {"code": code})


def _list_problems(data: dict[str, Any], path: str) -> Iterator[Problem]:
    for name in LISTS:
        value = data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            yield Problem(f"{path}.{name}", _("Give a list of texts."))
        elif name == "second_person" and (odd := set(value) - {each.value for each in Action}):
            known = ", ".join(each.value for each in Action)
            text = _("Unknown: %(odd)s. A second person can be asked for: %(known)s.")
            yield Problem(f"{path}.{name}", text % {"odd": ", ".join(sorted(odd)), "known": known})


def _number_problems(data: dict[str, Any], path: str) -> Iterator[Problem]:
    months, position = data.get("validity_months"), data.get("position", 0)
    if months is not None and (type(months) is not int or not 0 < months <= MOST_MONTHS):
        text = _("Give months from 1 to %(most)s, or null for a credential without end.")
        yield Problem(f"{path}.validity_months", text % {"most": MOST_MONTHS})
    if type(position) is not int or not 0 <= position <= LAST_POSITION:
        text = _("Give a whole number from 0 to %(most)s.")
        yield Problem(f"{path}.position", text % {"most": LAST_POSITION})


def _description(row: CredentialType) -> dict[str, Any]:
    return {name: getattr(row, name) for name in NAMES}
