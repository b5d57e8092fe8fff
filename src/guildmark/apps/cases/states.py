"""The states of a case, the moves between them, and how it can end."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildmark.cores.lifecycle import Lifecycle, Transition


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ADMISSIBLE = "admissible"
    REFUSED = "refused"
    ASSIGNED = "assigned"
    DECIDED = "decided"
    CLOSED = "closed"

    @property
    def label(self) -> Promise:
        """The state as people read it."""
        return STATE_LABELS[self]


class Move(StrEnum):
    """How a case comes from one state to the next."""

    ACKNOWLEDGE = "acknowledge"
    ADMIT = "admit"
    REFUSE = "refuse"
    ASSIGN = "assign"
    DECIDE = "decide"
    CLOSE = "close"

    @property
    def label(self) -> Promise:
        """What happened, as people read it."""
        return MOVE_LABELS[self]


class Outcome(StrEnum):
    """What those who decide on a case find."""

    UPHELD = "upheld"
    PARTLY = "partly upheld"
    NOT_UPHELD = "not upheld"

    @property
    def label(self) -> Promise:
        """The outcome as people read it."""
        return OUTCOME_LABELS[self]


class Hindrance(StrEnum):
    """Why somebody can't act on a case; not which conflict, for that tells who wrote what."""

    OPENED = "opened"
    ROLE = "role"
    DECIDED = "decided"
    CONFLICT = "conflict"

    @property
    def reason(self) -> Promise:
        """The sentence that tells the person why."""
        return REASONS[self]

    @property
    def reason_of_another(self) -> Promise:
        """The sentence, after a name, that tells those who choose who decides."""
        return REASONS_OF_ANOTHER[self]


OPENED, EXTENDED = "open", "extend"
"""What else stands in the history of a case."""
ENDED = frozenset({State.REFUSED, State.DECIDED, State.CLOSED})
"""States in which nothing is due any more."""
RULED = (Move.REFUSE, Move.DECIDE)
"""Moves after which somebody decides on no other case about the same matter."""
CASE = Lifecycle(
    "case",
    State,
    State.RECEIVED,
    (
        Transition(Move.ACKNOWLEDGE, {State.RECEIVED}, State.ACKNOWLEDGED),
        Transition(Move.ADMIT, {State.RECEIVED, State.ACKNOWLEDGED}, State.ADMISSIBLE),
        Transition(Move.REFUSE, {State.RECEIVED, State.ACKNOWLEDGED}, State.REFUSED),
        Transition(Move.ASSIGN, {State.ADMISSIBLE, State.ASSIGNED}, State.ASSIGNED),
        Transition(Move.DECIDE, {State.ASSIGNED}, State.DECIDED),
        Transition(Move.CLOSE, {State.REFUSED, State.DECIDED}, State.CLOSED),
    ),
)
STATE_LABELS: dict[State, Promise] = {
    State.RECEIVED: _("received"),
    State.ACKNOWLEDGED: _("acknowledged"),
    State.ADMISSIBLE: _("admitted"),
    State.REFUSED: _("not admitted"),
    State.ASSIGNED: _("with those who decide"),
    State.DECIDED: _("decided"),
    State.CLOSED: _("closed"),
}
MOVE_LABELS: dict[Move, Promise] = {
    Move.ACKNOWLEDGE: _("Acknowledged"),
    Move.ADMIT: _("Admitted"),
    Move.REFUSE: _("Not admitted"),
    Move.ASSIGN: _("Given to people who decide"),
    Move.DECIDE: _("Decided"),
    Move.CLOSE: _("Closed"),
}
OUTCOME_LABELS: dict[Outcome, Promise] = {
    Outcome.UPHELD: _("upheld: the decision did not stand"),
    Outcome.PARTLY: _("partly upheld"),
    Outcome.NOT_UPHELD: _("not upheld: the decision stands"),
}
REASONS: dict[Hindrance, Promise] = {
    Hindrance.OPENED: _("You opened this case, so other people decide on it."),
    Hindrance.ROLE: _("You had to do with this matter before, so other people decide on it."),
    Hindrance.DECIDED: _(
        "You decided on another case about the same matter, so other people decide on this one."
    ),
    Hindrance.CONFLICT: _("You have a conflict of interest here, so other people decide on it."),
}
REASONS_OF_ANOTHER: dict[Hindrance, Promise] = {
    Hindrance.OPENED: _("opened the case"),
    Hindrance.ROLE: _("had to do with the matter before"),
    Hindrance.DECIDED: _("decided on another case about the same matter"),
    Hindrance.CONFLICT: _("has a conflict of interest"),
}
