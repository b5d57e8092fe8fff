"""The states of a credential, the moves between them, and why a move is made."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildmark.cores.lifecycle import Lifecycle, Transition


class State(StrEnum):
    """What the registry holds of a credential. Whether it has expired is asked of the clock."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    SURRENDERED = "surrendered"


class Move(StrEnum):
    """How a credential comes from one state to the next."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
    SUPERSEDE = "supersede"
    SURRENDER = "surrender"

    @property
    def label(self) -> Promise:
        """The move as people read it on a button."""
        return MOVE_LABELS[self]


class Standing(StrEnum):
    """What a verifier is told: the state and the clock together."""

    VALID = "valid"
    NOT_YET_VALID = "not yet valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    SURRENDERED = "surrendered"

    @property
    def label(self) -> Promise:
        """The standing as people read it."""
        return STANDING_LABELS[self]


class Cause(StrEnum):
    """Why a credential was moved, from a closed list; the public text says it in words."""

    INVESTIGATION = "under investigation"
    HOLDER_ASKED = "asked for by the holder"
    CLEARED = "cleared"
    ISSUED_IN_ERROR = "issued in error"
    EXAM_IRREGULARITY = "irregularity in an assessment"
    MISCONDUCT = "breach of the code of conduct"
    RENEWED = "renewed"
    REPLACED = "replaced"

    @property
    def label(self) -> Promise:
        """The cause as people read it."""
        return CAUSE_LABELS[self]


class ShownAs(StrEnum):
    """How the holder is named to whoever looks the credential up."""

    ID_ONLY = "id only"
    HANDLE = "handle"
    NAME = "name"

    @property
    def label(self) -> Promise:
        """The choice as people read it."""
        return SHOWN_AS_LABELS[self]


class ProposalState(StrEnum):
    """Where something stands that needs a second person."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What a policy can ask a second person for."""

    AWARD = "award"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
    SUPERSEDE = "supersede"
    SURRENDER = "surrender"


class Outcome(StrEnum):
    """What became of a component, such as an exam."""

    PASSED = "passed"
    NOT_PASSED = "not passed"

    @property
    def label(self) -> Promise:
        """The outcome as people read it."""
        return OUTCOME_LABELS[self]


CREDENTIAL = Lifecycle(
    "credential",
    State,
    State.ACTIVE,
    (
        Transition(Move.SUSPEND, {State.ACTIVE}, State.SUSPENDED),
        Transition(Move.REINSTATE, {State.SUSPENDED}, State.ACTIVE),
        Transition(Move.REVOKE, {State.ACTIVE, State.SUSPENDED}, State.REVOKED),
        Transition(Move.SUPERSEDE, {State.ACTIVE}, State.SUPERSEDED),
        Transition(Move.SURRENDER, {State.ACTIVE}, State.SURRENDERED),
    ),
)
PROPOSAL = Lifecycle(
    "proposal",
    ProposalState,
    ProposalState.OPEN,
    (
        Transition("approve", {ProposalState.OPEN}, ProposalState.APPROVED),
        Transition("refuse", {ProposalState.OPEN}, ProposalState.REFUSED),
        Transition("withdraw", {ProposalState.OPEN}, ProposalState.WITHDRAWN),
    ),
)
CAUSES: dict[Move, tuple[Cause, ...]] = {
    Move.SUSPEND: (Cause.INVESTIGATION, Cause.HOLDER_ASKED),
    Move.REINSTATE: (Cause.CLEARED, Cause.HOLDER_ASKED),
    Move.REVOKE: (Cause.ISSUED_IN_ERROR, Cause.EXAM_IRREGULARITY, Cause.MISCONDUCT),
    Move.SUPERSEDE: (Cause.RENEWED, Cause.REPLACED),
    Move.SURRENDER: (Cause.HOLDER_ASKED,),
}
"""The causes that each move can have."""

MOVE_LABELS: dict[Move, Promise] = {
    Move.SUSPEND: _("Suspend"),
    Move.REINSTATE: _("Reinstate"),
    Move.REVOKE: _("Revoke"),
    Move.SUPERSEDE: _("Supersede"),
    Move.SURRENDER: _("Surrender"),
}
STANDING_LABELS: dict[Standing, Promise] = {
    Standing.VALID: _("valid"),
    Standing.NOT_YET_VALID: _("not yet valid"),
    Standing.EXPIRED: _("expired"),
    Standing.SUSPENDED: _("suspended"),
    Standing.REVOKED: _("revoked"),
    Standing.SUPERSEDED: _("superseded"),
    Standing.SURRENDERED: _("surrendered"),
}
CAUSE_LABELS: dict[Cause, Promise] = {
    Cause.INVESTIGATION: _("under investigation"),
    Cause.HOLDER_ASKED: _("asked for by the holder"),
    Cause.CLEARED: _("cleared"),
    Cause.ISSUED_IN_ERROR: _("issued in error"),
    Cause.EXAM_IRREGULARITY: _("irregularity in an assessment"),
    Cause.MISCONDUCT: _("breach of the code of conduct"),
    Cause.RENEWED: _("renewed"),
    Cause.REPLACED: _("replaced"),
}
SHOWN_AS_LABELS: dict[ShownAs, Promise] = {
    ShownAs.ID_ONLY: _("by the id only"),
    ShownAs.HANDLE: _("by a public handle"),
    ShownAs.NAME: _("by name"),
}
OUTCOME_LABELS: dict[Outcome, Promise] = {
    Outcome.PASSED: _("passed"),
    Outcome.NOT_PASSED: _("not passed"),
}
