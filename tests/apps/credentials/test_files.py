"""Files that hold a credential, or something else, and what is found out about them."""

import copy
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from guildmark.apps.accounts.queries import User
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.credentials import examining, fetching, files, issuing
from guildmark.apps.credentials.examining import Examination, Verdict, examine
from guildmark.apps.credentials.files import FileRefused, document_in, text_in
from guildmark.apps.credentials.models import Credential
from guildmark.apps.credentials.queries import CredentialType
from guildmark.apps.credentials.recognising import IssuerDescription, recognise
from guildmark.apps.credentials.resolving import Documents
from guildmark.apps.credentials.states import Move
from guildmark.apps.institute.services import found_institute
from guildmark.apps.keys import services as key_services
from guildmark.cores.vc import baking
from guildmark.cores.vc.dids import PublishedKey, controller_document
from guildmark.cores.vc.proofs import add_proof
from guildmark.cores.vc.status_list import Standing
from guildmark.cores.vc.verification import Outcome
from tests.apps.credentials.factories import awarded, moved
from tests.apps.credentials.foreign import (
    BEGAN,
    DID_PATH,
    EMAIL,
    KEY,
    LIST_PATH,
    PUBLIC,
    Foreign,
    badge,
    self_issued,
    serving,
)

HOLDS, FAILS, UNCHECKED = Outcome.HOLDS, Outcome.FAILS, Outcome.COULD_NOT_CHECK
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>'
Json = dict[str, Any]


def a_picture() -> bytes:
    """A PNG picture of one grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\x80")
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return baking.PNG_SIGNATURE + chunks


@pytest.fixture
def made(cpap: CredentialType, registrar: User, holder: User, at: datetime) -> Credential:
    """A credential of ours."""
    return awarded(cpap, actor=registrar, at=at)


@pytest.fixture
def foreign(tmp_path: Path, settings: Any) -> Iterator[Foreign]:
    """Another issuer that can be asked."""
    with serving(tmp_path) as server:
        settings.GUILDMARK_TESTS_AUTHORITY = server.authority
        yield server


def document_of(made: Credential) -> Json:
    document: Json = json.loads(made.document)
    return document


def reasons(found: Examination, outcome: Outcome = FAILS) -> dict[str, str]:
    """The reasons of the checks with this outcome, by check."""
    return {each.name: each.check.reason for each in found.checks if each.check.outcome is outcome}


# Reading


@pytest.mark.once
@pytest.mark.parametrize(
    "bake",
    [
        lambda text: text.encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: baking.bake_png(a_picture(), text),
        lambda text: baking.bake_svg(SVG, text).encode(),
    ],
)
def test_a_credential_is_read_from_json_and_from_both_kinds_of_pictures(
    bake: Callable[[str], bytes],
) -> None:
    document = self_issued()
    assert document_in(text_in(bake(json.dumps(document)))) == document


@pytest.mark.once
@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "empty", "empty"),
        (b" \n", "empty", "empty"),
        (b"x" * 1_000_001, "too_large", "1,000,000"),
        (b"Dear Sir or Madam", "json", "not JSON: line 1"),
        (b"\x80\x81\x82", "unknown_format", "neither JSON nor"),
        (b"%PDF-1.7 \xe2\xe3", "unknown_format", "neither JSON nor"),
        (b"[" * 200_000, "json", "nested too deep"),
        (b'{"a": ' + b"9" * 5000 + b"}", "json", "number"),
        (b'{"a": NaN}', "json", "no JSON number"),
        (b'{"id": "a", "id": "b"}', "json", "“id” twice"),
        (b'{"a": "\\ud83e"}', "json", "half a character"),
        (b'{"\\UDC00": 1}', "json", "can't be read"),
        (b'{"\\uDC00": 1}', "json", "half a character"),
        (b'"text"', "not_an_object", "JSON object"),
        (b"[{}, {}, {}]", "several", "holds 3 credentials"),
        (b"[]", "several", "holds 0 credentials"),
        (b"[{}]", "several", "holds 1 credential."),
        (b'{"type": "VerifiablePresentation", "verifiableCredential": [{}, {}]}', "several", "2"),
        (
            b'{"id": "CPAP-1", "state": "valid", "page": "x", "checkedAt": "2026-01-01T00:00:00Z"}',
            "registry_answer",
            "Download the signed credential",
        ),
        (b"eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2ln", "json_web_token", "JSON Web Token"),
        (SVG.encode(), "no_credential", "no Open Badges 3.0 credential"),
        (a_picture(), "no_credential", "no Open Badges 3.0 credential"),
        (a_picture()[:-20], "broken_png", "cut off"),
        (b"<!DOCTYPE svg><svg/>", "doctype", "DOCTYPE"),
        (b"<html></html>", "not_svg", "not an SVG"),
    ],
)
def test_what_holds_no_credential_is_refused_with_the_right_words(
    content: bytes, code: str, words: str
) -> None:
    with pytest.raises(FileRefused) as refusal:
        document_in(text_in(content))
    assert refusal.value.code == code
    assert words in str(refusal.value)


@pytest.mark.once
def test_only_forms_that_are_not_read_here_count_as_not_checked() -> None:
    assert FileRefused("json_web_token", "").is_beyond_us
    assert FileRefused("older_badge", "").is_beyond_us
    assert not FileRefused("json", "").is_beyond_us


@pytest.mark.once
def test_a_picture_with_two_credentials_is_refused() -> None:
    once = baking.bake_png(a_picture(), "{}")
    start = once.index(b"iTXt") - 4
    chunk = once[start : once.index(b"IEND") - 4]
    with pytest.raises(FileRefused, match="more than one credential"):
        text_in(once[:start] + chunk + once[start:])


# Ours


def test_a_credential_of_ours_holds_and_says_what_it_covers(made: Credential, at: datetime) -> None:
    found = examine(document_of(made), at=at)
    assert (found.verdict, found.outcome) == (Verdict.VALID, HOLDS)
    assert found.is_ours
    assert found.issuer_name == "Example Institute"
    assert found.says is not None
    assert found.says.achievements[0]["name"] == "CPAP"
    assert found.says.achievements[0]["number"] == made.number
    assert found.row == made
    assert [each.name for each in found.checks][-1] == "registry"


@pytest.mark.parametrize(
    "tamper",
    [
        lambda document: document.update(name="Doctor of Everything"),
        lambda document: document.update(validUntil="2099-01-01T00:00:00Z"),
        lambda document: document.pop("validUntil"),
        lambda document: document.pop("credentialStatus"),
        lambda document: document["credentialSubject"].update(licenseNumber="CPAP-1"),
        lambda document: document["proof"].update(created="2026-03-01T00:00:00Z"),
    ],
)
def test_a_tampered_credential_does_not_hold_and_says_nothing(
    made: Credential, at: datetime, tamper: Callable[[Json], Any]
) -> None:
    document = document_of(made)
    tamper(document)
    found = examine(document, at=at)
    assert (found.verdict, found.outcome) == (Verdict.INVALID, FAILS)
    assert "changed after it was signed" in reasons(found)["signature"]
    assert found.says is None
    assert found.answer is None


def test_a_term_that_no_proof_covers_is_refused_by_its_name(made: Credential, at: datetime) -> None:
    found = examine({**document_of(made), "grade": "excellent"}, at=at)
    assert found.verdict is Verdict.INVALID
    assert "'grade'" in reasons(found)["format"]
    assert found.says is None


def test_the_order_of_members_in_the_file_does_not_matter(made: Credential, at: datetime) -> None:
    turned = dict(reversed(document_of(made).items()))
    assert examine(turned, at=at).verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("move", "verdict"),
    [
        (Move.SUSPEND, Verdict.SUSPENDED),
        (Move.REVOKE, Verdict.REVOKED),
        (Move.SUPERSEDE, Verdict.SUPERSEDED),
    ],
)
def test_the_signed_file_of_a_credential_that_was_moved_is_told_as_such(
    made: Credential, registrar: User, at: datetime, move: Move, verdict: Verdict
) -> None:
    facts: Json = {}
    if move is Move.SUPERSEDE:
        facts = {"successor": awarded(made.type, actor=registrar, at=at)}
    moved(made, move, actor=registrar, at=at, **facts)
    found = examine(document_of(made), at=at + timedelta(minutes=1))
    assert (found.verdict, found.outcome) == (verdict, FAILS)
    assert set(reasons(found)) == {"status", "registry"}
    assert found.says is not None


def test_an_expired_credential_is_told_as_expired(made: Credential, at: datetime) -> None:
    found = examine(document_of(made), at=at + timedelta(days=1000))
    assert found.verdict is Verdict.EXPIRED
    assert found.outcome is FAILS
    assert "valid until" in reasons(found)["dates"]


def test_what_our_key_signed_and_our_registry_does_not_know_does_not_hold(
    made: Credential, at: datetime
) -> None:
    stranger = document_of(made)
    del stranger["proof"]
    stranger["id"] = "https://example.org/verify/CPAP-2026-0000000000"
    found = examine(json.loads(issuing.signed(stranger, at=at)), at=at)
    assert found.verdict is Verdict.INVALID
    assert "no such credential" in reasons(found)["registry"]
    stranger["id"] = document_of(made)["id"]
    stranger["name"] = "Doctor of Everything"
    found = examine(json.loads(issuing.signed(stranger, at=at)), at=at)
    assert found.verdict is Verdict.INVALID
    assert "another text" in reasons(found)["registry"]


def test_after_a_stolen_key_our_registry_vouches_for_what_was_awarded_before(
    made: Credential, at: datetime
) -> None:
    forged = document_of(made)
    del forged["proof"]
    forged["name"] = "Doctor of Everything"
    forged = json.loads(issuing.signed(forged, at=at))
    later = at + timedelta(days=30)
    key_services.rotate_key(
        purpose=issuing.PURPOSE, actor=SYSTEM, at=later, reason="Stolen.", compromised=True
    )
    assert examine(document_of(made), at=later).verdict is Verdict.VALID
    found = examine(forged, at=later)
    assert found.verdict is Verdict.UNCHECKED
    assert found.says is None


@pytest.mark.parametrize("spelling", ["holder@example.org", " Holder@Example.org "])
def test_the_person_is_found_by_the_address_in_any_case(
    made: Credential, at: datetime, spelling: str
) -> None:
    found = examine(document_of(made), at=at, email=spelling)
    assert found.verdict is Verdict.VALID
    assert "is about" in reasons(found, HOLDS)["subject"]


def test_about_somebody_else_a_good_credential_does_not_hold(
    made: Credential, at: datetime
) -> None:
    found = examine(document_of(made), at=at, email="other@example.org")
    assert (found.verdict, found.outcome) == (Verdict.INVALID, FAILS)
    assert set(reasons(found)) == {"subject"}


# Others'


def test_a_stranger_who_signs_in_our_name_does_not_hold(
    made: Credential, foreign: Foreign, at: datetime
) -> None:
    wanted = foreign.credential(issuer=issuing.issuer(), credentialStatus=None)
    del wanted["proof"]
    found = examine(foreign.signed(wanted), at=at, get=fetching.get_json)
    assert found.verdict is Verdict.INVALID
    assert "signed it" in reasons(found)["issuer"]
    assert not found.is_ours
    assert found.issuer_name != "Example Institute"


def test_a_good_credential_of_somebody_unknown_is_not_called_valid(
    institute: None, foreign: Foreign, at: datetime
) -> None:
    foreign.publish_list(at=at)
    found = examine(foreign.credential(), at=at, get=fetching.get_json)
    assert (found.verdict, found.outcome) == (Verdict.UNRECOGNISED, UNCHECKED)
    assert reasons(found, UNCHECKED) == {
        "recognition": "Example Institute does not know this issuer."
    }
    assert reasons(found, HOLDS)["issuer"] == f"{found.place} says that this key is its own."
    assert found.issuer_name == f"localhost:{foreign.port}"
    assert found.says is not None
    assert found.says.issuer_name == "Very Famous University"
    trusting = examine(
        foreign.credential(), at=at, get=fetching.get_json, trusted=[foreign.did], email=EMAIL
    )
    assert (trusting.verdict, trusting.outcome) == (Verdict.VALID, HOLDS)
    assert "You named it" in reasons(trusting, HOLDS)["recognition"]


@pytest.mark.parametrize(
    ("standing", "verdict"),
    [
        (Standing.REVOKED, Verdict.REVOKED),
        (Standing.SUSPENDED, Verdict.SUSPENDED),
        (Standing.ENDED, Verdict.SUPERSEDED),
    ],
)
def test_the_list_of_another_issuer_is_heard(
    institute: None, foreign: Foreign, at: datetime, standing: Standing, verdict: Verdict
) -> None:
    foreign.publish_list(standing, at=at)
    found = examine(foreign.credential(), at=at, get=fetching.get_json)
    assert (found.verdict, found.outcome) == (verdict, FAILS), reasons(found, UNCHECKED)


@pytest.mark.parametrize("old", [False, True])
def test_a_list_that_is_away_or_old_leaves_the_status_open(
    institute: None, foreign: Foreign, at: datetime, old: bool
) -> None:
    if old:
        foreign.publish_list(at=at - timedelta(days=2))
    found = examine(foreign.credential(), at=at, get=fetching.get_json, trusted=[foreign.did])
    assert (found.verdict, found.outcome) == (Verdict.UNCHECKED, UNCHECKED)
    assert set(reasons(found, UNCHECKED)) == {"status"}


def test_without_a_network_another_issuer_cannot_be_checked(
    institute: None, foreign: Foreign, at: datetime
) -> None:
    found = examine(foreign.credential(), at=at, trusted=[foreign.did])
    assert found.verdict is Verdict.UNCHECKED
    assert set(reasons(found, UNCHECKED)) == {"signature", "issuer", "recognition", "status"}
    assert found.says is None
    assert foreign.asked == []


def test_a_document_with_other_keys_than_the_signature_fails_or_stays_open(
    institute: None, foreign: Foreign, at: datetime
) -> None:
    foreign.publish(DID_PATH, {"id": "did:web:other.example"})
    found = examine(foreign.credential(), at=at, get=fetching.get_json)
    assert found.verdict is Verdict.UNCHECKED
    assert "not the document of" in reasons(found, UNCHECKED)["signature"]


def test_an_issuer_that_is_a_key_needs_no_network(institute: None, at: datetime) -> None:
    found = examine(self_issued(), at=at)
    assert found.verdict is Verdict.UNCHECKED
    assert set(reasons(found, UNCHECKED)) == {"issuer", "recognition"}
    assert "nothing about who stands behind it" in reasons(found, UNCHECKED)["issuer"]
    assert found.issuer_name == found.place == ""
    late = examine(self_issued(validUntil="2026-01-02T00:00:00Z"), at=at)
    assert late.verdict is Verdict.EXPIRED
    early = examine(self_issued(validFrom="2027-01-01T00:00:00Z"), at=at)
    assert early.verdict is Verdict.NOT_YET_VALID


def test_a_kind_of_name_that_cannot_be_looked_up_is_told(institute: None, at: datetime) -> None:
    document = copy.deepcopy(self_issued())
    document["proof"]["verificationMethod"] = "did:ion:abc#key"
    found = examine(document, at=at, get=fetching.get_json)
    assert "did:ion" in reasons(found, UNCHECKED)["signature"]


def test_a_person_without_an_address_in_the_credential_cannot_be_checked(
    institute: None, at: datetime
) -> None:
    subject = {**self_issued()["credentialSubject"], "id": "did:example:ada"}
    del subject["identifier"]
    found = examine(self_issued(credentialSubject=subject), at=at, email="ada@practice.example")
    assert "by an e-mail address" in reasons(found, UNCHECKED)["subject"]
    assert found.verdict is Verdict.UNCHECKED


@pytest.mark.parametrize("document", [{}, {"@context": 1}, {"type": [{}], "issuer": [], "id": 7}])
def test_any_object_gets_an_answer(institute: None, at: datetime, document: Json) -> None:
    found = examine(document, at=at, email="a@example.org")
    assert found.verdict is Verdict.INVALID
    assert found.as_json()["outcome"] == "fails"


def test_the_answer_for_programs_is_json_with_times_in_utc(institute: None, at: datetime) -> None:
    found = examine(self_issued(validFrom="2026-01-01T02:00:00+02:00"), at=at)
    told = json.loads(json.dumps(found.as_json()))
    assert told["verdict"] == "unchecked"
    assert told["credential"]["validFrom"] == "2026-01-01T00:00:00Z"
    assert told["checkedAt"] == "2026-03-02T12:00:00Z"
    assert list(told["checks"]) == [
        "format", "signature", "issuer", "recognition", "dates", "status", "subject"
    ]  # fmt: skip


def test_times_beyond_all_time_zones_are_not_shown(institute: None, at: datetime) -> None:
    moments = {"validFrom": "0001-01-01T00:00:00+14:00", "validUntil": "9999-12-31T23:59:59-14:00"}
    found = examine(self_issued(**moments), at=at)
    assert found.says is None or found.says.valid_from is found.says.valid_until is None
    assert json.dumps(found.as_json())


def test_a_reason_that_quotes_the_file_is_cut(institute: None, at: datetime) -> None:
    found = examine({**self_issued(), "x" * 100_000: 1}, at=at)
    assert max(len(each.reason) for each in found.checks) < 1_000
    assert len(json.dumps(found.as_json())) < 5_000


def test_an_issuer_below_a_path_is_not_taken_for_the_whole_host(
    institute: None, foreign: Foreign, at: datetime
) -> None:
    did = f"{foreign.did}:people:eve"
    foreign.publish(
        "/people/eve/did.json", controller_document(did, [PublishedKey("a", PUBLIC, BEGAN)])
    )
    document = badge(did, "https://other.example/badges/3")
    signed = add_proof(document, signer=KEY, verification_method=f"{did}#a", created=BEGAN)
    found = examine(signed, at=at, get=fetching.get_json)
    assert found.issuer_name == f"localhost:{foreign.port}/people/eve"


def signed_at(address: str, foreign: Foreign) -> Json:
    """A credential whose issuer is named by an https address that publishes its key."""
    foreign.publish("/issuer", controller_document(address, [PublishedKey("a", PUBLIC, BEGAN)]))
    document = badge(foreign.did, "https://other.example/badges/4")
    document["issuer"]["id"] = address
    return add_proof(document, signer=KEY, verification_method=f"{address}#a", created=BEGAN)


def test_an_issuer_by_https_address_is_proven_by_the_document_at_that_address(
    institute: None, foreign: Foreign, at: datetime
) -> None:
    document = signed_at(f"{foreign.origin}/issuer", foreign)
    found = examine(document, at=at, get=fetching.get_json)
    assert found.verdict is Verdict.UNRECOGNISED
    assert found.place == f"localhost:{foreign.port}/issuer"
    foreign.publish(
        "/issuer",
        controller_document(f"{foreign.origin}/issuer", [PublishedKey("b", PUBLIC, BEGAN)]),
    )
    elsewhere = examine(document, at=at, get=fetching.get_json)
    assert elsewhere.verdict is Verdict.INVALID
    assert elsewhere.place == ""


def test_a_recognised_issuer_is_told_by_the_name_that_the_institute_gave_it(
    institute: None, foreign: Foreign, at: datetime
) -> None:
    foreign.publish_list(at=at)
    known = IssuerDescription(foreign.did, "University of Somewhere")
    recognise(known, actor=SYSTEM, at=at)
    found = examine(foreign.credential(), at=at, get=fetching.get_json)
    assert (found.verdict, found.outcome) == (Verdict.VALID, HOLDS)
    assert found.issuer_name == "University of Somewhere"
    told = reasons(found, HOLDS)["recognition"]
    assert told == "Recognised by Example Institute as University of Somewhere."


@pytest.mark.parametrize("change", [{"name": "Doctor"}, {"issuer": "did:web:other.example"}])
def test_nobody_borrows_the_name_of_a_recognised_issuer(
    institute: None, foreign: Foreign, at: datetime, change: Json
) -> None:
    recognise(IssuerDescription(foreign.did, "University"), actor=SYSTEM, at=at)
    recognise(IssuerDescription("did:web:other.example", "Other"), actor=SYSTEM, at=at)
    found = examine({**foreign.credential(), **change}, at=at, get=fetching.get_json)
    assert found.verdict is Verdict.INVALID
    assert found.recognised is None
    assert found.issuer_name == ""


def test_a_recognised_key_holds_by_its_name(institute: None, at: datetime) -> None:
    document = self_issued()
    recognise(IssuerDescription(document["issuer"]["id"], "Ada"), actor=SYSTEM, at=at)
    found = examine(document, at=at)
    assert (found.verdict, found.issuer_name, found.place) == (Verdict.VALID, "Ada", "")


@pytest.mark.parametrize("standing", [Standing.REVOKED, Standing.SUSPENDED])
def test_a_recognised_issuer_that_took_it_back_is_heard(
    institute: None, foreign: Foreign, at: datetime, standing: Standing
) -> None:
    recognise(IssuerDescription(foreign.did, "University"), actor=SYSTEM, at=at)
    foreign.publish_list(standing, at=at)
    found = examine(foreign.credential(), at=at, get=fetching.get_json)
    assert found.verdict in (Verdict.REVOKED, Verdict.SUSPENDED)


def test_an_unknown_issuer_whose_list_is_away_is_more_than_unknown(
    institute: None, foreign: Foreign, at: datetime
) -> None:
    found = examine(foreign.credential(), at=at, get=fetching.get_json)
    assert set(reasons(found, UNCHECKED)) == {"recognition", "status"}
    assert found.verdict is Verdict.UNCHECKED


def test_an_institute_without_a_public_name_checks_others(db: None, at: datetime) -> None:
    found_institute(
        name="Here", origin="http://127.0.0.1:8000", contact_email="a@example.org",
        actor=SYSTEM, at=at,
    )  # fmt: skip
    assert set(reasons(examine(self_issued(), at=at), UNCHECKED)) == {"issuer", "recognition"}


def test_a_text_that_is_very_long_is_cut_where_it_is_shown(institute: None, at: datetime) -> None:
    found = examine(self_issued(name="x" * 10_000), at=at)
    assert found.says is not None
    assert len(found.says.name) < 5_000


# What is signed and no credential, and what fits its proof and reads otherwise


def never(url: str) -> Any:
    """Get nothing for what does not hold anyhow."""
    raise AssertionError(url)


def test_a_signed_status_list_of_a_trusted_issuer_is_no_credential(
    institute: None, foreign: Foreign, at: datetime
) -> None:
    foreign.publish_list(at=at)
    listed = json.loads(foreign.answers[LIST_PATH].body)
    found = examine(listed, at=at, get=never, trusted=[foreign.did])
    assert found.verdict is Verdict.INVALID
    assert reasons(found)["format"] == "This is a status list, not a credential."
    assert found.says is None


def test_a_status_list_of_ours_is_no_credential(made: Credential, at: datetime) -> None:
    url = document_of(made)["credentialStatus"]["statusListCredential"]
    listed = Documents(at).status_list(url)
    found = examine(listed, at=at)
    assert found.verdict is Verdict.INVALID
    assert "status list" in reasons(found)["format"]


@pytest.mark.parametrize(
    ("kind", "verdict", "words"),
    [
        (["EndorsementCredential"], Verdict.INVALID, "an endorsement"),
        ([], Verdict.UNCHECKED, "no Open Badge"),
    ],
)
def test_another_signed_document_of_a_trusted_issuer_is_not_called_valid(
    institute: None, at: datetime, kind: list[str], verdict: Verdict, words: str
) -> None:
    document = self_issued(type=["VerifiableCredential", *kind])
    found = examine(document, at=at, trusted=[document["issuer"]["id"]])
    assert found.report.signature.outcome is HOLDS
    assert found.verdict is verdict
    assert words in found.report.format.reason
    assert found.says is None


def _in_pieces(document: Json) -> None:
    achievement = document["credentialSubject"]["achievement"]
    about = {name: achievement.pop(name) for name in ("description", "criteria")}
    piece = {"id": achievement["id"], "type": ["Achievement"], **about}
    document["credentialSubject"]["achievement"] = [achievement, piece]


def _twice(document: Json) -> None:
    document["name"] = [document["name"], document["name"]]


def _number_in_array(document: Json) -> None:
    subject = document["credentialSubject"]
    subject["licenseNumber"] = [subject["licenseNumber"]]


def _subject_in_array(document: Json) -> None:
    document["credentialSubject"] = [document["credentialSubject"]]


@pytest.mark.parametrize("rewrite", [_in_pieces, _twice, _number_in_array, _subject_in_array])
def test_a_text_that_fits_the_proof_and_reads_otherwise_does_not_hold(
    made: Credential, at: datetime, rewrite: Callable[[Json], None]
) -> None:
    document = document_of(made)
    rewrite(document)
    found = examine(document, at=at)
    assert found.report.signature.outcome is HOLDS
    assert found.verdict is Verdict.INVALID
    assert "not built as an Open Badge" in reasons(found)["format"]
    assert found.says is None


def a_badge_with_its_creator(**creator: Any) -> Json:
    """A signed badge that names its issuer a second time, as the creator of the achievement."""
    badge = self_issued()
    profile = {**badge["issuer"], **creator}
    subject = copy.deepcopy(badge["credentialSubject"])
    subject["achievement"]["creator"] = profile
    return self_issued(credentialSubject=subject)


def test_an_object_that_is_told_in_two_places_may_be_told_more_fully_in_one(
    institute: None, at: datetime
) -> None:
    document = a_badge_with_its_creator(url="https://other.example/", description="Very old.")
    found = examine(document, at=at, trusted=[document["issuer"]["id"]])
    assert found.verdict is Verdict.VALID, reasons(found)
    del document["credentialSubject"]["achievement"]["creator"]["name"]
    assert examine(document, at=at, trusted=[document["issuer"]["id"]]).verdict is Verdict.VALID


def test_what_is_shown_of_an_object_cannot_be_moved_to_another_place_that_tells_of_it(
    institute: None, at: datetime
) -> None:
    document = a_badge_with_its_creator()
    del document["issuer"]["name"]
    found = examine(document, at=at, trusted=[document["issuer"]["id"]])
    assert found.report.signature.outcome is HOLDS
    assert found.verdict is Verdict.INVALID
    assert "in two places" in reasons(found)["format"]
    assert found.says is None


def test_names_cannot_change_places_where_badge_and_achievement_have_one_id(
    institute: None, at: datetime
) -> None:
    badge = self_issued()
    subject = copy.deepcopy(badge["credentialSubject"])
    subject["achievement"]["id"] = badge["id"]
    document = self_issued(credentialSubject=subject)
    achievement = document["credentialSubject"]["achievement"]
    document["name"], achievement["name"] = achievement["name"], document["name"]
    found = examine(document, at=at)
    assert found.report.signature.outcome is HOLDS
    assert found.report.format.code == "divided_object"


def test_of_our_own_credentials_is_shown_what_the_registry_keeps(
    made: Credential, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[list[str]] = []
    saying = examining._saying

    def spying(document: Any) -> Any:
        read.append(list(document))
        return saying(document)

    monkeypatch.setattr(examining, "_saying", spying)
    turned = dict(reversed(document_of(made).items()))
    found = examine(turned, at=at)
    assert read[-1] == list(document_of(made)) != list(turned)
    assert found.says == saying(document_of(made))


def test_our_own_institute_is_told_by_its_name(made: Credential, at: datetime) -> None:
    found = examine(document_of(made), at=at)
    assert reasons(found, HOLDS)["issuer"] == "This institute, Example Institute."


def test_nothing_is_said_to_fail_about_the_person_when_nobody_asked(
    institute: None, at: datetime
) -> None:
    assert "subject" not in reasons(examine({}, at=at))
    assert "subject" in reasons(examine({}, at=at, email="ada@example.org"))


@pytest.mark.once
def test_the_limit_on_files_is_a_megabyte() -> None:
    assert files.LARGEST == 1_000_000
