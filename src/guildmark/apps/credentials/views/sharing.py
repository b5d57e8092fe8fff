"""Showing the holder's name to one person: making a private link, taking it back, opening it."""

from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guildmark.apps.credentials import answers, issuing, queries, services
from guildmark.apps.credentials.services import LinkRefused

from . import limiting
from .holding import held_or_404, held_page


@never_cache
@login_required
@require_POST
def make_link(request: HttpRequest, number: str) -> HttpResponse:
    """Make a private link and show it, this once."""
    row = held_or_404(request, number)
    receiver, days = request.POST.get("receiver", ""), request.POST.get("days", "")
    again = partial(held_page, request, row, receiver=receiver, days=days)
    try:
        wanted = int(days) if days.isdecimal() else 0
        made = services.make_name_link(row, receiver, wanted, actor=request.user, at=timezone.now())
    except LinkRefused as refusal:
        return again(**{f"{refusal.field}_problem": str(refusal)})
    context = {
        "credential": row,
        "link": made.link,
        "address": issuing.address("credentials:named", row.number, made.secret),
    }
    return render(request, "credentials/link_made.html", context)


@login_required
@require_POST
def withdraw_link(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Have a private link show the name no more."""
    row = held_or_404(request, number)
    if (link := queries.NameLink.objects.filter(credential=row, pk=pk).first()) is None:
        raise Http404(_("There is no such link to this credential."))
    services.withdraw_name_link(link, actor=request.user, at=timezone.now())
    messages.success(request, _("Taken back. The link does not show your name any more."))
    return redirect("credentials:held", number=row.number)


@never_cache
@require_safe
@limiting.page_when_limited
def named(request: HttpRequest, number: str, secret: str) -> HttpResponseBase:
    """Answer what everybody is told, with the holder's name while the link shows it.

    An unknown secret counts as a miss, and is answered as one that has ended.
    """
    found = answers.answer(number, at=timezone.now())
    row, name = found.credential, ""
    if row is None or queries.name_link(row, secret) is None:
        limiting.note_miss(request, at=found.checked_at)
    elif request.method == "GET":
        name = services.open_name_link(row, secret, actor=request.user, at=found.checked_at)
    context = {
        "answer": found,
        "credential": row,
        "address": issuing.address("credentials:verified", row.number) if row else "",
        "named": name,
    }
    status = HTTPStatus.OK if found.is_found else HTTPStatus.NOT_FOUND
    return _private(render(request, "credentials/named.html", context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the address, which holds a secret, from search engines and other sites."""
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
