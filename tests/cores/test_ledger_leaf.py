import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.cores.ledger import LeafInvalid, canonical_json, leaf_bytes, salted_digest

pytestmark = pytest.mark.once

SALT = bytes(range(32))
LEAF_1_SHA256 = "a1d8b4e554320205e7ce66b18f3d7a09c391e79828aa17c1345ad29831fdf331"
AT = datetime(2026, 3, 1, 12, 30, 5, 42, tzinfo=UTC)


def a_leaf(*, event_type: str = "edition-released", at: datetime = AT, version: int = 1) -> bytes:
    return leaf_bytes(
        version=version,
        event_id="0195f0c2-0000-7000-8000-000000000001",
        event_type=event_type,
        subject_digest=salted_digest(SALT, "subject", b"edition:7"),
        actor_digest=salted_digest(SALT, "actor", b"actor:3"),
        payload_digest=salted_digest(SALT, "payload", b"{}"),
        at=at,
    )


def test_a_leaf_keeps_its_bytes_for_ever() -> None:
    assert hashlib.sha256(a_leaf()).hexdigest() == LEAF_1_SHA256
    assert a_leaf() == (
        b'{"actor":"' + hexed("actor", b"actor:3") + b'","at":"2026-03-01T12:30:05.000042Z",'
        b'"event":"0195f0c2-0000-7000-8000-000000000001",'
        b'"payload":"' + hexed("payload", b"{}") + b'",'
        b'"subject":"' + hexed("subject", b"edition:7") + b'",'
        b'"type":"edition-released","v":1}'
    )


def hexed(label: str, value: bytes) -> bytes:
    mac = hmac.new(SALT, label.encode() + b"\x00" + value, hashlib.sha256)
    return mac.hexdigest().encode()


def test_the_same_moment_in_another_zone_gives_the_same_leaf() -> None:
    assert a_leaf(at=AT.astimezone(timezone(timedelta(hours=5, minutes=30)))) == a_leaf()


def test_a_leaf_names_neither_subject_nor_actor_nor_content() -> None:
    leaf = a_leaf()
    for secret in (b"edition:7", b"actor:3", b"{}", SALT, SALT.hex().encode()):
        assert secret not in leaf


@given(
    st.binary(min_size=32, max_size=32),
    st.text("abc", min_size=1, max_size=3),
    st.binary(max_size=4),
    st.binary(min_size=32, max_size=32),
    st.text("abc", min_size=1, max_size=3),
    st.binary(max_size=4),
)
def test_digests_agree_only_if_salt_label_and_value_agree(
    salt: bytes, label: str, value: bytes, salt2: bytes, label2: str, value2: bytes
) -> None:
    same = (salt, label, value) == (salt2, label2, value2)
    assert (salted_digest(salt, label, value) == salted_digest(salt2, label2, value2)) == same
    assert salted_digest(salt, label, value) == salted_digest(bytes(salt), label, bytes(value))


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_salt_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(LeafInvalid, match=f"this one has {length}"):
        salted_digest(bytes(length), "payload", b"")


@pytest.mark.parametrize("label", ["", "a\x00b", "line\n", "naïve"])
def test_a_label_that_could_be_misread_is_refused(label: str) -> None:
    with pytest.raises(LeafInvalid, match="printable ASCII"):
        salted_digest(SALT, label, b"")


def test_what_a_leaf_cannot_say_is_refused() -> None:
    with pytest.raises(LeafInvalid, match="no time zone"):
        a_leaf(at=AT.replace(tzinfo=None))
    with pytest.raises(LeafInvalid, match="version 2"):
        a_leaf(version=2)
    with pytest.raises(LeafInvalid, match="event type"):
        a_leaf(event_type="")
    with pytest.raises(LeafInvalid, match="actor digest has 3 bytes"):
        leaf_bytes(
            event_id="1",
            event_type="x",
            subject_digest=SALT,
            actor_digest=b"abc",
            payload_digest=SALT,
            at=AT,
        )


def test_canonical_json_orders_keys_and_escapes_as_rfc_8785_says() -> None:
    # The keys of the sorting example in RFC 8785 section 3.2.3.
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical_json(value)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]
    # The string of the example in RFC 8785 section 3.2.2.
    assert canonical_json('\u20ac$\u000f\nA\'B"\\\\"/') == (
        b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_canonical_json_reads_back_and_is_a_fixed_point(value: object) -> None:
    written = canonical_json(value)  # type: ignore[arg-type]  # strategies know no recursive type
    again = json.loads(written)
    assert again == value
    assert canonical_json(again) == written


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, -(2**53), b"x", {1: "x"}, "\ud800"])
def test_values_without_one_spelling_are_refused(value: object) -> None:
    with pytest.raises(LeafInvalid):
        canonical_json({"x": value})  # type: ignore[dict-item]  # wrong on purpose
