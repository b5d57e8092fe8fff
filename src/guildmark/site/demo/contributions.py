"""Contributions of the demo: one for each thing that can become of what somebody says.

All of it is invented, as the people are; the dates lie in the weeks before the demo was made.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from guildmark.apps.contributions import services
from guildmark.apps.contributions.queries import Contribution
from guildmark.apps.contributions.services import Decision, Feedback, Joining, Letter
from guildmark.apps.contributions.states import Concern, Credit, Outcome
from guildmark.apps.contributions.targets import nothing_yet, target
from guildmark.apps.standard import queries as standard

from .credentials import DemoCredential, award
from .people import MEMBER, TRIAGER, by_email

PRIYA = "priya@demo.example"
CREDENTIAL = DemoCredential(
    "CPAP", "Priya Practitioner", PRIYA, age=timedelta(days=400), handle="night-shift"
)
"""It has to stand behind her feedback, and is older than that."""


@dataclass(frozen=True, slots=True)
class DemoFeedback:
    """Feedback, and on which days before today it was sent, read and decided on."""

    email: str
    concern: Concern
    about: str
    summary: str
    details: str
    sent: int
    read: int | None = None
    decided: int | None = None
    decision: Decision | None = None
    credit: Credit = Credit.NONE
    joined: dict[str, str] = field(default_factory=dict)
    contested: str = ""


FEEDBACK = (
    DemoFeedback(
        PRIYA,
        Concern.GAP,
        "human-oversight",
        "At night nobody is there who may stop a model",
        "Oversight is described as if somebody with the right to stop the system were always on "
        "duty. In two hospitals that person sleeps from ten to six. Whoever is awake may call, "
        "but not stop. We lost forty minutes in March.",
        sent=40,
        read=38,
        decided=15,
        decision=Decision(
            Outcome.ACCEPTED,
            "seen-in-production",
            "Two hospitals, one incident with times: that is what we need. It counts as evidence "
            "for the domain.",
        ),
        credit=Credit.HANDLE,
    ),
    DemoFeedback(
        MEMBER.email,
        Concern.GAP,
        "agent-kill-switch",
        "Stopping an agent leaves the helpers that it started running",
        "Our routing agent starts other agents for parts of its task. The switch stopped its own "
        "runs; three of the others went on calling tools for an hour. The requirement speaks of "
        "one agent at a time.",
        sent=24,
        read=22,
        decided=9,
        decision=Decision(
            Outcome.ACCEPTED,
            "seen-in-production",
            "The text does end at the agent itself. Somebody else saw the same. It counts as "
            "evidence.",
        ),
        credit=Credit.NAMED,
        joined={PRIYA: "The same with a ranking service that had queued its next run already."},
    ),
    DemoFeedback(
        MEMBER.email,
        Concern.OUTDATED,
        "agent-kill-switch",
        "The switch should cut the agent's credentials as well",
        "We pulled the switch, and tokens that the agent had fetched before stayed good for an "
        "hour.",
        sent=16,
        read=14,
        decided=6,
        decision=Decision(
            Outcome.DECLINED,
            "covered-already",
            "PSF-6.5 asks since edition 1.1 that the switch revokes the credentials of the agent.",
        ),
        contested="It says so, but not that a token which lives on for an hour is not revoked. Two "
        "auditors read it differently.",
    ),
    DemoFeedback(
        MEMBER.email,
        Concern.EXPANSION,
        "",
        "Nothing is said about agents of two firms that talk to each other",
        "Ours books a slot with the agent of a haulier. Neither firm can see what the other one's "
        "was told, and no requirement names who answers for a wrong booking.",
        sent=10,
        read=8,
    ),
    DemoFeedback(
        PRIYA,
        Concern.GAP,
        "output-validation",
        "A ranking is an output, too, but the checks speak of texts only",
        "All examples check words. Our model returns an order of patients. What is a harmful "
        "order, and who checks it before a nurse reads it?",
        sent=2,
    ),
)
LETTERS = (
    (
        "tomas@demo.example",
        Letter(
            "question",
            "When is the next edition due?",
            "I plan the audits of two clients by it.",
        ),
        3,
    ),
)


def contribute_all(*, at: datetime) -> None:
    """Let the demo's people send in what they have to say, and the triager answer some of it."""
    award(CREDENTIAL, at=at)
    for wanted in sorted(FEEDBACK, key=lambda each: -each.sent):
        _contribute(wanted, at)
    for email, letter, days in LETTERS:
        services.send_letter(letter, actor=by_email(email), at=at - timedelta(days=days))


def _contribute(wanted: DemoFeedback, at: datetime) -> None:
    here = (_edition().framework.key, _edition().number)
    sent = services.send_feedback(
        Feedback(
            concern=wanted.concern,
            target=target(*here, wanted.about) if wanted.about else nothing_yet(*here),
            summary=wanted.summary,
            details=wanted.details,
            in_production=True,
            credit=wanted.credit,
        ),
        actor=by_email(wanted.email),
        at=at - timedelta(days=wanted.sent),
    )
    if wanted.read is not None:
        _answer(sent, wanted, wanted.read, at)


def _answer(row: Contribution, wanted: DemoFeedback, read: int, at: datetime) -> None:
    by: dict[str, Any] = {"actor": by_email(TRIAGER.email)}
    read_at = at - timedelta(days=read)
    row = services.acknowledge(row, public_summary=wanted.summary, at=read_at, **by)
    for email, words in wanted.joined.items():
        services.join(row, Joining(words, in_production=True), actor=by_email(email), at=read_at)
    if wanted.decision is not None and wanted.decided is not None:
        row = services.dispose(row, wanted.decision, at=at - timedelta(days=wanted.decided), **by)
    if wanted.contested:
        services.contest(
            row, statement=wanted.contested, actor=by_email(wanted.email), at=at - timedelta(days=1)
        )


def _edition() -> standard.Edition:
    own = standard.own_framework()
    found = standard.newest(own) if own is not None else None
    assert found is not None  # noqa: S101 - the demo's own programme has it.
    return found
