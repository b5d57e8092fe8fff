"""The classes of change, and the reasons that lead to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class ChangeClass(StrEnum):
    """The classes of change, from the lightest to the heaviest.

    UNCHANGED: identical apart from white space. EDITORIAL: spelling, marks, grammar, voice,
    numbering, layout, or rewording that is uniform over an edition. CLARIFICATION: words that
    explain, give examples, make explicit or rearrange what was asked already. SUBSTANTIVE: what
    must be done changed. FORCE: how strongly it is asked changed ("shall" and "should").
    """

    UNCHANGED = "unchanged"
    EDITORIAL = "editorial"
    CLARIFICATION = "clarification"
    SUBSTANTIVE = "substantive"
    FORCE = "force"


class ReasonCode(StrEnum):
    """What was found to have changed."""

    WHITE_SPACE = "white space"
    LAYOUT = "layout"
    SPELLING = "spelling"
    GRAMMAR = "grammar"
    UNIFORM_WORDING = "uniform wording"
    PARAMETER_MOVED = "parameter moved"
    PARAMETER_RENAMED = "parameter renamed"
    EXAMPLES = "examples"
    EXPLANATION = "explanation"
    SYNONYM = "synonym"
    REARRANGED = "rearranged"
    CONDITION = "condition"
    NEGATION = "negation"
    NUMBER = "number"
    PARAMETER = "parameter"
    ADDED_DUTY = "added duty"
    DROPPED_DUTY = "dropped duty"
    CHANGED_DUTY = "changed duty"
    FORCE_WORD = "force word"


_CODES: dict[ChangeClass, tuple[ReasonCode, ...]] = {
    ChangeClass.UNCHANGED: (ReasonCode.WHITE_SPACE,),
    ChangeClass.EDITORIAL: (
        ReasonCode.LAYOUT,
        ReasonCode.SPELLING,
        ReasonCode.GRAMMAR,
        ReasonCode.UNIFORM_WORDING,
        ReasonCode.PARAMETER_MOVED,
    ),
    ChangeClass.CLARIFICATION: (
        ReasonCode.PARAMETER_RENAMED,
        ReasonCode.EXAMPLES,
        ReasonCode.EXPLANATION,
        ReasonCode.SYNONYM,
        ReasonCode.REARRANGED,
    ),
    ChangeClass.SUBSTANTIVE: (
        ReasonCode.CONDITION,
        ReasonCode.NEGATION,
        ReasonCode.NUMBER,
        ReasonCode.PARAMETER,
        ReasonCode.ADDED_DUTY,
        ReasonCode.DROPPED_DUTY,
        ReasonCode.CHANGED_DUTY,
    ),
    ChangeClass.FORCE: (ReasonCode.FORCE_WORD,),
}
CLASS_OF = {code: change_class for change_class, codes in _CODES.items() for code in codes}
"""The class that each reason makes at least; the heaviest reason decides."""

_WEIGHT = {change_class: weight for weight, change_class in enumerate(ChangeClass)}


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that changed: its code and the words concerned, in lower case."""

    code: ReasonCode
    old: str = ""
    new: str = ""

    @property
    def weight(self) -> int:
        """How heavy the class of the reason is; 0 is the lightest."""
        return _WEIGHT[CLASS_OF[self.code]]


def heaviest(classes: Iterable[ChangeClass]) -> ChangeClass:
    """Return the heaviest of the classes; UNCHANGED if there are none."""
    return max(classes, key=_WEIGHT.__getitem__, default=ChangeClass.UNCHANGED)
