"""The states of a credential are those of the documentation, and each move has its causes."""

from pathlib import Path

import pytest

from guildmark.apps.credentials.periods import months_after
from guildmark.apps.credentials.states import (
    CAUSE_LABELS,
    CAUSES,
    CREDENTIAL,
    MOVE_LABELS,
    Cause,
    Move,
)
from tests.conftest import NOON

pytestmark = pytest.mark.once
REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "credentials.md"


def test_the_documented_diagram_is_the_table() -> None:
    assert CREDENTIAL.mermaid() in REFERENCE.read_text(encoding="utf-8")


def test_every_move_and_cause_has_words_and_every_cause_a_move() -> None:
    assert set(MOVE_LABELS) == set(Move) == set(CAUSES)
    assert (
        set(CAUSE_LABELS) == set(Cause) == {each for causes in CAUSES.values() for each in causes}
    )


def test_every_cause_is_documented() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    assert [each for each in Cause if each.value not in text] == []


@pytest.mark.parametrize(
    ("begins", "months", "ends"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2024, 2, 29), 12, (2025, 2, 28)),
        ((2026, 12, 15), 1, (2027, 1, 15)),
        ((2026, 3, 2), 24, (2028, 3, 2)),
    ],
)
def test_a_period_of_months_ends_on_the_same_day_or_the_last_of_the_month(
    begins: tuple[int, int, int], months: int, ends: tuple[int, int, int]
) -> None:
    year, month, day = begins
    found = months_after(NOON.replace(year=year, month=month, day=day), months)
    assert (found.year, found.month, found.day) == ends
