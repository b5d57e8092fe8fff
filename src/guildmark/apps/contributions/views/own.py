"""What a person sent in, and what became of it."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.cases import queries as cases
from guildmark.apps.contributions import policies, queries, ruling, services
from guildmark.apps.contributions.forms import ContestForm, ReplyForm
from guildmark.apps.contributions.queries import Contribution
from guildmark.apps.contributions.services import ContributionRefused
from guildmark.cores.lifecycle import TransitionRefused

from .asking import blame, own_or_404, posted
from .telling import author_history, steps_of


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """List what a person sent in, joined and began to write."""
    context = {
        "rows": queries.own(request.user),
        "voices": queries.joined(request.user),
        "drafts": queries.drafts(request.user),
    }
    return render(request, "contributions/mine.html", context)


@login_required
@never_cache
def one(request: HttpRequest, number: str) -> HttpResponse:
    """Show one of them with all that happened; take a message to the institute."""
    row = own_or_404(request, number)
    form = ReplyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.reply(row, form.cleaned_data["text"], actor=request.user, at=timezone.now())
        except ContributionRefused as refusal:
            blame(form, refusal)
        else:
            messages.success(request, _("Your message is with us."))
            return redirect("contributions:own", number=row.number)
    return _page(request, row, reply=form)


@login_required
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take it back."""
    row = own_or_404(request, number)
    try:
        services.withdraw(row, actor=request.user, at=timezone.now())
    except ContributionRefused as refusal:
        messages.error(request, str(refusal))
    except (PermissionRefused, TransitionRefused):
        messages.error(request, _("It was decided on in the meantime."))
    else:
        messages.success(request, _("You took it back. It stays on record as withdrawn."))
    return redirect("contributions:own", number=row.number)


@login_required
@never_cache
def contest(request: HttpRequest, number: str) -> HttpResponse:
    """Contest the decision, once."""
    row = own_or_404(request, number)
    if not _may_contest(request.user, row):
        return redirect("contributions:own", number=row.number)
    form = ContestForm(posted(request))
    if request.method == "POST" and form.is_valid():
        statement = form.cleaned_data["statement"]
        try:
            services.contest(row, statement=statement, actor=request.user, at=timezone.now())
        except ContributionRefused as refusal:
            blame(form, refusal)
        else:
            messages.success(request, _("Your contest is received. Other people decide on it."))
            return redirect("contributions:own", number=row.number)
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    context = {"contribution": row, "form": form, "reason": _reason(row)}
    return render(request, "contributions/contest.html", context, status=status)


def _page(request: HttpRequest, row: Contribution, *, reply: ReplyForm) -> HttpResponse:
    context: dict[str, Any] = {
        "contribution": row,
        "reply": reply,
        "history": author_history(row),
        "steps": steps_of(row),
        "is_undecidable": queries.is_undecidable(row, at=timezone.now()),
        "reason": _reason(row),
        "replies": row.replies.all(),
        "files": row.attachments.all(),
        "voices": row.voices.filter(left_at=None).count(),
        "parts": row.parts.all(),
        "may_withdraw": policies.CONTRIBUTION_WITHDRAW.allows(request.user, row),
        "may_contest": _may_contest(request.user, row),
        "case": cases.own(request.user)
        .filter(subject_kind=services.SUBJECT_KIND, subject_id=row.pk)
        .first(),
        "contested": queries.was_contested(row),
    }
    status = HTTPStatus.BAD_REQUEST if reply.errors else HTTPStatus.OK
    return render(request, "contributions/own.html", context, status=status)


def _may_contest(person: Any, row: Contribution) -> bool:
    once = queries.was_contested(row)
    return not once and policies.CONTRIBUTION_CONTEST.allows(person, row)


def _reason(row: Contribution) -> str:
    return ruling.reason_text(row.rules, row.outcome, row.reason_code) if row.outcome else ""
