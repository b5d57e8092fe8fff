"""Writing and sending mail, and changing what people want to receive.

A message is a row of the transaction that causes it, and so is the job that sends it: a mail
leaves if, and only if, what it speaks of has happened.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import formataddr, make_msgid
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.urls import reverse

from guildmark.apps.institute import queries as institutes

from . import queries, slots, unsubscribing
from .models import MailPreference, Message
from .queueing import enqueue_sending
from .rendering import Rendered, dressed, rendered, signed
from .states import (
    ACCOUNT,
    DIGEST,
    DIGESTS,
    MESSAGE,
    PAUSES,
    SECRETS_LAST,
    Frequency,
    Kind,
    MessageState,
)
from .transport import DeliveryRefused, hand_over

logger = structlog.get_logger("guildmark.mail")

LONGEST_SUBJECT = 300
KEPT_FOR = timedelta(days=90)
HTML = "text/html"


class MailRefused(ValueError):
    """A mail can't be queued as it is; the message says why."""


def send(*, kind: str, to: Any, template: str, context: dict[str, Any], at: datetime) -> Message:
    """Queue a mail of a registered kind, rendered from `mail/<template>`, and return its row.

    `to` is a person or an address. Goes out at once, waits for a digest, or is cancelled, as the
    person has chosen for an optional kind. Raises `UnknownKind` or `MailRefused`.
    """
    wanted = queries.kind(kind)
    user = None if isinstance(to, str) else to
    address = to if isinstance(to, str) else to.email
    way_out = _unsubscribe_url(user, [kind]) if user and wanted.optional else ""
    mail = rendered(template, {"unsubscribe_url": way_out, **context}, reader=user)
    message = _drafted(wanted, mail, user=user, recipient=address, at=at)
    with transaction.atomic():
        _save_as_wanted(message, queries.frequency(user, wanted))
    return message


def queue_mail(mail: EmailMessage, *, at: datetime, kind: Kind = ACCOUNT) -> list[Message]:
    """Queue a mail that Django or a library composed, once for each recipient.

    Raises `MailRefused` for attachments, and `BadHeaderError` for a line break in a header.
    """
    if mail.attachments:
        raise MailRefused("Attachments are not sent by mail here; send a link to a page instead.")
    mail.message()  # Refuses line breaks in headers now, not later in the worker.
    composed = Rendered(str(mail.subject), str(mail.body), _html_of(mail))
    sender = "" if mail.from_email == settings.DEFAULT_FROM_EMAIL else mail.from_email
    users = _users_of(mail.recipients())
    with transaction.atomic():
        messages = [
            _drafted(
                kind, composed, user=users.get(address.lower()), recipient=address, at=at,
                sender=sender, headers=dict(mail.extra_headers),
            )
            for address in mail.recipients()
        ]  # fmt: skip
        for message in messages:
            _save_as_wanted(message, Frequency.AT_ONCE)
    return messages


def deliver(message_pk: int, *, at: datetime) -> Message | None:
    """Hand a message to the transport and note what became of it; None when it is not due.

    Runs outside of a transaction. A temporary refusal is tried again after a growing pause, a
    permanent one, or the last of them, ends the message.
    """
    if (message := _taken(message_pk, at=at)) is None:
        return None
    try:
        hand_over(_composed(message))
    except DeliveryRefused as refusal:
        return _note_refusal(message, refusal, at=at)
    return _move(message, "deliver", sent_at=at, last_error="", next_attempt_at=None)


def change_preferences(user: Any, frequencies: dict[str, Frequency]) -> None:
    """Save how often the person wants optional kinds; messages held for a digest follow."""
    with transaction.atomic():
        for name, frequency in frequencies.items():
            if not queries.kind(name).optional:
                raise MailRefused(f"Mails of the kind “{name}” are required and always come.")
            MailPreference.objects.update_or_create(
                user_id=user.pk, kind=name, defaults={"frequency": frequency.value}
            )
            _follow(user, name, frequency)


def unsubscribe(token: str) -> list[Kind]:
    """Stop the kinds that a signed link names and return them; harmless when done before.

    Raises `unsubscribing.BadToken` for a link that was not made here.
    """
    user_pk, names = unsubscribing.read(token)
    kinds = [kind for kind in queries.optional_kinds() if kind.name in names]
    user = get_user_model().objects.filter(pk=user_pk, is_active=True).first()
    if user is not None:
        change_preferences(user, {kind.name: Frequency.NEVER for kind in kinds})
    return kinds


def send_digests(digest: Frequency, *, at: datetime) -> int:
    """Put the messages that wait for this digest into one mail for each person; count the mails.

    Each person has a transaction of their own, so that nobody waits for the digests of all.
    """
    waiting = queries.held_for(digest).values_list("user_id", flat=True)
    people = list(waiting.order_by("user_id").distinct())
    return sum(_send_digest(user_pk, digest, at=at) for user_pk in people)


def retry_dead(*, at: datetime) -> int:
    """Queue messages again that were given up but still have their text; return how many."""
    erase_expired_secrets(at=at)
    with transaction.atomic():
        rows = Message.objects.select_for_update().filter(state=MessageState.DEAD.value)
        messages = list(rows.exclude(text=""))
        for message in messages:
            _move(message, "retry", attempts=0, next_attempt_at=None)
            enqueue_sending(message.pk)
    return len(messages)


def erase_expired_secrets(*, at: datetime) -> int:
    """Erase secret texts of messages given up whose links are no good any more; return how many."""
    dead = Message.objects.filter(state=MessageState.DEAD.value, created_at__lte=at - SECRETS_LAST)
    open_kinds = [kind.name for kind in slots.kinds if not kind.secret]
    return dead.exclude(kind__in=open_kinds).exclude(text="").update(text="", html="")


def forget_old(*, at: datetime) -> int:
    """Delete the rows of messages that ended long ago; return how many. Erases expired secrets."""
    erase_expired_secrets(at=at)
    ended = [state.value for state in MESSAGE.terminal_states]
    old = Message.objects.filter(created_at__lt=at - KEPT_FOR)
    deleted, _ = old.filter(state__in=[*ended, MessageState.DEAD.value]).delete()
    return deleted


def erase_mail_of(person: Any) -> int:
    """Delete what has not left yet, and erase address and text of the rest; return how many."""
    messages = queries.messages_to(person)
    waiting = [MessageState.QUEUED, MessageState.HELD, MessageState.FAILED]
    with transaction.atomic():
        deleted, _ = messages.filter(state__in=[state.value for state in waiting]).delete()
        erased = messages.update(
            user=None, recipient="", subject="", text="", html="", headers={}, last_error=""
        )
        MailPreference.objects.filter(user_id=person.pk).delete()
    return deleted + erased


def _drafted(kind: Kind, mail: Rendered, *, recipient: str, at: datetime, **more: Any) -> Message:
    institute = institutes.institute()
    message = Message(
        kind=kind.name,
        recipient=recipient,
        subject=mail.subject[:LONGEST_SUBJECT],
        text=mail.text,
        html=mail.html,
        message_id=make_msgid(domain=urlsplit(institute.origin).hostname or "localhost"),
        created_at=at,
        **more,
    )
    _composed(message).message()  # Refuses line breaks in headers and addresses.
    return message


def _save_as_wanted(message: Message, frequency: Frequency) -> None:
    message.frequency = frequency.value
    if frequency is Frequency.NEVER:
        message.state = MESSAGE.target(message.state, "cancel").value
        message.text = message.html = ""
    elif frequency in DIGESTS:
        message.state = MESSAGE.target(message.state, "hold").value
    message.save(force_insert=True)
    if frequency is Frequency.AT_ONCE:
        enqueue_sending(message.pk)


def _taken(message_pk: int, *, at: datetime) -> Message | None:
    """Take a message that is due for one attempt, or return None."""
    with transaction.atomic():
        message = Message.objects.select_for_update().filter(pk=message_pk).first()
        if message is None or "take" not in MESSAGE.available(message.state):
            return None
        if message.next_attempt_at is not None and message.next_attempt_at > at:
            return None
        return _move(message, "take", attempts=message.attempts + 1)


def _note_refusal(message: Message, refusal: DeliveryRefused, *, at: datetime) -> Message:
    number = message.attempts - 1
    if refusal.permanent or number >= len(PAUSES):
        logger.warning("mail given up", message=message.pk, kind=message.kind)
        return _move(message, "give_up", last_error=str(refusal), next_attempt_at=None)
    again = at + PAUSES[number]
    with transaction.atomic():
        moved = _move(message, "postpone", last_error=str(refusal), next_attempt_at=again)
        enqueue_sending(message.pk, after=again)
    return moved


def _move(message: Message, transition: str, **changes: Any) -> Message:
    """Perform a transition; a message that another worker has taken meanwhile is left alone."""
    before, attempts = message.state, message.attempts
    changes["state"] = MESSAGE.target(before, transition).value
    if changes["state"] == MessageState.SENT and _is_secret(message):
        changes |= {"text": "", "html": ""}
    if changes["state"] in (MessageState.SENT, MessageState.DEAD) and _is_last(message):
        changes |= {"recipient": "", "text": "", "html": "", "last_error": ""}
    for field, value in changes.items():
        setattr(message, field, value)
    Message.objects.filter(pk=message.pk, state=before, attempts=attempts).update(**changes)
    return message


def _is_last(message: Message) -> bool:
    try:
        return queries.kind(message.kind).last
    except queries.UnknownKind:
        return False


def _is_secret(message: Message) -> bool:
    try:
        return queries.kind(message.kind).secret
    except queries.UnknownKind:
        return True


def _follow(user: Any, kind: str, frequency: Frequency) -> None:
    held = Message.objects.filter(user_id=user.pk, kind=kind, state=MessageState.HELD.value)
    if frequency in DIGESTS:
        held.update(frequency=frequency.value)
        return
    transition = "cancel" if frequency is Frequency.NEVER else "release"
    for message in held.select_for_update():
        _move(message, transition, frequency=frequency.value)
        if transition == "release":
            enqueue_sending(message.pk)


def _send_digest(user_pk: int, digest: Frequency, *, at: datetime) -> bool:
    with transaction.atomic():
        held = queries.held_for(digest).filter(user_id=user_pk)
        messages = list(held.select_for_update())  # Read under lock: minds change meanwhile.
        if not messages:
            return False
        user = messages[0].user
        url = _unsubscribe_url(user, sorted({message.kind for message in messages}))
        context = {"messages": messages, "unsubscribe_url": url}
        bundle = send(kind=DIGEST.name, to=user, template="digest", context=context, at=at)
        bundle.headers = _unsubscribe_headers(url)
        bundle.save(update_fields=["headers"])
        for message in messages:
            _move(message, "bundle", digest=bundle, text="", html="")
    return True


def _composed(message: Message) -> EmailMultiAlternatives:
    """Make the mail that leaves: sender, signature, way out, and the Message-ID of the row."""
    institute = institutes.institute()
    headers = {**_way_out(message), **message.headers}
    url = str(headers.get("List-Unsubscribe", "")).strip("<>")
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=signed(message.text, unsubscribe_url=url),
        from_email=message.sender or formataddr((institute.name, settings.DEFAULT_FROM_EMAIL)),
        to=[message.recipient],
        reply_to=[institute.contact_email] if institute.contact_email else None,
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated", **headers},
    )
    html = message.html or dressed(message.subject, message.text, unsubscribe_url=url)
    mail.attach_alternative(html, HTML)
    return mail


def _way_out(message: Message) -> dict[str, str]:
    """The headers by which mail programs offer to unsubscribe (RFC 8058), for optional kinds."""
    if message.user_id is None or _is_required(message):
        return {}
    return _unsubscribe_headers(_unsubscribe_url(message.user, [message.kind]))


def _is_required(message: Message) -> bool:
    try:
        return not queries.kind(message.kind).optional
    except queries.UnknownKind:
        return True


def _unsubscribe_url(user: Any, kinds: list[str]) -> str:
    path = reverse("mail:unsubscribe", kwargs={"token": unsubscribing.token(user.pk, kinds)})
    return f"{institutes.institute().origin}{path}"


def _unsubscribe_headers(url: str) -> dict[str, str]:
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _html_of(mail: EmailMessage) -> str:
    alternatives = getattr(mail, "alternatives", [])
    return next((str(part[0]) for part in alternatives if part[1] == HTML), "")


def _users_of(addresses: Iterable[str]) -> dict[str, Any]:
    people = get_user_model().objects.filter(email__in=[each.lower() for each in addresses])
    return {person.email.lower(): person for person in people}
