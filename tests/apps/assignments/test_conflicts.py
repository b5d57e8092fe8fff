"""Conflicts of interest: each kind, for one subject and for lists, and none is missed."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.assignments import queries, services
from guildmark.apps.assignments.models import Relation, Tie
from guildmark.apps.assignments.services import ConflictRefused
from guildmark.apps.assignments.states import OWN, ConflictKind, RelationKind, TieKind
from guildmark.apps.practitioners import services as practitioners
from guildmark.apps.practitioners.models import Employment, VendorInterest
from guildmark.apps.practitioners.states import InterestKind
from tests.apps.accounts.factories import member
from tests.apps.practitioners.factories import employer, works

pytestmark = pytest.mark.django_db
KIND = "tests.subject"
OF_PEOPLE = [each.value for each in RelationKind if each is not RelationKind.FIRM]


@pytest.fixture
def author(db: None) -> User:
    """Who wrote the subject."""
    return member("author@example.org")


@pytest.fixture
def person(db: None) -> User:
    """Whose conflicts are asked for."""
    return member("person@example.org")


@pytest.fixture
def subject(author: User, at: datetime) -> int:
    """Something that the author wrote."""
    services.record_relation(author, KIND, 7, RelationKind.AUTHOR, at=at)
    return 7


def kinds(person: Any, subject: int, at: datetime) -> set[ConflictKind]:
    """The kinds of conflict; the list and the single question must agree."""
    found = {each.kind for each in queries.conflicts(person, KIND, subject, at=at)}
    listed = subject in set(queries.conflicted_ids(person, KIND, at=at))
    assert listed == bool(found)
    return found


def test_nobody_has_a_conflict_without_a_reason(person: User, subject: int, at: datetime) -> None:
    assert kinds(person, subject, at) == set()


@pytest.mark.parametrize("relation", list(OWN))
def test_each_relation_of_ones_own_is_a_conflict_with_a_sentence(
    relation: RelationKind, person: User, subject: int, at: datetime
) -> None:
    services.record_relation(person, KIND, subject, relation, at=at)
    assert kinds(person, subject, at) == {OWN[relation]}
    assert all(str(each.reason) for each in queries.conflicts(person, KIND, subject, at=at))


def test_having_decided_is_no_conflict_but_a_role(person: User, subject: int, at: datetime) -> None:
    services.record_relation(person, KIND, subject, RelationKind.DECIDER, at=at)
    assert kinds(person, subject, at) == set()
    assert queries.has_role_in(person, KIND, subject)


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (None, {ConflictKind.EMPLOYER}),
        (timedelta(days=30), {ConflictKind.EMPLOYER}),
        (timedelta(days=690), {ConflictKind.EMPLOYER}),
        (timedelta(days=800), set()),
    ],
)
def test_an_employer_in_common_counts_for_24_months(
    ended: timedelta | None,
    expected: set[ConflictKind],
    person: User,
    author: User,
    subject: int,
    at: datetime,
) -> None:
    firm = employer(actor=author, at=at)
    works(author, firm, at=at, begins=date(2020, 1, 1))
    ends = (at - ended).date() if ended else None
    works(person, firm, at=at, begins=date(2020, 1, 1), ends=ends)
    assert kinds(person, subject, at) == expected


def test_being_close_counts_whoever_declared_it_until_it_has_ended(
    person: User, author: User, subject: int, at: datetime
) -> None:
    for one, other in ((person, author), (author, person)):
        tie = services.declare_tie(other, TieKind.MENTOR, actor=one, at=at)
        assert kinds(person, subject, at) == {ConflictKind.TIE}
        with pytest.raises(PermissionRefused):
            services.end_tie(tie, actor=other, at=at)
        services.end_tie(tie, actor=one, at=at)
        assert kinds(person, subject, at) == set()


def test_an_interest_in_the_authors_firm_is_a_conflict(
    person: User, author: User, subject: int, at: datetime
) -> None:
    firm = employer(actor=author, at=at)
    works(author, firm, at=at, begins=date(2020, 1, 1))
    _interest(person, firm, at)
    assert kinds(person, subject, at) == {ConflictKind.VENDOR}


@pytest.mark.parametrize("how", ["work", "work within the family", "interest"])
def test_what_is_about_a_firm_is_not_for_those_who_are_bound_to_it(
    how: str, person: User, at: datetime
) -> None:
    keeper = _registrar()
    firm = employer(actor=keeper, at=at)
    services.record_firm(firm, KIND, 8, at=at)
    assert kinds(person, 8, at) == set()
    if how == "work":
        works(person, firm, at=at, begins=date(2020, 1, 1))
    elif how == "interest":
        _interest(person, firm, at)
    else:
        child = employer(actor=keeper, at=at)
        practitioners.set_parent(child, firm, reason="Bought.", actor=keeper, at=at)
        works(person, child, at=at, begins=date(2020, 1, 1))
    assert kinds(person, 8, at) == {ConflictKind.FIRM}
    assert services.record_firm(firm, KIND, 8, at=at) == Relation.objects.get()
    services.end_firm(firm, KIND, 8, at=at)
    assert kinds(person, 8, at + timedelta(seconds=1)) == set()


def _interest(person: User, firm: Any, at: datetime) -> None:
    VendorInterest.objects.create(
        person=person,
        vendor=firm,
        kind=next(iter(InterestKind)).value,
        begins=date(2020, 1, 1),
        added_at=at,
    )


def test_stating_no_conflict_is_none_and_no_role_and_can_be_taken_back(
    person: User, subject: int, at: datetime
) -> None:
    row = services.declare_none(KIND, subject, actor=person, at=at)
    assert kinds(person, subject, at) == set()
    assert not queries.has_role_in(person, KIND, subject)
    assert queries.stated_none(person, KIND, subject) == row
    services.withdraw(row, actor=person, at=at)
    assert queries.stated_none(person, KIND, subject) is None


@pytest.mark.parametrize("kind", list(ConflictKind))
def test_every_kind_has_a_sentence_for_the_person_and_one_for_others(kind: ConflictKind) -> None:
    assert str(kind.reason) != str(kind.reason_of_another)
    assert not {"you", "your"} & set(str(kind.reason_of_another).lower().split())


def test_a_declaration_needs_words_and_is_taken_back_by_its_author_only(
    person: User, subject: int, at: datetime
) -> None:
    for words in ("", "x" * 501):
        with pytest.raises(ConflictRefused):
            services.declare(KIND, subject, reason=words, actor=person, at=at)
    row = services.recuse(KIND, subject, reason="I advised them.", actor=person, at=at)
    assert kinds(person, subject, at) == {ConflictKind.RECUSED}
    assert [each.person for each in queries.recusals(KIND, subject)] == [person]
    with pytest.raises(PermissionRefused):
        services.withdraw(row, actor=member(), at=at)
    services.withdraw(row, actor=person, at=at)
    assert kinds(person, subject, at + timedelta(seconds=1)) == set()
    assert list(queries.declared_by(person)) == [row]


def test_nobody_is_close_to_themselves(person: User, at: datetime) -> None:
    with pytest.raises(ConflictRefused, match="another person"):
        services.declare_tie(person, TieKind.FAMILY, actor=person, at=at)


def test_people_who_are_not_signed_in_have_no_conflicts(subject: int, at: datetime) -> None:
    from django.contrib.auth.models import AnonymousUser

    assert kinds(AnonymousUser(), subject, at) == set()


class Graph:
    """People, families of firms, ties and subjects, and what follows by counting one by one."""

    def __init__(self, chance: random.Random, *, people: int, firms: int, relations: int) -> None:
        from tests.conftest import NOON

        self.at, self.today = NOON, NOON.date()
        self.people = [member() for _number in range(people)]
        self.firms = [
            practitioners.add_employer(f"Firm {n}", actor=self.people[n % people], at=self.at)
            for n in range(firms)
        ]
        self.family = {each.pk: each.pk for each in self.firms}
        self._merge_some(chance)
        self.lines = [self._line(chance) for _number in range(people * 2)]
        Employment.objects.bulk_create(self.lines)
        self.ties = [self._tie(chance) for _number in range(people // 4)]
        Tie.objects.bulk_create(self.ties)
        self.interests = [self._interest(chance) for _number in range(people // 4)]
        VendorInterest.objects.bulk_create(self.interests)
        self.relations = [self._relation(chance) for _number in range(relations)]
        Relation.objects.bulk_create(self.relations, ignore_conflicts=True)

    def _merge_some(self, chance: random.Random) -> None:
        keeper = _registrar()
        for child, parent in zip(self.firms[::5], self.firms[1::5], strict=False):
            if chance.random() < 0.7:
                practitioners.set_parent(child, parent, reason="Bought.", actor=keeper, at=self.at)
                self.family[child.pk] = parent.pk

    def _line(self, chance: random.Random) -> Employment:
        begins = self.today - timedelta(days=chance.randrange(100, 2000))
        ends = begins + timedelta(days=chance.randrange(1, 1500)) if chance.random() < 0.6 else None
        return Employment(
            person=chance.choice(self.people),
            employer=chance.choice(self.firms),
            role="engineer",
            begins=begins,
            ends=ends,
            added_at=self.at,
        )

    def _tie(self, chance: random.Random) -> Tie:
        one, other = chance.sample(self.people, 2)
        ended = self.at if chance.random() < 0.3 else None
        return Tie(declared_by=one, other=other, kind="mentor", declared_at=self.at, ended_at=ended)

    def _interest(self, chance: random.Random) -> VendorInterest:
        ends = self.today - timedelta(days=10) if chance.random() < 0.3 else None
        return VendorInterest(
            person=chance.choice(self.people),
            vendor=chance.choice(self.firms),
            kind=next(iter(InterestKind)).value,
            begins=self.today - timedelta(days=400),
            ends=ends,
            added_at=self.at,
        )

    def _relation(self, chance: random.Random) -> Relation:
        until = self.at - timedelta(days=1) if chance.random() < 0.2 else None
        about_firm = chance.random() < 0.1
        return Relation(
            person=None if about_firm else chance.choice(self.people),
            firm_id=chance.choice(self.firms).pk if about_firm else None,
            subject_kind=KIND,
            subject_id=chance.randrange(1, 400),
            kind=RelationKind.FIRM.value if about_firm else chance.choice(OF_PEOPLE),
            since=self.at - timedelta(days=chance.randrange(1, 10_000)),
            until=until,
        )

    def expected(self, person: User) -> set[int]:
        """The subjects that the person has a conflict with, by plain loops."""
        close = {t.other_id for t in self.ties if t.declared_by_id == person.pk and not t.ended_at}
        close |= {t.declared_by_id for t in self.ties if t.other_id == person.pk and not t.ended_at}
        mine, bound = self._families(person.pk), self._bound(person.pk)
        found = set()
        for each in self.relations:
            if each.until is not None:
                continue
            own = each.person_id == person.pk and each.kind in {k.value for k in OWN}
            firm = each.firm_id is not None and self.family[each.firm_id] in mine | bound
            theirs = self._families(each.person_id) if each.kind == RelationKind.AUTHOR else set()
            shares = each.person_id != person.pk and bool(mine & theirs)
            near = each.kind == RelationKind.AUTHOR and each.person_id in close
            if own or firm or shares or near or bound & theirs:
                found.add(each.subject_id)
        return found

    def _bound(self, person: int) -> set[int]:
        mine = [each for each in self.interests if each.person_id == person and not each.ends]
        return {self.family[each.vendor_id] for each in mine}

    def _families(self, person: int | None) -> set[int]:
        back = self.today - timedelta(days=731)
        return {
            self.family[each.employer_id]
            for each in self.lines
            if each.person_id == person and (each.ends is None or each.ends >= back)
        }


def _registrar() -> User:
    from guildmark.apps.accounts.states import Role
    from tests.apps.accounts.factories import staff

    return staff(Role.REGISTRAR)


def test_no_conflict_is_missed_among_two_thousand_relations(db: None) -> None:
    graph = Graph(random.Random(11), people=120, firms=40, relations=2000)
    missed, invented = 0, 0
    for person in graph.people:
        listed = set(queries.conflicted_ids(person, KIND, at=graph.at))
        missed += len(graph.expected(person) - listed)
        invented += len(listed - graph.expected(person))
    assert (missed, invented) == (0, 0)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10_000))
def test_one_question_and_the_list_agree_on_every_graph(db: None, seed: int) -> None:
    from django.db import transaction

    with transaction.atomic():
        graph = Graph(random.Random(seed), people=8, firms=5, relations=25)
        for person in graph.people[:4]:
            for subject in {each.subject_id for each in graph.relations}:
                kinds(person, subject, graph.at)
            assert set(queries.conflicted_ids(person, KIND, at=graph.at)) == graph.expected(person)
        transaction.set_rollback(True)
