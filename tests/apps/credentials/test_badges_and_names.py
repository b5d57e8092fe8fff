"""A live badge tells the state of today; a name is shown only to who can spell the surname."""

from datetime import datetime

import pytest
import time_machine
from django.test import Client

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials.queries import Credential, CredentialType
from guildmark.apps.credentials.states import Move, ShownAs
from guildmark.apps.credentials.surnames import is_surname_of
from guildmark.apps.credentials.taking_over import take_over
from tests.apps.credentials.factories import awarded, moved

OLD = "id,type,name,issued\nPSF-017,CPAP,José María de la Cruz-Ruiz,2026-01-15\n"


def test_the_badge_tells_each_change_at_the_next_request(
    client: Client, cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    address = f"/verify/{made.number}/badge.svg"
    seen = {}
    with time_machine.travel(at):
        seen["valid"] = client.get(address)
        moved(made, Move.SUSPEND, actor=registrar, at=at)
        seen["suspended"] = client.get(address)
        moved(made, Move.REVOKE, actor=registrar, at=at)
        seen["revoked"] = client.get(address)
        again = client.get(address, headers={"If-None-Match": seen["revoked"]["ETag"]})
    assert all(f"CPAP: {state}".encode() in each.content for state, each in seen.items())
    assert len({each["ETag"] for each in seen.values()}) == 3
    assert again.status_code == 304
    assert seen["valid"]["Content-Type"] == "image/svg+xml"


def test_an_expired_badge_says_so_without_any_change(
    client: Client, cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    assert made.valid_until is not None
    with time_machine.travel(made.valid_until):
        assert b"CPAP: expired" in client.get(f"/verify/{made.number}/badge.svg").content


def test_an_unknown_id_has_a_badge_that_is_never_kept(client: Client, institute: None) -> None:
    answer = client.get("/verify/PSF-999/badge.svg")
    assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")
    assert b"unknown" in answer.content


@pytest.mark.parametrize("typed", ["Cruz-Ruiz", "cruz ruiz", "RUIZ", "José María de la Cruz-Ruiz"])
def test_who_can_spell_the_surname_is_told_the_name(
    client: Client, cpap: CredentialType, registrar: User, at: datetime, typed: str
) -> None:
    take_over(OLD, actor=None, at=at)
    assert b"Mar" not in client.get("/verify/PSF-017").content
    answer = client.post("/verify/PSF-017/name/", {"surname": typed})
    assert "José María de la Cruz-Ruiz" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("typed", ["", "Cruz", "José", "%", "x José María de la Cruz-Ruiz"])
def test_who_can_not_is_told_nothing(
    client: Client, cpap: CredentialType, registrar: User, at: datetime, typed: str
) -> None:
    take_over(OLD, actor=None, at=at)
    answer = client.post("/verify/PSF-017/name/", {"surname": typed})
    assert answer.status_code == 422
    assert "María" not in answer.content.decode().replace(typed or "\0", "")


SPELLINGS = {
    "Anna Müller": ("Müller", "MUELLER", "Muller", "Mu\u0308ller"),
    "Anna Mueller": ("Müller", "Mueller"),
    "Jörg Groß-Gerau": ("Gross-Gerau", "Groß Gerau", "GROẞ-GERAU"),
    "Niels Ørsted": ("Ørsted", "Oersted"),
    "Bo Åkesson": ("Aakesson", "Akesson"),
    "Ida Æbelø": ("Aebeloe", "ÆBELØ"),
    "Jón Þórðarson": ("Thordarson",),
    "Anna Wałęsa": ("Walesa",),
    "Ayşe Iş\N{LATIN SMALL LETTER DOTLESS I}k": ("Isik",),
}


def surname_passes(name: str, typed: str) -> bool:
    row = Credential(holder_name=name)
    return is_surname_of(typed, row)


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "typed"), [(name, typed) for name, all_of in SPELLINGS.items() for typed in all_of]
)
def test_letters_may_be_written_out_as_passports_do(name: str, typed: str) -> None:
    assert surname_passes(name, typed)


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Anna Muller", "Mueller"),  # Nothing to write out.
        ("Anna Mueller", "Muller"),
        ("Anna Müller", "Mueler"),
        ("Anna Müller", "Miller"),
        ("Niels Ørsted", "Orsted"),
        ("Jörg Groß", "Gros"),
        ("Ida Æbelø", "Abelo"),
        ("Anna Müller", "Anna"),
        ("Anna Müller", "x Anna Müller"),
        ("Anna Müller", "-"),
        ("", ""),
    ],
)
def test_no_other_spelling_passes(name: str, typed: str) -> None:
    assert not surname_passes(name, typed)


def test_names_of_new_credentials_are_not_told_for_a_surname(
    client: Client, cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    answer = client.post(f"/verify/{made.number}/name/", {"surname": "Example"})
    assert answer.status_code == 302


def test_a_holder_who_lets_the_name_be_shown_is_not_asked_about(
    client: Client, cpap: CredentialType, registrar: User, at: datetime
) -> None:
    take_over(OLD, actor=None, at=at)
    Credential.objects.update(shown_as=ShownAs.NAME.value)
    text = client.get("/verify/PSF-017").content.decode()
    assert "José María" in text
    assert "Surname of the holder" not in text
