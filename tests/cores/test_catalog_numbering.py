import doctest
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.cores.catalog import ChangeClass, Level, level, next_number, numbering

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("previous", "raised", "number"),
    [
        ("1.0", Level.MINOR, "1.1"),
        ("1.1", Level.PATCH, "1.1.1"),
        ("1.1.3", Level.MINOR, "1.2"),
        ("1.1.9", Level.PATCH, "1.1.10"),
        ("1.4", Level.MAJOR, "2.0"),
        ("9.9.9", Level.MAJOR, "10.0"),
    ],
)
def test_a_release_raises_one_part_of_the_number(previous: str, raised: Level, number: str) -> None:
    assert next_number(previous, raised) == number


@pytest.mark.parametrize(
    "previous", ["", "1", "1.2.3.4", "1.x", "v1.0", "1.-1", "1.0 ", "\u0663.\u0661"]
)
def test_a_number_that_cannot_be_counted_on_is_refused_with_what_to_do(previous: str) -> None:
    with pytest.raises(ValueError, match="two or three whole numbers") as refused:
        next_number(previous, Level.MINOR)
    assert f'"{previous}"' in str(refused.value)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ([], None),
        ([ChangeClass.UNCHANGED], None),
        ([ChangeClass.EDITORIAL], Level.PATCH),
        ([ChangeClass.CLARIFICATION, ChangeClass.UNCHANGED], Level.PATCH),
        ([ChangeClass.EDITORIAL, ChangeClass.SUBSTANTIVE], Level.MINOR),
        ([ChangeClass.FORCE], Level.MINOR),
    ],
)
def test_the_strongest_change_of_text_decides(
    classes: list[ChangeClass], expected: Level | None
) -> None:
    assert level(domains_changed=False, classes=classes, new_or_withdrawn=False) is expected


def test_a_new_or_withdrawn_requirement_is_minor_and_another_set_of_domains_major() -> None:
    assert level(domains_changed=False, classes=[], new_or_withdrawn=True) is Level.MINOR
    for new, classes in product((True, False), ([], [ChangeClass.EDITORIAL])):
        assert level(domains_changed=True, classes=classes, new_or_withdrawn=new) is Level.MAJOR


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.sampled_from(Level))
def test_the_next_number_is_always_higher(major: int, minor: int, patch: int, up: Level) -> None:
    following = [int(part) for part in next_number(f"{major}.{minor}.{patch}", up).split(".")]
    assert following > [major, minor, patch]


def test_the_example_in_the_documentation_runs() -> None:
    result = doctest.testmod(numbering)
    assert (result.attempted, result.failed) == (1, 0)
