"""Every flip of a verb of obligation is found, wherever it stands and whatever else changed."""

from itertools import product
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.cores.textkit import ChangeClass, Reason, ReasonCode, classify

pytestmark = pytest.mark.once


class Template(NamedTuple):
    """A sentence around a verb of obligation."""

    before: str
    after: str

    def __call__(self, verb: str) -> str:
        return f"{self.before} {verb} {self.after}."


TEMPLATES = [
    Template("The system", "log every failed sign-in"),
    Template("Each operator", "review the access list once a month"),
    Template("If the audit fails, the owner", "stop the release"),
    Template("Verify that passwords", "be checked against a list of known breaches"),
    Template("Where no guard is present, doors", "stay locked"),
    Template("A processor, including any of its agents,", "delete personal data after use"),
    Template("Backups", "be encrypted before they leave the site"),
    Template("The model card", "state the training data, the licence and the known limits"),
    Template("Suppliers who host data", "report incidents within 24 hours"),
    Template("In an emergency, two custodians together", "open the vault"),
    Template("Test results", "be kept; they are evidence"),
    Template("The committee", "publish minutes, except where the law forbids it"),
]
STRENGTHS = {
    3: ["shall", "must", "will", "is required to", "are required to", "has to"],
    2: ["should", "ought to", "is recommended to", "are encouraged to", "are advised to"],
    1: ["may", "can", "is permitted to", "are allowed to"],
}
NEGATED = {
    3: ["shall not", "must not", "may not", "shall never", "cannot"],
    2: ["should not", "should generally not", "are discouraged to"],
    1: ["need not", "is not required to", "do not have to"],
}
EVERY_VERB = [
    (verb, strength)
    for table in (STRENGTHS, NEGATED)
    for strength, verbs in table.items()
    for verb in verbs
]
FLIPS = [(one, other) for one, other in product(EVERY_VERB, repeat=2) if one[1] != other[1]]
AGREEING = [(one, other) for one, other in product(STRENGTHS[3], repeat=2)]


def force_words(old: str, new: str) -> set[tuple[str, str]]:
    reasons = classify(old, new).reasons
    return {(r.old, r.new) for r in reasons if r.code is ReasonCode.FORCE_WORD}


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_flip_in_a_sentence_is_found(template: Template) -> None:
    for (old, _), (new, _) in FLIPS:
        result = classify(template(old), template(new))
        assert result.change_class is ChangeClass.FORCE, (old, new)


@pytest.mark.parametrize("template", TEMPLATES)
def test_another_verb_of_the_same_strength_is_no_flip(template: Template) -> None:
    for verbs in STRENGTHS.values():
        for old, new in product(verbs, repeat=2):
            assert not force_words(template(old), template(new)), (old, new)


@given(
    st.permutations(TEMPLATES),
    st.lists(st.sampled_from(EVERY_VERB), min_size=6, max_size=6),
    st.sampled_from(FLIPS),
    st.integers(0, 4),
    st.booleans(),
    st.booleans(),
    st.permutations(range(5)),
)
def test_a_flip_among_sentences_added_dropped_and_moved_is_found_and_nothing_else(
    templates: list[Template],
    verbs: list[tuple[str, int]],
    flip: tuple[tuple[str, int], tuple[str, int]],
    place: int,
    drops: bool,
    adds: bool,
    order: list[int],
) -> None:
    chosen = [verb for verb, _ in verbs[:5]]
    old_sentences = [t(verb) for t, verb in zip(templates, chosen, strict=False)]
    kept = [i for i in order if i == place or not (drops and i == (place + 1) % 5)]
    added = [templates[5](verbs[5][0])] if adds else []

    def paragraph(verb: str) -> str:
        sentences = [*old_sentences]
        sentences[place] = templates[place](verb)
        return " ".join([*(sentences[i] for i in kept), *added])

    (before, _), (after, _) = flip
    old_sentences[place] = templates[place](before)
    old = " ".join(old_sentences)
    assert force_words(old, paragraph(after)), "the flip was missed"
    assert not force_words(old, paragraph(before)), "a flip was invented"


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("other", ["In 30 days, two new auditors", "Until then everybody"])
def test_a_flip_is_found_when_the_subject_changed_too(template: Template, other: str) -> None:
    for (old, _), (new, _) in FLIPS:
        changed = Template(other, template.after)
        assert force_words(template(old), changed(new)), (old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Keep logs for a year.", "Logs should be kept for a year."),
        ("Develop a plan for recovery.", "The owner may develop a plan for recovery."),
        ("The owner may develop and test a plan.", "The owner develops and tests a plan."),
        ("Sign-in codes are required for staff.", "Sign-in codes are recommended for staff."),
        ("It is recommended that keys rotate.", "It is mandatory that keys rotate."),
        ("A second factor is optional.", "A second factor is mandatory."),
        ("Use an optional second factor.", "Use a mandatory second factor."),
        ("The owner SHALL sign.", "The owner MAY sign."),
        ("Owners mustn't sign.", "Owners shouldn't sign."),
    ],
)
def test_a_flip_is_found_in_imperatives_and_in_other_words(old: str, new: str) -> None:
    assert classify(old, new).change_class is ChangeClass.FORCE
    assert classify(new, old).change_class is ChangeClass.FORCE


def test_an_imperative_obliges_like_shall() -> None:
    assert not force_words("The owner shall develop a plan.", "Develop a plan.")
    assert not force_words(
        "The organization develops a plan.", "The organization must develop a plan."
    )


def test_a_list_takes_the_force_of_the_line_that_leads_it() -> None:
    old = "The system should:\na. log failed visits;\nb. alert the staff on duty."
    assert not force_words(old, "The system should log failed visits and alert the staff on duty.")
    new = "The system shall:\na. log failed visits;\nb. alert the staff on duty."
    assert force_words(old, new) == {("should", "shall")}
    assert force_words(old, "The system shall log failed visits and alert the staff on duty.")


def test_each_of_two_verbs_in_a_sentence_is_compared_with_its_own() -> None:
    old = "The system shall log visits and may alert the staff."
    assert force_words(old, "The system should log visits and may alert the staff.") == {
        ("shall", "should")
    }
    assert force_words(old, "The system shall log visits and must alert the staff.") == {
        ("may", "must")
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Log visits. The owner may delete logs.", "Log visits."),
        ("Log visits.", "Log visits. Staff should read the house rules."),
        ("The system shall log visits.", "The system may encrypt records."),
        ("Record events that may harm the system.", "Record events harming the system."),
        ("Keep the required records.", "Keep records."),
        ("Valid until 3 May 2025.", "Valid until 3 June 2025."),
    ],
)
def test_a_verb_that_came_or_went_with_its_sentence_is_no_flip(old: str, new: str) -> None:
    assert not force_words(old, new)
    assert not force_words(new, old)


def test_a_prohibition_is_a_negation_but_no_weaker_duty() -> None:
    result = classify("Users shall share keys.", "Users shall not share keys.")
    assert result.change_class is ChangeClass.SUBSTANTIVE
    assert Reason(ReasonCode.NEGATION, "", "not") in result.reasons
