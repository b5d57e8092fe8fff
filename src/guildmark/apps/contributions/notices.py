"""What authors and voices are told by mail; each is written in the transaction of what it tells."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.institute import queries as institutes
from guildmark.apps.mail import services as mail
from guildmark.apps.mail.states import DECISION

from . import policies, queries, ruling
from .models import Contribution, Reply, Voice
from .secrets import digest, secret_of
from .states import Kind, Outcome


def tell_received(row: Contribution, *, at: datetime, token: str = "") -> None:
    """Tell whoever sent it in that it is there, with its reference and when to expect what."""
    context = {"own_address": _own_address(row, token)}
    _tell_author("contribution_received", row, context, at=at)


def tell_acknowledged(row: Contribution, *, at: datetime) -> None:
    """Tell the author that somebody has read it."""
    _tell_author("contribution_acknowledged", row, {"own_address": _own_address(row)}, at=at)


def tell_joined(voice: Voice, *, at: datetime) -> None:
    """Tell who joined that the voice counts, and how to follow what becomes of it."""
    row = voice.contribution
    _tell("contribution_joined", row, {"public_address": _public(row)}, to=voice.person, at=at)


def tell_disposed(row: Contribution, *, at: datetime) -> None:
    """Tell the author and every voice how it ended, and why."""
    context = {
        "reason": ruling.reason_text(row.rules, row.outcome, row.reason_code),
        "own_address": _own_address(row),
        "public_address": _public(row),
        "merged_into": row.merged_into.number if row.merged_into else "",
        "may_contest": _may_contest(row),
    }
    _tell_author("contribution_disposed", row, context, at=at)
    for person in _others(row):
        _tell("contribution_disposed", row, {**context, "joined": True}, to=person, at=at)


def tell_reopened(row: Contribution, why: str, *, at: datetime) -> None:
    """Tell the author and every voice that it is looked at again."""
    context = {"why": why, "own_address": _own_address(row)}
    _tell_author("contribution_reopened", row, context, at=at)
    for person in _others(row):
        _tell("contribution_reopened", row, {**context, "joined": True}, to=person, at=at)


def tell_reply(reply: Reply, *, at: datetime) -> None:
    """Bring a message to its reader: the author, or whoever has taken the contribution on."""
    row = reply.contribution
    if not reply.from_author:
        context = {"text": reply.text, "own_address": _own_address(row)}
        _tell_author("contribution_reply", row, context, at=at)
        return
    address = institutes.address("contributions:triage", row.number)
    context = {"text": reply.text, "queue_address": address}
    for person in _readers_of(row):
        _tell("contribution_answered", row, context, to=person, at=at)


def tell_overdue(rows: list[Contribution], *, to: Any, at: datetime) -> None:
    """Tell somebody who can help what waits for longer than was promised."""
    mail.send(
        kind=DECISION.name,
        to=to,
        template="contributions_overdue",
        context={"rows": rows, "address": institutes.address("contributions:queue")},
        at=at,
    )


def tell_stuck(number: int, *, to: Any, at: datetime) -> None:
    """Tell who grants roles that nobody without a conflict can decide on so many contributions."""
    mail.send(
        kind=DECISION.name,
        to=to,
        template="contributions_stuck",
        context={"number": number, "address": institutes.address("accounts:people")},
        at=at,
    )


def _may_contest(row: Contribution) -> bool:
    """Whether its author can contest the decision, and might want to."""
    good = row.outcome in (Outcome.ACCEPTED, Outcome.ANSWERED, Outcome.WITHDRAWN)
    return row.author is not None and not good and not queries.was_contested(row)


def _others(row: Contribution) -> Iterator[Any]:
    """Who joined, and who wrote what was joined to it or joined that."""
    for person in queries.people_behind(row):
        if person.pk != row.author_id:
            yield person


def _readers_of(row: Contribution) -> list[Any]:
    """Who has taken it on, if they may still decide on it, or else everybody who may."""
    holder = row.claimed_by
    if holder is not None and policies.CONTRIBUTION_TRIAGE.allows(holder, row):
        return [holder]
    roles = sorted(queries.TRIAGERS[Kind(row.kind)])
    people = {each.pk: each for role in roles for each in accounts.people_with_role(role)}
    return [each for each in people.values() if policies.CONTRIBUTION_TRIAGE.allows(each, row)]


def _tell_author(
    template: str, row: Contribution, context: dict[str, Any], *, at: datetime
) -> None:
    to = row.author if row.author is not None else row.author_email
    if to and not row.suspicion:  # Whoever forges an address would have us write to a stranger.
        _tell(template, row, context, to=to, at=at)


def _tell(
    template: str, row: Contribution, context: dict[str, Any], *, to: Any, at: datetime
) -> None:
    words = {"contribution": row, "joined": False, **context}
    mail.send(kind=DECISION.name, to=to, template=template, context=words, at=at)


def _own_address(row: Contribution, token: str = "") -> str:
    """Return where its author follows it; the secret in a stranger's link can be made anew."""
    if row.author is not None:
        return institutes.address("contributions:own", row.number)
    if not token and row.sent_as is not None and row.secret == digest(secret_of(row.sent_as)):
        token = secret_of(row.sent_as)
    return institutes.address("contributions:letter", row.number, token) if token else ""


def _public(row: Contribution) -> str:
    return institutes.address("contributions:fate", row.number) if row.public_summary else ""
