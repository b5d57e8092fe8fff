"""Checking many ids at once: nothing sent is kept, the visitor's own page holds the list."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from guildmark.apps.credentials import answers, bulk
from guildmark.apps.credentials.answers import Answer
from guildmark.apps.credentials.bulk import Line
from guildmark.apps.credentials.bulk_forms import BulkForm
from guildmark.apps.credentials.misses import TooManyMisses
from guildmark.apps.credentials.uploads import RequestTooLarge, receive
from guildmark.apps.credentials.workbook import CONTENT_TYPE, workbook

from . import limiting

A_PAGE = 100
UNKNOWN_IDS_OF_A_MISS = 20
"""Unknown ids that count as one: a list has some, and is sent again for each page of answers."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a page tells of an answer."""

    asked: str
    answer: Answer
    label: str | Promise
    problem: str


@csrf_exempt  # Only until the upload is received in memory: then `_verify_many` looks.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify_many(request: HttpRequest) -> HttpResponse:
    """Ask for ids, and answer each as a page, as CSV or as a workbook."""
    try:
        receive(request, largest=bulk.LARGEST)
    except RequestTooLarge:
        return _ask(request, _far_too_large(), status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return _verify_many(request)


def _far_too_large() -> BulkForm:
    """Return a form about a text that was not even read, so that it can't stand there again."""
    form = BulkForm({})
    form.errors.clear()
    sentence = _("What you pasted is still on the page before this one: go back in your browser.")
    form.add_error("text", f"{bulk.too_large()} {sentence}")
    return form


@csrf_protect
def _verify_many(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, BulkForm())
    form = BulkForm(request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, form, status=HTTPStatus.BAD_REQUEST)
    asked = form.cleaned_data["asked"]
    if request.POST.get("as") == "list":
        return _ask(request, BulkForm(initial={"text": "\n".join(asked)}))
    try:
        return _answered(request, asked, timezone.now())
    except TooManyMisses as refusal:
        return _later(request, asked, refusal.retry_after)


def _answered(request: HttpRequest, asked: list[str], at: datetime) -> HttpResponse:
    wanted = request.POST.get("as", "")
    if wanted in ("csv", "xlsx"):
        return _file(request, asked, wanted, at)
    return _page(request, asked, at)


def _later(request: HttpRequest, asked: list[str], seconds: int) -> HttpResponse:
    sentence = ngettext(
        "Your network asked for too many ids that the registry does not know. "
        "Send them again in %(seconds)d second.",
        "Your network asked for too many ids that the registry does not know. "
        "Send them again in %(seconds)d seconds.",
        seconds,
    )
    form = BulkForm({"text": "\n".join(asked)})
    form.add_error("text", sentence % {"seconds": seconds})
    response = _ask(request, form, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(seconds)
    return response


def _note_misses(request: HttpRequest, unknown: int, at: datetime) -> None:
    for _each in range(ceil(unknown / UNKNOWN_IDS_OF_A_MISS)):
        limiting.note_miss(request, at=at)


def _ask(request: HttpRequest, form: BulkForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    return render(request, "credentials/bulk.html", {"form": form}, status=status)


def _file(request: HttpRequest, asked: list[str], wanted: str, at: datetime) -> HttpResponse:
    rows = list(bulk.lines(asked, at=at))
    _note_misses(request, sum(row.state == answers.UNKNOWN for row in rows), at)
    if wanted == "csv":
        content, content_type = bulk.as_csv(rows).encode(), "text/csv; charset=utf-8"
    else:
        content, content_type = workbook([Line._fields, *rows]), CONTENT_TYPE
    name = f"verification-{at:%Y-%m-%d}.{wanted}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


def _page(request: HttpRequest, asked: list[str], at: datetime) -> HttpResponse:
    page = Paginator(asked, A_PAGE).get_page(request.POST.get("page"))
    counts, shown = _counts_and_shown(asked, page, at)
    _note_misses(request, counts[answers.UNKNOWN], at)
    context = {
        "total": len(asked),
        "ids": "\n".join(asked),
        "counts": [
            (label, n) for state, label in bulk.STATE_LABELS.items() if (n := counts[state])
        ],
        "rows": shown,
        "page": page,
        "checked_at": at,
    }
    return render(request, "credentials/bulk_answer.html", context)


def _counts_and_shown(
    asked: list[str], page: Page[Any], at: datetime
) -> tuple[Counter[str], list[_Shown]]:
    """Look at each answer once, and keep those of the page: 10,000 at once are a lot of memory."""
    counts: Counter[str] = Counter()
    shown = []
    for number, (text, answer) in enumerate(_answers(asked, at), 1):
        counts[answer.state] += 1
        if page.start_index() <= number <= page.end_index():
            label = bulk.STATE_LABELS[answer.state]
            shown.append(_Shown(text, answer, label, bulk.problem_text(answer)))
    return counts, shown


def _answers(asked: list[str], at: datetime) -> Iterator[tuple[str, Answer]]:
    return zip(asked, answers.answers(asked, at=at), strict=True)
