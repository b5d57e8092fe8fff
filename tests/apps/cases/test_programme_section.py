"""The section "cases" of a programme file: the clocks."""

from datetime import date, datetime
from typing import Any

import pytest

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.audit.models import Event
from guildmark.apps.cases import queries, services
from guildmark.apps.cases.programme import SECTION
from tests.apps.accounts.factories import administrator
from tests.apps.cases.factories import opened

pytestmark = pytest.mark.django_db


def test_clocks_come_from_the_file_and_go_back_into_it(house: None, at: datetime) -> None:
    assert SECTION.export() is None
    assert SECTION.load({"decide_days": 20}, actor=None, at=at)
    exported = {"acknowledge_days": 5, "admissibility_days": 10, "decide_days": 20}
    assert SECTION.export() == exported
    assert not SECTION.load(exported, actor=None, at=at)
    assert Event.objects.filter(name="cases:clocks:changed").count() == 1


def test_a_case_runs_by_the_clocks_of_the_day_on_which_it_was_opened(
    opener: User, decider: User, at: datetime
) -> None:
    before = opened(opener, at=at)
    SECTION.load({"acknowledge_days": 1, "admissibility_days": 2}, actor=None, at=at)
    after = opened(opener, at=at, subject=8)
    assert (before.due, after.due) == (date(2026, 3, 9), date(2026, 3, 3))
    before = services.acknowledge(before, actor=decider, at=at)
    after = services.acknowledge(after, actor=decider, at=at)
    assert (before.due, after.due) == (date(2026, 3, 16), date(2026, 3, 4))


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ([], "$"),
        ({"decide_day": 3}, "$.decide_day"),
        ({"decide_days": 0}, "$.decide_days"),
        ({"decide_days": 251}, "$.decide_days"),
        ({"decide_days": True}, "$.decide_days"),
        ({"acknowledge_days": "5"}, "$.acknowledge_days"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(data: Any, path: str) -> None:
    assert [each.path for each in SECTION.problems(data, path="$")] == [path]


def test_only_administrators_and_the_command_line_change_clocks(
    decider: User, at: datetime
) -> None:
    with pytest.raises(PermissionRefused):
        services.change_clocks({"decide_days": 3}, actor=decider, at=at)
    assert services.change_clocks({"decide_days": 3}, actor=administrator(), at=at)
    assert queries.clocks_in_force().decide_days == 3
