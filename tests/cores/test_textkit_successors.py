import doctest
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.cores.textkit import SuccessorIndex

pytestmark = pytest.mark.once

DOCUMENTS = {
    "1.1": "Keys are rotated at least once a year.",
    "1.2": "Failed sign-ins are logged with their time and origin.",
    "2.1": "The access list is reviewed by its owner.",
    "2.2": "Backups are encrypted and kept at another site.",
}
keys = st.text("abc", min_size=1, max_size=3)
texts = st.lists(
    st.sampled_from(["key", "keys", "log", "review", "owner", "the", "site"]), max_size=8
).map(" ".join)


def test_the_text_that_says_the_same_in_other_words_comes_first() -> None:
    index = SuccessorIndex(DOCUMENTS)
    assert index.rank("Owners shall review access lists.")[0].key == "2.1"
    assert index.rank("Log each failing sign-in.")[0].key == "1.2"


def test_a_document_is_its_own_best_successor_with_the_full_score() -> None:
    best = SuccessorIndex(DOCUMENTS).rank(DOCUMENTS["2.2"])[0]
    assert best.key == "2.2"
    assert best.score == pytest.approx(1.0)


def test_the_reason_names_the_heaviest_words_as_the_document_writes_them() -> None:
    best = SuccessorIndex(DOCUMENTS).rank("Encrypting a backup for the other sites")[0]
    assert set(best.shared) >= {"backups", "encrypted"}
    assert len(best.shared) <= 5


def test_words_that_every_document_has_are_no_reason() -> None:
    documents = {str(i): f"the system handles case{i} well" for i in range(20)}
    best = SuccessorIndex(documents).rank("the system and case7")[0]
    assert best.key == "7"
    assert best.shared[0] == "case7"


def test_a_text_that_shares_nothing_has_no_candidates() -> None:
    assert SuccessorIndex(DOCUMENTS).rank("xyz") == ()
    assert SuccessorIndex({}).rank("keys") == ()
    assert SuccessorIndex({"1": ""}).rank("keys") == ()


def test_equal_scores_are_ordered_by_key() -> None:
    index = SuccessorIndex({"b": "rotate keys", "a": "rotate keys", "c": "log visits"})
    assert [candidate.key for candidate in index.rank("rotate keys")] == ["a", "b"]


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="The limit is 0; ask for at least 1"):
        SuccessorIndex(DOCUMENTS).rank("keys", limit=0)


@given(st.dictionaries(keys, texts, max_size=6), texts, st.integers(1, 6))
def test_the_ranking_does_not_depend_on_the_order_of_the_documents(
    documents: dict[str, str], text: str, limit: int
) -> None:
    ranked = SuccessorIndex(documents).rank(text, limit=limit)
    again = SuccessorIndex(dict(reversed(documents.items()))).rank(text, limit=limit)
    assert [c.key for c in ranked] == [c.key for c in again]
    assert [c.shared for c in ranked] == [c.shared for c in again]
    assert len(ranked) <= limit
    assert all(0.0 < candidate.score <= 1.0 for candidate in ranked)
    assert sorted(ranked, key=lambda c: (-c.score, c.key)) == list(ranked)


def test_the_example_in_the_documentation_runs() -> None:
    result = doctest.testmod(import_module("guildmark.cores.textkit.successors"))
    assert result.attempted >= 2
    assert result.failed == 0
