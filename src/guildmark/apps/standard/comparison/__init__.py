"""What changed between two editions, computed from their texts and from the recorded lineage."""

from .changes import Change, Comparison, DomainChange, ReusedLabel, compare
from .lineage import Relation, Step, relate
from .linting import Finding, lint
from .suggestions import Suggestion, suggest

__all__ = [
    "Change",
    "Comparison",
    "DomainChange",
    "Finding",
    "Relation",
    "ReusedLabel",
    "Step",
    "Suggestion",
    "compare",
    "lint",
    "relate",
    "suggest",
]
