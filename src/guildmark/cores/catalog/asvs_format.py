"""The OWASP Application Security Verification Standard, read from its flat JSON files.

Editions 4 mark levels in three columns and point to CWE and NIST; edition 5 names one level.
Both reuse an id for other content from edition to edition, so a requirement's permanent key names
the edition too (v4.0.3-1.1.1), which is how the editors' own mapping names it. Source:
https://github.com/OWASP/ASVS
"""

import re
from collections.abc import Collection, Iterator

from guildmark.cores.catalog import rules
from guildmark.cores.catalog.json_text import parsed
from guildmark.cores.catalog.model import (
    Catalog,
    Domain,
    Edition,
    Framework,
    Requirement,
    Status,
    WithdrawalReason,
)
from guildmark.cores.catalog.naming import slug
from guildmark.cores.catalog.nodes import Node, whole
from guildmark.cores.catalog.places import retold, with_part
from guildmark.cores.catalog.problems import CatalogRefused, Problem

_NAMES = (
    *("chapter_id", "chapter_name", "section_id", "section_name", "req_id", "req_description"),
    *("L", "level1", "level2", "level3", "cwe", "nist"),
)
_DELETED = re.compile(r"\[(?:DELETED|MOVED|MERGED|SPLIT).*\]", re.DOTALL)
_ID = re.compile(r"V?(\d+(?:\.\d+)+)")
_REASONS = {
    "DUPLICATE OF": WithdrawalReason.COVERED_BY,
    "COVERED BY": WithdrawalReason.COVERED_BY,
    "MERGED": WithdrawalReason.COVERED_BY,
    "DEPRECATED BY": WithdrawalReason.DEPRECATED_BY,
    "NOT IN SCOPE": WithdrawalReason.OUT_OF_SCOPE,
    "INSUFFICIENT IMPACT": WithdrawalReason.INSUFFICIENT_IMPACT,
    "NOT PRACTICAL": WithdrawalReason.NOT_PRACTICAL,
    "INCORRECT": WithdrawalReason.INCORRECT,
}


def read_asvs(text: str, *, number: str, key: str = "asvs") -> Catalog:
    """Return edition `number`, which the file does not tell, as an external framework's.

    Chapters become domains, named by their titles, because their numbers change. Texts are the
    owner's own, with the Markdown links in them. Raises CatalogRefused with all that is wrong.
    """
    found: list[Problem] = []
    top = whole(parsed(text), "$", found)
    rows = list(top.children("requirements"))
    if not rows:
        found.append(Problem("$.requirements", "is missing or empty; ASVS files have this list."))
    for row in rows:
        row.only(_NAMES)
    origins: dict[str, str] = {}
    catalog = Catalog(
        framework=_framework(key),
        edition=_edition(number),
        domains=tuple(_domains(rows, number, origins)),
    )
    ruled = retold(rules.problems(catalog), origins, with_part)
    if found := found + ruled:
        raise CatalogRefused(found)
    return catalog


def _framework(key: str) -> Framework:
    name = "Application Security Verification Standard"
    return Framework(key=key, code="ASVS", name=name, external=True)


def _edition(number: str) -> Edition:
    return Edition(
        number=number,
        title=f"OWASP Application Security Verification Standard {number}",
        licence="CC BY-SA 4.0",
        licence_url="https://creativecommons.org/licenses/by-sa/4.0/",
        attribution="OWASP Foundation, Application Security Verification Standard "
        f"{number}, https://owasp.org/www-project-application-security-verification-standard/",
    )


def _domains(rows: list[Node], number: str, origins: dict[str, str]) -> Iterator[Domain]:
    chapters: dict[str, list[Node]] = {}
    for row in rows:
        chapters.setdefault(row.text("chapter_name"), []).append(row)
    keys = {_key(number, row) for row in rows}
    for at, (name, members) in enumerate(chapters.items()):
        origins[f"$.domains[{at}]"] = members[0].place
        for nth, row in enumerate(members):
            origins[f"$.domains[{at}].requirements[{nth}]"] = row.place
        yield Domain(
            key=slug(name),
            label=members[0].text("chapter_id"),
            title=name,
            requirements=tuple(_requirement(row, number, keys) for row in members),
        )


def _requirement(row: Node, number: str, keys: Collection[str]) -> Requirement:
    statement = row.text("req_description").strip()
    deleted = bool(_DELETED.fullmatch(statement))
    named = (f"v{number}-{found}" for found in _ID.findall(statement)) if deleted else ()
    return Requirement(
        key=_key(number, row),
        label=row.text("req_id"),
        statement=statement,
        tags=tuple(_tags(row)),
        section=f"{row.text('section_id')} {row.text('section_name')}".strip(),
        status=Status.WITHDRAWN if deleted else Status.NORMATIVE,
        withdrawn_reason=_reason(statement) if deleted else None,
        successors=tuple(dict.fromkeys(each for each in named if each in keys)),
    )


def _key(number: str, row: Node) -> str:
    return f"v{number}-{row.text('req_id').removeprefix('V')}"


def _reason(statement: str) -> WithdrawalReason | None:
    return next((reason for words, reason in _REASONS.items() if words in statement), None)


def _tags(row: Node) -> Iterator[str]:
    marked = (digit for digit in "123" if row.text(f"level{digit}"))
    if level := row.text("L") or next(marked, ""):
        yield f"level {level}"
    for noun, name in (("CWE-", "cwe"), ("NIST ", "nist")):
        for each in filter(None, map(str.strip, re.split(r"[/,]", row.text(name)))):
            yield f"{noun}{each}"
