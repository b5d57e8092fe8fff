"""Which credentials are valid at a moment: the list and the single answer say the same."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import queries
from guildmark.apps.credentials.models import Credential
from guildmark.apps.credentials.queries import CredentialType
from guildmark.apps.credentials.states import Move, Standing
from tests.apps.credentials.factories import a_type, awarded, moved


@pytest.fixture
def made(cpap: CredentialType, registrar: User, holder: User, at: datetime) -> list[Credential]:
    """One credential that holds, one that was suspended, one without end."""
    endless = a_type("AIDA", at=at, second_person=(), validity_months=None)
    rows = [awarded(kind, actor=registrar, at=at) for kind in (cpap, cpap, endless)]
    moved(rows[1], Move.SUSPEND, actor=registrar, at=at)
    return list(Credential.objects.all())


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seconds=st.integers(-100_000_000, 100_000_000))
def test_the_list_is_the_twin_of_the_standing(
    made: list[Credential], at: datetime, seconds: int
) -> None:
    when = at + timedelta(seconds=seconds)
    expected = {each.pk for each in made if each.standing(when) is Standing.VALID}
    assert set(queries.valid_at(when).values_list("pk", flat=True)) == expected


def test_a_credential_counts_from_its_first_moment_to_its_last(
    made: list[Credential], at: datetime
) -> None:
    ends = min(each.valid_until for each in made if each.valid_until is not None)
    moments = (at - timedelta(seconds=1), at, ends - timedelta(seconds=1), ends)
    assert [queries.valid_at(when).count() for when in moments] == [0, 2, 2, 1]


def test_specialists_hold_a_type_that_is_mapped_to_the_domain(
    registrar: User, holder: User, at: datetime
) -> None:
    row = awarded(
        a_type("CAIS", at=at, second_person=(), domains=("security",)), actor=registrar, at=at
    )
    assert list(queries.specialists("security", at)) == [row]
    assert not queries.specialists("security-x", at).exists()


def test_what_nobody_has_claimed_counts_for_nobody(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    awarded(cpap, actor=registrar, at=at, email="unknown@example.org")
    assert not queries.valid_at(at).exists()
