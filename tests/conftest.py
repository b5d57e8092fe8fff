"""What all tests share: a moment in time, and the marks that a folder implies."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

from guildmark.apps.audit import immutability

# The nightly tier tries far more examples than the gate has time for.
hypothesis.settings.register_profile("nightly", max_examples=3000, deadline=None)

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


@pytest.fixture(scope="session", autouse=True)
def tables_can_be_emptied() -> Iterator[None]:
    """Take triggers away while a transactional test empties its tables; they come back after."""
    empty = BaseDatabaseOperations.execute_sql_flush

    def without_triggers(operations: Any, statements: list[str]) -> None:
        immutability.uninstall(operations.connection.alias)
        empty(operations, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", without_triggers)
        yield
