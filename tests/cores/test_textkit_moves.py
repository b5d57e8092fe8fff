"""Moved passages and readable changes, beside what every difference must hold."""

import doctest
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.cores.textkit import Op, Part, difference

pytestmark = pytest.mark.once

texts = st.lists(st.sampled_from(["the", "log", "Keys", ".", "\n", "[x]"]), max_size=30).map(
    " ".join
)


def shown(old: str, new: str) -> list[tuple[str, str]]:
    return [(part.op.value, part.text) for part in difference(old, new)]


@given(st.lists(texts, min_size=1, max_size=3), st.permutations(range(3)))
def test_the_halves_of_a_move_are_paired_and_agree_apart_from_case_and_space(
    pieces: list[str], order: list[int]
) -> None:
    passages = [
        f"{number} one two three four five six {piece}" for number, piece in enumerate(pieces)
    ]
    moved = [passages[i].upper() for i in order if i < len(passages)]
    parts = difference("\n".join(passages), "  ".join(moved))
    sources = {part.move: part.text for part in parts if part.op is Op.MOVED_FROM}
    targets = {part.move: part.text for part in parts if part.op is Op.MOVED_TO}
    assert sorted(number for number in sources if number) == list(range(1, len(sources) + 1))
    assert sources.keys() == targets.keys()
    for number, text in sources.items():
        assert text.lower().split() == targets[number].lower().split()


def test_a_word_added_at_the_end_leaves_the_last_word_alone() -> None:
    assert shown("Log events", "Log events daily") == [
        ("equal", "Log events"),
        ("insert", " daily"),
    ]


def test_a_lone_article_between_two_changes_is_absorbed() -> None:
    parts = shown("Operators inspect the logs.", "Auditors review the records.")
    assert parts == [
        ("delete", "Operators inspect the logs"),
        ("insert", "Auditors review the records"),
        ("equal", "."),
    ]


def test_a_lone_word_that_matters_between_two_short_changes_stays() -> None:
    assert ("equal", " shall ") in shown("Owners shall sign.", "Users shall leave.")


def test_a_rewritten_text_shows_as_few_changes_not_as_confetti() -> None:
    parts = difference(
        "The auditor must inspect the logs of the firewall at the end of a month.",
        "An examiner should read every record from the gateway before the start of a year.",
    )
    assert len([part for part in parts if part.op is Op.EQUAL]) <= 2


def test_a_sentence_that_stands_elsewhere_was_moved() -> None:
    parts = difference(
        "Owners shall review the access list. The system logs failures. Keys rotate yearly.",
        "The system logs failures. Keys rotate yearly. Owners  shall review the access list.",
    )
    assert [part for part in parts if part.move] == [
        Part(Op.MOVED_FROM, "Owners shall review the access list", 1),
        Part(Op.MOVED_TO, "Owners  shall review the access list", 1),
    ]


def test_four_words_that_stand_elsewhere_were_not_moved() -> None:
    parts = difference(
        "review the access list now. The system logs failures and keeps them for a year.",
        "The system logs failures and keeps them for a year. review the access list",
    )
    assert all(part.move is None for part in parts)


def test_a_passage_in_capitals_at_its_old_place_was_not_moved() -> None:
    parts = difference(
        "Read this: keys shall rotate every single year.",
        "Read this: KEYS SHALL ROTATE EVERY SINGLE YEAR.",
    )
    assert all(part.move is None for part in parts)


def test_the_example_in_the_documentation_runs() -> None:
    result = doctest.testmod(import_module("guildmark.cores.textkit.difference"))
    assert result.attempted >= 1
    assert result.failed == 0
