"""The section "credentials" of a programme file: types of credentials, issuers that are known."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guildmark.apps.institute.slots import Problem, SectionRefused

from . import queries, recognising, services
from .models import LONGEST_ISSUER, CredentialType, RecognisedIssuer
from .recognising import LONGEST_NAME, LONGEST_NOTE, IssuerDescription, IssuerRefused
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
ISSUERS = "recognised_issuers"
ISSUER_NAMES = tuple(each.name for each in fields(IssuerDescription))
ISSUER_NEEDED = ("identifier", "name")
ISSUER_LONGEST = {"identifier": LONGEST_ISSUER, "name": LONGEST_NAME, "note": LONGEST_NOTE}


class CredentialsSection:
    """Loads and exports {"types": [{"code": "CPAP", ...}], "recognised_issuers": [...]}."""

    def problems(self, data: Any, *, path: str) -> Iterable[Problem]:
        """Say everything that is wrong with the data as such."""
        if not isinstance(data, dict) or set(data) - {ISSUERS} != {"types"}:
            text = _("Give an object with the name “types”, and perhaps “recognised_issuers”.")
            yield Problem(path, text)
        elif not isinstance(data["types"], list):
            yield Problem(f"{path}.types", _("Give a list of types of credentials."))
        else:
            for number, each in enumerate(data["types"]):
                yield from _type_problems(each, f"{path}.types[{number}]")
            text = _("The code %(value)s is given twice. Remove one.")
            yield from _twice(data["types"], "code", f"{path}.types", text)
            yield from _issuers_problems(data.get(ISSUERS, []), f"{path}.{ISSUERS}")

    def load(self, data: Any, *, actor: Any, at: datetime) -> bool:
        """Make or describe anew what is in the file; what is here and not in the file stays."""
        changed = _load_issuers(data.get(ISSUERS, []), actor=actor, at=at)
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
        """Return all types and recognised issuers, or None where there is neither."""
        types = [_description(each) for each in queries.types()]
        issuers = [_issuer(each) for each in queries.recognised_issuers()]
        if not types and not issuers:
            return None
        return {"types": types, **({ISSUERS: issuers} if issuers else {})}


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
        yield from _text_problems(data.get(name, ""), LONGEST.get(name), f"{path}.{name}")
    yield from _list_problems(data, path)
    yield from _number_problems(data, path)


def _text_problems(value: Any, most: int | None, path: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Problem(path, _("Give a text."))
    elif most is not None and len(value) > most:
        text = _("This has %(length)s characters; at most %(most)s are kept.")
        yield Problem(path, text % {"length": len(value), "most": most})


def _twice(entries: list[Any], name: str, path: str, text: str) -> Iterator[Problem]:
    given = [each.get(name) for each in entries if isinstance(each, dict)]
    for each in sorted({each for each in given if isinstance(each, str) and given.count(each) > 1}):
        yield Problem(path, text % {"value": each})


def _issuers_problems(data: Any, path: str) -> Iterator[Problem]:
    if not isinstance(data, list):
        yield Problem(path, _("Give a list of issuers."))
        return
    for number, each in enumerate(data):
        yield from _issuer_problems(each, f"{path}[{number}]")
    text = _("The issuer %(value)s is given twice. Remove one.")
    yield from _twice(data, "identifier", path, text)


def _issuer_problems(data: Any, path: str) -> Iterator[Problem]:
    if not isinstance(data, dict):
        yield Problem(path, _("Give an object."))
        return
    for name in sorted(data.keys() - set(ISSUER_NAMES)):
        yield Problem(f"{path}.{name}", _("This name is unknown here."))
    for name in ISSUER_NEEDED:
        if not data.get(name):
            yield Problem(f"{path}.{name}", _("This is needed."))
    for name, most in ISSUER_LONGEST.items():
        yield from _text_problems(data.get(name, ""), most, f"{path}.{name}")


def _load_issuers(issuers: list[dict[str, str]], *, actor: Any, at: datetime) -> bool:
    changed = False
    for number, each in enumerate(issuers):
        try:
            changed |= recognising.recognise(IssuerDescription(**each), actor=actor, at=at)
        except IssuerRefused as refusal:
            path = f"$.{ISSUERS}[{number}].{refusal.field}"
            raise SectionRefused([Problem(path, str(refusal))]) from refusal
    return changed


def _issuer(row: RecognisedIssuer) -> dict[str, str]:
    return {name: getattr(row, name) for name in ISSUER_NAMES}


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
