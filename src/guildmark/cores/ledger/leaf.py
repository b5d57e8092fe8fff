"""What a ledger entry says about an event: salted digests, never the content itself.

Whoever holds an event's content and salts can show that the ledger committed to them. Once the
salts are destroyed the digests say nothing, while the tree above them still verifies.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from hmac import new as hmac

from guildmark.cores.ledger.errors import LeafInvalid

SALT_BYTES = 32
DIGEST_BYTES = 32
LEAF_VERSIONS = (1,)
# Larger integers lose digits in readers that keep numbers as IEEE 754 doubles (RFC 8785).
MAXIMUM_INTEGER = 2**53 - 1

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]


def salted_digest(salt: bytes, label: str, value: bytes) -> bytes:
    """Return HMAC-SHA-256(key=salt, label || 0x00 || value): a commitment to `value`.

    `salt` is 32 secret random bytes, a fresh one for each digest that shall be opened or erased
    on its own; `label` says which field is meant, so digests cannot change places.
    Raises LeafInvalid for a salt of another length or a label that is not printable ASCII.
    """
    if len(salt) != SALT_BYTES:
        raise LeafInvalid(f"A salt has {SALT_BYTES} bytes; this one has {len(salt)}.")
    _refuse_unprintable("label", label)
    return hmac(salt, label.encode("ascii") + b"\x00" + value, sha256).digest()


def leaf_bytes(
    *,
    version: int = 1,
    event_id: str,
    event_type: str,
    subject_digest: bytes,
    actor_digest: bytes,
    payload_digest: bytes,
    at: datetime,
) -> bytes:
    """Return the content of the ledger entry for an event, as canonical JSON.

    Digests are 32 bytes from `salted_digest`; `at` must carry a time zone and is written in UTC
    with microseconds. The same event gives the same bytes for ever: a new layout would be a new
    version. Raises LeafInvalid.
    """
    if version not in LEAF_VERSIONS:
        raise LeafInvalid(f"Entries of version {version} are unknown; known: {LEAF_VERSIONS}.")
    _refuse_unprintable("event id", event_id)
    _refuse_unprintable("event type", event_type)
    digests = {"subject": subject_digest, "actor": actor_digest, "payload": payload_digest}
    return canonical_json(
        {
            "v": version,
            "event": event_id,
            "type": event_type,
            "at": _utc(at),
            **{name: _hex(name, digest) for name, digest in digests.items()},
        }
    )


def canonical_json(value: Json) -> bytes:
    """Return the one RFC 8785 serialisation of a JSON value without fractional numbers.

    Keys are ordered by UTF-16 code units, nothing is put between tokens, the text is UTF-8.
    Raises LeafInvalid for floats (write amounts as strings or integers), integers beyond
    2**53 - 1, keys that are not strings, and text that is not Unicode.
    """
    ordered = _ordered(value)
    try:
        text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))
        return text.encode()
    except UnicodeEncodeError as error:
        raise LeafInvalid("The text contains half of a surrogate pair.") from error


def _ordered(value: Json) -> Json:
    match value:
        case None | bool() | str():
            return value
        case int() if abs(value) <= MAXIMUM_INTEGER:
            return value
        case Mapping():
            return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
        case list() | tuple():
            return [_ordered(item) for item in value]
    raise LeafInvalid(
        f"{value!r} has no canonical form here: use text, whole numbers below 2**53, true, "
        f"false, null, lists and objects."
    )


def _utf16(key: str) -> bytes:
    if not isinstance(key, str):
        raise LeafInvalid(f"The key {key!r} is not text.")
    return key.encode("utf-16-be", "surrogatepass")


def _utc(at: datetime) -> str:
    if at.tzinfo is None:
        raise LeafInvalid(f"The time {at.isoformat()} has no time zone.")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _hex(name: str, digest: bytes) -> str:
    if len(digest) != DIGEST_BYTES:
        raise LeafInvalid(f"The {name} digest has {len(digest)} bytes instead of {DIGEST_BYTES}.")
    return digest.hex()


def _refuse_unprintable(what: str, text: str) -> None:
    if not text or not text.isascii() or not text.isprintable():
        raise LeafInvalid(f"The {what} {text!r} must be printable ASCII and not empty.")
