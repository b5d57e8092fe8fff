"""What this context puts into the slots below: personal data, closing an account."""

from datetime import datetime
from typing import Any

from . import queries
from .models import Relation, Tie


def personal_data(person: Any) -> dict[str, Any]:
    """Return what a person declared, and that others named them, ready for JSON."""
    return {
        "conflicts": [
            {
                "kind": each.kind,
                "about": f"{each.subject_kind}:{each.subject_id}",
                "reason": each.reason,
                "since": each.since.isoformat(),
                "until": each.until.isoformat() if each.until else None,
            }
            for each in queries.declared_by(person)
        ],
        "ties": [
            {
                "kind": each.kind,
                "declared": each.declared_at.isoformat(),
                "ended": each.ended_at.isoformat() if each.ended_at else None,
            }
            for each in queries.ties(person)
        ],
        "ties_declared_by_others": [
            {
                "kind": each.kind,
                "declared": each.declared_at.isoformat(),
                "ended": each.ended_at.isoformat() if each.ended_at else None,
            }
            for each in queries.ties_named_in(person)
        ],
    }


def close_account(person: Any, at: datetime) -> None:
    """End what the person declared and what was declared about them, and erase the reasons.

    Who was author or decider stays known by the row of the closed account, which has no name.
    """
    Relation.objects.filter(person=person).exclude(reason="").update(reason="")
    for ties in (Tie.objects.filter(declared_by=person), Tie.objects.filter(other=person)):
        ties.filter(ended_at=None).update(ended_at=at)
