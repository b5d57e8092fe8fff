"""What changed between two editions: chosen, filtered, page by page, and one by one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guildmark.apps.standard import queries
from guildmark.apps.standard.comparison import (
    Change,
    Comparison,
    DomainChange,
    ReusedLabel,
    Suggestion,
)
from guildmark.apps.standard.queries import Domain, Edition, Requirement
from guildmark.cores.catalog import LineageKind
from guildmark.cores.textkit import Part, ReasonCode, difference

from .finding import Item, crumbs, edition_or_404, framework_or_404
from .words import CHANGES, WITHDRAWAL_REASONS, Badge, Text, field_names

A_PAGE = 10
SHOWN_SUGGESTIONS = 3
SHOWN_WARNINGS = 12
ALL, TOLD = "all", ""
LONG_TEXTS = ("intent", "guidance", "evidence", "rationale", "alternatives")


@dataclass(frozen=True, slots=True)
class Compared:
    """A change as a page shows it: rows of both editions, and the texts word by word.

    `others` are the fields that changed beside title and statement; on the page of one change
    `texts` holds their differences. `in_place` is what stands for a withdrawn requirement now.
    """

    change: Change
    badge: Badge
    computed: Badge | None
    older: list[Requirement]
    newer: list[Requirement]
    title: tuple[Part, ...]
    statement: tuple[Part, ...]
    others: list[Text]
    texts: list[tuple[Text, tuple[Part, ...]]]
    reason: Text
    in_place: list[Requirement]
    suggestions: list[tuple[Requirement, Suggestion]]

    @property
    def label(self) -> str:
        """The labels on both sides, once where they are the same."""
        before = ", ".join(each.label for each in self.older)
        after = ", ".join(each.label for each in self.newer)
        return " → ".join(dict.fromkeys(filter(None, (before, after))))

    @property
    def obligations(self) -> list[tuple[str, str]]:
        """Which words of obligation, or which status, gave way to which."""
        words = [
            (each.old, each.new)
            for each in self.change.reasons
            if each.code is ReasonCode.FORCE_WORD
        ]
        if "status" in self.change.fields:
            words.append((self.older[0].status, self.newer[0].status))
        return words

    @property
    def is_one_sided(self) -> bool:
        """Whether the text stands on one side only, so that there is no difference to show."""
        return not self.older or not self.newer


@require_safe
def choose(request: HttpRequest, framework: str) -> HttpResponse:
    """Lead to the comparison of the two editions chosen; offer the choice where none was made."""
    keeper = framework_or_404(framework)
    numbers = [each.number for each in queries.editions(keeper)]
    older, newer = request.GET.get("older", ""), request.GET.get("newer", "")
    if {older, newer} <= set(numbers) and older != newer:
        return HttpResponseRedirect(_address(framework, older, newer))
    context = {
        "framework": keeper,
        "numbers": numbers,
        "older": older or "".join(numbers[1:2]),
        "newer": newer or "".join(numbers[:1]),
        "asked": bool(older or newer),
        "crumbs": crumbs((_("Compare editions"), ""), framework=keeper),
    }
    return render(request, "standard/compare.html", context)


@require_safe
def comparison(request: HttpRequest, framework: str, older: str, newer: str) -> HttpResponse:
    """Show what changed, filtered by kind of change and by domain."""
    before, after = edition_or_404(framework, older), edition_or_404(framework, newer)
    found = queries.comparison(before, after)
    word = request.GET.get("class", TOLD)
    domain = request.GET.get("domain", "").replace("\0", "")
    shown = [each for each in found.changes if _matches(each, word, domain)]
    page = Paginator(shown, A_PAGE).get_page(request.GET.get("page"))
    chosen = {"class": word, "domain": domain}
    context = {
        "framework": before.framework,
        "older": before,
        "newer": after,
        "numbers": [each.number for each in queries.editions(before.framework)],
        "changes": _compared(page, before, after),
        "page": page,
        "total": len(shown),
        "filters": _filters(found, chosen),
        "items": _domain_items(found, before, after, chosen),
        "domain": _domain(domain, after, before),
        "domain_change": next((each for each in found.domains if each.key == domain), None),
        "domain_changes": _domain_changes(found, before, after),
        "backwards": older_comes_later(before, after),
        "untraced": bool(found.changes) and not any(c.sources and c.targets for c in found.changes),
        "edition_fields": field_names(found.edition_fields),
        "reused": list(_reused(found, before, after, domain)),
        "reused_total": len(_reused_in(found, domain)),
        "more_reused": max(0, len(_reused_in(found, domain)) - SHOWN_WARNINGS),
        "query": urlencode({name: value for name, value in chosen.items() if value}),
        "crumbs": crumbs((f"{older} → {newer}", ""), framework=before.framework),
    }  # fmt: skip
    return render(request, "standard/comparison.html", context)


@require_safe
def one(request: HttpRequest, framework: str, older: str, newer: str, key: str) -> HttpResponse:
    """Show one change with every field that differs."""
    before, after = edition_or_404(framework, older), edition_or_404(framework, newer)
    found = queries.comparison(before, after)
    change = found.of(key)
    if change is None:
        text = _("Neither %(older)s nor %(newer)s has a requirement “%(key)s”.")
        raise Http404(text % {"older": older, "newer": newer, "key": key})
    [compared] = _compared([change], before, after, with_texts=True)
    link = (f"{older} → {newer}", _address(framework, older, newer))
    context = {
        "framework": before.framework,
        "older": before,
        "newer": after,
        "compared": compared,
        "crumbs": crumbs(link, (compared.label, ""), framework=before.framework),
    }
    return render(request, "standard/compared.html", context)


@require_safe
def as_json(_request: HttpRequest, framework: str, older: str, newer: str) -> JsonResponse:
    """Answer all changes for machines."""
    before, after = edition_or_404(framework, older), edition_or_404(framework, newer)
    found = queries.comparison(before, after)
    return JsonResponse(queries.comparison_document(before, after, found))


def older_comes_later(before: Edition, after: Edition) -> bool:
    """Whether the comparison goes back in time, where no reasons are recorded."""
    return before.position > after.position


def _domain(key: str, *editions: Edition) -> Domain | None:
    """Return the domain with this key, from the first edition that has it."""
    found = (each.domains.filter(key=key).first() for each in editions if key)
    return next(filter(None, found), None)


def _address(framework: str, older: str, newer: str) -> str:
    return reverse("standard:comparison", args=[framework, older, newer])


def _matches(change: Change, word: str, domain: str) -> bool:
    if domain not in ("", change.domain):
        return False
    if word == TOLD:
        return not change.is_silent
    return word == ALL or change.is_of(word)


def _filters(found: Comparison, chosen: dict[str, str]) -> list[Item]:
    """Return the kinds of change to choose from, with how many there are of each."""
    counts = found.counts(domain=chosen["domain"])
    moved = sum(
        each.kind is LineageKind.MOVED and chosen["domain"] in ("", each.domain)
        for each in found.changes
    )
    counts["moved"] = moved
    told = sum(_matches(each, TOLD, chosen["domain"]) for each in found.changes)
    first: Item = {
        "label": _("All changes"), "count": told, "url": _query(chosen, TOLD),
        "current": chosen["class"] == TOLD, "meaning": "",
    }  # fmt: skip
    return [first] + [
        {
            "label": badge.label, "count": counts[word], "url": _query(chosen, word),
            "current": chosen["class"] == word, "meaning": badge.meaning,
        }
        for word, badge in CHANGES.items()
        if counts[word]
    ]  # fmt: skip


def _query(chosen: dict[str, str], word: str) -> str:
    values = {name: value for name, value in {**chosen, "class": word}.items() if value}
    return f"?{urlencode(values)}" if values else "?"


def _domain_items(
    found: Comparison, before: Edition, after: Edition, chosen: dict[str, str]
) -> list[Item]:
    """Return the domains as filters for the navigation at the side."""
    titles = {each.key: each.title for edition in (before, after) for each in edition.domains.all()}
    kind = {"class": chosen["class"]} if chosen["class"] else {}
    items: list[Item] = [
        {
            "label": f"{title} ({number})",
            "url": f"?{urlencode({**kind, 'domain': key})}",
            "current": key == chosen["domain"],
        }
        for key, title in titles.items()
        if (number := sum(_matches(each, chosen["class"], key) for each in found.changes))
        or key == chosen["domain"]
    ]
    every: Item = {
        "label": _("All domains"), "url": f"?{urlencode(kind)}", "current": not chosen["domain"],
    }  # fmt: skip
    return [every, *items]


def _domain_changes(
    found: Comparison, before: Edition, after: Edition
) -> list[tuple[DomainChange, str, str]]:
    """Return the domains that changed, with their titles before and now."""
    old = dict(before.domains.values_list("key", "title"))
    new = dict(after.domains.values_list("key", "title"))
    return [(each, old.get(each.key, ""), new.get(each.key, "")) for each in found.domains]


def _compared(
    changes: Iterable[Change],
    before: Edition,
    after: Edition,
    *,
    with_texts: bool = False,
) -> list[Compared]:
    changes = list(changes)
    old = {e.key: e for e in queries.named(before, [k for c in changes for k in c.sources])}
    lost = [each for each in changes if each.kind is LineageKind.WITHDRAWN and not each.targets]
    near = queries.suggestions(before, after) if lost else {}
    wanted = {each.key for change in lost for each in near.get(change.key, ())}
    keys = {key for change in changes for key in change.targets} | wanted
    keys |= {key for change in changes if change.record for key in change.record.targets}
    new = {each.key: each for each in queries.named(after, list(keys))}
    return [_one(each, old, new, near, with_texts=with_texts) for each in changes]


def _one(
    change: Change,
    old: dict[str, Requirement],
    new: dict[str, Requirement],
    near: dict[str, tuple[Suggestion, ...]],
    *,
    with_texts: bool,
) -> Compared:
    older = [old[key] for key in change.sources]
    newer = [new[key] for key in change.targets]
    record = change.record
    in_place = record.targets if record and record.kind is LineageKind.WITHDRAWN else ()
    reason = WITHDRAWAL_REASONS.get(record.reason or "", "") if record else ""
    others = [name for name in change.fields if name not in ("title", "statement")]
    similar = () if newer or record else near.get(change.key, ())[:SHOWN_SUGGESTIONS]
    computed = CHANGES[change.computed] if change.computed else None
    return Compared(
        change=change,
        badge=CHANGES[change.word],
        computed=computed if computed != CHANGES[change.word] else None,
        older=older,
        newer=newer,
        title=difference(_titles(older), _titles(newer)),
        statement=difference(_statements(older), _statements(newer)),
        others=field_names(tuple(others)),
        texts=list(_texts(change, older, newer)) if with_texts else [],
        reason=reason,
        in_place=[new[key] for key in in_place if key in new],
        suggestions=[(new[each.key], each) for each in similar if each.key in new],
    )


def _titles(rows: list[Requirement]) -> str:
    return " / ".join(each.title for each in rows)


def _statements(rows: list[Requirement]) -> str:
    return "\n\n".join(each.statement for each in rows)


def _texts(
    change: Change, older: list[Requirement], newer: list[Requirement]
) -> Iterator[tuple[Text, tuple[Part, ...]]]:
    for name in change.fields:
        if name in LONG_TEXTS and older and newer:
            parts = difference(getattr(older[0], name), getattr(newer[0], name))
            yield field_names((name,))[0], parts


def _reused(
    found: Comparison, before: Edition, after: Edition, domain: str
) -> Iterator[dict[str, Any]]:
    shown = _reused_in(found, domain)[:SHOWN_WARNINGS]
    old = {each.key: each for each in queries.named(before, [each.older for each in shown])}
    new = {each.key: each for each in queries.named(after, [each.newer for each in shown])}
    for each in shown:
        yield {"label": each.label, "older": old[each.older], "newer": new[each.newer]}


def _reused_in(found: Comparison, domain: str) -> list[ReusedLabel]:
    home = {key: each.domain for each in found.changes for key in each.targets}
    return [each for each in found.reused if domain in ("", home[each.newer])]
