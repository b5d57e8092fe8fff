import doctest
from enum import Enum, StrEnum
from itertools import pairwise, product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from guildmark.cores.lifecycle import Lifecycle, Transition, TransitionRefused, table

pytestmark = pytest.mark.once


class Paper(StrEnum):
    DRAFT = "draft"
    UNDER_REVIEW = "under-review"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


PAPER = Lifecycle(
    "paper",
    Paper,
    Paper.DRAFT,
    (
        Transition("submit", {Paper.DRAFT}, Paper.UNDER_REVIEW),
        Transition("withdraw", {Paper.UNDER_REVIEW}, Paper.DRAFT),
        Transition("accept", {Paper.UNDER_REVIEW}, Paper.ACCEPTED),
        Transition("reject", {Paper.DRAFT, Paper.UNDER_REVIEW}, Paper.REJECTED),
    ),
)

LEGAL = {
    (Paper.DRAFT, "submit"): Paper.UNDER_REVIEW,
    (Paper.UNDER_REVIEW, "withdraw"): Paper.DRAFT,
    (Paper.UNDER_REVIEW, "accept"): Paper.ACCEPTED,
    (Paper.DRAFT, "reject"): Paper.REJECTED,
    (Paper.UNDER_REVIEW, "reject"): Paper.REJECTED,
}
NAMES = ("submit", "withdraw", "accept", "reject", "frame")


@pytest.mark.parametrize(("state", "name"), [*product(Paper, NAMES)])
def test_every_state_with_every_transition_follows_the_table(state: Paper, name: str) -> None:
    if (state, name) in LEGAL:
        assert PAPER.target(state, name) is LEGAL[state, name]
        assert name in PAPER.available(state)
    else:
        assert name not in PAPER.available(state)
        with pytest.raises(TransitionRefused):
            PAPER.target(state, name)


def test_a_refusal_says_what_was_asked_and_what_would_be_possible() -> None:
    with pytest.raises(TransitionRefused) as refusal:
        PAPER.target(Paper.DRAFT, "accept")
    refused = refusal.value
    assert (refused.lifecycle, refused.state, refused.transition) == ("paper", "draft", "accept")
    assert refused.sources == ("under-review",)
    assert refused.available == ("submit", "reject")
    assert str(refused) == (
        'paper: "accept" is not possible while the state is "draft". '
        '"accept" is possible in: "under-review". '
        'From "draft" one can: "submit", "reject".'
    )


def test_a_refusal_in_a_final_state_says_that_it_is_final() -> None:
    with pytest.raises(TransitionRefused, match='From "accepted" one can: nothing, it is final'):
        PAPER.target(Paper.ACCEPTED, "submit")


def test_a_refusal_of_an_unknown_transition_says_that_no_state_has_it() -> None:
    with pytest.raises(TransitionRefused, match='"frame" is possible in: no state'):
        PAPER.target(Paper.DRAFT, "frame")


def test_states_may_be_given_as_their_stored_values() -> None:
    assert PAPER.target("under-review", "accept") is Paper.ACCEPTED
    assert PAPER.available("draft") == ("submit", "reject")
    with pytest.raises(ValueError, match="lost"):
        PAPER.available("lost")


def test_the_terminal_states_are_those_without_a_way_out() -> None:
    assert PAPER.terminal_states == {Paper.ACCEPTED, Paper.REJECTED}


def test_the_diagram_is_drawn_from_the_table() -> None:
    assert PAPER.mermaid() == (
        "stateDiagram-v2\n"
        '    state "under-review" as under_review\n'
        "    [*] --> draft\n"
        "    draft --> under_review: submit\n"
        "    under_review --> draft: withdraw\n"
        "    under_review --> accepted: accept\n"
        "    draft --> rejected: reject\n"
        "    under_review --> rejected: reject\n"
        "    accepted --> [*]\n"
        "    rejected --> [*]\n"
    )


def test_one_name_may_lead_to_different_states_from_different_sources() -> None:
    class Light(StrEnum):
        RED = "red"
        GREEN = "green"

    light = Lifecycle(
        "light",
        Light,
        Light.RED,
        (
            Transition("switch", {Light.RED}, Light.GREEN),
            Transition("switch", {Light.GREEN}, Light.RED),
        ),
    )
    assert light.target(Light.RED, "switch") is Light.GREEN
    assert light.target(Light.GREEN, "switch") is Light.RED
    assert light.terminal_states == frozenset()


def test_a_name_that_leaves_one_state_twice_is_refused() -> None:
    with pytest.raises(ValueError, match='paper: transition "reject" leaves "draft" more than'):
        Lifecycle(
            "paper",
            Paper,
            Paper.DRAFT,
            [*PAPER.transitions, Transition("reject", {Paper.DRAFT}, Paper.ACCEPTED)],
        )


def test_unreachable_states_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match='from "draft" to "accepted", "rejected"'):
        Lifecycle(
            "paper", Paper, Paper.DRAFT, [Transition("submit", [Paper.DRAFT], Paper.UNDER_REVIEW)]
        )


def test_a_transition_without_sources_is_refused() -> None:
    with pytest.raises(ValueError, match='"appear" starts from no state'):
        Lifecycle(
            "paper",
            Paper,
            Paper.DRAFT,
            [*PAPER.transitions, Transition[Paper]("appear", (), Paper.ACCEPTED)],
        )


class Stranger(StrEnum):
    STRANGE = "strange"


@pytest.mark.parametrize(
    "transition",
    [
        Transition[Enum]("lose", {Paper.DRAFT}, Stranger.STRANGE),
        Transition[Enum]("lose", {Paper.DRAFT, Stranger.STRANGE}, Paper.REJECTED),
    ],
)
def test_a_transition_that_names_a_state_of_another_table_is_refused(
    transition: Transition[Enum],
) -> None:
    with pytest.raises(ValueError, match='"lose" names the unknown state <Stranger'):
        Lifecycle[Enum]("paper", Paper, Paper.DRAFT, [transition])


def test_an_initial_state_of_another_table_is_refused() -> None:
    with pytest.raises(ValueError, match="initial state <Stranger"):
        Lifecycle[Enum]("paper", Paper, Stranger.STRANGE, [])


class Six(StrEnum):
    A = "a"
    B = "b"
    C = "c"
    D = "d"
    E = "e"
    F = "f"


six_transitions = st.lists(
    st.builds(
        Transition[Six],
        st.sampled_from(["go", "stop", "turn"]),
        st.sets(st.sampled_from(Six), min_size=1),
        st.sampled_from(Six),
    ),
    max_size=8,
)


@given(six_transitions)
def test_a_table_is_accepted_exactly_when_it_is_unambiguous_and_connected(
    transitions: list[Transition[Six]],
) -> None:
    arrows = [(source, t.name) for t in transitions for source in t.sources]
    reached = {Six.A}
    for _ in Six:
        reached |= {t.target for t in transitions if reached & set(t.sources)}
    sound = len(arrows) == len(set(arrows)) and reached == set(Six)
    if sound:
        Lifecycle("six", Six, Six.A, transitions)
    else:
        with pytest.raises(ValueError, match="six: "):
            Lifecycle("six", Six, Six.A, transitions)


@given(st.permutations(list(Six)), st.lists(st.tuples(*[st.sampled_from(Six)] * 2), max_size=12))
def test_asking_what_is_available_agrees_with_asking_for_the_target(
    path: list[Six], extra: list[tuple[Six, Six]]
) -> None:
    arrows = {(f"to-{b}", a): b for a, b in [*pairwise(path), *extra]}
    assume(arrows)
    six = Lifecycle(
        "six", Six, path[0], [Transition(name, {a}, b) for (name, a), b in arrows.items()]
    )
    for state, name in product(Six, [f"to-{s}" for s in Six]):
        if name in six.available(state):
            assert six.target(state, name) is arrows[name, state]
        else:
            with pytest.raises(TransitionRefused) as refusal:
                six.target(state, name)
            assert refusal.value.available == six.available(state)
            assert set(refusal.value.sources) == {s.value for (n, s) in arrows if n == name}
    assert six.terminal_states == {s for s in Six if not six.available(s)}


def test_the_example_in_the_documentation_runs() -> None:
    result = doctest.testmod(table)
    assert result.attempted >= 4
    assert result.failed == 0
