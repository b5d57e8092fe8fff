"""Reading messages and preferences."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from guildmark.apps.accounts import queries as accounts

from . import slots
from .models import MailPreference, Message
from .states import Frequency, Kind, MessageState

STUCK_AFTER = timedelta(minutes=15)


class UnknownKind(LookupError):
    """No context has registered this kind of mail."""


def kind(name: str) -> Kind:
    """Return the registered kind. Raises `UnknownKind` with the names that exist."""
    for each in slots.kinds:
        if each.name == name:
            return each
    known = ", ".join(slots.kinds.names)
    raise UnknownKind(f"No kind of mail is called “{name}”; registered are {known}.")


def optional_kinds() -> list[Kind]:
    """The kinds that people may switch off, in the order of the page."""
    return [each for each in slots.kinds if each.optional]


def frequency(user: Any, wanted: Kind) -> Frequency:
    """How often the person wants this kind; a required kind comes at once."""
    if not wanted.optional or user is None:
        return Frequency.AT_ONCE
    chosen = MailPreference.objects.filter(user_id=user.pk, kind=wanted.name).first()
    return Frequency(chosen.frequency) if chosen else wanted.default


def frequencies(user: Any) -> dict[str, Frequency]:
    """How often the person wants each optional kind, in one query."""
    rows = MailPreference.objects.filter(user_id=user.pk).values_list("kind", "frequency")
    chosen = dict(rows)
    return {each.name: Frequency(chosen.get(each.name, each.default)) for each in optional_kinds()}


def messages_to(person: Any) -> QuerySet[Message]:
    """Every message to the person, whichever of their addresses it went to."""
    wanted = Q(user_id=person.pk) | Q(recipient__iexact=person.email)
    for address, _confirmed in accounts.email_addresses(person):
        wanted |= Q(recipient__iexact=address)
    return Message.objects.filter(wanted)


def given_up(address: str, *, about: str) -> QuerySet[Message]:
    """Return what could not be delivered to an address and names this in its subject."""
    dead = Message.objects.filter(state=MessageState.DEAD.value)
    return dead.filter(recipient__iexact=address, subject__contains=about)


def held_for(digest: Frequency) -> QuerySet[Message]:
    """The messages that wait for this digest, by person."""
    held = Message.objects.filter(state=MessageState.HELD.value, frequency=digest.value)
    return held.filter(user__isnull=False).order_by("user_id", "pk")


def failing() -> QuerySet[Message]:
    """The messages that were refused for now and will be tried again."""
    return Message.objects.filter(state=MessageState.FAILED.value)


def dead(*, since: datetime) -> QuerySet[Message]:
    """The messages given up that were written since then."""
    return Message.objects.filter(state=MessageState.DEAD.value, created_at__gte=since)


def stuck(*, at: datetime) -> QuerySet[Message]:
    """The messages that should have left a while ago, but nobody tried."""
    waiting = [MessageState.QUEUED.value, MessageState.SENDING.value]
    late = Q(state__in=waiting, created_at__lt=at - STUCK_AFTER)
    return Message.objects.filter(late | Q(next_attempt_at__lt=at - STUCK_AFTER, state="failed"))
