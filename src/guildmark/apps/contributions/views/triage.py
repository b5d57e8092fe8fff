"""One contribution of the queue, and everything that who triages can do with it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from guildmark.apps.contributions import policies, queries, ruling, services
from guildmark.apps.contributions.forms import (
    AimForm,
    DecisionForm,
    MergeForm,
    PartForm,
    ReasonForm,
    ReplyForm,
    SummaryForm,
    TextForm,
)
from guildmark.apps.contributions.queries import Contribution
from guildmark.apps.contributions.services import ContributionRefused
from guildmark.apps.contributions.states import Kind, Outcome, State
from guildmark.apps.contributions.targets import TargetUnknown
from guildmark.apps.standard import queries as standard
from guildmark.cores.lifecycle import TransitionRefused

from .asking import MISSING, blame, posted, queued_or_404
from .telling import full_history, steps_of

Refusals = (ContributionRefused, TargetUnknown, TransitionRefused)
PARTS = 2
MOST_PARTS = 6
DONE: dict[str, Promise] = {
    "claim": _("You have taken this on."),
    "release": _("It is back in the queue."),
    "review": _("It is in review now."),
    "acknowledge": _("Acknowledged. The author is told."),
    "summary": _("The public summary is changed."),
    "reply": _("Your message is on its way to the author."),
    "vouch": _("From now on they are written to, and they got the mail with their reference."),
}


@login_required
@never_cache
def one(request: HttpRequest, number: str) -> HttpResponse:
    """Show a contribution with everything that is known, and what can be done."""
    return _page(request, queued_or_404(request, number))


@login_required
@never_cache
def act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """Do one of the small things: claim, release, review, acknowledge, summary, reply."""
    row = queued_or_404(request, number)
    if act not in DONE:
        raise Http404(MISSING)
    if request.method != "POST":  # An address that was kept from a page with an error.
        return redirect("contributions:triage", number=row.number)
    form = _form_of(act, request)
    if form is not None and not form.is_valid():
        return _page(request, row, **{act: form})
    try:
        _do(act, row, form, request.user)
    except Refusals as refusal:
        messages.error(request, str(_said(refusal, row)))  # The form may be gone by now.
        if form is None:
            return redirect("contributions:triage", number=row.number)
        blame(form, refusal)
        # Acknowledged by somebody else meanwhile: the words are kept in the form that is left.
        bound = {"acknowledge": form, "summary": form} if act == "acknowledge" else {act: form}
        return _page(request, row, **bound)
    messages.success(request, str(DONE[act]))
    return _to_page(row, act)


@login_required
@never_cache
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Decide on it: outcome, reason of the published list, answer."""
    row = queued_or_404(request, number)
    if not row.is_open and request.method != "POST":
        messages.info(request, _("This was decided already."))
        return redirect("contributions:triage", number=row.number)
    form = DecisionForm(posted(request), row=row)

    def done() -> None:
        services.dispose(row, form.wanted(), actor=request.user, at=timezone.now())

    told = _("Decided. Nobody is told.") if row.suspicion else _("Decided. The author is told.")
    return _form_page(request, row, form, done, said=(_("Decide"), told))


@login_required
@never_cache
def merge(request: HttpRequest, number: str) -> HttpResponse:
    """Join it to one that makes the same point."""
    row = queued_or_404(request, number)
    wanted = request.POST.get("into") or request.GET.get("into", "")
    form = MergeForm(posted(request), initial={"into": wanted})
    seen = queries.visible_to(request.user, at=timezone.now())
    named = queries.by_number(wanted)
    # Asked for what is unknown as well: who may not read it learns nothing from the time it takes.
    into = seen.filter(pk=named.pk if named is not None else 0).first()

    def done() -> None:
        if into is None:
            raise ContributionRefused(str(MISSING), field="into")
        text = form.cleaned_data["text"]
        services.merge(row, into, text=text, actor=request.user, at=timezone.now())

    title, said = _("Join it to another one"), _("Joined. Its author is told.")
    return _form_page(request, row, form, done, said=(title, said), other=into)


@login_required
@never_cache
def aim(request: HttpRequest, number: str) -> HttpResponse:
    """Aim it at another requirement or domain."""
    row = queued_or_404(request, number)
    about = row.requirement or row.domain or "nothing"
    form = AimForm(posted(request), edition=_edition(row), initial={"about": about})

    def done() -> None:
        target, reason = form.target(), form.cleaned_data["reason"]
        services.aim(row, target, reason=reason, actor=request.user, at=timezone.now())

    return _form_page(request, row, form, done, said=(_("What it is about"), _("Changed.")))


@login_required
@never_cache
def convert(request: HttpRequest, number: str) -> HttpResponse:
    """Turn a message to the institute into framework feedback."""
    row = queued_or_404(request, number)
    initial = {"about": "nothing", "summary": row.summary, "details": row.details}
    part = PartForm(posted(request), edition=_edition(row), initial=initial, prefix="part")
    form = TextForm(posted(request))

    def done() -> None:
        text = form.cleaned_data["text"]
        services.convert(row, part.part(), text=text, actor=request.user, at=timezone.now())

    title, said = _("Turn it into framework feedback"), _("It goes on as framework feedback.")
    return _form_page(request, row, form, done, said=(title, said), parts=[part])


@login_required
@never_cache
def split(request: HttpRequest, number: str) -> HttpResponse:
    """Give each of its points a number of its own."""
    row = queued_or_404(request, number)
    one_more = "more" in request.POST
    count = _parts_wanted(request) + one_more
    about = row.requirement or row.domain or "nothing"
    initial = {"about": about, "details": row.details}
    sent = None if one_more else posted(request)  # Nothing is blamed before it is whole.
    parts = [
        PartForm(
            sent,
            edition=_edition(row),
            prefix=f"part{each}",
            initial={**initial, **_typed(request, PartForm, f"part{each}-")},
        )
        for each in range(min(count, MOST_PARTS))
    ]
    form = TextForm(sent, initial=_typed(request, TextForm))

    def done() -> None:
        made = [each.part() for each in parts]
        text = form.cleaned_data["text"]
        services.split(row, made, text=text, actor=request.user, at=timezone.now())

    title, said = _("Split it"), _("Split. Each part has a number of its own now.")
    if one_more:
        context = _form_context(row, form, title, parts)
        return render(request, "contributions/triage_form.html", context)
    return _form_page(request, row, form, done, said=(title, said), parts=parts)


@login_required
@never_cache
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """Take back that it was joined or split."""
    row = queued_or_404(request, number)
    form = ReasonForm(posted(request))
    take_back = services.unmerge if row.merged_into_id else services.unsplit

    def done() -> None:
        reason = form.cleaned_data["reason"]
        take_back(row, reason=reason, actor=request.user, at=timezone.now())

    title, said = _("Take it back"), _("Taken back. It is in review again.")
    return _form_page(request, row, form, done, said=(title, said))


def _form_page(
    request: HttpRequest,
    row: Contribution,
    form: forms.Form,
    carry_out: Callable[[], None],
    *,
    said: tuple[str | Promise, str | Promise],
    parts: list[PartForm] | None = None,
    other: Contribution | None = None,
) -> HttpResponse:
    """Show a form, or carry out what it asks for; a refusal is shown with what was typed.

    `said` is the title of the page, and what is said once it is done.
    """
    title, told = said
    everything = [form, *(parts or [])]
    # Every form is asked, so that all that is wrong is shown at once.
    faults = [each for each in everything if not each.is_valid()]
    if request.method == "POST" and not faults:
        try:
            carry_out()
        except TransitionRefused as refusal:
            form.add_error(None, str(_said(refusal, row)))
        except Refusals as refusal:
            blame(form, refusal)
        else:
            messages.success(request, str(told))
            place = request.resolver_match  # By this name the form is kept on the device.
            return _to_page(row, str(place.url_name) if place is not None else "")
    failed = any(each.errors for each in everything)
    context = _form_context(row, form, title, parts)
    seen = queries.visible_to(request.user, at=timezone.now())
    context |= {"other": other, "duplicates": seen.filter(merged_into=row)}
    status = HTTPStatus.BAD_REQUEST if failed else HTTPStatus.OK
    return render(request, "contributions/triage_form.html", context, status=status)


def _form_context(
    row: Contribution, form: forms.Form, title: str | Promise, parts: list[PartForm] | None
) -> dict[str, Any]:
    may_add = parts is not None and 1 < len(parts) < MOST_PARTS
    return {"contribution": row, "form": form, "parts": parts, "title": title, "may_add": may_add}


def _parts_wanted(request: HttpRequest) -> int:
    offered = {str(each): each for each in range(PARTS, MOST_PARTS + 1)}
    return offered.get(request.POST.get("parts", ""), PARTS)


def _typed(request: HttpRequest, kind: type[forms.Form], prefix: str = "") -> dict[str, str]:
    """Return what stands in the fields of a form that was sent, for showing it once more."""
    names = [name for name in kind.base_fields if f"{prefix}{name}" in request.POST]
    return {name: request.POST[f"{prefix}{name}"] for name in names}


def _page(request: HttpRequest, row: Contribution, **bound: Any) -> HttpResponse:
    now, actor = timezone.now(), request.user
    summary = {"public_summary": row.public_summary or row.summary}
    is_feedback = row.kind == Kind.FEEDBACK
    seen = queries.visible_to(actor, at=now)
    context = {
        "contribution": row,
        "may_triage": policies.CONTRIBUTION_TRIAGE.allows(actor, row),
        "is_mine": row.claimed_by_id == actor.pk,
        "is_stuck": _is_stuck(row),
        "is_unreachable": queries.is_unreachable(row),
        "is_feedback": is_feedback,
        "acknowledge": bound.get("acknowledge") or SummaryForm(initial=summary),
        "summary": bound.get("summary") or SummaryForm(initial=summary),
        "reply": bound.get("reply") or ReplyForm(),
        "history": full_history(row, seen),
        "steps": steps_of(row),
        "voices": row.voices.filter(left_at=None),
        "files": row.attachments.all(),
        "replies": row.replies.all(),
        "duplicates": seen.filter(merged_into=row),
        "parts": seen.filter(part_of=row),
        "done": f"triage-{row.number}-{request.GET.get('done', '')}",
        "similar": queries.similar_in_queue(row, actor, at=now) if _wants_similar(row) else [],
        "reason": ruling.reason_text(row.rules, row.outcome, row.reason_code),
        "next": queries.next_due(actor, after=row, at=now),
        "may_undo": row.outcome == Outcome.DUPLICATE or row.reason_code == ruling.SPLIT,
    }
    status = HTTPStatus.BAD_REQUEST if bound else HTTPStatus.OK
    return render(request, "contributions/triage.html", context, status=status)


def _is_stuck(row: Contribution) -> bool:
    """Whether somebody has taken it on who may not decide on it any more."""
    holder = row.claimed_by
    return holder is not None and not policies.CONTRIBUTION_TRIAGE.allows(holder, row)


def _wants_similar(row: Contribution) -> bool:
    return row.kind == Kind.FEEDBACK and row.state != State.DISPOSED


def _edition(row: Contribution) -> standard.Edition:
    """Return the edition that a contribution speaks of, or the one in force."""
    for each in standard.frameworks().filter(key=row.framework):
        for edition in standard.editions(each):
            if edition.number == row.edition:
                return edition
    own = standard.own_framework()
    newest = standard.newest(own) if own is not None else None
    if newest is None:
        raise Http404(_("There is no standard yet."))
    return newest


def _form_of(act: str, request: HttpRequest) -> forms.Form | None:
    kinds: dict[str, type[forms.Form]] = {
        "acknowledge": SummaryForm, "summary": SummaryForm, "reply": ReplyForm,
    }  # fmt: skip
    return kinds[act](request.POST) if act in kinds else None


def _do(act: str, row: Contribution, form: forms.Form | None, actor: Any) -> None:
    now = timezone.now()
    if act == "claim":
        services.claim(row, actor=actor, at=now)
    elif act == "release":
        services.release(row, actor=actor, at=now)
    elif act == "review":
        services.review(row, actor=actor, at=now)
    elif act == "vouch":
        services.vouch(row, actor=actor, at=now)
    elif form is not None and act == "reply":
        services.reply(row, form.cleaned_data["text"], actor=actor, at=now)
    elif form is not None:
        service = services.acknowledge if act == "acknowledge" else services.summarise
        service(row, public_summary=form.cleaned_data["public_summary"], actor=actor, at=now)


def _to_page(row: Contribution, done: str) -> HttpResponse:
    """Lead back to the page, which lets go of what a device kept of the form that is done."""
    return redirect(f"{reverse('contributions:triage', args=[row.number])}?done={done}")


def _said(refusal: Exception, row: Contribution) -> str | Promise:
    if not isinstance(refusal, TransitionRefused):
        return str(refusal)
    now = queries.by_number(row.number) or row
    said = _("Somebody else was faster: it is “%(state)s” by now. Nothing was changed.")
    return said % {"state": now.state_label}
