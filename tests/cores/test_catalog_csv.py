import csv
import io
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies.catalog import catalogs

from guildmark.cores.catalog import (
    Catalog,
    CatalogRefused,
    Domain,
    Edition,
    Framework,
    Lineage,
    LineageKind,
    Problem,
    Reference,
    Requirement,
    read_csv,
    write_csv,
    write_json,
)
from guildmark.cores.catalog.csv_format import COLUMNS

pytestmark = pytest.mark.once

CATALOG = Catalog(
    framework=Framework(key="psf", code="PSF", name="=Framework", external=True),
    edition=Edition(number="1.1", supersedes="1.0"),
    domains=(
        Domain(
            key="input",
            label="PSF-1",
            title="Input",
            requirements=(
                Requirement(
                    key="a",
                    label="PSF-1.1",
                    statement="- first\n- second",
                    references=(Reference(text="A | B\\", url="https://example.org"),),
                    tags=("level 1", "x, y"),
                ),
                Requirement(key="b", label="PSF-1.2", statement="'tis"),
            ),
        ),
    ),
    lineage=(Lineage(kind=LineageKind.NEW, targets=("a",)),),
)
WIDTH = len(COLUMNS)
Rows = list[dict[str, str]]


def rows_of(text: str) -> Rows:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def table(rows: Rows, columns: tuple[str, ...] = COLUMNS, **style: str) -> str:
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, columns, extrasaction="ignore", **style)  # type: ignore[arg-type]
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def refusal(text: str) -> tuple[Problem, ...]:
    with pytest.raises(CatalogRefused) as refused:
        read_csv(text)
    return refused.value.problems


@given(catalogs())
def test_what_is_written_reads_back(catalog: Catalog) -> None:
    assert read_csv(write_csv(catalog)) == catalog


@given(catalogs())
def test_no_cell_can_be_taken_for_a_formula(catalog: Catalog) -> None:
    rows = csv.reader(io.StringIO(write_csv(catalog), newline=""))
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))]


def test_rows_lists_and_references_stand_as_documented() -> None:
    text = write_csv(CATALOG)
    rows = rows_of(text)
    assert text.split("\r\n")[0] == ",".join(COLUMNS)
    assert [row["record"] for row in rows] == [
        *("framework", "edition", "domain", "requirement", "requirement", "lineage")
    ]
    assert rows[0]["name"] == "'=Framework"
    assert rows[0]["external"] == "true"
    assert rows[3]["domain"] == "input"
    assert rows[3]["statement"] == "'- first\n- second"
    assert rows[3]["references"] == "A \\| B\\\\ | https://example.org"
    assert rows[3]["tags"] == "level 1\nx, y"
    assert rows[4]["statement"] == "''tis"


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\r\n", "\n"),
        lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"),
        lambda text: text + "\r\n" + "," * (len(COLUMNS) - 1) + "\r\n",
        lambda text: table(rows_of(text), delimiter=";"),
        lambda text: table(rows_of(text), delimiter="\t"),
        lambda text: table(rows_of(text), tuple(reversed(COLUMNS))),
        lambda text: text.replace("''tis", "'tis"),
    ],
    ids=[
        "bom",
        "lf",
        "crlf-in-cells",
        "blank-row",
        "semicolons",
        "tabs",
        "other-order",
        "bare-apostrophe",
    ],
)
def test_what_a_spreadsheet_makes_of_a_table_still_reads(spoilt: Callable[[str], str]) -> None:
    assert read_csv(spoilt(write_csv(CATALOG))) == CATALOG


def edited(row: int, **cells: str) -> str:
    rows = rows_of(write_csv(CATALOG))
    rows[row] |= cells
    return table(rows)


BROKEN: list[tuple[str, str, str]] = [
    ("", "", "the table is empty"),
    ("a,b\r\n1,2\r\n", "line 1", 'no column "record"'),
    (edited(0, record="frame"), "line 2, column record", '"frame" is none of: framework'),
    (edited(1, record="framework"), "line 3, column record", "second framework row"),
    (edited(0, external="maybe"), "line 2, column external", "neither true nor false"),
    (edited(0, key="PSF"), "line 2, column key", "is no key"),
    (edited(1, released_at="1.9.2026"), "line 3, column released_at", "is no time"),
    (edited(2, statement="x"), "line 4, column statement", "has no place in a domain row"),
    (edited(3, domain="output"), "line 5, column domain", 'has the key "output"'),
    (edited(3, domain=""), "line 5, column domain", "no domain row above"),
    (edited(3, status="odd"), "line 5, column status", '"odd" is none of'),
    (edited(3, references="a | b | c"), "line 5, column references", "too many bars"),
    (edited(3, references="a | b"), "line 5, column references", "is no web address"),
    (edited(3, related="zz"), "line 5, column related", 'has the key "zz"'),
    # Two references and two statements with a line break stand above this row.
    (edited(4, statement=""), "line 8, column statement", "is missing"),
    (edited(4, label="PSF-1.1"), "line 8, column label", "already belongs to line 5"),
    (edited(5, kind="odd"), "line 9, column kind", '"odd" is none of'),
    (edited(5, targets="zz"), "line 9, column targets", 'has the key "zz"'),
    (table(rows_of(write_csv(CATALOG))[1:]), "", 'no row has the record "framework"'),
    (table(rows_of(write_csv(CATALOG)), COLUMNS[:-1]), f"line 1, column {COLUMNS[-1]}", "missing"),
    (table([], (*COLUMNS, "zap")), "line 1, column zap", "is not known"),
    (table([], (*COLUMNS, "key")), "line 1, column key", "stands there 2 times"),
    (
        write_csv(CATALOG) + "lineage,x\r\n",
        "line 10",
        f"has 2 cells where the first row has {len(COLUMNS)}",
    ),
    (write_csv(CATALOG) + 'lineage,"x\r\n', "line 10", "cannot be read"),
]


@pytest.mark.parametrize(("text", "place", "message"), BROKEN)
def test_what_is_wrong_is_told_with_line_and_column(text: str, place: str, message: str) -> None:
    found = [each for each in refusal(text) if each.place == place and message in each.text]
    assert len(found) == 1


def test_a_requirement_must_stand_below_its_domain() -> None:
    rows = rows_of(write_csv(CATALOG))
    rows[2], rows[3] = rows[3], rows[2]
    problems = refusal(table(rows))
    assert [each for each in problems if each.place == "line 4, column domain"]


def test_a_missing_row_is_told_once_and_not_by_all_its_fields() -> None:
    problems = refusal(table(rows_of(write_csv(CATALOG))[2:]))
    assert [each for each in problems if not each.place] == [
        Problem("", 'no row has the record "framework"; add one.'),
        Problem("", 'no row has the record "edition"; add one.'),
    ]
    assert all("$" not in str(each) for each in problems)


def test_requirements_of_a_domain_need_not_stand_together() -> None:
    other = Domain(
        key="output",
        label="PSF-2",
        title="Output",
        requirements=(Requirement(key="c", label="PSF-2.1", statement="C"),),
    )
    catalog = replace(CATALOG, domains=(*CATALOG.domains, other))
    rows = rows_of(write_csv(catalog))
    domains = [row for row in rows if row["record"] == "domain"]
    rest = [row for row in rows if row["record"] != "domain"]
    mixed = [*rest[:2], *domains, rest[2], rest[4], rest[3], *rest[5:]]
    assert read_csv(table(mixed)) == catalog


@given(st.data())
def test_a_spoilt_table_reads_or_is_refused(data: st.DataObject) -> None:
    text = write_csv(CATALOG)
    at = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 20))
    piece = data.draw(st.text(st.sampled_from("\",;\r\n'=|\\ax\x00\ud800"), max_size=4))
    with suppress(CatalogRefused):
        assert json.loads(write_json(read_csv(text[:at] + piece + text[at + length :])))
