"""Delivering events: order, failures, and what happens to those that wait behind them."""

from collections import defaultdict
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from guildmark.apps.audit import queries, services
from guildmark.apps.audit.models import Delivery
from guildmark.apps.audit.services.backoff import backoff
from guildmark.apps.audit.services.deliveries import MAX_ATTEMPTS, deliver
from guildmark.apps.audit.states import DeliveryState
from tests.apps.audit.wall import QUITTING, Painted, Washed, record, refused, seen
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
LATER = timedelta(days=1)


def wash(subject: str, at: datetime, times: int = 1) -> None:
    for _ in range(times):
        record(Washed(), subject=subject, at=at)


def test_an_event_reaches_its_receiver_once(at: datetime) -> None:
    wash("a", at)
    assert services.deliver_due(at=at) == 1
    assert services.deliver_due(at=at) == 0
    assert seen == [("a", 1)]


def test_nobody_receives_what_they_did_not_ask_for(at: datetime) -> None:
    record(Painted("red"), subject="a", at=at)
    assert services.deliver_due(at=at) == 0


def test_events_of_one_subject_arrive_in_order(at: datetime) -> None:
    wash("a", at, times=5)
    services.deliver_due(at=at)
    assert seen == [("a", version) for version in range(1, 6)]


def test_no_more_than_the_limit_is_tried(at: datetime) -> None:
    wash("a", at, times=5)
    assert services.deliver_due(at=at, limit=3) == 3
    assert len(seen) == 3


def test_a_receiver_that_ends_the_program_has_failed_like_any_other(at: datetime) -> None:
    wash(QUITTING, at)
    assert services.deliver_due(at=at) == 1
    assert "SystemExit" in Delivery.objects.get().error


def test_a_failure_keeps_only_its_own_subject_waiting(at: datetime) -> None:
    refused.add("a")
    wash("a", at, times=2)
    wash("b", at, times=2)
    services.deliver_due(at=at)
    assert seen == [("b", 1), ("b", 2)]
    refused.clear()
    assert services.deliver_due(at=at) == 0
    assert services.deliver_due(at=at + backoff(1)) == 2
    assert seen[2:] == [("a", 1), ("a", 2)]


def test_a_failed_receiver_leaves_no_trace_but_its_kind_and_place(at: datetime) -> None:
    refused.add("a")
    wash("a", at)
    services.deliver_due(at=at)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (DeliveryState.WAITING, 1)
    assert "Spilt" in delivery.error
    assert "wall.py" in delivery.error
    assert "secret" not in delivery.error


def test_after_the_last_attempt_a_delivery_is_dead_and_blocks_only_its_subject(
    at: datetime,
) -> None:
    refused.add("a")
    wash("a", at, times=2)
    for attempt in range(MAX_ATTEMPTS):
        assert services.deliver_due(at=at + attempt * LATER) == 1
    wash("b", at)
    assert services.deliver_due(at=at + 100 * LATER) == 1
    assert [str(one) for one in queries.dead_deliveries()] == ["a version 1 to tests:dry: dead"]
    assert seen == [("b", 1)]


def test_a_dead_delivery_can_be_tried_again_and_frees_those_behind_it(at: datetime) -> None:
    wash("a", at, times=2)
    Delivery.objects.filter(version=1).update(state=DeliveryState.DEAD, attempts=MAX_ATTEMPTS)
    assert services.deliver_due(at=at) == 0
    services.retry_delivery(Delivery.objects.get(version=1), at=at)
    assert services.deliver_due(at=at) == 2
    assert seen == [("a", 1), ("a", 2)]


def test_only_a_dead_delivery_can_be_tried_again(at: datetime) -> None:
    wash("a", at)
    with pytest.raises(services.DeliveryNotDead, match="version 1"):
        services.retry_delivery(Delivery.objects.get(), at=at)


def test_a_delivery_that_another_worker_has_done_is_not_done_again(at: datetime) -> None:
    wash("a", at)
    stale = Delivery.objects.get()
    services.deliver_due(at=at)
    assert not deliver(stale, at=at)
    assert seen == [("a", 1)]


def test_a_receiver_that_is_gone_makes_the_delivery_fail_not_vanish(at: datetime) -> None:
    wash("a", at)
    Delivery.objects.update(receiver="tests:gone")
    services.deliver_due(at=at)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (DeliveryState.WAITING, 1)
    assert "EventUnknown" in delivery.error


class TestAnyFailures(TestCase):
    """Whatever fails and however often one tries, versions arrive in order without gaps."""

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(st.sampled_from("abc"), max_size=12),
        st.lists(st.sets(st.sampled_from("abc")), max_size=5),
    )
    def test_versions_arrive_in_order(self, washed: list[str], failing: list[set[str]]) -> None:
        seen.clear()
        for subject in washed:
            wash(subject, NOON)
        for turn, subjects in enumerate([*failing, set()]):
            refused.clear()
            refused.update(subjects)
            services.deliver_due(at=NOON + turn * LATER)
        arrived: defaultdict[str, list[int]] = defaultdict(list)
        for subject, version in seen:
            arrived[subject].append(version)
        assert arrived == {each: list(range(1, washed.count(each) + 1)) for each in set(washed)}
