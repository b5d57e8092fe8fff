"""The people of the institute: administrators change, auditors read."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.apps.accounts import kept_forms, policies, queries, services
from guildmark.apps.accounts.forms import GrantForm, SearchForm
from guildmark.apps.accounts.models import User
from guildmark.apps.accounts.states import Role

from .request import confirmed, posted, signed_in

A_PAGE = 25


@never_cache
@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """List the people, or those who match a search."""
    actor = signed_in(request)
    policies.PEOPLE_LIST.require(actor)
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found = queries.people_matching(queries.visible_to(actor), text)
    page = Paginator(queries.with_open_roles(found), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/people.html", {"form": form, "page": page, "text": text})


@never_cache
@login_required
@require_safe
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show a person's roles, now and before, and what one may do about them."""
    someone = visible_person(request, person_id)
    return person_page(request, someone, GrantForm(held=queries.held_roles(someone)))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def grant(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give a person a role; opened after signing in again, show what was typed before."""
    someone = visible_person(request, person_id)
    policies.ROLE_GRANT.require(signed_in(request), someone)
    held = queries.held_roles(someone)
    form = GrantForm(posted(request), initial=kept_forms.take(request), held=held)
    if form.is_valid() and _is_granted(request, someone, form):
        return redirect("accounts:person", person_id)
    return person_page(request, someone, form)


def visible_person(request: HttpRequest, person_id: int) -> User:
    """Return the person if the actor may see them; refuse before saying whether there is one."""
    someone = queries.person(person_id)
    actor = signed_in(request)
    if someone is None:
        policies.PEOPLE_LIST.require(actor)
        raise Http404(_("There is no such person."))
    policies.PERSON_VIEW.require(actor, someone)
    return someone


def person_page(request: HttpRequest, someone: User, form: GrantForm) -> HttpResponse:
    """Render a person's page with a new or a refused form."""
    actor = signed_in(request)
    return render(
        request,
        "accounts/person.html",
        {
            "person": someone,
            "form": form,
            "history": [
                (row, policies.ROLE_END.allows(actor, row)) for row in queries.role_history(someone)
            ],
            "account_history": queries.account_history(someone),
            "dormant": queries.dormant_roles(someone),
            "may": {
                "grant": policies.ROLE_GRANT.allows(actor, someone),
                "disable": policies.ACCOUNT_DISABLE.allows(actor, someone),
                "enable": policies.ACCOUNT_ENABLE.allows(actor, someone),
                "reset": policies.FACTORS_RESET.allows(actor, someone),
                "close": policies.ACCOUNT_CLOSE.allows(actor, someone) and someone != actor,
            },
            "roles": list(Role),
        },
    )


def _is_granted(request: HttpRequest, someone: User, form: GrantForm) -> bool:
    role, reason = Role(form.cleaned_data["role"]), form.cleaned_data["reason"]
    try:
        services.grant_role(
            someone, role, actor=signed_in(request), at=timezone.now(), reason=reason
        )
    except services.AccountRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    done = _("%(person)s now holds the role %(role)s.") % {"person": someone, "role": role.label}
    messages.success(request, done)
    return True
