"""The states of a contribution, the moves between them, and how it can end."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildmark.cores.lifecycle import Lifecycle, Transition


class Labelled(StrEnum):
    """Words that are kept in the database, each with what people read."""

    @property
    def label(self) -> Promise:
        """The word as people read it."""
        return LABELS[type(self), self]


class Kind(Labelled):
    """What somebody sends in."""

    FEEDBACK = "feedback"
    CONTACT = "contact"


class Concern(Labelled):
    """What feedback on the framework says of its target."""

    GAP = "gap"
    OUTDATED = "outdated requirement"
    EXPANSION = "expansion"


class State(Labelled):
    """Where a contribution stands."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IN_REVIEW = "in review"
    DISPOSED = "disposed"


class Move(Labelled):
    """How a contribution comes from one state to the next."""

    ACKNOWLEDGE = "acknowledge"
    REVIEW = "take into review"
    DISPOSE = "dispose"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


class Trace(Labelled):
    """What else is told in the history of a contribution, without a change of its state."""

    SEND = "send"
    CLAIM = "claim"
    RELEASE = "release"
    AIM = "aim at another target"
    SUMMARISE = "word the summary anew"
    JOIN = "join"
    LEAVE = "leave"
    MERGE = "take in a duplicate"
    UNMERGE = "let a duplicate go"
    SPLIT = "split"
    UNSPLIT = "take a split back"
    REPLY = "reply"
    ESCALATE = "escalate"
    CONTEST = "contest"
    CONVERT = "convert"
    VOUCH = "find a person behind it"


class Outcome(Labelled):
    """How a contribution ends."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    DECLINED = "declined"
    CONVERTED = "converted"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Credit(Labelled):
    """How a contributor is named where the contribution led to something."""

    NONE = "none"
    HANDLE = "handle"
    NAMED = "named"


class AiHelp(Labelled):
    """What part an AI system had in the words of a contribution."""

    NONE = "none"
    WORDING = "wording"
    CONTENT = "content"


class Standing(Labelled):
    """How the contributor's credential stood when the contribution came in."""

    VALID = "valid"
    EXPIRED = "expired"
    NONE = "none"


CONTRIBUTION = Lifecycle(
    "contribution",
    State,
    State.RECEIVED,
    (
        Transition(Move.ACKNOWLEDGE, {State.RECEIVED}, State.ACKNOWLEDGED),
        Transition(Move.REVIEW, {State.RECEIVED, State.ACKNOWLEDGED}, State.IN_REVIEW),
        Transition(
            Move.DISPOSE, {State.RECEIVED, State.ACKNOWLEDGED, State.IN_REVIEW}, State.DISPOSED
        ),
        Transition(
            Move.WITHDRAW, {State.RECEIVED, State.ACKNOWLEDGED, State.IN_REVIEW}, State.DISPOSED
        ),
        Transition(Move.REOPEN, {State.DISPOSED}, State.IN_REVIEW),
    ),
)
OUTCOMES: dict[Kind, tuple[Outcome, ...]] = {
    Kind.FEEDBACK: (Outcome.ACCEPTED, Outcome.DECLINED, Outcome.DUPLICATE),
    Kind.CONTACT: (Outcome.ANSWERED, Outcome.CONVERTED, Outcome.DECLINED),
}
"""How who reads the queue can end a contribution of each kind."""

_LABELS: tuple[tuple[Labelled, Promise], ...] = (
    (Kind.FEEDBACK, _("framework feedback")),
    (Kind.CONTACT, _("message to the institute")),
    (Concern.GAP, _("Something is missing")),
    (Concern.OUTDATED, _("A requirement is outdated or wrong")),
    (Concern.EXPANSION, _("A domain should cover more")),
    (State.RECEIVED, _("received")),
    (State.ACKNOWLEDGED, _("acknowledged")),
    (State.IN_REVIEW, _("in review")),
    (State.DISPOSED, _("decided")),
    (Move.ACKNOWLEDGE, _("Acknowledged")),
    (Move.REVIEW, _("Taken into review")),
    (Move.DISPOSE, _("Decided")),
    (Move.WITHDRAW, _("Withdrawn by its author")),
    (Move.REOPEN, _("Opened again")),
    (Trace.SEND, _("Received")),
    (Trace.CLAIM, _("Taken on by somebody")),
    (Trace.RELEASE, _("Given back to the queue")),
    (Trace.AIM, _("Aimed at another target")),
    (Trace.SUMMARISE, _("Public summary worded anew")),
    (Trace.JOIN, _("Another voice joined")),
    (Trace.LEAVE, _("A voice left")),
    (Trace.MERGE, _("A duplicate was taken in")),
    (Trace.UNMERGE, _("A duplicate was let go again")),
    (Trace.SPLIT, _("Split into parts")),
    (Trace.UNSPLIT, _("The split was taken back")),
    (Trace.REPLY, _("A message was written")),
    (Trace.ESCALATE, _("Overdue: told to everybody who can help")),
    (Trace.CONTEST, _("Contested by its author")),
    (Trace.VOUCH, _("Found to come from a person")),
    (Trace.CONVERT, _("Turned into framework feedback")),
    (Outcome.ACCEPTED, _("accepted as evidence")),
    (Outcome.DUPLICATE, _("joined to one that says the same")),
    (Outcome.DECLINED, _("declined")),
    (Outcome.CONVERTED, _("turned into something else")),
    (Outcome.ANSWERED, _("answered")),
    (Outcome.WITHDRAWN, _("withdrawn by its author")),
    (Credit.NONE, _("not at all")),
    (Credit.HANDLE, _("by my public handle")),
    (Credit.NAMED, _("by my name")),
    (AiHelp.NONE, _("no AI system had a part in it")),
    (AiHelp.WORDING, _("an AI system helped with the wording")),
    (AiHelp.CONTENT, _("an AI system wrote or suggested parts of the content")),
    (Standing.VALID, _("valid credential")),
    (Standing.EXPIRED, _("expired credential")),
    (Standing.NONE, _("no credential")),
)
# By kind as well: several kinds have the word "none".
LABELS = {(type(word), word): label for word, label in _LABELS}
