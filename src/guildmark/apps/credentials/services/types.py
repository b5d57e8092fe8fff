"""Defining the types of credentials."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.credentials import policies
from guildmark.apps.credentials.events import TypeDefined
from guildmark.apps.credentials.models import CredentialType
from guildmark.apps.credentials.states import Action
from guildmark.cores.identifiers import CODE_PATTERN, fold
from guildmark.cores.vc.open_badges import UNWRITTEN

from .recording import record
from .refusals import CredentialRefused

FINAL = (
    Action.AWARD.value,
    Action.REVOKE.value,
    Action.SUPERSEDE.value,
    Action.SURRENDER.value,
)
"""What one registrar alone can't do unless a type says so: it can't be undone."""
EDITABLE = (
    "name",
    "level",
    "description",
    "criteria",
    "components",
    "validity_months",
    "domains",
    "second_person",
    "position",
)


@dataclass(frozen=True, slots=True)
class TypeDescription:
    """What a programme says about a type of credential; see `models.CredentialType`."""

    code: str
    description: str
    criteria: str
    name: str = ""
    level: str = ""
    components: tuple[str, ...] = ()
    validity_months: int | None = None
    domains: tuple[str, ...] = ()
    second_person: tuple[str, ...] = FINAL
    position: int = 0


def define_type(wanted: TypeDescription, *, actor: Any, at: datetime) -> bool:
    """Make a type or describe it anew; return whether anything changed.

    Raises `CredentialRefused` for a code that is none or that reads like another one and for
    texts that can't be signed, and `PermissionRefused`.
    """
    policies.TYPE_DEFINE.require(actor)
    _refuse_odd_code(wanted.code)
    _refuse_unprintable(wanted)
    values = {name: getattr(wanted, name) for name in EDITABLE}
    values.update((name, list(each)) for name, each in values.items() if isinstance(each, tuple))
    with transaction.atomic():
        row = CredentialType.objects.select_for_update().filter(code=wanted.code).first()
        if row is not None and all(getattr(row, name) == each for name, each in values.items()):
            return False
        row = row or CredentialType(code=wanted.code, folded=fold(wanted.code))
        for name, each in values.items():
            setattr(row, name, each)
        row.save()
        event = TypeDefined(row.code, tuple(row.second_person))
        record(event, f"credentials.type:{row.code}", actor=actor, at=at)
    return True


def _refuse_odd_code(code: str) -> None:
    if not re.fullmatch(CODE_PATTERN, code):
        raise CredentialRefused(
            _("“%(code)s” is no code. Use two to ten capital letters and digits, a letter first.")
            % {"code": code}
        )
    twin = CredentialType.objects.filter(folded=fold(code)).exclude(code=code).first()
    if twin is not None:
        raise CredentialRefused(
            _(
                "“%(code)s” reads like “%(twin)s”: O and 0, I, L and 1, U and V are taken for one "
                "another. Choose another code."
            )
            % {"code": code, "twin": twin.code}
        )


def _refuse_unprintable(wanted: TypeDescription) -> None:
    """Refuse at once what no credential of the type could be signed with."""
    for text in (wanted.name, wanted.level, wanted.description, wanted.criteria):
        if odd := UNWRITTEN.search(text):
            raise CredentialRefused(
                _("“%(code)s” holds the character U+%(number)s, which can't be printed. Remove it.")
                % {"code": wanted.code, "number": f"{ord(odd.group()):04X}"}
            )
