"""What people take away of their cases, and what stays when they leave."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from guildmark.apps.accounts import services as accounts
from guildmark.apps.accounts.queries import User
from guildmark.apps.cases import providers
from guildmark.apps.cases.models import Member, Step
from guildmark.apps.cases.queries import Case
from guildmark.apps.cases.states import State
from tests.apps.cases.factories import brought_to, opened

pytestmark = pytest.mark.django_db


def test_who_opened_a_case_takes_it_away_with_every_step(
    opener: User, decider: User, at: datetime
) -> None:
    case = brought_to(State.DECIDED, opened(opener, at=at), by=decider, at=at)
    data = json.loads(json.dumps(providers.personal_data(opener)))
    (own,) = data["cases"]
    assert (own["number"], own["outcome"]) == (case.number, "partly upheld")
    assert own["steps"][0]["move"] == "open"
    assert data["cases_to_decide"] == []
    theirs = providers.personal_data(decider)
    assert [each["number"] for each in theirs["cases_to_decide"]] == [case.number]
    assert "white" not in json.dumps(theirs)


def test_a_closed_account_is_cut_loose_and_the_case_goes_on(
    opener: User, decider: User, at: datetime
) -> None:
    case = brought_to(State.ADMISSIBLE, opened(opener, at=at), by=decider, at=at)
    accounts.close_account(opener, actor=opener, at=at)
    case.refresh_from_db()
    assert case.opened_by is None
    assert brought_to_the_end(case, decider, at).state == State.DECIDED


def brought_to_the_end(case: Case, by: User, at: datetime) -> Case:
    from guildmark.apps.cases import services
    from tests.apps.cases.factories import FINDING

    case = services.assign(case, [by], actor=by, at=at)
    return services.decide(case, FINDING, actor=by, at=at)


def test_steps_members_and_statements_never_change(
    opener: User, decider: User, at: datetime
) -> None:
    case = brought_to(State.ASSIGNED, opened(opener, at=at), by=decider, at=at)
    changes: tuple[Callable[[], Any], ...] = (
        lambda: Step.objects.update(text="No."),
        lambda: Member.objects.update(assigned_at=at),
        lambda: Case.objects.filter(pk=case.pk).update(statement="It was grey."),
        lambda: Step.objects.all()._raw_delete("default"),
    )
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
