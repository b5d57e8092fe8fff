"""Commands that import, export, compare and relate editions of frameworks."""

import json
import re
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.test import Client

from guildmark.apps.standard import queries
from guildmark.apps.standard.exchange import Format, write
from guildmark.apps.standard.models import Framework, Lineage
from guildmark.cores.catalog import Catalog, ChangeClass, LineageKind, Reference, WithdrawalReason
from tests.apps.standard.factories import (
    FIRST,
    LOG,
    a_catalog,
    a_requirement,
    beside,
    changed,
    edited,
    following,
    record,
    release,
    rows,
    without,
)
from tests.processes import fresh_environment, guildmark
from tests.site.test_cli import run

SHARED = Path(__file__).resolve().parents[2] / "../shared/data"
SHORTER = LOG.replace("ninety", "sixty")
SECOND = following(
    FIRST,
    "1.1",
    beside(
        without(edited(FIRST, "log", statement=SHORTER), "review"), a_requirement("drill", "EX-1.2")
    ),
    changed("log"),
    record(LineageKind.WITHDRAWN, ["review"], reason=WithdrawalReason.NOT_PRACTICAL),
    record(LineageKind.NEW, targets=["drill"]),
)
ASVS: dict[str, Any] = {
    "requirements": [
        {
            "chapter_id": "V1", "chapter_name": "Logging", "section_id": "V1.1",
            "section_name": "Content", "req_id": f"V1.1.{number}", "req_description": text,
            "level1": "", "level2": "x", "level3": "x", "cwe": "778", "nist": "",
        }
        for number, text in enumerate(
            ["Verify that calls are logged.", "[DELETED, NOT PRACTICAL]"], 1
        )
    ]
}  # fmt: skip
CONTROL = {
    "id": "ac-1", "title": "Policy", "props": [{"name": "label", "value": "AC-1"}],
    "parts": [{"id": "ac-1_smt", "name": "statement", "prose": "The organization has a policy."}],
}  # fmt: skip
OSCAL: dict[str, Any] = {
    "catalog": {
        "uuid": "613fca2d-704a-42e7-8e2b-b206fb92b456",
        "metadata": {
            "title": "Controls", "last-modified": "2026-01-01T00:00:00Z", "version": "5.0.1",
            "oscal-version": "1.1.2",
        },
        "groups": [{"id": "ac", "class": "family", "title": "Access", "controls": [CONTROL]}],
    }
}  # fmt: skip


def said(name: str, *arguments: str) -> list[str]:
    """What a command prints, line by line."""
    output = StringIO()
    call_command(name, *arguments, stdout=output)
    return output.getvalue().splitlines()


def refused(name: str, *arguments: str) -> str:
    """The message with which a command refuses."""
    with pytest.raises(CommandError) as refusal:
        call_command(name, *arguments, stdout=StringIO())
    assert refusal.value.returncode == 1
    return str(refusal.value)


def file(folder: Path, name: str, text: str | dict[str, Any]) -> str:
    """A file with this text, or with this document as JSON."""
    path = folder / name
    path.write_text(
        text if isinstance(text, str) else json.dumps(text), encoding="utf-8", newline=""
    )
    return str(path)


# Importing

FILES: dict[str, Callable[[], str]] = {
    "oscal": lambda: write(FIRST, Format.OSCAL),
    "json": lambda: write(FIRST, Format.JSON),
    "csv": lambda: write(FIRST, Format.CSV),
}


@pytest.mark.django_db
@pytest.mark.parametrize("form", FILES)
def test_each_format_that_is_written_can_be_imported(form: str, tmp_path: Path) -> None:
    path = file(tmp_path, f"any.{form}", FILES[form]())
    assert said("import_framework", path, "--format", form) == [
        "example 1.0: imported",
        "2 domains, 4 requirements (0 withdrawn), 0 lineage records",
    ]
    assert queries.catalog(queries.editions(Framework.objects.get())[0]) == FIRST
    again = said("import_framework", path, "--format", form)
    assert "was here already" in again[0]
    assert again[-1] == "2 domains, 4 requirements (0 withdrawn), 0 lineage records"


@pytest.mark.django_db
def test_an_asvs_file_is_imported_under_the_key_and_number_of_its_name(tmp_path: Path) -> None:
    path = file(tmp_path, "asvs-4.0.3.json", ASVS)
    first, day, counts = said("import_framework", path, "--format", "asvs")
    assert first == "asvs 4.0.3: imported"
    assert "--released" in day
    assert counts == "1 domains, 2 requirements (1 withdrawn), 0 lineage records"
    newer = file(tmp_path, "asvs-5.0.0.json", ASVS)
    assert said("import_framework", newer, "--format", "asvs")[:2] == [
        "asvs 5.0.0: imported",
        "follows 4.0.3",
    ]


@pytest.mark.django_db
def test_a_foreign_oscal_file_is_imported_with_what_it_says(tmp_path: Path) -> None:
    path = file(tmp_path, "nist-800-53-rev5.json", OSCAL)
    lines = said("import_framework", path, "--format", "oscal")
    assert lines[0] == "nist-800-53 5.0.1: imported"
    assert lines[-1] == "1 domains, 1 requirements (0 withdrawn), 0 lineage records"
    [edition] = queries.editions(Framework.objects.get())
    assert edition.framework.external
    found = queries.requirement(edition, "AC-1")
    assert found is not None
    assert (found.key, found.statement) == ("ac-1", "The organization has a policy.")


@pytest.mark.django_db
def test_the_caller_may_say_what_the_file_does_not(tmp_path: Path) -> None:
    release(a_catalog("3", key="web", external=True))
    path = file(tmp_path, "download.json", ASVS)
    hints = {
        "--key": "web", "--code": "WEB", "--name": "Web Standard", "--edition": "4",
        "--supersedes": "3", "--licence": "CC0", "--attribution": "Them",
    }  # fmt: skip
    words = [word for pair in hints.items() for word in pair]
    assert said("import_framework", path, "--format", "asvs", *words)[:2] == [
        "web 4: imported",
        "follows 3",
    ]
    edition = queries.newest(Framework.objects.get())
    assert edition is not None
    assert (edition.licence, edition.attribution) == ("CC0", "Them")


@pytest.mark.django_db
def test_a_dry_run_checks_everything_and_imports_nothing(tmp_path: Path) -> None:
    path = file(tmp_path, "asvs-4.0.3.json", ASVS)
    lines = said("import_framework", path, "--format", "asvs", "--dry-run")
    assert "nothing was imported" in lines[0]
    assert lines[-1] == "1 domains, 2 requirements (1 withdrawn), 0 lineage records"
    assert not Framework.objects.exists()
    broken = file(tmp_path, "broken.csv", write(a_catalog("0.1"), Format.CSV))
    assert "1.0" in refused("import_framework", broken, "--format", "csv", "--dry-run")
    assert not Framework.objects.exists()


@pytest.mark.django_db
def test_a_file_is_read_from_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(write(FIRST, Format.JSON)))
    assert said("import_framework", "-", "--format", "json")[0] == "example 1.0: imported"


WRONG = edited(edited(FIRST, "log", statement=""), "review", parent="nobody", related=("nobody",))


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_refusal_lists_every_problem_with_its_place(form: str, tmp_path: Path) -> None:
    path = file(tmp_path, f"wrong.{form}", write(WRONG, Format(form)))
    lines = refused("import_framework", path, "--format", form).splitlines()
    assert lines[0] == f"Nothing was imported from {path}: 3 problems."
    assert len(lines) == 4
    assert not Framework.objects.exists()


@pytest.mark.django_db
def test_another_text_under_the_same_number_is_refused(tmp_path: Path) -> None:
    release(FIRST)
    other = write(edited(FIRST, "log", title="Other"), Format.CSV)
    path = file(tmp_path, "other.csv", other)
    told = refused("import_framework", path, "--format", "csv")
    assert "1 problem." in told
    assert "never changes" in told


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["oscal", "asvs", "json", "csv"])
@pytest.mark.parametrize("content", ["", "{", "[]", "no,such\nfile,here\n"])
def test_what_is_no_such_file_is_refused(form: str, content: str, tmp_path: Path) -> None:
    path = file(tmp_path, "asvs-1.0.json", content)
    assert "Nothing was imported" in refused("import_framework", path, "--format", form)


@pytest.mark.django_db
def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    assert "can't be read" in refused("import_framework", str(tmp_path / "x"), "--format", "csv")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    assert "can't be read" in refused(
        "import_framework", str(tmp_path / "bytes"), "--format", "csv"
    )


# Exporting and back

ODD = edited(
    FIRST,
    "log",
    statement='=1+1 "quoted", <b>bold</b> & Käse 🧀\n\n  indented; a | b \\ {{ insert: param, x }}',
    references=(Reference(text="a | b", url="https://example.org/?a=b&c=d"), Reference(text="\\")),
    tags=("level 1",),
    related=("review",),
)


def exported(key: str, number: str, form: str) -> str:
    """What `export-framework` prints."""
    output = StringIO()
    arguments = (key, "--edition", number, "--format", form)
    call_command("export_framework", *arguments, stdout=output)
    return output.getvalue()


def imported_anew(text: str, form: str, folder: Path) -> tuple[str, str]:
    """Import a file into an empty database; return key and number, and what is exported then."""
    path = file(folder, f"back.{form}", text)
    first = said("import_framework", path, "--format", form)[0]
    key, number = first.removesuffix(": imported").split(" ", 1)
    return f"{key} {number}", exported(key, number, form)


@pytest.mark.django_db
@pytest.mark.parametrize("external", [True, False])
@pytest.mark.parametrize("form", ["oscal", "json", "csv"])
def test_a_file_imported_elsewhere_is_exported_as_the_same_bytes(
    form: str, external: bool, tmp_path: Path
) -> None:
    text = a_catalog("1.0", external=external)
    odd = edited(text, "log", statement=next(ODD.requirements).statement, tags=("level 1",))
    with transaction.atomic():
        release(odd)
        first = exported("example", "1.0", form)
        transaction.set_rollback(True)
    assert not Framework.objects.exists()
    assert imported_anew(first, form, tmp_path) == ("example 1.0", first)


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["oscal", "json", "csv"])
def test_lineage_travels_along(form: str, tmp_path: Path) -> None:
    with transaction.atomic():
        release(FIRST)
        release(SECOND)
        first = exported("example", "1.1", form)
        transaction.set_rollback(True)
    release(FIRST)
    assert imported_anew(first, form, tmp_path) == ("example 1.1", first)


@pytest.mark.django_db
def test_an_export_goes_to_a_file_or_to_the_screen_as_the_same_bytes(tmp_path: Path) -> None:
    release(ODD)
    for form in ("oscal", "json", "csv", "markdown"):
        path = tmp_path / f"out.{form}"
        path.write_text("old", encoding="utf-8")
        arguments = ("example", "--edition", "1.0", "--format", form, "--output", str(path))
        assert said("export_framework", *arguments) == [f"example 1.0 is written to {path}."]
        assert path.read_bytes().decode() == exported("example", "1.0", form)
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "out.csv", "out.json", "out.markdown", "out.oscal",
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    "command", ["export_framework", "compare", "suggest_lineage", "lint_lineage"]
)
def test_what_is_not_here_is_refused_with_what_is(command: str) -> None:
    release(FIRST)
    release(a_catalog("4", key="other", external=True))

    def told(key: str, number: str) -> str:
        if command == "export_framework":
            return refused(command, key, "--edition", number, "--format", "csv")
        return refused(command, key, number, "1.0")

    assert "there are: example, other" in told("nothing", "1.0")
    assert "it has: 1.0" in told("example", "9.9")


@pytest.mark.django_db
def test_before_anything_is_imported_a_refusal_says_so() -> None:
    assert "there are: none" in refused("compare", "example", "1", "2")


@pytest.mark.django_db
def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    release(FIRST)
    path = str(tmp_path / "none" / "out.csv")
    arguments = ("example", "--edition", "1.0", "--format", "csv", "--output", path)
    assert "can't be written" in refused("export_framework", *arguments)


# Comparing


@pytest.fixture
def both(db: None) -> None:
    """Two editions of the institute's own framework."""
    release(FIRST)
    release(SECOND)


@pytest.mark.usefixtures("both")
def test_compare_tells_every_change_and_then_the_counts() -> None:
    assert said("compare", "example", "1.0", "1.1") == [
        "substantive   EX-1.1 (statement)",
        "new           EX-1.2",
        "withdrawn     EX-1.2",
        "WARNING: EX-1.2 names another requirement now: review → drill",
        "example 1.0 → 1.1: 1 new, 1 substantive, 2 unchanged, 1 withdrawn",
    ]


@pytest.mark.usefixtures("both")
def test_compare_shows_one_class_or_kind_where_that_is_asked() -> None:
    lines = said("compare", "example", "1.0", "1.1", "--class", "new")
    assert lines[0] == "new           EX-1.2"
    assert not any(each.startswith(("substantive", "withdrawn")) for each in lines)
    assert lines[-1].startswith("example 1.0 → 1.1: 1 new")


@pytest.mark.usefixtures("both")
def test_compare_goes_backwards_too() -> None:
    lines = said("compare", "example", "1.1", "1.0")
    assert lines[0] == "substantive   EX-1.1 (statement)"
    assert lines[-1] == "example 1.1 → 1.0: 1 new, 1 substantive, 2 unchanged, 1 withdrawn"


@pytest.mark.usefixtures("both")
def test_compare_is_one_document_for_programs() -> None:
    output = StringIO()
    call_command("compare", "example", "1.0", "1.1", format="json", stdout=output)
    found = json.loads(output.getvalue())
    newer, older = queries.editions(Framework.objects.get())
    expected = queries.comparison_document(older, newer, queries.comparison(older, newer))
    assert found == json.loads(json.dumps(expected))
    assert found["counts"] == {"new": 1, "substantive": 1, "unchanged": 2, "withdrawn": 1}


@pytest.mark.django_db
def test_compare_shows_where_a_label_went() -> None:
    release(FIRST)
    text = edited(FIRST, "log", label="EX-7")
    moved = record(LineageKind.MOVED, ["log"], ["log"], confirmed=ChangeClass.EDITORIAL)
    release(following(FIRST, "1.0.1", text, moved))
    assert said("compare", "example", "1.0", "1.0.1")[0] == "editorial     EX-1.1 → EX-7 (label)"


# Lineage


def foreign(number: str, prefix: str, count: int = 8, **edition: Any) -> Catalog:
    """An edition of somebody else's, with keys of its own."""
    named = [a_requirement(f"{prefix}-{n}", f"{n}", statement=each.statement, title=f"Item {n}")
             for n, each in enumerate(rows(count), 1)]  # fmt: skip
    return a_catalog(number, external=True, domains={"all": named}, **edition)


@pytest.fixture
def foreign_editions(db: None) -> None:
    """Two editions of somebody else's that share no key."""
    release(foreign("4.0", "v4.0"))
    release(foreign("5.0", "v5.0", supersedes="4.0"))


MAPPING = """---
# What became of it.
v4.0-1:
  tag-v5.0: MOVED TO v5.0-1
v4.0-2:
  tag-v5.0: GRAMMAR, MOVED TO v5.0-7
v4.0-3:
  tag-v5.0: DELETED, NOT PRACTICAL
"""


@pytest.mark.usefixtures("foreign_editions")
def test_suggest_lineage_ranks_at_most_five_for_each_and_records_nothing() -> None:
    lines = said("suggest_lineage", "example", "4.0", "5.0")
    assert lines[-1] == "8 requirements, up to five candidates each"
    heads = [n for n, each in enumerate(lines[:-1]) if not each.startswith("  ")]
    assert len(heads) == 8
    sizes = [
        end - start - 1 for start, end in zip(heads, [*heads[1:], len(lines) - 1], strict=True)
    ]
    assert set(sizes) == {5}
    assert lines[0] == "1 Item 1"
    assert re.fullmatch(r"  \d\.\d\d  1 Item 1  \(.+\)", lines[1])
    output = StringIO()
    call_command("suggest_lineage", "example", "4.0", "5.0", format="json", stdout=output)
    found = json.loads(output.getvalue())
    assert {key: len(near) for key, near in found.items()} == {f"v4.0-{n}": 5 for n in range(1, 9)}
    assert set(found["v4.0-1"][0]) == {"key", "score", "shared"}
    scores = [each["score"] for each in found["v4.0-1"]]
    assert scores == sorted(scores, reverse=True)
    assert not Lineage.objects.exists()


@pytest.mark.usefixtures("foreign_editions")
def test_lint_lineage_looks_over_a_mapping_that_is_not_recorded(tmp_path: Path) -> None:
    path = file(tmp_path, "mapping.yml", MAPPING)
    arguments = ("lint_lineage", "example", "4.0", "5.0")
    lines = said(*arguments, "--mapping", path)
    assert lines[-1] == "2 pairs, 0 with a contradiction"
    assert "2 → 7" in lines[0]
    assert "nearest 2" in lines[0]
    assert "1 → 1" in lines[1]
    assert "is the nearest" in lines[1]
    assert len(said(*arguments, "--mapping", path, "--worst", "1")) == 2
    assert said(*arguments) == ["0 pairs, 0 with a contradiction"]
    assert not Lineage.objects.exists()
    output = StringIO()
    call_command(*arguments, mapping=path, format="json", stdout=output)
    found = json.loads(output.getvalue())
    assert found["pairs"] == 2
    assert found["worst"][0]["source"] == "v4.0-2"
    assert found["worst"][1] == {
        "source": "v4.0-1", "target": "v5.0-1", "kind": "moved", "score": 1.0, "rank": 1,
        "nearest": "v5.0-1", "faults": [],
    }  # fmt: skip


@pytest.mark.usefixtures("foreign_editions")
def test_lint_lineage_marks_what_contradicts_itself(tmp_path: Path) -> None:
    wrong = MAPPING.replace("v5.0-7", "v5.0-99")
    lines = said("lint_lineage", "example", "4.0", "5.0", "--mapping",
                 file(tmp_path, "mapping.yml", wrong))  # fmt: skip
    assert lines[0].endswith("CONTRADICTION: unknown target")
    assert lines[-1] == "2 pairs, 1 with a contradiction"


@pytest.mark.usefixtures("foreign_editions")
def test_import_lineage_records_a_mapping_once(tmp_path: Path) -> None:
    path = file(tmp_path, "mapping.yml", MAPPING)
    arguments = ("import_lineage", "example", "4.0", "5.0", path)
    assert said(*arguments) == ["example 4.0 → 5.0: 3 records added"]
    assert said(*arguments) == ["example 4.0 → 5.0: 0 records added"]
    assert said("lint_lineage", "example", "4.0", "5.0")[-1] == "2 pairs, 0 with a contradiction"
    counts = said("compare", "example", "4.0", "5.0")[-1]
    assert counts == "example 4.0 → 5.0: 2 editorial, 6 new, 6 withdrawn"


@pytest.mark.usefixtures("foreign_editions")
def test_import_lineage_refuses_what_is_wrong_with_every_problem(tmp_path: Path) -> None:
    wrong = MAPPING.replace("v5.0-7", "v5.0-99").replace("v4.0-3", "v4.0-77")
    path = file(tmp_path, "mapping.yml", wrong)
    told = refused("import_lineage", "example", "4.0", "5.0", path).splitlines()
    assert told[0] == f"Nothing was recorded from {path}: 2 problems."
    assert "v4.0-77" in told[1] + told[2]
    assert "v5.0-99" in told[1] + told[2]
    unread = file(tmp_path, "odd.yml", "v4.0-1:\n  tag-v5.0: SUNG\nwhat\n")
    for command in ("import_lineage", "lint_lineage"):
        rest = ("--mapping", unread) if command == "lint_lineage" else (unread,)
        told = refused(command, "example", "4.0", "5.0", *rest).splitlines()
        assert "2 problems" in told[0]
        assert [each.split(":")[0] for each in told[1:]] == ["line 2", "line 3"]
    assert not Lineage.objects.exists()


@pytest.mark.usefixtures("both")
def test_import_lineage_leaves_an_own_framework_alone(tmp_path: Path) -> None:
    mapping = "v1-log:\n  tag-v1: MOVED TO v1-drill\n"
    path = file(tmp_path, "mapping.yml", mapping)
    assert "own" in refused("import_lineage", "example", "1.0", "1.1", path)


# As typed


@pytest.mark.once
def test_the_commands_work_as_typed_on_a_database_of_their_own(tmp_path: Path) -> None:
    path = file(tmp_path, "asvs-4.0.3.json", ASVS)
    with fresh_environment(tmp_path / "var") as environment:
        guildmark(environment, "migrate", "-v0")
        out = guildmark(environment, "import-framework", path, "--format", "asvs").splitlines()
        assert out[-1] == "1 domains, 2 requirements (1 withdrawn), 0 lineage records"
        text = guildmark(
            environment, "export-framework", "asvs", "--edition", "4.0.3", "--format", "json"
        )
        assert json.loads(text)["edition"]["number"] == "4.0.3"
        wrong = file(tmp_path, "wrong.csv", write(WRONG, Format.CSV))
        done = run("import-framework", wrong, "--format", "csv", **environment)
        assert done.returncode == 1
        assert "3 problems" in done.stderr
        assert "Traceback" not in done.stderr
        assert run("import-framework", wrong, "--format", "xml", **environment).returncode == 2


# The real ones

REAL = {
    "oscal/nist-800-53-rev4.json": ("oscal", 922),
    "oscal/nist-800-53-rev5.json": ("oscal", 1189),
    "asvs/asvs-4.0.3.json": ("asvs", 286),
    "asvs/asvs-5.0.0.json": ("asvs", 345),
}


def real(name: str) -> str:
    """The path of a framework that is not part of this project; skips where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not here; put the folder shared/data beside the project")
    return str(path)


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("name", REAL)
def test_a_real_framework_is_imported_whole_within_five_seconds(name: str) -> None:
    form, count = REAL[name]
    path = real(name)
    start = time.perf_counter()
    lines = said("import_framework", path, "--format", form)
    assert time.perf_counter() - start < 5
    assert f" {count} requirements " in lines[-1]
    [edition] = queries.editions(Framework.objects.get())
    assert queries.requirements(edition).count() == count
    assert "was here already" in said("import_framework", path, "--format", form)[0]


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("name", ["oscal/nist-800-53-rev5.json", "asvs/asvs-5.0.0.json"])
def test_a_real_framework_travels_through_every_format_as_the_same_bytes(
    name: str, tmp_path: Path
) -> None:
    path = real(name)
    with transaction.atomic():
        line = said("import_framework", path, "--format", REAL[name][0])[0]
        key, number = line.removesuffix(": imported").split(" ", 1)
        files = {form: exported(key, number, form) for form in ("oscal", "json", "csv")}
        transaction.set_rollback(True)
    for form, first in files.items():
        with transaction.atomic():
            assert imported_anew(first, form, tmp_path) == (f"{key} {number}", first)
            assert exported(key, number, "json") == files["json"]
            transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_day_of_release_can_be_said_and_stands_in_the_citation(
    tmp_path: Path, client: Client
) -> None:
    path = file(tmp_path, "asvs-4.0.3.json", ASVS)
    told = said("import_framework", path, "--format", "asvs", "--released", "2021-10-28")
    assert not any("--released" in line for line in told)
    assert "2021, October 28" in client.get("/standard/asvs/edition/4.0.3/cite/").text
    with pytest.raises(CommandError, match="day"):
        said("import_framework", path, "--format", "asvs", "--released", "yesterday")
