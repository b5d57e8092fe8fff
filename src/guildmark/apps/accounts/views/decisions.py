"""Decisions about a person that take a page of their own, because each needs a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.apps.accounts import kept_forms, policies, queries, services
from guildmark.apps.accounts.forms import ReasonForm
from guildmark.apps.accounts.models import RoleGrant, User
from guildmark.apps.accounts.permissions import Policy

from .people import visible_person
from .request import confirmed, posted, signed_in


@dataclass(frozen=True, slots=True)
class Decision:
    """The words of the page, the policy that is asked and the service that is called."""

    title: Promise
    text: Promise
    button: Promise
    done: Promise
    policy: Policy
    service: Callable[..., Any]

    def take(self, subject: User | RoleGrant, *, actor: User, at: datetime, reason: str) -> None:
        """Carry the decision out."""
        self.service(subject, actor=actor, at=at, reason=reason)


DISABLE = Decision(
    gettext_lazy("Disable this account"),
    gettext_lazy(
        "The person is signed out everywhere and cannot sign in until the account is enabled "
        "again. Nothing is erased; roles sleep."
    ),
    gettext_lazy("Disable account"),
    gettext_lazy("The account is disabled."),
    policies.ACCOUNT_DISABLE,
    services.disable_account,
)
ENABLE = Decision(
    gettext_lazy("Enable this account"),
    gettext_lazy("The person can sign in again, with the roles they hold."),
    gettext_lazy("Enable account"),
    gettext_lazy("The account is enabled."),
    policies.ACCOUNT_ENABLE,
    services.enable_account,
)
CLOSE = Decision(
    gettext_lazy("Close this account"),
    gettext_lazy(
        "Do this only when the owner asks for it and cannot do it themselves. Address, name, "
        "password, second factors and sessions are erased, and roles end. It cannot be undone. "
        "The reason stays, so leave the name of the person out of it."
    ),
    gettext_lazy("Close account for ever"),
    gettext_lazy("The account is closed."),
    policies.ACCOUNT_CLOSE,
    services.close_account,
)
RESET = Decision(
    gettext_lazy("Reset the second factors"),
    gettext_lazy(
        "Do this when the person lost them, and make sure first that it is really them who asks. "
        "Authenticator app, passkeys and recovery codes are removed and the person is signed out "
        "everywhere. They sign in with their password; roles sleep until they set up a second "
        "factor again."
    ),
    gettext_lazy("Reset second factors"),
    gettext_lazy("The second factors are reset."),
    policies.FACTORS_RESET,
    services.reset_second_factors,
)
END = Decision(
    gettext_lazy("End this role"),
    gettext_lazy("The role ends at once. It stays in the history, with both reasons."),
    gettext_lazy("End role"),
    gettext_lazy("The role has ended."),
    policies.ROLE_END,
    services.end_role,
)
ABOUT_ACCOUNTS = {"disable": DISABLE, "enable": ENABLE, "close": CLOSE, "reset": RESET}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def account(request: HttpRequest, person_id: int, decision: str) -> HttpResponse:
    """Disable, enable or close somebody's account, or reset their second factors."""
    someone = visible_person(request, person_id)
    return _decide(request, ABOUT_ACCOUNTS[decision], someone, someone)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def end_role(request: HttpRequest, person_id: int, grant_id: int) -> HttpResponse:
    """End somebody's role, or lay down one's own."""
    someone = visible_person(request, person_id)
    grant = queries.role_history(someone).filter(pk=grant_id).first()
    if grant is None:
        raise Http404(_("This person never had that role."))
    return _decide(request, END, grant, someone)


def _decide(
    request: HttpRequest, decision: Decision, subject: User | RoleGrant, someone: User
) -> HttpResponse:
    actor = signed_in(request)
    decision.policy.require(actor, subject)
    form = ReasonForm(posted(request), initial=kept_forms.take(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        decision.take(subject, actor=actor, at=timezone.now(), reason=reason)
        messages.success(request, str(decision.done))
        still_there = policies.PERSON_VIEW.allows(actor, queries.person(someone.pk))
        return redirect("accounts:person", someone.pk) if still_there else redirect("desk")
    context = {"decision": decision, "person": someone, "subject": subject, "form": form}
    return render(request, "accounts/decision.html", context)
