"""A founded institute with one type of credential, two registrars and a holder."""

from datetime import datetime

import pytest

from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.credentials.queries import CredentialType
from guildmark.apps.institute.services import found_institute
from tests.apps.accounts.factories import member, staff
from tests.apps.credentials.factories import a_type


@pytest.fixture
def institute(db: None, at: datetime) -> None:
    """Found the institute that awards."""
    found_institute(
        name="Example Institute",
        origin="https://example.org",
        contact_email="office@example.org",
        actor=SYSTEM,
        at=at,
    )


@pytest.fixture
def registrar(institute: None) -> User:
    """Who asks."""
    return staff(Role.REGISTRAR, "asking@example.org")


@pytest.fixture
def second(institute: None) -> User:
    """Who decides as the second person."""
    return staff(Role.REGISTRAR, "second@example.org")


@pytest.fixture
def holder(institute: None) -> User:
    """Who is awarded something."""
    return member("holder@example.org")


@pytest.fixture
def cpap(institute: None, at: datetime) -> CredentialType:
    """A type that one registrar alone can award and change."""
    return a_type("CPAP", at=at, second_person=())
