"""Asking referees, and what their answers are worth.

A link with a random secret goes to the referee's address; only the digest of the secret is kept.
Whoever has the link can answer, so the answer counts as a verification only where it is known who
that is: the address belongs to the employer at the time, or the referee signs in as another holder
of an active credential. Everything else is kept as confirmed, but not verified.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.credentials import queries as credentials
from guildmark.apps.institute import queries as institutes
from guildmark.apps.practitioners import notices, policies, queries
from guildmark.apps.practitioners.events import (
    ReferenceAnswered,
    ReferenceAsked,
    ReferenceWithdrawn,
)
from guildmark.apps.practitioners.models import Experience, Reference
from guildmark.apps.practitioners.naming import bare_address, domain_of
from guildmark.apps.practitioners.policies import AnswerAt
from guildmark.apps.practitioners.queries.experience import token_digest
from guildmark.apps.practitioners.states import (
    ANSWERS,
    REFERENCE,
    Identity,
    ReferenceState,
    Relation,
    Way,
)

from .experience import lock_experience, subject, write_verification
from .refusals import PractitionerRefused, given, locked, note

LINK_LASTS = timedelta(days=30)
SECRET_BYTES = 32
LONGEST_TYPED_NAME = 120
A_DAY = timedelta(days=1)
MOST_A_DAY = 5
"""Mails to referees that one person can cause within 24 hours."""
MOST_TO_ONE = 5
"""Mails to one address that one person can cause within 30 days."""
MOST_OPEN = 3
"""Referees of one experience who can be waited for at a time."""
MOST_TIMES = 3
"""Times that one referee is asked about the same experience."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to ask, and under which name the person is known there."""

    email: str
    relation: Relation
    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a referee says: one of `states.ANSWERS`, for which domains, under which name."""

    transition: str
    typed_name: str
    domains: tuple[str, ...] = ()


def ask_referee(row: Experience, wanted: Asked, *, actor: Any, at: datetime) -> Reference:
    """Ask a referee by mail whether what one attests is so.

    Raises `PractitionerRefused` for an address of one's own and for too many requests, and
    `PermissionRefused`.
    """
    missing = _("Give the name by which the referee knows you.")
    name = given(wanted.name, field="name", longest=LONGEST_TYPED_NAME, missing=missing)
    email = _checked_address(wanted.email)
    with transaction.atomic():
        person = locked(actor)
        row = lock_experience(row)
        policies.EXPERIENCE_EDIT.require(person, row)
        _refuse_own(email, person)
        _refuse_flood(row, email, person, at)
        token = secrets.token_urlsafe(SECRET_BYTES)
        made = Reference.objects.create(
            experience=row,
            email=email,
            relation=wanted.relation.value,
            statement=statement(row, name),
            token_digest=token_digest(token),
            asked_at=at,
            last_asked_at=at,
            expires_at=at + LINK_LASTS,
        )
        _send(made, name, token, again=False, actor=actor, at=at)
    return made


def ask_again(row: Reference, *, actor: Any, at: datetime) -> Reference:
    """Send a referee a new link, good for 30 days from now; the old one is good no more.

    Raises `PractitionerRefused` where they were asked often enough, and `PermissionRefused`.
    """
    with transaction.atomic():
        person = locked(actor)
        row = _locked(row)
        policies.REFERENCE_EDIT.require(person, row)
        _refuse_own(row.email, person)
        _refuse_busy_day(person, at)
        _refuse_asked_often(row.email, person, at)
        if row.times >= MOST_TIMES:
            raise PractitionerRefused(
                _("This referee was asked %(most)s times. Ask somebody else.")
                % {"most": MOST_TIMES}
            )
        if at - row.last_asked_at < A_DAY:
            raise PractitionerRefused(_("This referee was asked within the last day. Wait a bit."))
        token = secrets.token_urlsafe(SECRET_BYTES)
        row.token_digest, row.times = token_digest(token), row.times + 1
        row.last_asked_at, row.expires_at = at, at + LINK_LASTS
        row.save(update_fields=["token_digest", "times", "last_asked_at", "expires_at"])
        name = row.statement.partition("\n")[0]
        _send(row, name, token, again=True, actor=actor, at=at)
    return row


def withdraw_reference(row: Reference, *, actor: Any, at: datetime) -> Reference:
    """Take back what one asked a referee; the link leads nowhere from now on.

    Raises `PermissionRefused`.
    """
    with transaction.atomic():
        person = locked(actor)
        row = _locked(row)
        policies.REFERENCE_EDIT.require(person, row)
        row.state = REFERENCE.target(row.state, "withdraw").value
        row.token_digest = ""
        row.save(update_fields=["state", "token_digest"])
        note(ReferenceWithdrawn(), subject(row.experience), actor=actor, at=at)
    return row


def answer_reference(row: Reference, wanted: Answer, *, actor: Any, at: datetime) -> Reference:
    """Answer as the referee who has the link; `actor` is who is signed in, if anybody is.

    Raises `PractitionerRefused` and `PermissionRefused`.
    """
    if wanted.transition not in ANSWERS:
        raise PractitionerRefused(_("Choose what you can say."), "answer")
    missing = _("Type your name; it stands for your signature.")
    typed = given(
        wanted.typed_name, field="typed_name", longest=LONGEST_TYPED_NAME, missing=missing
    )
    with transaction.atomic():
        locked(row.experience.person)
        experience = lock_experience(row.experience)
        row = _locked(row)
        policies.REFERENCE_ANSWER.require(actor, AnswerAt(row, at))
        identity = identity_of(row, actor=actor, at=at)
        state = ReferenceState(REFERENCE.target(row.state, wanted.transition))
        domains = _confirmed(row, state, wanted.domains)
        _sign(row, state, typed, domains, identity=identity, actor=actor, at=at)
        told = ReferenceAnswered(state.value, identity.value, row.digest)
        by = row.answered_by
        note(told, subject(experience), actor=by, at=at)
        if state is ReferenceState.CONFIRMED and row.is_checked:
            write_verification(
                experience, Way.REFEREE, domains, actor=by, at=at, reference=row, by=by
            )
        notices.tell_answer(row, at=at)
    return row


def identity_of(row: Reference, *, actor: Any, at: datetime) -> Identity:
    """Return what shows who the referee is."""
    if _is_other_holder(row, actor, at):
        return Identity.HOLDER
    employer = row.experience.employer
    if employer is not None and domain_of(row.email) in queries.mail_domains(employer):
        return Identity.MAIL_DOMAIN
    return Identity.NOT_CHECKED


def statement(row: Experience, name: str) -> str:
    """Return what a referee is asked to confirm, in words, the name on the first line."""
    titles = queries.domain_titles()
    employer = row.employer
    where = _("self-employed") if employer is None or employer.is_self_employed else employer.name
    until = f"{row.ends:%Y-%m}" if row.ends else _("today")
    lines = [
        name,
        _("Employer: %(employer)s") % {"employer": where},
        _("Role: %(role)s") % {"role": row.role},
        _("From %(begins)s to %(ends)s") % {"begins": f"{row.begins:%Y-%m}", "ends": until},
        _("Kind of system: %(system)s") % {"system": row.system_label},
        _("Scale: %(scale)s") % {"scale": row.scale_label},
        _("Domains: %(domains)s") % {"domains": ", ".join(titles.get(k, k) for k in row.keys)},
        "",
        row.description,
    ]
    return "\n".join(lines)


def _is_other_holder(row: Reference, actor: Any, at: datetime) -> bool:
    """Whether who answers is signed in and holds an active credential; never the person."""
    if not getattr(actor, "is_authenticated", False) or actor.pk == row.experience.person_id:
        return False
    return credentials.valid_at(at).filter(holder_id=actor.pk).exists()


def _confirmed(row: Reference, state: ReferenceState, domains: Iterable[str]) -> list[str]:
    if state is not ReferenceState.CONFIRMED:
        return []
    wanted = sorted(set(domains) & set(row.experience.keys))
    if not wanted:
        raise PractitionerRefused(_("Tick the domains in which you saw this work."), "domains")
    return wanted


def _sign(
    row: Reference,
    state: ReferenceState,
    typed: str,
    domains: list[str],
    *,
    identity: Identity,
    actor: Any,
    at: datetime,
) -> None:
    """Keep the signed text; its random mark keeps the text from being guessed by its digest."""
    titles = queries.domain_titles()
    named = ", ".join(titles.get(key, key) for key in domains)
    text = [
        row.statement,
        "",
        _("Answer: %(answer)s") % {"answer": state.label},
        *([_("Confirmed for: %(domains)s") % {"domains": named}] if domains else []),
        _("Relation: %(relation)s") % {"relation": row.relation_label},
        _("Signed by: %(name)s, %(email)s") % {"name": typed, "email": row.email},
        _("Institute: %(name)s") % {"name": institutes.institute().name},
        at.isoformat(),
        secrets.token_hex(SECRET_BYTES),
    ]
    row.state, row.answered_at, row.typed_name = state.value, at, typed
    row.answered_by = actor if getattr(actor, "is_authenticated", False) else None
    row.identity, row.answer, row.token_digest = identity.value, "\n".join(text), ""
    row.digest = sha256(row.answer.encode()).hexdigest()
    row.save()


def _send(row: Reference, name: str, token: str, *, again: bool, actor: Any, at: datetime) -> None:
    note(ReferenceAsked(again), subject(row.experience), actor=actor, at=at)
    notices.ask_referee(row, name=name, token=token, at=at)


def _refuse_own(email: str, person: Any) -> None:
    mine = {bare_address(each) for each, _confirmed in accounts.email_addresses(person)}
    if bare_address(email) in mine | {bare_address(person.email)}:
        raise PractitionerRefused(
            _("This address is yours. Name somebody else who saw your work."), "email"
        )


def _refuse_flood(row: Experience, email: str, person: Any, at: datetime) -> None:
    _refuse_busy_day(person, at)
    _refuse_asked_before(row, email)
    _refuse_asked_often(email, person, at)
    asked = Reference.objects.filter(experience=row)
    if asked.filter(state=ReferenceState.ASKED.value, expires_at__gt=at).count() >= MOST_OPEN:
        raise PractitionerRefused(
            _("%(most)s referees are asked about this already. Wait for one, or withdraw one.")
            % {"most": MOST_OPEN}
        )


def _refuse_asked_before(row: Experience, email: str) -> None:
    """Whom one waits for is asked again there; who answered is not asked again."""
    asked = Reference.objects.filter(experience=row).exclude(state=ReferenceState.WITHDRAWN.value)
    same = next((each for each in asked if bare_address(each.email) == bare_address(email)), None)
    if same is not None and same.state == ReferenceState.ASKED:
        raise PractitionerRefused(
            _("This referee was asked about this already. Ask again there, or ask somebody else."),
            "email",
        )
    if same is not None:
        raise PractitionerRefused(_("This referee answered already. Ask somebody else."), "email")


def _refuse_asked_often(email: str, person: Any, at: datetime) -> None:
    """One address gets only so many mails because of one person, whatever they are about."""
    lately = Reference.objects.filter(experience__person=person, last_asked_at__gt=at - LINK_LASTS)
    same = [each.times for each in lately if bare_address(each.email) == bare_address(email)]
    if sum(same) >= MOST_TO_ONE:
        raise PractitionerRefused(
            _("You asked this referee %(most)s times within 30 days. Ask somebody else.")
            % {"most": MOST_TO_ONE},
            "email",
        )


def _refuse_busy_day(person: Any, at: datetime) -> None:
    today = Reference.objects.filter(experience__person=person, last_asked_at__gt=at - A_DAY)
    if today.count() >= MOST_A_DAY:
        raise PractitionerRefused(
            _("You asked %(most)s referees within a day. Go on tomorrow.") % {"most": MOST_A_DAY}
        )


def _checked_address(email: str) -> str:
    cleaned = email.strip().lower()
    try:
        validate_email(cleaned)
    except ValidationError:
        raise PractitionerRefused(
            _("“%(address)s” is not an e-mail address.") % {"address": email}, "email"
        ) from None
    return cleaned


def _locked(row: Reference) -> Reference:
    return Reference.objects.select_for_update(no_key=True).get(pk=row.pk)
