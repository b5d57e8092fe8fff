import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guildmark.cores.vc.dids import (
    KeyUse,
    PublishedKey,
    VerificationMethod,
    controller_document,
    did_key,
    did_web,
    did_web_url,
    read_controller_document,
    resolve_did_key,
)
from guildmark.cores.vc.encoding import decode_public_key, encode_multibase, encode_public_key
from guildmark.cores.vc.errors import Refused

pytestmark = pytest.mark.once

DID = "did:web:institute.example"
ROTATED = datetime(2025, 6, 1, tzinfo=UTC)
FOUND_OUT = datetime(2025, 9, 1, tzinfo=UTC)
START = datetime(2025, 1, 1, tzinfo=UTC)
KEYS = (
    PublishedKey("first", bytes([1] * 32), START, expires=ROTATED),
    PublishedKey("stolen", bytes([2] * 32), ROTATED, expires=FOUND_OUT, revoked=FOUND_OUT),
    PublishedKey("now", bytes([3] * 32), FOUND_OUT),
)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("origin", "did", "url"),
    [
        # The examples of the did:web method specification, sections 2 and 3.2.
        (
            "https://w3c-ccg.github.io",
            "did:web:w3c-ccg.github.io",
            "https://w3c-ccg.github.io/.well-known/did.json",
        ),
        (
            "https://w3c-ccg.github.io/user/alice",
            "did:web:w3c-ccg.github.io:user:alice",
            "https://w3c-ccg.github.io/user/alice/did.json",
        ),
        (
            "https://example.com:3000/user/alice",
            "did:web:example.com%3A3000:user:alice",
            "https://example.com:3000/user/alice/did.json",
        ),
        (
            "https://institute.example/",
            "did:web:institute.example",
            "https://institute.example/.well-known/did.json",
        ),
        (
            "http://localhost:8000",
            "did:web:localhost%3A8000",
            "https://localhost:8000/.well-known/did.json",
        ),
    ],
)
def test_an_origin_becomes_a_did_that_leads_back_to_its_document(
    origin: str, did: str, url: str
) -> None:
    assert did_web(origin) == did
    assert did_web_url(did) == url


@pytest.mark.parametrize(
    "origin",
    [
        "http://institute.example",
        "institute.example",
        "https://",
        "https://Institute.example",
        "https://user@institute.example",
        "https://institute.example/?q=1",
        "https://institute.example/#k",
        "https://institute.example:0",
        "https://institute.example:65536",
        "https://institute.example//x",
        "https://127.0.0.1",
        "https://-a.example",
        "https://institute.example/a%2Fb",
        "https://institute.example\n",
    ],
)
def test_what_is_no_plain_https_origin_gets_no_did(origin: str) -> None:
    with pytest.raises(Refused, match=r"cannot become a did:web.*Give https://") as refusal:
        did_web(origin)
    assert refusal.value.code == "did_web"


@pytest.mark.parametrize(
    "did",
    [
        "did:key:z6Mk",
        "did:web:",
        "did:web:10.0.0.1",
        "did:web:host.example%3A99999",
        "did:web:host.example%2Fx",
        "did:web:host.example:..%2F",
        "did:web:user@host.example",
        "did:web:host.example#key",
        "did:web:host.example::a",
    ],
)
def test_a_did_that_names_no_web_host_leads_nowhere(did: str) -> None:
    with pytest.raises(Refused, match="not a did:web with a host name"):
        did_web_url(did)


def test_a_did_key_is_its_own_document() -> None:
    # From the vc-di-eddsa test vectors.
    did = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    public = decode_public_key(did.removeprefix("did:key:"))
    assert did_key(public) == did
    url = f"{did}#{did.removeprefix('did:key:')}"
    method = resolve_did_key(did).method(url)
    assert (method.id, method.controller, method.public) == (url, did, public)
    assert method.usable_at(START) is KeyUse.GOOD


@pytest.mark.parametrize(
    "did", ["did:web:a.example", "did:key:zQ3shokFTS3brHcDQrn82RUD", "did:key:"]
)
def test_a_did_key_of_another_kind_is_refused(did: str) -> None:
    with pytest.raises(Refused):
        resolve_did_key(did)


def test_the_document_keeps_every_key_and_lists_for_use_all_that_were_not_revoked() -> None:
    document = controller_document(DID, KEYS, ["https://institute.example/"])
    assert document["@context"][0] == "https://www.w3.org/ns/did/v1"
    assert [entry["id"] for entry in document["verificationMethod"]] == [
        f"{DID}#first",
        f"{DID}#stolen",
        f"{DID}#now",
    ]
    assert document["assertionMethod"] == [f"{DID}#first", f"{DID}#now"]
    assert document["alsoKnownAs"] == ["https://institute.example/"]
    assert document["verificationMethod"][0] == {
        "id": f"{DID}#first",
        "type": "Multikey",
        "controller": DID,
        "publicKeyMultibase": encode_public_key(bytes([1] * 32)),
        "expires": "2025-06-01T00:00:00Z",
    }
    assert document["verificationMethod"][1]["revoked"] == "2025-09-01T00:00:00Z"


def test_a_published_document_is_read_with_all_that_it_says() -> None:
    text = json.dumps(controller_document(DID, KEYS, ["https://institute.example/"]))
    read = read_controller_document(text, DID)
    assert read.id == DID
    assert read.also_known_as == ("https://institute.example/",)
    assert [read.method(f"{DID}#{key.kid}") for key in KEYS] == [
        VerificationMethod(f"{DID}#{key.kid}", DID, key.public, key.expires, key.revoked)
        for key in KEYS
    ]


@pytest.mark.parametrize(
    ("expires", "revoked", "moment", "use"),
    [
        (None, None, FOUND_OUT, KeyUse.GOOD),
        (ROTATED, None, ROTATED - SECOND, KeyUse.GOOD),
        (ROTATED, None, ROTATED, KeyUse.GOOD),
        (ROTATED, None, ROTATED + SECOND, KeyUse.RETIRED),
        (None, FOUND_OUT, FOUND_OUT - SECOND, KeyUse.IN_DOUBT),
        (None, FOUND_OUT, FOUND_OUT, KeyUse.REVOKED),
        (ROTATED, FOUND_OUT, ROTATED - SECOND, KeyUse.IN_DOUBT),
        (ROTATED, FOUND_OUT, ROTATED + SECOND, KeyUse.RETIRED),
        (ROTATED, FOUND_OUT, FOUND_OUT + SECOND, KeyUse.REVOKED),
    ],
)
def test_a_key_is_judged_by_the_moment_that_the_proof_gives(
    expires: datetime | None, revoked: datetime | None, moment: datetime, use: KeyUse
) -> None:
    method = VerificationMethod(f"{DID}#k", DID, bytes(32), expires, revoked)
    assert method.usable_at(moment) is use


@pytest.mark.parametrize("kid", ["", "a b", "a#b", "a/b", "ключ"])
def test_a_key_whose_name_cannot_stand_in_a_url_is_not_published(kid: str) -> None:
    with pytest.raises(Refused, match="cannot stand behind the #"):
        controller_document(DID, [PublishedKey(kid, bytes(32), START)])


def test_two_keys_of_one_name_are_not_published() -> None:
    with pytest.raises(Refused, match="the same name"):
        controller_document(DID, [KEYS[0], KEYS[0]])


def test_an_unknown_key_is_refused() -> None:
    read = read_controller_document(controller_document(DID, KEYS), DID)
    with pytest.raises(Refused, match='no key "did:web:other') as refusal:
        read.method("did:web:other.example#first")
    assert refusal.value.code == "key_unknown"


def test_a_key_that_is_not_for_credentials_is_refused() -> None:
    document = controller_document(DID, KEYS)
    document["assertionMethod"] = []
    with pytest.raises(Refused, match="for signing credentials") as refusal:
        read_controller_document(document, DID).method(f"{DID}#now")
    assert refusal.value.code == "key_purpose"


def test_a_key_of_another_kind_does_no_harm_until_it_is_asked_for() -> None:
    document = controller_document(DID, KEYS)
    p256 = "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP"
    jwk = {"id": f"{DID}#jwk", "type": "JsonWebKey", "controller": DID, "publicKeyJwk": {}}
    other = {**document["verificationMethod"][0], "id": f"{DID}#p256", "publicKeyMultibase": p256}
    document["verificationMethod"] += [jwk, other]
    read = read_controller_document(document, DID)
    assert read.method(f"{DID}#now").public == bytes([3] * 32)
    for name in ("jwk", "p256"):
        with pytest.raises(Refused) as refusal:
            read.method(f"{DID}#{name}")
        assert refusal.value.code == "key_type"


def test_keys_may_be_named_by_their_fragment_and_stand_inside_the_purpose() -> None:
    document = controller_document(DID, KEYS)
    document["assertionMethod"] = [{**document["verificationMethod"].pop(), "id": "#now"}]
    assert read_controller_document(document, DID).method(f"{DID}#now").public == bytes([3] * 32)


def _with(place: int, **changes: Any) -> dict[str, Any]:
    document = controller_document(DID, KEYS)
    document["verificationMethod"][place].update(changes)
    return document


SHORT_KEY = encode_multibase(b"\xed\x01" + bytes(31))


@pytest.mark.parametrize(
    ("document", "code", "where"),
    [
        ("{", "json", ""),
        (b"\xff", "json", ""),
        ("[" * 100_000, "json", ""),
        ("[]", "json", ""),
        ({}, "controller", "/id"),
        (controller_document("did:web:other.example", KEYS), "controller", "/id"),
        (_with(1, controller="did:web:other.example"), "controller", "/verificationMethod/1"),
        (_with(1, controller=None), "controller", "/verificationMethod/1"),
        (_with(1, id=f"{DID}#first"), "malformed", "/verificationMethod/1"),
        (_with(1, id="did:web:other.example#x"), "malformed", "/verificationMethod/1"),
        (_with(1, id=f"{DID}.evil#x"), "malformed", "/verificationMethod/1"),
        (_with(1, id=7), "malformed", "/verificationMethod/1"),
        (_with(0, expires="2025"), "moment", "/verificationMethod/0/expires"),
        (_with(0, revoked=None), "moment", "/verificationMethod/0/revoked"),
        (_with(0, publicKeyMultibase=SHORT_KEY), "key", "/verificationMethod/0/publicKeyMultibase"),
        ({"id": DID, "verificationMethod": ["x"]}, "malformed", "/verificationMethod/0"),
        ({"id": DID, "assertionMethod": [5]}, "malformed", "/assertionMethod/0"),
    ],
)
def test_a_document_that_does_not_say_clearly_whose_keys_it_holds_is_refused(
    document: Any, code: str, where: str
) -> None:
    with pytest.raises(Refused) as refusal:
        read_controller_document(document, DID)
    assert (refusal.value.code, refusal.value.where) == (code, where)
