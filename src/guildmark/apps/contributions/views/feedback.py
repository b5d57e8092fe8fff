"""Sending framework feedback: one page, and what it is told while somebody types."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guildmark.apps.contributions import backing, queries, services
from guildmark.apps.contributions.forms import NOTHING, FeedbackForm
from guildmark.apps.contributions.queries import Contribution, Draft
from guildmark.apps.contributions.services import ContributionRefused
from guildmark.apps.contributions.states import Kind, Standing
from guildmark.apps.contributions.targets import TargetUnknown
from guildmark.apps.standard import queries as standard

from .asking import blame, edition_asked, fresh_token, posted, token_asked
from .drafting import kept

SHORTEST_TEXT = 12
"""Characters of a summary before anything is looked for."""


def begin(request: HttpRequest) -> HttpResponse:
    """Show the form, or send what was filled in; tell a stranger which way is theirs."""
    if not request.user.is_authenticated:
        return _two_ways(request)
    edition = edition_asked(request)
    if edition is None:
        return render(request, "contributions/no_standard.html", status=HTTPStatus.NOT_FOUND)
    token = token_asked(request)
    draft = queries.drafts(request.user).filter(token=token).first()
    form = _form(request, edition, draft)
    if request.method == "POST":
        token, before = fresh_token(request)
        if before is not None:
            return _thanks(request, before)
        # Kept first, with the files, which a browser does not send again after an error.
        draft, problems = kept(request, token, sending=form.is_valid())
        for each in problems:
            form.add_error(None, each)
        if form.is_valid() and (sent := _sent(request, form, token)) is not None:
            return _thanks(request, sent)
        if (before := fresh_token(request)[1]) is not None:  # A second tap that came in first.
            return _thanks(request, before)
    return _page(request, form, edition, token, draft)


@login_required
@require_safe
def similar(request: HttpRequest) -> HttpResponse:
    """Answer what others said that may be the same, for the fragment beside the form."""
    text = request.GET.get("summary", "").strip()
    found = []
    if len(text) >= SHORTEST_TEXT:
        found = queries.similar_public(text, leaving_out=request.user)
    open_first = sorted(found, key=lambda each: not each.contribution.is_open)
    some_open = any(each.contribution.is_open for each in found)
    context = {"similar": open_first, "some_open": some_open}
    return render(request, "contributions/_similar.html", context)


@login_required
@require_safe
def credential(request: HttpRequest) -> HttpResponse:
    """Answer at once whether a credential can stand behind feedback."""
    typed = request.GET.get("credential", "")
    try:
        found = backing.backing(request.user, typed, at=timezone.now())
    except backing.CredentialUnfit as refusal:
        context: dict[str, Any] = {"problem": str(refusal)}
        return render(request, "contributions/_credential.html", context)
    return render(request, "contributions/_credential.html", {"found": found})


def _two_ways(request: HttpRequest) -> HttpResponse:
    """Lead who holds a credential to sign-in and back here, and everybody else to contact."""
    if request.method == "POST":  # The session ended: sign-in keeps what was typed.
        return redirect_to_login(request.get_full_path())
    return render(request, "contributions/two_ways.html", {"here": request.get_full_path()})


def _form(request: HttpRequest, edition: standard.Edition, draft: Draft | None) -> FeedbackForm:
    initial = {"about": request.GET.get("about", ""), **(draft.fields if draft else {})}
    if request.GET.get("nothing"):
        initial["about"] = NOTHING
    return FeedbackForm(
        posted(request),
        edition=edition,
        person=request.user,
        at=timezone.now(),
        initial={name: value for name, value in initial.items() if value},
    )


def _sent(request: HttpRequest, form: FeedbackForm, token: UUID) -> Contribution | None:
    try:
        wanted = form.wanted(token)
        return services.send_feedback(wanted, actor=request.user, at=timezone.now())
    except (ContributionRefused, TargetUnknown) as refusal:
        blame(form, refusal)
    return None


def _thanks(request: HttpRequest, sent: Contribution) -> HttpResponse:
    if sent.kind == Kind.CONTACT:
        text = _(
            "Sent as %(number)s. No credential stands behind it, so it goes in as a message and "
            "is answered as one."
        )
    elif sent.standing == Standing.EXPIRED:
        text = _("Sent as %(number)s. It is marked that your credential has expired.")
    else:
        text = _("Sent as %(number)s. You are told by mail what becomes of it.")
    messages.success(request, text % {"number": sent.number})
    return redirect("contributions:own", number=sent.number)


def _page(
    request: HttpRequest,
    form: FeedbackForm,
    edition: standard.Edition,
    token: UUID,
    draft: Draft | None,
) -> HttpResponse:
    requirement = standard.requirement(edition, str(form["about"].value() or "-"))
    context = {
        "form": form,
        "edition": edition,
        "requirement": requirement,
        "token": token,
        "draft": draft,
        "accepted": ",".join(services.MEDIA_TYPES),
        "files": list(draft.attachments.all()) if draft else [],
        "has_credential": bool(backing.choices(request.user, at=timezone.now())),
    }
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return render(request, "contributions/feedback.html", context, status=status)
