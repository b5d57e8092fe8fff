"""A founded institute, and receivers that have heard nothing yet."""

from datetime import datetime

import pytest

from guildmark.apps.institute.services import found_institute
from tests.apps.audit import wall


@pytest.fixture(autouse=True)
def _silence() -> None:
    wall.seen.clear()
    wall.refused.clear()


@pytest.fixture
def institute(db: None, at: datetime) -> None:
    """Found the institute, which gives the ledger its name and its first entry."""
    found_institute(
        name="Example Institute",
        origin="https://institute.example",
        contact_email="office@institute.example",
        actor=None,
        at=at,
    )
