"""What this context puts into the slots below: home, navigation, desk, personal data, closing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.slots import DeskItem, DeskSection, Door, Link
from guildmark.apps.audit import services as audit

from . import policies, queries
from .models import ComponentOutcome, Credential, NameLink, Proposal
from .slots import Consent
from .states import Action, ProposalState, ShownAs

KEPT_ON_THE_DESK = timedelta(days=30)
"""How long the desk shows what was decided on."""
ERASED = "(erased)"
"""Stands where a reason stood that went with the account of the person whom it was about."""


def doors(_request: HttpRequest) -> Iterable[Door]:
    """Let anybody check a credential from the home page."""
    return [
        Door(
            title=_("Verify a credential"),
            text=_("Type the id that stands on it: you are told whether it is valid today."),
            url=reverse("credentials:verify"),
        )
    ]


def link(request: HttpRequest) -> Link | None:
    """Lead registrars to the registry from every page."""
    if not request.user.is_authenticated or not policies.REGISTRY_READ.allows(request.user):
        return None
    return Link(title=gettext_lazy("Registry"), url_name="credentials:registry")


def held(request: HttpRequest) -> DeskSection:
    """Show a person's credentials on the desk, and those that wait to be claimed."""
    now = timezone.now()
    items = [
        DeskItem(
            title=f"{each.type} · {each.number}",
            url=reverse("credentials:held", args=[each.number]),
            state=each.standing(now).value,
            detail=_until(each),
        )
        for each in queries.held_by(request.user)
    ]
    mine = accounts.confirmed_addresses(cast("accounts.User", request.user))
    items += [
        DeskItem(
            title=f"{each.type} · {each.number}",
            url=reverse("credentials:claim"),
            detail=_("Awarded to an address of yours. Claim it."),
        )
        for each in queries.waiting_for_claim(mine)
    ]
    return DeskSection(
        title=_("Your credentials"),
        empty_text=_("Credentials that you are awarded will appear here."),
        items=items,
    )


def asked(request: HttpRequest) -> DeskSection | None:
    """Show registrars what became of what they asked a second person for."""
    now = timezone.now()
    found = list(queries.asked_by(request.user, since=now - KEPT_ON_THE_DESK))
    if not found:
        return None
    items = [
        DeskItem(
            title=f"{each.asked_for.capitalize()}: {each.credential or each.type}",
            url=reverse("credentials:proposal", args=[each.pk]),
            detail=each.decision_reason or each.details.get("name", ""),
            state=each.state,
        )
        for each in found
    ]
    return DeskSection(title=_("What you asked a second person for"), empty_text="", items=items)


def _asked(proposal: Proposal) -> str:
    """Say for whom, by whom and why, so that two of a kind can be told apart."""
    whom = proposal.details.get("name") or getattr(proposal.credential, "holder_name", "")
    words = {"whom": whom, "by": proposal.asker, "reason": proposal.reason}
    return _("%(whom)s; asked for by %(by)s: %(reason)s") % words


def _until(credential: Credential) -> str:
    if credential.valid_until is None:
        return _("without end")
    return _("valid until %(day)s") % {"day": date_format(credential.valid_until)}


def on_the_way(request: HttpRequest) -> DeskSection | None:
    """Show which components a person has passed of what they were not awarded yet."""
    person = request.user
    items = [
        DeskItem(
            title=str(each.type),
            url=reverse("credentials:progress"),
            detail=_("missing: %(components)s") % {"components": ", ".join(each.missing)},
        )
        for each in queries.progress(person)
        if each.missing and not queries.was_awarded(person, each.type)
    ]
    if not items:
        return None
    return DeskSection(title=_("On the way to a credential"), empty_text="", items=items)


def waiting(request: HttpRequest) -> DeskSection | None:
    """Show registrars what waits for a second person."""
    if not policies.CREDENTIAL_AWARD.allows(request.user):
        return None
    items = [
        DeskItem(
            title=f"{each.asked_for.capitalize()}: {each.credential or each.type}",
            url=reverse("credentials:proposal", args=[each.pk]),
            detail=_asked(each),
        )
        for each in queries.open_proposals()
        if policies.PROPOSAL_DECIDE.allows(request.user, each)
    ]
    return DeskSection(
        title=_("Waiting for a second person"),
        empty_text=_("Awards and changes that need your approval will appear here."),
        items=items,
    )


def name_links(credential: Credential, at: datetime) -> Iterable[Consent]:
    """Tell a holder to whom private links show the name of a credential."""
    for each in queries.open_name_links(credential, at=at):
        yield Consent(
            who=each.receiver,
            what=_("your name, by a private link to the page of this credential"),
            since=each.made_at,
            until=each.expires_at,
            withdraw_url=reverse("credentials:withdraw_link", args=[credential.number, each.pk]),
            detail=_openings(each),
        )


def _openings(link: NameLink) -> str:
    if link.last_opened_on is None:
        return _("Not opened yet.")
    words = {"count": link.opened, "day": date_format(link.last_opened_on, "j F Y")}
    once = "Opened %(count)s time, last on %(day)s."
    return ngettext(once, "Opened %(count)s times, last on %(day)s.", link.opened) % words


def personal_data(person: Any) -> dict[str, Any]:
    """Return the credentials of a person, also those that wait to be claimed, ready for JSON."""
    waiting = queries.waiting_for_claim(accounts.confirmed_addresses(person))
    return {
        "credentials": [_told(each) for each in [*queries.held_by(person), *waiting]],
        "components": [_told_component(each) for each in queries.components_of(person)],
    }


def close_account(person: Any, at: datetime) -> None:
    """Cut the person loose from their credentials; these stay, without a name.

    The private links to the name go too, and the reasons in words, but for those of changes that
    wait for a second person. Awards and renewals that wait are withdrawn, for there is no address
    left to award to.
    """
    addresses = [person.email, *accounts.confirmed_addresses(person)]
    mine = Q(holder_id=person.pk) | Q(holder=None, holder_email__in=addresses)
    rows = list(Credential.objects.select_for_update().filter(mine))
    for each in rows:
        each.holder, each.holder_name, each.holder_email, each.handle = None, "", "", ""
        each.shown_as = ShownAs.ID_ONLY.value
        each.version += 1
        each.changed_at = at
        each.save(
            update_fields=[
                "holder", "holder_name", "holder_email", "handle", "shown_as", "version",
                "changed_at",
            ]
        )  # fmt: skip
        audit.forget(f"credentials.credential:{each.pk}")
    NameLink.objects.filter(credential__in=rows).delete()
    _erase_proposals(rows, addresses, at)
    _erase_components(person)


def _told(row: Credential) -> dict[str, Any]:
    return {
        "id": row.number,
        "type": row.type.code,
        "name": row.holder_name,
        "awarded": row.awarded_at.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "state": row.state,
        "changes": [
            {
                "at": each.at.isoformat(),
                "move": each.move,
                "cause": each.cause,
                "text": each.public_text,
            }
            for each in queries.changes(row)
        ],
        "shown_as": row.shown_as,
        "name_links": [_told_link(each) for each in row.name_links.all()],
        "signed": row.document,
    }


def _told_link(link: NameLink) -> dict[str, Any]:
    withdrawn, opened = link.withdrawn_at, link.last_opened_on
    return {
        "receiver": link.receiver,
        "made": link.made_at.isoformat(),
        "ends": link.expires_at.isoformat(),
        "withdrawn": withdrawn.isoformat() if withdrawn else None,
        "opened": link.opened,
        "last_opened_on": opened.isoformat() if opened else None,
    }


def _told_component(row: ComponentOutcome) -> dict[str, Any]:
    return {
        "type": row.type.code,
        "component": row.component,
        "outcome": row.outcome,
        "taken": row.taken_at.isoformat(),
        "source": row.source,
        "recorded": row.recorded_at.isoformat(),
    }


def _erase_components(person: Any) -> None:
    mine = ComponentOutcome.objects.filter(person=person)
    for each in mine:
        audit.forget(f"credentials.component:{each.pk}")
    mine.update(person=None, source=ERASED)


def _erase_proposals(rows: list[Credential], addresses: list[str], at: datetime) -> None:
    awards = Proposal.objects.filter(action=Action.AWARD.value, details__email__in=addresses)
    awards.filter(state=ProposalState.OPEN.value).update(
        state=ProposalState.WITHDRAWN.value, decided_at=at
    )
    renewals = Proposal.objects.filter(credential__in=rows, details__renews=True)
    renewals.filter(state=ProposalState.OPEN.value).update(
        state=ProposalState.WITHDRAWN.value, decided_at=at
    )
    moves = Proposal.objects.filter(credential__in=rows).exclude(state=ProposalState.OPEN.value)
    for found in (awards, moves):
        for each in found:
            audit.forget(f"credentials.proposal:{each.pk}")
    moves.update(reason=ERASED, decision_reason="")
    awards.update(details={}, reason=ERASED, decision_reason="")
