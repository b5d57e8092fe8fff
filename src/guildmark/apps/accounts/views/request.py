"""What the views of this context ask of a request."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse, QueryDict

from guildmark.apps.accounts import queries, sessions
from guildmark.apps.accounts.models import User

View = TypeVar("View", bound=Callable[..., HttpResponse])


def signed_in(request: HttpRequest) -> User:
    """The person at the screen; for views that need one."""
    return cast("User", request.user)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even if it is empty, or None for a page that is opened."""
    return request.POST if request.method == "POST" else None


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
