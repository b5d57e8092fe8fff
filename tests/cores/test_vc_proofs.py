import copy
from datetime import UTC, datetime, timedelta
from hashlib import sha256, sha512
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies.published import BADGE

from guildmark.cores.vc import proofs
from guildmark.cores.vc.canonical import canonicalize
from guildmark.cores.vc.encoding import decode_public_key, encode_multibase
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.proofs import (
    add_proof,
    canonical_config,
    check_proof,
    check_signature,
    hash_data,
    read_proof,
    verify_with_cryptography,
    verify_with_libsodium,
    without_proof,
)

pytestmark = pytest.mark.once

V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
BACKENDS = [verify_with_cryptography, verify_with_libsodium]

# The test vector of the 1EdTech Open Badges 3.0 implementation guide (context 3.0.3).
BADGE_SEED = bytes.fromhex("6241a409e6707bb640a0140a8a32bc3d193c33a661747284d6adfa4ed4180be4")
BADGE_PUBLIC = bytes.fromhex("4bdeafde2ea8beefadd8c699b5c7e0704cf51154d52e17b20b71337ca04cc5a5")
BADGE_METHOD = "https://example.edu/issuers/565049#z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
BADGE_CREATED = datetime(2010, 1, 1, 19, 23, 24, tzinfo=UTC)
BADGE_DOCUMENT_HASH = "87f65a76d40146205e3b3e06cb0fbd153f97f9ce70372390f52566bb7f9e0773"
BADGE_PROOF_HASH = "d34009cea0dbc1ca941e09dc01c8c9d3e3ce3c5b853f67ee44698dcea10f5d19"
BADGE_PROOF_VALUE = (
    "z5x9aCBYovW3CQCbKdNyhEm7ffYSw1YpEdPywQJoNbzDD2gkzQDKJ1sYKJaWvqZtkMtSbz35HcbgXVEDYHxCzgkCr"
)

KEY = Ed25519PrivateKey.from_private_bytes(BADGE_SEED)
SIGNED = add_proof(BADGE, signer=KEY, verification_method=BADGE_METHOD, created=BADGE_CREATED)


def test_the_published_badge_has_the_published_hashes() -> None:
    config = {"@context": BADGE["@context"], **read_proof(SIGNED).options}
    assert hash_data(BADGE, config).hex() == BADGE_PROOF_HASH + BADGE_DOCUMENT_HASH


def test_signing_the_published_badge_gives_the_published_proof() -> None:
    assert SIGNED == {
        **BADGE,
        "proof": {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": "2010-01-01T19:23:24Z",
            "verificationMethod": BADGE_METHOD,
            "proofPurpose": "assertionMethod",
            "proofValue": BADGE_PROOF_VALUE,
        },
    }
    check_proof(SIGNED, BADGE_PUBLIC)


def test_the_published_w3c_signature_fits_the_published_hashes() -> None:
    # Data Integrity EdDSA Cryptosuites v1.0, B.1 (the file TestVectors/eddsa-rdfc-2022).
    public = decode_public_key("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2")
    proof_hash = "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0"
    document_hash = "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"
    value = (
        "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme"
    )
    signature = read_proof({"proof": {**SIGNED["proof"], "proofValue": value}}).signature
    check_signature(public, signature, bytes.fromhex(proof_hash + document_hash))


def test_the_options_of_the_w3c_proof_have_the_published_hash() -> None:
    # The same vector. Its second context gives none of these words a meaning, so it is left out.
    method = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    config = {
        "@context": [V2],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2023-02-24T23:36:38Z",
        "verificationMethod": f"{method}#{method.removeprefix('did:key:')}",
        "proofPurpose": "assertionMethod",
    }
    expected = "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0"
    assert sha256(canonical_config(config)).hexdigest() == expected


_contexts = st.sampled_from(
    [
        [V2],
        [V2, OPEN_BADGES],
        [V2, "https://w3id.org/security/data-integrity/v2"],
        ["https://w3id.org/security/data-integrity/v2"],
        V2,
    ]
)
_methods = st.one_of(
    st.sampled_from([BADGE_METHOD, "did:web:a.example%3A8000:b#k", "https://a.example/ü#k"]),
    st.text(alphabet="abcXYZ019-._~:/?#@!$&'()*+,;=%", min_size=1, max_size=40).map(
        "https://a.example/{}".format
    ),
)


@settings(max_examples=60, deadline=None)
@given(
    _contexts,
    _methods,
    st.datetimes(timezones=st.just(UTC)).map(
        lambda moment: f"{moment:%Y}".zfill(4) + "-06-07T08:09:10.5Z"
    ),
    st.sampled_from(["assertionMethod", "authentication"]),
    st.sampled_from([{}, {"expires": "2030-01-01T00:00:00Z"}, {"nonce": 'a"\\\n'}]),
)
def test_the_fast_way_gives_the_same_bytes_as_the_general_one(
    contexts: Any, method: str, created: str, purpose: str, more: dict[str, str]
) -> None:
    config = {
        "@context": contexts,
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": created,
        "verificationMethod": method,
        "proofPurpose": purpose,
        **more,
    }
    assert canonical_config(config) == canonicalize(config)


@pytest.mark.parametrize(
    "method",
    ["https://a.example/x> <y", 'https://a.example/"', "https://a.example/\\", "#key", "", "a b"],
)
def test_the_fast_way_lets_nothing_into_the_statements_that_the_general_one_refuses(
    method: str,
) -> None:
    options = {**SIGNED["proof"], "verificationMethod": method, "@context": [V2]}
    del options["proofValue"]
    with pytest.raises(Refused) as refusal:
        canonical_config(options)
    assert refusal.value.where == "/proof/verificationMethod"


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [place for name in value for place in _places(value[name], (*path, name))]
    if isinstance(value, list):
        return [place for i, one in enumerate(value) for place in _places(one, (*path, i))]
    return [path]


PLACES = _places(SIGNED)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), st.integers(0, 10_000), st.integers(0, 6))
def test_one_bit_changed_anywhere_is_refused(
    place: tuple[Any, ...], position: int, bit: int
) -> None:
    changed = copy.deepcopy(SIGNED)
    *parents, last = place
    holder: Any = changed
    for step in parents:
        holder = holder[step]
    data = bytearray(holder[last].encode())
    data[position % len(data)] ^= 1 << bit
    holder[last] = data.decode()
    with pytest.raises(Refused):
        check_proof(changed, BADGE_PUBLIC)


@pytest.mark.parametrize("place", [p for p in PLACES if len(p) > 1], ids=repr)
def test_a_value_taken_away_is_refused(place: tuple[Any, ...]) -> None:
    changed = copy.deepcopy(SIGNED)
    *parents, last = place
    holder: Any = changed
    for step in parents:
        holder = holder[step]
    del holder[last]
    with pytest.raises(Refused):
        check_proof(changed, BADGE_PUBLIC)


def test_a_value_that_no_context_knows_is_refused_although_no_statement_changes() -> None:
    with pytest.raises(Refused) as refusal:
        check_proof({**SIGNED, "grade": "excellent"}, BADGE_PUBLIC)
    assert refusal.value.where == "/grade"


def test_a_word_in_the_proof_that_no_context_knows_is_refused_with_its_place() -> None:
    changed = {**SIGNED, "proof": {**SIGNED["proof"], "grade": "excellent"}}
    with pytest.raises(Refused, match=r"^/proof/grade: ") as refusal:
        check_proof(changed, BADGE_PUBLIC)
    assert refusal.value.where == "/proof/grade"


@pytest.mark.parametrize(
    "alias", ["https://w3id.org/security#expiration", "sec:expiration", "@type", "@id", "id"]
)
def test_the_end_of_a_proof_cannot_hide_under_another_name(alias: str) -> None:
    options = {**SIGNED["proof"], alias: "2010-01-02T00:00:00Z"}
    with pytest.raises(Refused):
        check_proof({**SIGNED, "proof": options}, BADGE_PUBLIC)


def test_another_key_is_refused() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    with pytest.raises(Refused, match="does not fit") as refusal:
        check_proof(SIGNED, other)
    assert (refusal.value.code, refusal.value.where) == ("signature", "/proof/proofValue")


PROOF = SIGNED["proof"]


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        (None, "no_proof"),
        ([], "no_proof"),
        ({}, "no_proof"),
        ("signed", "no_proof"),
        ([PROOF, PROOF], "unsupported_proof"),
        ([[PROOF]], "unsupported_proof"),
        ({**PROOF, "type": "Ed25519Signature2020"}, "unsupported_proof"),
        ({**PROOF, "previousProof": "urn:x:y"}, "unsupported_proof"),
        ({**PROOF, "@context": [V2]}, "unsupported_proof"),
        ({**PROOF, "cryptosuite": "ecdsa-rdfc-2019"}, "cryptosuite"),
        ({**PROOF, "cryptosuite": None}, "cryptosuite"),
        ({**PROOF, "proofPurpose": "authentication"}, "purpose"),
        ({**PROOF, "proofPurpose": ["assertionMethod"]}, "purpose"),
        ({**PROOF, "verificationMethod": ""}, "verification_method"),
        ({**PROOF, "verificationMethod": "#key"}, "verification_method"),
        ({**PROOF, "verificationMethod": "https://a.example/\ud800#k"}, "verification_method"),
        ({**PROOF, "verificationMethod": {"id": BADGE_METHOD}}, "verification_method"),
        ({**PROOF, "created": None}, "created"),
        ({**PROOF, "created": "2010-01-01T19:23:24"}, "created"),
        ({k: v for k, v in PROOF.items() if k != "created"}, "created"),
        ({**PROOF, "expires": "soon"}, "expires"),
        ({**PROOF, "expires": None}, "expires"),
        ({**PROOF, "proofValue": None}, "proof_value"),
        ({**PROOF, "proofValue": BADGE_PROOF_VALUE[1:]}, "proof_value"),
        ({**PROOF, "proofValue": BADGE_PROOF_VALUE + "1"}, "proof_value"),
        ({**PROOF, "proofValue": "z" + "1" * 100_000}, "proof_value"),
        ({**PROOF, "proofValue": encode_multibase(bytes(64), prefix="u")}, "proof_value"),
    ],
)
def test_a_proof_that_is_not_understood_is_refused_for_its_own_reason(
    proof: object, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        check_proof({**BADGE, "proof": proof}, BADGE_PUBLIC)
    assert refusal.value.code == code
    assert refusal.value.where.startswith("/proof")


def test_an_array_of_one_proof_and_the_contexts_repeated_are_the_same_proof() -> None:
    check_proof({**BADGE, "proof": [PROOF]}, BADGE_PUBLIC)
    repeated = {**PROOF, "@context": BADGE["@context"]}
    check_proof({**BADGE, "proof": repeated}, BADGE_PUBLIC)


def _ending(moment: str) -> dict[str, Any]:
    options = {k: v for k, v in PROOF.items() if k != "proofValue"} | {"expires": moment}
    message = hash_data(BADGE, {"@context": BADGE["@context"], **options})
    return {**BADGE, "proof": {**options, "proofValue": encode_multibase(KEY.sign(message))}}


def test_a_proof_with_an_end_is_good_until_then() -> None:
    signed, end = _ending("2020-01-01T00:00:00Z"), datetime(2020, 1, 1, tzinfo=UTC)
    check_proof(signed, BADGE_PUBLIC, now=end - timedelta(seconds=1))
    for now in (end, None):
        with pytest.raises(Refused, match="good until 2020-01-01T00:00:00Z only") as refusal:
            check_proof(signed, BADGE_PUBLIC, now=now)
        assert refusal.value.code == "proof_expired"


def test_a_signed_document_is_not_signed_again() -> None:
    with pytest.raises(Refused, match="already has a proof"):
        add_proof(SIGNED, signer=KEY, verification_method=BADGE_METHOD, created=BADGE_CREATED)


def test_a_document_with_an_unknown_word_is_not_signed() -> None:
    with pytest.raises(Refused, match="grade"):
        add_proof(
            {**BADGE, "grade": "A"},
            signer=KEY,
            verification_method=BADGE_METHOD,
            created=BADGE_CREATED,
        )


def test_the_document_before_the_proof_is_found_again() -> None:
    assert without_proof(SIGNED) == BADGE


# Curve arithmetic for signatures that no honest program makes (RFC 8032, section 5.1).
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]
IDENTITY: Point = (0, 1)


def _point(encoded: str) -> Point:
    number = int.from_bytes(bytes.fromhex(encoded), "little")
    y, sign = number % 2**255, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (P - x if x & 1 != sign else x), y


def _add(a: Point, b: Point) -> Point:
    (x1, y1), (x2, y2) = a, b
    k = D * x1 * x2 * y1 * y2 % P
    return (
        (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P,
    )


def _times(number: int, point: Point) -> Point:
    result = IDENTITY
    while number:
        if number & 1:
            result = _add(result, point)
        point, number = _add(point, point), number >> 1
    return result


def _bytes(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


BASE = _point("58" + "66" * 31)
ORDER_8 = _point("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
SECRET, NONCE, MESSAGE = 1234567890123456789, 987654321987654321, b"an odd message"
PUBLIC = _times(SECRET, BASE)


def _forge(public: bytes, r: bytes, secret: int, nonce: int) -> bytes:
    h = int.from_bytes(sha512(r + public + MESSAGE).digest(), "little") % L
    return r + ((nonce + h * secret) % L).to_bytes(32, "little")


ROOT = _bytes(_times(NONCE, BASE))
HONEST = _forge(_bytes(PUBLIC), ROOT, SECRET, NONCE)
SMALL = [_bytes(_times(k, ORDER_8)) for k in range(8)]
NOT_SHORTEST = [
    (P).to_bytes(32, "little"),
    (P + 1).to_bytes(32, "little"),
    (P | 1 << 255).to_bytes(32, "little"),
    (1 | 1 << 255).to_bytes(32, "little"),
    (P - 1 | 1 << 255).to_bytes(32, "little"),
    (2**255 - 1).to_bytes(32, "little"),
]


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_honest_signature_fits_with_both_libraries(
    monkeypatch: pytest.MonkeyPatch, backend: Any
) -> None:
    monkeypatch.setattr(proofs, "_verify", backend)
    check_signature(_bytes(PUBLIC), HONEST, MESSAGE)
    with pytest.raises(Refused):
        check_signature(_bytes(PUBLIC), HONEST, MESSAGE + b"!")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("key", [*SMALL, *NOT_SHORTEST], ids=bytes.hex)
def test_a_key_that_fits_signatures_of_anybody_is_refused_with_both_libraries(
    monkeypatch: pytest.MonkeyPatch, backend: Any, key: bytes
) -> None:
    monkeypatch.setattr(proofs, "_verify", backend)
    with pytest.raises(Refused) as refusal:
        check_signature(key, _forge(key, ROOT, 0, NONCE), MESSAGE)
    assert refusal.value.code == "key"


def test_such_a_key_does_fit_where_nobody_looks() -> None:
    key = SMALL[0]
    assert verify_with_cryptography(key, _forge(key, ROOT, 0, NONCE), MESSAGE)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("r", [*SMALL, *NOT_SHORTEST[:5]], ids=bytes.hex)
def test_a_signature_with_an_r_of_small_order_is_refused_with_both_libraries(
    monkeypatch: pytest.MonkeyPatch, backend: Any, r: bytes
) -> None:
    monkeypatch.setattr(proofs, "_verify", backend)
    with pytest.raises(Refused):
        check_signature(_bytes(PUBLIC), _forge(_bytes(PUBLIC), r, SECRET, 0), MESSAGE)


@pytest.mark.parametrize("backend", [*BACKENDS, lambda *_: True])
@pytest.mark.parametrize("multiple", [1, 2, 8])
def test_a_second_signature_made_by_adding_to_s_is_refused_with_both_libraries(
    monkeypatch: pytest.MonkeyPatch, backend: Any, multiple: int
) -> None:
    monkeypatch.setattr(proofs, "_verify", backend)
    s = int.from_bytes(HONEST[32:], "little") + multiple * L
    with pytest.raises(Refused):
        check_signature(_bytes(PUBLIC), HONEST[:32] + s.to_bytes(32, "little"), MESSAGE)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("length", [0, 32, 63, 65])
def test_a_signature_of_another_length_is_refused(
    monkeypatch: pytest.MonkeyPatch, backend: Any, length: int
) -> None:
    monkeypatch.setattr(proofs, "_verify", backend)
    with pytest.raises(Refused):
        check_signature(_bytes(PUBLIC), (HONEST + b"\0")[:length], MESSAGE)


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(Refused, match="has 32 bytes"):
        check_signature(bytes(31), HONEST, MESSAGE)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 7), st.integers(0, 7), st.integers(1, L - 1), st.binary(max_size=3))
def test_both_libraries_agree_on_keys_and_signatures_with_a_part_of_small_order(
    in_key: int, in_r: int, nonce: int, more: bytes
) -> None:
    public = _bytes(_add(PUBLIC, _times(in_key, ORDER_8)))
    r = _bytes(_add(_times(nonce, BASE), _times(in_r, ORDER_8)))
    signature = _forge(public, r, SECRET, nonce)
    answers = {backend(public, signature, MESSAGE + more) for backend in BACKENDS}
    assert len(answers) == 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 255), st.integers(0, 511))
def test_both_libraries_agree_when_a_bit_of_key_or_signature_is_changed(
    in_key: int, in_signature: int
) -> None:
    public, signature = bytearray(_bytes(PUBLIC)), bytearray(HONEST)
    public[in_key // 8] ^= 1 << in_key % 8
    signature[in_signature // 8] ^= 1 << in_signature % 8
    for key, value in ((public, HONEST), (_bytes(PUBLIC), signature)):
        for backend in BACKENDS:
            assert not backend(bytes(key), bytes(value), MESSAGE)
