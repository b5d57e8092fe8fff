"""Error pages that say what happened and what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain a form that can't be trusted any more; nothing of it was carried out."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)
