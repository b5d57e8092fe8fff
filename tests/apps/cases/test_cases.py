"""Cases: who decides, what each step needs and tells, and who sees nothing of them."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.assignments import services as assignments
from guildmark.apps.assignments.states import RelationKind, TieKind
from guildmark.apps.cases import policies, queries, services
from guildmark.apps.cases.queries import Case
from guildmark.apps.cases.states import CASE, State
from tests.apps.accounts.factories import member, signed_in, staff
from tests.apps.cases.factories import SUBJECT, SUBJECT_KIND, brought_to, opened

pytestmark = pytest.mark.django_db
ROLES = [each for each in RelationKind if each not in (RelationKind.NONE, RelationKind.FIRM)]
REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "cases.md"


@pytest.fixture
def case(opener: User, at: datetime) -> Case:
    """A case about a wall."""
    return opened(opener, at=at)


def test_the_reference_draws_the_table() -> None:
    assert CASE.mermaid() in REFERENCE.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ROLES)
def test_who_ever_had_to_do_with_the_matter_neither_sees_nor_handles_it(
    kind: RelationKind, case: Case, decider: User, at: datetime
) -> None:
    assert queries.decidable_by(decider, at=at).get() == case
    assignments.record_relation(decider, SUBJECT_KIND, SUBJECT, kind, at=at)
    assert not queries.decidable_by(decider, at=at).exists()
    assert not policies.CASE_HANDLE.allows(decider, case)
    with pytest.raises(PermissionRefused):
        services.acknowledge(case, actor=decider, at=at)


def test_who_states_no_conflict_goes_on(case: Case, decider: User, at: datetime) -> None:
    assignments.declare_none(SUBJECT_KIND, SUBJECT, actor=decider, at=at)
    assert services.acknowledge(case, actor=decider, at=at).state == State.ACKNOWLEDGED


def test_who_opened_it_does_not_decide_on_it(at: datetime) -> None:
    both = staff(Role.DECISION_MAKER)
    row = opened(both, at=at)
    assert not queries.decidable_by(both, at=at).exists()
    with pytest.raises(PermissionRefused):
        services.admit(row, reason="Mine.", actor=both, at=at)


@pytest.mark.parametrize("role", [None, *Role])
def test_policy_and_list_agree_for_every_role(role: Role | None, case: Case, at: datetime) -> None:
    person = staff(role) if role else member()
    listed = queries.decidable_by(person, at=at).filter(pk=case.pk).exists()
    assert listed == policies.CASE_HANDLE.allows(person, case) == (role is Role.DECISION_MAKER)


def test_a_hidden_case_is_answered_like_an_unknown_one(
    case: Case, client: Client, decider: User, at: datetime
) -> None:
    assignments.record_relation(decider, SUBJECT_KIND, SUBJECT, RelationKind.DECIDER, at=at)
    signed_in(client, decider)
    hidden = client.get(f"/cases/{case.number}/")
    unknown = client.get("/cases/CASE-2026-0000000000X/")
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert case.number not in client.get("/cases/").content.decode()


def test_the_pages_lead_from_admission_to_the_decision(
    case: Case, client: Client, decider: User
) -> None:
    signed_in(client, decider)
    page = f"/cases/{case.number}/"
    for move, data, says in (
        ("admit", {"reason": "It is about the decision."}, "Admitted"),
        ("assign", {"people": [str(decider.pk)]}, "Given to people who decide"),
        ("decide", {"outcome": "upheld", "reason": "It was wrong."}, "did not stand"),
        ("close", {}, "Closed"),
    ):
        answer = client.post(f"{page}{move}/", data, follow=True)
        assert re.search(says, answer.content.decode())


def test_a_form_without_a_reason_says_so_and_keeps_the_rest(
    case: Case, client: Client, decider: User, at: datetime
) -> None:
    brought_to(State.ASSIGNED, case, by=decider, at=at)
    signed_in(client, decider)
    answer = client.post(f"/cases/{case.number}/decide/", {"outcome": "upheld", "reason": ""})
    assert answer.status_code == 400
    assert re.search(r'value="upheld"[^>]*checked', answer.content.decode())


def test_the_page_of_those_who_decide_says_of_each_who_is_not_offered_why(
    case: Case, client: Client, decider: User, at: datetime
) -> None:
    services.admit(case, reason="Yes.", actor=decider, at=at)
    bound = staff(Role.DECISION_MAKER, "bound@example.org")
    assignments.declare_tie(bound, TieKind.FAMILY, actor=case.opened_by, at=at)
    text = signed_in(client, decider).get(f"/cases/{case.number}/assign/").content.decode()
    assert "bound@example.org has a conflict of interest." in text
    assert f'value="{bound.pk}"' not in text
    answer = client.post(f"/cases/{case.number}/assign/", {"people": [str(bound.pk)]})
    assert answer.status_code == 400
    assert not Case.objects.get().members.exists()


def test_decision_makers_find_the_cases_in_the_masthead_and_members_do_not(
    client: Client, decider: User, opener: User
) -> None:
    link = b'href="/cases/"'
    assert link in signed_in(client, decider).get("/desk/").content
    assert link not in signed_in(Client(), opener).get("/desk/").content
