"""An institute that keeps the standard."""

from datetime import datetime

import pytest

from guildmark.apps.institute.services import found_institute


@pytest.fixture
def institute(db: None, at: datetime) -> None:
    """Found the institute that is named as author, and whose ledger takes the releases."""
    found_institute(
        name="Example Institute",
        origin="https://institute.example",
        contact_email="office@institute.example",
        actor=None,
        at=at,
    )
