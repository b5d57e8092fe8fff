"""The key-encryption key: where it comes from, and what it wraps.

It is 32 bytes in URL-safe base64, in `GUILDMARK_KEK` or in the file `GUILDMARK_KEK_FILE`. During
a rotation there are several, one a line: the first wraps, all unwrap.
"""

import base64
import binascii
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

KEK_BYTES = 32
NONCE_BYTES = 12


class KekUnavailable(RuntimeError):
    """The key-encryption key is missing or wrong; the message says what to do."""


@dataclass(frozen=True, slots=True, repr=False)
class KeyEncryptionKey:
    """A key that wraps other keys; named by a fingerprint that tells nothing about it."""

    material: bytes

    @property
    def fingerprint(self) -> str:
        """The first 16 hexadecimal digits of a hash of the key."""
        return hashlib.sha256(b"guildmark kek v1" + self.material).hexdigest()[:16]

    def wrap(self, secret: bytes, *, context: bytes) -> bytes:
        """Encrypt a key's secret half, bound to what the key is."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.material).encrypt(nonce, secret, context)

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        """Decrypt a key's secret half. Raises `KekUnavailable` when its bytes were changed."""
        nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return AESGCM(self.material).decrypt(nonce, sealed, context)
        except (InvalidTag, ValueError):
            raise KekUnavailable(
                f"The key “{context.decode()}” cannot be unwrapped: its row was changed. "
                "Restore it from a backup."
            ) from None


def key_encryption_keys() -> list[KeyEncryptionKey]:
    """Return the key-encryption keys, the one that wraps first. Raises `KekUnavailable`.

    On a development machine the file is made when it is missing.
    """
    lines = (settings.GUILDMARK_KEK or _kept()).split()
    if not lines:
        raise KekUnavailable(f"The key-encryption key is empty. {_advice()}")
    return [KeyEncryptionKey(_decoded(line)) for line in lines]


def with_fingerprint(fingerprint: str) -> KeyEncryptionKey:
    """Return the key-encryption key that wrapped a key. Raises `KekUnavailable`."""
    for candidate in key_encryption_keys():
        if candidate.fingerprint == fingerprint:
            return candidate
    raise KekUnavailable(
        f"The key-encryption key with the fingerprint {fingerprint} is not here. Put it below the "
        "present one in GUILDMARK_KEK_FILE, one a line."
    )


def kek_file() -> Path | None:
    """Return the file that the key-encryption key is read from, or None if it is no file."""
    return None if settings.GUILDMARK_KEK else Path(settings.GUILDMARK_KEK_FILE)


def _kept() -> str:
    path = Path(settings.GUILDMARK_KEK_FILE)
    if not path.exists():
        if not settings.GUILDMARK_KEK_MAY_BE_MADE:
            raise KekUnavailable(f"There is no key-encryption key. {_advice()}")
        _make(path)
    return path.read_text(encoding="ascii")


def _make(path: Path) -> None:
    """Make a file that only its owner may read; if another process was first, keep that one's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(KEK_BYTES) + "\n", encoding="ascii")
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _decoded(text: str) -> bytes:
    try:
        material = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        material = b""
    if len(material) != KEK_BYTES:
        raise KekUnavailable(f"The key-encryption key is not well-formed. {_advice()}")
    return material


def _advice() -> str:
    return (
        "Set GUILDMARK_KEK, or GUILDMARK_KEK_FILE to a file, with 32 bytes in URL-safe base64: "
        'python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
    )
