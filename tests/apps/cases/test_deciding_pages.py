"""What those who decide read where they choose who decides, and where they decide."""

from datetime import datetime

import pytest
from django.test import Client

from guildmark.apps.accounts.queries import User
from guildmark.apps.cases import slots
from guildmark.apps.cases.queries import Case
from guildmark.apps.cases.slots import CaseKind
from guildmark.apps.cases.states import State
from guildmark.cores.slots import Slot
from tests.apps.accounts.factories import signed_in
from tests.apps.cases.factories import brought_to, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(opener: User, decider: User, at: datetime) -> Case:
    """A case that was given to somebody to decide."""
    return brought_to(State.ASSIGNED, opened(opener, at=at), by=decider, at=at)


def test_who_decides_reads_what_is_contested_and_what_follows_from_each_outcome(
    client: Client, decider: User, given: Case
) -> None:
    page = signed_in(client, decider)
    text = page.get(f"/cases/{given.number}/decide/").content.decode()
    for words in ("It was white.", "Appeal: Wall 7", "Wall 7 is grey.", "opened again"):
        assert words in text
    refused = page.post(f"/cases/{given.number}/decide/", {"outcome": "upheld", "reason": ""})
    assert refused.status_code == 400
    assert "It was white." in refused.content.decode()
    assert "It was white." not in page.get(f"/cases/{given.number}/extend/").content.decode()


def test_the_statement_stands_where_one_decides_also_when_the_kind_of_case_is_gone(
    client: Client, decider: User, given: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    none: Slot[CaseKind] = Slot("kinds of cases")
    monkeypatch.setattr(slots, "case_kinds", none)
    text = signed_in(client, decider).get(f"/cases/{given.number}/decide/").content.decode()
    assert "It was white." in text
    assert "What it is about" not in text


def test_the_only_one_who_can_decide_is_chosen_already(
    client: Client, opener: User, decider: User, at: datetime
) -> None:
    case = brought_to(State.ADMISSIBLE, opened(opener, at=at), by=decider, at=at)
    text = signed_in(client, decider).get(f"/cases/{case.number}/assign/").content.decode()
    assert text.count(" checked") == 1


def test_nobody_is_chosen_already_where_several_can_decide(
    client: Client, opener: User, decider: User, second: User, at: datetime
) -> None:
    case = brought_to(State.ADMISSIBLE, opened(opener, at=at), by=decider, at=at)
    text = signed_in(client, decider).get(f"/cases/{case.number}/assign/").content.decode()
    assert " checked" not in text
