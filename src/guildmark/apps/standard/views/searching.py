"""Searching the requirements of an edition."""

from collections.abc import Iterable

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guildmark.apps.standard import queries
from guildmark.apps.standard.queries import Edition

from .finding import crumbs, framework_or_404
from .words import STATUSES

A_PAGE = 20
LONGEST = 200


@require_safe
def search(request: HttpRequest, framework: str) -> HttpResponse:
    """Find requirements by words, label or key; in the newest edition unless another is asked."""
    keeper = framework_or_404(framework)
    editions = queries.editions(keeper)
    number = request.GET.get("edition", "")
    edition = next((each for each in editions if each.number == number), editions.first())
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    found = queries.matches(edition, text) if edition and text else []
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "framework": keeper,
        "edition": edition,
        "editions": editions,
        "text": text,
        "page": page,
        "found": [(each, STATUSES.get(each.status)) for each in page],
        "total": len(found),
        "elsewhere": [] if found or not text else _elsewhere(editions, edition, text),
        "query": urlencode({"q": text, "edition": edition.number if edition else ""}),
        "crumbs": crumbs((_("Search"), ""), framework=keeper),
    }
    return render(request, "standard/search.html", context)


def _elsewhere(
    editions: Iterable[Edition], edition: Edition | None, text: str
) -> list[tuple[Edition, int]]:
    """Return the other editions in which something is found, with how much."""
    others = (each for each in editions if each != edition)
    counted = ((each, len(queries.matches(each, text))) for each in others)
    return [(each, count) for each, count in counted if count]
