"""A founded institute with its standard, two practitioners, a registrar and an assessor lead."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine

from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.institute.services import found_institute
from guildmark.apps.standard.providers import SECTION
from guildmark.site.demo.institute import PROGRAMME
from tests.apps.accounts.factories import member, staff
from tests.conftest import NOON

STANDARD: dict[str, Any] = json.loads(PROGRAMME.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Hold the clock, which pages read, at the moment that services are given."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def institute(db: None, at: datetime) -> None:
    """Found the institute, whose origin stands in mails."""
    found_institute(
        name="Example Institute",
        origin="https://example.org",
        contact_email="office@example.org",
        actor=SYSTEM,
        at=at,
    )


@pytest.fixture
def standard(institute: None, at: datetime) -> None:
    """Bring the demo's standard, for its domains."""
    SECTION.load(STANDARD["sections"]["standard"], actor=None, at=at)


@pytest.fixture
def person(standard: None) -> User:
    """Whoever tells about themselves."""
    return member("person@elsewhere.example")


@pytest.fixture
def other(standard: None) -> User:
    """Somebody else."""
    return member("other@elsewhere.example")


@pytest.fixture
def registrar(standard: None) -> User:
    """Who keeps the register and checks experience."""
    return staff(Role.REGISTRAR, "registrar@example.org")


@pytest.fixture
def lead(standard: None) -> User:
    """An assessor lead, who checks experience but keeps no register."""
    return staff(Role.ASSESSOR_LEAD, "lead@example.org")
