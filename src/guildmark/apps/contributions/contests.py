"""Contributions as others know them: what can be contested, and what one can be conflicted with."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.apps.accounts.slots import Text
from guildmark.apps.assignments.slots import Found, SubjectKind
from guildmark.apps.cases.slots import CaseKind

from . import policies, queries, ruling
from .models import Contribution
from .services import CASE_KIND, SUBJECT_KIND
from .states import Move, Outcome


def told(key: int) -> tuple[str, str]:
    """Return the summary of a contribution, its words, and the decision; nobody is named."""
    row = Contribution.objects.select_related("rules").get(pk=key)
    parts = [row.target_label, row.details, row.seen, row.proposed, *_decision(row)]
    return row.summary, "\n\n".join(each for each in parts if each)


def _decision(row: Contribution) -> list[str]:
    """Return the last decision with its answer, also where it does not stand any more."""
    step = row.steps.filter(move=Move.DISPOSE.value).order_by("-at", "-pk").first()
    if step is None:
        return []
    words = {
        "outcome": Outcome(step.outcome).label,
        "reason": ruling.reason_text(row.rules, step.outcome, step.reason_code),
    }
    return [_("The decision: %(outcome)s. %(reason)s") % words, step.text]


def refusal(actor: Any, key: int) -> Text | None:
    """Return why somebody may not contest the decision on a contribution, or None."""
    row = Contribution.objects.filter(pk=key).first()
    return policies.CONTRIBUTION_CONTEST.refusal(actor, row) if row else _("There is no decision.")


def find(actor: Any, number: str, at: datetime) -> Found | None:
    """Return a contribution of the queue that an actor may read."""
    named = queries.by_number(number)
    readable = queries.visible_to(actor, at=at)
    row = readable.filter(pk=named.pk).first() if named is not None else None
    if row is None:
        return None
    return Found(
        SUBJECT_KIND, row.pk, row.summary, reverse("contributions:triage", args=[row.number])
    )


def number(key: int) -> str:
    """Return the reference of a contribution."""
    return Contribution.objects.filter(pk=key).values_list("number", flat=True).first() or ""


CONTEST = CaseKind(CASE_KIND, gettext_lazy("Contest of a decision"), told, refusal)
SUBJECT = SubjectKind(SUBJECT_KIND, gettext_lazy("contribution"), find, number)
