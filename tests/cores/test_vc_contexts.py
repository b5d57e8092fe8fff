import json
from pathlib import Path

import compile_contexts
import pytest
from tests.strategies.vc import DATA_MODEL, EXTENSIONS, OPEN_BADGES, OPEN_BADGES_1

from guildmark.cores.vc.contexts import compiled_contexts, known_contexts
from guildmark.cores.vc.terms import (
    INITIAL,
    TermConflict,
    values_context,
    with_addresses,
    with_types,
)

pytestmark = pytest.mark.once


@pytest.fixture
def folder() -> Path:
    found = compile_contexts.contexts_folder()
    if found is None:
        pytest.skip("openbadgeslib, which carries the context files, is not in .tools/judges")
    return found


def _source(tmp_path: Path, context: object) -> Path:
    """A folder in which every context file has the same content."""
    for name in compile_contexts.SOURCES.values():
        terms = {"endorsementJwt": "urn:a:b", "jti": "urn:a:c"}
        content = {"@context": {**terms, **context}} if isinstance(context, dict) else context
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


def test_the_compiled_tables_are_what_the_context_files_compile_to(folder: Path) -> None:
    assert compile_contexts.compiled(folder) == compile_contexts.COMPILED.read_text("utf-8")
    assert compile_contexts.main(["--check"]) == 0


def test_the_contexts_of_credentials_and_badges_are_known() -> None:
    assert set(known_contexts()) == set(compile_contexts.SOURCES)
    assert {DATA_MODEL, OPEN_BADGES, EXTENSIONS} <= set(known_contexts())


def test_the_data_model_has_the_published_digest() -> None:
    # https://www.w3.org/TR/vc-data-model-2.0/#base-context
    assert compiled_contexts()[DATA_MODEL]["sha256"] == (
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
    )


def test_terms_that_only_one_copy_of_a_context_has_are_left_out_and_named() -> None:
    table = compiled_contexts()[OPEN_BADGES]
    assert table["omitted"] == ["endorsementJwt", "jti"]
    assert not set(table["omitted"]) & set(table["terms"])


def test_a_word_that_stands_for_another_term_gets_its_meaning() -> None:
    terms = compiled_contexts()[OPEN_BADGES]["terms"]
    assert terms["AchievementCredential"]["iri"] == terms["OpenBadgeCredential"]["iri"]


def test_a_prefix_reaches_a_datatype_in_a_later_context() -> None:
    alone = with_addresses(INITIAL, (OPEN_BADGES,)).terms["awardedDate"]
    after = with_addresses(INITIAL, (OPEN_BADGES_1, OPEN_BADGES)).terms["awardedDate"]
    assert alone.closing == '"^^<xsd:dateTime>'
    assert after.closing == '"^^<https://www.w3.org/2001/XMLSchema#dateTime>'


def test_a_protected_term_keeps_its_meaning() -> None:
    with pytest.raises(TermConflict, match="description"):
        with_addresses(INITIAL, (DATA_MODEL, OPEN_BADGES_1))


def test_only_a_property_may_take_protected_terms_away() -> None:
    base = with_addresses(INITIAL, (DATA_MODEL,))
    presentation = with_types(base, ("VerifiablePresentation",))
    assert presentation is not None
    term = presentation.context.terms["verifiableCredential"]
    assert not values_context(presentation.context, term).terms
    with pytest.raises(TermConflict):
        with_types(presentation.context, ("verifiableCredential",))


@pytest.mark.parametrize(
    ("context", "complaint"),
    [
        ({"@vocab": "https://a.example/"}, "@vocab"),
        ({"@import": "https://a.example/"}, "@import"),
        ({"@language": "en"}, "@language"),
        ({"a": {"@id": "urn:a:b", "@reverse": "urn:a:c"}}, "@reverse"),
        ({"a": {"@id": "urn:a:b", "@container": "@language"}}, "@language"),
        ({"a": {"@id": "urn:a:b", "@container": ["@set"]}}, "container"),
        ({"name": "@id"}, "only id and type"),
        ({"id": "urn:a:b"}, "only id and type"),
    ],
)
def test_a_context_with_a_feature_that_is_not_known_does_not_compile(
    tmp_path: Path, context: object, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        compile_contexts.compiled(_source(tmp_path, context))


def test_without_the_judge_the_script_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compile_contexts, "contexts_folder", lambda: None)
    assert compile_contexts.main([]) == 1
    assert "install the judges first" in capsys.readouterr().out
