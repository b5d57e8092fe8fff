"""Public figures of the queue: how much came in, how fast it was answered, how it ended."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from guildmark.apps.institute import queries as institutes
from guildmark.cores import workdays

from . import clocks
from .models import Contribution
from .states import Outcome, State

A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of contributions since a day; days are working days, None where there is nothing.

    `answered` were acknowledged or decided on, `decided` have an outcome that their author did not
    bring about. `weighed` were accepted or declined, `accepted_share` of them accepted.
    """

    since: date
    received: int
    answered: int
    decided: int
    waiting: int
    outcomes: dict[str, int]
    answer_days: float | None
    decision_days: float | None
    weighed: int
    accepted_share: float | None


Row = tuple[datetime, datetime | None, datetime | None, str, str]


def figures(kind: str, *, at: datetime, since: datetime | None = None) -> Figures:
    """Return the figures of a kind of contribution; for the last year where no day is given."""
    begin = since or at - A_YEAR
    rows: Iterable[Row] = Contribution.objects.filter(
        kind=kind, received_at__gte=begin, received_at__lte=at, suspicion=""
    ).values_list("received_at", "acknowledged_at", "disposed_at", "state", "outcome")
    return computed(rows, since=clocks.day_of(begin), holidays=institutes.holidays())


def computed(rows: Iterable[Row], *, since: date, holidays: frozenset[date]) -> Figures:
    """Compute the figures of rows of (received, acknowledged, decided, state, outcome)."""
    known = list(rows)
    answered = [each for each in known if each[1] or each[2]]
    ended = [each for each in known if each[4]]
    decided = [each for each in ended if each[4] != Outcome.WITHDRAWN]
    outcomes = Counter(each[4] for each in ended)
    weighed = outcomes[Outcome.ACCEPTED] + outcomes[Outcome.DECLINED]
    return Figures(
        since=since,
        received=len(known),
        answered=len(answered),
        decided=len(decided),
        waiting=sum(each[3] != State.DISPOSED for each in known),
        outcomes=dict(outcomes),
        answer_days=_median(((each[0], each[1] or each[2]) for each in answered), holidays),
        decision_days=_median(((each[0], each[2]) for each in decided), holidays),
        weighed=weighed,
        accepted_share=outcomes[Outcome.ACCEPTED] / weighed if weighed else None,
    )


def _median(
    spans: Iterable[tuple[datetime, datetime | None]], holidays: frozenset[date]
) -> float | None:
    days = [
        workdays.between(clocks.day_of(begin), clocks.day_of(end), holidays)
        for begin, end in spans
        if end is not None
    ]
    return float(median(days)) if days else None
