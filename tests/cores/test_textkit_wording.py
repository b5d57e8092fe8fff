import pytest

from guildmark.cores.textkit import (
    ChangeClass,
    Reason,
    ReasonCode,
    Rewording,
    UniformWording,
    classify,
    learn_wording,
)

pytestmark = pytest.mark.once

DUTIES = ["log visits", "rotate keys", "train staff", "test backups", "lock doors", "seal vaults"]
DROPPED = [(f"The organization shall {duty}.", f"Shall {duty}.") for duty in DUTIES]
SHORTENED = [
    (f"Protect information systems that {duty}.", f"Protect systems that {duty}.")
    for duty in DUTIES
]


def test_words_dropped_throughout_are_uniform() -> None:
    wording = learn_wording(DROPPED)
    assert wording.rewordings == (Rewording(("^", "organization"), (), 6, 6),)
    result = classify("The organization shall feed cats.", "Shall feed cats.", wording=wording)
    assert result.change_class is ChangeClass.EDITORIAL
    assert Reason(ReasonCode.UNIFORM_WORDING, "organization", "") in result.reasons


def test_words_exchanged_throughout_are_uniform() -> None:
    wording = learn_wording(
        [(f"Each carrier shall {duty}.", f"Each provider shall {duty}.") for duty in DUTIES]
    )
    assert wording.rewordings == (Rewording(("carrier",), ("provider",), 6, 6),)
    result = classify("Ask the carrier.", "Ask the provider.", wording=wording)
    assert result.change_class is ChangeClass.EDITORIAL


def test_a_word_dropped_only_beside_another_is_uniform_only_there() -> None:
    wording = learn_wording(
        [*SHORTENED, *[(f"Keep information on {i} safe.",) * 2 for i in "abcdefgh"]]
    )
    old, new = "Scan information systems.", "Scan systems."
    assert classify(old, new, wording=wording).change_class is ChangeClass.EDITORIAL
    assert classify(old, new).change_class is ChangeClass.SUBSTANTIVE
    other = classify("Classify information assets.", "Classify assets.", wording=wording)
    assert other.change_class is ChangeClass.SUBSTANTIVE


def test_a_duty_that_changed_beside_uniform_wording_is_still_found() -> None:
    wording = learn_wording(DROPPED)
    old = "The organization shall seal vaults."
    assert classify(old, "Shall seal vaults yearly.", wording=wording).change_class == "substantive"
    assert (
        classify(old, "Suppliers shall seal vaults.", wording=wording).change_class == "substantive"
    )


def test_uniform_wording_never_hides_a_change_of_force() -> None:
    wording = learn_wording(
        [(f"Owners shall {duty}.", f"Owners should {duty}.") for duty in DUTIES]
    )
    result = classify("Owners shall feed cats.", "Owners should feed cats.", wording=wording)
    assert result.change_class is ChangeClass.FORCE


def test_what_fewer_than_half_of_the_pairs_do_is_not_uniform() -> None:
    kept = [(f"{old} {i}", f"{old} {i}") for old, _ in DROPPED for i in (1, 2)]
    assert learn_wording([*DROPPED, *kept]) == UniformWording()


def test_what_only_a_few_pairs_do_is_not_uniform() -> None:
    assert learn_wording(DROPPED[:4]) == UniformWording()
    assert learn_wording([]) == UniformWording()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("after 30 days", "after 90 days"),
        ("never", "always"),
        ("by [a role]", "by lot"),
    ],
)
def test_numbers_negations_and_parameters_are_never_mere_wording(old: str, new: str) -> None:
    pairs = [(f"Owners {duty} {old}.", f"Owners {duty} {new}.") for duty in DUTIES]
    wording = learn_wording(pairs)
    assert all(classify(*pair, wording=wording).change_class == "substantive" for pair in pairs)


def test_the_order_of_the_pairs_does_not_matter() -> None:
    assert learn_wording([*DROPPED, *SHORTENED]) == learn_wording([*SHORTENED[::-1], *DROPPED])
