"""The types of credentials travel in the programme file."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest

from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.models import Event
from guildmark.apps.credentials import queries
from guildmark.apps.credentials.programme import CredentialsSection
from guildmark.apps.credentials.queries import CredentialType
from guildmark.apps.institute.slots import SectionRefused
from guildmark.site.programme.document import ProgrammeRefused, read_document
from guildmark.site.programme.transfer import export_programme, load_programme

SECTION = CredentialsSection()
CPAP = {
    "code": "CPAP",
    "name": "Certified Operator",
    "level": "Professional",
    "description": "The holder runs AI systems.\nAlso at night.",
    "criteria": "Passed the exam.",
    "components": ["exam", "portfolio"],
    "validity_months": 24,
    "domains": ["logging"],
    "second_person": ["award", "revoke"],
    "position": 1,
}
SMALL = {"code": "AI2", "description": "Something small.", "criteria": "Was there."}
DATA: dict[str, Any] = {"types": [CPAP, SMALL]}
FILE: dict[str, Any] = {
    "format": "guildmark-programme",
    "version": 1,
    "programme": {
        "code": "EX", "name": "Example Programme", "version": "1", "summary": "An example.",
        "licence": "CC0", "attribution": "Us",
    },
    "sections": {"credentials": DATA},
}  # fmt: skip
Change = Callable[[Any], Any]


def changed(change: Change) -> Any:
    data = deepcopy(DATA)
    change(data)
    return data


def problems(data: Any) -> dict[str, str]:
    return {each.path: each.text for each in SECTION.problems(data, path="$.here")}


@pytest.mark.once
def test_good_data_has_no_problems() -> None:
    assert problems(DATA) == {}
    assert problems({"types": []}) == {}


def set_in(name: str, value: Any) -> Change:
    return lambda data: data["types"][0].__setitem__(name, value)


PROBLEMS: list[tuple[Change, str, str]] = [
    (lambda data: data.clear(), "$.here", "the name “types”"),
    (lambda data: data.update(more=1), "$.here", "the name “types”"),
    (lambda data: data.update(types={}), "$.here.types", "Give a list of types"),
    (lambda data: data["types"].append("CPAP"), "$.here.types[2]", "Give an object."),
    (lambda data: data["types"].append(SMALL), "$.here.types", "The code AI2 is given twice."),
    (lambda data: data["types"][1].pop("code"), "$.here.types[1].code", "This is needed."),
    (set_in("odd", 1), "$.here.types[0].odd", "This name is unknown here."),
    (set_in("code", ""), "$.here.types[0].code", "This is needed."),
    (set_in("criteria", ""), "$.here.types[0].criteria", "This is needed."),
    (set_in("description", None), "$.here.types[0].description", "Give a text."),
    (set_in("code", 7), "$.here.types[0].code", "Give a text."),
    (set_in("name", None), "$.here.types[0].name", "Give a text."),
    (set_in("name", "x" * 201), "$.here.types[0].name", "201 characters; at most 200"),
    (set_in("level", "x" * 61), "$.here.types[0].level", "61 characters; at most 60"),
    (set_in("code", "A" * 11), "$.here.types[0].code", "11 characters; at most 10"),
    (set_in("components", "exam"), "$.here.types[0].components", "Give a list of texts."),
    (set_in("domains", [1]), "$.here.types[0].domains", "Give a list of texts."),
    (set_in("second_person", None), "$.here.types[0].second_person", "Give a list of texts."),
    (set_in("second_person", ["award", "eat"]), "$.here.types[0].second_person", "Unknown: eat."),
    (set_in("validity_months", 0), "$.here.types[0].validity_months", "from 1 to 1200"),
    (set_in("validity_months", 1201), "$.here.types[0].validity_months", "from 1 to 1200"),
    (set_in("validity_months", True), "$.here.types[0].validity_months", "from 1 to 1200"),
    (set_in("validity_months", "24"), "$.here.types[0].validity_months", "from 1 to 1200"),
    (set_in("position", -1), "$.here.types[0].position", "from 0 to 32767"),
    (set_in("position", 40_000), "$.here.types[0].position", "from 0 to 32767"),
    (set_in("position", None), "$.here.types[0].position", "from 0 to 32767"),
]


@pytest.mark.once
@pytest.mark.parametrize(("change", "path", "text"), PROBLEMS)
def test_what_is_wrong_with_the_data_is_said_with_its_place(
    change: Change, path: str, text: str
) -> None:
    assert text in problems(changed(change)).get(path, "nothing")


@pytest.mark.once
def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = problems({"types": [{"code": 7, "odd": 1, "position": -1}, {}]})
    assert len(found) == 8


@pytest.mark.django_db
def test_what_is_loaded_is_exported_as_the_same(at: datetime) -> None:
    assert SECTION.export() is None
    assert SECTION.load(DATA, actor=SYSTEM, at=at)
    exported = SECTION.export()
    small, full = exported["types"]
    assert full == CPAP
    assert small == {
        **SMALL, "name": "", "level": "", "components": [], "validity_months": None,
        "domains": [], "second_person": ["award", "revoke", "supersede", "surrender"],
        "position": 0,
    }  # fmt: skip
    assert json.loads(json.dumps(exported)) == exported
    assert problems(exported) == {}


@pytest.mark.django_db
def test_loading_the_same_or_what_was_exported_again_changes_nothing(at: datetime) -> None:
    SECTION.load(DATA, actor=SYSTEM, at=at)
    events = Event.objects.count()
    assert not SECTION.load(deepcopy(DATA), actor=SYSTEM, at=at)
    assert not SECTION.load(SECTION.export(), actor=SYSTEM, at=at)
    assert (CredentialType.objects.count(), Event.objects.count()) == (2, events)


@pytest.mark.django_db
def test_a_type_is_described_anew_and_one_that_is_not_in_the_file_stays(at: datetime) -> None:
    SECTION.load(DATA, actor=SYSTEM, at=at)
    assert SECTION.load({"types": [{**SMALL, "name": "Small"}]}, actor=SYSTEM, at=at)
    assert {each.code: each.name for each in queries.types()} == {
        "CPAP": "Certified Operator", "AI2": "Small"
    }  # fmt: skip


REFUSED: list[tuple[Change, str]] = [
    (set_in("code", "cpap"), "“cpap” is no code"),
    (lambda data: data["types"][1].update(code="CPAP0"), ""),
    (lambda data: data["types"].append({**SMALL, "code": "A12"}), "reads like “AI2”"),
    (set_in("criteria", "Passed\x07."), "U+0007, which can't be printed"),
    (set_in("name", "Op\x00erator"), "U+0000, which can't be printed"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "text"), REFUSED)
def test_what_only_loading_shows_to_be_wrong_is_refused_with_its_place(
    at: datetime, change: Change, text: str
) -> None:
    data = changed(change)
    if not text:
        assert SECTION.load(data, actor=SYSTEM, at=at)
        return
    with pytest.raises(SectionRefused) as refusal:
        SECTION.load(data, actor=SYSTEM, at=at)
    (problem,) = refusal.value.problems
    assert problem.path in ("$.types[0]", "$.types[2]")
    assert text in problem.text


def test_a_programme_is_loaded_and_exported_with_its_types(institute: None, at: datetime) -> None:
    text = json.dumps(FILE)
    assert load_programme(text, actor=SYSTEM, at=at, dry_run=False)["credentials"]
    assert not load_programme(text, actor=SYSTEM, at=at, dry_run=False)["credentials"]
    exported = export_programme()
    assert exported["sections"]["credentials"]["types"][1] == CPAP
    again = load_programme(json.dumps(exported), actor=SYSTEM, at=at, dry_run=False)
    assert not again["credentials"]


def test_a_file_with_one_bad_type_loads_nothing(institute: None, at: datetime) -> None:
    odd = deepcopy(FILE)
    odd["sections"]["credentials"]["types"].append({**SMALL, "code": "A12"})
    with pytest.raises(ProgrammeRefused) as refusal:
        load_programme(json.dumps(odd), actor=SYSTEM, at=at, dry_run=False)
    assert refusal.value.problems[0].path == "$.sections.credentials.types[2]"
    assert not queries.types().exists()


@pytest.mark.once
def test_a_file_is_refused_with_the_place_in_the_whole_file() -> None:
    odd = deepcopy(FILE)
    odd["sections"]["credentials"]["types"][0]["level"] = 3
    with pytest.raises(ProgrammeRefused, match=r"\$\.sections\.credentials\.types\[0\]\.level"):
        read_document(json.dumps(odd))


def test_a_dry_run_leaves_nothing_behind(institute: None, at: datetime) -> None:
    load_programme(json.dumps(FILE), actor=SYSTEM, at=at, dry_run=True)
    assert not queries.types().exists()
