"""Who may read and handle a case: one answer and the list agree, and nothing betrays the rest."""

import random
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.assignments import queries as conflicts
from guildmark.apps.assignments import services as assignments
from guildmark.apps.assignments.states import RelationKind, TieKind
from guildmark.apps.cases import policies, queries, services
from guildmark.apps.cases.queries import Case
from guildmark.apps.cases.states import State
from tests.apps.accounts.factories import member, signed_in, staff
from tests.apps.cases.factories import KIND, SUBJECT, SUBJECT_KIND, brought_to, opened
from tests.apps.practitioners.factories import employer, rolled_back, works
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
OF_PEOPLE = [each for each in RelationKind if each is not RelationKind.FIRM]
BEGINS = date(2020, 1, 1)


class World:
    """People with and without roles, cases about three walls, and whatever binds them."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        deciders = [staff(Role.DECISION_MAKER) for _number in range(4)]
        others = [member(), staff(Role.AUDITOR), staff(Role.DECISION_MAKER, second_factor=False)]
        self.people = [*deciders, *others]
        self.cases = [self._case() for _number in range(5)]
        for _number in range(6):
            self._bind()
        for case in Case.objects.all():
            self._lead(case)

    def _case(self) -> Case:
        person, wall = self.chance.choice(self.people), self.chance.randrange(1, 4)
        return opened(person, at=NOON, subject=wall)

    def _bind(self) -> None:
        one, other = self.chance.sample(self.people, 2)
        case = self.chance.choice(self.cases)
        what = self.chance.randrange(5)
        if what == 0:
            kind = self.chance.choice(OF_PEOPLE)
            wall = self.chance.randrange(1, 4)
            assignments.record_relation(one, SUBJECT_KIND, wall, kind, at=NOON)
        elif what == 1:
            assignments.declare_tie(other, TieKind.FAMILY, actor=one, at=NOON)
        elif what == 2:
            firm = employer(actor=one, at=NOON)
            for person in (one, other):
                works(person, firm, at=NOON, begins=BEGINS)
        elif what == 3:
            assignments.recuse(queries.SUBJECT_KIND, case.pk, reason="A.", actor=one, at=NOON)
        else:
            assignments.declare_none(SUBJECT_KIND, case.subject_id, actor=one, at=NOON)

    def _lead(self, case: Case) -> None:
        free = queries.independent_people(case, at=NOON)
        if free and case.state == State.RECEIVED:
            brought_to(self.chance.choice(list(State)), case, by=self.chance.choice(free), at=NOON)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 100_000))
def test_one_answer_and_the_list_agree_in_every_world(
    house: None, appeals: None, seed: int
) -> None:
    with rolled_back():
        world = World(random.Random(seed))
        for person in world.people:
            rows = list(Case.objects.all())
            handled = {each for each in rows if policies.CASE_HANDLE.allows(person, each)}
            read = {each for each in rows if policies.CASE_READ.allows(person, each)}
            assert set(queries.decidable_by(person, at=NOON)) == handled
            assert set(queries.visible_to(person, at=NOON)) == read
            assert read == handled | set(queries.own(person))
        stuck = [each for each in Case.objects.all() if queries.is_stuck(each, at=NOON)]
        assert queries.is_any_stuck(at=NOON) == bool(stuck)


def conflicted(how: str, opener: User, case: Case, at: datetime) -> User:
    """A decision maker who is bound to the matter or to who opened the case."""
    person = staff(Role.DECISION_MAKER)
    if how == "author":
        assignments.record_relation(person, SUBJECT_KIND, SUBJECT, RelationKind.AUTHOR, at=at)
    elif how == "decider":
        assignments.record_relation(person, SUBJECT_KIND, SUBJECT, RelationKind.DECIDER, at=at)
    elif how == "mentor":
        assignments.declare_tie(person, TieKind.MENTOR, actor=opener, at=at)
    elif how == "colleague":
        firm = employer(actor=opener, at=at)
        for each in (person, opener):
            works(each, firm, at=at, begins=BEGINS)
    else:
        assignments.recuse(queries.SUBJECT_KIND, case.pk, reason="A.", actor=person, at=at)
    return person


@pytest.mark.parametrize("how", ["author", "decider", "mentor", "colleague", "recused"])
def test_who_is_bound_finds_no_trace_of_the_case(
    how: str, client: Client, opener: User, decider: User, at: datetime
) -> None:
    case = opened(opener, at=at)
    person = conflicted(how, opener, case, at)
    signed_in(client, person)
    traces = (case.number, "It was white", "Ona Opener", f"Wall {SUBJECT}")
    pages = ("/cases/", "/desk/", f"/conflicts/check/?person={opener.email}&number={case.number}")
    for page in pages:
        text = client.get(page).content.decode()
        # What was asked for is shown again in the form that asked.
        assert not [each for each in traces if each in text and each not in page], page
    known = [f"/cases/{case.number}/", f"/conflicts/about/{case.number}/"]
    known += [f"/cases/{case.number}/{each}/" for each in ("acknowledge", "admit", "assign")]
    for page in known:
        hidden = client.get(page)
        unknown = client.get(page.replace(case.number, "CASE-2026-0000000000X"))
        assert (hidden.status_code, unknown.status_code) == (404, 404)
        same = _plain(hidden).replace(case.number, "CASE-2026-0000000000X")
        assert same == _plain(unknown), page
    answer = client.post(f"/cases/{case.number}/acknowledge/")
    assert answer.status_code == 404
    assert Case.objects.get().state == State.RECEIVED
    assert case in queries.visible_to(decider, at=at)


def _plain(answer: Any) -> str:
    text: str = answer.content.decode()
    return text[text.index("<main") : text.index("</main")]


def test_a_number_tells_nothing_of_how_many_cases_there_are(opener: User, at: datetime) -> None:
    numbers = {opened(opener, at=at, subject=each).number for each in range(20, 30)}
    assert len({each[:-4] for each in numbers}) == 10


def test_whose_role_ended_or_sleeps_reads_nothing_any_more(opener: User, at: datetime) -> None:
    asleep = staff(Role.DECISION_MAKER, second_factor=False)
    opened(opener, at=at)
    assert not queries.visible_to(asleep, at=at).exists()
    assert not queries.waiting_for(asleep, at=at).exists()


def test_who_opened_it_reads_it_without_the_names_of_who_decides(
    client: Client, opener: User, at: datetime
) -> None:
    person = staff(Role.DECISION_MAKER, "nameless@example.org")
    person.display_name = "Dora Decider"
    person.save()
    case = brought_to(State.DECIDED, opened(opener, at=at), by=person, at=at)
    text = signed_in(client, opener).get(f"/cases/{case.number}/").content.decode()
    assert "Dora" not in text
    assert "nameless" not in text
    assert "counted twice" in text
    for move in ("close", "extend", "assign"):
        assert client.get(f"/cases/{case.number}/{move}/").status_code == 404


def test_stepping_back_is_visible_to_the_other_decision_makers_only(
    client: Client, opener: User, decider: User, second: User, at: datetime
) -> None:
    case = opened(opener, at=at)
    assignments.recuse(
        queries.SUBJECT_KIND, case.pk, reason="My cousin painted it.", actor=second, at=at
    )
    page = f"/cases/{case.number}/"
    assert "My cousin" in signed_in(client, decider).get(page).content.decode()
    assert "My cousin" not in signed_in(Client(), opener).get(page).content.decode()
    assert [each.person for each in conflicts.recusals(queries.SUBJECT_KIND, case.pk)] == [second]


def test_the_list_of_waiting_cases_is_sorted_by_what_is_due(
    opener: User, decider: User, second: User, at: datetime
) -> None:
    first, other = opened(opener, at=at), opened(opener, at=at, subject=8)
    services.extend(first, 3, reason="Wait.", actor=decider, at=at)
    assert list(queries.waiting_for(decider, at=at)) == [other, first]
    services.admit(first, reason="Yes.", actor=decider, at=at)
    services.assign(first, [second], actor=decider, at=at)
    assert list(queries.waiting_for(decider, at=at)) == [other]
    assert list(queries.waiting_for(second, at=at)) == [other, first]
    assert first.kind == KIND
