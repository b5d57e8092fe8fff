"""The register of employers: what everybody finds by typing, and what its keepers change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.audit import queries as audit
from guildmark.apps.practitioners import events, policies, queries, services
from guildmark.apps.practitioners.forms.employers import (
    AliasForm,
    InstituteForm,
    MailDomainsForm,
    NewEmployerForm,
    OtherEmployerForm,
    RegisterSearchForm,
    RenameForm,
)
from guildmark.apps.practitioners.forms.fields import EmployerForm, employer_choices
from guildmark.apps.practitioners.forms.verifying import ReasonForm
from guildmark.apps.practitioners.queries import Employer
from guildmark.apps.practitioners.services.employers import subject

from .request import attempt, attempt_or_tell, own_page, posted, signed_in

A_PAGE = 50
HAPPENED: dict[str, Promise] = {
    events.EmployerAdded.name: gettext_lazy("Added to the register"),
    events.EmployerChanged.name: gettext_lazy("Changed"),
    events.EmployerMoved.name: gettext_lazy("Moved to another family"),
    events.EmployerMerged.name: gettext_lazy("Merged"),
    events.EmployerUnmerged.name: gettext_lazy("Merge undone"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that can be changed: its words, its form, and what does it."""

    name: str
    title: Promise
    text: Promise
    form: forms.Form
    act: Callable[[Any, Any, datetime], Any]


@own_page
def find_employers(request: HttpRequest) -> HttpResponse:
    """Give the list of employers that a typed text finds, as a piece of a form."""
    typed = request.GET.get("employer_text", "")[:200]
    offers_self = request.GET.get("self") != "no"
    form = EmployerForm(initial={"employer_text": typed})
    widget = form.fields["employer"].widget
    if isinstance(widget, forms.RadioSelect):
        widget.choices = employer_choices(typed, offers_self=offers_self)
    return render(request, "practitioners/_employer_choices.html", {"field": form["employer"]})


@own_page
def employers(request: HttpRequest) -> HttpResponse:
    """List the register, the ones that nobody checked first; add an employer."""
    actor = signed_in(request)
    policies.EMPLOYER_KEEP.require(actor)
    form = NewEmployerForm(posted(request))
    if form.is_valid():
        given = form.cleaned_data
        added = attempt(
            form,
            lambda at: services.add_employer(
                given["name"], country=given["country"], actor=actor, at=at
            ),
        )
        if added is not None:
            return redirect("practitioners:employer", added.pk)
    search = RegisterSearchForm(request.GET)
    search.is_valid()
    typed = search.cleaned_data.get("q", "")
    rows = queries.register()
    if typed:
        found = queries.employers_like(typed, most=A_PAGE)
        rows = rows.filter(pk__in=[each.pk for each in found])
    elif request.GET.get("unchecked"):
        rows = rows.filter(checked_at__isnull=True, merged_into__isnull=True)
    context = {
        "form": form,
        "search": search,
        "typed": typed,
        "unchecked": request.GET.get("unchecked", ""),
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "practitioners/employers.html", context)


@own_page
def employer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show everything about an employer, and change it."""
    actor = signed_in(request)
    policies.EMPLOYER_KEEP.require(actor)
    row = queries.employer(pk)
    if row is None:
        raise Http404(_("The register has no such employer."))
    if request.POST.get("change") == "check":
        attempt_or_tell(
            request,
            lambda at: services.check_employer(row, actor=actor, at=at),
            _("Checked."),
        )
        return redirect("practitioners:employer", row.pk)
    changes = _changes(row, request)
    refused = None
    if request.method == "POST":
        refused = _changed(request, changes)
        if refused is None:
            return redirect("practitioners:employer", row.pk)
    context = {
        "row": row,
        "family": Employer.objects.get(pk=queries.root(row)),
        "names": queries.aliases(row),
        "domains": queries.mail_domains_of(row),
        "children": queries.register().filter(parent=row),
        "merged": queries.register().filter(merged_into=row),
        "changes": changes,
        "form": refused,
        "history": _history(row),
        "crumbs": [
            {"label": _("Employers"), "url": reverse("practitioners:employers")},
            {"label": row.name},
        ],
    }
    return render(request, "practitioners/employer.html", context)


def _changed(request: HttpRequest, changes: list[Change]) -> forms.Form | None:
    """Make the change that was sent, or return its form with what is wrong."""
    wanted = next((each for each in changes if each.name == request.POST.get("change")), None)
    if wanted is None:
        raise BadRequest(_("Choose what you want to change."))
    form, actor = wanted.form, signed_in(request)
    if form.is_valid() and attempt(form, lambda at: wanted.act(form.cleaned_data, actor, at)):
        messages.success(request, _("Saved."))
        return None
    return form


def _changes(row: Employer, request: HttpRequest) -> list[Change]:
    """Return what can be changed of an employer now, each with its form."""
    sent = request.POST.get("change", "")

    def data(name: str) -> Any:
        return request.POST if sent == name else None

    if row.merged_into_id is not None:
        return [
            Change(
                "undo",
                gettext_lazy("Undo the merge"),
                gettext_lazy("It is an employer of its own again, where it was before."),
                ReasonForm(data("undo"), prefix="undo"),
                lambda given, actor, at: services.undo_merge(
                    row, reason=given["reason"], actor=actor, at=at
                ),
            )
        ]
    return [*_descriptions(row, data), *_relations(row, data)]


def _descriptions(row: Employer, data: Callable[[str], Any]) -> list[Change]:
    named = {"name": row.name, "country": row.country}
    listed = "\n".join(str(each) for each in queries.mail_domains_of(row))
    return [
        Change(
            "rename",
            gettext_lazy("Correct name and country"),
            gettext_lazy("It is still found by the old name."),
            RenameForm(data("rename"), prefix="rename", initial=named),
            lambda given, actor, at: services.rename_employer(row, **given, actor=actor, at=at),
        ),
        Change(
            "alias",
            gettext_lazy("Add another name"),
            gettext_lazy("A short name, a brand or an older name by which people look for it."),
            AliasForm(data("alias"), prefix="alias"),
            lambda given, actor, at: services.add_name(row, given["name"], actor=actor, at=at),
        ),
        Change(
            "domains",
            gettext_lazy("Set the mail domains"),
            gettext_lazy("By these, referees of this employer are known. They count once checked."),
            MailDomainsForm(data("domains"), prefix="domains", initial={"domains": listed}),
            lambda given, actor, at: services.set_mail_domains(
                row, given["domains"].split(), reason=given["reason"], actor=actor, at=at
            ),
        ),
    ]


def _relations(row: Employer, data: Callable[[str], Any]) -> list[Change]:
    above = {"other": str(row.parent_id or "")}
    is_institute = {"is_institute": row.is_institute}
    return [
        Change(
            "parent",
            gettext_lazy("Set the parent"),
            gettext_lazy("Who worked anywhere in a family counts as a colleague of the others."),
            OtherEmployerForm(data("parent"), prefix="parent", initial=above, needed=False),
            lambda given, actor, at: services.set_parent(
                row, given["other"], reason=given["reason"], actor=actor, at=at
            ),
        ),
        Change(
            "merge",
            gettext_lazy("Merge into another one"),
            gettext_lazy("For the same organisation under two names. It can be undone."),
            OtherEmployerForm(data("merge"), prefix="merge", needed=True),
            lambda given, actor, at: services.merge_employers(
                row, given["other"], reason=given["reason"], actor=actor, at=at
            ),
        ),
        Change(
            "institute",
            gettext_lazy("The institute itself"),
            gettext_lazy("Work for the institute makes nobody a colleague."),
            InstituteForm(data("institute"), prefix="institute", initial=is_institute),
            lambda given, actor, at: services.mark_institute(
                row, given["is_institute"], reason=given["reason"], actor=actor, at=at
            ),
        ),
    ]


def _history(row: Employer) -> list[dict[str, Any]]:
    found = list(audit.events_of(subject(row)).order_by("-version")[:A_PAGE])
    told = []
    for each in found:
        by = accounts.person_by_actor(each.actor)
        other = each.payload.get("into") or each.payload.get("parent")
        into = queries.employer(int(other)) if other else None
        what = str(HAPPENED.get(each.name, each.name))
        told.append(
            {
                "when": each.at,
                "title": f"{what}: {into.name}" if into else what,
                "text": each.detail.reason if hasattr(each, "detail") else "",
                "by": str(by) if by else "",
            }
        )
    return told
