"""What happened to a credential, for whoever reads the registry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.apps.accounts.queries import User
from guildmark.apps.audit import queries as audit
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.credentials import queries
from guildmark.apps.credentials.events import (
    CredentialAwarded,
    CredentialChanged,
    CredentialClaimed,
    VisibilityChosen,
)
from guildmark.apps.credentials.models import Credential, Proposal
from guildmark.apps.credentials.states import Action, Cause, Move, ProposalState, ShownAs

from .request import PROPOSAL_WORDS, Text, address_of

DONE: dict[Move, Promise] = {
    Move.SUSPEND: gettext_lazy("Suspended"),
    Move.REINSTATE: gettext_lazy("Reinstated"),
    Move.REVOKE: gettext_lazy("Revoked"),
    Move.SUPERSEDE: gettext_lazy("Superseded"),
    Move.SURRENDER: gettext_lazy("Surrendered"),
}


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


def history_of(row: Credential) -> Iterator[Entry]:
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
    what = _("Awarded")
    if renewed := row.predecessors.filter(changes__cause=Cause.RENEWED).first():
        what = _("Awarded, as the renewal of %(number)s") % {"number": renewed.number}
    awarded = Q(credential=row, action=Action.AWARD)
    awarded |= Q(credential__successor=row, details__renews=True)
    asked = Proposal.objects.filter(awarded, state=ProposalState.APPROVED)
    if (found := asked.select_related("asked_by", "decided_by").first()) is None:
        return Entry(row.awarded_at, what, by, reason=reason)
    return Entry(
        row.awarded_at,
        what,
        found.asker,
        second=found.decider,
        reason=reason,
        second_reason=found.decision_reason,
        url=address_of(found),
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
            url=address_of(approval) if approval else "",
        )


def _refused_entries(row: Credential) -> Iterator[Entry]:
    """Tell what was asked for and did not come to pass."""
    ended = row.proposals.filter(state__in=[ProposalState.REFUSED, ProposalState.WITHDRAWN])
    for each in ended.select_related("asked_by", "decided_by"):
        text = _("%(move)s: asked for by %(who)s, %(state)s")
        words = {
            "move": _("Renew") if each.renews else Move(each.action).label,
            "who": each.asker,
            "state": PROPOSAL_WORDS[ProposalState(each.state)],
        }
        yield Entry(
            each.decided_at or each.asked_at,
            text % words,
            each.decider,
            reason=each.decision_reason,
            url=address_of(each),
        )


def _name_of(pseudonym: Any, known: Mapping[Any, str]) -> str:
    if pseudonym == SYSTEM.actor_id:
        return _("the system")
    return known.get(pseudonym, _("closed account"))
