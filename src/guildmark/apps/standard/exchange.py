"""Editions as files: which formats there are, what reads and what writes each."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.cores import catalog as values
from guildmark.cores.catalog import Catalog, CatalogRefused, Problem

from . import queries

# A version at the end of a file's name: asvs-4.0.3, nist-800-53-rev4, psf_v1.1.
VERSION_AT_END = re.compile(
    r"[-_ .]+(?:(?:rev|r|v|ed)[-_ .]?(\d+(?:\.\d+)*)|(\d+(?:\.\d+)+))$", re.IGNORECASE
)

VERSION = re.compile(r"\d+(\.\d+)*", re.ASCII)
NOTHING = "none"


class Format(StrEnum):
    """A format of files, as commands and addresses name it."""

    OSCAL = "oscal"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    ASVS = "asvs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a caller says about a file that does not say it itself; "" where nothing is said."""

    key: str = ""
    code: str = ""
    name: str = ""
    number: str = ""
    supersedes: str = ""
    licence: str = ""
    attribution: str = ""
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds, and how many parts of which kind the catalog has no place for."""

    catalog: Catalog
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Download:
    """A format in which an edition is offered: its ending, media type, and what it is good for."""

    format: Format
    ending: str
    media_type: str
    title: str | Promise
    text: str | Promise


DOWNLOADS = {
    each.ending: each
    for each in (
        Download(
            Format.OSCAL,
            "oscal.json",
            "application/oscal+json",
            "OSCAL",
            gettext_lazy("for compliance tools; catalog, version 1.2.1"),
        ),
        Download(
            Format.JSON,
            "json",
            "application/json",
            "JSON",
            gettext_lazy("everything, as Guildmark reads it"),
        ),
        Download(
            Format.CSV, "csv", "text/csv", "CSV", gettext_lazy("everything, for spreadsheets")
        ),
        Download(
            Format.MARKDOWN,
            "md",
            "text/markdown",
            "Markdown",
            gettext_lazy("the text, for reading and quoting"),
        ),
    )
}
WRITERS: dict[Format, Callable[[Catalog], str]] = {
    Format.OSCAL: values.write_oscal,
    Format.JSON: values.write_json,
    Format.CSV: values.write_csv,
    Format.MARKDOWN: values.write_markdown,
}
READABLE = (Format.OSCAL, Format.ASVS, Format.JSON, Format.CSV)


def write(catalog: Catalog, form: Format) -> str:
    """Return an edition in a format: the same text each time."""
    return WRITERS[form](catalog)


def read(text: str, form: Format, *, file: str = "", hints: Hints | None = None) -> Reading:
    """Return what a file holds. Raises `CatalogRefused` with every problem and its place.

    `file` is the file's name without its ending: from it come the key and the number that neither
    the file nor the hints say.
    """
    hints = hints or Hints()
    match form:
        case Format.JSON:
            reading = Reading(values.read_json(text))
        case Format.CSV:
            reading = Reading(values.read_csv(text))
        case Format.ASVS:
            reading = _read_asvs(text, file, hints)
        case Format.OSCAL:
            reading = _read_oscal(text, file, hints)
        case Format.MARKDOWN:
            raise CatalogRefused([Problem("", _("Markdown is written, not read."))])
    return replace(reading, catalog=_hinted(reading.catalog, hints))


def from_file_name(file: str) -> tuple[str, str]:
    """Return the key and the number that a file's name tells; the number is "" if it has none.

    >>> from_file_name("nist-800-53-rev4"), from_file_name("asvs-4.0.3"), from_file_name("psf")
    (('nist-800-53', '4'), ('asvs', '4.0.3'), ('psf', ''))
    """
    found = VERSION_AT_END.search(file)
    stem = file[: found.start()] if found else file
    key = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")
    return key, (found[1] or found[2]) if found else ""


def _read_asvs(text: str, file: str, hints: Hints) -> Reading:
    key, number = from_file_name(file)
    if not (hints.number or number):
        problem = _("ASVS files do not say which edition they are. Give it: --edition 5.0.0")
        raise CatalogRefused([Problem("", problem)])
    catalog = values.read_asvs(text, key=hints.key or key or "asvs", number=hints.number or number)
    return Reading(_after_newest(catalog))


def _read_oscal(text: str, file: str, hints: Hints) -> Reading:
    key, _number = from_file_name(file)
    found = values.reading(text, key=hints.key or key or None)
    catalog = found.catalog
    if catalog.framework.external and not catalog.edition.supersedes:
        catalog = _after_newest(_hinted(catalog, hints))
    return Reading(catalog, found.left_out)


def _after_newest(catalog: Catalog) -> Catalog:
    """Let an edition of a foreign file follow the one that came in last, or keep its place."""
    framework = queries.frameworks().filter(key=catalog.framework.key).first()
    if framework is None or catalog.edition.supersedes:
        return catalog
    known = queries.editions(framework).filter(number=catalog.edition.number).first()
    newest = queries.newest(framework)
    if known:
        number = known.supersedes_number
    else:
        number = newest.number if newest and _may_follow(catalog, newest) else ""
    date = catalog.edition.released_at or (known.released_at if known else None)
    return replace(catalog, edition=replace(catalog.edition, supersedes=number, released_at=date))


def _may_follow(catalog: Catalog, newest: queries.Edition) -> bool:
    """Whether an edition can be later than another, as far as their numbers tell."""
    numbers = [catalog.edition.number, newest.number]
    if not all(VERSION.fullmatch(each) for each in numbers):
        return True
    ours, theirs = ([int(part) for part in each.split(".")] for each in numbers)
    return ours > theirs


def _hinted(catalog: Catalog, hints: Hints) -> Catalog:
    """Put what the caller says above what the file says."""
    framework = {"key": hints.key, "code": hints.code, "name": hints.name}
    edition = {
        "number": hints.number,
        "supersedes": "" if hints.supersedes == NOTHING else hints.supersedes,
        "licence": hints.licence,
        "attribution": hints.attribution,
    }
    said: dict[str, Any] = {name: text for name, text in framework.items() if text}
    more: dict[str, Any] = {name: text for name, text in edition.items() if text}
    if hints.supersedes == NOTHING:
        more["supersedes"] = ""
    if hints.released_at is not None:
        more["released_at"] = hints.released_at
    return replace(
        catalog,
        framework=replace(catalog.framework, **said),
        edition=replace(catalog.edition, **more),
    )
