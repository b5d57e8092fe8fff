"""The kinds of relation between a person and a subject, and between two people."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class RelationKind(StrEnum):
    """What a person is to a subject, told by the context that the subject belongs to.

    NONE is what somebody states who looked and found no conflict. FIRM has no person: the subject
    is about a firm, such as the maker of what failed.
    """

    AUTHOR = "author"
    VOICE = "voice"
    DECIDER = "decider"
    EARLIER_ROLE = "earlier role"
    DECLARED = "declared"
    RECUSED = "recused"
    NONE = "none"
    FIRM = "firm"

    @property
    def label(self) -> Promise:
        """What somebody said of themselves, or is, as people read it."""
        return RELATION_LABELS[self]


class TieKind(StrEnum):
    """What two people are to one another."""

    MENTOR = "mentor"
    FAMILY = "family"
    COAUTHOR = "co-author"
    OTHER = "other"

    @property
    def label(self) -> Promise:
        """The tie as people read it."""
        return TIE_LABELS[self]


class ConflictKind(StrEnum):
    """Why a person can't act on a subject."""

    AUTHOR = "author"
    VOICE = "voice"
    EARLIER_ROLE = "earlier role"
    DECLARED = "declared"
    RECUSED = "recused"
    EMPLOYER = "employer"
    VENDOR = "vendor"
    FIRM = "firm"
    TIE = "tie"

    @property
    def reason(self) -> Promise:
        """The sentence that tells the person why."""
        return REASONS[self]

    @property
    def reason_of_another(self) -> Promise:
        """The sentence that tells somebody else why this person can't act."""
        return REASONS_OF_ANOTHER[self]


OWN = {
    RelationKind.AUTHOR: ConflictKind.AUTHOR,
    RelationKind.VOICE: ConflictKind.VOICE,
    RelationKind.EARLIER_ROLE: ConflictKind.EARLIER_ROLE,
    RelationKind.DECLARED: ConflictKind.DECLARED,
    RelationKind.RECUSED: ConflictKind.RECUSED,
}
"""Relations of a person that are a conflict by themselves; having decided is none."""
RELATION_LABELS: dict[RelationKind, Promise] = {
    RelationKind.AUTHOR: _("You wrote it"),
    RelationKind.VOICE: _("You added your voice"),
    RelationKind.DECIDER: _("You decided on it"),
    RelationKind.EARLIER_ROLE: _("You decided on it before"),
    RelationKind.DECLARED: _("You have a conflict of interest"),
    RelationKind.RECUSED: _("You stepped back"),
    RelationKind.NONE: _("You looked, and have no conflict of interest"),
    RelationKind.FIRM: _("It is about a firm"),
}
TIE_LABELS: dict[TieKind, Promise] = {
    TieKind.MENTOR: _("one mentors or trains the other"),
    TieKind.FAMILY: _("family, or as close"),
    TieKind.COAUTHOR: _("wrote or built something together"),
    TieKind.OTHER: _("something else that others would want to know"),
}
REASONS: dict[ConflictKind, Promise] = {
    ConflictKind.AUTHOR: _("It is your own."),
    ConflictKind.VOICE: _("You added your voice to it."),
    ConflictKind.EARLIER_ROLE: _("You decided on it before, and that was contested."),
    ConflictKind.DECLARED: _("You declared a conflict of interest with it."),
    ConflictKind.RECUSED: _("You recused yourself from it."),
    ConflictKind.EMPLOYER: _(
        "Its author works, or worked within the last 24 months, for an employer of yours or of "
        "the same family."
    ),
    ConflictKind.VENDOR: _("You declared an interest in a firm for which its author works."),
    ConflictKind.FIRM: _(
        "It is about a firm in which you declared an interest, or for which you work or worked "
        "within the last 24 months."
    ),
    ConflictKind.TIE: _("You or its author declared that you are close to one another."),
}
REASONS_OF_ANOTHER: dict[ConflictKind, Promise] = {
    ConflictKind.AUTHOR: _("It is this person's own."),
    ConflictKind.VOICE: _("This person added a voice to it."),
    ConflictKind.EARLIER_ROLE: _("This person decided on it before, and that was contested."),
    ConflictKind.DECLARED: _("This person declared a conflict of interest with it."),
    ConflictKind.RECUSED: _("This person stepped back from it."),
    ConflictKind.EMPLOYER: _(
        "Its author and this person work, or worked within the last 24 months, for the same "
        "family of employers."
    ),
    ConflictKind.VENDOR: _("This person has an interest in a firm for which its author works."),
    ConflictKind.FIRM: _("It is about a firm for which this person works, or has an interest in."),
    ConflictKind.TIE: _("This person and its author are close to one another."),
}
