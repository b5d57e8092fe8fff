"""A catalog as plain objects, lists and texts: the shape of its JSON, and of parts of other files.

    {"format": "guildmark-framework", "version": 1,
     "framework": {...}, "edition": {...}, "domains": [...], "lineage": [...]}

Names and their order are those of the fields in `model`; what is empty is left out; times are
UTC. A file that holds several editions of one framework keeps `framework_document` once and an
`edition_document` for each edition.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from guildmark.cores.catalog import rules
from guildmark.cores.catalog.model import (
    Catalog,
    ChangeClass,
    Domain,
    Edition,
    Framework,
    Lineage,
    LineageKind,
    Reference,
    Requirement,
    Status,
    WithdrawalReason,
)
from guildmark.cores.catalog.nodes import Node, moment_text, whole
from guildmark.cores.catalog.problems import CatalogRefused, Problem

FORMAT = "guildmark-framework"
VERSION = 1

T = TypeVar("T")
_EDITION_PARTS = ("edition", "domains", "lineage")


def to_document(catalog: Catalog) -> dict[str, Any]:
    """Return `catalog` as what a JSON file of it holds."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "framework": framework_document(catalog.framework),
        **edition_document(catalog),
    }


def framework_document(framework: Framework) -> dict[str, Any]:
    """Return what a file says about the framework."""
    return _written(framework)


def edition_document(catalog: Catalog) -> dict[str, Any]:
    """Return what a file says about the edition: "edition", "domains" and "lineage"."""
    document = _written(catalog)
    del document["framework"]
    return document


def from_document(data: object, *, path: str = "$") -> Catalog:
    """Return the sound catalog that `data` describes.

    `path` is where `data` stands in its file. Raises CatalogRefused with everything that is
    wrong: types, unknown names and values, times, and what `rules` finds.
    """
    found: list[Problem] = []
    top = whole(data, path, found)
    _check_format(top)
    _refuse_any(found)
    top.only(("format", "version", "framework", *_EDITION_PARTS))
    return _sound(_catalog(_read(Framework, top.child("framework")), top), path, found)


def read_framework(data: object, path: str = "$") -> Framework:
    """Return the sound framework that `data` describes, or raise CatalogRefused."""
    found: list[Problem] = []
    framework = _read(Framework, whole(data, path, found))
    _refuse_any(_together(found, rules.framework_problems(framework, path)))
    return framework


def read_edition(framework: Framework, data: object, path: str = "$") -> Catalog:
    """Return the sound catalog of the edition that `data` describes, or raise CatalogRefused."""
    found: list[Problem] = []
    top = whole(data, path, found)
    top.only(_EDITION_PARTS)
    return _sound(_catalog(framework, top), path, found)


def _check_format(top: Node) -> None:
    if top.value.get("format") != FORMAT:
        top.note("format", f'is not "{FORMAT}", so this is no file of a framework.')
        return
    version = top.value.get("version")
    if type(version) is int and version > VERSION:
        top.note(
            "version",
            f"the file is of version {version}, and this program reads version {VERSION}; "
            "read it with a newer Guildmark.",
        )
    elif version is True or version != VERSION:
        top.note("version", f"is not {VERSION}, the version that this program reads.")


def _catalog(framework: Framework, top: Node) -> Catalog:
    return Catalog(
        framework=framework,
        edition=_read(Edition, top.child("edition")),
        domains=tuple(_read(Domain, node) for node in top.children("domains")),
        lineage=tuple(_read(Lineage, node) for node in top.children("lineage")),
    )


def _sound(catalog: Catalog, path: str, found: list[Problem]) -> Catalog:
    _refuse_any(_together(found, rules.problems(catalog, path)))
    return catalog


def _together(found: list[Problem], ruled: Iterator[Problem]) -> list[Problem]:
    # A value of the wrong type reads as empty; that it is also missing need not be told.
    told = {problem.place for problem in found}
    return found + [problem for problem in ruled if problem.place not in told]


def _refuse_any(found: list[Problem]) -> None:
    if found:
        raise CatalogRefused(found)


def _read(kind: Callable[..., T], node: Node) -> T:
    known = fields(kind)  # type: ignore[arg-type]  # every kind is a dataclass of `model`
    node.only([field.name for field in known])
    return kind(**{field.name: _READERS[field.type](node, field.name) for field in known})


def _lineage_kind(node: Node, name: str) -> LineageKind:
    if name not in node.value:
        node.note(name, f"is missing; give one of: {', '.join(LineageKind)}.")
    return node.choice(name, LineageKind) or LineageKind.SAME


_READERS: Mapping[object, Callable[[Node, str], object]] = {
    str: Node.text,
    bool: Node.flag,
    datetime | None: Node.moment,
    tuple[str, ...]: Node.texts,
    tuple[Reference, ...]: lambda node, name: tuple(
        _read(Reference, each) for each in node.children(name)
    ),
    tuple[Requirement, ...]: lambda node, name: tuple(
        _read(Requirement, each) for each in node.children(name)
    ),
    Status: lambda node, name: node.choice(name, Status) or Status.NORMATIVE,
    LineageKind: _lineage_kind,
    WithdrawalReason | None: lambda node, name: node.choice(name, WithdrawalReason),
    ChangeClass | None: lambda node, name: node.choice(name, ChangeClass),
}


def _written(value: Any) -> dict[str, Any]:
    pairs = ((field.name, getattr(value, field.name)) for field in fields(value))
    return {name: _plain(each) for name, each in pairs if each and each is not Status.NORMATIVE}


def _plain(value: object) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | bool) else _written(value)
