"""Random histories: one state each, a reason and a notice for every end, figures as recounted."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.models import Event
from guildmark.apps.contributions import queries, services
from guildmark.apps.contributions.figures import computed, figures, of_the_year
from guildmark.apps.contributions.queries import Contribution
from guildmark.apps.contributions.services import ContributionRefused, Joining, Part
from guildmark.apps.contributions.states import Kind, Outcome, State
from guildmark.apps.institute.services import found_institute
from guildmark.apps.mail.models import Message
from guildmark.cores.lifecycle import TransitionRefused
from tests.apps.accounts.factories import staff
from tests.apps.contributions.factories import (
    DETAILS,
    a_standard,
    about,
    accepted,
    acknowledged,
    certified,
    declined,
    feedback,
)
from tests.conftest import NOON

REFUSED = (ContributionRefused, PermissionRefused, TransitionRefused)
ACTS = (
    "send", "acknowledge", "review", "accept", "decline", "merge", "unmerge", "split", "unsplit",
    "withdraw", "join", "leave", "contest", "uphold", "claim", "release", "aim",
)  # fmt: skip
histories = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 5), st.integers(0, 5), st.integers(0, 1)),
    min_size=4,
    max_size=14,
)


class World:
    """Two authors, two triagers, and whatever they sent in."""

    def __init__(self) -> None:
        found_institute(
            name="Example Institute",
            origin="https://example.org",
            contact_email="office@example.org",
            actor=SYSTEM,
            at=NOON,
        )
        a_standard(NOON)
        self.authors = [certified(f"author{n}@example.org", at=NOON) for n in range(2)]
        self.triagers = [staff(Role.TRIAGE, f"triage{n}@example.org") for n in range(2)]
        self.rows: list[Contribution] = [feedback(self.authors[0], at=NOON)]
        self.now = NOON

    def do(self, act: str, first: int, second: int, who: int) -> None:
        """Try something; what the rules refuse changes nothing."""
        self.now += timedelta(hours=7)
        row, other = self._row(first), self._row(second)
        author, triager = self.authors[who], self.triagers[who]
        with suppress(*REFUSED):
            self._act(act, row, other, author, triager)

    def _row(self, number: int) -> Contribution:
        known = Contribution.objects.order_by("pk")
        return known[number % known.count()]

    def _act(
        self, act: str, row: Contribution, other: Contribution, author: Any, triager: Any
    ) -> None:
        at: datetime = self.now
        parts = [Part(about(each), "A point", DETAILS) for each in ("log", "review")]
        acts: dict[str, Callable[[], Any]] = {
            "send": lambda: feedback(author, at=at),
            "acknowledge": lambda: acknowledged(row, actor=triager, at=at),
            "review": lambda: services.review(row, actor=triager, at=at),
            "accept": lambda: accepted(row, actor=triager, at=at),
            "decline": lambda: declined(row, actor=triager, at=at),
            "merge": lambda: services.merge(row, other, text="Same.", actor=triager, at=at),
            "unmerge": lambda: services.unmerge(row, reason="No.", actor=triager, at=at),
            "split": lambda: services.split(row, parts, text="Two.", actor=triager, at=at),
            "unsplit": lambda: services.unsplit(row, reason="One.", actor=triager, at=at),
            "withdraw": lambda: services.withdraw(row, actor=author, at=at),
            "join": lambda: services.join(row, Joining("Me too."), actor=author, at=at),
            "leave": lambda: services.leave(row, actor=author, at=at),
            "contest": lambda: services.contest(row, statement="No.", actor=author, at=at),
            "uphold": lambda: self._uphold(row, at),
            "claim": lambda: services.claim(row, actor=triager, at=at),
            "release": lambda: services.release(row, actor=triager, at=at),
            "aim": lambda: services.aim(row, about("review"), reason="So.", actor=triager, at=at),
        }
        acts[act]()

    def _uphold(self, row: Contribution, at: datetime) -> None:
        if row.steps.filter(move="contest").exists():
            services.carry_out(row.pk, upheld=True, why="Upheld.", actor=None, at=at)


@pytest.mark.django_db
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=histories)
def test_whatever_happens_each_has_one_state_and_each_end_a_reason_and_a_notice(
    db: None, history: list[tuple[str, int, int, int]]
) -> None:
    from django.db import transaction

    with transaction.atomic():
        world = World()
        known: set[int] = set()
        for act in history:
            world.do(*act)
            now = set(Contribution.objects.values_list("pk", flat=True))
            assert known <= now
            known = now
        for row in Contribution.objects.all():
            _check(row)
        _check_figures(world.now)
        transaction.set_rollback(True)


def _check(row: Contribution) -> None:
    """Its state is what its steps lead to, and its end has reason, event and notice."""
    states = [each.target for each in queries.steps(row)]
    assert states[-1] == row.state
    ends = row.steps.filter(target=State.DISPOSED, source__in=[s for s in State if s != "disposed"])
    events = Event.objects.filter(
        subject=f"contributions.contribution:{row.pk}",
        name="contributions:contribution:disposed",
    )
    assert ends.count() == events.count()
    if row.is_open:
        assert (row.outcome, row.reason_code, row.disposed_at) == ("", "", None)
        return
    assert row.reason_code
    assert row.disposed_at
    assert (row.merged_into is not None) == (row.outcome == Outcome.DUPLICATE)
    assert row.author is not None
    told = Message.objects.filter(
        recipient=row.author.email, subject__contains="What became", text__contains=row.number
    )
    assert told.count() >= 1


def _check_figures(at: datetime) -> None:
    """The figures that are shown equal a recount from the events."""
    shown = figures(Kind.FEEDBACK, at=at, since=NOON - timedelta(days=1))
    received = Event.objects.filter(name="contributions:contribution:received")
    disposed: dict[str, str] = {}
    for each in Event.objects.filter(name__startswith="contributions:contribution:").order_by("id"):
        if each.name.endswith(":disposed"):
            disposed[each.subject] = each.payload["outcome"]
        elif each.name.endswith(":moved") and each.payload["move"] == "reopen":
            disposed.pop(each.subject, None)
    assert shown.received == received.count()
    assert shown.waiting == shown.received - len(disposed)
    assert shown.decided == sum(each != Outcome.WITHDRAWN for each in disposed.values())
    for outcome in set(shown.outcomes) | set(disposed.values()):
        assert shown.outcomes.get(outcome, 0) == list(disposed.values()).count(outcome)


def test_the_figures_of_much_are_counted_every_ten_minutes_only(
    edition: Any, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = certified("often@example.org", at=at)
    feedback(holder, at=at)
    assert of_the_year(Kind.FEEDBACK, at=at).received == 1
    monkeypatch.setattr("guildmark.apps.contributions.figures.COUNTED_AT_ONCE", 1)
    feedback(holder, at=at)
    assert of_the_year(Kind.FEEDBACK, at=at).received == 2
    feedback(holder, at=at)
    kept = of_the_year(Kind.FEEDBACK, at=at + timedelta(minutes=9))
    assert (kept.received, kept.at) == (2, at)


def test_figures_of_nothing_are_none_and_of_some_are_medians() -> None:
    nothing = computed([], since=NOON.date(), at=NOON, holidays=frozenset())
    assert (nothing.received, nothing.answer_days, nothing.accepted_share) == (0, None, None)
    days = [timedelta(days=each) for each in (1, 2, 9)]
    rows = [(NOON, NOON + each, NOON + each, "disposed", "accepted") for each in days]
    some = computed(rows, since=NOON.date(), at=NOON, holidays=frozenset())
    assert (some.received, some.answer_days, some.accepted_share) == (3, 2.0, 1.0)
