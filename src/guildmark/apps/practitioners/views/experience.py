"""What one did in production, and whom one asked to confirm it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guildmark.apps.practitioners import queries, services
from guildmark.apps.practitioners.forms.verifying import RefereeForm
from guildmark.apps.practitioners.forms.work import ExperienceForm
from guildmark.apps.practitioners.models import Experience, Reference, Verification
from guildmark.apps.practitioners.states import CheckState, ReferenceState

from .request import attempt, attempt_or_tell, own_page, posted, signed_in, tabs

SHOWN_AS = {
    ReferenceState.ASKED: "pending",
    ReferenceState.CONFIRMED: "done",
    ReferenceState.REFUSED: "rejected",
    ReferenceState.CANNOT_TELL: "closed",
    ReferenceState.WITHDRAWN: "closed",
}


@dataclass(frozen=True, slots=True)
class ShownStanding:
    """A domain of an experience, and until when it counts as verified there."""

    title: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ShownReference:
    """A request to a referee as its page tells it."""

    row: Reference
    label: str
    badge: str
    lapsed: bool
    can_change: bool


@dataclass(frozen=True, slots=True)
class ShownVerification:
    """A verification as the page of its experience tells it."""

    row: Verification
    titles: list[str]
    ended: bool
    lapsed: bool


@own_page
def experiences(request: HttpRequest) -> HttpResponse:
    """List what one attests, and what of it is verified."""
    actor, now = signed_in(request), timezone.now()
    rows = list(queries.own_experience(actor))
    titles = queries.domain_titles()
    found = queries.standings(rows, now)
    context = {
        "rows": [(row, [_shown(each, titles) for each in found[row.pk]]) for row in rows],
        "tabs": tabs(request),
    }
    return render(request, "practitioners/experiences.html", context)


@own_page
def attest(request: HttpRequest) -> HttpResponse:
    """Attest what one did."""
    actor = signed_in(request)
    form = ExperienceForm(posted(request), initial=_begun(request))
    if form.is_valid():
        made = attempt(
            form,
            lambda at: services.attest(
                form.wanted(form.found(actor=actor, at=at)), actor=actor, at=at
            ),
        )
        if made is not None:
            text = _("Attested. Now ask somebody to confirm it, so that it counts as verified.")
            messages.success(request, text)
            return redirect("practitioners:experience", made.pk)
    context = {"form": form, "crumbs": _crumbs(_("Tell what you did"))}
    return render(request, "practitioners/attest.html", context)


@own_page
def experience(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one experience, what was verified of it, and who was asked."""
    row = _own_or_404(request, pk)
    if request.method == "POST":
        return _act(request, row)
    now, titles = timezone.now(), queries.domain_titles()
    standings = queries.standings([row], now)[row.pk]
    check = row.checks.order_by("-asked_at", "-pk").first()
    context = {
        "row": row,
        "standings": [_shown(each, titles) for each in standings],
        "references": [_shown_reference(each, now) for each in row.references.all()],
        "verifications": [_shown_verification(each, titles, now) for each in _verified(row)],
        "check": check,
        "check_waits": check is not None and check.state == CheckState.ASKED,
        "check_label": CheckState(check.state).label if check else "",
        "crumbs": _crumbs(row.role),
    }
    return render(request, "practitioners/experience.html", context)


@own_page
def ask_referee(request: HttpRequest, pk: int) -> HttpResponse:
    """Name somebody who saw the work, and ask them by mail."""
    row, actor = _own_or_404(request, pk), signed_in(request)
    found = queries.profile(actor)
    name = (found.name if found else "") or actor.display_name
    form = RefereeForm(posted(request), initial={"name": name})
    if form.is_valid():
        made = attempt(
            form, lambda at: services.ask_referee(row, form.wanted(), actor=actor, at=at)
        )
        if made is not None:
            text = _("%(email)s has got a mail with a link, good for 30 days.")
            messages.success(request, text % {"email": made.email})
            return redirect("practitioners:experience", row.pk)
    where = reverse("practitioners:experience", args=[row.pk])
    crumbs = [*_crumbs(row.role)[:1], {"label": row.role, "url": where}]
    context = {
        "row": row,
        "form": form,
        "statement": services.statement(row, name or _("Your name")),
        "knows_domains": row.employer is not None and bool(queries.mail_domains(row.employer)),
        "crumbs": [*crumbs, {"label": _("Ask a referee")}],
    }
    return render(request, "practitioners/ask_referee.html", context)


def _act(request: HttpRequest, row: Experience) -> HttpResponse:
    """Do what a button of the page asks for."""
    action, actor = request.POST.get("action", ""), signed_in(request)
    if action in ("ask again", "withdraw reference"):
        _act_on_reference(request, row, action)
        return redirect("practitioners:experience", row.pk)
    check = row.checks.filter(state=CheckState.ASKED.value).first()
    done: dict[str, tuple[Callable[[datetime], Any], str]] = {
        "withdraw": (
            lambda at: services.withdraw_experience(row, actor=actor, at=at),
            _("Withdrawn. It does not count any more."),
        ),
        "ask checker": (
            lambda at: services.ask_checker(row, actor=actor, at=at),
            _("Asked. A checker of the institute will write to you."),
        ),
        "withdraw check": (
            lambda at: check and services.withdraw_check(check, actor=actor, at=at),
            _("Withdrawn. Nobody checks it."),
        ),
    }
    if action not in done:
        raise Http404(_("This page has no such button."))
    attempt_or_tell(request, *done[action])
    if action == "withdraw":
        return redirect("practitioners:experiences")
    return redirect("practitioners:experience", row.pk)


def _act_on_reference(request: HttpRequest, row: Experience, action: str) -> None:
    number = request.POST.get("reference", "")
    found = row.references.filter(pk=int(number)).first() if number.isdecimal() else None
    if found is None:
        raise Http404(_("Nobody was asked that."))
    actor = signed_in(request)
    if action == "ask again":
        done = _("Asked again, with a new link that is good for 30 days.")
        attempt_or_tell(request, lambda at: services.ask_again(found, actor=actor, at=at), done)
    else:
        done = _("Withdrawn. The link leads nowhere any more.")
        attempt_or_tell(
            request, lambda at: services.withdraw_reference(found, actor=actor, at=at), done
        )


def _begun(request: HttpRequest) -> dict[str, Any]:
    """Return what the form begins with where it corrects another experience."""
    number = request.GET.get("like", "")
    row = queries.experience_of(request.user, int(number)) if number.isdecimal() else None
    if row is None:
        return {}
    where = row.employer.resolved if row.employer else None
    return {
        "employer_text": where.name if where else "",
        "employer": ("self" if where.is_self_employed else str(where.pk)) if where else "",
        "domains": row.keys,
        "system": row.system,
        "role": row.role,
        "begins": f"{row.begins:%Y-%m}",
        "ends": f"{row.ends:%Y-%m}" if row.ends else "",
        "scale": row.scale,
        "description": row.description,
    }


def _verified(row: Experience) -> list[Verification]:
    rows = row.verifications.select_related("by", "reference", "end").prefetch_related("domains")
    return list(rows)


def _shown(each: queries.Standing, titles: dict[str, str]) -> ShownStanding:
    return ShownStanding(titles.get(each.domain, each.domain), each.until)


def _shown_reference(row: Reference, now: datetime) -> ShownReference:
    state, lapsed = ReferenceState(row.state), row.has_lapsed(now)
    label = str(state.label)
    if lapsed:
        label = _("not answered in 30 days")
    elif state is ReferenceState.CONFIRMED:
        label = _("confirmed") if row.is_checked else _("confirmed, but not verified")
    badge = "expired" if lapsed else SHOWN_AS[state]
    if state is ReferenceState.CONFIRMED and not row.is_checked:
        badge = "unverified"
    return ShownReference(row, label, badge, lapsed, state is ReferenceState.ASKED)


def _shown_verification(
    row: Verification, titles: dict[str, str], now: datetime
) -> ShownVerification:
    named = [titles.get(key, key) for key in row.keys]
    return ShownVerification(row, named, hasattr(row, "end"), now >= row.lapses_at)


def _own_or_404(request: HttpRequest, pk: int) -> Experience:
    row = queries.experience_of(request.user, pk)
    if row is None:
        raise Http404(_("This is not yours, or it was withdrawn."))
    return row


def _crumbs(here: str) -> list[dict[str, str]]:
    return [
        {"label": _("Experience"), "url": reverse("practitioners:experiences")},
        {"label": here},
    ]
