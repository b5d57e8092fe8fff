"""Status lists: a random place for each credential, and a signed text that is never behind."""

from collections.abc import Container
from datetime import datetime, timedelta
from random import Random, SystemRandom

from django.db import transaction
from django.db.models import F

from guildmark.apps.keys import queries as keys
from guildmark.cores.vc import status_list as core

from . import issuing
from .models import Credential, StatusList
from .states import State

VALID_FOR = timedelta(hours=24)
TTL = timedelta(minutes=5)
FULLEST = 0.5
"""Part of a list that may be taken; beyond it a random place is slow to find."""


class _Taken(Container[int]):
    """The places of a list that credentials have, asked one by one: a list is never read whole."""

    def __init__(self, row: StatusList) -> None:
        self._row = row

    def __contains__(self, index: object) -> bool:
        """Whether a credential stands there."""
        return (
            isinstance(index, int)
            and Credential.objects.filter(status_list=self._row, status_index=index).exists()
        )


def place(random: Random | None = None) -> tuple[StatusList, int]:
    """Return the list and the index for a new credential, each free index equally likely.

    Holds the lock of the list until the transaction ends.
    """
    row = _open_list()
    index = core.allocate(_Taken(row), random or SystemRandom(), size=row.size)
    return row, index


def note_change(credential: Credential) -> None:
    """Let the text of the credential's list be made anew at the next request."""
    if credential.status_list is not None:
        lists = StatusList.objects.filter(pk=credential.status_list.pk)
        lists.update(revision=F("revision") + 1)


def text_of(row: StatusList, *, at: datetime) -> str:
    """Return the signed text of a list as of now, made anew if anything changed or it grew old."""
    if not _is_fresh(row, at):
        with transaction.atomic():
            row = StatusList.objects.select_for_update().get(pk=row.pk)
            if not _is_fresh(row, at):
                _sign(row, at)
    return row.document


def _is_fresh(row: StatusList, at: datetime) -> bool:
    return (
        row.signed_revision == row.revision
        and row.valid_until is not None
        and row.signed_at is not None
        and row.signed_at <= at < row.valid_until - VALID_FOR / 2
        and _key_is_the_same(row)
    )


def _key_is_the_same(row: StatusList) -> bool:
    """Whether the key that signed the text is still in use: one that was lost must not vouch."""
    return f'#{keys.active_key(issuing.PURPOSE).kid}"' in row.document


def _sign(row: StatusList, at: datetime) -> None:
    moment = at.replace(microsecond=0)
    document = core.status_list_credential(
        issuing.address("credentials:status_list", row.number),
        _statuses(row),
        issuer=issuing.issuer(),
        valid_from=moment,
        valid_until=moment + VALID_FOR,
        ttl=TTL,
    )
    row.document = issuing.signed(document, at=at)
    row.signed_revision, row.signed_at, row.valid_until = row.revision, moment, moment + VALID_FOR
    row.save(update_fields=["document", "signed_revision", "signed_at", "valid_until"])


def _statuses(row: StatusList) -> core.StatusList:
    """Set the bit of every credential that does not hold, suspended ones too, until reinstated."""
    statuses = core.StatusList(row.size)
    ended = Credential.objects.filter(status_list=row, status_index__isnull=False)
    for index in ended.exclude(state=State.ACTIVE).values_list("status_index", flat=True):
        statuses[index or 0] = 1
    return statuses


def _open_list() -> StatusList:
    """Return the newest list, locked, or a new one when that is half full."""
    newest = StatusList.objects.select_for_update().order_by("-number").first()
    if newest is not None:
        taken = Credential.objects.filter(status_list=newest).count()
        if taken < FULLEST * newest.size:
            return newest
    number = newest.number + 1 if newest is not None else 1
    return StatusList.objects.create(number=number, size=core.MINIMUM_ENTRIES)
