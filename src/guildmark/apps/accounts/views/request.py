"""What the views of this context ask of a request."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from guildmark.apps.accounts import queries, sessions
from guildmark.apps.accounts.models import User

KEPT = "accounts.kept_form"
KEPT_AT_MOST = 20_000  # characters; a stranger can have a session filled too.
View = TypeVar("View", bound=Callable[..., HttpResponse])


def signed_in(request: HttpRequest) -> User:
    """The person at the screen; for views that need one."""
    return cast("User", request.user)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even if it is empty, or None for a page that is opened."""
    return request.POST if request.method == "POST" else None


def signed_in_only(view: View) -> View:
    """Lead to sign-in, and keep what was typed if the session ended over a form."""
    guarded = login_required(view)

    @wraps(view)
    def keeping(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            _keep(request)
        return guarded(request, *args, **kwargs)

    return cast("View", keeping)


def take_kept(request: HttpRequest) -> dict[str, str]:
    """Return what was typed on this page before its session ended, once."""
    kept = request.session.get(KEPT, {})
    if kept.get("path") != request.path:
        return {}
    del request.session[KEPT]
    return cast("dict[str, str]", kept["fields"])


def _keep(request: HttpRequest) -> None:
    fields = {name: text for name, text in request.POST.items() if name != "csrfmiddlewaretoken"}
    if sum(map(len, fields.values())) <= KEPT_AT_MOST:
        request.session[KEPT] = {"path": request.path, "fields": fields}
        messages.info(request, _("You were signed out. What you typed is kept: sign in again."))


def confirmed(view: View) -> View:
    """Ask again for the second factor, or for the password of who has none, before any change."""

    @wraps(view)
    def with_second_factor(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD") and _owes_second_factor(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return cast("View", reauthentication_required(with_second_factor, allow_get=True))


def _owes_second_factor(request: HttpRequest) -> bool:
    person = signed_in(request)
    # A password given again just before the second factor was set up is not enough any more.
    return queries.has_second_factor(person) and not sessions.confirmed_second_factor(
        request, person
    )
