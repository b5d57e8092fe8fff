"""What all tests share: a moment in time, and the marks that a folder implies."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark browser and crash tests by their folder, so that none is forgotten."""
    here = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(here).parts[0]
        if folder in ("e2e", "crash"):
            item.add_marker(folder)


@pytest.fixture
def at() -> datetime:
    """A moment for services, which never read the clock themselves."""
    return NOON
