"""The registry: its list, and one credential with the moves that are possible.

Auditors and administrators see the same pages without any form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import policies, queries, services
from guildmark.apps.credentials.forms import ChangeForm, RegistrySearchForm, standing_choices
from guildmark.apps.credentials.models import Credential, Proposal
from guildmark.apps.credentials.services import CredentialRefused
from guildmark.apps.credentials.states import (
    CREDENTIAL,
    Action,
    Move,
    ProposalState,
    ShownAs,
    Standing,
    State,
)
from guildmark.cores.lifecycle import TransitionRefused

from .history import history_of
from .request import crumbs, found_or_404, not_possible, signed_in, title_of, to_what_was_made

A_PAGE = 25
MEANINGS: dict[Move, Promise] = {
    Move.SUSPEND: gettext_lazy(
        "It does not hold for the time being, and everybody who checks it is told so at once. It "
        "can be reinstated."
    ),
    Move.REINSTATE: gettext_lazy("It holds again, as before it was suspended."),
    Move.REVOKE: gettext_lazy(
        "The institute takes it back for good, and everybody who checks it is told so at once. "
        "This can't be undone."
    ),
    Move.SUPERSEDE: gettext_lazy(
        "Another credential takes its place, and whoever checks this one is led there. This can't "
        "be undone."
    ),
    Move.SURRENDER: gettext_lazy(
        "The holder gives it back and asked you to note it; with an account they do it themselves. "
        "This can't be undone."
    ),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A move that is possible: what it means, its form, and whether a second person is needed."""

    move: Move
    meaning: Promise
    form: ChangeForm
    second: bool


@never_cache
@login_required
@require_safe
def registry(request: HttpRequest) -> HttpResponse:
    """List the credentials, or those that match a search and a state."""
    actor = signed_in(request)
    policies.REGISTRY_READ.require(actor)
    form = RegistrySearchForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in ("q", "state")}
    now = timezone.now()
    standing = Standing(asked["state"]) if asked["state"] else None
    found = queries.registry(actor, text=asked["q"], standing=standing, at=now)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "search": form,
        "page": page,
        "rows": [(row, row.standing(now)) for row in page],
        "asked": asked,
        "filters": [
            {
                "label": label,
                "url": f"?{urlencode({**asked, 'state': value})}",
                "current": value == asked["state"],
            }
            for value, label in standing_choices()
        ],
        "query": urlencode(asked),
        "waiting": [(each, title_of(each)) for each in queries.open_proposals()],
        "may_award": policies.CREDENTIAL_AWARD.allows(actor),
    }
    return render(request, "credentials/registry.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def kept(request: HttpRequest, number: str) -> HttpResponse:
    """Show everything about a credential, and change its state."""
    actor = signed_in(request)
    policies.REGISTRY_READ.require(actor)
    row = found_or_404(number)
    if request.method != "POST":
        return _kept_page(request, row)
    move = _move_of(request)
    if (before := _sent_before(row, move, actor)) is not None:
        return to_what_was_made(request, before)
    policies.CREDENTIAL_CHANGE.require(actor, row)
    form = ChangeForm(request.POST, move=move, credential=row)
    if form.is_valid() and (made := _changed(request, row, form)) is not None:
        return to_what_was_made(request, made)
    return _kept_page(request, row, refused=form)


def _changed(request: HttpRequest, row: Credential, form: ChangeForm) -> Any:
    try:
        return services.change(row, form.wanted(), actor=signed_in(request), at=timezone.now())
    except CredentialRefused as refusal:
        form.add_error(None, str(refusal))
    except TransitionRefused as refusal:
        form.add_error(None, not_possible(refusal))
    return None


def _sent_before(row: Credential, move: Move, actor: User) -> Any:
    """Return what the same person made of the same move just before, when it is sent twice."""
    asked = row.proposals.filter(state=ProposalState.OPEN, action=move.value, asked_by=actor)
    last = row.changes.order_by("-at", "-pk").first()
    if last is not None and last.move == move and last.actor_id == actor.pk:
        return last
    return asked.first()


def _kept_page(
    request: HttpRequest, row: Credential, *, refused: ChangeForm | None = None
) -> HttpResponse:
    actor = signed_in(request)
    waiting = row.proposals.filter(state=ProposalState.OPEN).select_related("asked_by").first()
    refusal = policies.CREDENTIAL_CHANGE.refusal(actor, row)
    context = {
        "credential": row,
        "crumbs": crumbs(row.number),
        "standing": row.standing(timezone.now()),
        "shown_as": ShownAs(row.shown_as).label,
        "history": sorted(history_of(row), key=lambda entry: entry.at)[::-1],
        "waiting": waiting,
        "waits_for": title_of(waiting) if waiting else "",
        "offers": [] if refusal else list(_offers(row, waiting, refused)),
        "refusal": refusal,
        "form": refused,
        "may_renew": waiting is None and _can_renew(row, actor),
    }
    return render(request, "credentials/kept.html", context)


def _can_renew(row: Credential, actor: User) -> bool:
    ends = row.state == State.ACTIVE and row.valid_until is not None
    return ends and policies.CREDENTIAL_RENEW.allows(actor, row)


def _offers(
    row: Credential, waiting: Proposal | None, refused: ChangeForm | None
) -> Iterator[Offer]:
    """Offer what is possible, and what was just refused, so that nothing typed is lost.

    While something waits for a second person, only what one person can do alone is offered.
    """
    possible = [Move(name) for name in CREDENTIAL.available(row.state)]
    for move in Move:
        second = row.type.needs_second_person(Action(move.value))
        if refused is not None and refused.move is move:
            yield Offer(move, MEANINGS[move], refused, second)
        elif move in possible and not (second and waiting):
            yield Offer(move, MEANINGS[move], ChangeForm(move=move, credential=row), second)


def _move_of(request: HttpRequest) -> Move:
    try:
        return Move(request.POST.get("move", ""))
    except ValueError:
        raise BadRequest(_("Choose what is to become of the credential.")) from None
