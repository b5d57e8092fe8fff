"""Reading people and their roles.

A role is *held* while its grant is open. It is *effective* while, besides, the account is active
and has a second factor; until then the role is *dormant*. Only effective roles let one do things.

Somebody who acts in a session must have used the second factor in that very session; a session
that a password alone opened before there was a second factor does not wake with the account.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from guildmark.apps.audit import queries as audit
from guildmark.apps.audit.events import SYSTEM, Text

from .events import HISTORY, SPOKEN
from .models import RoleGrant
from .models import User as User  # Others speak of a person by this name.
from .states import Role

Visitor = User | AnonymousUser


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing that happened to an account, and by whom as the page names them."""

    at: datetime
    what: Text
    detail: str
    by: str
    reason: str


# Recovery codes alone are no second factor: they only stand in for one that was lost.
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
OVERSEERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


def person(person_id: int) -> User | None:
    """Return the person with this id, closed or not."""
    return User.objects.filter(pk=person_id).first()


def person_by_email(email: str) -> User | None:
    """Return the person who signs in with this address, or None."""
    return User.objects.filter(email=email.strip().lower()).first()


def people_with_keys(keys: Iterable[int]) -> QuerySet[User]:
    """Return the people with these keys whose accounts are open."""
    return User.objects.filter(pk__in=list(keys), is_active=True)


def person_by_actor(actor_id: UUID) -> User | None:
    """Return the person whom events know by this pseudonym, or None once the link is cut."""
    return User.objects.filter(actor_id=actor_id).first()


def open_person_by_actor(actor_id: UUID) -> User | None:
    """Return the person whom events know by this pseudonym, or None once the account is closed.

    Locks the person until the transaction ends, so that nothing is written to them or kept of
    them while their account is being closed.
    """
    people = User.objects.select_for_update(no_key=True)
    return people.filter(actor_id=actor_id, closed_at__isnull=True).first()


def has_second_factor(user: Visitor) -> bool:
    """Whether the person has an authenticator app or a passkey."""
    factors = Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_FACTORS)
    return bool(factors.exists())


def lacks_second_factor_in_session(user: Visitor) -> bool:
    """Whether the person acts in a session that has not used a second factor."""
    return isinstance(user, User) and user.session_has_second_factor is False


def open_grants(user: Visitor) -> QuerySet[RoleGrant]:
    """The grants by which the person holds roles now, oldest first."""
    grants = RoleGrant.objects.filter(ended_at__isnull=True).order_by("pk")
    return _of(user, grants)


def role_history(user: User) -> QuerySet[RoleGrant]:
    """Every grant the person ever had, the newest first, with who gave and ended it."""
    return RoleGrant.objects.filter(user=user).select_related("granted_by", "ended_by")


def held_roles(user: Visitor) -> frozenset[Role]:
    """The roles the person holds, effective or dormant."""
    return frozenset(Role(role) for role in open_grants(user).values_list("role", flat=True))


def effective_roles(user: Visitor) -> frozenset[Role]:
    """The roles that let the person do things now; asks the database each time, in one query."""
    grants = _effective_grants_of(user)
    return frozenset(Role(role) for role in grants.values_list("role", flat=True))


def dormant_roles(user: Visitor) -> frozenset[Role]:
    """The roles that the person holds but that sleep until a second factor is there and used."""
    return held_roles(user) - effective_roles(user)


def has_role(user: Visitor, role: Role) -> bool:
    """Whether the person holds the role and it is effective."""
    return _effective_grants_of(user).filter(role=role).exists()


def is_staff_member(user: Visitor) -> bool:
    """Whether the person holds any effective role."""
    return _effective_grants_of(user).exists()


def people_with_role(role: Role) -> QuerySet[User]:
    """The people for whom the role is effective, by id."""
    grants = _effective_grants().filter(role=role)
    return User.objects.filter(pk__in=grants.values("user_id")).order_by("pk")


def is_last_administrator(user: User) -> bool:
    """Whether the person is an administrator, effective or dormant, and no other is effective."""
    return (
        Role.ADMINISTRATOR in held_roles(user)
        and not people_with_role(Role.ADMINISTRATOR).exclude(pk=user.pk).exists()
    )


def has_ever_had_an_administrator() -> bool:
    """Whether an administrator was ever appointed."""
    return RoleGrant.objects.filter(role=Role.ADMINISTRATOR).exists()


def visible_to(actor: Visitor) -> QuerySet[User]:
    """The people whose page the actor may see: the twin of `Permission.PERSON_VIEW`."""
    people = User.objects.filter(closed_at__isnull=True).order_by("email")
    if not actor.is_active:
        return people.none()
    if effective_roles(actor) & OVERSEERS:
        return people
    return people.filter(pk=actor.pk)


def people_matching(people: QuerySet[User], text: str) -> QuerySet[User]:
    """Those whose address or display name contains the text; everybody for no text."""
    text = text.strip()
    return people.filter(Q(email__icontains=text) | Q(display_name__icontains=text))


def with_open_roles(people: QuerySet[User]) -> QuerySet[User]:
    """The same people, each with `open_role_grants` fetched along, in two queries for all."""
    grants = RoleGrant.objects.filter(ended_at__isnull=True).order_by("role")
    return people.prefetch_related(Prefetch("role_grants", grants, to_attr="open_role_grants"))


def account_history(user: User, *, newest: int = 50) -> list[HistoryEntry]:
    """What was decided or changed about the account, the newest first."""
    rows = audit.events_of(str(user.actor_id)).filter(name__in=HISTORY).order_by("-version")
    events = list(rows[:newest])
    actors = User.objects.in_bulk({event.actor for event in events}, field_name="actor_id")
    return [
        HistoryEntry(
            at=event.at,
            what=HISTORY[event.name],
            detail=", ".join(str(SPOKEN.get(value, value)) for value in event.payload.values()),
            by=_named(event.actor, actors),
            reason=event.detail.reason if hasattr(event, "detail") else "",
        )
        for event in events
    ]


def recorded_events(user: User) -> list[dict[str, Any]]:
    """Everything that was recorded of or by the person, oldest first, ready for JSON."""
    mine = str(user.actor_id)
    return [
        {
            "event": event.name,
            "at": event.at.isoformat(),
            "about_you": event.subject == mine,
            "by_you": str(event.actor) == mine,
            "details": event.payload if event.subject == mine else {},
        }
        for event in audit.events_by_or_about(mine)
    ]


def email_addresses(user: User) -> list[tuple[str, bool]]:
    """The person's addresses, each with whether it is confirmed."""
    rows = EmailAddress.objects.filter(user_id=user.pk).order_by("pk")
    return list(rows.values_list("email", "verified"))


def confirmed_addresses(user: User) -> list[str]:
    """The person's addresses that they have shown to be theirs, in lower case."""
    return [address.lower() for address, confirmed in email_addresses(user) if confirmed]


def second_factors(user: User) -> list[Authenticator]:
    """The person's authenticator app, passkeys and recovery codes."""
    return list(Authenticator.objects.filter(user_id=user.pk).order_by("pk"))


def sessions(user: User) -> list[UserSession]:
    """The places where the person is signed in."""
    return list(UserSession.objects.filter(user_id=user.pk).order_by("pk"))


def _effective_grants() -> QuerySet[RoleGrant]:
    factors = Authenticator.objects.filter(user_id=OuterRef("user_id"), type__in=SECOND_FACTORS)
    return RoleGrant.objects.filter(
        Exists(factors), ended_at__isnull=True, user__is_active=True, user__closed_at__isnull=True
    )


def _effective_grants_of(user: Visitor) -> QuerySet[RoleGrant]:
    grants = _of(user, _effective_grants())
    return grants.none() if lacks_second_factor_in_session(user) else grants


def _of(user: Visitor, grants: QuerySet[RoleGrant]) -> QuerySet[RoleGrant]:
    return grants.none() if user.pk is None else grants.filter(user_id=user.pk)


def _named(actor: UUID, known: dict[UUID, User]) -> str:
    if actor == SYSTEM.actor_id:
        return _("the system")
    return str(known[actor]) if actor in known else _("closed account")
