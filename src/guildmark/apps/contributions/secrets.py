"""The secret of the link by which somebody without an account reads an answer."""

from hashlib import sha256
from uuid import UUID

from django.utils.crypto import salted_hmac

SALT = "contributions.letter"
DIGITS = 32


def secret_of(sent_as: UUID) -> str:
    """Return the secret that belongs to a form, the same whenever it is asked for; the key is ours.

    The database keeps its digest only.
    """
    return salted_hmac(SALT, str(sent_as), algorithm="sha256").hexdigest()[:DIGITS]


def digest(token: str) -> str:
    """Return what the database keeps of a secret."""
    return sha256(token.encode()).hexdigest()
