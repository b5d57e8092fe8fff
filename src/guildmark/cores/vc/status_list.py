"""W3C Bitstring Status List v1.0: a published list that tells the status of many credentials.

Our own entries have two bits and the purpose "message", so that one entry, which is all that the
JSON Schema of Open Badges allows, shows suspension apart from revocation. Lists of others with the
purposes "revocation", "suspension" and "refresh" are read as well. Bits are counted from the left,
the first bit of an entry is its highest.

Source: https://www.w3.org/TR/vc-bitstring-status-list/ sections 2 and 3.
"""

import gzip
import re
import zlib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache
from random import Random
from typing import Any

from guildmark.cores.vc.encoding import (
    decode_multibase,
    encode_multibase,
    read_date_time,
    write_date_time,
)
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.sentences import Sentence
from guildmark.cores.vc.sentences import sentence as _

VCDM_CONTEXT = "https://www.w3.org/ns/credentials/v2"
CREDENTIAL_TYPE = "BitstringStatusListCredential"
SUBJECT_TYPE = "BitstringStatusList"
ENTRY_TYPE = "BitstringStatusListEntry"
MINIMUM_ENTRIES = 131_072
MAXIMUM_BITS_PER_ENTRY = 8
# 64 times the smallest list of one bit: more than eight million credentials in one list.
MAXIMUM_BYTES = 1_048_576
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_INDEX = re.compile(r"0|[1-9][0-9]{0,18}")
_STATUS_VALUE = re.compile(r"0x[0-9A-Fa-f]{1,4}")


class Purpose(StrEnum):
    """What the bits of a list are about."""

    MESSAGE = "message"
    REVOCATION = "revocation"
    SUSPENSION = "suspension"
    REFRESH = "refresh"
    """A newer version of the credential can be had; the old one is as good as before."""


class Standing(IntEnum):
    """What a list can say of a credential; in a list with MESSAGES, the number in its two bits."""

    VALID = 0
    REVOKED = 1
    SUSPENDED = 2
    ENDED = 3
    """No longer in force for another reason: superseded by another credential, or given back."""


MESSAGES = {
    Standing.VALID: "valid",
    Standing.REVOKED: "revoked",
    Standing.SUSPENDED: "suspended",
    Standing.ENDED: "superseded or surrendered",
}
BITS_PER_ENTRY = 2


@dataclass(frozen=True)
class Entry:
    """A BitstringStatusListEntry as it was read: which list, which place in it, what it means.

    `messages` are the texts of the values, in their order; empty where the purpose says all.
    """

    list_url: str
    index: int
    purpose: Purpose
    bits: int = 1
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Status:
    """What a list says about one credential.

    `standing` is None where the list says something that this verifier has no words for; then
    `message` is what the issuer calls it.
    """

    value: int
    purpose: Purpose
    standing: Standing | None
    message: str


class StatusList:
    """A list of statuses, all 0 in the beginning: `size` entries of `bits` bits each.

    `packed` are the bytes of a list that was made before. Raises Refused "list_size" for fewer
    than 131,072 entries, more than 1 MiB, or more than 8 bits an entry.
    """

    def __init__(
        self, size: int = MINIMUM_ENTRIES, bits: int = 1, *, packed: bytes | None = None
    ) -> None:
        _refuse_bad_size(size, bits)
        self._bits = bits
        self._bytes = bytearray((size * bits + 7) // 8 if packed is None else packed)

    @classmethod
    def decode(cls, encoded: str, bits: int = 1) -> "StatusList":
        """Read an `encodedList`; raises Refused "list_encoding" or "list_size"."""
        packed = _unpack(encoded)
        return cls(len(packed) * 8 // max(bits, 1), bits, packed=packed)

    def encode(self) -> str:
        """Return the `encodedList`; the same statuses give the same text (with the same zlib)."""
        return encode_multibase(gzip.compress(bytes(self._bytes), mtime=0), prefix="u")

    @property
    def bits(self) -> int:
        """The number of bits of one entry."""
        return self._bits

    def __len__(self) -> int:
        return len(self._bytes) * 8 // self._bits

    def __getitem__(self, index: int) -> int:
        first = self._first_bit(index)
        return sum(
            (self._bytes[bit >> 3] >> (7 - (bit & 7)) & 1) << (self._bits - 1 - place)
            for place, bit in enumerate(range(first, first + self._bits))
        )

    def __setitem__(self, index: int, value: int) -> None:
        first = self._first_bit(index)
        if not 0 <= value < 1 << self._bits:
            raise Refused(
                "status_value",
                _("%(value)s does not fit into %(bits)s bits.", value=value, bits=self._bits),
            )
        for place, bit in enumerate(range(first, first + self._bits)):
            mask = 1 << (7 - (bit & 7))
            if value >> (self._bits - 1 - place) & 1:
                self._bytes[bit >> 3] |= mask
            else:
                self._bytes[bit >> 3] &= ~mask

    def _first_bit(self, index: int) -> int:
        if not 0 <= index < len(self):
            raise Refused(
                "status_index",
                _(
                    "The list has %(length)s entries; there is no entry %(index)s.",
                    length=len(self),
                    index=index,
                ),
            )
        return index * self._bits


def allocate(taken: Container[int], random: Random, *, size: int = MINIMUM_ENTRIES) -> int:
    """Return an index below `size` that is not in `taken`, each free one equally likely.

    So an index tells nothing about when, or after whom, a credential was awarded. `random` should
    be `random.SystemRandom()`; a seeded one is for tests. Raises Refused "list_full".
    """
    for _try in range(64):
        index = random.randrange(size)
        if index not in taken:
            return index
    free = [index for index in range(size) if index not in taken]
    if not free:
        raise Refused(
            "list_full", _("All %(size)s entries are taken. Start another list.", size=size)
        )
    return random.choice(free)


def entry(list_url: str, index: int, *, purpose: Purpose = Purpose.REVOCATION) -> dict[str, Any]:
    """Return our `credentialStatus` for the credential at `index` of the list at `list_url`.

    One bit, for that is what every verifier reads; those of two bits are misread by some. With
    `Purpose.MESSAGE` the entry has two bits and the words of MESSAGES.
    """
    status: dict[str, Any] = {
        "id": f"{list_url}#{index}",
        "type": ENTRY_TYPE,
        "statusPurpose": purpose.value,
        "statusListIndex": str(index),
        "statusListCredential": list_url,
    }
    if purpose is not Purpose.MESSAGE:
        return status
    messages = [
        {"status": f"0x{standing:x}", "message": text} for standing, text in MESSAGES.items()
    ]
    return {**status, "statusSize": BITS_PER_ENTRY, "statusMessage": messages}


def status_list_credential(
    list_url: str,
    statuses: StatusList,
    *,
    issuer: str,
    valid_from: datetime,
    valid_until: datetime,
    ttl: timedelta | None = None,
    purpose: Purpose = Purpose.REVOCATION,
) -> dict[str, Any]:
    """Return the credential that publishes `statuses`, not signed yet; raises Refused "moment".

    After `ttl` a reader should get the list again, after `valid_until` it says nothing any more.
    """
    subject = {
        "id": f"{list_url}#list",
        "type": SUBJECT_TYPE,
        "statusPurpose": purpose.value,
        "encodedList": statuses.encode(),
    }
    lifetime = {} if ttl is None else {"ttl": ttl // timedelta(milliseconds=1)}
    return {
        "@context": [VCDM_CONTEXT],
        "id": list_url,
        "type": ["VerifiableCredential", CREDENTIAL_TYPE],
        "issuer": issuer,
        "validFrom": write_date_time(valid_from),
        "validUntil": write_date_time(valid_until),
        "credentialSubject": {**subject, **lifetime},
    }


def read_entry(status: object) -> Entry:
    """Read one `credentialStatus`; raises Refused.

    Codes: "status_type" (another mechanism), "status_purpose" (none that we know), "status_entry".
    """
    if not isinstance(status, Mapping):
        raise _bad_entry(_("A status must be an object."))
    if status.get("type") not in (ENTRY_TYPE, [ENTRY_TYPE]):
        raise Refused(
            "status_type",
            _('The only supported type of status is "%(type)s".', type=ENTRY_TYPE),
        )
    url, index = status.get("statusListCredential"), status.get("statusListIndex")
    if not isinstance(url, str) or not url:
        raise _bad_entry(_('"statusListCredential" must be the URL of the list.'))
    if status.get("id") == url:
        raise _bad_entry(_('"id" of a status must not be the URL of its list.'))
    if not isinstance(index, str) or not _INDEX.fullmatch(index):
        raise _bad_entry(_('"statusListIndex" must be a whole number, written as a string.'))
    bits = _bits(status.get("statusSize", 1))
    messages = _messages(status.get("statusMessage"), bits)
    return Entry(url, int(index), _purpose(status.get("statusPurpose")), bits, messages)


def read_status(
    entry: Entry,
    list_document: Mapping[str, Any],
    now: datetime,
    *,
    skew: timedelta = timedelta(0),
) -> Status:
    """Return what a list says about the entry; the caller has verified the list's proof.

    Raises Refused, which always means "could not check": "list_type", "list_id", "list_dates"
    (malformed, over, or not begun), "status_purpose", "list_encoding", "list_size",
    "status_index". `skew` is how far the clocks may differ.
    """
    _refuse_strange_list(entry, list_document)
    _refuse_out_of_date(list_document, now, skew)
    subject = _subject(list_document)
    purposes = subject.get("statusPurpose")
    if entry.purpose not in (purposes if isinstance(purposes, list) else [purposes]):
        raise Refused(
            "status_purpose", _('The list is not about "%(purpose)s".', purpose=entry.purpose)
        )
    encoded = subject.get("encodedList")
    if not isinstance(encoded, str):
        raise Refused("list_encoding", _('"encodedList" must be a string.'))
    value = StatusList.decode(encoded, entry.bits)[entry.index]
    return Status(value, entry.purpose, _standing(entry, value), _message(entry, value))


def _standing(entry: Entry, value: int) -> Standing | None:
    if entry.purpose is Purpose.REFRESH or (value == 0 and entry.purpose is not Purpose.MESSAGE):
        return Standing.VALID
    if entry.purpose is Purpose.REVOCATION:
        return Standing.REVOKED
    if entry.purpose is Purpose.SUSPENSION:
        return Standing.SUSPENDED
    known = {text: standing for standing, text in MESSAGES.items()}
    return known.get(_message(entry, value))


def _message(entry: Entry, value: int) -> str:
    if entry.messages:
        return entry.messages[value]
    return "unset" if value == 0 else "set"


def _purpose(value: object) -> Purpose:
    if not isinstance(value, str) or value not in set(Purpose):
        known = ", ".join(f'"{purpose}"' for purpose in Purpose)
        raise Refused(
            "status_purpose", _("The purpose of a status must be one of %(known)s.", known=known)
        )
    return Purpose(value)


def _bits(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _bad_entry(_('"statusSize" must be a whole number.'))
    if not 1 <= value <= MAXIMUM_BITS_PER_ENTRY:
        raise _bad_entry(
            _('"statusSize" must lie between 1 and %(most)s.', most=MAXIMUM_BITS_PER_ENTRY)
        )
    return value


def _messages(value: object, bits: int) -> tuple[str, ...]:
    if value is None and bits == 1:
        return ()
    if not isinstance(value, list) or len(value) != 1 << bits:
        raise _bad_entry(
            _(
                '"statusMessage" must have %(number)s elements, one for each value.',
                number=1 << bits,
            )
        )
    by_value = dict(_value_and_message(element) for element in value)
    if by_value.keys() != set(range(1 << bits)):
        raise _bad_entry(_('"statusMessage" must tell each value once.'))
    return tuple(by_value[number] for number in range(1 << bits))


def _value_and_message(element: object) -> tuple[int, str]:
    status = element.get("status") if isinstance(element, Mapping) else None
    message = element.get("message") if isinstance(element, Mapping) else None
    if not isinstance(status, str) or not _STATUS_VALUE.fullmatch(status):
        raise _bad_entry(_('"status" of a message must be a number such as "0x1".'))
    if not isinstance(message, str):
        raise _bad_entry(_('"message" must be a string.'))
    return int(status, 16), message


def _refuse_strange_list(entry: Entry, document: Mapping[str, Any]) -> None:
    types = document.get("type")
    if CREDENTIAL_TYPE not in (types if isinstance(types, list) else [types]):
        raise Refused(
            "list_type",
            _(
                'The list of statuses is not a "%(type)s".',
                type=CREDENTIAL_TYPE,
            ),
        )
    if _subject(document).get("type") not in (SUBJECT_TYPE, [SUBJECT_TYPE]):
        raise Refused(
            "list_type",
            _('The subject of the list is not a "%(type)s".', type=SUBJECT_TYPE),
        )
    if document.get("id") != entry.list_url:
        raise Refused(
            "list_id",
            _(
                'This is another list than "%(url)s", which was named.',
                url=entry.list_url,
            ),
        )


def _refuse_out_of_date(document: Mapping[str, Any], now: datetime, skew: timedelta) -> None:
    begins, ends = (_moment(document, name) for name in ("validFrom", "validUntil"))
    if begins is not None and begins - now > skew:
        raise Refused("list_dates", _("The list of statuses is not valid yet."))
    if ends is not None and now - ends > skew:
        raise Refused(
            "list_dates",
            _(
                "The list of statuses was valid until %(moment)s; what happened since "
                "then is not known. Get it again.",
                moment=str(document["validUntil"]),
            ),
        )


def _moment(document: Mapping[str, Any], name: str) -> datetime | None:
    moment = read_date_time(document.get(name))
    if moment is None and name in document:
        raise Refused(
            "list_dates",
            _('"%(name)s" of the list must be a date and time with a zone.', name=name),
        )
    return moment


def _subject(document: Mapping[str, Any]) -> Mapping[str, Any]:
    subject = document.get("credentialSubject")
    if isinstance(subject, Sequence) and len(subject) == 1:
        subject = subject[0]
    return subject if isinstance(subject, Mapping) else {}


@lru_cache(maxsize=4)  # many credentials are checked against one list
def _unpack(encoded: str) -> bytes:
    if len(encoded) > 2 * MAXIMUM_BYTES:
        raise Refused("list_size", _("The list has more than %(most)s bytes.", most=MAXIMUM_BYTES))
    try:
        unpacker = zlib.decompressobj(_GZIP_WINDOW)
        data = unpacker.decompress(decode_multibase(encoded, prefixes="u"), MAXIMUM_BYTES + 1)
    except (zlib.error, Refused) as error:
        raise Refused(
            "list_encoding",
            _("The list is not multibase base64url of gzip: %(error)s", error=str(error)),
        ) from error
    if len(data) > MAXIMUM_BYTES:
        raise Refused(
            "list_size", _("The list unpacks to more than %(most)s bytes.", most=MAXIMUM_BYTES)
        )
    if not unpacker.eof or unpacker.unused_data:
        raise Refused(
            "list_encoding", _("The gzip data of the list is cut off, or more follows it.")
        )
    return data


def _refuse_bad_size(size: int, bits: int) -> None:
    if not 1 <= bits <= MAXIMUM_BITS_PER_ENTRY:
        raise Refused(
            "list_size",
            _(
                "An entry has 1 to %(most)s bits, not %(bits)s.",
                most=MAXIMUM_BITS_PER_ENTRY,
                bits=bits,
            ),
        )
    if size < MINIMUM_ENTRIES:
        raise Refused(
            "list_size",
            _(
                "A list has at least %(least)s entries, so that a credential is one of "
                "many; this one has %(size)s.",
                least=MINIMUM_ENTRIES,
                size=size,
            ),
        )
    if size * bits > MAXIMUM_BYTES * 8:
        raise Refused(
            "list_size",
            _("A list of %(size)s entries of %(bits)s bits is too long.", size=size, bits=bits),
        )


def _bad_entry(message: Sentence) -> Refused:
    return Refused("status_entry", message)
