"""For whom one worked, and what binds one to vendors."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from guildmark.apps.practitioners import queries, services
from guildmark.apps.practitioners.forms.work import EmploymentForm, EndForm, InterestForm
from guildmark.apps.practitioners.models import Employment, VendorInterest
from guildmark.apps.practitioners.states import InterestKind

from .request import attempt, attempt_or_tell, own_page, posted, signed_in, tabs


@own_page
def work(request: HttpRequest) -> HttpResponse:
    """List for whom one worked and what binds one to vendors."""
    actor = signed_in(request)
    context = {
        "lines": queries.employments(actor),
        "interests": queries.vendor_lines(actor),
        "tabs": tabs(request),
    }
    return render(request, "practitioners/work.html", context)


@own_page
def add_work(request: HttpRequest) -> HttpResponse:
    """Add for whom one worked."""
    actor = signed_in(request)
    form = EmploymentForm(posted(request))
    if form.is_valid():
        given = form.cleaned_data
        added = attempt(
            form,
            lambda at: services.add_employment(
                form.found(actor=actor, at=at),
                role=given["role"],
                begins=given["begins"],
                ends=given["ends"],
                actor=actor,
                at=at,
            ),
        )
        if added is not None:
            messages.success(request, _("Added."))
            return redirect("practitioners:work")
    return _form_page(request, form, _("Add work"), _("Add"))


@own_page
def add_interest(request: HttpRequest) -> HttpResponse:
    """Add what binds one to a vendor."""
    actor = signed_in(request)
    form = InterestForm(posted(request))
    if form.is_valid():
        given = form.cleaned_data
        added = attempt(
            form,
            lambda at: services.add_interest(
                form.found(actor=actor, at=at),
                kind=InterestKind(given["kind"]),
                begins=given["begins"],
                ends=given["ends"],
                actor=actor,
                at=at,
            ),
        )
        if added is not None:
            messages.success(request, _("Added."))
            return redirect("practitioners:work")
    return _form_page(request, form, _("Add a vendor interest"), _("Add"))


@own_page
def work_line(request: HttpRequest, pk: int) -> HttpResponse:
    """End a line of one's work, or withdraw it."""
    row = queries.employments(signed_in(request)).filter(pk=pk).first()
    return _line_page(request, row)


@own_page
def interest_line(request: HttpRequest, pk: int) -> HttpResponse:
    """End a vendor interest, or withdraw it."""
    row = queries.vendor_lines(signed_in(request)).filter(pk=pk).first()
    return _line_page(request, row)


def _line_page(request: HttpRequest, row: Employment | VendorInterest | None) -> HttpResponse:
    if row is None:
        raise Http404(_("This is not yours, or it was withdrawn."))
    actor = signed_in(request)
    if request.POST.get("action") == "withdraw":
        attempt_or_tell(
            request,
            lambda at: services.withdraw_line(row, actor=actor, at=at),
            _("Withdrawn. It does not count any more."),
        )
        return redirect("practitioners:work")
    form = EndForm(posted(request))
    if form.is_valid():
        ends = form.cleaned_data["ends"]
        if attempt(form, lambda at: services.end_line(row, ends=ends, actor=actor, at=at)):
            messages.success(request, _("Saved."))
            return redirect("practitioners:work")
    is_work = isinstance(row, Employment)
    context = {"row": row, "form": form, "is_work": is_work, "crumbs": _crumbs(str(row))}
    return render(request, "practitioners/line.html", context)


def _form_page(request: HttpRequest, form: Any, title: str, button: str) -> HttpResponse:
    context = {"form": form, "title": title, "button": button, "crumbs": _crumbs(title)}
    return render(request, "practitioners/add_line.html", context)


def _crumbs(here: str) -> list[dict[str, str]]:
    return [{"label": _("Work"), "url": reverse("practitioners:work")}, {"label": here}]
