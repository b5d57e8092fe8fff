"""The queue: what waits, by when, and how much of it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildmark.apps.contributions import clocks, policies, queries
from guildmark.apps.contributions.queries import Contribution
from guildmark.apps.contributions.states import Kind, State

A_PAGE = 25
WAITING, MINE, LATE, DONE, SUSPECT = "waiting", "mine", "late", "decided", "suspect"
LETTERS = "messages"
LABELS = {
    WAITING: _("Waiting"),
    LETTERS: _("Messages"),
    MINE: _("Taken on by me"),
    LATE: _("Overdue"),
    DONE: _("Decided"),
    SUSPECT: _("Perhaps from a machine"),
}


@login_required
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List what the person may read, by the day it is due."""
    policies.QUEUE_READ.require(request.user)
    now = timezone.now()
    mine = queries.visible_to(request.user, at=now)
    chosen = request.GET.get("show", WAITING)
    shown = chosen if chosen in LABELS else WAITING
    text = request.GET.get("q", "").strip()
    conditions = _conditions(request.user)
    counts = queries.sizes(request.user, conditions, at=now)
    found = queries.matching(_ordered(mine.filter(conditions[shown]), shown), text)
    rows = queries.with_answers(found)
    pages = Paginator(rows, A_PAGE)
    if not text:
        pages.count = counts[shown]  # Counted already, with the others.
    page = pages.get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": page,
        "today": clocks.day_of(now),
        "shown": shown,
        "q": text,
        "filters": [
            {
                "label": label,
                "url": f"?{urlencode({'show': word, **({'q': text} if text else {})})}",
                "current": word == shown,
                "count": counts[word],
            }
            for word, label in LABELS.items()
        ],
        "query": urlencode({"show": shown, "q": text}),
    }
    return render(request, "contributions/queue.html", context)


def _conditions(person: Any) -> dict[str, Q]:
    clean = Q(suspicion="")
    return {
        WAITING: queries.OPEN & clean,
        LETTERS: queries.OPEN & clean & Q(kind=Kind.CONTACT.value),
        MINE: queries.OPEN & Q(claimed_by_id=person.pk),
        LATE: queries.overdue(clocks.day_of(timezone.now())) & clean,
        DONE: Q(state=State.DISPOSED.value),
        SUSPECT: queries.OPEN & ~clean,
    }


def _ordered(rows: QuerySet[Contribution], shown: str) -> QuerySet[Contribution]:
    if shown == DONE:
        return rows.order_by(F("disposed_at").desc(), "-pk")
    return rows.order_by("next_due", "pk")
