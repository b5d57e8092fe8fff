"""What one offers one's time for, and what one's contributions count."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from guildmark.apps.practitioners import queries, services
from guildmark.apps.practitioners.forms.profiles import AbsenceForm, OptInForm
from guildmark.apps.practitioners.states import Purpose

from .request import attempt, attempt_or_tell, own_page, signed_in, tabs


@dataclass(frozen=True, slots=True)
class Closed:
    """A domain for which one can't opt in, and which credentials would let one."""

    title: str
    codes: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A purpose, the form in which one opts in, and what is closed to one."""

    purpose: Purpose
    form: OptInForm
    closed: list[Closed]
    has_domains: bool


@own_page
def availability(request: HttpRequest) -> HttpResponse:
    """Offer one's time for purposes and domains, and say when one can't."""
    actor = signed_in(request)
    if request.POST.get("action") == "remove":
        return _remove_absence(request)
    asked, absence = request.POST.get("purpose", ""), AbsenceForm()
    if request.method == "POST" and asked == "absence":
        absence = AbsenceForm(request.POST)
        if absence.is_valid() and _add_absence(request, absence):
            return redirect("practitioners:availability")
    offers = [_offer(request, purpose, asked) for purpose in Purpose]
    for offer in offers:
        if offer.purpose == asked and offer.form.is_valid() and _opted(request, offer):
            return redirect("practitioners:availability")
    forms = [absence, *(offer.form for offer in offers)]
    context = {
        "offers": offers,
        "absence": absence,
        "form": next((each for each in forms if each.is_bound and each.errors), None),
        "absences": queries.unavailabilities(actor),
        "unmapped": queries.unmapped_types(),
        "history": _history(actor),
        "tabs": tabs(request),
    }
    return render(request, "practitioners/availability.html", context)


@own_page
def record(request: HttpRequest) -> HttpResponse:
    """Show what one did for the standard, and what it counts towards renewal."""
    actor = signed_in(request)
    kinds = {each.kind: each.name for each in queries.contribution_kinds()}
    rows = [(each, kinds.get(each.kind, each.kind)) for each in queries.contributions(actor)]
    context = {
        "rows": rows,
        "records": queries.record_of(actor, timezone.now()),
        "kinds": queries.contribution_kinds(),
        "tabs": tabs(request),
    }
    return render(request, "practitioners/record.html", context)


def _offer(request: HttpRequest, purpose: Purpose, asked: str) -> Offer:
    actor, now, titles = signed_in(request), timezone.now(), queries.domain_titles()
    mine = {key for kind, key in queries.open_opt_ins(actor) if kind == purpose}
    closed = []
    if purpose is Purpose.DRAFT_REVIEW:
        shut = [key for key in titles if not queries.may_review_drafts(actor, key, now)]
        closed = [Closed(titles[key], _codes(key)) for key in shut]
        titles = {key: each for key, each in titles.items() if key not in shut or key in mine}
    data = request.POST if request.method == "POST" and asked == purpose else None
    form = OptInForm(data, purpose=purpose, domains=titles, person=actor)
    return Offer(purpose, form, closed, bool(titles))


def _codes(domain: str) -> str:
    return ", ".join(each.code for each in queries.specialist_types(domain))


def _opted(request: HttpRequest, offer: Offer) -> bool:
    actor, given = signed_in(request), offer.form.cleaned_data

    def act(at: Any) -> bool:
        services.set_load_cap(offer.purpose, given["most"], actor=actor, at=at)
        services.choose_opt_ins(offer.purpose, given["domains"], actor=actor, at=at)
        return True

    if attempt(offer.form, act) is None:
        return False
    messages.success(request, _("Saved. It holds from now on."))
    return True


def _add_absence(request: HttpRequest, form: AbsenceForm) -> bool:
    actor, given = signed_in(request), form.cleaned_data
    added = attempt(
        form,
        lambda at: services.add_absence(given["begins"], given["ends"], actor=actor, at=at),
    )
    if added is not None:
        messages.success(request, _("Saved. Nothing is asked of you on these days."))
    return added is not None


def _remove_absence(request: HttpRequest) -> HttpResponse:
    actor, number = signed_in(request), request.POST.get("absence", "")
    rows = queries.unavailabilities(actor)
    row = rows.filter(pk=int(number)).first() if number.isdecimal() else None
    if row is None:
        raise Http404(_("These days are not yours, or they were removed already."))
    attempt_or_tell(
        request, lambda at: services.remove_absence(row, actor=actor, at=at), _("Removed.")
    )
    return redirect("practitioners:availability")


def _history(actor: Any) -> list[dict[str, Any]]:
    titles = queries.domain_titles()
    return [
        {
            "purpose": Purpose(each.purpose).label,
            "domain": titles.get(each.domain, each.domain),
            "since": each.since,
            "until": each.until,
        }
        for each in queries.opt_in_history(actor)
    ]
