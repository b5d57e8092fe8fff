"""The signed Open Badges example that 1EdTech publishes is reproduced byte for byte.

Source: 1EdTech, Open Badges 3.0 implementation guide, chapter "Linked Data Proof Test Vector for
Open Badges 3.0" in the version for the Data Model 2.0; its key pair is published with it.
"""

import copy
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.judges import ask_javascript
from tests.strategies.published import BADGE

from guildmark.cores.vc.canonical import canonicalize
from guildmark.cores.vc.encoding import decode_public_key, decode_secret_key, encode_public_key
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.open_badges import check_structure
from guildmark.cores.vc.proofs import add_proof, check_proof, hash_data

pytestmark = pytest.mark.once

ISSUER = "https://example.edu/issuers/565049"
PUBLIC_KEY = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
SECRET_KEY = (
    "zrv2bqTbNwCTsRrHFcJCPjVAduh4Ezcnoq1A3ZxH1GWTNkxipLVuaAoMFmze2gFN9oNXfJjufxSHWVZzsJiUsMHFMcx"
)
PUBLIC_BYTES = "4bdeafde2ea8beefadd8c699b5c7e0704cf51154d52e17b20b71337ca04cc5a5"
SECRET_BYTES = "6241a409e6707bb640a0140a8a32bc3d193c33a661747284d6adfa4ed4180be4"
METHOD = f"{ISSUER}#{PUBLIC_KEY}"
DOCUMENT = BADGE
PROOF = {
    "type": "DataIntegrityProof",
    "created": "2010-01-01T19:23:24Z",
    "verificationMethod": METHOD,
    "cryptosuite": "eddsa-rdfc-2022",
    "proofPurpose": "assertionMethod",
}
DOCUMENT_HASH = "87f65a76d40146205e3b3e06cb0fbd153f97f9ce70372390f52566bb7f9e0773"
PROOF_HASH = "d34009cea0dbc1ca941e09dc01c8c9d3e3ce3c5b853f67ee44698dcea10f5d19"
PROOF_VALUE = (
    "z5x9aCBYovW3CQCbKdNyhEm7ffYSw1YpEdPywQJoNbzDD2gkzQDKJ1sYKJaWvqZtkMtSbz35HcbgXVEDYHxCzgkCr"
)
SIGNED = {**DOCUMENT, "proof": {**PROOF, "proofValue": PROOF_VALUE}}


def test_the_published_keys_are_read_and_written() -> None:
    assert decode_public_key(PUBLIC_KEY).hex() == PUBLIC_BYTES
    assert decode_secret_key(SECRET_KEY).hex() == SECRET_BYTES
    assert encode_public_key(bytes.fromhex(PUBLIC_BYTES)) == PUBLIC_KEY


def test_the_canonical_document_has_the_published_hash() -> None:
    canonical = canonicalize(DOCUMENT)
    assert hashlib.sha256(canonical).hexdigest() == DOCUMENT_HASH
    assert canonical.count(b"\n") == 16


def test_the_data_to_sign_is_as_published() -> None:
    config = {"@context": DOCUMENT["@context"], **PROOF}
    assert hash_data(DOCUMENT, config).hex() == PROOF_HASH + DOCUMENT_HASH


def test_signing_gives_the_published_proof() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SECRET_BYTES))
    created = datetime(2010, 1, 1, 19, 23, 24, tzinfo=UTC)
    assert add_proof(DOCUMENT, signer=key, verification_method=METHOD, created=created) == SIGNED


def test_the_published_credential_is_well_built_and_its_proof_fits() -> None:
    check_structure(SIGNED)
    check_proof(SIGNED, bytes.fromhex(PUBLIC_BYTES))


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        (("name",), "Teamwork badge"),
        (("credentialSubject", "id"), "did:example:somebody-else"),
        (("credentialSubject", "achievement", "name"), "Leadership"),
        (("issuer", "name"), "Example Corp."),
        (("validFrom",), "2010-01-01T00:00:01Z"),
        (("proof", "created"), "2010-01-01T19:23:25Z"),
        (("proof", "verificationMethod"), f"{ISSUER}#another"),
    ],
)
def test_the_published_credential_with_a_change_is_refused(
    pointer: tuple[str, ...], value: str
) -> None:
    document: Any = copy.deepcopy(SIGNED)
    place = document
    for name in pointer[:-1]:
        place = place[name]
    place[pointer[-1]] = value
    with pytest.raises(Refused) as caught:
        check_proof(document, bytes.fromhex(PUBLIC_BYTES))
    assert caught.value.code == "signature"


def test_the_javascript_judge_says_the_same() -> None:
    controller = {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": ISSUER,
        "verificationMethod": [
            {
                "id": METHOD,
                "type": "Multikey",
                "controller": ISSUER,
                "publicKeyMultibase": PUBLIC_KEY,
            }
        ],
        "assertionMethod": [METHOD],
    }
    asked = {"mode": "verify", "documents": {ISSUER: controller}}
    safe, good, bad = ask_javascript(
        [
            {"mode": "safe", "document": DOCUMENT},
            {**asked, "credential": SIGNED},
            {**asked, "credential": {**SIGNED, "name": "Teamwork badge"}},
        ]
    )
    assert safe["sha256"] == DOCUMENT_HASH
    assert good["verified"]
    assert not bad["verified"]
