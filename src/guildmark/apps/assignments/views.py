"""One's own conflicts of interest, declaring them, and looking whether somebody else could act."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guildmark.apps.practitioners import queries as practitioners

from . import policies, queries, services, slots
from .forms import CheckForm, SayingForm, TieForm
from .services import ConflictRefused
from .states import RelationKind, TieKind

READ_OR_SEND = ["GET", "HEAD", "POST"]


@login_required
@never_cache
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Show what a person declared, and what is derived from what they told and did."""
    actor, now = request.user, timezone.now()
    today = timezone.localdate(now)
    counts = queries.own_counts(actor, at=now)
    context = {
        "declared": [_declared(each, actor, now) for each in queries.declared_by(actor)],
        "ties": [(each, practitioners.shown_name(each.other)) for each in queries.ties(actor)],
        "named": [
            (each, practitioners.shown_name(each.declared_by))
            for each in queries.ties_named_in(actor).filter(ended_at=None)
        ],
        "works": _recent_work(actor, now),
        "interests": practitioners.vendor_interests(actor, today),
        "counts": [
            {"subject": slots.kind_title(subject), "label": kind.label, "number": number}
            for (subject, kind), number in sorted(counts.items())
        ],
        "checks": policies.CONFLICT_CHECK.allows(actor),
    }
    return render(request, "assignments/own.html", context)


@login_required
@never_cache
@require_http_methods(READ_OR_SEND)
def add_tie(request: HttpRequest) -> HttpResponse:
    """Declare that one is close to another person."""
    form = TieForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        other, kind = form.cleaned_data["handle"], TieKind(form.cleaned_data["kind"])
        try:
            services.declare_tie(other, kind, actor=request.user, at=timezone.now())
        except ConflictRefused as refusal:
            form.add_error("handle", str(refusal))
        else:
            messages.success(request, _("Declared. It counts from now on."))
            return redirect("assignments:own")
    status = 400 if form.errors else 200
    return render(request, "assignments/add_tie.html", {"form": form}, status=status)


@login_required
@require_POST
def end_tie(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a tie has ended."""
    row = get_object_or_404(queries.ties(request.user), pk=pk)
    services.end_tie(row, actor=request.user, at=timezone.now())
    messages.success(request, _("Ended. It does not count any more."))
    return redirect("assignments:own")


@login_required
@never_cache
@require_http_methods(READ_OR_SEND)
def about(request: HttpRequest, number: str) -> HttpResponse:
    """Step back from a subject, or say that one has a conflict with it or none."""
    found = slots.find(request.user, number, timezone.now())
    if found is None:
        raise Http404(_("There is nothing with this number, or you may not read it."))
    form = SayingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            _say(form.cleaned_data, found, request.user, timezone.now())
        except ConflictRefused as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("Kept. You can take it back here."))
            return redirect("assignments:own")
    context = {"form": form, "found": found, "kind": slots.kind_title(found.kind)}
    status = 400 if form.errors else 200
    return render(request, "assignments/about.html", context, status=status)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what one declared."""
    row = get_object_or_404(queries.declared_by(request.user), pk=pk)
    services.withdraw(row, actor=request.user, at=timezone.now())
    messages.success(request, _("Taken back. It stays in the history."))
    return redirect("assignments:own")


@login_required
@never_cache
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Show whether a person could act on something that the reader may read, and if not, why."""
    policies.CONFLICT_CHECK.require(request.user)
    now = timezone.now()
    form = CheckForm(request.GET or None, actor=request.user, at=now)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        person, found = form.cleaned_data["person"], form.cleaned_data["number"]
        context |= {
            "person": person,
            "found": found,
            "conflicts": queries.conflicts(person, found.kind, found.key, at=now),
            "none": queries.stated_none(person, found.kind, found.key),
        }
    return render(request, "assignments/check.html", context, status=400 if form.errors else 200)


def _say(data: dict[str, Any], found: slots.Found, actor: Any, at: datetime) -> None:
    saying, about = RelationKind(data["saying"]), (found.kind, found.key)
    if saying is RelationKind.NONE:
        services.declare_none(*about, actor=actor, at=at)
        return
    say = services.recuse if saying is RelationKind.RECUSED else services.declare
    say(*about, reason=data["reason"], actor=actor, at=at)


def _declared(row: queries.Relation, actor: Any, at: datetime) -> dict[str, Any]:
    """Return what somebody declared; its subject with a link where they may still see it."""
    number = slots.number_of(row.subject_kind, row.subject_id)
    found = slots.find(actor, number, at) if number else None
    kind = slots.kind_title(row.subject_kind)
    return {"row": row, "kind": kind, "number": number, "found": found}


def _recent_work(actor: Any, at: datetime) -> list[Any]:
    """Return the work that still counts: of the last 24 months, and not for the institute."""
    back = timezone.localdate(at) - queries.MONTHS_BACK
    rows = practitioners.employments(actor).filter(employer__resolved__is_institute=False)
    return [each for each in rows if each.ends is None or each.ends >= back]
