"""The credential that stands behind a contribution, and how it stood when that came in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guildmark.apps.credentials import queries as credentials
from guildmark.apps.credentials.states import Standing as CredentialStanding
from guildmark.cores.identifiers import IdRefused

from .states import Standing


class CredentialUnfit(ValueError):
    """The credential that was named can't stand behind a contribution; the message says why."""


@dataclass(frozen=True, slots=True)
class Backing:
    """A credential as it stood, or nobody's."""

    number: str = ""
    type: str = ""
    standing: Standing = Standing.NONE


NOBODYS = Backing()
COUNTED = {
    CredentialStanding.VALID: Standing.VALID,
    CredentialStanding.EXPIRED: Standing.EXPIRED,
    CredentialStanding.SUPERSEDED: Standing.EXPIRED,
}
"""Standings that let feedback be feedback; expired and superseded ones are marked."""


def backing(person: Any, typed: str, *, at: datetime) -> Backing:
    """Return the credential that a person names, or the best that they hold where they name none.

    Raises `CredentialUnfit` for an id that is mistyped, unknown, somebody else's, or no longer
    in good standing.
    """
    if typed.strip():
        return _named(person, typed, at)
    held = [_backing(each, at) for each in credentials.held_by(person)]
    ranked = (Standing.VALID, Standing.EXPIRED)
    usable = [each for each in held if each.standing in ranked]
    return min(usable, key=lambda each: ranked.index(each.standing), default=NOBODYS)


def choices(person: Any, *, at: datetime) -> list[Backing]:
    """Return the credentials of a person that can stand behind a contribution, the best first."""
    held = [_backing(each, at) for each in credentials.held_by(person)]
    usable = [each for each in held if each.standing is not Standing.NONE]
    return sorted(usable, key=lambda each: each.standing is not Standing.VALID)


def _named(person: Any, typed: str, at: datetime) -> Backing:
    try:
        row = credentials.lookup(typed)
    except IdRefused as refusal:
        raise CredentialUnfit(
            _("“%(typed)s” can't be a credential id: a character is wrong or missing.")
            % {"typed": typed.strip()}
        ) from refusal
    if row is None or row.holder_id != person.pk:
        raise CredentialUnfit(
            _(
                "No credential with this id is held by your account. Check the id, or claim the "
                "credential first if it was awarded to an address of yours."
            )
        )
    found = _backing(row, at)
    if found.standing is Standing.NONE:
        raise CredentialUnfit(
            _("This credential is %(state)s, so it can't stand behind feedback.")
            % {"state": row.standing(at).label}
        )
    return found


def _backing(row: credentials.Credential, at: datetime) -> Backing:
    standing = COUNTED.get(row.standing(at), Standing.NONE)
    return Backing(row.number, row.type.code, standing)
