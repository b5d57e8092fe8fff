"""Every sentence of the core can be told in another language, whatever it speaks of."""

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from guildmark.cores import vc
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.sentences import Sentence, sentence
from guildmark.cores.vc.verification import Unavailable

pytestmark = pytest.mark.once

FOLDER = Path(str(vc.__file__)).parent
PLACE = re.compile(r"%(?!%)(?:\((\w+)\)s)?")


def marked() -> Iterator[tuple[str, ast.Call]]:
    """Every call of `_` in the core, with its place in the source."""
    for path in sorted(FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
                yield f"{path.name}:{node.lineno}", node


SENTENCES = dict(marked())


def test_the_core_has_sentences() -> None:
    assert len(SENTENCES) > 150


@pytest.mark.parametrize("place", SENTENCES)
def test_a_sentence_is_a_literal_whose_places_are_all_filled(place: str) -> None:
    call = SENTENCES[place]
    (text,) = call.args
    assert isinstance(text, ast.Constant), "a program that collects sentences sees literals only"
    assert isinstance(text.value, str)
    places = PLACE.findall(text.value.replace("%%", ""))
    assert sorted(set(places)) == sorted(str(each.arg) for each in call.keywords)


def test_whoever_refuses_says_so_in_a_sentence() -> None:
    wanted = Refused("code", sentence("No %(what)s.", what="key"), where="/proof")
    assert str(wanted) == "/proof: No key."
    assert wanted.sentence == Sentence("No %(what)s.", (("what", "key"),), "/proof")
    away = sentence("Away: %(why)s", why=wanted.sentence)
    assert str(Unavailable(away)) == "Away: /proof: No key."


def test_what_a_sentence_speaks_of_is_never_read_as_a_sentence() -> None:
    assert str(sentence("It is %(value)s.", value="%(value)s 100%")) == "It is %(value)s 100%."


def test_a_sentence_can_be_kept_and_read_again() -> None:
    told = sentence("%(why)s", why=sentence("Because of %(number)s.", number=7))
    assert pickle.loads(pickle.dumps(told)) == told
