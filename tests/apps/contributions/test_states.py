"""Every word that people choose or read has a label of its own."""

import pytest

from guildmark.apps.contributions.states import AiHelp, Credit, Labelled, Standing

KINDS = Labelled.__subclasses__()


@pytest.mark.parametrize("kind", KINDS, ids=lambda each: each.__name__)
def test_no_two_words_of_a_kind_read_alike(kind: type[Labelled]) -> None:
    labels = [str(each.label) for each in kind]
    assert len(labels) == len(set(labels))


def test_the_same_word_of_several_kinds_reads_as_each_means_it() -> None:
    labels = [str(each.label) for each in (Credit.NONE, AiHelp.NONE, Standing.NONE)]
    assert labels == ["not at all", "no AI system had a part in it", "no credential"]
