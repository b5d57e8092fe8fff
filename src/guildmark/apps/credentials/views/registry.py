"""The registrar's pages: the registry, awards, changes of state, and what a second person decides.

Auditors and administrators see the same pages without any form.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.apps.accounts.queries import User
from guildmark.apps.audit import queries as audit
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.credentials import policies, queries, services
from guildmark.apps.credentials.events import (
    CredentialAwarded,
    CredentialChanged,
    CredentialClaimed,
    VisibilityChosen,
)
from guildmark.apps.credentials.forms import (
    AwardForm,
    ChangeForm,
    ReasonForm,
    RegistrySearchForm,
    state_choices,
    state_label,
)
from guildmark.apps.credentials.models import Credential, Proposal
from guildmark.apps.credentials.services import CredentialRefused
from guildmark.apps.credentials.states import (
    CREDENTIAL,
    Action,
    Cause,
    Move,
    ProposalState,
    ShownAs,
    State,
)
from guildmark.cores.identifiers import IdRefused
from guildmark.cores.lifecycle import TransitionRefused

A_PAGE = 25
Text = str | Promise
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
DONE: dict[Move, Promise] = {
    Move.SUSPEND: gettext_lazy("Suspended"),
    Move.REINSTATE: gettext_lazy("Reinstated"),
    Move.REVOKE: gettext_lazy("Revoked"),
    Move.SUPERSEDE: gettext_lazy("Superseded"),
    Move.SURRENDER: gettext_lazy("Surrendered"),
}
PROPOSAL_WORDS: dict[ProposalState, Promise] = {
    ProposalState.OPEN: gettext_lazy("waits"),
    ProposalState.APPROVED: gettext_lazy("approved"),
    ProposalState.REFUSED: gettext_lazy("refused"),
    ProposalState.WITHDRAWN: gettext_lazy("withdrawn"),
}
PROPOSAL_BADGES = {
    ProposalState.OPEN: "pending",
    ProposalState.APPROVED: "done",
    ProposalState.REFUSED: "rejected",
    ProposalState.WITHDRAWN: "closed",
}
WHAT_FOLLOWS: dict[ProposalState, Promise] = {
    ProposalState.OPEN: gettext_lazy(
        "This waits for a second registrar. Nothing changes before they have approved."
    ),
    ProposalState.REFUSED: gettext_lazy("Refused. Nothing was changed."),
    ProposalState.WITHDRAWN: gettext_lazy("Withdrawn. Nothing was changed."),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A move that is possible: what it means, its form, and whether a second person is needed."""

    move: Move
    meaning: Promise
    form: ChangeForm
    second: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history of a credential."""

    at: datetime
    what: Text
    by: str
    second: str = ""
    reason: str = ""
    second_reason: str = ""
    public_text: str = ""
    url: str = ""


@never_cache
@login_required
@require_safe
def registry(request: HttpRequest) -> HttpResponse:
    """List the credentials, or those that match a search and a state."""
    actor = _signed_in(request)
    policies.REGISTRY_READ.require(actor)
    form = RegistrySearchForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in ("q", "state")}
    found = queries.registry(actor, text=asked["q"], state=asked["state"])
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
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
            for value, label in state_choices()
        ],
        "query": urlencode(asked),
        "waiting": [(each, _title(each)) for each in queries.open_proposals()],
        "may_award": policies.CREDENTIAL_AWARD.allows(actor),
    }
    return render(request, "credentials/registry.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def award(request: HttpRequest) -> HttpResponse:
    """Award a credential, or ask a second registrar to."""
    policies.CREDENTIAL_AWARD.require(_signed_in(request))
    today = timezone.now().date()
    form = AwardForm(_posted(request), today=today, initial=_renewed(request))
    if form.is_valid() and (made := _awarded(request, form)) is not None:
        return _to_what_was_made(request, made)
    context = {"form": form, "crumbs": _crumbs(_("Award a credential"))}
    return render(request, "credentials/award.html", context)


def _renewed(request: HttpRequest) -> dict[str, Any]:
    """Return what an award begins with that renews the credential which the address names."""
    try:
        row = queries.lookup(request.GET.get("renews", ""))
    except IdRefused:
        row = None
    if row is None:
        return {}
    email = row.holder.email if row.holder is not None else row.holder_email
    reason = _("Renews %(number)s.") % {"number": row.number}
    return {"type": row.type.code, "email": email, "name": row.holder_name, "reason": reason}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def kept(request: HttpRequest, number: str) -> HttpResponse:
    """Show everything about a credential, and change its state."""
    actor = _signed_in(request)
    policies.REGISTRY_READ.require(actor)
    row = _found_or_404(number)
    if request.method != "POST":
        return _kept_page(request, row)
    move = _move_of(request)
    if (before := _sent_before(row, move, actor)) is not None:
        return _to_what_was_made(request, before)
    policies.CREDENTIAL_CHANGE.require(actor, row)
    form = ChangeForm(request.POST, move=move, credential=row)
    if form.is_valid() and (made := _changed(request, row, form)) is not None:
        return _to_what_was_made(request, made)
    return _kept_page(request, row, refused=form)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what somebody asked for; let a second person decide, and who asked withdraw."""
    actor = _signed_in(request)
    policies.REGISTRY_READ.require(actor)
    asked = Proposal.objects.select_related("type", "credential", "asked_by", "decided_by")
    row = asked.filter(pk=pk).first()
    if row is None:
        raise Http404(_("Nobody asked for this."))
    if request.method != "POST":
        return _proposal_page(request, row, ReasonForm())
    if row.state != ProposalState.OPEN and row.decided_by == actor:  # Sent twice.
        return redirect("credentials:proposal", row.pk)
    return _decide(request, row, request.POST.get("decision", ""))


def _decide(request: HttpRequest, row: Proposal, decision: str) -> HttpResponse:
    actor = _signed_in(request)
    if decision == "withdraw":
        withdrawn = services.withdraw(row, actor=actor, at=timezone.now())
        return _to_what_was_made(request, withdrawn)
    if decision not in ("approve", "refuse"):
        raise BadRequest(_("Choose whether you approve or refuse."))
    policies.PROPOSAL_DECIDE.require(actor, row)
    form = ReasonForm(request.POST)
    if form.is_valid() and (made := _decided(request, row, decision, form)) is not None:
        return _to_what_was_made(request, made)
    return _proposal_page(request, row, form)


def _decided(request: HttpRequest, row: Proposal, decision: str, form: ReasonForm) -> Any:
    service = services.approve if decision == "approve" else services.refuse
    reason = form.cleaned_data["reason"]
    try:
        return service(row, reason=reason, actor=_signed_in(request), at=timezone.now())
    except CredentialRefused as refusal:
        form.add_error(None, str(refusal))
    except TransitionRefused as refusal:
        form.add_error(None, _not_possible(refusal))
    return None


def _awarded(request: HttpRequest, form: AwardForm) -> Any:
    try:
        return services.award(form.wanted(), actor=_signed_in(request), at=timezone.now())
    except CredentialRefused as refusal:
        # What else can be wrong with an award, the form has refused already.
        form.add_error("email", str(refusal))
        return None


def _changed(request: HttpRequest, row: Credential, form: ChangeForm) -> Any:
    try:
        return services.change(row, form.wanted(), actor=_signed_in(request), at=timezone.now())
    except CredentialRefused as refusal:
        form.add_error(None, str(refusal))
    except TransitionRefused as refusal:
        form.add_error(None, _not_possible(refusal))
    return None


def _to_what_was_made(request: HttpRequest, made: Any) -> HttpResponse:
    """Say what was done, or that it waits, and lead to where it can be seen."""
    if isinstance(made, Proposal):
        messages.info(request, str(WHAT_FOLLOWS[ProposalState(made.state)]))
        return redirect("credentials:proposal", made.pk)
    if isinstance(made, Credential):
        messages.success(request, _("%(number)s is awarded.") % {"number": made.number})
        return redirect("credentials:kept", made.number)
    row = made.credential
    text = _("%(number)s is %(state)s now.")
    messages.success(request, text % {"number": row.number, "state": state_label(State(row.state))})
    return redirect("credentials:kept", row.number)


def _sent_before(row: Credential, move: Move, actor: User) -> Any:
    """Return what the same person made of the same move just before, when it is sent twice."""
    asked = row.proposals.filter(state=ProposalState.OPEN, action=move.value, asked_by=actor)
    last = row.changes.order_by("-at", "-pk").first()
    if last is not None and last.move == move and last.actor_id == actor.pk:
        return last
    return asked.first()


def _not_possible(refusal: TransitionRefused) -> str:
    text = _("This is not possible any more: the credential is %(state)s now.")
    return text % {"state": state_label(State(refusal.state))}


def _kept_page(
    request: HttpRequest, row: Credential, *, refused: ChangeForm | None = None
) -> HttpResponse:
    actor = _signed_in(request)
    waiting = row.proposals.filter(state=ProposalState.OPEN).select_related("asked_by").first()
    refusal = policies.CREDENTIAL_CHANGE.refusal(actor, row)
    context = {
        "credential": row,
        "crumbs": _crumbs(row.number),
        "standing": row.standing(timezone.now()),
        "shown_as": ShownAs(row.shown_as).label,
        "history": sorted(_history(row), key=lambda entry: entry.at)[::-1],
        "waiting": waiting,
        "waits_for": _title(waiting) if waiting else "",
        "offers": [] if refusal else list(_offers(row, waiting, refused)),
        "refusal": refusal,
        "form": refused,
        "may_renew": row.type.validity_months and policies.CREDENTIAL_AWARD.allows(actor),
    }
    return render(request, "credentials/kept.html", context)


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


def _proposal_page(request: HttpRequest, row: Proposal, form: ReasonForm) -> HttpResponse:
    actor = _signed_in(request)
    refusal = policies.PROPOSAL_DECIDE.refusal(actor, row)
    state = ProposalState(row.state)
    context = {
        "proposal": row,
        "title": _title(row),
        "crumbs": _crumbs(_title(row)),
        "facts": list(_asked(row)),
        "state": PROPOSAL_WORDS[state],
        "badge": PROPOSAL_BADGES[state],
        "is_open": state is ProposalState.OPEN,
        "made": row.credential if row.action == Action.AWARD else None,
        "may_decide": refusal is None,
        "refusal": refusal,
        "may_withdraw": policies.PROPOSAL_WITHDRAW.allows(actor, row),
        "form": form,
    }
    return render(request, "credentials/proposal.html", context)


def _title(row: Proposal) -> str:
    """Return in words what is asked for."""
    if row.action == Action.AWARD:
        return _("Award %(type)s to %(name)s") % {
            "type": row.type.code,
            "name": row.details["name"],
        }
    return f"{Move(row.action).label} {row.credential}"


def _asked(row: Proposal) -> Iterator[tuple[Text, Text]]:
    """Return what the action needs, as the asking person gave it."""
    told = row.details
    if row.action == Action.AWARD:
        begins = told.get("valid_from")
        yield _("Type"), str(row.type)
        yield _("Name on the certificate"), told["name"]
        yield _("E-mail address"), told["email"]
        yield _("Valid from"), begins[:10] if begins else _("the moment of the approval")
        return
    yield _("Cause"), Cause(told["cause"]).label
    yield _("Public text"), told["public_text"] or _("none")
    if "successor" in told:
        yield _("Successor"), str(Credential.objects.get(pk=int(told["successor"])))


def _history(row: Credential) -> Iterator[Entry]:
    events = list(audit.events_of(f"credentials.credential:{row.pk}"))
    by_pseudonym = {
        each.actor_id: str(each)
        for each in User.objects.filter(actor_id__in={event.actor for event in events})
    }
    reasons: dict[Any, str] = {}
    for event in events:
        reason = event.detail.reason if hasattr(event, "detail") else ""
        who = _name_of(event.actor, by_pseudonym)
        if event.name == CredentialAwarded.name:
            yield _award_entry(row, by=who, reason=reason)
        elif event.name == VisibilityChosen.name:
            shown = ShownAs(event.payload["shown_as"]).label
            yield Entry(event.at, _("Shown %(how)s") % {"how": shown}, who)
        elif event.name == CredentialClaimed.name:
            yield Entry(event.at, _("Claimed by its holder"), who)
        elif event.name == CredentialChanged.name:
            reasons[event.at, event.payload["move"]] = reason
    if row.taken_over:
        yield Entry(row.awarded_at, _("Awarded, in an older registry"), "")
    yield from _change_entries(row, reasons)
    yield from _refused_entries(row)


def _award_entry(row: Credential, *, by: str, reason: str) -> Entry:
    asked = row.proposals.filter(action=Action.AWARD, state=ProposalState.APPROVED)
    if (found := asked.select_related("asked_by", "decided_by").first()) is None:
        return Entry(row.awarded_at, _("Awarded"), by, reason=reason)
    return Entry(
        row.awarded_at,
        _("Awarded"),
        str(found.asked_by),
        second=str(found.decided_by),
        reason=reason,
        second_reason=found.decision_reason,
        url=_address(found),
    )


def _change_entries(row: Credential, reasons: Mapping[Any, str]) -> Iterator[Entry]:
    approved = row.proposals.filter(state=ProposalState.APPROVED)
    # An approval and the change that it leads to have the same moment.
    approvals = {(each.decided_at, each.action): each for each in approved}
    for change in queries.changes(row):
        done, cause = DONE[Move(change.move)], Cause(change.cause).label
        approval = approvals.get((change.at, change.move))
        yield Entry(
            change.at,
            f"{done}: {cause}",
            str(change.actor or _("the system")),
            second=str(change.second_person or ""),
            reason=reasons.get((change.at, change.move), ""),
            second_reason=approval.decision_reason if approval else "",
            public_text=change.public_text,
            url=_address(approval) if approval else "",
        )


def _refused_entries(row: Credential) -> Iterator[Entry]:
    """Tell what was asked for and did not come to pass."""
    ended = row.proposals.filter(state__in=[ProposalState.REFUSED, ProposalState.WITHDRAWN])
    for each in ended.select_related("asked_by", "decided_by"):
        text = _("%(move)s: asked for by %(who)s, %(state)s")
        words = {
            "move": Move(each.action).label,
            "who": each.asked_by,
            "state": PROPOSAL_WORDS[ProposalState(each.state)],
        }
        yield Entry(
            each.decided_at or each.asked_at,
            text % words,
            str(each.decided_by),
            reason=each.decision_reason,
            url=_address(each),
        )


def _name_of(pseudonym: Any, known: Mapping[Any, str]) -> str:
    if pseudonym == SYSTEM.actor_id:
        return _("the system")
    return known.get(pseudonym, _("closed account"))


def _move_of(request: HttpRequest) -> Move:
    try:
        return Move(request.POST.get("move", ""))
    except ValueError:
        raise BadRequest(_("Choose what is to become of the credential.")) from None


def _found_or_404(number: str) -> Credential:
    try:
        row = queries.lookup(number)
    except IdRefused:
        row = None
    if row is None:
        raise Http404(_("The registry has no credential with this id."))
    return row


def _address(row: Proposal) -> str:
    return reverse("credentials:proposal", args=[row.pk])


def _crumbs(here: str) -> list[dict[str, str]]:
    return [{"label": _("Registry"), "url": reverse("credentials:registry")}, {"label": here}]


def _signed_in(request: HttpRequest) -> User:
    return cast("User", request.user)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None
