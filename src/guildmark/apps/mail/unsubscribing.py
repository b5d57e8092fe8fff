"""Signed links by which somebody stops kinds of mail without signing in."""

from django.core import signing

SALT = "guildmark.mail.unsubscribe"


class BadToken(ValueError):
    """The link was not made here, or was cut off on its way."""


def token(user_pk: int, kinds: list[str]) -> str:
    """Return a token that lets its bearer stop these kinds for this person; it does not expire."""
    return signing.dumps([user_pk, *kinds], salt=SALT)


def read(token: str) -> tuple[int, list[str]]:
    """Return person and kinds. Raises `BadToken`."""
    try:
        user_pk, *kinds = signing.loads(token, salt=SALT)
    except signing.BadSignature as fault:
        raise BadToken("This link is not complete. Copy it again from the mail.") from fault
    return int(user_pk), [str(kind) for kind in kinds]
