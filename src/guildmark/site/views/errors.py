"""Error pages that say what happened and what to do."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

RETRY_SECONDS = 10


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain a form that can't be trusted any more; nothing of it was carried out."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)


def server_error(_request: HttpRequest) -> HttpResponse:
    """Answer 503 where the database is away for a moment, else 500; neither page reads data."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        page = loader.get_template("503.html").render()
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_SECONDS)})
    return HttpResponse(loader.get_template("500.html").render(), status=500)
