"""Making, using and rotating keys."""

import base64
import binascii
import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import IntegrityError, transaction

from . import kek
from .events import key_compromised, key_created, key_rotated, keys_rewrapped
from .models import Key
from .queries import active_key, has_active_key, key_named
from .states import ALGORITHMS, SIGNING, Algorithm, KeyPurpose

# A key should be replaced after two years; it is not switched off when nobody does.
LIFETIME = timedelta(days=730)
TOKEN_VERSION = "v1"  # noqa: S105 - the version of a format
NONCE_BYTES = 12
A_SECOND = timedelta(seconds=1)


class KeyExists(ValueError):
    """A key of this purpose is in use already."""


class SignsNothing(ValueError):
    """A key that encrypts can't be marked as compromised."""


class DecryptionRefused(ValueError):
    """A ciphertext is not ours, was changed, or belongs to another place."""


@dataclass(frozen=True, slots=True)
class Signature:
    """64 bytes of Ed25519, and the id of the key that made them."""

    kid: str
    value: bytes


def create_key(*, purpose: KeyPurpose, actor: Any, at: datetime) -> Key:
    """Make the first key of a purpose. Raises `KeyExists` when one is in use."""
    try:
        with transaction.atomic():
            _refuse_second(purpose)
            key = _make(purpose, at)
            key_created.send(Key, key=key, actor=actor, at=at)
    except IntegrityError as error:  # Another process was first.
        raise KeyExists(_exists(purpose)) from error
    return key


def rotate_key(
    *, purpose: KeyPurpose, actor: Any, at: datetime, reason: str, compromised: bool = False
) -> Key:
    """Retire the key in use and make its successor; what the old one did stays checkable.

    With `compromised`, somebody else may hold the old one, and nothing that it signed counts any
    more by itself. The old key ends at `at`, or later where something that it signed gives a later
    moment. Raises `KeyMissing`, `KeyExists`, `SignsNothing` or `KekUnavailable`.
    """
    if compromised:
        _refuse_encrypting(purpose)
    with transaction.atomic():
        old = Key.objects.select_for_update().get(pk=active_key(purpose).pk)
        if old.retired_at is not None:
            raise KeyExists(f"The key {old.kid} was rotated by somebody else at this moment.")
        old.compromised_at = _after_its_last(old, at) if compromised else None
        return _replace(old, actor=actor, at=at, reason=reason)


def mark_compromised(kid: str, *, actor: Any, at: datetime, reason: str) -> Key:
    """Mark a signing key as one that somebody else may hold, and return it.

    One in use is rotated as well. A key that is marked already stays as it is. Raises
    `KeyUnknown`, `SignsNothing` or `KekUnavailable`.
    """
    found = key_named(kid, *KeyPurpose)
    _refuse_encrypting(KeyPurpose(found.purpose))
    with transaction.atomic():
        key = Key.objects.select_for_update().get(pk=found.pk)
        if key.compromised_at is not None:
            return key
        key.compromised_at = _after_its_last(key, at)
        if key.retired_at is None:
            _replace(key, actor=actor, at=at, reason=reason)
        else:
            key.save(update_fields=["compromised_at"])
            key_compromised.send(Key, key=key, actor=actor, at=at, reason=reason)
    return key


def note_signing(*, purpose: KeyPurpose, at: datetime) -> tuple[Key, datetime]:
    """Lock the key in use for a signature; return it and the moment, in whole seconds, to give.

    That is `at`, or when the key became active if that is later. Until the transaction around it
    ends nobody rotates the key, and it will never end before that moment. Raises `KeyMissing`.
    """
    key = _locked_active_key(purpose)
    moment = max(at, key.activates_at).replace(microsecond=0)
    if key.signed_until is None or key.signed_until < moment:
        key.signed_until = moment
        key.save(update_fields=["signed_until"])
    return key, moment


def sign(*, purpose: KeyPurpose, message: bytes) -> Signature:
    """Sign with the key in use. Raises `KeyMissing` or `KekUnavailable`."""
    key = active_key(purpose)
    private = Ed25519PrivateKey.from_private_bytes(_secret(key))
    return Signature(key.kid, private.sign(message))


def encrypt(*, plaintext: str, context: bytes) -> str:
    """Encrypt text with the data key in use; it can be decrypted only for the same `context`.

    `context` says where the text is kept. Ciphertexts can't be exchanged between contexts: one that
    names the row, such as b"accounts.totp:42", keeps rows apart, one that names only the use does
    not. The token carries version and key id. Makes the first data key when there is
    none. Raises `KekUnavailable`.
    """
    key = _data_key()
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(_secret(key)).encrypt(nonce, plaintext.encode(), _bound(key.kid, context))
    return f"{TOKEN_VERSION}.{key.kid}.{_to_text(nonce + sealed)}"


def decrypt(*, ciphertext: str, context: bytes) -> str:
    """Return the text that `encrypt` was given. Raises `DecryptionRefused`, `KekUnavailable`."""
    version, _, rest = ciphertext.partition(".")
    kid, _, sealed = rest.partition(".")
    key = Key.objects.filter(kid=kid, purpose=KeyPurpose.DATA).first()
    if version != TOKEN_VERSION or key is None:
        raise DecryptionRefused("This text was not encrypted with a key of this installation.")
    try:
        raw = _from_text(sealed)
        aead = AESGCM(_secret(key))
        return aead.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(kid, context)).decode()
    except (InvalidTag, ValueError):
        raise DecryptionRefused("The ciphertext was changed or belongs elsewhere.") from None


def rewrap_keys(*, actor: Any, at: datetime) -> int:
    """Wrap every key under the first key-encryption key; return how many were changed.

    Raises `KekUnavailable`, and then changes nothing.
    """
    newest = kek.key_encryption_keys()[0]
    with transaction.atomic():
        old = list(Key.objects.select_for_update().exclude(kek=newest.fingerprint))
        for key in old:
            key.wrapped = newest.wrap(_secret(key), context=_wrapping_context(key))
            key.kek = newest.fingerprint
            key.save(update_fields=["wrapped", "kek"])
        if old:
            keys_rewrapped.send(Key, count=len(old), actor=actor, at=at)
    return len(old)


def verify_unwrapping(key: Key) -> None:
    """Return if the secret half can be unwrapped and belongs to the public one.

    Raises `KekUnavailable`.
    """
    secret = _secret(key)
    if key.algorithm == Algorithm.ED25519 and _public(secret) != bytes(key.public):
        raise kek.KekUnavailable(f"The two halves of the key {key.kid} do not belong together.")


def _locked_active_key(purpose: KeyPurpose) -> Key:
    """Lock the key in use; look again if it was rotated while we waited for the lock."""
    while True:
        key = Key.objects.select_for_update().get(pk=active_key(purpose).pk)
        if key.retired_at is None:
            return key


def _replace(old: Key, *, actor: Any, at: datetime, reason: str) -> Key:
    """Retire a key whose row is locked, and make its successor."""
    old.retired_at = at if old.signed_until is None else max(at, old.signed_until)
    old.save(update_fields=["retired_at", "compromised_at"])
    new = _make(KeyPurpose(old.purpose), at)
    key_rotated.send(Key, old=old, new=new, actor=actor, at=at, reason=reason)
    return new


def _after_its_last(key: Key, at: datetime) -> datetime:
    """Return `at`, or the second after the last signature if that is later.

    Moments are published in whole seconds, and what gives the very second in which its key was
    compromised counts as forged.
    """
    return at if key.signed_until is None else max(at, key.signed_until + A_SECOND)


def _refuse_encrypting(purpose: KeyPurpose) -> None:
    if purpose not in SIGNING:
        raise SignsNothing(
            f'Keys for the purpose "{purpose}" encrypt and sign nothing, so there is no signature '
            f"to doubt. Rotate the key without this mark, and have the secrets that it encrypted "
            f"set up anew: whoever holds the key can read the old ones."
        )


def _refuse_second(purpose: KeyPurpose) -> None:
    if has_active_key(purpose):
        raise KeyExists(_exists(purpose))


def _exists(purpose: KeyPurpose) -> str:
    return f'A key for the purpose "{purpose}" is in use. Rotate it instead.'


def _data_key() -> Key:
    """Return the data key in use; the first text to be encrypted makes it."""
    if not has_active_key(KeyPurpose.DATA):
        from django.utils import timezone  # noqa: PLC0415 - only the very first time

        try:
            return create_key(purpose=KeyPurpose.DATA, actor=None, at=timezone.now())
        except KeyExists:
            pass
    return active_key(KeyPurpose.DATA)


def _make(purpose: KeyPurpose, at: datetime) -> Key:
    secret = secrets.token_bytes(32)
    algorithm = ALGORITHMS[purpose]
    public = _public(secret) if algorithm is Algorithm.ED25519 else b""
    key = Key(
        kid=_kid(purpose, public),
        purpose=purpose.value,
        algorithm=algorithm.value,
        public=public,
        created_at=at,
        activates_at=at,
        not_after=at + LIFETIME,
    )
    wrapping = kek.key_encryption_keys()[0]
    key.kek = wrapping.fingerprint
    key.wrapped = wrapping.wrap(secret, context=_wrapping_context(key))
    key.save(force_insert=True)
    return key


def _kid(purpose: KeyPurpose, public: bytes) -> str:
    tail = hashlib.sha256(public).hexdigest()[:16] if public else secrets.token_hex(8)
    return f"{purpose}-{tail}"


def _public(secret: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def _secret(key: Key) -> bytes:
    wrapping = kek.with_fingerprint(key.kek)
    return wrapping.unwrap(bytes(key.wrapped), context=_wrapping_context(key))


def _wrapping_context(key: Key) -> bytes:
    return f"{key.purpose} {key.algorithm} {key.kid}".encode()


def _bound(kid: str, context: bytes) -> bytes:
    return f"{TOKEN_VERSION}.{kid}.".encode() + context


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _from_text(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64") from error
