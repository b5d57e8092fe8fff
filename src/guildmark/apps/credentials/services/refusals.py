"""What is refused, and the checks that several services share."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.audit import queries as audit
from guildmark.apps.credentials.events import CredentialAwarded
from guildmark.apps.credentials.models import Credential, Proposal

from .recording import subject_of

LONGEST_TEXT = 500


class CredentialRefused(ValueError):
    """What was asked for a credential can't be done; the message says why and what to do."""


def checked_reason(reason: str) -> str:
    """Return a reason as it is kept. Raises `CredentialRefused` for none and for too long ones."""
    cleaned = reason.strip()
    if not cleaned:
        raise CredentialRefused(_("Give the reason; it is kept with the decision."))
    if len(cleaned) > LONGEST_TEXT:
        raise CredentialRefused(
            _("The reason has %(length)s characters; at most %(most)s are kept.")
            % {"length": len(cleaned), "most": LONGEST_TEXT}
        )
    return cleaned


def refuse_own(email: str, actor: Any) -> None:
    """Refuse what the actor would decide for an address of their own, confirmed or not."""
    if email and email in {address.lower() for address, _ok in accounts.email_addresses(actor)}:
        raise CredentialRefused(
            _("This address is yours: nobody awards a credential to themselves or changes it.")
        )


def lock_holder(row: Credential) -> None:
    """Have whoever closes the holder's account wait, or refuse where it is closed already.

    Before the credential itself is locked: closing an account locks in this order, too.
    """
    holder = row.holder
    if holder is not None and accounts.open_person_by_actor(holder.actor_id) is None:
        raise CredentialRefused(_("The holder has closed the account, so nothing can be renewed."))


def refuse_who_took_part(row: Credential, person: Any) -> None:
    """Nobody comes to hold what they awarded, asked for or approved, or renewed."""
    took_part = any(_took_part(each, person) for each in _line_of(row))
    if took_part:
        raise CredentialRefused(
            _("You took part in the decisions on this credential, so you can't hold it.")
        )


def _line_of(row: Credential) -> Iterator[Credential]:
    """A credential and everything that it was renewed from."""
    seen: set[int] = set()
    waiting = [row]
    while waiting:
        each = waiting.pop()
        if each.pk not in seen:
            seen.add(each.pk)
            yield each
            waiting += each.predecessors.all()


def _took_part(row: Credential, person: Any) -> bool:
    events = audit.events_of(subject_of(row)).filter(
        name=CredentialAwarded.name, actor=person.actor_id
    )
    about = Proposal.objects.filter(credential=row)
    asked = about.filter(Q(asked_by=person) | Q(decided_by=person))
    return events.exists() or asked.exists()
