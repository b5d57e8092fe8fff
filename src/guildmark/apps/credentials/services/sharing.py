"""Private links by which a holder shows the name of a credential to one person, for some days.

The address holds a random secret, of which only the digest is kept; so it can be shown once, when
it is made. Whoever has the address sees the name: that is all that a link gives.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from guildmark.apps.credentials import policies, queries
from guildmark.apps.credentials.events import NameLinkMade, NameLinkWithdrawn
from guildmark.apps.credentials.models import LONGEST_RECEIVER, Credential, NameLink

from .recording import record, subject_of

SECRET_BYTES = 32
DAYS = (7, 30, 90)
"""For how many days a link can show the name."""
MOST_OPEN = 20
"""Links of one credential that show the name at the same time."""


class LinkRefused(ValueError):
    """A private link can't be made so; `field` names what is wrong with the request."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link, and the secret in its address, which nobody can find out later."""

    link: NameLink
    secret: str


def make_name_link(
    credential: Credential, receiver: str, days: int, *, actor: Any, at: datetime
) -> MadeLink:
    """Make a link that shows the holder's name for 7, 30 or 90 days to whoever has it.

    Raises `LinkRefused` and `PermissionRefused`.
    """
    receiver = _checked_receiver(receiver)
    if days not in DAYS:
        raise LinkRefused("days", _("Choose for how many days the link shows your name."))
    with transaction.atomic():
        row = Credential.objects.select_for_update().get(pk=credential.pk)
        policies.NAME_LINK_MAKE.require(actor, row)
        _refuse_needless(row, at)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        link = row.name_links.create(
            receiver=receiver,
            digest=queries.secret_digest(secret),
            made_at=at,
            expires_at=at + timedelta(days=days),
        )
        record(NameLinkMade(days), subject_of(row), actor=actor, at=at)
    return MadeLink(link, secret)


def withdraw_name_link(link: NameLink, *, actor: Any, at: datetime) -> NameLink:
    """Have a link show the name no more, from this moment on. A second time changes nothing.

    Raises `PermissionRefused`.
    """
    with transaction.atomic():
        row = NameLink.objects.select_for_update(of=("self",)).select_related("credential")
        found = row.get(pk=link.pk)
        policies.NAME_LINK_WITHDRAW.require(actor, found)
        if found.is_open(at):
            found.withdrawn_at = at
            found.save(update_fields=["withdrawn_at"])
            record(NameLinkWithdrawn(), subject_of(found.credential), actor=actor, at=at)
    return found


def open_name_link(credential: Credential, secret: str, *, actor: Any, at: datetime) -> str:
    """Return the name that a link shows at a moment, and count that; or nothing.

    Nothing of who opened it is kept. What the holder opens is not counted.
    """
    link = queries.name_link(credential, secret)
    if link is None or credential.holder_id is None or not link.is_open(at):
        return ""
    if not policies.is_holder.test(actor, credential):
        day = at.astimezone(UTC).date()
        counted = NameLink.objects.filter(pk=link.pk)
        counted.update(opened=F("opened") + 1, last_opened_on=day)
    return credential.holder_name


def _checked_receiver(receiver: str) -> str:
    cleaned = " ".join(receiver.split())
    if not cleaned:
        raise LinkRefused("receiver", _("Say for whom it is, so that you know it again."))
    if len(cleaned) > LONGEST_RECEIVER or not cleaned.isprintable():
        raise LinkRefused(
            "receiver",
            _("This has %(length)s characters; at most %(most)s that can be printed are kept.")
            % {"length": len(cleaned), "most": LONGEST_RECEIVER},
        )
    return cleaned


def _refuse_needless(row: Credential, at: datetime) -> None:
    if not row.holder_name:
        raise LinkRefused("receiver", _("No name belongs to this credential, so none is shown."))
    if queries.open_name_links(row, at=at).count() >= MOST_OPEN:
        raise LinkRefused(
            "receiver",
            _("%(most)s links show your name already. Take one of them back first.")
            % {"most": MOST_OPEN},
        )
