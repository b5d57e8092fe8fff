"""What this context puts into the slots below: masthead, desk, personal data, subjects."""

from datetime import datetime, time
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.apps.accounts.slots import DeskItem, DeskSection, Link, Text
from guildmark.apps.assignments.slots import Found, SubjectKind
from guildmark.apps.audit import services as audit

from . import policies, queries, slots
from .models import Case
from .states import State


def link(request: HttpRequest) -> Link | None:
    """Lead decision makers to the cases from every page."""
    if not request.user.is_authenticated or not policies.is_decision_maker.test(request.user):
        return None
    return Link(title=gettext_lazy("Cases"), url_name="cases:cases")


def own(request: HttpRequest) -> DeskSection | None:
    """Show a person what became of what they contested, until it is closed."""
    rows = queries.own(request.user).exclude(state=State.CLOSED.value)
    items = [_item(each, each.outcome_label or _about(each)) for each in rows]
    if not items:
        return None
    return DeskSection(title=_("What you contested"), empty_text="", items=items)


def waiting(request: HttpRequest) -> DeskSection | None:
    """Show decision makers the cases that wait for them."""
    if not policies.is_decision_maker.test(request.user):
        return None
    rows = queries.waiting_for(request.user, at=timezone.now())
    return DeskSection(
        title=_("Cases to decide"),
        empty_text=_("Contests that you may decide on will appear here."),
        items=[_item(each, _about(each)) for each in rows],
    )


def stuck(request: HttpRequest) -> DeskSection | None:
    """Tell administrators that a case waits for somebody independent, and not which."""
    if not policies.is_administrator_here.test(request.user):
        return None
    if not queries.is_any_stuck(at=timezone.now()):
        return None
    item = DeskItem(
        title=_("Give the role “decision maker” to somebody independent"),
        url=reverse("accounts:people"),
        detail=_(
            "A case waits that nobody may decide on: everybody who could had to do with the matter."
        ),
    )
    return DeskSection(title=_("Nobody may decide on a case"), empty_text="", items=[item])


def find(actor: Any, number: str, _at: datetime) -> Found | None:
    """Return a case that an actor may read, for declaring a conflict with it."""
    row = queries.by_number(number)
    if row is None or not policies.CASE_READ.allows(actor, row):
        return None
    address = reverse("cases:case", args=[row.number])
    return Found(queries.SUBJECT_KIND, row.pk, row.number, address)


def number(key: int) -> str:
    """Return the number of a case."""
    row = Case.objects.filter(pk=key).first()
    return row.number if row is not None else ""


SUBJECT = SubjectKind(queries.SUBJECT_KIND, gettext_lazy("case"), find, number)


def personal_data(person: Any) -> dict[str, Any]:
    """Return what a person contested and what they were to decide, ready for JSON."""
    return {
        "cases": [_own_as_data(each) for each in queries.own(person)],
        "cases_to_decide": [
            {"number": each.case.number, "given": each.assigned_at.isoformat()}
            for each in queries.given_to(person)
        ],
    }


def close_account(person: Any, _at: datetime) -> None:
    """Cut the person loose from what they contested.

    Who decided stays known by the row of the closed account, which has no name.
    """
    for each in Case.objects.select_for_update().filter(opened_by=person):
        each.opened_by = None
        each.save(update_fields=["opened_by"])
        audit.forget(f"cases.case:{each.pk}")


def _own_as_data(row: Case) -> dict[str, Any]:
    return {
        "number": row.number,
        "statement": row.statement,
        "opened": row.opened_at.isoformat(),
        "state": row.state,
        "outcome": row.outcome,
        "reason": row.reason,
        "steps": [
            {"move": each.move, "at": each.at.isoformat(), "text": each.text}
            for each in queries.steps(row)
        ],
    }


def _about(row: Case) -> str:
    title, _text = slots.told(row.kind, row.subject_id)
    return f"{slots.title_of(row.kind)}: {title}" if title else str(slots.title_of(row.kind))


def _item(row: Case, detail: Text) -> DeskItem:
    due = timezone.make_aware(datetime.combine(row.due, time.max)) if row.due else None
    return DeskItem(
        title=row.number,
        url=reverse("cases:case", args=[row.number]),
        detail=detail,
        state=row.state,
        due=due,
    )
