"""An older registry comes in as a whole, once, and every fault is told with its row."""

from datetime import UTC, datetime
from random import Random

import pytest

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import answers, services
from guildmark.apps.credentials.queries import Credential, CredentialType
from guildmark.apps.credentials.taking_over import RegistryRefused, TakenOver, take_over
from guildmark.cores.identifiers import write_id
from tests.apps.accounts.factories import member

HEAD = "id,type,name,issued,email,valid_until,state,text\n"
GOOD = (
    HEAD
    + "PSF-017,CPAP,Ada Example,2026-01-15,ada@example.org,,,\n"
    + "PSF-018,CPAP,Bo Example,2023-01-15,,2024-01-15,,\n"
    + "PSF-019,CPAP,Cy Example,2026-01-15,,,revoked,Issued in error.\n"
)


def test_rows_become_credentials_that_can_be_verified(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    assert take_over(GOOD, actor=None, at=at) == TakenOver(3, 0)
    states = [answers.answer(f"psf o{n}", at=at).state for n in (17, 18, 19)]
    assert states == ["valid", "expired", "revoked"]
    first = Credential.objects.get(key="PSF017")
    assert first.valid_until == datetime(2028, 1, 15, tzinfo=UTC)
    assert answers.answer("PSF-017", at=at).holder == ""


def test_the_same_file_can_come_twice_and_a_dry_run_keeps_nothing(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    assert take_over(GOOD, actor=None, at=at, dry_run=True) == TakenOver(3, 0)
    assert not Credential.objects.exists()
    take_over(GOOD, actor=None, at=at)
    assert take_over(GOOD, actor=None, at=at) == TakenOver(0, 3)
    assert Credential.objects.count() == 3


def test_a_row_that_says_otherwise_than_the_registry_is_refused(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    take_over(GOOD, actor=None, at=at)
    with pytest.raises(RegistryRefused, match="here already with other facts"):
        take_over(GOOD.replace("2023-01-15", "2023-02-15"), actor=None, at=at)


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        ("PSF-1,NONE,Ada,2026-01-15,,,,", "type", "no type"),
        ("PSF-1,CPAP,,2026-01-15,,,,", "name", "needed"),
        ("PSF-1,CPAP,Ada,15.1.2026,,,,", "issued", "no day"),
        ("PSF-1,CPAP,Ada,,,,,", "issued", "no day"),
        ("PSF-1,CPAP,Ada,2026-01-15,ada,,,", "email", "not an e-mail"),
        ("PSF-1,CPAP,Ada,2026-01-15,,2025-01-15,,", "valid_until", "ends before"),
        ("PSF-1,CPAP,Ada,2026-01-15,,,expired,", "state", "no state"),
        ("PSF%1,CPAP,Ada,2026-01-15,,,,", "id", "can be no id"),
        (",CPAP,Ada,2026-01-15,,,,", "id", "can be no id"),
        ("psf o17,CPAP,Ada,2026-01-15,,,,", "id", "reads like the id in row 2"),
        ("PSF-1,CPAP,Ada", "row", "more or fewer"),
        ("PSF-1,CPAP,Ada,2026-01-15,,,,,,", "row", "more or fewer"),
        (f"PSF-1,CPAP,{'x' * 201},2026-01-15,,,,", "name", "one line"),
    ],
)
def test_every_fault_is_told_with_its_row_and_nothing_is_kept(
    cpap: CredentialType, registrar: User, at: datetime, row: str, column: str, problem: str
) -> None:
    with pytest.raises(RegistryRefused) as refusal:
        take_over(f"{GOOD}{row}\n", actor=None, at=at)
    found = [(each.row, each.column) for each in refusal.value.problems]
    assert found == [(5, column)]
    assert problem in refusal.value.problems[0].text
    assert not Credential.objects.exists()


@pytest.mark.parametrize(
    ("text", "column"),
    [("id,type,name\n", "issued"), ("id,type,name,issued,colour\n", "colour"), ("", "id")],
)
def test_a_heading_that_is_not_understood_is_refused(
    cpap: CredentialType, registrar: User, at: datetime, text: str, column: str
) -> None:
    with pytest.raises(RegistryRefused) as refusal:
        take_over(text, actor=None, at=at)
    assert refusal.value.problems[0].column == column


def test_a_mistyped_id_of_the_new_kind_is_refused(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:

    number = write_id("CPAP", 2026, Random(1))
    wrong = number[:-1] + ("A" if number[-1] != "A" else "B")
    with pytest.raises(RegistryRefused, match="can be no id"):
        take_over(f"{HEAD}{wrong},CPAP,Ada,2026-01-15,,,,\n", actor=None, at=at)


def test_nobody_takes_a_registry_over_but_at_the_command_line(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    for nobody in (member(), registrar):
        with pytest.raises(PermissionRefused, match="command line"):
            take_over(GOOD, actor=nobody, at=at)


def test_who_claims_a_row_gets_the_signed_credential(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    take_over(GOOD, actor=None, at=at)
    row = Credential.objects.get(key="PSF017")
    assert not row.document
    person = member("ada@example.org")
    claimed = services.claim(row, actor=person, at=at)
    assert claimed.holder == person
    assert '"proofValue"' in claimed.document
    assert claimed.status_list is not None
