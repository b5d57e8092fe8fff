"""Holidays: loaded with a programme, exported as they were, and told when they are none."""

from datetime import date, datetime

import pytest

from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.institute import queries
from guildmark.apps.institute.calendar import SECTION
from guildmark.apps.institute.services import found_institute, set_holidays
from guildmark.apps.institute.slots import SectionRefused

pytestmark = pytest.mark.django_db
DAYS = {"holidays": ["2026-12-25", "2027-01-01"]}


@pytest.fixture
def founded(at: datetime) -> None:
    """An institute."""
    found_institute(
        name="Example Institute",
        origin="https://example.org",
        contact_email="office@example.org",
        actor=SYSTEM,
        at=at,
    )


def test_without_an_institute_there_are_no_holidays_and_none_can_be_set(at: datetime) -> None:
    assert queries.holidays() == frozenset()
    with pytest.raises(SectionRefused, match="no institute yet"):
        SECTION.load(DAYS, actor=SYSTEM, at=at)


def test_they_are_loaded_once_and_exported_as_they_were(founded: None, at: datetime) -> None:
    assert SECTION.load(DAYS, actor=SYSTEM, at=at)
    assert not SECTION.load(DAYS, actor=SYSTEM, at=at)
    assert queries.holidays() == {date(2026, 12, 25), date(2027, 1, 1)}
    assert SECTION.export() == DAYS
    assert set_holidays([], actor=SYSTEM, at=at)
    assert SECTION.export() is None


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ([], "$"),
        ({}, "$"),
        ({"holidays": "2026-12-25"}, "$.holidays"),
        ({"holidays": ["2026-12-25", "Christmas"]}, "$.holidays[1]"),
        ({"holidays": [7]}, "$.holidays[0]"),
    ],
)
def test_what_is_no_list_of_days_is_told_with_its_place(data: object, path: str) -> None:
    assert [each.path for each in SECTION.problems(data, path="$")] == [path]
