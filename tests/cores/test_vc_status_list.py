import gzip
import json
import random
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildmark.cores.vc.encoding import encode_multibase
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.status_list import (
    MAXIMUM_BYTES,
    MINIMUM_ENTRIES,
    Entry,
    Purpose,
    Standing,
    Status,
    StatusList,
    allocate,
    entry,
    read_entry,
    read_status,
    status_list_credential,
)

pytestmark = pytest.mark.once

URL = "https://institute.example/status/1"
ISSUER = "did:web:institute.example"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
# From the Recommendation "Bitstring Status List v1.0", example 3: nothing is revoked.
W3C_LIST = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"


def published(statuses: StatusList, **changes: Any) -> dict[str, Any]:
    document = status_list_credential(
        URL,
        statuses,
        issuer=ISSUER,
        valid_from=NOW - DAY,
        valid_until=NOW + DAY,
        ttl=timedelta(minutes=15),
        purpose=Purpose.MESSAGE,
    )
    subject = changes.pop("credentialSubject", {})
    return {
        **document,
        **changes,
        "credentialSubject": {**document["credentialSubject"], **subject},
    }


def two_bits(**values: int) -> StatusList:
    statuses = StatusList(bits=2)
    for name, value in values.items():
        statuses[int(name[1:])] = value
    return statuses


entries = st.dictionaries(st.integers(0, MINIMUM_ENTRIES - 1), st.integers(0, 7), max_size=20)


@settings(max_examples=30, deadline=None)
@given(entries, st.sampled_from([1, 2, 3]))
def test_a_list_is_read_as_it_was_written(values: Mapping[int, int], bits: int) -> None:
    statuses = StatusList(bits=bits)
    for index, value in values.items():
        statuses[index] = (1 << bits) - 1
        statuses[index] = value % (1 << bits)
    read = StatusList.decode(statuses.encode(), bits)
    for index, value in values.items():
        assert read[index] == value % (1 << bits)
    untouched = next(index for index in range(MINIMUM_ENTRIES) if index not in values)
    assert read[untouched] == 0


def test_the_first_entry_is_the_leftmost_bit() -> None:
    statuses = StatusList()
    statuses[0] = 1
    statuses[9] = 1
    packed = gzip.decompress(_unpadded(statuses.encode()))
    assert packed[:3] == bytes([0b1000_0000, 0b0100_0000, 0])


def test_the_first_bit_of_an_entry_is_its_highest() -> None:
    packed = gzip.decompress(_unpadded(two_bits(i0=1, i1=2, i2=3).encode()))
    assert packed[0] == 0b01_10_11_00


def test_the_published_example_is_an_empty_list_of_the_smallest_size() -> None:
    statuses = StatusList.decode(W3C_LIST)
    assert len(statuses) == MINIMUM_ENTRIES
    assert not any(statuses[index] for index in range(0, MINIMUM_ENTRIES, 97))


def test_the_same_statuses_give_the_same_text_at_any_time() -> None:
    first = two_bits(i7=1).encode()
    assert first == two_bits(i7=1).encode()
    assert _unpadded(first)[4:8] == bytes(4)  # the time stamp of gzip


@pytest.mark.parametrize("index", [-1, MINIMUM_ENTRIES, 10**18])
def test_an_index_outside_the_list_is_refused(index: int) -> None:
    with pytest.raises(Refused, match="there is no entry") as refusal:
        StatusList()[index]
    assert refusal.value.code == "status_index"


@pytest.mark.parametrize("value", [-1, 4])
def test_a_value_that_does_not_fit_is_refused(value: int) -> None:
    with pytest.raises(Refused, match="does not fit into 2 bits"):
        StatusList(bits=2)[0] = value


@pytest.mark.parametrize(
    ("size", "bits"),
    [(MINIMUM_ENTRIES - 1, 1), (MINIMUM_ENTRIES, 0), (MINIMUM_ENTRIES, 9), (2**24, 1)],
)
def test_a_list_that_is_too_short_or_too_long_is_refused(size: int, bits: int) -> None:
    with pytest.raises(Refused) as refusal:
        StatusList(size, bits)
    assert refusal.value.code == "list_size"


def _unpadded(encoded: str) -> bytes:
    return urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4))


def _gzip(data: bytes) -> bytes:
    """Pack without the time, so that every process gives a test the same name."""
    return gzip.compress(data, mtime=0)


def _encoded(data: bytes) -> str:
    return encode_multibase(data, prefix="u")


@pytest.mark.parametrize(
    ("encoded", "code"),
    [
        (_encoded(_gzip(bytes(MAXIMUM_BYTES + 1))), "list_size"),
        (_encoded(_gzip(bytes(500_000_000 // 8))), "list_size"),
        ("u" + "A" * (3 * MAXIMUM_BYTES), "list_size"),
        (_encoded(_gzip(bytes(MINIMUM_ENTRIES // 8 - 1))), "list_size"),
        (_encoded(bytes(MINIMUM_ENTRIES // 8)), "list_encoding"),
        (_encoded(_gzip(bytes(MINIMUM_ENTRIES // 8))[:-9]), "list_encoding"),
        (_encoded(_gzip(bytes(MINIMUM_ENTRIES // 8)) + b"x"), "list_encoding"),
        (W3C_LIST[1:], "list_encoding"),
        ("z2NEpo7TZRRrLZSi2U", "list_encoding"),
        ("", "list_encoding"),
    ],
)
def test_a_list_that_is_cut_or_blown_up_is_refused(encoded: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        StatusList.decode(encoded)
    assert refusal.value.code == code


def words(index: int) -> dict[str, Any]:
    """An entry with two bits and words."""
    return entry(URL, index, purpose=Purpose.MESSAGE)


def test_our_entry_has_one_bit_that_every_verifier_reads() -> None:
    assert entry(URL, 94567) == {
        "id": f"{URL}#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": URL,
    }


def test_an_entry_can_tell_four_statuses_in_words() -> None:
    assert words(94567) == {
        "id": f"{URL}#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "message",
        "statusListIndex": "94567",
        "statusListCredential": URL,
        "statusSize": 2,
        "statusMessage": [
            {"status": "0x0", "message": "valid"},
            {"status": "0x1", "message": "revoked"},
            {"status": "0x2", "message": "suspended"},
            {"status": "0x3", "message": "superseded or surrendered"},
        ],
    }


def test_the_list_is_published_as_a_credential_with_an_end() -> None:
    assert published(StatusList.decode(W3C_LIST), credentialSubject={"encodedList": W3C_LIST}) == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": URL,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-02-28T00:00:00Z",
        "validUntil": "2026-03-02T00:00:00Z",
        "credentialSubject": {
            "id": f"{URL}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "message",
            "encodedList": W3C_LIST,
            "ttl": 900_000,
        },
    }


@pytest.mark.parametrize("standing", Standing)
def test_each_status_is_read_from_a_list_with_words(standing: Standing) -> None:
    place = read_entry(json.loads(json.dumps(words(131_071))))
    document = published(two_bits(i131071=standing, i131070=3 - standing))
    status = read_status(place, document, NOW)
    assert (status.value, status.standing) == (standing, standing)


@pytest.mark.parametrize(
    ("purpose", "value", "standing"),
    [
        ("revocation", 0, Standing.VALID),
        ("revocation", 1, Standing.REVOKED),
        ("suspension", 0, Standing.VALID),
        ("suspension", 1, Standing.SUSPENDED),
        ("refresh", 1, Standing.VALID),
        ("message", 0, None),
        ("message", 1, None),
    ],
)
def test_lists_of_others_with_one_bit_are_read(
    purpose: str, value: int, standing: Standing | None
) -> None:
    statuses = StatusList()
    statuses[5] = value
    place = read_entry(
        {
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose,
            "statusListIndex": "5",
            "statusListCredential": URL,
        }
    )
    document = published(
        statuses, credentialSubject={"statusPurpose": ["revocation", "suspension", purpose]}
    )
    message = "set" if value else "unset"
    assert read_status(place, document, NOW) == Status(value, Purpose(purpose), standing, message)


def test_a_message_of_others_is_told_but_not_judged() -> None:
    status = words(1)
    for element in status["statusMessage"]:
        element["message"] = f"step {element['status']}"
    read = read_status(read_entry(status), published(two_bits(i1=2)), NOW)
    assert (read.standing, read.message) == (None, "step 0x2")


def test_messages_are_found_by_their_value_not_by_their_place() -> None:
    status = words(1)
    status["statusMessage"].reverse()
    assert read_status(read_entry(status), published(two_bits(i1=1)), NOW).message == "revoked"


PLACE = Entry(URL, 5, Purpose.MESSAGE, 2, ("valid", "revoked", "suspended", "gone"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id": URL + "0"}, "list_id"),
        ({"id": None}, "list_id"),
        ({"type": ["VerifiableCredential"]}, "list_type"),
        ({"type": None}, "list_type"),
        ({"credentialSubject": {"type": "Person"}}, "list_type"),
        ({"validUntil": "2026-02-28T23:59:59Z"}, "list_dates"),
        ({"validFrom": "2026-03-01T00:00:01Z"}, "list_dates"),
        ({"validUntil": "tomorrow"}, "list_dates"),
        ({"validUntil": None}, "list_dates"),
        ({"credentialSubject": {"statusPurpose": "revocation"}}, "status_purpose"),
        ({"credentialSubject": {"statusPurpose": None}}, "status_purpose"),
        ({"credentialSubject": {"encodedList": 5}}, "list_encoding"),
        ({"credentialSubject": {"encodedList": "u"}}, "list_encoding"),
        ({"credentialSubject": {"encodedList": W3C_LIST}}, "list_size"),
    ],
)
def test_a_list_that_does_not_answer_the_question_is_refused(
    changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        read_status(PLACE, published(two_bits(), **changes), NOW)
    assert refusal.value.code == code


def test_an_index_beyond_the_list_of_others_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        read_status(
            Entry(URL, 131_072, Purpose.MESSAGE, 2, PLACE.messages), published(two_bits()), NOW
        )
    assert refusal.value.code == "status_index"


def test_clocks_may_differ_by_as_much_as_is_said() -> None:
    document = published(two_bits(), validUntil="2026-02-28T23:59:00Z")
    assert read_status(PLACE, document, NOW, skew=timedelta(minutes=1)).message == "valid"
    with pytest.raises(Refused, match="what happened since"):
        read_status(PLACE, document, NOW, skew=timedelta(seconds=59))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "1EdTechRevocationList"}, "status_type"),
        ({"type": None}, "status_type"),
        ({"statusPurpose": "colour"}, "status_purpose"),
        ({"statusPurpose": ["message"]}, "status_purpose"),
        ({"statusPurpose": None}, "status_purpose"),
        ({"statusListIndex": 5}, "status_entry"),
        ({"statusListIndex": "-5"}, "status_entry"),
        ({"statusListIndex": "05"}, "status_entry"),
        ({"statusListIndex": "\u0665"}, "status_entry"),
        ({"statusListIndex": "1" * 5000}, "status_entry"),
        ({"statusListIndex": ""}, "status_entry"),
        ({"statusListCredential": None}, "status_entry"),
        ({"statusListCredential": ""}, "status_entry"),
        ({"id": URL}, "status_entry"),
        ({"statusSize": 0}, "status_entry"),
        ({"statusSize": 9}, "status_entry"),
        ({"statusSize": True}, "status_entry"),
        ({"statusSize": "2"}, "status_entry"),
        ({"statusSize": 3}, "status_entry"),
        ({"statusMessage": None}, "status_entry"),
        ({"statusMessage": []}, "status_entry"),
        ({"statusMessage": [{"status": "0x0", "message": "valid"}] * 4}, "status_entry"),
        ({"statusMessage": [{"status": "0", "message": "valid"}] * 4}, "status_entry"),
        ({"statusMessage": [{"status": "0x0", "message": 5}] * 4}, "status_entry"),
        ({"statusMessage": [[]] * 4}, "status_entry"),
    ],
)
def test_an_entry_that_is_not_understood_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_entry({**words(5), **changes})
    assert refusal.value.code == code


@pytest.mark.parametrize("status", [None, "x", 5, []])
def test_an_entry_that_is_no_object_is_refused(status: object) -> None:
    with pytest.raises(Refused, match="must be an object"):
        read_entry(status)


def test_indexes_say_nothing_about_the_order_of_award() -> None:
    chance = random.Random(7)
    taken: list[int] = []
    for _ in range(300):
        taken.append(allocate(set(taken), chance))
    assert len(set(taken)) == 300
    ups = sum(a < b for a, b in pairwise(taken))
    assert 100 < ups < 200
    assert max(taken) > MINIMUM_ENTRIES * 0.9
    assert min(taken) < MINIMUM_ENTRIES * 0.1


def test_the_last_free_index_is_found_and_then_the_list_is_full() -> None:
    taken = set(range(1000)) - {617}
    assert allocate(taken, random.Random(1), size=1000) == 617
    with pytest.raises(Refused, match="Start another list"):
        allocate(taken | {617}, random.Random(1), size=1000)
