"""Likeness of texts, and the ranking of what a requirement may have become."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.cores.textkit import SuccessorIndex, similarity, words

pytestmark = pytest.mark.once

TEXTS = st.text(max_size=60)
DOCUMENTS = {
    "log": "Each model call is logged with its version, latency and cost.",
    "erase": "Personal data can be erased on request without training anew.",
    "switch": "A person on duty can stop every agent within a minute.",
}


@given(TEXTS, TEXTS)
def test_likeness_is_symmetric_and_lies_between_zero_and_one(one: str, other: str) -> None:
    assert 0 <= similarity(one, other) <= 1
    assert similarity(one, other) == pytest.approx(similarity(other, one))


@given(TEXTS)
def test_a_text_is_wholly_like_itself(text: str) -> None:
    assert similarity(text, text) == 1.0


def test_a_rewording_is_likelier_than_another_subject() -> None:
    reworded = similarity(
        DOCUMENTS["log"], "Every call of a model is logged with version and cost."
    )
    assert reworded > similarity(DOCUMENTS["log"], DOCUMENTS["erase"])


def test_words_are_lower_case_and_parted_by_hyphens() -> None:
    assert words("Re-check the Keys.") == ("re", "check", "the", "keys")


def test_the_nearest_comes_first_with_the_words_that_speak_for_it() -> None:
    index = SuccessorIndex(DOCUMENTS)
    first, *_others = index.rank("Calls are logged with model version, tokens and cost.")
    assert first.key == "log"
    assert {"cost", "version"} & set(first.shared)


def test_no_more_are_ranked_than_were_asked_for_and_the_order_is_always_the_same() -> None:
    index = SuccessorIndex({f"k{number}": "the same text" for number in range(9)})
    found = index.rank("the same text", limit=4)
    assert [each.key for each in found] == ["k0", "k1", "k2", "k3"]
    assert index.rank("the same text", limit=4) == found


@given(st.dictionaries(st.text("ab", min_size=1, max_size=3), TEXTS, max_size=5), TEXTS)
def test_any_index_can_be_asked_anything(documents: dict[str, str], text: str) -> None:
    found = SuccessorIndex(documents).rank(text)
    assert {each.key for each in found} <= documents.keys()
    assert all(0 <= each.score <= 1 + 1e-9 for each in found)
    assert [each.score for each in found] == sorted((e.score for e in found), reverse=True)
