"""A standard, certified people and contributions for tests, made through the services."""

from datetime import datetime
from typing import Any

from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.assignments import services as assignments
from guildmark.apps.assignments.states import TieKind
from guildmark.apps.cases import services as cases
from guildmark.apps.contributions import services, targets
from guildmark.apps.contributions.queries import Contribution
from guildmark.apps.contributions.services import Decision, Feedback, Joining, Letter
from guildmark.apps.contributions.states import Concern, Outcome
from guildmark.apps.credentials import queries as credentials
from guildmark.apps.standard import queries as standard
from tests.apps.accounts.factories import member, staff
from tests.apps.credentials.factories import a_type, awarded
from tests.apps.standard.factories import a_catalog, release

SUMMARY = "Nothing is said about logs of tool calls"
DETAILS = "An agent called tools for a week and the log held the answers only."


def a_standard(at: datetime) -> standard.Edition:
    """One edition of a small framework of the institute's own."""
    release(a_catalog("1.0"), at=at)
    own = standard.own_framework()
    found = standard.newest(own) if own is not None else None
    assert found is not None
    return found


def certified(email: str, *, at: datetime) -> User:
    """A person who holds a valid credential."""
    person = member(email)
    kind = credentials.type_by_code("PRAC") or a_type("PRAC", at=at, second_person=())
    registrar = staff(Role.REGISTRAR)
    awarded(kind, actor=registrar, at=at, email=email)
    return person


def about(word: str = "log") -> targets.Target:
    """A requirement or domain of the small framework, or nothing for an empty word."""
    return targets.target("example", "1.0", word)


def feedback(author: Any, *, at: datetime, **facts: Any) -> Contribution:
    """Feedback of somebody on the log of calls, unless something else is said."""
    wanted: dict[str, Any] = {
        "concern": Concern.GAP,
        "summary": SUMMARY,
        "details": DETAILS,
        **facts,
    }
    if "target" not in wanted:
        wanted["target"] = about()
    return services.send_feedback(Feedback(**wanted), actor=author, at=at)


def letter(sender: Any, *, at: datetime, token: str = "", **facts: Any) -> Contribution:
    """A message to the institute; from a stranger where the sender is None."""
    wanted: dict[str, Any] = {
        "topic": "question",
        "summary": "When is the next edition due?",
        "details": "We plan our audits by it.",
        "email": "" if sender else "asker@elsewhere.example",
        **facts,
    }
    return services.send_letter(Letter(**wanted), actor=sender, at=at, token=token)


def acknowledged(row: Contribution, *, actor: Any, at: datetime) -> Contribution:
    """The same with a published summary."""
    return services.acknowledge(row, public_summary=row.summary, actor=actor, at=at)


def declined(row: Contribution, *, actor: Any, at: datetime) -> Contribution:
    """The same, declined for a reason of the list."""
    wanted = Decision(Outcome.DECLINED, "covered-already", "EX-1.1 says so since 1.0.", row.summary)
    return services.dispose(row, wanted, actor=actor, at=at)


def accepted(row: Contribution, *, actor: Any, at: datetime) -> Contribution:
    """The same, accepted as evidence."""
    wanted = Decision(
        Outcome.ACCEPTED, "seen-in-production", "It goes into the register.", row.summary
    )
    return services.dispose(row, wanted, actor=actor, at=at)


def a_whole_story(at: datetime) -> Contribution:
    """Feedback that was joined, answered, declined, contested and given to somebody to decide.

    For tests that want a row in every table; the institute and its standard are there.
    """
    author, voice = (certified(f"{name}@story.example", at=at) for name in ("author", "voice"))
    triager = staff(Role.TRIAGE, "triager@story.example")
    decider = staff(Role.DECISION_MAKER, "decider@story.example")
    nothing = targets.nothing_yet()
    row = acknowledged(feedback(author, at=at, target=nothing), actor=triager, at=at)
    services.join(row, Joining("The same here."), actor=voice, at=at)
    services.reply(row, "Which tools?", actor=triager, at=at)
    assignments.declare_tie(voice, TieKind.MENTOR, actor=triager, at=at)
    declined(row, actor=triager, at=at)
    case = services.contest(row, statement="It is not covered.", actor=author, at=at)
    cases.admit(case, reason="It is about the decision.", actor=decider, at=at)
    cases.assign(case, [decider], actor=decider, at=at)
    return row
