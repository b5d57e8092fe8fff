"""Naming the holder of a credential of an older registry to who can spell the surname."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guildmark.apps.credentials import answers, issuing, misses, surnames

from . import limiting


@never_cache
@require_POST
@limiting.page_when_limited
def surname(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show the name if the surname that was typed is the holder's; a wrong one counts as a miss."""
    found = answers.answer(number, at=timezone.now())
    row = found.credential
    if row is None or not surnames.asks_for_surname(row):
        return redirect("credentials:verified", number=number)
    named = surnames.is_surname_of(request.POST.get("surname", ""), row)
    if not named:
        limiting.note_miss(request, at=found.checked_at)
        misses.note_miss(f"surname of {row.key}", at=found.checked_at)
    context = {
        "answer": found,
        "credential": row,
        "address": issuing.address("credentials:verified", row.number),
        "named": row.holder_name if named else "",
        "wrong_surname": not named,
    }
    status = HTTPStatus.OK if named else HTTPStatus.UNPROCESSABLE_ENTITY
    response: HttpResponse = render(request, "credentials/verified.html", context, status=status)
    return response
