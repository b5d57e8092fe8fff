"""The institute's own frameworks travel in its programme file, all editions of them."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from guildmark.apps.institute.slots import SectionRefused
from guildmark.apps.standard import queries
from guildmark.apps.standard.models import Edition, Framework
from guildmark.apps.standard.programme import StandardSection
from guildmark.cores.catalog import edition_document, framework_document
from guildmark.site.programme.document import ProgrammeRefused, read_document
from guildmark.site.programme.transfer import export_programme, load_programme

from .factories import FIRST, LOG, a_catalog, changed, edited, following, release

SECOND = following(
    FIRST, "1.1", edited(FIRST, "log", statement=LOG.replace("ninety", "sixty")), changed("log")
)
SECTION = StandardSection()
DATA: dict[str, Any] = {
    "frameworks": [
        {
            "framework": framework_document(FIRST.framework),
            "editions": [edition_document(FIRST), edition_document(SECOND)],
        }
    ]
}
FILE: dict[str, Any] = {
    "format": "guildmark-programme",
    "version": 1,
    "programme": {
        "code": "EX", "name": "Example Programme", "version": "1", "summary": "An example.",
        "licence": "CC0", "attribution": "Us",
    },
    "sections": {"standard": DATA},
}  # fmt: skip
Change = Callable[[dict[str, Any]], Any]


def changed_file(change: Change) -> str:
    document = deepcopy(FILE)
    change(document["sections"]["standard"])
    return json.dumps(document)


@pytest.mark.django_db
def test_what_is_loaded_is_exported_as_the_same(at: datetime) -> None:
    assert SECTION.export() is None
    assert SECTION.load(DATA, actor=None, at=at)
    assert SECTION.export() == DATA
    assert [each.number for each in queries.editions(Framework.objects.get())] == ["1.1", "1.0"]


@pytest.mark.django_db
def test_loading_the_same_again_changes_nothing(at: datetime) -> None:
    SECTION.load(DATA, actor=None, at=at)
    assert not SECTION.load(deepcopy(DATA), actor=None, at=at)
    assert Edition.objects.count() == 2


@pytest.mark.django_db
def test_an_edition_that_is_new_in_the_file_is_added(at: datetime) -> None:
    first = deepcopy(DATA)
    first["frameworks"][0]["editions"].pop()
    assert SECTION.load(first, actor=None, at=at)
    assert SECTION.load(DATA, actor=None, at=at)
    assert SECTION.export() == DATA


@pytest.mark.django_db
def test_another_name_of_the_framework_is_taken_over(at: datetime) -> None:
    SECTION.load(DATA, actor=None, at=at)
    renamed = deepcopy(DATA)
    renamed["frameworks"][0]["framework"]["name"] = "Another Name"
    assert SECTION.load(renamed, actor=None, at=at)
    assert SECTION.export() == renamed


@pytest.mark.django_db
def test_frameworks_of_others_are_not_exported(at: datetime) -> None:
    release(a_catalog("4", key="other", external=True))
    assert SECTION.export() is None
    SECTION.load(DATA, actor=None, at=at)
    assert SECTION.export() == DATA


@pytest.mark.once
def test_sound_data_has_no_problems() -> None:
    assert list(SECTION.problems(DATA, path="$.here")) == []
    assert list(SECTION.problems({"frameworks": []}, path="$.here")) == []


def at_edition(number: int, change: Change) -> Change:
    return lambda data: change(data["frameworks"][0]["editions"][number])


BROKEN: list[tuple[Change, str]] = [
    (lambda data: data.pop("frameworks"), "$.sections.standard"),
    (lambda data: data.update(extra=1), "$.sections.standard"),
    (lambda data: data.update(frameworks={}), "$.sections.standard.frameworks"),
    (lambda data: data.update(frameworks=[3]), "$.sections.standard.frameworks[0]"),
    (lambda data: data["frameworks"].append({}), "$.sections.standard.frameworks[1]"),
    (lambda data: data["frameworks"][0].update(editions=None),
     "$.sections.standard.frameworks[0].editions"),
    (lambda data: data["frameworks"][0].update(framework="psf"),
     "$.sections.standard.frameworks[0].framework"),
    (lambda data: data["frameworks"][0]["framework"].update(key="A B"),
     "$.sections.standard.frameworks[0].framework.key"),
    (lambda data: data["frameworks"][0]["framework"].update(external=True),
     "$.sections.standard.frameworks[0].framework.external"),
    (at_edition(1, lambda each: each["edition"].pop("number")),
     "$.sections.standard.frameworks[0].editions[1].edition.number"),
    (at_edition(0, lambda each: each["domains"][1]["requirements"][0].update(statement="")),
     "$.sections.standard.frameworks[0].editions[0].domains[1].requirements[0].statement"),
    (at_edition(1, lambda each: each["lineage"][0].update(kind="sung")),
     "$.sections.standard.frameworks[0].editions[1].lineage[0].kind"),
    (at_edition(1, lambda each: each.update(colour="red")),
     "$.sections.standard.frameworks[0].editions[1].colour"),
]  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize(("change", "path"), BROKEN, ids=[path for _change, path in BROKEN])
def test_what_is_broken_is_told_with_its_path_before_anything_is_loaded(
    change: Change, path: str
) -> None:
    with pytest.raises(ProgrammeRefused) as refusal:
        read_document(changed_file(change))
    assert path in {each.path for each in refusal.value.problems}


@pytest.mark.once
@pytest.mark.parametrize("data", [None, 3, "text", [], [[]], {"frameworks": [[]]}])
def test_what_is_no_section_at_all_is_told_and_never_breaks(data: Any) -> None:
    assert list(SECTION.problems(data, path="$"))


REFUSED: list[tuple[Change, str]] = [
    (at_edition(0, lambda each: each["edition"].update(summary="Other words.")),
     "$.sections.standard.frameworks[0].editions[0].edition.number"),
    (at_edition(1, lambda each: each["edition"].update(number="7.0")),
     "$.sections.standard.frameworks[0].editions[1].edition.number"),
    (at_edition(1, lambda each: each["edition"].update(number="1.2", supersedes="9")),
     "$.sections.standard.frameworks[0].editions[1].edition.supersedes"),
]  # fmt: skip


@pytest.mark.usefixtures("institute")
@pytest.mark.parametrize(("change", "path"), REFUSED, ids=["text", "number", "supersedes"])
def test_what_only_the_database_shows_to_be_wrong_is_told_with_its_path(
    change: Change, path: str, at: datetime
) -> None:
    first = deepcopy(FILE)
    first["sections"]["standard"]["frameworks"][0]["editions"].pop()
    load_programme(json.dumps(first), actor=None, at=at, dry_run=False)
    before = export_programme()
    with pytest.raises(ProgrammeRefused) as refusal:
        load_programme(changed_file(change), actor=None, at=at, dry_run=False)
    assert [each.path for each in refusal.value.problems] == [path]
    assert export_programme() == before


@pytest.mark.usefixtures("institute")
def test_a_framework_that_others_keep_is_not_taken_over(at: datetime) -> None:
    release(replace(a_catalog("4", external=True)))
    with pytest.raises(ProgrammeRefused) as refusal:
        load_programme(json.dumps(FILE), actor=None, at=at, dry_run=False)
    [problem] = refusal.value.problems
    assert problem.path == "$.sections.standard.frameworks[0].framework.external"


@pytest.mark.django_db
def test_a_refusal_of_the_section_names_its_own_root(at: datetime) -> None:
    release(edited(FIRST, "log", statement="Other words."))
    with pytest.raises(SectionRefused) as refusal:
        SECTION.load(DATA, actor=None, at=at)
    assert [each.path for each in refusal.value.problems] == [
        "$.frameworks[0].editions[0].edition.number"
    ]


@pytest.mark.usefixtures("institute")
def test_a_dry_run_says_what_would_change_and_releases_nothing(at: datetime) -> None:
    text = json.dumps(FILE)
    assert load_programme(text, actor=None, at=at, dry_run=True)["standard"]
    assert not Framework.objects.exists()
    assert load_programme(text, actor=None, at=at, dry_run=False)["standard"]
    assert not load_programme(text, actor=None, at=at, dry_run=True)["standard"]


@pytest.mark.usefixtures("institute")
def test_the_whole_file_travels_to_another_institute_and_back(at: datetime) -> None:
    load_programme(json.dumps(FILE), actor=None, at=at, dry_run=False)
    assert export_programme() == FILE
