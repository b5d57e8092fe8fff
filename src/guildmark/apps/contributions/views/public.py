"""What everybody may read: what was said about the standard, and what became of it."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guildmark.apps.contributions import backing, policies, queries, ruling, search, services
from guildmark.apps.contributions.forms import JoinForm
from guildmark.apps.contributions.services import ContributionRefused

from .asking import blame, posted, published_or_404
from .telling import steps_of

A_PAGE = 25


@require_safe
def fates(request: HttpRequest) -> HttpResponse:
    """List all published feedback, newest first, with how it stands."""
    text, about = request.GET.get("q", "").strip(), request.GET.get("about", "")
    rows = queries.with_voices(queries.published()).order_by("-received_at", "-pk")
    if text:
        rows = rows.filter(search.holding(text, within=search.PUBLIC))
    if about:
        rows = rows.filter(requirement=about)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "q": text, "about": about}
    return render(request, "contributions/fates.html", context)


@require_safe
def reasons(request: HttpRequest) -> HttpResponse:
    """Show the published list of reasons, and by when an answer can be expected."""
    rules = ruling.in_force()
    context = {"rules": rules, "reasons": ruling.reasons(rules)}
    return render(request, "contributions/reasons.html", context)


@require_safe
def fate(request: HttpRequest, number: str) -> HttpResponse:
    """Show one piece of feedback as everybody may read it."""
    row = published_or_404(number)
    user = request.user
    reason = ruling.reason_text(row.rules, row.outcome, row.reason_code) if row.outcome else ""
    context = {
        "contribution": row,
        "steps": steps_of(row),
        "reason": reason,
        "voices": queries.voice_count(row),
        "may_join": user.is_authenticated and policies.CONTRIBUTION_JOIN.allows(user, row),
        "voice": row.voices.filter(person_id=user.pk, left_at=None).first()
        if user.is_authenticated
        else None,
        "is_own": user.is_authenticated and policies.is_author.test(user, row),
    }
    return render(request, "contributions/fate.html", context)


@login_required
def join(request: HttpRequest, number: str) -> HttpResponse:
    """Add one's voice, in one's own words."""
    row = published_or_404(number)
    if (why := policies.CONTRIBUTION_JOIN.refusal(request.user, row)) is not None:
        messages.info(request, str(why))
        return redirect("contributions:fate", number=row.number)
    if not backing.choices(request.user, at=timezone.now()):
        messages.info(request, _("A voice counts for whoever holds a credential."))
        return redirect("contributions:fate", number=row.number)
    if row.voices.filter(person_id=request.user.pk, left_at=None).exists():
        return redirect("contributions:fate", number=row.number)
    form = JoinForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.join(row, form.wanted(), actor=request.user, at=timezone.now())
        except ContributionRefused as refusal:
            blame(form, refusal)
        else:
            messages.success(request, _("Your voice counts. You are told what becomes of it."))
            return redirect("contributions:fate", number=row.number)
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    context = {"contribution": row, "form": form}
    return render(request, "contributions/join.html", context, status=status)


@login_required
@require_POST
def leave(request: HttpRequest, number: str) -> HttpResponse:
    """Take one's voice back."""
    row = published_or_404(number)
    services.leave(row, actor=request.user, at=timezone.now())
    messages.success(request, _("You took your voice back."))
    return redirect("contributions:fate", number=row.number)
