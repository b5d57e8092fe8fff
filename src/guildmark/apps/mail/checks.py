"""The doctor's checks of mail."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's name
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from . import queries, transport

RECENT = timedelta(days=7)


@register("doctor", deploy=True)
def check_mail_messages(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Mail leaves: none was given up, none is refused, none waits too long."""
    if not databases:
        return []
    at = timezone.now()
    return [*_dead(queries.dead(since=at - RECENT)), *_failing(), *_stuck(queries.stuck(at=at))]


@register("doctor", deploy=True)
def check_mail_transport(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The mail server can be reached and lets us in."""
    if not databases:
        return []
    hint = "Check GUILDMARK_MAIL_URL, and that the mail server is up and lets this machine in."
    try:
        fault = transport.probe()
    except ImproperlyConfigured as refusal:
        return [Error(str(refusal), hint=hint, id="mail.E003")]
    if not fault:
        return []
    return [Error(f"The mail server can't be used: {fault}", hint=hint, id="mail.E002")]


def _dead(messages: Any) -> list[CheckMessage]:
    if not (count := messages.count()):
        return []
    text = f"{count} mails of the last week were given up; the last error: {_last(messages)}"
    return [Error(text, hint=_what_to_do(count, messages.exclude(text="").count()), id="mail.E001")]


def _what_to_do(count: int, whole: int) -> str:
    lost = (
        f"The text of {count - whole} is erased, because their links are no good any more; who "
        "still needs them asks anew. They are reported until they are a week old."
    )
    retry = "Mend what the error names, then run `guildmark retry-mail`."
    return " ".join([*([retry] if whole else []), *([lost] if whole < count else [])])


def _failing() -> list[CheckMessage]:
    messages = queries.failing()
    if not (count := messages.count()):
        return []
    text = f"{count} mails were refused and wait for another attempt: {_last(messages)}"
    hint = "They are tried again for two days; mend what the error names."
    return [Warning(text, hint=hint, id="mail.W001")]


def _stuck(messages: Any) -> list[CheckMessage]:
    if not (count := messages.count()):
        return []
    hint = "Is a worker running? Start one with `guildmark run` or `guildmark worker`."
    return [Warning(f"{count} mails are overdue.", hint=hint, id="mail.W002")]


def _last(messages: Any) -> str:
    return str(messages.order_by("-pk").values_list("last_error", flat=True)[0])
