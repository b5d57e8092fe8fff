"""Families of employers: what the derived columns say is what following the edges says."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.audit import queries as audit
from guildmark.apps.practitioners import queries, services
from guildmark.apps.practitioners.models import Employer, Employment
from guildmark.apps.practitioners.services import PractitionerRefused
from guildmark.apps.practitioners.services.employers import subject
from tests.apps.accounts.factories import member
from tests.apps.practitioners.factories import employer, rolled_back, works

SIZE = 6
JANUARY, FEBRUARY, MARCH = date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)
WHY = "Seen in the company register."

nodes = st.integers(0, SIZE - 1)
moves = st.lists(
    st.one_of(
        st.tuples(st.just("parent"), nodes, st.one_of(st.none(), nodes)),
        st.tuples(st.just("merge"), nodes, nodes),
        st.tuples(st.just("undo"), nodes, st.none()),
    ),
    max_size=14,
)


class Register:
    """The same moves on plain dictionaries, with no column derived."""

    def __init__(self) -> None:
        self.parent: dict[int, int | None] = dict.fromkeys(range(SIZE))
        self.merged: dict[int, int | None] = dict.fromkeys(range(SIZE))

    def up(self, node: int) -> int | None:
        found = self.merged[node]
        return self.parent[node] if found is None else found

    def chain(self, node: int | None) -> list[int]:
        found: list[int] = []
        while node is not None:
            assert node not in found, "a ring"
            found.append(node)
            node = self.up(node)
        return found

    def resolved(self, node: int) -> int:
        while (into := self.merged[node]) is not None:
            node = into
        return node

    def move(self, what: str, node: int, other: int | None) -> bool:
        """Do what is sound, and return whether it was."""
        alone = self.merged[node] is None
        if what == "undo":
            if alone or node in self.chain_without_merge(node):
                return False
            self.merged[node] = None
            return True
        if not alone or (other is not None and self.merged[other] is not None):
            return False
        if other is not None and node in self.chain(other):
            return False
        if what == "merge":
            self.merged[node] = other
        else:
            self.parent[node] = other
        return True

    def chain_without_merge(self, node: int) -> list[int]:
        kept, self.merged[node] = self.merged[node], None
        above, found = self.parent[node], []
        while above is not None and above not in found:
            found.append(above)
            above = self.up(above)
        self.merged[node] = kept
        return found


def moved(rows: list[Employer], move: tuple[str, int, int | None], **by: Any) -> bool:
    what, node, other = move
    row = Employer.objects.get(pk=rows[node].pk)
    above = None if other is None else Employer.objects.get(pk=rows[other].pk)
    try:
        if what == "undo":
            services.undo_merge(row, reason=WHY, **by)
        elif what == "merge" and above is not None:
            services.merge_employers(row, above, reason=WHY, **by)
        else:
            services.set_parent(row, above, reason=WHY, **by)
    except PractitionerRefused:
        return False
    return True


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=moves)
def test_families_are_what_following_merges_and_parents_gives(
    registrar: User, at: datetime, moves: list[tuple[str, int, int | None]]
) -> None:
    with rolled_back():
        rows = [employer(actor=registrar, at=at) for _ in range(SIZE)]
        naive = Register()
        for move in moves:
            assert moved(rows, move, actor=registrar, at=at) == naive.move(*move), move
        for number, row in enumerate(rows):
            row.refresh_from_db()
            assert row.family_id == rows[naive.chain(number)[-1]].pk
            assert row.resolved_id == rows[naive.resolved(number)].pk


work_lines = st.lists(
    st.tuples(
        st.integers(0, 3),  # who
        st.integers(0, 3),  # where
        st.integers(1, 8),  # first month
        st.one_of(st.none(), st.integers(0, 6)),  # months later
        st.booleans(),  # withdrawn
    ),
    max_size=10,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=work_lines, since=st.integers(1, 12), length=st.integers(0, 6))
def test_colleagues_are_who_share_a_family_in_the_interval(
    registrar: User, at: datetime, lines: list[Any], since: int, length: int
) -> None:
    first, last = date(2025, since, 1), date(2025, min(12, since + length), 15)
    with rolled_back():
        places = [employer(actor=registrar, at=at) for _ in range(4)]
        services.set_parent(places[1], places[0], actor=registrar, at=at, reason=WHY)
        services.mark_institute(places[3], True, actor=registrar, at=at, reason=WHY)
        people = [member() for _ in range(4)]
        expected: list[set[int]] = [set() for _ in people]
        for who, where, begins, later, withdrawn in lines:
            ends = None if later is None else date(2025, min(12, begins + later), 1)
            line = works(people[who], places[where], at=at, begins=date(2025, begins, 1), ends=ends)
            counts = line.begins <= last and (line.ends is None or line.ends >= first)
            if withdrawn:
                services.withdraw_line(line, actor=people[who], at=at)
            elif counts and where != 3:
                expected[who].add(places[0 if where == 1 else where].pk)
        for person, mine in zip(people, expected, strict=True):
            assert queries.families(person, since=first, until=last) == mine
            shared = {
                each.pk
                for each, theirs in zip(people, expected, strict=True)
                if mine & theirs and each != person
            }
            assert set(queries.colleagues(person, since=first, until=last)) == shared


def test_colleagues_are_one_subquery(
    registrar: User, person: User, other: User, at: datetime
) -> None:
    where = employer(actor=registrar, at=at)
    for each in (person, other):
        works(each, where, at=at, begins=JANUARY)
    found = queries.colleagues(person, since=JANUARY, until=MARCH)
    assert list(User.objects.filter(pk__in=found)) == [other]
    assert list(Employment.objects.exclude(person_id__in=found)) == list(
        Employment.objects.filter(person=person)
    )


def test_who_works_for_themselves_has_no_colleagues(
    person: User, other: User, at: datetime
) -> None:
    for each in (person, other):
        alone = services.work_for_oneself(actor=each, at=at)
        works(each, alone, at=at, begins=JANUARY)
    mine = queries.families(person, since=JANUARY, until=MARCH)
    assert len(mine) == 1
    assert mine != queries.families(other, since=JANUARY, until=MARCH)
    assert not queries.colleagues(person, since=JANUARY, until=MARCH).exists()


def test_a_person_is_one_employer_for_themselves_however_often_they_say_so(
    person: User, at: datetime
) -> None:
    first = services.work_for_oneself(actor=person, at=at)
    assert services.work_for_oneself(actor=person, at=at) == first


def test_nobody_works_at_the_self_employment_of_another(
    person: User, other: User, at: datetime
) -> None:
    theirs = services.work_for_oneself(actor=other, at=at)
    with pytest.raises(PractitionerRefused, match="from the list"):
        works(person, theirs, at=at, begins=JANUARY)


def test_the_last_day_of_the_month_still_belongs_to_the_work(
    registrar: User, person: User, at: datetime
) -> None:
    where = employer(actor=registrar, at=at)
    works(person, where, at=at, begins=JANUARY, ends=FEBRUARY)
    last, next_day = date(2025, 2, 28), MARCH
    assert queries.families(person, since=last, until=next_day) == {where.pk}
    assert queries.families(person, since=next_day, until=next_day) == frozenset()
    assert queries.families(person, since=next_day, until=last) == frozenset()


def test_what_was_merged_into_the_institute_is_the_institute(
    registrar: User, person: User, at: datetime
) -> None:
    house, same = (employer(actor=registrar, at=at) for _ in range(2))
    works(person, same, at=at, begins=JANUARY)
    for each in (house, same):
        services.mark_institute(each, True, actor=registrar, at=at, reason=WHY)
    services.merge_employers(same, house, actor=registrar, at=at, reason=WHY)
    assert queries.families(person, since=JANUARY, until=MARCH) == frozenset()


@pytest.mark.parametrize("what", ["parent", "merge", "undo", "rename", "check", "domains"])
def test_a_member_changes_nothing_in_the_register(
    registrar: User, person: User, at: datetime, what: str
) -> None:
    one, two = (employer(actor=registrar, at=at) for _ in range(2))
    by: dict[str, Any] = {"actor": person, "at": at, "reason": WHY}
    tries: dict[str, Any] = {
        "parent": lambda: services.set_parent(one, two, **by),
        "merge": lambda: services.merge_employers(one, two, **by),
        "undo": lambda: services.undo_merge(one, **by),
        "rename": lambda: services.rename_employer(one, "Other", **by),
        "check": lambda: services.check_employer(one, **by),
        "domains": lambda: services.set_mail_domains(one, ["example.net"], **by),
    }
    with pytest.raises(PermissionRefused, match="registrar"):
        tries[what]()


def test_a_merge_needs_a_reason_and_leaves_a_trace_also_when_it_is_undone(
    registrar: User, at: datetime
) -> None:
    one, two = (employer(actor=registrar, at=at) for _ in range(2))
    with pytest.raises(PractitionerRefused, match="Give the reason"):
        services.merge_employers(one, two, actor=registrar, at=at, reason=" ")
    services.merge_employers(one, two, actor=registrar, at=at, reason=WHY)
    services.undo_merge(one, actor=registrar, at=at, reason="It was another one.")
    told = [(each.name, each.detail.reason) for each in audit.events_of(subject(one))]
    assert told[1:] == [
        ("practitioners:employer:merged", WHY),
        ("practitioners:employer:unmerged", "It was another one."),
    ]
    one.refresh_from_db()
    assert (one.family_id, one.resolved_id) == (one.pk, one.pk)
