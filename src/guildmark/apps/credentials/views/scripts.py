"""Letting scripts of other sites read what is public, also with a tag that they hold.

A browser asks by OPTIONS before it sends a header that forms could not send (Fetch, "CORS-preflight
fetch"); `If-None-Match` is the one that is of use here.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from guildmark.apps.credentials.telling import FOR_SCRIPTS

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]
MAY_BE_ASKED = {
    **FOR_SCRIPTS,
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
    "Allow": "GET, HEAD, OPTIONS",
}


def readable_by_scripts(view: View[Parameters]) -> View[Parameters]:
    """Answer a browser that asks what a script may send; everything else is read only."""
    reading = require_safe(view)

    @wraps(view)
    def answered(
        request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=MAY_BE_ASKED)
        return reading(request, *args, **kwargs)

    return answered
