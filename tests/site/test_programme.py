"""A programme file is judged as a whole, loaded as a whole, and exported as it was loaded."""

import json
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from guildmark.apps.institute import queries, services, slots
from guildmark.apps.institute.models import Programme
from guildmark.apps.institute.slots import Problem, ProgrammeSection
from guildmark.apps.standard import queries as standard
from guildmark.cores.slots import Slot
from guildmark.site.demo.institute import PROGRAMME
from guildmark.site.programme import document as documents
from guildmark.site.programme import transfer
from guildmark.site.programme.document import ProgrammeRefused, read_document
from guildmark.site.programme.transfer import export_programme, load_programme

VALID: dict[str, Any] = json.loads(PROGRAMME.read_text(encoding="utf-8"))


@dataclass
class Colours:
    """A section as a later context might bring it."""

    kept: list[str] = field(default_factory=list)

    def problems(self, data: Any, *, path: str) -> Iterable[Problem]:
        if not isinstance(data, list):
            yield Problem(path, "Give a list.")
            return
        for number, each in enumerate(data):
            if not isinstance(each, str):
                yield Problem(f"{path}[{number}]", "Give a colour.")

    loaded_at: datetime | None = None
    loaded_by: Any = None

    def load(self, data: Any, *, actor: Any, at: datetime) -> bool:
        if "breaks" in data:
            raise RuntimeError("the database is away")
        changed, self.kept = self.kept != list(data), list(data)
        self.loaded_at, self.loaded_by = at, actor
        return changed

    def export(self) -> Any:
        return self.kept or None


@pytest.fixture
def colours(monkeypatch: pytest.MonkeyPatch) -> Colours:
    section = Colours()
    fresh: Slot[ProgrammeSection] = Slot("programme sections")
    fresh.register(section, name="colours")
    for module in (slots, documents, transfer):
        monkeypatch.setattr(module, "programme_sections", fresh)
    return section


@pytest.fixture
def founded(db: None, at: datetime) -> None:
    services.found_institute(
        name="Example", origin="https://example.org", contact_email="a@example.org",
        actor=None, at=at,
    )  # fmt: skip


def changed(**programme: Any) -> str:
    document = deepcopy(VALID)
    document["programme"].update(programme)
    return json.dumps(document)


def problems(text: str) -> dict[str, str]:
    with pytest.raises(ProgrammeRefused) as refused:
        read_document(text)
    return {each.path: each.text for each in refused.value.problems}


@pytest.mark.usefixtures("founded")
def test_what_is_exported_loads_and_exports_as_the_same(at: datetime) -> None:
    assert load_programme(json.dumps(VALID), actor=None, at=at, dry_run=False) == {
        "programme": True,
        "standard": True,
        "credentials": True,
        "practitioners": True,
    }
    exported = export_programme()
    assert exported == VALID
    Programme.objects.all().delete()
    load_programme(json.dumps(exported), actor=None, at=at, dry_run=False)
    assert export_programme() == exported


@pytest.mark.usefixtures("founded")
def test_loading_the_same_file_again_changes_nothing(at: datetime) -> None:
    load_programme(json.dumps(VALID), actor=None, at=at, dry_run=False)
    later = at + timedelta(days=1)
    assert load_programme(json.dumps(VALID), actor=None, at=later, dry_run=False) == {
        "programme": False,
        "standard": False,
        "credentials": False,
        "practitioners": False,
    }
    loaded = queries.programme()
    assert loaded is not None
    assert loaded.loaded_at == at


@pytest.mark.usefixtures("founded")
def test_a_dry_run_says_what_would_change_and_changes_nothing(at: datetime) -> None:
    assert load_programme(json.dumps(VALID), actor=None, at=at, dry_run=True) == {
        "programme": True,
        "standard": True,
        "credentials": True,
        "practitioners": True,
    }
    assert queries.programme() is None
    assert standard.own_framework() is None


@pytest.mark.usefixtures("founded")
def test_a_new_version_of_the_programme_replaces_its_description(at: datetime) -> None:
    load_programme(json.dumps(VALID), actor=None, at=at, dry_run=False)
    load_programme(changed(version="2.0"), actor=None, at=at, dry_run=False)
    assert export_programme()["programme"]["version"] == "2.0"


@pytest.mark.usefixtures("founded")
def test_another_programme_is_refused_by_both_codes(at: datetime) -> None:
    load_programme(json.dumps(VALID), actor=None, at=at, dry_run=False)
    with pytest.raises(ProgrammeRefused, match=r"PSF.*OTHER"):
        load_programme(changed(code="OTHER"), actor=None, at=at, dry_run=False)


@pytest.mark.django_db
def test_without_an_institute_nothing_is_loaded_or_exported(at: datetime) -> None:
    with pytest.raises(ProgrammeRefused, match="guildmark init"):
        load_programme(json.dumps(VALID), actor=None, at=at, dry_run=False)
    with pytest.raises(ProgrammeRefused, match="load-programme"):
        export_programme()


@pytest.mark.once
def test_every_problem_is_listed_with_its_place() -> None:
    found = problems(changed(code="psf", name="", version=7, summary="x" * 2001, colour="red"))
    assert set(found) == {
        "$.programme.code",
        "$.programme.name",
        "$.programme.version",
        "$.programme.summary",
        "$.programme.colour",
    }
    assert "2000" in found["$.programme.summary"]
    assert "attribution" in found["$.programme.colour"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("{", "$", "line 1, column 2"),
        ("[]", "$", "object"),
        ("{}", "$.format", "guildmark-programme"),
        ('{"format": "guildmark-programme", "version": 2}', "$.version", "2"),
        ('{"format": "guildmark-programme", "version": 1}', "$.programme", "missing"),
        ('{"format": "guildmark-programme", "version": 1, "format": 3}', "$..format", "twice"),
        (json.dumps({**VALID, "programme": "PSF"}), "$.programme", "object"),
        ("[" * 100_000, "$", "deep"),
        (json.dumps({**VALID, "extra": 1}), "$.extra", "unknown"),
        (json.dumps({**VALID, "sections": []}), "$.sections", "object"),
        (json.dumps({**VALID, "sections": {"exams": 1}}), "$.sections.exams", "“exams”"),
    ],
)
def test_a_file_that_is_no_programme_is_refused_at_the_place(
    text: str, path: str, words: str
) -> None:
    assert words in problems(text)[path]


@pytest.mark.once
@pytest.mark.parametrize("name", ["with \x00 in it", "with \ud800 in it", "with \x1b[31m in it"])
def test_characters_that_no_database_and_no_page_can_take_are_refused(name: str) -> None:
    assert "$.programme.name" in problems(changed(name=name))


@pytest.mark.usefixtures("founded")
def test_a_section_of_another_context_travels_along(at: datetime, colours: Colours) -> None:
    text = json.dumps({**VALID, "sections": {"colours": ["red"]}})
    assert load_programme(text, actor=None, at=at, dry_run=False) == {
        "programme": True,
        "colours": True,
    }
    assert export_programme()["sections"] == {"colours": ["red"]}
    assert colours.loaded_at == at
    found = problems(json.dumps({**VALID, "sections": {"colours": ["red", 3], "sounds": []}}))
    assert set(found) == {"$.sections.colours[1]", "$.sections.sounds"}
    assert "colours" in found["$.sections.sounds"]


@pytest.mark.usefixtures("founded", "colours")
def test_when_one_section_fails_nothing_is_loaded(at: datetime) -> None:
    text = json.dumps({**VALID, "sections": {"colours": ["breaks"]}})
    with pytest.raises(RuntimeError):
        load_programme(text, actor=None, at=at, dry_run=False)
    assert queries.programme() is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@pytest.mark.once
@given(JSON)
def test_any_json_in_the_place_of_the_programme_is_judged_and_never_breaks(value: Any) -> None:
    assert problems(json.dumps({**VALID, "programme": value}))


@pytest.mark.usefixtures("founded")
def test_the_commands_write_and_read_a_file(tmp_path: Path) -> None:
    said = StringIO()
    call_command("load_programme", str(PROGRAMME), dry_run=True, stdout=said)
    call_command("load_programme", str(PROGRAMME), stdout=said)
    call_command("load_programme", str(PROGRAMME), stdout=said)
    assert said.getvalue().splitlines() == [
        "programme: would change",
        "standard: would change",
        "credentials: would change",
        "practitioners: would change",
        "programme: loaded",
        "standard: loaded",
        "credentials: loaded",
        "practitioners: loaded",
        "programme: unchanged",
        "standard: unchanged",
        "credentials: unchanged",
        "practitioners: unchanged",
    ]
    file = tmp_path / "out.json"
    call_command("export_programme", output=str(file), stdout=said)
    assert json.loads(file.read_text(encoding="utf-8")) == VALID
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    with pytest.raises(CommandError, match="can't be written"):
        call_command("export_programme", output=str(tmp_path / "none" / "out.json"), stdout=said)


@pytest.mark.usefixtures("founded")
def test_the_command_lists_problems_for_people_and_for_programs(tmp_path: Path) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(changed(code="psf", name=""), encoding="utf-8")
    with pytest.raises(CommandError, match=r"(?s)Nothing was loaded.*programme\.code.*\.name"):
        call_command("load_programme", str(file))
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("load_programme", str(file), format="json", stdout=said)
    assert ended.value.code == 1
    assert [each["path"] for each in json.loads(said.getvalue())["problems"]] == [
        "$.programme.code",
        "$.programme.name",
    ]
