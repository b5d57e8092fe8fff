"""Ids of credentials survive the telephone, and a slip of the hand is caught."""

from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from guildmark.cores.identifiers import (
    CODE_PATTERN,
    IdProblem,
    IdRefused,
    ReadId,
    check_character,
    fold,
    read_id,
    write_id,
)
from guildmark.cores.identifiers.checking import ALPHABET

pytestmark = pytest.mark.once

codes = st.from_regex(CODE_PATTERN, fullmatch=True)


def outcome(typed: str) -> ReadId | IdProblem:
    """What was read, or why nothing was."""
    try:
        return read_id(typed)
    except IdRefused as refusal:
        return refusal.problem


ids = st.builds(write_id, codes, st.integers(1000, 9999), st.randoms(use_true_random=False))


@given(ids)
def test_a_new_id_is_read_back_and_its_check_fits(written: str) -> None:
    assert read_id(written).checked
    assert read_id(written).key == fold(written)


@given(ids, st.randoms(use_true_random=False))
def test_an_id_is_read_alike_in_any_case_with_any_gaps_and_look_alikes(
    written: str, random: Random
) -> None:
    lookalikes = {
        "0": "0Oo\uff2f",
        "1": "1Ii1Ll",
        "V": "VvUu",
        "-": ["", " ", "\u2013", "-", " - "],
    }
    typed = "".join(random.choice(lookalikes.get(each, each + each.lower())) for each in written)
    assert read_id(typed) == read_id(written)


@given(ids, st.data())
def test_every_single_wrong_character_is_caught(written: str, data: st.DataObject) -> None:
    key = fold(written)
    # A letter in the year makes another form, which has no check and is merely unknown.
    places = [i for i in range(len(key)) if not len(key) - 15 <= i < len(key) - 11]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([each for each in ALPHABET if each != key[place]]))
    with pytest.raises(IdRefused) as refusal:
        read_id(key[:place] + other + key[place + 1 :])
    assert refusal.value.problem is IdProblem.MISTYPED


@given(ids, st.data())
def test_two_exchanged_characters_are_caught_or_make_another_form(
    written: str, data: st.DataObject
) -> None:
    key = fold(written)
    first, second = sorted(data.draw(st.sets(st.integers(0, len(key) - 1), min_size=2, max_size=2)))
    assume(key[first] != key[second])
    swapped = list(key)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    found = outcome("".join(swapped))
    assert found is IdProblem.MISTYPED or (isinstance(found, ReadId) and not found.checked)


@pytest.mark.parametrize(
    ("typed", "problem", "character"),
    [
        ("", IdProblem.EMPTY, ""),
        (" - ", IdProblem.EMPTY, ""),
        ("CPAP-2026-7Q4M2X9KD%P", IdProblem.CHARACTER, "%"),
        ("CPAP 2026 Ж", IdProblem.CHARACTER, "Ж"),
        ("A" * 201, IdProblem.TOO_LONG, ""),
    ],
)
def test_what_can_be_no_id_is_refused_with_the_reason(
    typed: str, problem: IdProblem, character: str
) -> None:
    with pytest.raises(IdRefused) as refusal:
        read_id(typed)
    assert (refusal.value.problem, refusal.value.character) == (problem, character)


@given(st.text(max_size=250))
def test_whatever_is_typed_has_a_key_or_a_reason(typed: str) -> None:
    found = outcome(typed)
    assert isinstance(found, IdProblem) or found.key


def test_ids_of_an_older_registry_are_looked_up_without_a_check() -> None:
    found = read_id("psf-o17")
    assert (found.key, found.checked) == ("PSF017", False)


@pytest.mark.parametrize(("code", "year"), [("", 2026), ("a", 2026), ("CPAP", 99), ("1AB", 2026)])
def test_no_id_is_written_for_a_code_or_year_that_is_none(code: str, year: int) -> None:
    with pytest.raises(ValueError, match="code and a year"):
        write_id(code, year, Random(1))


def test_a_check_is_refused_over_more_than_its_weights_cover() -> None:
    with pytest.raises(ValueError, match="At most"):
        check_character("A" * 31)
    with pytest.raises(ValueError, match="not one of"):
        check_character("O")


def test_random_characters_use_the_whole_alphabet() -> None:
    random = Random(7)
    drawn = "".join(write_id("AB", 2026, random)[8:18] for _ in range(200))
    assert set(drawn) == set(ALPHABET)


@given(ids)
def test_an_id_is_found_in_what_people_paste_around_it(written: str) -> None:
    for pasted in (
        f"https://example.org/verify/{written}",
        f"http://localhost:8000/verify/{written}.json?x=1",
        f"https://example.org/verify/{written}/credential.json",
        f"Credential id: {written}",
        f"No. {written}.",
        f'"{written.lower()}"',
        f"1. {written},",
    ):
        assert read_id(pasted) == read_id(written)


def test_an_older_id_is_found_in_its_address() -> None:
    assert read_id("https://example.org/verify/PSF%20017/").key == "PSF017"


@given(ids, ids)
def test_two_ids_in_one_text_are_not_chosen_between(first: str, second: str) -> None:
    assume(first != second)
    assert outcome(f"{first}, {second}") not in (read_id(first), read_id(second))


@given(ids)
def test_a_blank_inside_the_code_does_not_matter(written: str) -> None:
    assert read_id(f"{written[0]} {written[1:]}") == read_id(written)
