"""How an edition, or a requirement in it, is cited: APA, BibTeX and CSL-JSON.

APA follows the manual's seventh edition for a standard of an organisation; BibTeX has no entry
type for standards, so `@techreport` carries it; CSL-JSON is that of CSL 1.0.2, type `standard`.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "$&%#_"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """What is cited. `author` is empty where it is not known; `part` names a requirement."""

    identifier: str
    title: str
    edition: str
    released: date
    url: str
    author: str = ""
    part: str = ""
    accessed: date | None = None


def apa(cited: Cited) -> str:
    """Return the reference as a line of plain text."""
    work = f"{cited.title} (Edition {cited.edition})"
    whole = f"{cited.part}. In {work}" if cited.part else work
    released = f"({cited.released.year}, {cited.released:%B} {cited.released.day})"
    if not cited.author:
        return f"{_ended(whole)} {released}. {cited.url}"
    return f"{_ended(cited.author)} {released}. {_ended(whole)} {cited.url}"


def bibtex(cited: Cited) -> str:
    """Return the reference as a BibTeX entry."""
    title = f"{cited.part}. {cited.title}" if cited.part else cited.title
    values = {
        "title": f"{{{_tex(title)}}}",
        "author": f"{{{_tex(cited.author)}}}" if cited.author else "",
        "institution": _tex(cited.author),
        "type": "Standard",
        "number": f"Edition {_tex(cited.edition)}",
        "year": str(cited.released.year),
        "month": str(cited.released.month),
        "url": cited.url,
    }
    lines = [f"  {name} = {{{value}}}" for name, value in values.items() if value]
    return f"@techreport{{{_bibtex_key(cited.identifier)},\n" + ",\n".join(lines) + "\n}\n"


def csl(cited: Cited) -> list[dict[str, Any]]:
    """Return the reference as CSL-JSON, a list of one item."""
    item: dict[str, Any] = {
        "id": cited.identifier,
        "type": "standard",
        "title": cited.part or cited.title,
        "container-title": cited.title if cited.part else "",
        "author": [{"literal": cited.author}] if cited.author else [],
        "publisher": cited.author,
        "edition": cited.edition,
        "issued": {"date-parts": [_date_parts(cited.released)]},
        "accessed": {"date-parts": [_date_parts(cited.accessed)]} if cited.accessed else {},
        "URL": cited.url,
    }
    return [{name: value for name, value in item.items() if value}]


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _tex(text: str) -> str:
    return "".join(TEX.get(sign, sign) for sign in text)


def _bibtex_key(identifier: str) -> str:
    return re.sub(r"[^A-Za-z0-9:.-]+", "-", identifier)


def _date_parts(day: date) -> list[int]:
    return [day.year, day.month, day.day]
