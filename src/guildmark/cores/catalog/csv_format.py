"""Catalogs as one table of comma-separated values, for people who work in a spreadsheet.

The first row names the columns; `record` says what each further row is: the framework, the
edition, a domain, a requirement (its `domain` is the key of a domain further up) or a lineage
record. The other columns are the fields of `model`. A list stands with one item per line inside
its cell; a reference is `text | url`, in which backslash and bar are written `\\\\` and `\\|`.

Rows end with CR LF (RFC 4180). Reading also accepts LF, a byte order mark, columns in another
order, and semicolons or tabs instead of commas. A spreadsheet runs a cell that begins with
= + - @ or a tab as a formula; such a cell gets an apostrophe before it, which reading takes away.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from guildmark.cores.catalog.document import FORMAT, VERSION, from_document, to_document
from guildmark.cores.catalog.model import (
    Catalog,
    Domain,
    Edition,
    Framework,
    Lineage,
    Reference,
    Requirement,
)
from guildmark.cores.catalog.places import retold
from guildmark.cores.catalog.problems import CatalogRefused, Problem

_KINDS: dict[str, type] = {
    "framework": Framework,
    "edition": Edition,
    "domain": Domain,
    "requirement": Requirement,
    "lineage": Lineage,
}
_FIELDS = {
    record: tuple(each.name for each in fields(kind) if each.name != "requirements")
    for record, kind in _KINDS.items()
} | {"requirement": ("domain", *(each.name for each in fields(Requirement)))}
_TYPES = {each.name: each.type for kind in _KINDS.values() for each in fields(kind)}
COLUMNS = tuple(
    dict.fromkeys(["record", "domain", *(name for names in _FIELDS.values() for name in names)])
)

_FORMULA = re.compile(r"[=+\-@\t\r']")
_GUARDED = re.compile(r"'(?=[=+\-@\t\r'])")
_WORD = r"((?:\\[\\|]|[^\\|]|\\(?![\\|]))*?)"
_REFERENCE = re.compile(rf"{_WORD}(?: *\| *{_WORD})?")


def write_csv(catalog: Catalog) -> str:
    """Return a sound catalog as a table; reading it gives the same catalog."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _written_rows(to_document(catalog)):
        writer.writerow([_guarded(row.get(name, "")) for name in COLUMNS])
    return target.getvalue()


def read_csv(text: str) -> Catalog:
    """Return the sound catalog in the table, or raise CatalogRefused with all that is wrong.

    Places are lines of the file, counted from 1, and names of columns.
    """
    reading = _Reading()
    rows = list(_rows(text, reading.problems))
    if not rows:
        raise CatalogRefused([*reading.problems, Problem("", "the table is empty.")])
    header = _header(rows[0][1], reading.problems)
    if not header:
        raise CatalogRefused(reading.problems)
    for line, cells in rows[1:]:
        reading.add(line, header, cells)
    return reading.catalog()


def _written_rows(document: dict[str, Any]) -> Iterator[dict[str, str]]:
    yield _row("framework", document["framework"])
    yield _row("edition", document["edition"])
    for domain in document.get("domains", ()):
        yield _row("domain", domain)
        for requirement in domain.get("requirements", ()):
            yield {**_row("requirement", requirement), "domain": domain["key"]}
    for record in document.get("lineage", ()):
        yield _row("lineage", record)


def _row(record: str, values: dict[str, Any]) -> dict[str, str]:
    row = {name: _cell(value) for name, value in values.items() if name != "requirements"}
    return {"record": record, **row}


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(_item(each) for each in value)
    return "true" if value is True else str(value)


def _item(value: str | dict[str, str]) -> str:
    if isinstance(value, str):
        return value
    return " | ".join(re.sub(r"([\\|])", r"\\\1", each) for each in value.values())


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _plain(cell: str) -> str:
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return text[1:] if _GUARDED.match(text) else text


def _rows(text: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    text = text.removeprefix("\ufeff")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cells):
                yield line, [_plain(cell) for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(
            Problem(f"line {line}", f"the row cannot be read ({error}); look for a lone quote mark")
        )


def _header(cells: Sequence[str], problems: list[Problem]) -> Sequence[str]:
    """Return the names of the columns, or nothing if the rows below cannot be understood."""
    names = [cell.strip() for cell in cells]
    if "record" not in names:
        text = 'has no column "record", so this is no table of a catalog.'
        problems.append(Problem("line 1", text))
        return ()
    for name, count in Counter(names).items():
        if name not in COLUMNS:
            text = f"this column is not known; known are: {', '.join(COLUMNS)}."
            problems.append(Problem(f"line 1, column {name or '(without name)'}", text))
        elif count > 1:
            problems.append(Problem(f"line 1, column {name}", f"stands there {count} times."))
    for name in COLUMNS:
        if name not in names:
            text = "this column is missing; add it, even if it stays empty."
            problems.append(Problem(f"line 1, column {name}", text))
    return names


@dataclass
class _Reading:
    """The table as far as it was read, as a document, and the line on which each part stands."""

    document: dict[str, Any] = field(default_factory=lambda: {"domains": [], "lineage": []})
    lines: dict[str, str] = field(default_factory=dict)
    domains: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, header: Sequence[str], cells: Sequence[str]) -> None:
        """Take in one row."""
        if len(cells) != len(header):
            text = f"has {len(cells)} cells where the first row has {len(header)}."
            self._note(line, text)
            return
        row = dict(zip(header, cells, strict=True))
        record = row.pop("record").strip()
        if record not in _KINDS:
            self._note(line, f'"{record}" is none of: {", ".join(_KINDS)}.', "record")
            return
        values = dict(self._values(line, record, row))
        place = self._placed(line, record, values)
        self.lines[place] = f"line {line}"

    def catalog(self) -> Catalog:
        """Return what was read, or raise CatalogRefused."""
        for record in ("framework", "edition"):
            if record not in self.document:
                self.problems.append(Problem("", f'no row has the record "{record}"; add one.'))
                self.document[record] = {}
                self.lines[f"$.{record}"] = ""
        try:
            catalog = from_document({"format": FORMAT, "version": VERSION, **self.document})
        except CatalogRefused as refused:
            found = retold(refused.problems, self.lines, _told)
            # What a missing row leaves without a line is told already, by the missing row.
            raise CatalogRefused(
                [*self.problems, *(each for each in found if each.place)]
            ) from None
        if self.problems:
            raise CatalogRefused(self.problems)
        return catalog

    def _values(self, line: int, record: str, row: dict[str, str]) -> Iterator[tuple[str, Any]]:
        for name, cell in row.items():
            if not cell or name not in COLUMNS:
                continue
            if name not in _FIELDS[record]:
                self._note(line, f"has no place in a {record} row; empty the cell.", name)
            else:
                yield name, self._value(line, name, cell)

    def _value(self, line: int, name: str, cell: str) -> Any:
        kind = _TYPES.get(name, str)
        if kind is bool:
            return self._flag(line, name, cell)
        if kind not in {tuple[str, ...], tuple[Reference, ...]}:
            return cell
        items = [item for item in cell.split("\n") if item]
        if kind == tuple[Reference, ...]:
            return [self._reference(line, name, item) for item in items]
        return items

    def _flag(self, line: int, name: str, cell: str) -> bool:
        word = cell.strip().lower()
        if word not in {"true", "false"}:
            self._note(line, f'"{cell}" is neither true nor false.', name)
        return word == "true"

    def _reference(self, line: int, name: str, item: str) -> dict[str, str]:
        found = _REFERENCE.fullmatch(item)
        if not found:
            text = f'"{item}" has too many bars; write text | url, and a bar in either as \\|.'
            self._note(line, text, name)
            return {"text": item}
        parts = (re.sub(r"\\([\\|])", r"\1", each or "") for each in found.groups())
        return {key: part for key, part in zip(("text", "url"), parts, strict=True) if part}

    def _placed(self, line: int, record: str, values: dict[str, Any]) -> str:
        if record in {"framework", "edition"}:
            if record in self.document:
                self._note(line, f"is a second {record} row; a file holds one.", "record")
            self.document.setdefault(record, values)
            return f"$.{record}"
        if record == "requirement":
            return self._placed_in_domain(line, values)
        rows = self.document["domains" if record == "domain" else record]
        rows.append(values)
        if record == "domain":
            self.domains.setdefault(values.get("key", ""), len(rows) - 1)
        return f"$.{'domains' if record == 'domain' else record}[{len(rows) - 1}]"

    def _placed_in_domain(self, line: int, values: dict[str, Any]) -> str:
        key = values.pop("domain", "")
        if key not in self.domains:
            text = f'no domain row above this row has the key "{key}".'
            self._note(line, text, "domain")
            return ""
        number = self.domains[key]
        requirements = self.document["domains"][number].setdefault("requirements", [])
        requirements.append(values)
        return f"$.domains[{number}].requirements[{len(requirements) - 1}]"

    def _note(self, line: int, text: str, column: str = "") -> None:
        place = f"line {line}, column {column}" if column else f"line {line}"
        self.problems.append(Problem(place, text))


def _told(origin: str, rest: str) -> str:
    if not origin:
        return ""
    column = re.sub(r"[.\[].*", "", rest.removeprefix("."))
    return f"{origin}, column {column}" if column else origin
