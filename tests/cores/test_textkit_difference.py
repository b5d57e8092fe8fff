"""Differences lead from one text to the other to the letter, and are made for reading."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.cores.textkit import Op, Part, difference

pytestmark = pytest.mark.once

OLD = (Op.EQUAL, Op.DELETE, Op.MOVED_FROM)
NEW = (Op.EQUAL, Op.INSERT, Op.MOVED_TO)
WORDS = ["the", "operator", "shall", "log", "each", "call", "and", "review", "it,", "weekly.", "\n"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join) | st.text(max_size=60)


def side(parts: tuple[Part, ...], ops: tuple[Op, ...]) -> str:
    return "".join(part.text for part in parts if part.op in ops)


@given(TEXTS, TEXTS)
def test_the_parts_of_each_side_joined_are_the_text_itself(old: str, new: str) -> None:
    parts = difference(old, new)
    assert side(parts, OLD) == old
    assert side(parts, NEW) == new


@given(TEXTS)
def test_a_text_beside_itself_is_one_equal_part(text: str) -> None:
    assert difference(text, text) == ((Part(Op.EQUAL, text),) if text else ())


@given(TEXTS, TEXTS)
def test_each_moved_passage_stands_once_on_either_side_with_the_same_words(
    old: str, new: str
) -> None:
    parts = difference(old, new)
    there = {part.move: part.text for part in parts if part.op is Op.MOVED_FROM}
    here = {part.move: part.text for part in parts if part.op is Op.MOVED_TO}
    assert there.keys() == here.keys()
    for move, text in there.items():
        assert text.lower().split() == here[move].lower().split()


def test_one_word_exchanged_leaves_everything_else_equal() -> None:
    parts = difference("Logs are kept monthly.", "Logs are kept weekly.")
    assert [(part.op, part.text) for part in parts] == [
        (Op.EQUAL, "Logs are kept "),
        (Op.DELETE, "monthly"),
        (Op.INSERT, "weekly"),
        (Op.EQUAL, "."),
    ]


def test_a_sentence_that_went_elsewhere_is_moved_and_not_written_anew() -> None:
    first = "Keys are replaced every year by a second person. "
    rest = "Each call is logged with its model and its cost. "
    parts = [p for p in difference(first + rest, rest + first) if any(map(str.isalpha, p.text))]
    assert sorted(part.op for part in parts) == [Op.EQUAL, Op.MOVED_FROM, Op.MOVED_TO]


def test_a_lone_small_word_between_two_rewritten_phrases_is_part_of_the_change() -> None:
    parts = difference(
        "Review quarterly figures of the finance office carefully.",
        "Watch hourly dashboards of remote platform teams closely.",
    )
    assert [part.text for part in parts if part.op is Op.EQUAL] == ["."]


def test_four_hundred_words_are_compared_in_a_moment() -> None:
    old = " ".join(f"word{number % 97} item{number}" for number in range(200))
    new = " ".join(f"word{number % 89} item{number * 3 % 200}" for number in range(200))
    started = time.perf_counter()
    difference(old, new)
    assert time.perf_counter() - started < 0.5  # About 10 ms; the rest is for a busy machine.
