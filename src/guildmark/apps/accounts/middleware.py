"""What every request of a signed-in person begins with."""

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse

from . import sessions
from .models import User

# Seconds. "Last seen" needs no more precision, and a page that is only read should not write.
SEEN_EVERY = 300
SEEN_AT = "accounts.seen_at"


class SessionFactor:
    """Mark the person at the screen with whether this session has used a second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Mark the person, so that roles sleep behind a password alone, then answer."""
        person = request.user
        if isinstance(person, User):
            person.session_has_second_factor = sessions.used_second_factor(request, person)
        return self.get_response(request)


class SessionActivity:
    """Note at most every five minutes when, whence and with what a session was used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note the visit when it is time, then answer."""
        if request.user.is_authenticated and _is_due(request):
            request.session[SEEN_AT] = int(time.time())
            UserSession.objects.create_from_request(request)
        return self.get_response(request)


def _is_due(request: HttpRequest) -> bool:
    return bool(time.time() - request.session.get(SEEN_AT, 0) >= SEEN_EVERY)
