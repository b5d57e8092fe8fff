from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.cores.vc.encoding import (
    decode_base58,
    decode_base64url,
    decode_multibase,
    decode_public_key,
    decode_secret_key,
    encode_base58,
    encode_base64url,
    encode_multibase,
    encode_public_key,
    encode_secret_key,
    read_date_time,
    write_date_time,
)
from guildmark.cores.vc.errors import Refused

pytestmark = pytest.mark.once

# From the test vectors of the W3C Recommendation "Data Integrity EdDSA Cryptosuites v1.0", B.1.
W3C_PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
W3C_SECRET = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
# From the test vector of the 1EdTech Open Badges 3.0 implementation guide.
BADGE_PUBLIC_HEX = "4bdeafde2ea8beefadd8c699b5c7e0704cf51154d52e17b20b71337ca04cc5a5"
BADGE_PUBLIC = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
BADGE_SEED_HEX = "6241a409e6707bb640a0140a8a32bc3d193c33a661747284d6adfa4ed4180be4"
BADGE_SECRET = (
    "zrv2bqTbNwCTsRrHFcJCPjVAduh4Ezcnoq1A3ZxH1GWTNkxipLVuaAoMFmze2gFN9oNXfJjufxSHWVZzsJiUsMHFMcx"
)


@given(st.binary(max_size=100))
def test_base58_reads_what_it_writes(data: bytes) -> None:
    assert decode_base58(encode_base58(data)) == data


@given(st.binary(max_size=300), st.sampled_from("zu"))
def test_multibase_reads_what_it_writes(data: bytes, prefix: str) -> None:
    assert decode_multibase(encode_multibase(data, prefix=prefix)) == data


@given(st.text(alphabet="123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", max_size=90))
def test_no_two_base58_texts_stand_for_the_same_bytes(text: str) -> None:
    assert encode_base58(decode_base58(text)) == text


@given(st.text(alphabet="AQgwxyz0189-_", max_size=20))
def test_no_two_base64url_texts_stand_for_the_same_bytes(text: str) -> None:
    try:
        data = decode_base64url(text)
    except Refused:
        return
    assert encode_base64url(data) == text


@pytest.mark.parametrize(
    ("data", "text"),
    # From draft-msporny-base58-03, section 5.
    [
        (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
        (bytes.fromhex("0000287fb4cd"), "11233QC4"),
    ],
)
def test_base58_writes_the_published_examples(data: bytes, text: str) -> None:
    assert encode_base58(data) == text


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "a b", "é"])
def test_characters_outside_base58_are_refused(text: str) -> None:
    with pytest.raises(Refused, match="no character of base58btc") as refusal:
        decode_base58(text)
    assert refusal.value.code == "base58"


def test_a_base58_text_that_would_take_long_to_read_is_refused() -> None:
    with pytest.raises(Refused, match="1000000 characters is too long"):
        decode_base58("2" * 1_000_000)


@pytest.mark.parametrize("text", ["A", "AA==", "A+AA", "A/AA", "AB", "AAB", "AA\n", "ÀA"])
def test_base64_in_another_form_than_the_shortest_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        decode_base64url(text)
    assert refusal.value.code == "base64url"


@pytest.mark.parametrize("text", ["", "f00", "mAAAA", "2NEpo"])
def test_other_multibase_prefixes_are_refused(text: str) -> None:
    with pytest.raises(Refused, match='must begin with "z" or "u"'):
        decode_multibase(text)


def test_writing_another_multibase_prefix_is_refused() -> None:
    with pytest.raises(Refused, match='"f" is not known'):
        encode_multibase(b"", prefix="f")


def test_the_published_keys_are_read_and_written() -> None:
    public, seed = bytes.fromhex(BADGE_PUBLIC_HEX), bytes.fromhex(BADGE_SEED_HEX)
    assert decode_public_key(BADGE_PUBLIC) == public
    assert encode_public_key(public) == BADGE_PUBLIC
    assert decode_secret_key(BADGE_SECRET) == seed
    assert encode_public_key(decode_public_key(W3C_PUBLIC)) == W3C_PUBLIC
    assert encode_secret_key(decode_secret_key(W3C_SECRET)) == W3C_SECRET


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        # A P-256 key, from the test vectors of Controlled Identifiers v1.0.
        ("zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP", "key_type", "8024"),
        (encode_multibase(b"\xed\x01" + bytes(31)), "key", "this one has 31"),
        (encode_multibase(b"\xed\x01" + bytes(33)), "key", "this one has 33"),
        (encode_multibase(b"\xed\x01" + bytes(32), prefix="u"), "key", "no Multikey"),
        ("z", "key_type", "begins with nothing"),
        ("", "key", "no Multikey"),
        ("z6Mk0", "key", "no character"),
        (W3C_SECRET, "key_type", "8026"),
    ],
)
def test_what_is_no_ed25519_public_key_is_refused(text: str, code: str, message: str) -> None:
    with pytest.raises(Refused, match=message) as refusal:
        decode_public_key(text)
    assert refusal.value.code == code


def test_a_key_of_another_length_is_not_written() -> None:
    with pytest.raises(Refused, match="32 bytes, this one has 33"):
        encode_public_key(bytes(33))


def test_a_date_is_written_in_utc_and_whole_seconds() -> None:
    moment = datetime(2026, 1, 1, 1, 2, 3, 999_999, timezone(timedelta(hours=2)))
    assert write_date_time(moment) == "2025-12-31T23:02:03Z"


def test_a_date_without_a_time_zone_is_not_written() -> None:
    with pytest.raises(Refused, match="has no time zone"):
        write_date_time(datetime(2026, 1, 1))  # noqa: DTZ001 - that is what is refused


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00.5Z", datetime(2026, 1, 31, 12, 0, 0, 500_000, UTC)),
        ("2026-01-31T12:00:00.1234567899Z", datetime(2026, 1, 31, 12, 0, 0, 123_456, UTC)),
        ("2026-01-31T12:00:00+02:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
    ],
)
def test_dates_with_a_time_zone_are_read(text: str, moment: datetime) -> None:
    assert read_date_time(text) == moment


def test_a_date_too_late_for_utc_can_still_be_compared() -> None:
    moment = read_date_time("9999-12-31T23:59:59-14:00")
    assert moment is not None
    assert moment > datetime(9999, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00",
        "2026-01-31",
        "2026-02-30T12:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T12:00:60Z",
        "2026-01-31t12:00:00z",
        "2026-01-31 12:00:00Z",
        "2026-01-31T12:00:00Z\n",
        "2026-01-31T12:00:00+25:00",
        "٢٠٢٦-01-31T12:00:00Z",
        "0000-01-01T00:00:00Z",
        5,
        None,
        ["2026-01-31T12:00:00Z"],
    ],
)
def test_what_is_no_date_with_a_time_zone_is_not_read(text: object) -> None:
    assert read_date_time(text) is None


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)))  # noqa: DTZ001
def test_a_date_is_read_as_it_was_written(moment: datetime) -> None:
    assert read_date_time(write_date_time(moment)) == moment.replace(microsecond=0)
