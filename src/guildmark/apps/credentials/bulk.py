"""Checking many ids at once: reading a list or table of them, and telling each answer in a row."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guildmark.cores.identifiers import IdProblem

from . import answers
from .answers import Answer
from .states import Standing

LARGEST = 2_000_000
"""Bytes of a list."""
MOST = 10_000
"""Ids in a list."""
ID_COLUMNS = ("asked", "id", "credential", "credential id", "certificate id", "certificate number")
"""Headings of the column with the ids; `asked` is that of our own answers, to ask them again."""

STATE_LABELS: dict[str, Promise] = {
    **{each.value: each.label for each in Standing},
    answers.UNKNOWN: gettext_lazy("unknown"),
    answers.MISTYPED: gettext_lazy("mistyped"),
}
"""All states that an answer can have, in the order in which they are counted."""
PROBLEM_TEXTS: dict[str, Promise] = {
    IdProblem.EMPTY: gettext_lazy("There is no letter and no digit in it."),
    IdProblem.TOO_LONG: gettext_lazy("It is far too long for an id."),
    IdProblem.CHARACTER: gettext_lazy("The character “%(character)s” never stands in an id."),
    IdProblem.MISTYPED: gettext_lazy("A character is wrong or missing, or two are exchanged."),
}

_ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_ZIP = b"PK\x03\x04"
_SEPARATORS = re.compile(r"[\n\r\v\f\x85\u2028\u2029\t,;]")
_FORMULA = re.compile(r"\s*[=+\-@']|[\t\r\n]")
_GUARDED = re.compile(r"'(?=\s*[=+\-@']|[\t\r\n])")


class ListRefused(ValueError):
    """The ids of a list can't be read, or not answered at once; the message says what to do."""


class Line(NamedTuple):
    """An answer as a row of a table; what there is nothing to say of is empty.

    `asked` is as it was sent, `id` as the registry prints it; `state` is that of `Answer`, moments
    are in UTC. `text` is the public text, or what is wrong with a mistyped id.
    """

    asked: str
    id: str
    state: str
    name: str
    code: str
    valid_from: str
    valid_until: str
    changed: str
    text: str
    checked_at: str


def text_in(content: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 or Windows-1252. Raises `ListRefused`."""
    if len(content) > LARGEST:
        raise too_large()
    if content.startswith(_ZIP):
        raise ListRefused(
            _("This is a workbook or an archive. Save its sheet as CSV, and send that file.")
        )
    text = _decoded(content)
    if text is None or _NO_TEXT.search(text):
        raise ListRefused(_("This is no text. Send a text or CSV file with one id in a line."))
    return text


def too_large() -> ListRefused:
    """Return the refusal of a list with too many bytes."""
    sentence = _(
        "It has more than %(most)s bytes, which is the most that is read at once. Send only the "
        "ids, or send them in parts."
    )
    return ListRefused(sentence % {"most": f"{LARGEST:,}"})


def ids_in(text: str, *, is_table: bool = False) -> list[str]:
    """Return the ids of a text, in their order, each on one line. Raises `ListRefused`.

    In a list they are separated by ends of lines, commas, semicolons or tabs. A table is what says
    so or has several headings with one of `ID_COLUMNS` among them; its ids stand in that column,
    or else in the first.
    """
    text = text.removeprefix("\ufeff")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    headings = [name.strip(" '\"").casefold() for name in first.split(delimiter)]
    column = next((headings.index(name) for name in ID_COLUMNS if name in headings), None)
    if column is not None and len(headings) == 1:
        return _counted(_SEPARATORS.split(text.partition(first)[2]))
    if column is None and not is_table:
        return _counted(_SEPARATORS.split(text))
    cells = list(_column(text, delimiter, column or 0))
    return _counted(cells if column is None else cells[1:])


def ids_of_lines(text: str) -> list[str]:
    """Return the ids of a text with exactly one in a line. Raises `ListRefused`."""
    return _counted(text.split("\n"))


def line(asked: str, answer: Answer) -> Line:
    """Return an answer as a row."""
    shown, checked = asked[: answers.LONGEST_SHOWN], answers.moment_text(answer.checked_at)
    if (row := answer.credential) is None:
        text = problem_text(answer)
        return Line(shown, "", answer.state, "", "", "", "", "", text, checked)
    return Line(
        asked=shown,
        id=row.number,
        state=answer.state,
        name=str(row.type),
        code=row.type.code,
        valid_from=answers.moment_text(row.valid_from),
        valid_until=answers.moment_text(row.valid_until) if row.valid_until else "",
        changed=answers.moment_text(answer.since) if answer.since else "",
        text=row.public_text,
        checked_at=checked,
    )


def lines(asked: list[str], *, at: datetime) -> Iterator[Line]:
    """Yield the answer to each id as a row."""
    return map(line, asked, answers.answers(asked, at=at))


def problem_text(answer: Answer) -> str:
    """Return what is wrong with a mistyped id, or nothing."""
    if not answer.problem:
        return ""
    return str(PROBLEM_TEXTS[answer.problem]) % {"character": answer.character}


def as_csv(rows: Iterable[Line]) -> str:
    """Return rows as comma-separated values under their headings, ends of lines as CR LF.

    A spreadsheet runs a cell that begins with = + - @ or a tab as a formula; such a cell gets an
    apostrophe before it.
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(Line._fields)
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    return target.getvalue()


def _decoded(content: bytes) -> str | None:
    for encoding in (_ENCODINGS.get(content[:2], "utf-8-sig"), "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _column(text: str, delimiter: str, column: int) -> Iterator[str]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield _GUARDED.sub("", row[column], count=1) if column < len(row) else ""
    except csv.Error as fault:
        sentence = _("This is no CSV in row %(row)s: %(fault)s.")
        raise ListRefused(sentence % {"row": reader.line_num, "fault": fault}) from fault


def _counted(cells: Iterable[str]) -> list[str]:
    found = [one_line for cell in cells if (one_line := " ".join(cell.split()))]
    if not found:
        raise ListRefused(_("There is no id in it. Put one in each line."))
    if len(found) > MOST:
        sentence = ngettext(
            "Here is %(number)s id, and at most %(most)s are answered at once. Send them in parts.",
            "Here are %(number)s ids, and at most %(most)s are answered at once. "
            "Send them in parts.",
            len(found),
        )
        raise ListRefused(sentence % {"number": f"{len(found):,}", "most": f"{MOST:,}"})
    return found


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell
