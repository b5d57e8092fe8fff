"""Words, stems and roots: which words count as one when texts are compared."""

import doctest
from importlib import import_module

import pytest

from guildmark.cores.textkit import similarity, words
from guildmark.cores.textkit.tokens import root, stem

pytestmark = pytest.mark.once


def test_texts_without_a_common_letter_group_are_not_similar() -> None:
    assert similarity("Rotate keys", "Log unusual visits") == 0.0
    assert similarity("", "Log visits") == 0.0


def test_case_and_marks_do_not_count() -> None:
    assert similarity("Rotate keys, yearly.", "rotate KEYS yearly") == 1.0


def test_inflected_words_are_similar_by_their_letters() -> None:
    assert similarity("rotation", "rotations") > 0.3


def test_words_are_lower_case_and_keep_numbers_whole() -> None:
    assert words("Use TLS 1.3, the user\u2019s 1,024-bit keys\u2026") == (
        *("use", "tls", "1.3", "the", "user's", "1,024", "bit", "keys"),
    )


@pytest.mark.parametrize(
    "family",
    [
        "define defines defined defining",
        "plan plans planned planning",
        "policy policies",
        "access accesses accessed accessing",
        "authorise authorizes authorised authorizing",
        "behaviour behaviors",
        "is are was were been",
        "carry carries carried carrying",
        "analyse analyzed",
        "organization's organisation",
    ],
)
def test_inflected_forms_and_spellings_share_a_stem(family: str) -> None:
    assert len({stem(word) for word in family.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("document", "documentation"), ("implement", "implementation"), ("secure", "security")],
)
def test_derived_words_share_a_root(one: str, other: str) -> None:
    assert root(one) == root(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("assessment", "assessor"),
        ("authorized", "unauthorized"),
        ("internal", "external"),
        ("logs", "login"),
    ],
)
def test_words_that_mean_different_things_keep_different_roots(one: str, other: str) -> None:
    assert root(one) != root(other)


def test_the_example_in_the_documentation_runs() -> None:
    result = doctest.testmod(import_module("guildmark.cores.textkit.tokens"))
    assert result.attempted >= 1
    assert result.failed == 0
