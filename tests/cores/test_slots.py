import doctest

import pytest

from guildmark.cores.slots import Slot, slot

pytestmark = pytest.mark.once


def test_the_example_in_the_documentation_runs() -> None:
    result = doctest.testmod(slot)
    assert result.attempted >= 5
    assert result.failed == 0


def test_providers_come_by_order_and_then_by_name() -> None:
    panel: Slot[str] = Slot("panel")
    panel.register("late", name="a", order=5)
    panel.register("second", name="c")
    panel.register("first", name="b")
    panel.register("early", name="z", order=-1)
    assert list(panel) == ["early", "first", "second", "late"]
    assert panel.names == ("z", "b", "c", "a")
    assert len(panel) == 4


def test_the_order_of_registration_does_not_matter() -> None:
    one: Slot[int] = Slot("one")
    two: Slot[int] = Slot("two")
    entries = [(1, "x", 0), (2, "y", 0), (3, "w", 9)]
    for provider, name, order in entries:
        one.register(provider, name=name, order=order)
    for provider, name, order in reversed(entries):
        two.register(provider, name=name, order=order)
    assert list(one) == list(two) == [1, 2, 3]


def test_registering_the_same_object_again_changes_nothing() -> None:
    panel: Slot[object] = Slot("panel")
    provider = object()
    assert panel.register(provider, name="it") is provider
    assert panel.register(provider, name="it") is provider
    assert list(panel) == [provider]


def test_another_provider_under_a_taken_name_is_refused_and_the_first_stays() -> None:
    panel: Slot[object] = Slot("panel")
    first = panel.register(object(), name="it")
    with pytest.raises(ValueError, match='"panel" already has a provider called "it"'):
        panel.register(object(), name="it")
    assert list(panel) == [first]


def test_the_same_provider_with_another_order_is_refused() -> None:
    panel: Slot[str] = Slot("panel")
    panel.register("it", name="it", order=1)
    with pytest.raises(ValueError, match="order 1"):
        panel.register("it", name="it", order=2)


def test_an_empty_slot_gives_nothing() -> None:
    empty: Slot[str] = Slot("empty")
    assert list(empty) == []
    assert len(empty) == 0
    assert repr(empty) == "Slot('empty', names=[])"
