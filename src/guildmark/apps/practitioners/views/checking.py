"""What checkers of the institute decide, and how a verification that was false is ended."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.practitioners import policies, queries, services
from guildmark.apps.practitioners.forms.verifying import CheckForm, FindPersonForm, ReasonForm
from guildmark.apps.practitioners.models import CheckRequest, Verification
from guildmark.apps.practitioners.policies import CheckAt

from .request import attempt, own_page, posted, signed_in


@own_page
def checks(request: HttpRequest) -> HttpResponse:
    """List what waits for a checker; let a registrar find the verifications of a person."""
    actor, now = signed_in(request), timezone.now()
    policies.CHECKS_READ.require(actor)
    ends = policies.VERIFICATIONS_READ.allows(actor)
    form = FindPersonForm(request.GET)
    form.is_valid()
    typed = form.cleaned_data.get("q", "") if ends else ""
    found = _person_of(typed) if typed else None
    context = {
        "waiting": [(each, _who(each)) for each in queries.waiting_checks(actor, now)],
        "search": form if ends else None,
        "typed": typed,
        "person": found,
        "verifications": _verifications(found, now) if found else [],
    }
    return render(request, "practitioners/checks.html", context)


@own_page
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide on what somebody asked the institute to check."""
    actor, now = signed_in(request), timezone.now()
    policies.CHECKS_READ.require(actor)
    found = CheckRequest.objects.select_related("experience__person", "experience__employer")
    row = found.filter(pk=pk, experience__person__isnull=False).first()
    if row is None:
        raise Http404(_("Nobody asked for this check."))
    policies.EXPERIENCE_CHECK.require(actor, CheckAt(row, now))
    form = CheckForm(posted(request), keys=row.experience.keys)
    if form.is_valid() and attempt(form, lambda at: _decide(row, form, actor, at)) is not None:
        messages.success(request, _("Kept. The person is told by mail."))
        return redirect("practitioners:checks")
    titles = queries.domain_titles()
    context = {
        "row": row,
        "who": _who(row),
        "titles": [titles.get(key, key) for key in row.experience.keys],
        "form": form,
        "crumbs": _crumbs(_who(row)),
    }
    return render(request, "practitioners/check.html", context)


@own_page
def end_verification(request: HttpRequest, pk: int) -> HttpResponse:
    """End a verification that was found false."""
    actor = signed_in(request)
    policies.VERIFICATIONS_READ.require(actor)
    rows = Verification.objects.select_related("experience__person")
    row = rows.filter(pk=pk, experience__person__isnull=False).first()
    if row is None:
        raise Http404(_("There is no such verification."))
    policies.VERIFICATION_END.require(actor, row)
    form = ReasonForm(posted(request))
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        ended = attempt(
            form, lambda at: services.end_verification(row, reason=reason, actor=actor, at=at)
        )
        if ended is not None:
            messages.success(request, _("Ended. It does not count any more."))
            return redirect("practitioners:checks")
    context = {"row": row, "form": form, "crumbs": _crumbs(_("End a verification"))}
    return render(request, "practitioners/end_verification.html", context)


def _decide(row: CheckRequest, form: CheckForm, actor: Any, at: Any) -> Any:
    given = form.cleaned_data
    if given["decision"] == "verify":
        return services.verify_by_checker(
            row, domains=given["domains"], seen=given["seen"], actor=actor, at=at
        )
    return services.decline_check(row, reason=given["seen"], actor=actor, at=at)


def _person_of(typed: str) -> Any:
    found = queries.by_handle(typed)
    return found.person if found else accounts.person_by_email(typed)


def _verifications(person: Any, now: Any) -> list[tuple[Verification, list[str], str]]:
    rows = Verification.objects.filter(experience__person=person).prefetch_related("domains")
    titles = queries.domain_titles()
    counting = set(queries.in_force(now).filter(experience__person=person).values_list("pk"))
    return [
        (
            each,
            [titles.get(key, key) for key in each.keys],
            _("counts") if (each.pk,) in counting else _("does not count"),
        )
        for each in rows
    ]


def _who(row: CheckRequest) -> str:
    """Name the person to a checker: who asks to be checked says who they are."""
    return str(row.experience.person)


def _crumbs(here: str) -> list[dict[str, str]]:
    return [{"label": _("Checks"), "url": reverse("practitioners:checks")}, {"label": here}]
