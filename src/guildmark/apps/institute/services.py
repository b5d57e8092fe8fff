"""Changing the institute."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from . import programme
from .events import institute_changed, institute_founded, programme_described
from .models import Institute, Programme

LOCAL = ("localhost", "127.0.0.1")


class InstituteRefused(ValueError):
    """What was asked for the institute cannot be done; the message says why."""


def found_institute(
    *, name: str, origin: str, contact_email: str, actor: Any, at: datetime, tagline: str = ""
) -> Institute:
    """Create the institute of this installation. Raises `InstituteRefused` if it exists."""
    with transaction.atomic():
        if existing := Institute.objects.first():
            raise InstituteRefused(
                _("The institute “%(name)s” is already here; there can be only one.")
                % {"name": existing.name}
            )
        institute = Institute.objects.create(
            pk=1,
            name=_checked_name(name),
            origin=normalised_origin(origin),
            contact_email=_checked_email(contact_email),
            tagline=tagline.strip(),
            founded_at=at,
        )
        institute_founded.send(Institute, institute=institute, actor=actor, at=at)
    return institute


def change_institute(*, actor: Any, at: datetime, **changes: str) -> Institute:
    """Change name, origin, tagline or contact address; the origin only until it is fixed."""
    with transaction.atomic():
        institute = Institute.objects.select_for_update().get()
        if "origin" in changes:
            changes["origin"] = normalised_origin(changes["origin"])
            _refuse_other_origin(institute, changes["origin"])
        for field, value in changes.items():
            setattr(institute, field, value)
        institute.full_clean()
        institute.save(update_fields=list(changes))
        institute_changed.send(Institute, institute=institute, actor=actor, at=at)
    return institute


def set_holidays(days: Iterable[date], *, actor: Any, at: datetime) -> bool:
    """Say on which days nobody works; return whether anything changed.

    Raises `InstituteRefused` before the institute is founded.
    """
    wanted = sorted({each.isoformat() for each in days})
    with transaction.atomic():
        institute = Institute.objects.select_for_update().first()
        if institute is None:
            raise InstituteRefused(_("There is no institute yet. Run “guildmark init” first."))
        if institute.holidays == wanted:
            return False
        institute.holidays = wanted
        institute.save(update_fields=["holidays"])
        institute_changed.send(Institute, institute=institute, actor=actor, at=at)
    return True


def fix_origin(*, actor: Any, at: datetime) -> Institute:
    """Fix the origin for ever, as the first credential does; harmless when it is fixed."""
    with transaction.atomic():
        institute = Institute.objects.select_for_update().get()
        if institute.origin_fixed_at is None:
            institute.origin_fixed_at = at
            institute.save(update_fields=["origin_fixed_at"])
            institute_changed.send(Institute, institute=institute, actor=actor, at=at)
    return institute


def describe_programme(description: dict[str, str], *, actor: Any, at: datetime) -> bool:
    """Save how a programme file describes the programme; return whether anything changed.

    Raises `InstituteRefused` for a description with problems, and for another programme than the
    one that is loaded.
    """
    if faults := list(programme.problems(description, path="$")):
        raise InstituteRefused("; ".join(f"{fault.path}: {fault.text}" for fault in faults))
    wanted = {name: description.get(name, "") for name in programme.NAMES}
    with transaction.atomic():
        loaded = Programme.objects.select_for_update().first()
        if loaded is not None and loaded.code != wanted["code"]:
            raise InstituteRefused(
                _(
                    "This institute keeps the programme %(loaded)s, the file holds %(wanted)s. One "
                    "institute keeps one programme; load the other into a database of its own."
                )
                % {"loaded": loaded.code, "wanted": wanted["code"]}
            )
        if loaded is not None and all(getattr(loaded, k) == v for k, v in wanted.items()):
            return False
        saved, _created = Programme.objects.update_or_create(
            pk=1, defaults={**wanted, "loaded_at": at}
        )
        programme_described.send(Programme, programme=saved, actor=actor, at=at)
    return True


def normalised_origin(origin: str) -> str:
    """Return scheme and host in lower case; refuse a path, a user name or plain HTTP in public."""
    parts = urlsplit(origin.strip().lower().rstrip("/"))
    sound = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    if not sound or parts.path or parts.query or parts.fragment:
        raise InstituteRefused(
            _("“%(origin)s” is no origin. Give scheme and host only, such as https://example.org.")
            % {"origin": origin}
        )
    if parts.scheme == "http" and parts.hostname not in LOCAL:
        raise InstituteRefused(
            _("A public origin needs https, because credentials are fetched from it: %(origin)s")
            % {"origin": origin}
        )
    return f"{parts.scheme}://{parts.netloc}"


def _refuse_other_origin(institute: Institute, origin: str) -> None:
    if institute.origin_fixed_at is not None and origin != institute.origin:
        raise InstituteRefused(
            _("The origin %(origin)s is part of issued credentials and cannot change any more.")
            % {"origin": institute.origin}
        )


def _checked_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise InstituteRefused(_("The institute needs a name."))
    return cleaned


def _checked_email(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError:
        raise InstituteRefused(
            _("“%(address)s” is not an e-mail address.") % {"address": address}
        ) from None
    return address
