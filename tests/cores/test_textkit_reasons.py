"""The reasons of a class: which code a change gets, and which words it names."""

import doctest
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.cores.textkit import (
    CLASS_OF,
    ChangeClass,
    Reason,
    ReasonCode,
    classify,
    heaviest,
)

pytestmark = pytest.mark.once

texts = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                *("the", "log", "logs", "keys", "shall", "should", "not", "such as", "12", "and"),
                *("[a role]", "[choice: daily; weekly]", ".", ";", "or"),
            ]
        ),
        max_size=20,
    ).map(" ".join),
)

UNCHANGED = [("Log  events.\n", "Log events."), ("Log events.", "Log events."), ("", " \n")]
EDITORIAL = [
    ("The organisation authorises access.", "The organization authorizes access.", "layout"),
    ("Log all events, daily", "Log all events daily.", "layout"),
    ("a. Log events;\nb. Keep them.", "(1) Log events.\n(2) Keep them.", "layout"),
    ("Develops, documents and keeps a plan", "Develop, document, and keep a plan", "layout"),
    ("Encrypt 5% of keys.", "Encrypt 5 percent of the keys.", "layout"),
    ("Keep three copies.", "Keep 3 copies.", "layout"),
    ("Notify the role(s) concerned.", "Notify the roles concerned.", "layout"),
    ("Log events (e.g., failures).", "Log events (for example failures).", "layout"),
    ("The managment reviews logs.", "The management reviews logs.", "spelling"),
    ("Use multifactor sign-on.", "Use multi-factor sign on.", "spelling"),
    ("Protect e-mail messages.", "Protect email messages.", "spelling"),
    ("Logs are reviewed by the operator.", "The operator reviews logs.", "grammar"),
    ("Perform documentation of the changes.", "Perform documenting of changes.", "grammar"),
    ("Review the users' accounts.", "Review the accounts of users.", "grammar"),
    ("Enforce container encryption.", "Enforce container-based encryption.", "grammar"),
    ("The operator is required to keep logs.", "The operator shall keep logs.", "layout"),
    ("The operator shall keep logs.", "The operator must keep logs.", "layout"),
    (
        "Employ [organization-defined measures] so that keys stay secret.",
        "Employ the following measures so that keys stay secret: [organization-defined measures].",
        "parameter moved",
    ),
]
CLARIFICATION = [
    ("Log security events.", "Log security events, such as failed logins.", "examples"),
    ("Protect keys.", "Protect keys (e.g. signing keys).", "examples"),
    ("Protect the relevant keys.", "Protect keys.", "explanation"),
    ("Review logs [defined frequency].", "Review logs [defined time period].", "parameter renamed"),
    ("Ensure that keys rotate.", "Verify that keys rotate.", "synonym"),
    (
        "Keep logs in the vault. Rotate keys yearly with care.",
        "Rotate keys yearly with care. Keep logs in the vault.",
        "rearranged",
    ),
]
SUBSTANTIVE = [
    ("Log events.", "Log events and errors.", "added duty"),
    ("Log events daily.", "Log events.", "dropped duty"),
    ("Log events daily.", "Log events weekly.", "changed duty"),
    ("The developer reviews code.", "The assessor reviews code.", "changed duty"),
    ("Authorized users read logs.", "Unauthorized users read logs.", "changed duty"),
    ("Passwords have at least 8 signs.", "Passwords have at least 12 signs.", "number"),
    ("Use TLS 1.2.", "Use TLS 1.3.", "number"),
    ("Keep logs for \u2264 30 days.", "Keep logs for \u2265 30 days.", "changed duty"),
    ("Store passwords.", "Do not store passwords.", "negation"),
    ("Users shall store keys.", "Users shall not store keys.", "negation"),
    ("Log events from servers and clients.", "Log events from servers or clients.", "condition"),
    ("Log access to keys.", "Log access to keys except in emergencies.", "condition"),
    ("Review logs.", "Review logs [defined frequency].", "parameter"),
    ("Review [a role] logs [how often].", "Review logs [how often].", "parameter"),
    ("Do so [choice: daily; weekly].", "Do so [choice: daily; weekly; monthly].", "added duty"),
    ("Stop after [number up to 5] tries.", "Stop after [number up to 9] tries.", "number"),
]
FORCE = [
    ("Logs shall be kept.", "Logs should be kept.", "force word"),
    ("Logs must be kept for 30 days.", "Logs may be kept for 60 days.", "force word"),
    ("Use the required protection.", "Use the recommended protection.", "force word"),
    ("The owner requires users to sign.", "The owner recommends users to sign.", "force word"),
]


@pytest.mark.parametrize(("old", "new"), UNCHANGED)
def test_texts_identical_apart_from_white_space_are_unchanged(old: str, new: str) -> None:
    result = classify(old, new)
    assert result.change_class is ChangeClass.UNCHANGED
    assert result.similarity == 1.0
    assert result.reasons == (() if old == new else (Reason(ReasonCode.WHITE_SPACE),))


@pytest.mark.parametrize(
    ("change_class", "old", "new", "code"),
    [
        (change_class, *row)
        for change_class, rows in (
            (ChangeClass.EDITORIAL, EDITORIAL),
            (ChangeClass.CLARIFICATION, CLARIFICATION),
            (ChangeClass.SUBSTANTIVE, SUBSTANTIVE),
            (ChangeClass.FORCE, FORCE),
        )
        for row in rows
    ],
)
def test_a_change_has_its_class_and_its_reason(
    change_class: ChangeClass, old: str, new: str, code: str
) -> None:
    result = classify(old, new)
    assert result.change_class is change_class
    assert code in {reason.code.value for reason in result.reasons}
    assert classify(new, old).change_class is change_class


def test_a_reason_names_the_words_concerned() -> None:
    reasons = classify("Log events daily.", "Log all errors daily, but only here.").reasons
    assert Reason(ReasonCode.CHANGED_DUTY, "events", "errors") in reasons
    assert Reason(ReasonCode.CONDITION, "", "only") in reasons


def test_the_heaviest_reason_comes_first_and_makes_the_class() -> None:
    result = classify(
        "The organisation shall keep logs.", "The organization should keep logs for 3 days."
    )
    assert result.change_class is ChangeClass.FORCE
    assert result.reasons[0] == Reason(ReasonCode.FORCE_WORD, "shall", "should")
    weights = [reason.weight for reason in result.reasons]
    assert weights == sorted(weights, reverse=True)


def test_a_duty_added_to_an_example_list_is_only_an_example() -> None:
    result = classify("Log faults, such as crashes.", "Log faults, such as crashes or freezes.")
    assert result.change_class is ChangeClass.CLARIFICATION


def test_what_follows_the_sentence_of_examples_is_a_duty_again() -> None:
    result = classify("Log faults, such as crashes.", "Log faults, such as crashes. Report them.")
    assert result.change_class is ChangeClass.SUBSTANTIVE


def test_a_verb_before_the_following_is_a_duty_though_the_rest_was_in_the_brackets() -> None:
    result = classify(
        "Identify [actions to take] and publish them.",
        "Take the following actions and publish them: [actions to take].",
    )
    assert result.change_class is ChangeClass.SUBSTANTIVE


def test_the_heaviest_class_of_none_is_unchanged() -> None:
    assert heaviest(()) is ChangeClass.UNCHANGED
    assert heaviest(reversed(ChangeClass)) is ChangeClass.FORCE
    assert heaviest([ChangeClass.EDITORIAL, ChangeClass.CLARIFICATION]) == "clarification"


def test_every_reason_has_a_class() -> None:
    assert set(CLASS_OF) == set(ReasonCode)


@given(texts, texts)
def test_any_two_texts_get_a_class_that_their_reasons_carry(old: str, new: str) -> None:
    result = classify(old, new)
    assert result.change_class is heaviest(CLASS_OF[reason.code] for reason in result.reasons)
    assert (result.change_class is ChangeClass.UNCHANGED) == (old.split() == new.split())
    assert 0.0 <= result.similarity <= 1.0
    assert classify(old, new) == result


def test_the_example_in_the_documentation_runs() -> None:
    result = doctest.testmod(import_module("guildmark.cores.textkit.classify"))
    assert result.attempted >= 1
    assert result.failed == 0
