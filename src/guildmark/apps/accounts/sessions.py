"""How somebody proved, in this session, who they are; allauth keeps a list of it in the session."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest

from .models import User


def used_second_factor(request: HttpRequest, person: User) -> bool:
    """Whether an app, a passkey or a recovery code was used since the session began."""
    return bool(_uses(request, person))


def confirmed_second_factor(request: HttpRequest, person: User) -> bool:
    """Whether the second factor was asked for again, and given, within the last 15 minutes."""
    confirmed = [use["at"] for use in _uses(request, person) if use.get("reauthenticated")]
    return bool(confirmed) and time.time() - confirmed[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def _uses(request: HttpRequest, person: User) -> list[dict[str, Any]]:
    records = get_authentication_records(request, person)
    return [record for record in records if record["method"] == "mfa"]
