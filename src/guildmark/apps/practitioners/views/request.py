"""What the views of this context ask of a request."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.apps.accounts.queries import User
from guildmark.apps.practitioners.services import PractitionerRefused

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., HttpResponse])
PAGES = (
    "practitioners:profile",
    "practitioners:work",
    "practitioners:experiences",
    "practitioners:expertise",
    "practitioners:availability",
    "practitioners:record",
)


def own_page(view: View) -> View:
    """Make a view a page of who is signed in, which no cache keeps."""
    methods = require_http_methods(["GET", "HEAD", "POST"])

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return cast("View", never_cache(login_required(methods(guarded))))


def signed_in(request: HttpRequest) -> User:
    """The person at the screen; for views that need one."""
    return cast("User", request.user)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even if it is empty, or None for a page that is opened."""
    return request.POST if request.method == "POST" else None


def attempt(form: forms.Form, act: Callable[[datetime], T]) -> T | None:
    """Do what a valid form asks for, or tell at its field why it is refused."""
    try:
        with transaction.atomic():
            return act(timezone.now())
    except PractitionerRefused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return None


def attempt_or_tell(request: HttpRequest, act: Callable[[datetime], Any], done: str) -> None:
    """Do what a button without a form asks for, and say what became of it."""
    try:
        with transaction.atomic():
            act(timezone.now())
    except PractitionerRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the ways between the pages about oneself."""
    labels = (
        _("Profile"), _("Work"), _("Experience"), _("Expertise"), _("Availability"), _("My record")
    )  # fmt: skip
    places = [reverse(name) for name in PAGES]
    here = max((each for each in places if request.path.startswith(each)), key=len, default="")
    return [
        {"label": label, "url": url, "current": url == here}
        for label, url in zip(labels, places, strict=True)
    ]
