"""What every request of a signed-in person begins with."""

import time
from collections.abc import Callable
from http import HTTPStatus

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from . import sessions
from .models import User

# Seconds. "Last seen" needs no more precision, and a page that is only read should not write.
SEEN_EVERY = 300
SEEN_AT = "accounts.seen_at"
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
# Coming in and going out change no account; slow password hashing should not hold a transaction.
ENTRANCES = ("account_login", "account_logout", "mfa_authenticate", "mfa_login_webauthn")


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
            with transaction.atomic():
                User.objects.locked_if_open(request.user.pk)
                UserSession.objects.create_from_request(request)
        return self.get_response(request)


class OneTransaction:
    """Keep what allauth changes and the event that tells of it together, or neither.

    An answer that refuses (4xx) changes nothing but counts the attempt, and that stays.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in a transaction when allauth may change an account, and undo what failed."""
        if request.method in SAFE or not _is_change_by_allauth(request.path_info):
            return self.get_response(request)
        with transaction.atomic():
            if request.user.is_authenticated:
                User.objects.locked_if_open(request.user.pk)
            response = self.get_response(request)
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                transaction.set_rollback(True)
        return response


def _is_change_by_allauth(path: str) -> bool:
    try:
        match = resolve(path)
    except Resolver404:
        return False
    return match.func.__module__.startswith("allauth.") and match.url_name not in ENTRANCES


def _is_due(request: HttpRequest) -> bool:
    return bool(time.time() - request.session.get(SEEN_AT, 0) >= SEEN_EVERY)
