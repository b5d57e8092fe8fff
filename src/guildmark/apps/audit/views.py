"""The ledger for people: what it is, its newest checkpoint, its entries, and one entry's proof."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from . import queries
from .models import LedgerEntry

A_PAGE = 25


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Show the newest checkpoint and what everyone may see of the entries."""
    kinds = queries.ledger_event_titles()
    name = request.GET.get("kind", "")
    entries = queries.ledger_entries(name=name if name in kinds else "")
    page = Paginator(entries, A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "audit/ledger.html",
        {
            "checkpoint": queries.latest_checkpoint(),
            "vkey": queries.current_verifier_key(),
            "page": page,
            "entries": [queries.public_entry(each) for each in page],
            "kinds": sorted(kinds.items(), key=lambda kind: str(kind[1])),
            "name": name,
            "query": urlencode({"kind": name}) if name else "",
        },
    )


@require_safe
def entry(request: HttpRequest, index: int) -> HttpResponse:
    """Show one entry, its exact bytes, and the proof that the newest checkpoint holds it."""
    found = LedgerEntry.objects.select_related("event").filter(index=index).first()
    latest = queries.latest_checkpoint()
    if found is None or latest is None:
        raise Http404(_("The ledger has no entry %(index)d.") % {"index": index})
    return render(
        request,
        "audit/entry.html",
        {
            "entry": queries.public_entry(found),
            "checkpoint": latest,
            "proof": queries.inclusion_proof(index=index, size=latest.size),
            "leaf": bytes(found.leaf).decode(),
            "previous": index - 1 if index else None,
            "next": index + 1 if index + 1 < latest.size else None,
        },
    )
