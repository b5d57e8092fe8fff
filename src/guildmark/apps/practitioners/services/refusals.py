"""What services refuse, and what every one of them does first."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guildmark.apps.accounts.queries import User
from guildmark.apps.audit import services as audit
from guildmark.apps.audit.events import Event
from guildmark.apps.practitioners import queries
from guildmark.apps.practitioners.naming import tidy

LONGEST_REASON = 500


class PractitionerRefused(ValueError):
    """What was asked can't be done; the message says why, `field` which input it is about."""

    def __init__(self, message: str, field: str = "") -> None:
        self.field = field
        super().__init__(message)


def locked(person: Any) -> User:
    """Lock a person for the transaction, so that nothing is written while an account closes.

    Raises `AccountIsClosed`.
    """
    return User.objects.locked_if_open(person.pk)


def given(text: str, *, field: str, longest: int, missing: str) -> str:
    """Return a text on one line. Raises `PractitionerRefused` where it is empty or too long."""
    cleaned = tidy(text)
    if not cleaned:
        raise PractitionerRefused(missing, field)
    return fitting(cleaned, field=field, longest=longest)


def fitting(text: str, *, field: str, longest: int) -> str:
    """Return the text. Raises `PractitionerRefused` where it is too long or can't be printed."""
    if len(text) > longest:
        raise PractitionerRefused(
            _("This has %(length)s characters; at most %(most)s are kept.")
            % {"length": len(text), "most": longest},
            field,
        )
    if odd := next((each for each in text if not (each.isprintable() or each in "\r\n\t")), ""):
        raise PractitionerRefused(
            _("The character U+%(number)s can't be shown. Remove it.")
            % {"number": f"{ord(odd):04X}"},
            field,
        )
    return text


def reason_of(text: str) -> str:
    """Return the reason of a decision. Raises `PractitionerRefused` where there is none."""
    missing = _("Give the reason; it is kept with the decision.")
    return given(text, field="reason", longest=LONGEST_REASON, missing=missing)


def known_domains(keys: Any, *, field: str = "domains") -> list[str]:
    """Return keys of domains in order. Raises `PractitionerRefused` for one not in force."""
    wanted = set(keys)
    titles = queries.domain_titles()
    if odd := sorted(wanted - set(titles)):
        raise PractitionerRefused(
            _("The standard in force has no domain “%(key)s”. Choose from the list.")
            % {"key": odd[0]},
            field,
        )
    return [key for key in titles if key in wanted]


def note(event: Event, subject: Any, *, actor: Any, at: datetime, reason: str = "") -> None:
    """Record an event in the transaction of what it tells."""
    audit.record(event, actor=actor, subject=subject, at=at, reason=reason)
