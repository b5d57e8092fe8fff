"""Accounts exist at an institute; before it is founded nobody can sign up."""

from datetime import datetime

import pytest

from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.institute.services import found_institute


@pytest.fixture
def institute(db: None, at: datetime) -> None:
    """Found the institute at which people sign up."""
    found_institute(
        name="Example Institute",
        origin="https://example.org",
        contact_email="office@example.org",
        actor=SYSTEM,
        at=at,
    )
