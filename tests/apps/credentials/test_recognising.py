"""Other issuers whom the institute recognises: who may say so, what is kept, what is refused."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.models import Event, EventDetail
from guildmark.apps.credentials import recognising
from guildmark.apps.credentials.models import RecognisedIssuer
from guildmark.apps.credentials.programme import CredentialsSection
from guildmark.apps.credentials.recognising import IssuerDescription, IssuerRefused
from guildmark.apps.institute.slots import SectionRefused
from tests.apps.accounts.factories import administrator, member, signed_in, staff

pytestmark = pytest.mark.django_db

LIST = "/registry/issuers/"
OTHER = IssuerDescription("did:web:other.example", "Other University", "Rang them up.")
TYPED = {"identifier": OTHER.identifier, "name": OTHER.name, "note": OTHER.note}
SECTION = CredentialsSection()


@pytest.fixture
def known(institute: None, at: datetime) -> RecognisedIssuer:
    """An issuer that is recognised."""
    recognising.recognise(OTHER, actor=SYSTEM, at=at)
    return RecognisedIssuer.objects.get()


def page_of(row: RecognisedIssuer) -> str:
    """The address of an issuer's page."""
    return f"{LIST}{row.pk}/"


def events() -> list[str]:
    """The names of the events about issuers, oldest first."""
    told = Event.objects.filter(name__startswith="credentials:issuer").order_by("pk")
    return list(told.values_list("name", flat=True))


def test_an_administrator_recognises_an_issuer_and_the_ledger_hears_of_it(
    institute: None, at: datetime
) -> None:
    assert recognising.recognise(OTHER, actor=administrator(), at=at)
    row = RecognisedIssuer.objects.get()
    assert (row.identifier, row.name, row.note) == (OTHER.identifier, OTHER.name, OTHER.note)
    event = Event.objects.get(name="credentials:issuer:recognised")
    assert event.payload == {"issuer": OTHER.identifier, "known_as": OTHER.name}
    assert OTHER.note not in str(event.payload)


def test_the_same_again_changes_nothing_and_another_name_is_told(
    known: RecognisedIssuer, at: datetime
) -> None:
    assert not recognising.recognise(OTHER, actor=SYSTEM, at=at)
    renamed = IssuerDescription(OTHER.identifier, "Another name")
    assert recognising.recognise(renamed, actor=SYSTEM, at=at)
    assert RecognisedIssuer.objects.get().name == "Another name"
    assert events() == ["credentials:issuer:recognised"] * 2


def test_an_issuer_is_dropped_for_a_reason_that_is_kept(
    known: RecognisedIssuer, at: datetime
) -> None:
    recognising.drop(known, reason="They closed.", actor=administrator(), at=at)
    assert not RecognisedIssuer.objects.exists()
    assert events()[-1] == "credentials:issuer:dropped"
    assert EventDetail.objects.filter(reason="They closed.").exists()
    with pytest.raises(IssuerRefused, match="removed already"):
        recognising.drop(known, reason="They closed.", actor=SYSTEM, at=at)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_without_a_proper_reason_nothing_is_dropped(
    known: RecognisedIssuer, at: datetime, reason: str
) -> None:
    with pytest.raises(IssuerRefused):
        recognising.drop(known, reason=reason, actor=SYSTEM, at=at)
    assert RecognisedIssuer.objects.exists()


@pytest.mark.parametrize("role", [None, *(each for each in Role if each is not Role.ADMINISTRATOR)])
def test_nobody_else_recognises_or_drops(
    known: RecognisedIssuer, at: datetime, role: Role | None
) -> None:
    person = member() if role is None else staff(role)
    with pytest.raises(PermissionRefused, match="administrator"):
        recognising.recognise(IssuerDescription("did:web:x.example", "X"), actor=person, at=at)
    with pytest.raises(PermissionRefused, match="administrator"):
        recognising.drop(known, reason="No.", actor=person, at=at)
    assert RecognisedIssuer.objects.get() == known


@pytest.mark.parametrize(
    "identifier",
    [
        "did:web:other.example", "did:web:other.example%3A8443:people:eve",
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "https://other.example/issuer", "https://other.example:8443/issuer?of=us",
    ],
)  # fmt: skip
def test_an_id_that_credentials_can_name_is_kept_as_it_is(
    institute: None, at: datetime, identifier: str
) -> None:
    recognising.recognise(IssuerDescription(f" {identifier} ", "Other"), actor=SYSTEM, at=at)
    assert RecognisedIssuer.objects.get().identifier == identifier


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"identifier": ""}, "identifier", "no name of an issuer"),
        ({"identifier": "University"}, "identifier", "no name of an issuer"),
        ({"identifier": "did:ion:abc"}, "identifier", "no name of an issuer"),
        ({"identifier": "http://other.example/"}, "identifier", "no name of an issuer"),
        ({"identifier": "did:web:Other.example"}, "identifier", "not a did:web with a host"),
        ({"identifier": "did:web:other.example#key"}, "identifier", "not a did:web with a host"),
        ({"identifier": "did:key:zOdd"}, "identifier", "no Multikey"),
        ({"identifier": "https://Other.example/"}, "identifier", "small letters"),
        ({"identifier": "https://other.example/#key"}, "identifier", "from a # on"),
        ({"identifier": "https://me:word@other.example/"}, "identifier", "user name"),
        ({"identifier": "did:web:" + "x" * 500}, "identifier", "at most 500"),
        ({"identifier": "did:web:example.org"}, "identifier", "institute itself"),
        ({"name": " "}, "name", "needed"),
        ({"name": "x" * 201}, "name", "at most 200"),
        ({"name": "Other\u202euniversity"}, "name", "can't be printed"),
        ({"note": "x" * 501}, "note", "at most 500"),
    ],
)
def test_what_cannot_be_recognised_is_refused_at_its_field(
    institute: None, at: datetime, changes: dict[str, str], field: str, words: str
) -> None:
    with pytest.raises(IssuerRefused, match=words) as refusal:
        recognising.recognise(IssuerDescription(**{**TYPED, **changes}), actor=SYSTEM, at=at)
    assert refusal.value.field == field
    assert not RecognisedIssuer.objects.exists()


# Pages


def test_an_administrator_adds_renames_and_drops_by_page(client: Client, institute: None) -> None:
    signed_in(client, administrator())
    assert "No issuer yet" in client.get(LIST).text
    added = client.post(LIST, TYPED, follow=True)
    assert "Other University is recognised" in added.text
    row = RecognisedIssuer.objects.get()
    assert page_of(row) in added.text
    renamed = client.post(page_of(row), {"identifier": "did:web:x", "name": "New"}, follow=True)
    assert "New is recognised" in renamed.text
    row.refresh_from_db()
    assert (row.identifier, row.name) == (OTHER.identifier, "New")
    dropped = client.post(page_of(row), {"reason": "They closed.", "drop": "yes"}, follow=True)
    assert "New is not recognised any more" in dropped.text
    assert client.get(page_of(row)).status_code == 404


def test_what_was_typed_stays_beside_what_is_wrong(client: Client, known: RecognisedIssuer) -> None:
    signed_in(client, administrator())
    page = client.post(LIST, {**TYPED, "identifier": "University <b>"})
    assert 'value="University &lt;b&gt;"' in page.text
    assert "is no name of an issuer" in page.text
    page = client.post(page_of(known), {"reason": " ", "drop": "yes"})
    assert 'id="id_reason_error"' in page.text or "required" in page.text
    assert RecognisedIssuer.objects.exists()


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.AUDITOR])
def test_who_reads_the_registry_reads_the_list_and_changes_nothing(
    client: Client, known: RecognisedIssuer, role: Role
) -> None:
    signed_in(client, staff(role))
    page = client.get(LIST)
    assert OTHER.identifier in page.text
    assert page_of(known) not in page.text
    assert "<form" not in page.text.split("<main")[1].split("</main>")[0]
    assert client.post(LIST, TYPED).status_code == 403
    assert client.get(page_of(known)).status_code == 403
    assert client.post(page_of(known), {"reason": "No.", "drop": "yes"}).status_code == 403
    assert RecognisedIssuer.objects.get().name == OTHER.name


def test_a_member_reads_nothing_of_it(client: Client, holder: User) -> None:
    signed_in(client, holder)
    assert client.get(LIST).status_code == 403
    assert client.get("/registry/").status_code == 403


# The programme file


FILE: dict[str, Any] = {"types": [], "recognised_issuers": [TYPED]}


def test_issuers_travel_in_the_programme_file(institute: None, at: datetime) -> None:
    assert list(SECTION.problems(FILE, path="$")) == []
    assert SECTION.load(FILE, actor=SYSTEM, at=at)
    assert SECTION.export() == FILE
    assert not SECTION.load(SECTION.export(), actor=SYSTEM, at=at)
    assert not SECTION.load({"types": []}, actor=SYSTEM, at=at)
    assert SECTION.export() == FILE


@pytest.mark.parametrize(
    ("issuers", "path", "words"),
    [
        (None, "$.recognised_issuers", "Give a list of issuers."),
        (["x"], "$.recognised_issuers[0]", "Give an object."),
        ([{**TYPED, "odd": 1}], "$.recognised_issuers[0].odd", "unknown here"),
        ([{"name": "X"}], "$.recognised_issuers[0].identifier", "needed"),
        ([{**TYPED, "name": ""}], "$.recognised_issuers[0].name", "needed"),
        ([{**TYPED, "note": 7}], "$.recognised_issuers[0].note", "Give a text."),
        ([{**TYPED, "note": "x" * 501}], "$.recognised_issuers[0].note", "at most 500"),
        ([TYPED, TYPED], "$.recognised_issuers", "given twice"),
    ],
)
def test_what_is_wrong_with_issuers_in_a_file_is_said_with_its_place(
    issuers: Any, path: str, words: str
) -> None:
    found = SECTION.problems({"types": [], "recognised_issuers": issuers}, path="$")
    assert words in {each.path: each.text for each in found}.get(path, "nothing")


def test_an_issuer_that_cannot_be_recognised_keeps_the_file_out(
    institute: None, at: datetime
) -> None:
    odd = {"types": [], "recognised_issuers": [TYPED, {"identifier": "did:x:y", "name": "X"}]}
    with pytest.raises(SectionRefused) as refusal:
        SECTION.load(odd, actor=SYSTEM, at=at)
    assert refusal.value.problems[0].path == "$.recognised_issuers[1].identifier"
