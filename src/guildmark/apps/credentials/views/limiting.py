"""Answering whoever tries out too many ids: wait, how long, and what is never limited."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import ngettext

from guildmark.apps.audit.problems import problem
from guildmark.apps.credentials import misses
from guildmark.apps.credentials.misses import TooManyMisses
from guildmark.apps.credentials.telling import FOR_SCRIPTS

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]
PAGE = "text/html"
TYPES = (PAGE, "application/json", "application/vc", "application/ld+json")


def note_miss(request: HttpRequest, *, at: datetime) -> None:
    """Count an unknown id against the visitor's network. Raises `TooManyMisses`."""
    misses.note_miss(request.META.get("REMOTE_ADDR", ""), at=at)


def page_when_limited(view: View[Parameters]) -> View[Parameters]:
    """Make a view answer `TooManyMisses` with a page, or with JSON where that was preferred."""
    return _limited(view, _page_or_json)


def json_when_limited(view: View[Parameters]) -> View[Parameters]:
    """Make a view answer `TooManyMisses` with problem details."""
    return _limited(view, _json)


def _limited(
    view: View[Parameters], answer: Callable[[HttpRequest, int], HttpResponse]
) -> View[Parameters]:
    @wraps(view)
    def limited(
        request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except TooManyMisses as refusal:
            response = answer(request, refusal.retry_after)
            response["Retry-After"] = str(refusal.retry_after)
            response["Cache-Control"] = "no-store"
            return response

    return limited


def _page_or_json(request: HttpRequest, seconds: int) -> HttpResponse:
    wanted = request.get_preferred_type(TYPES) if "Accept" in request.headers else PAGE
    if wanted not in (PAGE, None):
        response = _json(request, seconds)
    else:
        context: dict[str, Any] = {"seconds": seconds}
        status = HTTPStatus.TOO_MANY_REQUESTS
        response = render(request, "credentials/too_many.html", context, status=status)
    response["Vary"] = "Accept"
    return response


def _json(_request: HttpRequest, seconds: int) -> HttpResponse:
    detail = ngettext(
        "Your network asked for too many ids that the registry does not know. "
        "Ask again in %(seconds)d second.",
        "Your network asked for too many ids that the registry does not know. "
        "Ask again in %(seconds)d seconds.",
        seconds,
    )
    response = problem(HTTPStatus.TOO_MANY_REQUESTS, detail % {"seconds": seconds})
    for name, value in FOR_SCRIPTS.items():
        response[name] = value
    return response
