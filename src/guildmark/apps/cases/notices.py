"""What who opened a case and those who decide are told by mail."""

from datetime import datetime
from typing import Any

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.states import Role
from guildmark.apps.institute import queries as institutes
from guildmark.apps.mail import services as mail
from guildmark.apps.mail.states import DECISION

from .models import Case
from .states import Move


def tell_opened(case: Case, *, stuck: bool, at: datetime) -> None:
    """Confirm that a case is there, with its number, and say where nobody can decide on it."""
    _tell("case_opened", case, {"stuck": stuck}, to=case.opened_by, at=at)


def tell_moved(case: Case, move: Move, text: str, *, at: datetime) -> None:
    """Tell who opened it what happened."""
    if case.opened_by is not None:
        words = {"what": move.label, "text": text, "decided": move is Move.DECIDE}
        _tell("case_moved", case, words, to=case.opened_by, at=at)


def tell_extended(case: Case, reason: str, *, at: datetime) -> None:
    """Tell who opened it that it takes longer, and why."""
    if case.opened_by is not None:
        _tell("case_extended", case, {"text": reason}, to=case.opened_by, at=at)


def tell_assigned(case: Case, person: Any, *, at: datetime) -> None:
    """Tell somebody that they are to decide."""
    _tell("case_assigned", case, {}, to=person, at=at)


def tell_waiting(case: Case, person: Any, *, at: datetime) -> None:
    """Tell an independent decision maker that somebody has to read it."""
    _tell("case_waiting", case, {}, to=person, at=at)


def tell_stuck(*, at: datetime) -> None:
    """Ask the administrators for a decision maker who is independent, without saying of what."""
    for each in accounts.people_with_role(Role.ADMINISTRATOR):
        words = {"address": institutes.address("accounts:people")}
        mail.send(kind=DECISION.name, to=each, template="case_stuck", context=words, at=at)


def _tell(template: str, case: Case, context: dict[str, Any], *, to: Any, at: datetime) -> None:
    words = {"case": case, "address": institutes.address("cases:case", case.number), **context}
    mail.send(kind=DECISION.name, to=to, template=template, context=words, at=at)
