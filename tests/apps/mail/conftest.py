"""A real SMTP server on loopback, a founded institute, and kinds of mail for tests."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from guildmark.apps.audit.jobs.runner import JobRunner
from guildmark.apps.institute import services as institutes
from guildmark.apps.institute.models import Institute
from guildmark.apps.mail import slots
from guildmark.apps.mail.states import ACCOUNT, DECISION, DIGEST, FAREWELL, Kind
from guildmark.cores.slots import Slot
from tests.processes import free_port

NEWS = Kind("news", "News", "What is new in the standard.")
DUTY = Kind("duty", "Your tasks", "What you have agreed to do.", optional=False)
TEMPLATES = Path(__file__).parent / "templates"


@dataclass
class Sink:
    """What an SMTP server received; its answers to a sender, to a recipient, and to the data."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answer: str = "250 OK"
    recipient_answer: str = "250 OK"
    sender_answer: str = "250 OK"

    async def handle_MAIL(  # noqa: N802 - the library calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.sender_answer.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.sender_answer

    async def handle_RCPT(  # noqa: N802 - the library calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(  # noqa: N802 - the library calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.mails.append(message_from_bytes(content, EmailMessage, policy=policy.default))
            self.recipients += envelope.rcpt_tos
        return self.answer

    def only(self) -> EmailMessage:
        """The only mail that arrived."""
        assert len(self.mails) == 1
        return self.mails[0]


def part(mail: EmailMessage, kind: str) -> str:
    """Return the plain or html part of a mail."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    """Run an SMTP server, and have mail go there."""
    received = Sink(free_port())
    controller = Controller(received, hostname="127.0.0.1", port=received.port)
    controller.start()
    settings.GUILDMARK_MAIL_URL = f"smtp://127.0.0.1:{received.port}"
    settings.EMAIL_BACKEND = "guildmark.apps.mail.backend.QueueingBackend"
    settings.DEFAULT_FROM_EMAIL = "noreply@example.org"
    yield received
    controller.stop()
    with closing(controller.loop):
        pass


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> "Slot[Kind]":
    """Register two kinds of mail beside the built-in ones, for one test."""
    fresh: Slot[Kind] = Slot("kinds of mail")
    for kind in (ACCOUNT, DECISION, FAREWELL, DIGEST, NEWS, DUTY):
        fresh.register(kind, name=kind.name)
    monkeypatch.setattr(slots, "kinds", fresh)
    return fresh


@pytest.fixture(autouse=True)
def templates(settings: Settings) -> None:
    """Find the templates of the tests' mails."""
    changed = [{**engine, "DIRS": [*engine["DIRS"], TEMPLATES]} for engine in settings.TEMPLATES]
    settings.TEMPLATES = changed


@pytest.fixture
def institute(db: None, at: datetime) -> Institute:
    return institutes.found_institute(
        name="Example Institute",
        origin="https://example.org",
        contact_email="office@example.org",
        actor=None,
        at=at,
    )


Work = Callable[[datetime], int]


@pytest.fixture
def work() -> Work:
    """Run all jobs that are due at a moment, as the worker does; return how many there were."""

    def run(moment: datetime) -> int:
        runner = JobRunner("tests", lease=timedelta(seconds=30), clock=lambda: moment)
        done = 0
        while runner.run_next():
            done += 1
        return done

    return run
