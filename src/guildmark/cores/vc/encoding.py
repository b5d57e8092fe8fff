"""Texts for bytes and moments: base58btc, base64url, multibase, Multikey, XML Schema dateTime.

Sources: Controlled Identifiers v1.0 (https://www.w3.org/TR/cid-1.0/, sections 2.2.2 Multikey and
2.4 Multibase), RFC 4648 section 5, https://www.w3.org/TR/xmlschema11-2/#dateTime.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.sentences import sentence as _

PUBLIC_KEY_BYTES = 32
ED25519_PUBLIC = b"\xed\x01"
ED25519_SECRET = b"\x80\x26"
# Reading base58 takes time that grows with the square of the length. Keys and signatures have
# at most 90 characters.
MAXIMUM_BASE58_CHARACTERS = 512

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS = {character: digit for digit, character in enumerate(_ALPHABET)}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_DATE_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_MICROSECOND_CHARACTERS = 7


def encode_base58(data: bytes) -> str:
    """Return `data` in base58btc, without a multibase prefix."""
    number, characters = int.from_bytes(data, "big"), []
    while number:
        number, digit = divmod(number, 58)
        characters.append(_ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(characters))


def decode_base58(text: str) -> bytes:
    """Read base58btc without a multibase prefix; raises Refused "base58"."""
    if len(text) > MAXIMUM_BASE58_CHARACTERS:
        raise Refused(
            "base58",
            _("A base58 text of %(length)s characters is too long to be read.", length=len(text)),
        )
    number = 0
    try:
        for character in text:
            number = number * 58 + _DIGITS[character]
    except KeyError as error:
        raise Refused(
            "base58",
            _("%(character)s is no character of base58btc.", character=repr(error.args[0])),
        ) from error
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode_base64url(data: bytes) -> str:
    """Return `data` in base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_base64url(text: str) -> bytes:
    """Read base64url without padding; raises Refused "base64url".

    Only the one text that `encode_base64url` writes for the bytes is accepted.
    """
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise Refused("base64url", _("The text is not base64url without padding."))
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if text and encode_base64url(data[-(len(data) % 3 or 3) :]) != text[-(len(text) % 4 or 4) :]:
        raise Refused("base64url", _("The last character of the base64url text has stray bits."))
    return data


def encode_multibase(data: bytes, *, prefix: str = "z") -> str:
    """Return `data` in multibase: prefix "z" is base58btc, "u" base64url without padding."""
    if prefix == "z":
        return "z" + encode_base58(data)
    if prefix == "u":
        return "u" + encode_base64url(data)
    raise Refused(
        "multibase",
        _('The multibase prefix "%(prefix)s" is not known: use "z" or "u".', prefix=prefix),
    )


def decode_multibase(text: str, *, prefixes: str = "zu") -> bytes:
    """Read multibase with one of `prefixes`; raises Refused "multibase", "base58", "base64url"."""
    prefix, rest = text[:1], text[1:]
    if not prefix or prefix not in prefixes:
        wanted = " or ".join(f'"{one}"' for one in prefixes)
        raise Refused(
            "multibase",
            _(
                'A multibase text must begin with %(wanted)s, not "%(prefix)s".',
                wanted=wanted,
                prefix=prefix,
            ),
        )
    return decode_base58(rest) if prefix == "z" else decode_base64url(rest)


def encode_public_key(public: bytes) -> str:
    """Return the 32 bytes of an Ed25519 public key as a Multikey, "z6Mk..."."""
    return "z" + encode_base58(ED25519_PUBLIC + _of_32_bytes(public, "public"))


def decode_public_key(text: str) -> bytes:
    """Return the 32 bytes of the Ed25519 public key that a Multikey text holds.

    Raises Refused "key_type" for a key of another kind, "key" for what is no key at all.
    """
    return _decode_key(text, ED25519_PUBLIC, "public")


def encode_secret_key(seed: bytes) -> str:
    """Return the 32 bytes of an Ed25519 secret key (the seed) as a Multikey, "z3u2..."."""
    return "z" + encode_base58(ED25519_SECRET + _of_32_bytes(seed, "secret"))


def decode_secret_key(text: str) -> bytes:
    """Return the 32-byte seed that a secret Multikey text holds; raises like `decode_public_key`.

    Some writers put the public key behind the seed (64 bytes); then only the seed is returned.
    """
    return _decode_key(text, ED25519_SECRET, "secret", lengths=(32, 64))[:PUBLIC_KEY_BYTES]


def read_date_time(text: object) -> datetime | None:
    """Return the moment that an XML Schema dateTime with a time zone tells, else None.

    Digits beyond the microsecond are dropped. 24:00:00 and leap seconds are not accepted.
    """
    match = _DATE_TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    seconds, fraction, zone = match.groups()
    fraction = (fraction or "")[:_MICROSECOND_CHARACTERS]
    try:
        # Python 3.11 reads any number of digits in a fraction, and a "Z".
        return datetime.fromisoformat(seconds + fraction + zone)
    except ValueError:
        return None


def write_date_time(moment: datetime) -> str:
    """Return `moment` in UTC and whole seconds, as "2026-01-31T12:00:00Z".

    Raises Refused "moment" for a moment without a time zone.
    """
    if moment.tzinfo is None:
        raise Refused(
            "moment", _("The moment %(moment)s has no time zone; give it one.", moment=str(moment))
        )
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _of_32_bytes(key: bytes, kind: str) -> bytes:
    if len(key) != PUBLIC_KEY_BYTES:
        raise Refused(
            "key",
            _(
                "An Ed25519 %(kind)s key has 32 bytes, this one has %(length)s.",
                kind=kind,
                length=len(key),
            ),
        )
    return key


def _decode_key(text: str, header: bytes, kind: str, lengths: tuple[int, ...] = (32,)) -> bytes:
    try:
        data = decode_multibase(text, prefixes="z")
    except Refused as refusal:
        raise Refused(
            "key", _("This is no Multikey text: %(why)s", why=refusal.sentence)
        ) from refusal
    if data[:2] != header:
        raise Refused(
            "key_type",
            _(
                "The key begins with %(beginning)s, which does not stand for an Ed25519 "
                "%(kind)s key (%(wanted)s). No other kind is supported.",
                beginning=data[:2].hex() or "nothing",
                kind=kind,
                wanted=header.hex(),
            ),
        )
    if len(data) - 2 not in lengths:
        raise Refused(
            "key",
            _(
                "An Ed25519 %(kind)s key has 32 bytes, this one has %(number)s.",
                kind=kind,
                number=len(data) - 2,
            ),
        )
    return data[2:]
