"""The demo's standard is complete, sound and readable, and tells what became of each text."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from guildmark.cores.catalog import (
    Catalog,
    ChangeClass,
    Level,
    Lineage,
    LineageKind,
    Requirement,
    Status,
    edition_document,
    framework_document,
    next_number,
    read_edition,
    read_framework,
)
from guildmark.site import demo

pytestmark = pytest.mark.once

PATH = Path(demo.__file__).parent / "psf.json"
EDITIONS = ("1.0", "1.1")
TEXTS = ("statement", "intent", "evidence", "rationale", "alternatives")
# Fewest and most words of a text, so that none is a stub and none is a page.
WORDS = {
    "title": (2, 6),
    "statement": (25, 70),
    "intent": (10, 45),
    "guidance": (10, 50),
    "evidence": (10, 50),
    "rationale": (10, 60),
    "alternatives": (10, 50),
}
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
WATCHED_SHARE = 0.1

Count = tuple[int, int]


def document() -> dict[str, Any]:
    programme = json.loads(PATH.read_text(encoding="utf-8"))
    (entry,) = programme["sections"]["standard"]["frameworks"]
    return dict(entry)


def catalogs() -> dict[str, Catalog]:
    entry = document()
    framework = read_framework(entry["framework"])
    editions = [read_edition(framework, each) for each in entry["editions"]]
    return {each.edition.number: each for each in editions}


CATALOGS = catalogs()
OLD, NEW = (CATALOGS[number] for number in EDITIONS)

each_edition = pytest.mark.parametrize("catalog", [OLD, NEW], ids=EDITIONS)


def by_key(catalog: Catalog) -> dict[str, Requirement]:
    return {each.key: each for each in catalog.requirements}


def words(text: str) -> int:
    return len(text.split())


def sentences(requirement: Requirement) -> Iterator[str]:
    for name in (*TEXTS, "guidance"):
        for sentence in re.split(r"(?<=[.!?])\s+", getattr(requirement, name)):
            yield " ".join(re.findall(r"\w+", sentence.lower()))


def records(*kinds: LineageKind) -> list[Lineage]:
    return [each for each in NEW.lineage if each.kind in kinds]


def said(text: str, word: str) -> int:
    return len(re.findall(rf"\b{word}\b", text))


def test_the_file_is_what_the_program_itself_would_write() -> None:
    entry = document()
    assert list(CATALOGS) == list(EDITIONS)
    assert entry == {
        "framework": framework_document(OLD.framework),
        "editions": [edition_document(OLD), edition_document(NEW)],
    }
    text = PATH.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


@each_edition
def test_an_edition_has_eight_domains_of_five_requirements_labelled_in_order(
    catalog: Catalog,
) -> None:
    labels = [
        (domain.label, tuple(each.label for each in domain.requirements))
        for domain in catalog.domains
    ]
    assert labels == [(f"PSF-{n}", tuple(f"PSF-{n}.{m}" for m in range(1, 6))) for n in range(1, 9)]


@each_edition
def test_every_domain_says_what_it_is_and_why(catalog: Catalog) -> None:
    silent = [each.key for each in catalog.domains if not (each.summary and each.rationale)]
    assert silent == []


@each_edition
@pytest.mark.parametrize(("name", "bounds"), WORDS.items())
def test_every_text_is_there_and_neither_a_stub_nor_a_page(
    catalog: Catalog, name: str, bounds: Count
) -> None:
    lengths = {each.key: words(getattr(each, name)) for each in catalog.requirements}
    fewest, most = bounds
    assert {key: n for key, n in lengths.items() if not fewest <= n <= most} == {}


@each_edition
def test_what_binds_says_shall_and_what_is_on_watch_says_should(catalog: Catalog) -> None:
    for each in catalog.requirements:
        strong, weak = said(each.statement, "shall"), said(each.statement, "should")
        binding = each.status is Status.NORMATIVE
        assert (strong > 0, weak > 0) == (binding, not binding), each.key


@each_edition
def test_at_most_a_tenth_is_on_watch_and_nothing_stands_there_withdrawn(catalog: Catalog) -> None:
    found = Counter(each.status for each in catalog.requirements)
    assert 1 <= found[Status.WATCH] <= WATCHED_SHARE * found.total()
    assert found[Status.WITHDRAWN] == 0


@each_edition
def test_no_sentence_and_no_title_stands_twice(catalog: Catalog) -> None:
    told = Counter(each for one in catalog.requirements for each in sentences(one))
    titled = Counter(each.title.lower() for each in catalog.requirements)
    assert [each for each, count in (told + titled).items() if count > 1] == []


@each_edition
def test_keys_are_slugs_that_do_not_repeat_a_label(catalog: Catalog) -> None:
    keys = [*(each.key for each in catalog.domains), *by_key(catalog)]
    assert [each for each in keys if not SLUG.fullmatch(each) or each.startswith("psf")] == []


@each_edition
def test_sources_are_named_with_their_address(catalog: Catalog) -> None:
    cited = [each for one in catalog.requirements for each in one.references]
    assert cited
    assert [each.text for each in cited if not each.url.startswith("https://")] == []


def test_the_new_edition_has_the_same_domains_and_the_number_that_follows() -> None:
    assert [each.key for each in NEW.domains] == [each.key for each in OLD.domains]
    assert NEW.edition.supersedes == OLD.edition.number
    assert NEW.edition.number == next_number(OLD.edition.number, Level.MINOR)


def test_every_record_says_why() -> None:
    assert [each for each in NEW.lineage if words(each.rationale) < WORDS["rationale"][0]] == []


def test_every_requirement_that_went_is_told_once() -> None:
    gone = by_key(OLD).keys() - by_key(NEW).keys()
    told = Counter(key for each in NEW.lineage for key in each.sources)
    assert {key: told[key] for key in gone} == dict.fromkeys(gone, 1)
    assert told.keys() <= by_key(OLD).keys()


def test_every_requirement_that_came_is_told_once() -> None:
    came = by_key(NEW).keys() - by_key(OLD).keys()
    origins = (LineageKind.NEW, LineageKind.SPLIT, LineageKind.MERGED, LineageKind.MOVED)
    told = Counter(key for each in records(*origins) for key in each.targets)
    assert told == dict.fromkeys(came, 1)


def test_what_changed_has_a_confirmed_class_and_what_did_not_has_no_record() -> None:
    old, new = by_key(OLD), by_key(NEW)
    changed = {key for key in old.keys() & new.keys() if old[key] != new[key]}
    told = records(LineageKind.SAME, LineageKind.MOVED)
    assert {each.sources[0] for each in told} == changed
    assert [each for each in told if each.sources != each.targets] == []
    assert [each for each in told if each.confirmed in {None, ChangeClass.UNCHANGED}] == []


def of_class(wanted: ChangeClass) -> list[tuple[Requirement, Requirement]]:
    told = records(LineageKind.SAME)
    keys = [each.sources[0] for each in told if each.confirmed is wanted]
    return [(by_key(OLD)[key], by_key(NEW)[key]) for key in keys]


def test_the_editorial_change_leaves_every_word() -> None:
    ((before, after),) = of_class(ChangeClass.EDITORIAL)
    assert replace(before, statement=after.statement) == after
    assert re.findall(r"\w+", before.statement) == re.findall(r"\w+", after.statement)


def test_the_clarification_only_adds_words_and_no_duty() -> None:
    ((before, after),) = of_class(ChangeClass.CLARIFICATION)
    assert replace(before, statement=after.statement) == after
    added = Counter(after.statement.split())
    added.subtract(before.statement.replace("system shall", "system, shall").split())
    assert min(added.values()) >= 0
    assert said(before.statement, "shall") == said(after.statement, "shall")


def test_the_change_of_force_turns_should_into_shall_and_no_other_word() -> None:
    ((before, after),) = of_class(ChangeClass.FORCE)
    assert before.statement.replace("should", "shall") == after.statement
    assert (before.status, after.status) == (Status.WATCH, Status.NORMATIVE)


def labelled(catalog: Catalog) -> dict[str, str]:
    (domain,) = (each for each in catalog.domains if each.key == "output-validation")
    return {each.label: each.key for each in domain.requirements}


def test_the_five_labels_of_output_validation_stand_for_other_content() -> None:
    before, after = labelled(OLD), labelled(NEW)
    assert before.keys() == after.keys()
    withdrawn = {key for each in records(LineageKind.WITHDRAWN) for key in each.sources}
    new = {key for each in records(LineageKind.NEW) for key in each.targets}
    assert set(before.values()) <= withdrawn
    assert set(after.values()) <= new


def test_the_edition_itself_names_every_label_that_stands_for_other_content() -> None:
    new = {key for each in records(LineageKind.NEW) for key in each.targets}
    reused = {each.label for each in NEW.requirements if each.key in new}
    whole_domain = [f"PSF-2.{number}" for number in range(1, 6)]
    summary = NEW.edition.summary.replace("PSF-2.1 to PSF-2.5", " ".join(whole_domain))
    assert reused <= set(re.findall(r"PSF-\d\.\d", summary))
