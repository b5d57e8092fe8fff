"""Recognising other issuers, so that their credentials are told as those of somebody known."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.audit import services as audit
from guildmark.cores.vc import dids
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.verification import Unavailable

from . import fetching, policies
from .events import IssuerDropped, IssuerRecognised
from .models import LONGEST_ISSUER, RecognisedIssuer
from .resolving import our_did
from .sayings import translated

LONGEST_NAME = 200
LONGEST_NOTE = 500
LONGEST_REASON = 500


class IssuerRefused(ValueError):
    """An issuer can't be recognised or dropped so; `field` names what is wrong with the request."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class IssuerDescription:
    """Whom the institute knows, and how; see `models.RecognisedIssuer`."""

    identifier: str
    name: str
    note: str = ""


def recognise(wanted: IssuerDescription, *, actor: Any, at: datetime) -> bool:
    """Recognise an issuer, or give it another name or note; return whether anything changed.

    Raises `IssuerRefused` and `PermissionRefused`.
    """
    policies.ISSUER_RECOGNISE.require(actor)
    wanted = _checked(wanted)
    values = {"name": wanted.name, "note": wanted.note}
    with transaction.atomic():
        row, is_new = RecognisedIssuer.objects.select_for_update().get_or_create(
            identifier=wanted.identifier, defaults=values
        )
        if not is_new and (row.name, row.note) == (wanted.name, wanted.note):
            return False
        row.name, row.note = wanted.name, wanted.note
        row.save()
        event = IssuerRecognised(row.identifier, row.name)
        audit.record(event, actor=actor, subject=_subject(row), at=at)
    return True


def drop(issuer: RecognisedIssuer, *, reason: str, actor: Any, at: datetime) -> None:
    """Recognise an issuer no more, for a reason; what it issued is told as by somebody unknown.

    Raises `IssuerRefused` and `PermissionRefused`.
    """
    policies.ISSUER_RECOGNISE.require(actor)
    reason = _checked_text("reason", reason, LONGEST_REASON)
    with transaction.atomic():
        row = RecognisedIssuer.objects.select_for_update().filter(pk=issuer.pk).first()
        if row is None:
            raise IssuerRefused("reason", _("This issuer was removed already."))
        event, subject = IssuerDropped(row.identifier), _subject(row)
        row.delete()
        audit.record(event, actor=actor, subject=subject, at=at, reason=reason)


def _checked(wanted: IssuerDescription) -> IssuerDescription:
    identifier = wanted.identifier.strip()
    if len(identifier) > LONGEST_ISSUER:
        raise IssuerRefused("identifier", _too_long(identifier, LONGEST_ISSUER))
    try:
        _refuse_odd_identifier(identifier)
    except (Refused, Unavailable) as refusal:
        raise IssuerRefused("identifier", translated(refusal.sentence)) from refusal
    name = _checked_text("name", " ".join(wanted.name.split()), LONGEST_NAME)
    if not name.isprintable():
        raise IssuerRefused("name", _("The name holds a character that can't be printed."))
    note = wanted.note.strip()
    if len(note) > LONGEST_NOTE:
        raise IssuerRefused("note", _too_long(note, LONGEST_NOTE))
    return IssuerDescription(identifier, name, note)


def _refuse_odd_identifier(identifier: str) -> None:
    """Refuse what no credential that can be verified here could name as its issuer."""
    if identifier == our_did():
        raise IssuerRefused("identifier", _("This is the institute itself, which is known."))
    if identifier.startswith("did:web:"):
        dids.did_web_url(identifier)
    elif identifier.startswith("did:key:"):
        dids.resolve_did_key(identifier)
    elif identifier.startswith("https://"):
        _refuse_odd_address(identifier)
    else:
        raise IssuerRefused(
            "identifier",
            _(
                "“%(identifier)s” is no name of an issuer that can be checked here. Copy the id "
                "of the issuer from one of its credentials; it begins with did:web:, did:key: or "
                "https://."
            )
            % {"identifier": identifier},
        )


def _refuse_odd_address(identifier: str) -> None:
    host = fetching.checked(identifier).netloc
    if host != host.lower() or urlsplit(identifier).fragment:
        raise IssuerRefused(
            "identifier",
            _("Write the host in small letters, and nothing from a # on: “%(identifier)s”.")
            % {"identifier": identifier},
        )


def _checked_text(field: str, text: str, most: int) -> str:
    cleaned = text.strip()
    if not cleaned:
        raise IssuerRefused(field, _("This is needed."))
    if len(cleaned) > most:
        raise IssuerRefused(field, _too_long(cleaned, most))
    return cleaned


def _too_long(text: str, most: int) -> str:
    told = _("This has %(length)s characters; at most %(most)s are kept.")
    return told % {"length": len(text), "most": most}


def _subject(row: RecognisedIssuer) -> str:
    return f"credentials.issuer:{row.pk}"
