"""Reading the registry."""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.states import Role
from guildmark.apps.institute import queries as institutes
from guildmark.cores.identifiers import CODE_PATTERN, ReadId, fold, read_id

from .models import Credential as Credential  # Others speak of credentials by this name.
from .models import CredentialType as CredentialType
from .models import Proposal as Proposal
from .models import StateChange, StatusList
from .states import ProposalState, State
from .telling import Known

READERS = frozenset({Role.REGISTRAR, Role.AUDITOR, Role.ADMINISTRATOR})
"""Who may read the whole registry."""

PUBLISHED = ~Q(document="") & (Q(holder__isnull=False) | ~Q(holder_email=""))
"""Signed, and for somebody: when an account is closed, the digest of its address goes with it."""


def types() -> QuerySet[CredentialType]:
    """Return all types of credentials, in the order of the programme."""
    return CredentialType.objects.all()


def type_by_code(code: str) -> CredentialType | None:
    """Return the type with this code, whatever its case."""
    code = code.strip().upper()
    known = re.fullmatch(CODE_PATTERN, code)
    return CredentialType.objects.filter(code=code).first() if known else None


def lookup(typed: str) -> Credential | None:
    """Return the credential with the id that somebody typed, or None.

    Raises `cores.identifiers.IdRefused` for what can be no id, before anything is looked up.
    """
    return by_key(read_id(typed))


def by_key(read: ReadId) -> Credential | None:
    """Return the credential with an id that was read."""
    found = Credential.objects.select_related("type", "successor", "holder")
    return found.filter(key=read.key).first()


def known(key: str) -> QuerySet[Credential, Known]:
    """Return what is told of the credential with a key, as a row of the fields of `Known`."""
    last = StateChange.objects.filter(credential=OuterRef("pk")).order_by("-at", "-pk")
    columns: dict[str, Any] = {
        "type_code": F("type__code"),
        "type_name": F("type__name"),
        "handle": F("handle"),
        "cause": Subquery(last.values("cause")[:1]),
        "changed_at": Subquery(last.values("at")[:1]),
        "successor": F("successor__number"),
        "has_document": PUBLISHED,
        "origin": Subquery(institutes.Institute.objects.order_by("pk").values("origin")[:1]),
    }
    wanted = Credential.objects.order_by().annotate(**{f"told_{n}": columns[n] for n in columns})
    names = [f"told_{name}" if name in columns else name for name in Known._fields]
    return wanted.filter(key=key).values_list(*names)


def document(key: str) -> QuerySet[Credential, tuple[str]]:
    """Return the signed text of the credential with a key, where it is published."""
    return Credential.objects.order_by().filter(PUBLISHED, key=key).values_list("document")


def held_by(person: Any) -> QuerySet[Credential]:
    """Return the credentials of a person, newest first."""
    return Credential.objects.filter(holder_id=person.pk).select_related("type")


def awarded_to(addresses: Iterable[str]) -> QuerySet[Credential]:
    """Return the credentials for these addresses, claimed or not, oldest first."""
    wanted = list(addresses)
    found = Credential.objects.filter(Q(holder__email__in=wanted) | Q(holder_email__in=wanted))
    return found.select_related("type", "successor", "holder").order_by("pk")


def waiting_for_claim(addresses: Iterable[str]) -> QuerySet[Credential]:
    """Return credentials that nobody holds yet and that were meant for one of these addresses."""
    wanted = [address.lower() for address in addresses if address]
    return Credential.objects.filter(holder=None, holder_email__in=wanted).select_related("type")


def registry(actor: Any, *, text: str = "", state: str = "") -> QuerySet[Credential]:
    """Return the credentials that the actor may list: the twin of `Permission.REGISTRY_READ`."""
    if not accounts.effective_roles(actor) & READERS:
        return Credential.objects.none()
    found = Credential.objects.select_related("type", "holder")
    if state in {each.value for each in State}:
        found = found.filter(state=state)
    if words := text.split():
        wanted = reduce(and_, (_names(word) for word in words))
        if key := fold(text):
            wanted |= Q(key__startswith=key)
        found = found.filter(wanted)
    return found


def _names(word: str) -> Q:
    """Find a word in the name or address of a holder."""
    kept = Q(holder_name__icontains=word) | Q(holder_email__icontains=word)
    return kept | Q(holder__email__icontains=word) | Q(holder__display_name__icontains=word)


def changes(credential: Credential) -> QuerySet[StateChange]:
    """Return everything that happened to a credential since its award, oldest first."""
    return credential.changes.select_related("actor", "second_person")


def asked_by(person: Any, *, since: datetime) -> QuerySet[Proposal]:
    """Return what a person asked a second person for, what is open and what was decided since."""
    asked = Proposal.objects.filter(asked_by_id=person.pk)
    recent = asked.filter(Q(state=ProposalState.OPEN) | Q(decided_at__gte=since))
    return recent.select_related("type", "credential")


def open_proposals() -> QuerySet[Proposal]:
    """Return what waits for a second person, oldest first."""
    found = Proposal.objects.filter(state=ProposalState.OPEN)
    return found.select_related("type", "credential", "asked_by").order_by("asked_at", "pk")


def status_list(number: int) -> StatusList | None:
    """Return a status list by its number."""
    return StatusList.objects.filter(number=number).first()
