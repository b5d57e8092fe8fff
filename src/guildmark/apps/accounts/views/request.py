"""What the views of this context ask of a request."""

from collections.abc import Callable
from typing import TypeVar, cast

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse, QueryDict

from guildmark.apps.accounts.models import User

View = TypeVar("View", bound=Callable[..., HttpResponse])


def signed_in(request: HttpRequest) -> User:
    """The person at the screen; for views that need one."""
    return cast("User", request.user)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even if it is empty, or None for a page that is opened."""
    return request.POST if request.method == "POST" else None


def confirmed(view: View) -> View:
    """Ask for the password or a second factor again before anything is changed."""
    return cast("View", reauthentication_required(view, allow_get=True))
