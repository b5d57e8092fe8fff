"""Drafts: kept while somebody types, with their files."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guildmark.apps.contributions import queries, services
from guildmark.apps.contributions.models import Attachment
from guildmark.apps.contributions.queries import Draft
from guildmark.apps.contributions.services import ContributionRefused

from .asking import token_asked

FORM = "feedback"
FIELDS = (
    "about", "concern", "summary", "details", "in_production", "seen", "proposed", "credential",
    "credit", "ai_help",
)  # fmt: skip


def kept(
    request: HttpRequest, token: UUID, *, sending: bool = False
) -> tuple[Draft | None, list[str]]:
    """Keep what was typed and sent along; return the draft, and what did not fit and why."""
    fields = {name: request.POST[name] for name in FIELDS if request.POST.get(name)}
    now, problems = timezone.now(), []
    try:
        row = services.save_draft(token, FORM, fields, actor=request.user, at=now, sending=sending)
    except ContributionRefused as refusal:
        return None, [str(refusal)]
    for each in request.FILES.getlist("files"):
        try:
            services.attach(row, each, actor=request.user, at=now)
        except ContributionRefused as refusal:
            problems.append(str(refusal))
    return row, problems


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep a draft: for a script that saves by itself, and for the button."""
    token = token_asked(request)
    removed = _removed(request, token)  # First: there may be room for another one then.
    draft, problems = kept(request, token)
    if request.headers.get("Accept") == "application/json":
        return _as_json(draft, problems)
    for each in problems:
        messages.error(request, each)
    if draft is None:
        return redirect("contributions:feedback")
    if removed:
        messages.success(request, _("“%(name)s” is removed.") % {"name": removed})
    else:
        messages.success(request, _("Saved. The draft is on your desk; nobody but you has it."))
    return redirect(f"{reverse('contributions:feedback')}?draft={draft.token}")


@login_required
@require_POST
def drop(request: HttpRequest, token: Any) -> HttpResponse:
    """Throw a draft away."""
    draft = queries.drafts(request.user).filter(token=token).first()
    if draft is not None:
        services.drop_draft(draft, actor=request.user)
    messages.success(request, _("The draft is thrown away."))
    return redirect(f"{reverse('contributions:mine')}?gone={token}")


@login_required
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Hand a file out to its author, or to who may read the contribution; always to be saved."""
    row = _readable(request, pk)
    answer = FileResponse(
        row.content.open("rb"), as_attachment=True, filename=row.name, content_type=row.media_type
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _removed(request: HttpRequest, token: UUID) -> str:
    """Remove the file whose button was pressed, and return its name; empty where none was."""
    wanted = request.POST.get("remove", "")
    rows = Attachment.objects.filter(draft__person_id=request.user.pk, draft__token=token)
    row = next((each for each in rows if str(each.pk) == wanted), None)
    if row is None:
        return ""
    services.detach(row, actor=request.user)
    return row.name


def _readable(request: HttpRequest, pk: int) -> Attachment:
    row = Attachment.objects.filter(pk=pk).select_related("draft", "contribution").first()
    if row is not None and row.draft is not None and row.draft.person_id == request.user.pk:
        return row
    sent = row.contribution if row is not None else None
    if row is not None and sent is not None:
        is_author = sent.author_id is not None and sent.author_id == request.user.pk
        readable = queries.visible_to(request.user, at=timezone.now()).filter(pk=sent.pk)
        if is_author or readable.exists():
            return row
    raise Http404(_("There is no such file, or you may not read it."))


def _as_json(draft: Draft | None, problems: list[str]) -> JsonResponse:
    if draft is None:
        return JsonResponse({"saved": False, "problems": problems}, status=HTTPStatus.CONFLICT)
    at = timezone.localtime(draft.changed_at)
    told = {"saved": True, "token": str(draft.token), "at": f"{at:%H:%M}", "changed": draft.stamp}
    return JsonResponse(told)
