"""Reading the registry."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from hashlib import sha256
from operator import and_
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.states import Role
from guildmark.apps.institute import queries as institutes
from guildmark.cores.identifiers import CODE_PATTERN, ReadId, fold, read_id

from .models import ComponentOutcome as ComponentOutcome
from .models import Credential as Credential  # Others speak of credentials by this name.
from .models import CredentialType as CredentialType
from .models import NameLink as NameLink
from .models import Proposal as Proposal
from .models import ReadyAnswer, StateChange, StatusList
from .models import RecognisedIssuer as RecognisedIssuer
from .states import Action, Outcome, ProposalState, Standing, State
from .telling import Known, Prepared

READERS = frozenset({Role.REGISTRAR, Role.AUDITOR, Role.ADMINISTRATOR})
"""Who may read the whole registry."""

PUBLISHED = ~Q(document="") & (Q(holder__isnull=False) | ~Q(holder_email=""))
"""Signed, and for somebody: when an account is closed, the digest of its address goes with it."""


def types() -> QuerySet[CredentialType]:
    """Return all types of credentials, in the order of the programme."""
    return CredentialType.objects.all()


def recognised_issuers() -> QuerySet[RecognisedIssuer]:
    """Return the issuers whom the institute knows, by name."""
    return RecognisedIssuer.objects.all()


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


def known(keys: Iterable[str]) -> QuerySet[Credential, tuple[Any, ...]]:
    """Return what is told of the credentials with these keys.

    A row is the number of the type's row, and then the fields of `Known`.
    """
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
    return wanted.filter(key__in=keys).values_list("type_id", *names)


def prepared(number: str) -> QuerySet[ReadyAnswer, tuple[Any, ...]]:
    """Return the answer that is ready for an id as it is printed: the fields of `Prepared`."""
    return ready_answers().filter(number=number).values_list(*Prepared._fields)


def ready_answers() -> QuerySet[ReadyAnswer]:
    """Return the answers that count: those of types that still bear the name that is told."""
    return ReadyAnswer.objects.filter(type__name=F("type_name"))


def document(key: str) -> QuerySet[Credential, tuple[str]]:
    """Return the signed text of the credential with a key, where it is published."""
    return Credential.objects.order_by().filter(PUBLISHED, key=key).values_list("document")


def held_by(person: Any) -> QuerySet[Credential]:
    """Return the credentials of a person, newest first."""
    return Credential.objects.filter(holder_id=person.pk).select_related("type")


def standing_is(standing: Standing, at: datetime) -> Q:
    """Return the condition of standing so at a moment: the twin of `telling.standing`."""
    begun, ended = Q(valid_from__lte=at), Q(valid_until__isnull=False, valid_until__lte=at)
    by_the_clock = {
        Standing.NOT_YET_VALID: ~begun,
        Standing.EXPIRED: begun & ended,
        Standing.VALID: begun & ~ended,
    }
    if standing in by_the_clock:
        return Q(state=State.ACTIVE) & by_the_clock[standing]
    return Q(state=standing.value)


def valid_at(at: datetime) -> QuerySet[Credential]:
    """Return the credentials that somebody holds and that are valid at a moment, as states are now.

    The twin of `Credential.standing` for `Standing.VALID`.
    """
    return Credential.objects.filter(standing_is(Standing.VALID, at), holder__isnull=False)


def specialists(domain: str, at: datetime) -> QuerySet[Credential]:
    """Return the credentials, valid at a moment, whose type the programme maps to a domain."""
    types = [each.pk for each in CredentialType.objects.all() if domain in each.domains]
    return valid_at(at).filter(type_id__in=types)


def awarded_to(addresses: Iterable[str]) -> QuerySet[Credential]:
    """Return the credentials for these addresses, claimed or not, oldest first."""
    wanted = list(addresses)
    found = Credential.objects.filter(Q(holder__email__in=wanted) | Q(holder_email__in=wanted))
    return found.select_related("type", "successor", "holder").order_by("pk")


def waiting_for_claim(addresses: Iterable[str]) -> QuerySet[Credential]:
    """Return credentials that nobody holds yet and that were meant for one of these addresses."""
    wanted = [address.lower() for address in addresses if address]
    return Credential.objects.filter(holder=None, holder_email__in=wanted).select_related("type")


def registry(
    actor: Any, *, text: str = "", standing: Standing | None = None, at: datetime
) -> QuerySet[Credential]:
    """Return the credentials that the actor may list: the twin of `Permission.REGISTRY_READ`.

    Of the words of the text each has to be found; `standing` is that of the moment `at`.
    """
    if not accounts.effective_roles(actor) & READERS:
        return Credential.objects.none()
    found = Credential.objects.select_related("type", "holder")
    if standing is not None:
        found = found.filter(standing_is(standing, at))
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


def open_name_links(credential: Credential, *, at: datetime) -> QuerySet[NameLink]:
    """Return the private links that show the holder's name at a moment, newest first."""
    return credential.name_links.filter(withdrawn_at=None, expires_at__gt=at)


def name_link(credential: Credential, secret: str) -> NameLink | None:
    """Return the private link of a credential with this secret, open or not."""
    found = credential.name_links.select_related("credential")
    return found.filter(digest=secret_digest(secret)).first()


def secret_digest(secret: str) -> str:
    """Return what is kept of the secret of a private link.

    >>> secret_digest("")[:8]
    'e3b0c442'
    """
    return sha256(secret.encode()).hexdigest()


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


@dataclass(frozen=True, slots=True)
class Step:
    """A component of a type, and the latest outcome that is recorded of it, if there is one."""

    component: str
    outcome: Outcome | None = None
    taken_at: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a person has come with the components of a type, in the order of the type."""

    type: CredentialType
    steps: tuple[Step, ...]

    @property
    def is_complete(self) -> bool:
        """Whether there are components and all of them are passed."""
        return bool(self.steps) and not self.missing

    @property
    def missing(self) -> list[str]:
        """The components that are not passed."""
        return [each.component for each in self.steps if each.outcome is not Outcome.PASSED]


def outcomes(person: Any, kind: CredentialType) -> QuerySet[ComponentOutcome]:
    """Return what is recorded of a person's components of a type, the latest first."""
    return ComponentOutcome.objects.filter(person_id=person.pk, type=kind)


def components_of(person: Any) -> QuerySet[ComponentOutcome]:
    """Return everything that is recorded of a person's components, the latest first."""
    return ComponentOutcome.objects.filter(person_id=person.pk).select_related("type")


def recorded_components(actor: Any) -> QuerySet[ComponentOutcome]:
    """Return what was recorded, the newest first: the twin of `Permission.REGISTRY_READ`."""
    if not accounts.effective_roles(actor) & READERS:
        return ComponentOutcome.objects.none()
    found = ComponentOutcome.objects.select_related("type", "person", "recorded_by")
    return found.order_by("-recorded_at", "-pk")


def progress_of(person: Any, kind: CredentialType) -> Progress:
    """Return how far a person has come with a type."""
    return _progress(kind, list(outcomes(person, kind)))


def progress(person: Any) -> list[Progress]:
    """Return how far a person has come with each type of which something is recorded."""
    found = list(components_of(person))
    kinds = {each.type_id: each.type for each in found}.values()
    return [
        _progress(kind, [each for each in found if each.type_id == kind.pk])
        for kind in sorted(kinds, key=lambda each: (each.position, each.code))
    ]


def _progress(kind: CredentialType, latest_first: list[ComponentOutcome]) -> Progress:
    latest = {each.component: each for each in reversed(latest_first)}
    return Progress(kind, tuple(_step(each, latest.get(each)) for each in kind.components))


def _step(component: str, found: ComponentOutcome | None) -> Step:
    if found is None:
        return Step(component)
    return Step(component, Outcome(found.outcome), found.taken_at, found.source)


def was_awarded(person: Any, kind: CredentialType) -> bool:
    """Whether a person was ever awarded a type, whatever became of it, or an award waits."""
    addresses = {person.email, *accounts.confirmed_addresses(person)}
    theirs = Q(holder_id=person.pk) | Q(holder=None, holder_email__in=addresses)
    asked = Proposal.objects.filter(
        action=Action.AWARD, state=ProposalState.OPEN, type=kind, details__email__in=addresses
    )
    return Credential.objects.filter(theirs, type=kind).exists() or asked.exists()
