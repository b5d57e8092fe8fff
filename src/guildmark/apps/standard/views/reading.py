"""Reading the standard: frameworks, editions, domains, requirements and their history."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guildmark.apps.standard import queries
from guildmark.apps.standard.comparison import Change
from guildmark.apps.standard.exchange import DOWNLOADS
from guildmark.apps.standard.queries import Edition, Framework, Requirement
from guildmark.apps.standard.slots import Requested, requirement_actions, requirement_panels

from .finding import (
    crumbs,
    domain_items,
    edition_crumb,
    edition_or_404,
    framework_or_404,
    requirement_or_404,
)
from .words import CHANGES, STATUSES, WITHDRAWAL_REASONS, Badge

A_PAGE = 40


@dataclass(frozen=True, slots=True)
class Told:
    """A requirement with the badge it wears in its edition, and why it changed."""

    row: Requirement
    badge: Badge | None
    change: Change | None


@require_safe
def frameworks(request: HttpRequest) -> HttpResponse:
    """List the frameworks, the institute's own first."""
    rows = [(each, queries.newest(each)) for each in queries.frameworks()]
    return render(request, "standard/frameworks.html", {"frameworks": rows})


@require_safe
def framework(request: HttpRequest, framework: str) -> HttpResponse:
    """Show the newest edition, under an address that always does."""
    found = queries.newest(framework_or_404(framework))
    if found is None:
        raise Http404
    return _edition_page(request, found, is_newest=True)


@require_safe
def edition(request: HttpRequest, framework: str, number: str) -> HttpResponse:
    """Show one edition, under its permanent address."""
    found = edition_or_404(framework, number)
    return _edition_page(request, found, is_newest=found == queries.newest(found.framework))


@require_safe
def editions(request: HttpRequest, framework: str) -> HttpResponse:
    """List all editions, each with what changed, as computed from the texts."""
    keeper = framework_or_404(framework)
    rows = [(each, _tally(each)) for each in queries.editions(keeper)]
    context = {
        "framework": keeper,
        "editions": rows,
        "crumbs": crumbs((_("Editions"), ""), framework=keeper),
    }
    return render(request, "standard/editions.html", context)


@require_safe
def whole(request: HttpRequest, framework: str, number: str) -> HttpResponse:
    """Show a whole edition on one page, to be printed."""
    found = edition_or_404(framework, number)
    rows: dict[int, list[Told]] = {}
    for each in _told(found, list(queries.requirements(found))):
        rows.setdefault(each.row.domain_id, []).append(each)
    context = {
        "edition": found,
        "domains": [(each, rows.get(each.pk, [])) for each in found.domains.all()],
        "crumbs": crumbs(
            edition_crumb(found), (_("All requirements"), ""), framework=found.framework
        ),
    }
    return render(request, "standard/whole.html", context)


@require_safe
def domain(request: HttpRequest, framework: str, number: str, key: str) -> HttpResponse:
    """Show a domain with its requirements as one edition words them."""
    found = edition_or_404(framework, number)
    part = found.domains.filter(key=key).first()
    if part is None:
        text = _("Edition %(number)s has no domain “%(key)s”.")
        raise Http404(text % {"number": number, "key": key})
    rows = queries.requirements(found).filter(domain=part)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    others = queries.editions(found.framework).filter(domains__key=key).exclude(pk=found.pk)
    context = {
        "edition": found,
        "domain": part,
        "count": found.domains.count(),
        "page": page,
        "requirements": _told(found, list(page)),
        "others": others,
        "newest": queries.newest(found.framework),
        "items": domain_items(found, current=key),
        "crumbs": crumbs(edition_crumb(found), (part.label, ""), framework=found.framework),
    }
    return render(request, "standard/domain.html", context)


@require_safe
def requirement(request: HttpRequest, framework: str, number: str, word: str) -> HttpResponse:
    """Show a requirement of an edition; its label leads to the permanent address by its key."""
    found = edition_or_404(framework, number)
    row = requirement_or_404(found, word)
    if row.key != word:
        return HttpResponseRedirect(_address(found, row.key))
    context = {
        "edition": found,
        "requirement": row,
        "badge": STATUSES.get(row.status),
        "reason": WITHDRAWAL_REASONS.get(row.withdrawn_reason),
        "parent": queries.requirement(found, row.parent) if row.parent else None,
        "related": queries.named(found, row.related),
        "successors": queries.named(found, row.successors),
        "newest": queries.newest(found.framework),
        "items": domain_items(found, current=row.domain.key),
        "crumbs": crumbs(
            edition_crumb(found),
            (row.domain.title, _domain_address(found, row.domain.key)),
            (row.label, ""),
            framework=found.framework,
        ),
        **_company(row),
        **_past_and_future(row),
        **_evidence(request, Requested(framework, number, row.key)),
    }
    return render(request, "standard/requirement.html", context)


def _company(row: Requirement) -> dict[str, object]:
    """Return what stands beside a requirement in its domain."""
    neighbours = list(queries.requirements(row.edition).filter(domain=row.domain))
    place = neighbours.index(row)
    return {
        "parts": [each for each in neighbours if each.parent == row.key],
        "previous": neighbours[place - 1] if place else None,
        "next": neighbours[place + 1] if place + 1 < len(neighbours) else None,
    }


def _past_and_future(row: Requirement) -> dict[str, object]:
    """Return the requirement in all editions, and what the next one did to it."""
    fate = _fate(row)
    return {
        "versions": [
            (each, _badge(each.change), _label(each.change)) for each in queries.history(row)
        ],
        "fate": fate,
        "ended": bool(fate and not fate[1].targets),
    }


def _evidence(request: HttpRequest, asked: Requested) -> dict[str, object]:
    """Return what contexts above tell about a requirement, and offer to do about it."""
    return {
        "panels": [panel for provider in requirement_panels if (panel := provider(request, asked))],
        "actions": [each for provider in requirement_actions for each in provider(request, asked)],
    }


@require_safe
def newest_requirement(_request: HttpRequest, framework: str, word: str) -> HttpResponse:
    """Lead to a requirement in the newest edition that has it."""
    found = queries.newest_version(framework_or_404(framework), word)
    if found is None:
        text = _("No edition of “%(key)s” has a requirement “%(word)s”.")
        raise Http404(text % {"key": framework, "word": word})
    return HttpResponseRedirect(_address(found.edition, found.key))


def _domain_address(edition: Edition, key: str) -> str:
    return reverse("standard:domain", args=[edition.framework.key, edition.number, key])


def _address(edition: Edition, key: str) -> str:
    return reverse("standard:requirement", args=[edition.framework.key, edition.number, key])


def _edition_page(request: HttpRequest, found: Edition, *, is_newest: bool) -> HttpResponse:
    keeper: Framework = found.framework
    context = {
        "edition": found,
        "framework": keeper,
        "is_newest": is_newest,
        "newest": queries.newest(keeper),
        "domains": queries.domains(found),
        "total": queries.requirements(found).count(),
        "editions": queries.editions(keeper),
        "tally": _tally(found),
        "downloads": DOWNLOADS,
        "items": domain_items(found),
        "crumbs": crumbs(framework=keeper) if is_newest else crumbs(
            edition_crumb(found), framework=keeper
        ),
    }  # fmt: skip
    return render(request, "standard/edition.html", context)


def _tally(found: Edition) -> list[tuple[Badge, str, int]]:
    """Return how many requirements changed in each way since the edition before."""
    if found.supersedes is None:
        return []
    counts = queries.comparison(found.supersedes, found).counts()
    words = (word for word in CHANGES if word != "unchanged" and counts[word])
    return [(CHANGES[word], word, counts[word]) for word in words]


def _told(found: Edition, rows: list[Requirement]) -> list[Told]:
    before = found.supersedes
    changes = queries.comparison(before, found).by_target() if before else {}
    told = []
    for row in rows:
        change = changes.get(row.key)
        badge = STATUSES.get(row.status) or (_badge(change) if change else None)
        told.append(Told(row, badge, change))
    return told


def _badge(change: Change | None) -> Badge | None:
    """Return the badge of a change; what stayed as it was wears none."""
    if change is None or change.is_silent:
        return None
    return CHANGES[change.word]


def _label(change: Change | None) -> str:
    if change is None:
        return ""
    return str(CHANGES[change.word].label)


def _fate(row: Requirement) -> tuple[Edition, Change, Badge] | None:
    """Return what the edition that supersedes this one did to the requirement."""
    if (following := row.edition.superseded_by) is None:
        return None
    change = queries.comparison(row.edition, following).by_source().get(row.key)
    return (following, change, CHANGES[change.word]) if change else None
