"""The registry is listed by the words that stand on its badges, and by the clock."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import queries
from guildmark.apps.credentials.models import Credential
from guildmark.apps.credentials.queries import CredentialType
from guildmark.apps.credentials.states import Move, Standing
from tests.apps.accounts.factories import signed_in
from tests.apps.credentials.factories import a_type, awarded, moved

MOVES = (Move.SUSPEND, Move.REVOKE, Move.SURRENDER, Move.SUPERSEDE)


@pytest.fixture
def rows(cpap: CredentialType, registrar: User, holder: User, at: datetime) -> list[Credential]:
    """One credential of each state, of different ages, and two without end."""
    endless = a_type("AIDA", at=at, second_person=(), validity_months=None)
    made = [awarded(kind, actor=registrar, at=at) for kind in (*[cpap] * 4, cpap, endless)]
    for number, (row, move) in enumerate(zip(made, MOVES, strict=False)):
        successor = made[-1] if move is Move.SUPERSEDE else None
        when = at + timedelta(days=number)
        moved(row, move, actor=registrar, at=when, successor=successor)
    return list(Credential.objects.all())


def listed(client: Client, standing: str) -> tuple[set[str], set[str]]:
    """The ids and the words on the badges that the registry shows."""
    page = client.get(reverse("credentials:registry"), {"state": standing}).text
    table = page.partition("<tbody")[2].partition("</tbody>")[0]
    badges = re.findall(r'<span class="badge[^>]*>([^<]+)</span>', table)
    return set(re.findall(r'<a class="identifier"[^>]*>([^<]+)</a>', table)), set(badges)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(days=st.integers(-10, 4 * 366))
def test_each_filter_finds_what_stands_so(rows: list[Credential], at: datetime, days: int) -> None:
    when = at + timedelta(days=days)
    for each in Standing:
        found = Credential.objects.filter(queries.standing_is(each, when))
        assert set(found) == {row for row in rows if row.standing(when) is each}


def test_the_moments_of_beginning_and_end_count_as_on_the_badge(
    rows: list[Credential], at: datetime
) -> None:
    ends = min(row.valid_until for row in rows if row.valid_until is not None)
    second = timedelta(seconds=1)
    for when in (at - second, at, ends - second, ends, ends + second):
        standings = [queries.standing_is(each, when) for each in Standing]
        found = [Credential.objects.filter(each).count() for each in standings]
        assert sum(found) == len(rows)  # Each credential stands one way, and no more.
        assert found == [sum(row.standing(when) is each for row in rows) for each in Standing]


def test_the_filters_are_the_words_of_the_badges(
    client: Client, rows: list[Credential], registrar: User, at: datetime
) -> None:
    signed_in(client, registrar)
    page = client.get(reverse("credentials:registry")).text
    nav = page.partition('<nav class="filters"')[2].partition("</nav>")[0]
    words = re.findall(r"<a [^>]*>([^<]+)</a>", nav)
    assert words == ["All states", *(str(each.label).capitalize() for each in Standing)]
    years = {at - timedelta(days=5), at, at + timedelta(days=3 * 366)}
    seen = set()
    for when in sorted(years):
        with time_machine.travel(when, tick=False):
            signed_in(client, registrar)
            for each in Standing:
                ids, badges = listed(client, each.value)
                assert ids == {row.number for row in rows if row.standing(when) is each}
                assert badges <= {str(each.label).capitalize()}
                seen |= badges
    assert seen == set(words) - {"All states"}


@pytest.mark.parametrize("typed", ["", "active", "nonsense"])
def test_any_other_word_lists_all(
    client: Client, rows: list[Credential], registrar: User, typed: str
) -> None:
    signed_in(client, registrar)
    assert listed(client, typed)[0] == {row.number for row in rows}
