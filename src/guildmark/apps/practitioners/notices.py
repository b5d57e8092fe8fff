"""What referees and practitioners are told by mail, in the transaction of what it tells."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guildmark.apps.institute import queries as institutes
from guildmark.apps.mail import services as mail
from guildmark.apps.mail.states import DECISION, Kind

from .models import CheckRequest, Reference

REFERENCE = Kind(
    "reference",
    _("Requests to referees"),
    _("Somebody asks you to confirm work that you saw."),
    optional=False,
    secret=True,
)


def ask_referee(row: Reference, *, name: str, token: str, at: datetime) -> None:
    """Send a referee the link; the text of the mail is erased once it has left."""
    context = {
        "name": name,
        "address": _address("practitioners:referee", token),
        "expires": row.expires_at,
        "again": row.times > 1,
    }
    mail.send(kind=REFERENCE.name, to=row.email, template="referee_asked", context=context, at=at)


def tell_answer(row: Reference, *, at: datetime) -> None:
    """Tell a person what their referee answered, and whether it counts."""
    context = {
        "reference": row,
        "counts": row.state == "confirmed" and row.is_checked,
        "confirmed": row.state == "confirmed",
    }
    _tell("referee_answered", row.experience, context, at=at)


def tell_check(row: CheckRequest, *, at: datetime) -> None:
    """Tell a person what a checker of the institute decided."""
    context = {"check": row, "verified": row.state == "verified"}
    _tell("experience_checked", row.experience, context, at=at)


def _tell(template: str, experience: Any, context: dict[str, Any], *, at: datetime) -> None:
    context["address"] = _address("practitioners:experience", experience.pk)
    mail.send(kind=DECISION.name, to=experience.person, template=template, context=context, at=at)


def _address(name: str, *args: Any) -> str:
    return f"{institutes.institute().origin}{reverse(name, args=args)}"
