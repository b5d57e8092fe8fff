"""The reference page on roles says what the code does."""

from pathlib import Path

import pytest

from guildmark.apps.accounts import events
from guildmark.apps.accounts.policies import Permission
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import Event

pytestmark = pytest.mark.once
PAGE = Path("docs/reference/roles.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("role", Role)
def test_the_page_describes_every_role_in_its_own_words(role: Role) -> None:
    assert f"| {role.label} | {role.description} |" in PAGE


@pytest.mark.parametrize("permission", Permission)
def test_the_page_lists_every_permission(permission: Permission) -> None:
    assert f"| `{permission.value}` |" in PAGE


def test_the_page_lists_every_event_and_which_go_into_the_ledger() -> None:
    kinds = [
        kind
        for kind in vars(events).values()
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    ]
    assert len(kinds) > 10
    for kind in kinds:
        assert f"| `{kind.name}` |" in PAGE
    assert sorted(kind.name for kind in kinds if kind.ledger) == [
        "accounts:factor:reset",
        "accounts:role:ended",
        "accounts:role:granted",
    ]
