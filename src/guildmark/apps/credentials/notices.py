"""What holders are told by mail; each is written in the transaction of what it tells."""

from datetime import datetime
from typing import Any

from guildmark.apps.mail import services as mail
from guildmark.apps.mail.states import DECISION

from . import issuing
from .models import Credential, StateChange
from .states import Cause, State


def tell_award(credential: Credential, *, email: str, at: datetime) -> None:
    """Tell whoever was awarded a credential, at the address that it was awarded to."""
    _tell("credential_awarded", credential, {}, to=credential.holder or email, at=at)


def tell_change(credential: Credential, change: StateChange, *, at: datetime) -> None:
    """Tell the holder what became of a credential, and why."""
    context = {
        "state": State(credential.state).value,
        "cause": Cause(change.cause).label,
        "public_text": change.public_text,
    }
    to = credential.holder or credential.holder_email
    if to:
        _tell("credential_changed", credential, context, to=to, at=at)


def tell_renewal(credential: Credential, renewed: Credential, *, email: str, at: datetime) -> None:
    """Tell the holder, in one mail, of the new credential and of what became of the old one."""
    context = {"renewed": renewed, "ends": credential.valid_until}
    _tell("credential_renewed", credential, context, to=credential.holder or email, at=at)


def tell_end(credential: Credential, *, at: datetime) -> None:
    """Tell the holder that a credential ends soon."""
    to = credential.holder or credential.holder_email
    _tell("credential_ending", credential, {"ends": credential.valid_until}, to=to, at=at)


def _tell(
    template: str, credential: Credential, context: dict[str, Any], *, to: Any, at: datetime
) -> None:
    address = issuing.address("credentials:verified", credential.number)
    mail.send(
        kind=DECISION.name,
        to=to,
        template=template,
        context={"credential": credential, "address": address, **context},
        at=at,
    )
