"""Where mail leaves the house: the one place that reads `GUILDMARK_MAIL_URL`."""

import re
import smtplib
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

TIMEOUT = 15  # seconds; the worker holds a job's lease meanwhile
PROBE_TIMEOUT = 3  # seconds the doctor waits
SMTP = "django.core.mail.backends.smtp.EmailBackend"
IMPLICIT_TLS_PORT = 465
SUBMISSION_PORT = 587
PERMANENT = range(500, 600)
# Refusals of us, not of the mail; they pass when the operator has mended the settings.
OUR_FAULT = (530, 534, 535, 538)
# Many servers name a sender they refuse only when they hear the recipient: RFC 3463, and Postfix.
SENDER_REFUSED = re.compile(r"^5\.1\.[78]\b|sender address rejected", re.IGNORECASE)


class DeliveryRefused(Exception):
    """The mail did not leave; `permanent` when trying again is no use."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        self.permanent = permanent
        super().__init__(reason[:300])


@dataclass(frozen=True, slots=True)
class Transport:
    """A Django mail backend and its arguments."""

    backend: str
    options: dict[str, Any] = field(default_factory=dict)

    def connection(self, **changes: Any) -> BaseEmailBackend:
        """Make a connection, not yet opened."""
        made: BaseEmailBackend = get_connection(self.backend, **{**self.options, **changes})
        return made


def transport(url: str | None = None) -> Transport:
    """Read a mail address of the environment. Raises `ImproperlyConfigured` naming the variable."""
    url = settings.GUILDMARK_MAIL_URL if url is None else url
    scheme, _, rest = url.partition(":")
    if scheme == "console":
        return Transport("django.core.mail.backends.console.EmailBackend")
    if scheme == "file" and rest:
        return Transport("guildmark.apps.mail.files.FileBackend", {"folder": rest})
    if scheme in ("smtp", "submission", "submission+ssl") and urlsplit(url).hostname:
        return _smtp(url, scheme)
    raise ImproperlyConfigured(
        f"GUILDMARK_MAIL_URL starts with “{scheme}”. Use console:, file:FOLDER, or "
        "smtp://user:password@host:587?tls=true (submission+ssl for port 465)."
    )


def _smtp(url: str, scheme: str) -> Transport:
    parts = urlsplit(url)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    use_ssl = scheme == "submission+ssl" or asked.get("ssl") == "true"
    use_tls = not use_ssl and asked.get("tls", "true" if scheme == "submission" else "") == "true"
    options = {
        "host": parts.hostname,
        "port": parts.port or _usual_port(use_ssl=use_ssl, use_tls=use_tls),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": use_ssl,
        "use_tls": use_tls,
        "timeout": float(asked.get("timeout", TIMEOUT)),
    }
    return Transport(SMTP, options)


def _usual_port(*, use_ssl: bool, use_tls: bool) -> int:
    if use_ssl:
        return IMPLICIT_TLS_PORT
    return SUBMISSION_PORT if use_tls else smtplib.SMTP_PORT


def hand_over(mail: EmailMultiAlternatives) -> None:
    """Give a mail to the transport, or raise `DeliveryRefused`."""
    try:
        with closing(transport().connection()) as mail.connection:
            mail.send()
    except smtplib.SMTPSenderRefused as refusal:  # Of GUILDMARK_MAIL_FROM, so every mail's fate.
        raise _refused(refusal.smtp_code, refusal.smtp_error, ours=True) from refusal
    except smtplib.SMTPRecipientsRefused as refusal:
        code, text = next(iter(refusal.recipients.values()))
        raise _refused(code, text) from refusal
    except smtplib.SMTPResponseException as refusal:
        raise _refused(refusal.smtp_code, refusal.smtp_error) from refusal
    except (smtplib.SMTPException, OSError) as fault:
        raise DeliveryRefused(f"{type(fault).__name__}: {fault}", permanent=False) from fault
    except (ValueError, UnicodeError) as fault:
        raise DeliveryRefused(f"{type(fault).__name__}: {fault}", permanent=True) from fault


def probe() -> str:
    """Try to reach an SMTP server; return what is wrong, or nothing. Other transports are fine."""
    route = transport()
    if route.backend != SMTP:
        return ""
    connection = route.connection(timeout=PROBE_TIMEOUT)
    try:
        with closing(connection):  # Django leaves the socket open when signing in fails.
            connection.open()
    except (smtplib.SMTPException, OSError) as fault:
        return f"{type(fault).__name__}: {fault}"
    return ""


def _refused(code: int, text: bytes | str, *, ours: bool = False) -> DeliveryRefused:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    ours = ours or code in OUR_FAULT or SENDER_REFUSED.search(said) is not None
    return DeliveryRefused(f"{code} {said}", permanent=code in PERMANENT and not ours)
