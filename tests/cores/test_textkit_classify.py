"""The class of a change: what it is called, and that no change of force is overlooked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.cores import catalog, textkit
from guildmark.cores.textkit import CLASS_OF, ReasonCode, heaviest, learn_wording
from guildmark.cores.textkit.reasons import ChangeClass

pytestmark = pytest.mark.once

UNCHANGED, EDITORIAL, CLARIFICATION, SUBSTANTIVE, FORCE = ChangeClass
TABLE = [
    ("Logs shall be kept.", "Logs  shall be\nkept.", UNCHANGED),
    ("Logs shall be kept.", "Logs, shall be kept", EDITORIAL),
    ("The operator analyses each call.", "The operator analyzes each call.", EDITORIAL),
    ("The operator documents changes.", "The operator document changes.", EDITORIAL),
    ("Use multifactor sign-in.", "Use multi-factor sign-in.", EDITORIAL),
    ("a. Log calls;\nb. review them.", "1. Log calls;\n2. review them.", EDITORIAL),
    ("Say so with regard to its state.", "Say so about its state.", EDITORIAL),
    ("Run a health check (HC) and log the HC.", "Run a health check and log the health check.",
     EDITORIAL),
    ("The operator shall filter inputs.",
     "The operator shall filter inputs, for example prompts and files.", CLARIFICATION),
    ("Employ strong keys.", "Use strong keys.", CLARIFICATION),
    ("Log each call.", "Log each relevant call.", CLARIFICATION),
    ("Handle incidents of insiders.", "Handle incidents involving insiders.", CLARIFICATION),
    ("Log changed addresses.", "Where addresses change, log changed addresses.", CLARIFICATION),
    ("Employ [the kinds of keys].", "Employ [the kinds of secret keys].", CLARIFICATION),
    ("Employ [a list of keys].", "Employ [a keys].", EDITORIAL),
    ("Add [security labels] to each call.", "Add [security and privacy labels] to each call.",
     SUBSTANTIVE),
    ("Act on [known/new faults].", "Act on [known and new faults].", EDITORIAL),
    ("Act on [self-defined faults].", "Act on [self-defined faults of self-defined parts].",
     SUBSTANTIVE),
    ("Review errors. Errors stop calls.", "Review errors and calls. Errors stop calls.",
     SUBSTANTIVE),
    ("The auditor reads logs. The operator helps.", "The operator reads logs. The operator helps.",
     SUBSTANTIVE),
    ("Logs shall be kept for 30 days.", "Logs shall be kept for 90 days.", SUBSTANTIVE),
    ("Log calls and errors.", "Log calls or errors.", SUBSTANTIVE),
    ("Log each call.", "Do not log each call.", SUBSTANTIVE),
    ("The operator shall log calls.", "The operator shall log calls and their cost.", SUBSTANTIVE),
    ("The operator shall log calls and their cost.", "The operator shall log calls.", SUBSTANTIVE),
    ("The operator shall review logs.", "The auditor shall review logs.", SUBSTANTIVE),
    ("Keys shall be replaced.", "Keys shall be replaced [frequency].", SUBSTANTIVE),
    ("Keys shall be kept.", "Keys should be kept.", FORCE),
    ("Keys should be kept.", "Keys may be kept.", FORCE),
    ("Keys may be kept.", "Keys shall be kept.", FORCE),
    ("It is required to log.", "It is recommended to log.", FORCE),
    ("Keys shall not be shared.", "Keys should not be shared.", FORCE),
]  # fmt: skip


def class_of(old: str, new: str) -> ChangeClass:
    return textkit.classify(old, new).change_class


@pytest.mark.parametrize(("old", "new", "expected"), TABLE)
def test_a_change_is_called_what_it_is(old: str, new: str, expected: ChangeClass) -> None:
    assert class_of(old, new) is expected


def test_the_reasons_name_the_words_and_the_heaviest_makes_the_class() -> None:
    found = textkit.classify("Keep logs 30 days.", "Please keep logs 90 days.")
    assert CLASS_OF[found.reasons[0].code] is found.change_class
    assert any(each.code is ReasonCode.NUMBER and each.new == "90" for each in found.reasons)


def test_the_words_of_classes_are_those_of_catalogs_in_the_same_order() -> None:
    assert [each.value for each in ChangeClass] == [each.value for each in catalog.ChangeClass]


def test_the_heaviest_class_is_the_last_in_order() -> None:
    assert heaviest([EDITORIAL, FORCE, UNCHANGED]) is FORCE
    assert heaviest([EDITORIAL, CLARIFICATION]) is CLARIFICATION


# Force: every flip, wherever it stands and whatever else changed

ACTORS = st.sampled_from(["The operator", "Each team", "A person on duty", "The institute"])
ACTS = st.sampled_from(
    ["log every call", "review the results", "replace keys", "keep records", "test the fallback"]
)
ENDS = st.sampled_from(["", " within 30 days", " at least quarterly", " before each release"])
VERBS = [("shall", "should"), ("should", "may"), ("shall", "may"), ("must", "should"),
         ("is required to", "is recommended to"), ("shall not", "should not"),
         ("must", "may"), ("shall", "is encouraged to")]  # fmt: skip
OTHERS = st.lists(
    st.sampled_from(
        ["Records are public.", "Keys expire.", "Costs are reported.", "Nothing is hidden."]
    ),
    max_size=3,
    unique=True,
).map(" ".join)


@given(ACTORS, ACTS, ENDS, st.sampled_from(VERBS), OTHERS, OTHERS, st.booleans())
def test_every_flip_of_force_is_caught_among_other_changes(
    actor: str, act: str, end: str, verbs: tuple[str, str], before: str, after: str, back: bool
) -> None:
    old_verb, new_verb = verbs[::-1] if back else verbs
    old = f"{before} {actor} {old_verb} {act}{end}.".strip()
    new = f"{actor} {new_verb} {act}{end}. {after}".strip()
    assert class_of(old, new) is FORCE


@given(ACTORS, ACTS, ENDS, st.sampled_from(["shall", "should", "may"]), OTHERS)
def test_a_text_of_the_same_force_is_never_called_a_change_of_force(
    actor: str, act: str, end: str, verb: str, more: str
) -> None:
    sentence = f"{actor} {verb} {act}{end}."
    assert class_of(sentence, f"{sentence} {more}".strip()) is not FORCE


def test_a_modal_in_a_sentence_that_was_added_or_dropped_is_no_flip() -> None:
    kept = "The operator shall log every call."
    extra = "Records may be shared with the auditor."
    assert class_of(kept, f"{kept} {extra}") is SUBSTANTIVE
    assert class_of(f"{kept} {extra}", kept) is SUBSTANTIVE


# Wording that an edition changes throughout

NOUNS = ["logs", "keys", "roles", "tests", "plans", "models", "prompts", "costs", "alerts"]


def test_wording_that_changes_everywhere_alike_is_editorial_and_is_named() -> None:
    pairs = [(f"The unit records {noun}.", f"The team records {noun}.") for noun in NOUNS]
    wording = learn_wording(pairs)
    found = textkit.classify(*pairs[0], wording=wording)
    assert found.change_class is EDITORIAL
    assert found.reasons[0].code is ReasonCode.UNIFORM_WORDING
    assert class_of(*pairs[0]) is SUBSTANTIVE


def test_a_change_of_meaning_beside_uniform_wording_is_still_seen() -> None:
    pairs = [(f"The unit records {noun}.", f"The team records {noun}.") for noun in NOUNS]
    wording = learn_wording(pairs)
    old, new = "The unit keeps logs for 30 days.", "The team keeps logs for 60 days."
    assert textkit.classify(old, new, wording=wording).change_class is SUBSTANTIVE


def test_a_number_or_a_negation_is_never_mere_wording() -> None:
    pairs = [(f"Keep {noun} for 30 days.", f"Keep {noun} for 60 days.") for noun in NOUNS]
    wording = learn_wording(pairs)
    assert textkit.classify(*pairs[0], wording=wording).change_class is SUBSTANTIVE


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_texts_have_a_class_and_only_the_same_words_are_unchanged(
    old: str, new: str
) -> None:
    found = textkit.classify(old, new)
    assert (found.change_class is UNCHANGED) == (old.split() == new.split())
    assert 0 <= found.similarity <= 1
