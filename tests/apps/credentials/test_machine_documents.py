"""Signed credentials, status lists and our keys, as any program gets and checks them."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import services
from guildmark.apps.credentials.queries import Credential, CredentialType
from guildmark.apps.credentials.states import Move
from guildmark.apps.keys.models import Key
from guildmark.apps.keys.services import create_key, rotate_key
from guildmark.apps.keys.states import KeyPurpose
from guildmark.cores.vc import dids, proofs, status_list
from guildmark.cores.vc.dids import KeyUse, VerificationMethod
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.status_list import Standing
from tests.apps.credentials.factories import awarded, moved

DID = "did:web:example.org"
DID_PATH = "/.well-known/did.json"
HOUR = timedelta(hours=1)
MOVES: list[tuple[list[Move], int]] = [
    ([], 0),
    ([Move.SUSPEND], 1),
    ([Move.SUSPEND, Move.REINSTATE], 0),
    ([Move.SUSPEND, Move.REVOKE], 1),
    ([Move.REVOKE], 1),
    ([Move.SUPERSEDE], 1),
    ([Move.SURRENDER], 1),
]


@pytest.fixture
def made(cpap: CredentialType, registrar: User, holder: User, at: datetime) -> Credential:
    """A signed credential."""
    return awarded(cpap, actor=registrar, at=at)


def get_at(client: Client, moment: datetime, path: str, **more: Any) -> HttpResponse:
    with time_machine.travel(moment, tick=False):
        return client.get(path, **more)  # type: ignore[return-value]


def address(made: Credential) -> str:
    return reverse("credentials:document", args=[made.number])


def signed_by(client: Client, document: dict[str, Any]) -> VerificationMethod:
    """Check a proof with nothing but what is published; return the key that made it."""
    published = dids.read_controller_document(client.get(DID_PATH).content, DID)
    method = published.method(proofs.read_proof(document).verification_method)
    proofs.check_proof(document, method.public)
    return method


def entry_of(made: Credential) -> status_list.Entry:
    return status_list.read_entry(json.loads(made.document)["credentialStatus"])


def list_path(made: Credential) -> str:
    url = urlsplit(entry_of(made).list_url)
    assert (url.scheme, url.netloc) == ("https", "example.org")
    return url.path


def listed(client: Client, made: Credential, moment: datetime) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(get_at(client, moment, list_path(made)).content)
    return document


def bits(document: dict[str, Any], made: Credential) -> int:
    encoded, entry = document["credentialSubject"]["encodedList"], entry_of(made)
    return status_list.StatusList.decode(encoded, entry.bits)[entry.index]


@pytest.mark.parametrize(("moves", "value"), MOVES)
def test_the_status_list_tells_of_each_move_at_the_very_next_request(
    made: Credential, cpap: CredentialType, registrar: User, client: Client, at: datetime,
    moves: list[Move], value: int,
) -> None:  # fmt: skip
    other = awarded(cpap, actor=registrar, at=at)
    assert bits(listed(client, made, at), made) == 0
    for move in moves:
        made.refresh_from_db()
        more = {"successor": other} if move is Move.SUPERSEDE else {}
        moved(made, move, actor=registrar, at=at, **more)
    document = listed(client, made, at)
    signed_by(client, document)
    assert (bits(document, made), bits(document, other)) == (value, 0)
    standing = status_list.read_status(entry_of(made), document, at).standing
    assert standing is (Standing.REVOKED if value else Standing.VALID)


def test_a_surrender_by_the_holder_is_in_the_list_too(
    made: Credential, holder: User, client: Client, at: datetime
) -> None:
    services.surrender(made, reason="I resign.", actor=holder, at=at)
    assert bits(listed(client, made, at), made) == 1


@pytest.mark.parametrize(("state", "value"), [("active", 0), ("suspended", 1), ("revoked", 1)])
def test_what_was_taken_over_and_is_claimed_has_its_state_in_the_list_at_once(
    made: Credential, cpap: CredentialType, holder: User, client: Client, at: datetime,
    state: str, value: int,
) -> None:  # fmt: skip
    listed(client, made, at)
    old = Credential.objects.create(
        key="AB12", number="AB-12", type=cpap, holder_name="Ada Example", state=state,
        holder_email="holder@example.org", awarded_at=at, valid_from=at, changed_at=at,
        taken_over=True,
    )  # fmt: skip
    old = services.claim(old, actor=holder, at=at)
    if value:  # A list from before would say that it holds; so it is not signed at all.
        assert (old.document, old.status_list) == ("", None)
        return
    signed_by(client, json.loads(client.get(address(old)).content))
    document = listed(client, old, at)
    assert (bits(document, old), bits(document, made)) == (value, 0)


def test_what_was_claimed_while_suspended_is_signed_when_it_is_reinstated(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    old = Credential.objects.create(
        key="AB12", number="AB-12", type=cpap, holder_name="Ada Example", state="suspended",
        holder_email="holder@example.org", awarded_at=at, valid_from=at, changed_at=at,
        taken_over=True,
    )  # fmt: skip
    moved(services.claim(old, actor=holder, at=at), Move.REINSTATE, actor=registrar, at=at)
    old.refresh_from_db()
    signed_by(client, json.loads(client.get(address(old)).content))
    assert bits(listed(client, old, at), old) == 0


def test_one_move_among_many_is_told_of_the_right_credential(
    cpap: CredentialType, registrar: User, client: Client, at: datetime
) -> None:
    many = [awarded(cpap, actor=registrar, at=at, email=f"p{i}@example.org") for i in range(8)]
    for each, move in zip(many[:3], (Move.REVOKE, Move.SUSPEND, Move.SURRENDER), strict=True):
        moved(each, move, actor=registrar, at=at)
    document = listed(client, many[0], at)
    assert [bits(document, each) for each in many] == [1, 1, 1, 0, 0, 0, 0, 0]


def test_a_credential_that_expired_is_not_moved_in_the_list(
    made: Credential, client: Client, at: datetime
) -> None:
    assert bits(listed(client, made, at + timedelta(days=3000)), made) == 0


def test_the_list_stays_the_same_for_half_of_its_time_and_is_then_signed_anew(
    made: Credential, client: Client, at: datetime
) -> None:
    first, kept, renewed = (
        get_at(client, at + hours * HOUR, list_path(made)) for hours in (0, 11.99, 12)
    )
    assert kept.content == first.content
    assert kept["ETag"] == first["ETag"]
    assert renewed.content != first.content
    assert renewed["ETag"] != first["ETag"]
    document = json.loads(renewed.content)
    signed_by(client, document)
    assert (document["validFrom"], document["validUntil"]) == (
        "2026-03-03T00:00:00Z",
        "2026-03-04T00:00:00Z",
    )


@pytest.mark.parametrize("hours", [0, 11.99, 12, 24, 24 * 400])
def test_whenever_it_is_asked_for_the_list_is_in_force(
    made: Credential, client: Client, at: datetime, hours: float
) -> None:
    listed(client, made, at)
    moment = at + hours * HOUR
    status_list.read_status(entry_of(made), listed(client, made, moment), moment)


def rotated(at: datetime, *, compromised: bool = False) -> Key:
    why = "It was lost." if compromised else "It is old."
    return rotate_key(
        purpose=KeyPurpose.CREDENTIALS, actor=None, at=at, reason=why, compromised=compromised
    )


def test_what_a_retired_key_signed_still_checks(
    made: Credential, cpap: CredentialType, registrar: User, client: Client, at: datetime
) -> None:
    listed(client, made, at)
    new = rotated(at + HOUR)
    document = json.loads(client.get(address(made)).content)
    method = signed_by(client, document)
    assert not method.id.endswith(new.kid)
    assert method.expires == at + HOUR
    assert method.usable_at(proofs.read_proof(document).created) is KeyUse.GOOD
    assert signed_by(client, listed(client, made, at + HOUR)).id == f"{DID}#{new.kid}"
    later = awarded(cpap, actor=registrar, at=at + 2 * HOUR)
    assert signed_by(client, json.loads(later.document)).id == f"{DID}#{new.kid}"


def test_a_compromised_key_is_published_as_revoked_and_vouches_for_no_list(
    made: Credential, client: Client, at: datetime
) -> None:
    old = signed_by(client, listed(client, made, at))
    new = rotated(at + HOUR, compromised=True)
    published = json.loads(client.get(DID_PATH).content)
    assert published["assertionMethod"] == [f"{DID}#{new.kid}"]
    by_id = {each["id"]: each for each in published["verificationMethod"]}
    assert by_id[old.id]["revoked"] == "2026-03-02T13:00:00Z"
    assert "revoked" not in by_id[f"{DID}#{new.kid}"]
    document = listed(client, made, at + HOUR)
    assert signed_by(client, document).id == f"{DID}#{new.kid}"
    method = signed_by(client, json.loads(made.document))
    assert method.usable_at(proofs.read_proof(json.loads(made.document)).created) is KeyUse.IN_DOUBT


def test_the_document_of_the_institute_names_every_key_that_ever_signed(
    made: Credential, client: Client, at: datetime
) -> None:
    for hours in range(1, 4):
        rotated(at + hours * HOUR)
    served = client.get(DID_PATH)
    published = dids.read_controller_document(served.content, DID)
    assert len(published.methods) == len(published.assertion) == 4
    assert published.also_known_as == ("https://example.org",)
    assert served["Content-Type"] == "application/did+json"


def test_the_document_of_the_institute_holds_no_key_that_signs_something_else(
    made: Credential, client: Client, at: datetime
) -> None:
    other = create_key(purpose=KeyPurpose.LEDGER, actor=None, at=at)
    text = client.get(DID_PATH).text
    assert other.kid not in text
    assert json.loads(text)["id"] == DID


def test_the_signed_credential_is_served_byte_for_byte_whatever_happened_since(
    made: Credential, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    before = made.document.encode()
    moved(made, Move.SUSPEND, actor=registrar, at=at)
    rotated(at + HOUR)
    page = reverse("credentials:verified", args=[made.number])
    answers = [client.get(address(made))]
    for accept in ("application/vc", "application/ld+json", "application/vc, */*;q=0.1"):
        answers.append(client.get(page, headers={"Accept": accept}))
        assert "Accept" in answers[-1]["Vary"]
    for served in answers:
        assert served.content == before
        assert served["Content-Type"] == "application/vc"
    assert json.loads(before)["id"] == f"https://example.org{page}"


def test_a_signed_credential_that_was_tampered_with_is_refused(
    made: Credential, client: Client
) -> None:
    document = json.loads(client.get(address(made)).content)
    document["credentialSubject"]["achievement"]["name"] = "Anything Else"
    with pytest.raises(Refused, match="changed after it was signed"):
        signed_by(client, document)


def test_a_browser_gets_the_page_and_not_the_signed_credential(
    made: Credential, client: Client
) -> None:
    page = reverse("credentials:verified", args=[made.number])
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for accept in (browser, "*/*", "image/png"):
        served = client.get(page, headers={"Accept": accept})
        assert served["Content-Type"].startswith("text/html")


def documents(made: Credential) -> list[str]:
    return [address(made), list_path(made), DID_PATH]


def test_who_has_a_document_already_is_told_so(
    made: Credential, registrar: User, client: Client, at: datetime
) -> None:
    for path in documents(made):
        tag = get_at(client, at, path)["ETag"]
        again = get_at(client, at, path, headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    held = {"If-None-Match": get_at(client, at, list_path(made))["ETag"]}
    moved(made, Move.REVOKE, actor=registrar, at=at)
    assert get_at(client, at, list_path(made), headers=held).status_code == 200


def test_documents_can_be_read_by_scripts_and_their_heads_be_asked_for(
    made: Credential, client: Client, at: datetime
) -> None:
    for path in documents(made):
        full = get_at(client, at, path)
        assert full["Access-Control-Allow-Origin"] == "*"
        with time_machine.travel(at, tick=False):
            head = client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert (head["ETag"], head["Content-Type"]) == (full["ETag"], full["Content-Type"])
        assert client.post(path).status_code == 405


def test_what_never_changes_may_be_kept_and_the_rest_is_asked_for_again(
    made: Credential, client: Client
) -> None:
    kept = [client.get(path)["Cache-Control"] for path in documents(made)]
    assert kept[0] == "public, max-age=3600"
    assert kept[1:] == ["public, no-cache"] * 2


@pytest.mark.parametrize(
    "path",
    [
        "/verify/AB12/credential.json",
        "/verify/CPAP-2026-7Q4M2X9KDTA/credential.json",
        "/verify/---/credential.json",
        "/credentials/status/77",
        "/credentials/status/99999999999999999999999",
    ],
)
def test_a_document_that_does_not_exist_is_not_found_and_that_is_not_kept(
    institute: None, client: Client, path: str
) -> None:
    missing = client.get(path)
    assert missing.status_code == 404
    assert missing["Content-Type"] == "application/problem+json"
    assert (missing["Cache-Control"], missing["Access-Control-Allow-Origin"]) == ("no-store", "*")
