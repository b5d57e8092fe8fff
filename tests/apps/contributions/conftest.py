"""An institute with a standard, a holder, a triager, and people with other roles."""

from datetime import datetime

import pytest

from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.institute.services import found_institute
from guildmark.apps.standard import queries as standard
from tests.apps.accounts.factories import member, staff
from tests.apps.contributions.factories import a_standard, certified
from tests.apps.mail.conftest import sink as sink
from tests.apps.mail.conftest import work as work


@pytest.fixture
def edition(db: None, at: datetime) -> standard.Edition:
    """The edition in force of the institute's own framework."""
    found_institute(
        name="Example Institute",
        origin="https://example.org",
        contact_email="office@example.org",
        actor=SYSTEM,
        at=at,
    )
    return a_standard(at)


@pytest.fixture
def holder(edition: standard.Edition, at: datetime) -> User:
    """Who holds a valid credential."""
    return certified("holder@example.org", at=at)


@pytest.fixture
def another(edition: standard.Edition, at: datetime) -> User:
    """Who holds one, too."""
    return certified("another@example.org", at=at)


@pytest.fixture
def stranger(edition: standard.Edition) -> User:
    """Who has an account and no credential."""
    return member("stranger@example.org")


@pytest.fixture
def triager(edition: standard.Edition) -> User:
    """Who reads the queue."""
    return staff(Role.TRIAGE, "triage@example.org")
