"""The shape of an OSCAL catalog in JSON: which names, which types, what must be there.

Source: the catalog model of OSCAL 1.2.1, https://pages.nist.gov/OSCAL-Reference/models/. Names
were only added since 1.0.0, so one table serves all versions that are read.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from guildmark.cores.catalog.nodes import moment, type_name
from guildmark.cores.catalog.problems import CatalogRefused, Problem

_READ = re.compile(r"1\.[0-2]\.\d+", re.ASCII)

# "name:type" for each field; "!" after a name says that it must be there, "*" after a type that
# it is a list of them. A type is another object of this table or a kind of text.
_TABLE = {
    "catalog": "uuid!:uuid metadata!:metadata params:param* controls:control* groups:group* "
    "back-matter:back-matter",
    "metadata": "title!:markup published:moment last-modified!:moment version!:string "
    "oscal-version!:string revisions:revision* document-ids:document-id* props:prop* links:link* "
    "roles:role* locations:location* parties:party* responsible-parties:responsible-party* "
    "actions:action* remarks:markup",
    "revision": "title:markup published:moment last-modified:moment version!:string "
    "oscal-version:string props:prop* links:link* remarks:markup",
    "document-id": "scheme:uri identifier!:string",
    "prop": "name!:token uuid:uuid ns:uri value!:string class:token group:token remarks:markup",
    "link": "href!:string rel:string media-type:string resource-fragment:string text:markup",
    "role": "id!:token title!:markup short-name:string description:markup props:prop* links:link* "
    "remarks:markup",
    "location": "uuid!:uuid title:markup address:address email-addresses:string* "
    "telephone-numbers:telephone* urls:uri* props:prop* links:link* remarks:markup",
    "address": "type:string addr-lines:string* city:string state:string postal-code:string "
    "country:string",
    "telephone": "type:string number!:string",
    "party": "uuid!:uuid type!:string name:string short-name:string external-ids:external-id* "
    "props:prop* links:link* email-addresses:string* telephone-numbers:telephone* "
    "addresses:address* location-uuids:uuid* member-of-organizations:uuid* remarks:markup",
    "external-id": "scheme!:uri id!:string",
    "responsible-party": "role-id!:token party-uuids!:uuid* props:prop* links:link* remarks:markup",
    "action": "uuid!:uuid date:moment type!:token system!:uri props:prop* links:link* "
    "responsible-parties:responsible-party* remarks:markup",
    "group": "id:token class:token title!:markup params:param* props:prop* links:link* "
    "parts:part* groups:group* controls:control*",
    "control": "id!:token class:token title!:markup params:param* props:prop* links:link* "
    "parts:part* controls:control*",
    "param": "id!:token class:token depends-on:token props:prop* links:link* label:markup "
    "usage:markup constraints:constraint* guidelines:guideline* values:string* select:select "
    "remarks:markup",
    "select": "how-many:token choice:markup*",
    "constraint": "description:markup tests:test*",
    "test": "expression!:string remarks:markup",
    "guideline": "prose!:markup",
    "part": "id:token name!:token ns:uri class:token title:markup props:prop* prose:markup "
    "parts:part* links:link*",
    "back-matter": "resources:resource*",
    "resource": "uuid!:uuid title:markup description:markup props:prop* "
    "document-ids:document-id* citation:citation rlinks:rlink* base64:base64 remarks:markup",
    "citation": "text!:markup props:prop* links:link*",
    "rlink": "href!:string media-type:string hashes:hash*",
    "hash": "algorithm!:string value!:string",
    "base64": "filename:token media-type:string value!:string",
}


def sound_shape(value: object) -> dict[str, Any]:
    """Return the "catalog" object in a parsed file, or raise CatalogRefused.

    What is returned has the names and types of the table above, and nothing else.
    """
    if not isinstance(value, dict) or "catalog" not in value:
        text = 'there is no "catalog" here, so this is no OSCAL catalog.'
        raise CatalogRefused([Problem("$", text)])
    if wrong := _version_fault(value["catalog"]):
        raise CatalogRefused([Problem("$.catalog.metadata.oscal-version", wrong)])
    found = [
        Problem(f"$.{name}", "OSCAL knows no such name here; remove it.")
        for name in value
        if name not in {"catalog", "$schema"}
    ]
    _check(value["catalog"], "catalog", "$.catalog", found)
    if found:
        raise CatalogRefused(found)
    catalog: dict[str, Any] = value["catalog"]
    return catalog


def _version_fault(catalog: object) -> str:
    metadata = catalog.get("metadata") if isinstance(catalog, dict) else None
    version = metadata.get("oscal-version") if isinstance(metadata, dict) else None
    if not isinstance(version, str) or _READ.fullmatch(version):
        return ""
    return f'"{version}" is not known; this program reads OSCAL 1.0 up to 1.2.x.'


def _check(value: object, kind: str, place: str, found: list[Problem]) -> None:
    if kind in _LEAVES:
        if wrong := _leaf_fault(value, kind):
            found.append(Problem(place, wrong))
    elif isinstance(value, dict):
        _check_object(value, kind, place, found)
    else:
        found.append(Problem(place, _unlike(value, "an object")))


def _check_object(value: Mapping[str, Any], kind: str, place: str, found: list[Problem]) -> None:
    fields = _OBJECTS[kind]
    for name, each in value.items():
        if name not in fields:
            found.append(Problem(f"{place}.{name}", f"OSCAL knows no such name in a {kind}."))
        elif fields[name][1]:
            _check_list(each, fields[name][0], f"{place}.{name}", found)
        else:
            _check(each, fields[name][0], f"{place}.{name}", found)
    missing = (name for name in _NEEDED[kind] if name not in value)
    found.extend(Problem(f"{place}.{name}", f"is missing; a {kind} has it.") for name in missing)


def _check_list(value: object, kind: str, place: str, found: list[Problem]) -> None:
    if not isinstance(value, list):
        found.append(Problem(place, _unlike(value, "a list")))
    elif not value:
        found.append(Problem(place, "is an empty list, which OSCAL forbids; leave it out."))
    else:
        for number, each in enumerate(value):
            _check(each, kind, f"{place}[{number}]", found)


def _leaf_fault(value: object, kind: str) -> str:
    if not isinstance(value, str):
        return _unlike(value, "text")
    if not value.strip():
        return "is empty; fill it or leave it out."
    return _LEAVES[kind](value)


def _unlike(value: object, expected: str) -> str:
    return f"is {type_name(value)} where {expected} belongs."


def _matching(pattern: str, wanted: str) -> Callable[[str], str]:
    shape = re.compile(pattern)
    return lambda value: "" if shape.fullmatch(value) else f"{value!r} is no {wanted}."


def _moment_fault(value: str) -> str:
    try:
        moment(value)
    except ValueError as error:
        return str(error)
    return ""


_LEAVES: dict[str, Callable[[str], str]] = {
    "markup": lambda _: "",
    "string": _matching(r"\S(.*\S)?", "plain text: one line, without white space at its ends"),
    "token": _matching(
        r"[^\W\d][\w.\-]*",
        "name: it begins with a letter or underscore and goes on with letters, digits, "
        "dots, underscores and hyphens",
    ),
    "uuid": _matching(
        r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[45][0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}",
        "UUID of version 4 or 5",
    ),
    "uri": _matching(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+", "URI, such as https://example.org/ns"),
    "moment": _moment_fault,
}


def _fields(line: str) -> dict[str, tuple[str, bool]]:
    pairs = (entry.split(":") for entry in line.split())
    return {name.rstrip("!"): (kind.rstrip("*"), kind.endswith("*")) for name, kind in pairs}


_OBJECTS = {kind: _fields(line) for kind, line in _TABLE.items()}
_NEEDED = {
    kind: [entry.split("!")[0] for entry in line.split() if "!" in entry]
    for kind, line in _TABLE.items()
}
