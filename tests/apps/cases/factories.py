"""Cases for tests: a kind that stands for any, and cases of it in every state."""

from datetime import datetime
from typing import Any

from guildmark.apps.accounts.queries import User
from guildmark.apps.cases import services
from guildmark.apps.cases.queries import Case
from guildmark.apps.cases.services import Finding
from guildmark.apps.cases.slots import CaseKind
from guildmark.apps.cases.states import Outcome, State

KIND, SUBJECT_KIND, SUBJECT = "appeal", "tests.wall", 7
CLOSED_SUBJECT = 13
FINDING = Finding(Outcome.PARTLY, "The second coat was counted twice.")


def refusal(_actor: Any, subject_id: int) -> str | None:
    """Take no appeals about one wall."""
    return "Nothing was decided about this wall." if subject_id == CLOSED_SUBJECT else None


APPEAL = CaseKind(KIND, "Appeal", lambda key: (f"Wall {key}", f"Wall {key} is grey."), refusal)


def opened(person: User, *, at: datetime, subject: int = SUBJECT) -> Case:
    """A case that somebody opened about a wall."""
    return services.open_case(
        KIND, SUBJECT_KIND, subject, statement="It was white.", actor=person, at=at
    )


def brought_to(state: State, case: Case, *, by: User, at: datetime) -> Case:
    """The same case, led by one decision maker to a state on the usual way."""
    if state is State.RECEIVED:
        return case
    case = services.acknowledge(case, actor=by, at=at)
    if state is State.ACKNOWLEDGED:
        return case
    if state is State.REFUSED:
        return services.refuse(case, reason="It is about paint.", actor=by, at=at)
    case = services.admit(case, reason="It is about the wall.", actor=by, at=at)
    if state is State.ADMISSIBLE:
        return case
    case = services.assign(case, [by], actor=by, at=at)
    if state is State.ASSIGNED:
        return case
    case = services.decide(case, FINDING, actor=by, at=at)
    return case if state is State.DECIDED else services.close(case, actor=by, at=at)
