"""The life of a message, how often somebody wants a kind of mail, and what a kind is."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildmark.cores.lifecycle import Lifecycle, Transition


class MessageState(StrEnum):
    """Where a message is on its way."""

    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DEAD = "dead"
    CANCELLED = "cancelled"
    BUNDLED = "bundled"


# A message taken but never reported back (its worker was killed) is taken again; its Message-ID
# stays, so that a mail program recognises the second copy.
MESSAGE = Lifecycle(
    "message",
    MessageState,
    MessageState.QUEUED,
    [
        Transition("hold", {MessageState.QUEUED}, MessageState.HELD),
        Transition("release", {MessageState.HELD}, MessageState.QUEUED),
        Transition("bundle", {MessageState.HELD}, MessageState.BUNDLED),
        Transition(
            "take",
            {MessageState.QUEUED, MessageState.FAILED, MessageState.SENDING},
            MessageState.SENDING,
        ),
        Transition("deliver", {MessageState.SENDING}, MessageState.SENT),
        Transition("postpone", {MessageState.SENDING}, MessageState.FAILED),
        Transition("give_up", {MessageState.SENDING}, MessageState.DEAD),
        Transition("retry", {MessageState.DEAD}, MessageState.QUEUED),
        Transition(
            "cancel",
            {MessageState.QUEUED, MessageState.HELD, MessageState.FAILED},
            MessageState.CANCELLED,
        ),
    ],
)

# How long to wait after each failed attempt; two days in all, then the message is dead.
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=12),
    timedelta(hours=24),
)


# Links to confirm an address or choose a password are good for so long; later they help nobody.
SECRETS_LAST = timedelta(days=3)


class Frequency(StrEnum):
    """How often somebody wants an optional kind of mail."""

    AT_ONCE = "at once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"

    @property
    def label(self) -> Promise:
        """The choice as people read it."""
        return _FREQUENCIES[self]


_FREQUENCIES: dict[Frequency, Promise] = {
    Frequency.AT_ONCE: _("each at once"),
    Frequency.DAILY: _("together, once a day"),
    Frequency.WEEKLY: _("together, once a week"),
    Frequency.NEVER: _("never"),
}
DIGESTS = (Frequency.DAILY, Frequency.WEEKLY)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mail that a context sends.

    People choose how often they want an optional kind; a required one (security, decisions about
    oneself) always comes at once. The text of a `secret` kind is erased once it has left, or
    `SECRETS_LAST` after it was written. What is left of a `last` mail to somebody, address and
    text, is erased once it has left or was given up.
    """

    name: str
    label: str | Promise
    description: str | Promise
    optional: bool = True
    secret: bool = False
    last: bool = False
    default: Frequency = Frequency.AT_ONCE


ACCOUNT = Kind(
    "account",
    _("Your account"),
    _("Confirming your address, a new password, sign-ins from a new browser."),
    optional=False,
    secret=True,
)
DECISION = Kind(
    "decision",
    _("Decisions about you"),
    _("What is decided about your roles and your account, and why."),
    optional=False,
)
FAREWELL = Kind(
    "farewell",
    _("Farewell"),
    _("That your account is closed."),
    optional=False,
    secret=True,
    last=True,
)
DIGEST = Kind("digest", _("Digests"), _("What you asked to get together."), optional=False)
