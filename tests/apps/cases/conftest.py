"""An institute that takes appeals about walls, somebody who appeals, and who decides."""

from datetime import datetime

import pytest

from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.cases import slots
from guildmark.apps.cases.slots import CaseKind
from guildmark.apps.institute.services import found_institute
from guildmark.cores.slots import Slot
from tests.apps.accounts.factories import member, staff
from tests.apps.cases.factories import APPEAL


@pytest.fixture(autouse=True)
def appeals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the institute take appeals only."""
    fresh: Slot[CaseKind] = Slot("kinds of cases")
    fresh.register(APPEAL, name=APPEAL.name)
    monkeypatch.setattr(slots, "case_kinds", fresh)


@pytest.fixture
def house(db: None, at: datetime) -> None:
    """The institute."""
    found_institute(
        name="Example Institute",
        origin="https://example.org",
        contact_email="office@example.org",
        actor=SYSTEM,
        at=at,
    )


@pytest.fixture
def opener(house: None) -> User:
    """Who appeals."""
    return member("opener@example.org", display_name="Ona Opener")


@pytest.fixture
def decider(house: None) -> User:
    """Who decides."""
    return staff(Role.DECISION_MAKER, "decider@example.org")


@pytest.fixture
def second(house: None) -> User:
    """Who decides, too."""
    return staff(Role.DECISION_MAKER, "second@example.org")
