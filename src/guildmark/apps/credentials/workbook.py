"""Rows as a workbook with one sheet, in Office Open XML (ECMA-376, ISO/IEC 29500).

Only what the standard asks for: five parts, and every cell a text of its own, so that no cell can
be taken for a formula, a date or a number.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from string import ascii_uppercase
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MARGIN = 2
WIDEST = 60
"""Characters of a column at most; a longer text is cut off on the screen by the next column."""

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SCHEMAS = "http://schemas.openxmlformats.org"
_SHEETS = f'xmlns="{_SCHEMAS}/spreadsheetml/2006/main"'
_RELATIONS = f"{_SCHEMAS}/officeDocument/2006/relationships"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_SCHEMAS}/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/sheet.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships"><Relationship '
    f'Id="r1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook {_SHEETS} xmlns:r="{_RELATIONS}"><sheets>'
    '<sheet name="answers" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="sheet.xml"/></Relationships>',
}
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def workbook(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows of at most 26 texts as a workbook; the same rows always make the same bytes."""
    target = io.BytesIO()
    with ZipFile(target, "w") as archive:
        for name, content in {**_PARTS, "xl/sheet.xml": "".join(_sheet(rows))}.items():
            archive.writestr(ZipInfo(name), _HEAD + content, ZIP_DEFLATED)
    return target.getvalue()


def _sheet(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    kept = list(rows)
    yield f"<worksheet {_SHEETS}>{_columns(kept)}<sheetData>"
    for number, row in enumerate(kept, 1):
        places = (f"{column}{number}" for column in ascii_uppercase[: len(row)])
        cells = "".join(map(_cell, places, row))
        yield f'<row r="{number}">{cells}</row>'
    yield "</sheetData></worksheet>"


def _columns(rows: Sequence[Sequence[str]]) -> str:
    """Say how wide each column is: as its longest text, so that ids and moments can be read."""
    texts = zip_longest(*rows, fillvalue="")
    widths = (min(WIDEST, max(map(_width, column)) + MARGIN) for column in texts)
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(widths, 1)
    )
    return f"<cols>{columns}</cols>" if columns else ""


def _width(text: str) -> int:
    return max(map(len, text.split("\n")))


def _cell(place: str, text: str) -> str:
    # Readers take _x0041_ for a character; its own underscore is written so to stay as it is.
    written = escape(_LIKE_ESCAPE.sub("_x005F_", _NO_XML.sub("\ufffd", text)))
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'
