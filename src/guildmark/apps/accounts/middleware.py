"""What every request of a signed-in person begins with."""

import time
from collections.abc import Callable
from http import HTTPStatus

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from . import kept_forms, sessions
from .models import User

# Seconds. "Last seen" needs no more precision, and a page that is only read should not write.
SEEN_EVERY = 300
SEEN_AT = "accounts.seen_at"
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
# What a page answers that knows nothing of a kept form; many take only what is sent.
WITHOUT_FORM = (HTTPStatus.OK, HTTPStatus.METHOD_NOT_ALLOWED)
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


class KeptForms:
    """Keep a form that was sent without a session, and show it again after the sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and see to what was typed where the session had ended."""
        response = self._answer(request)
        if request.user.is_authenticated:
            kept_forms.note_who(request, response)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            return self._sent(request)
        response = self.get_response(request)
        return _shown_again(request, response) if request.user.is_authenticated else response

    def _sent(self, request: HttpRequest) -> HttpResponse:
        is_stranger = not request.user.is_authenticated
        if kept_forms.is_thrown_away(request):
            kept_forms.forget(request)
            return redirect("desk")
        if not is_stranger and kept_forms.kept(request) is not None:
            kept_forms.forget(request)
        response = self.get_response(request)
        if is_stranger and _leads_to_sign_in(response) and _is_a_form_of_ours(request):
            _keep(request)
        return response


def _keep(request: HttpRequest) -> None:
    match kept_forms.keep(request):
        case kept_forms.Outcome.KEPT:
            text = _("You were signed out. What you typed is kept: sign in again.")
        case kept_forms.Outcome.TOO_LONG:
            text = _(
                "You were signed out, and what you typed is too long to be kept here. Go back in "
                "your browser and copy it before you sign in."
            )
        case kept_forms.Outcome.EMPTY:
            return
    messages.info(request, text)


def _leads_to_sign_in(response: HttpResponse) -> bool:
    place = response.headers.get("Location", "").partition("?")[0]
    return place == reverse("account_login")


def _is_a_form_of_ours(request: HttpRequest) -> bool:
    """Whether a person sent a form of ours; what allauth asks for is short, and often secret."""
    view = resolve(request.path_info).func
    by_script = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    unchecked = getattr(view, "csrf_exempt", False)  # It may come from any site.
    return not (by_script or unchecked or view.__module__.startswith("allauth."))


def _shown_again(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Put a page with what was typed in place of one that has no form for it."""
    form = kept_forms.kept(request)
    if form is None or form.shown or response.status_code not in WITHOUT_FORM:
        return response
    page = render(request, "accounts/kept_form.html", {"kept": form})
    add_never_cache_headers(page)
    return page


def _is_change_by_allauth(path: str) -> bool:
    try:
        match = resolve(path)
    except Resolver404:
        return False
    return match.func.__module__.startswith("allauth.") and match.url_name not in ENTRANCES


def _is_due(request: HttpRequest) -> bool:
    return bool(time.time() - request.session.get(SEEN_AT, 0) >= SEEN_EVERY)
