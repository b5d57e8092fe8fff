"""Credentials of the demo: one for each answer that a verifier can be given."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import answers, queries, services
from guildmark.apps.credentials.queries import Credential
from guildmark.apps.credentials.services import Award, Change
from guildmark.apps.credentials.states import Cause, Move, ShownAs

from .people import MEMBER, REGISTRAR, SECOND_REGISTRAR, by_email

REASON = "Shows this in the demo."


@dataclass(frozen=True, slots=True)
class DemoCredential:
    """A credential of the demo, how long ago it began, and what became of it."""

    code: str
    name: str
    email: str
    age: timedelta = timedelta(days=30)
    move: Move | None = None
    cause: Cause | None = None
    public_text: str = ""
    handle: str = ""


CREDENTIALS = (
    DemoCredential("CPAP", MEMBER.name, MEMBER.email),
    DemoCredential("AIDA", MEMBER.name, MEMBER.email, age=timedelta(days=3 * 365)),
    DemoCredential(
        "CAIS",
        "Sunita Suspended",
        "sunita@demo.example",
        move=Move.SUSPEND,
        cause=Cause.INVESTIGATION,
        public_text="A complaint is being looked into. The outcome is open.",
    ),
    DemoCredential(
        "CVAE",
        "Rolf Revoked",
        "rolf@demo.example",
        move=Move.REVOKE,
        cause=Cause.ISSUED_IN_ERROR,
        public_text="It was awarded to the wrong person.",
    ),
)


def award_all(*, at: datetime) -> list[Credential]:
    """Award the credentials of the demo, each by one registrar and another."""
    return [award(each, at=at) for each in CREDENTIALS]


def demo_answers(*, at: datetime) -> list[tuple[str, str]]:
    """Return the answer and the id of the credentials of the demo's people."""
    addresses = [each.email for each in CREDENTIALS]
    found = queries.awarded_to(addresses)
    return [(answers.answer_about(each, at=at).state, each.number) for each in found]


def award(wanted: DemoCredential, *, at: datetime) -> Credential:
    """Award one, by one registrar and another, and let its holder show who they are."""
    first, second = by_email(REGISTRAR.email), by_email(SECOND_REGISTRAR.email)
    kind = queries.type_by_code(wanted.code)
    assert kind is not None  # noqa: S101 - the demo's own programme has it.
    order = Award(kind, wanted.email, wanted.name, REASON, valid_from=at - wanted.age)
    asked = services.award(order, actor=first, at=at)
    made = (
        asked
        if isinstance(asked, Credential)
        else services.approve(asked, reason=REASON, actor=second, at=at)
    )
    assert isinstance(made, Credential)  # noqa: S101 - an award was approved.
    if made.holder is not None:
        how = ShownAs.HANDLE if wanted.handle else ShownAs.NAME
        made = services.show_as(made, how, actor=made.holder, at=at, handle=wanted.handle)
    if wanted.move is not None and wanted.cause is not None:
        _move(made, wanted.move, wanted.cause, wanted.public_text, first, second, at)
        made.refresh_from_db()
    return made


def _move(
    credential: Credential,
    move: Move,
    cause: Cause,
    public_text: str,
    first: User,
    second: User,
    at: datetime,
) -> None:
    order = Change(move, cause, REASON, public_text)
    asked = services.change(credential, order, actor=first, at=at)
    if isinstance(asked, queries.Proposal):
        services.approve(asked, reason=REASON, actor=second, at=at)
