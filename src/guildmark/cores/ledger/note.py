"""C2SP signed notes with Ed25519 signatures.

Reference: https://c2sp.org/signed-note (format, key ids, signature type 0x01) and
https://pkg.go.dev/golang.org/x/mod/sumdb/note (the text form of a verifier key).
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from guildmark.cores.ledger.errors import (
    NoteMalformed,
    SignatureInvalid,
    SignatureMissing,
    VerifierKeyMalformed,
)

ED25519 = b"\x01"
PUBLIC_KEY_BYTES = 32
KEY_ID_BYTES = 4
# The specification asks verifiers for a limit, and for one that leaves room for 16 signatures
# of nearly 5 kB.
MAXIMUM_NOTE_BYTES = 1_000_000

_CONTROL_CHARACTER = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class VerifierKey:
    """The public half of a note key: a name and 32 bytes of Ed25519 public key."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise VerifierKeyMalformed(
                f'"{self.name}" cannot name a key: it must not be empty, nor contain a space or +.'
            )
        if len(self.public_key) != PUBLIC_KEY_BYTES:
            raise VerifierKeyMalformed(
                f'The Ed25519 public key of "{self.name}" has {len(self.public_key)} bytes '
                f"instead of {PUBLIC_KEY_BYTES}."
            )

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name || 0x0A || 0x01 || public key)."""
        named = self.name.encode() + b"\n" + ED25519 + self.public_key
        return sha256(named).digest()[:KEY_ID_BYTES]

    def encode(self) -> str:
        """Return the key as `name+hex(key id)+base64(0x01 || public key)`."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(ED25519 + self.public_key)}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read a key as `encode` writes it; raises VerifierKeyMalformed."""
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            material = from_base64(encoded)
        except ValueError as error:
            raise VerifierKeyMalformed(f'"{text}" is not of the form name+id+key.') from error
        if material[:1] != ED25519:
            raise VerifierKeyMalformed(f'The key "{name}" is not an Ed25519 key (type 0x01).')
        key = cls(name, material[1:])
        if key.key_id.hex() != key_id:
            raise VerifierKeyMalformed(
                f'The id of the key "{name}" is {key.key_id.hex()}, but the text says "{key_id}".'
            )
        return key

    def verify(self, message: bytes, signature: bytes) -> None:
        """Return if the signature is of this key; raises SignatureInvalid."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except InvalidSignature as error:
            raise SignatureInvalid(
                f'The signature by "{self.name}" does not fit the text: one of them was changed.'
            ) from error


@dataclass(frozen=True)
class OpenedNote:
    """The text of a note that was verified, and the known keys that signed it."""

    text: str
    signed_by: tuple[VerifierKey, ...]


@dataclass(frozen=True)
class _SignatureLine:
    name: str
    key_id: bytes
    signature: bytes


def sign_note(text: str, *, key: VerifierKey, sign: Callable[[bytes], bytes]) -> str:
    """Return the signed note; `sign` makes the Ed25519 signature that belongs to `key`.

    The signature is verified before it is handed out, so a wrong private key is noticed here.
    Raises NoteMalformed for a text that no note may have, SignatureInvalid for a wrong signature.
    """
    _refuse_text(text)
    message = text.encode()
    signature = sign(message)
    key.verify(message, signature)
    return f"{text}\n— {key.name} {to_base64(key.key_id + signature)}\n"


def open_note(note: str | bytes, *, keys: Sequence[VerifierKey]) -> OpenedNote:
    """Return the text of a note that at least one of `keys` signed.

    Signatures of unknown keys are passed over, as the specification demands.
    Raises NoteMalformed, SignatureInvalid if a known key's signature is wrong, SignatureMissing
    if no known key signed.
    """
    text, lines = _split_note(note)
    known = {(key.name, key.key_id): key for key in keys}
    signed_by: dict[VerifierKey, None] = {}
    for line in lines:
        if key := known.get((line.name, line.key_id)):
            key.verify(text.encode(), line.signature)
            signed_by[key] = None
    if not signed_by:
        signers = ", ".join(f'"{line.name}" ({line.key_id.hex()})' for line in lines)
        expected = ", ".join(f'"{key.name}" ({key.key_id.hex()})' for key in keys) or "no key"
        raise SignatureMissing(f"The note is signed by {signers}, but only {expected} is known.")
    return OpenedNote(text, tuple(signed_by))


def is_key_name(name: str) -> bool:
    """Whether a key may be called so: not empty, no Unicode space, no plus, one line."""
    return bool(name) and "+" not in name and not any(c.isspace() or c < " " for c in name)


def to_base64(value: bytes) -> str:
    """Return RFC 4648 section 4 base64, padded."""
    return b64encode(value).decode("ascii")


def from_base64(text: str) -> bytes:
    """Read canonical base64 only, so that no two texts mean the same bytes; raises ValueError."""
    try:
        value = b64decode(text, validate=True)
    except Base64Error as error:
        raise ValueError(f'"{text}" is not base64.') from error
    if to_base64(value) != text:
        raise ValueError(f'"{text}" is not canonical base64.')
    return value


def _split_note(note: str | bytes) -> tuple[str, list[_SignatureLine]]:
    content = _decoded(note)
    head, blank, signatures = content.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise NoteMalformed(
            "A signed note is a text, a blank line and one or more signature lines, "
            "each ended by a line feed."
        )
    return head + "\n", [_signature_line(line) for line in signatures[:-1].split("\n")]


def _decoded(note: str | bytes) -> str:
    try:
        raw = note.encode() if isinstance(note, str) else note
        content = raw.decode()
    except UnicodeError as error:
        raise NoteMalformed("A signed note must be UTF-8.") from error
    if len(raw) > MAXIMUM_NOTE_BYTES:
        raise NoteMalformed(f"The note has {len(raw)} bytes; {MAXIMUM_NOTE_BYTES} are allowed.")
    if _CONTROL_CHARACTER.search(content):
        raise NoteMalformed("A signed note must not contain control characters.")
    return content


def _signature_line(line: str) -> _SignatureLine:
    dash, name, encoded = [*line.split(" ", 2), "", ""][:3]
    try:
        material = from_base64(encoded)
    except ValueError as error:
        raise NoteMalformed(f'The signature in the line "{line}" is not base64.') from error
    if dash != "—" or not is_key_name(name) or len(material) <= KEY_ID_BYTES:
        raise NoteMalformed(f'"{line}" is not a signature line: — name signature.')
    return _SignatureLine(name, material[:KEY_ID_BYTES], material[KEY_ID_BYTES:])


def _refuse_text(text: str) -> None:
    if not text.endswith("\n"):
        raise NoteMalformed("The text of a note must end with a line feed.")
    _decoded(text)
