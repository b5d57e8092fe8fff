"""What stands where in an OSCAL catalog, and whether everything that it points to is there.

The JSON schema of OSCAL leaves these things to the reader: ids used twice, links and parameters
that lead nowhere, statuses that nobody knows, revisions out of order.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from guildmark.cores.catalog.model import Status
from guildmark.cores.catalog.nodes import moment
from guildmark.cores.catalog.oscal.names import NAMESPACE
from guildmark.cores.catalog.problems import Problem

Raw = dict[str, Any]

INSERTION = re.compile(r"\{\{\s*insert:\s*([^\s,{}]+)\s*,\s*([^\s{}]+)\s*\}\}")
INLINE_LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)\)")

# OSCAL defines "withdrawn" and lets catalogs add to it; the others are what NIST has proposed.
# A reserved id has no text yet: like a withdrawn one it stands there and binds nobody.
STATUSES = {
    "active": Status.NORMATIVE,
    "deprecated": Status.NORMATIVE,
    "withdrawn": Status.WITHDRAWN,
    "superseded": Status.WITHDRAWN,
    "reserved": Status.WITHDRAWN,
}

_SPEAKING = frozenset({"statement", "item"})


@dataclass
class Survey:
    """The parts of a catalog by their ids; `owners` tells the control that an id belongs to.

    An id of a group belongs to no control, and its owner is "".
    """

    catalog: Raw
    places: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    params: dict[str, Raw] = field(default_factory=dict)
    resources: dict[str, Raw] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _param_places: dict[str, str] = field(default_factory=dict)
    _links: list[tuple[str, str]] = field(default_factory=list)
    _proses: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._visit(self.catalog, "$.catalog", "")
        for place, href in self._links:
            self._check_link(place, href)
        for place, prose in self._proses:
            self._check_prose(place, prose)
        self.problems += _circles(self.params, self._param_places)
        self.problems += _revision_problems(self.catalog["metadata"])

    def resource(self, href: str) -> Raw | None:
        """Return the resource of the back matter that `href` leads to, if it leads to one."""
        return self.resources.get(href[1:].lower()) if href.startswith("#") else None

    def owner(self, href: str) -> str:
        """Return the id of the control that `href` leads into, or "" if it leads elsewhere."""
        return self.owners.get(href[1:], "") if href.startswith("#") else ""

    def _visit(self, value: Raw, place: str, owner: str) -> None:
        for name, each in value.items():
            if isinstance(each, dict):
                self._visit(each, f"{place}.{name}", owner)
            elif isinstance(each, list):
                for number, item in enumerate(each):
                    self._visit_item(name, item, f"{place}.{name}[{number}]", owner)
            elif name in {"prose", "label"}:
                self._proses.append((f"{place}.{name}", each))

    def _visit_item(self, name: str, item: Any, place: str, owner: str) -> None:
        if not isinstance(item, dict):
            if name == "choice":
                self._proses.append((place, item))
            return
        if name in {"groups", "controls", "parts"}:
            owner = item["id"] if name == "controls" else owner
            self._enter(name, item, place, owner)
        elif name == "params":
            self._unique(self._param_places, item["id"], f"{place}.id")
            self.params.setdefault(item["id"], item)
        elif name == "resources":
            self._unique(self.places, item["uuid"].lower(), f"{place}.uuid")
            self.resources.setdefault(item["uuid"].lower(), item)
        elif name == "links":
            self._links.append((f"{place}.href", item["href"]))
        self._visit(item, place, owner)

    def _enter(self, name: str, item: Raw, place: str, owner: str) -> None:
        if "id" in item:
            self._unique(self.places, item["id"], f"{place}.id")
            self.owners.setdefault(item["id"], owner)
        if name == "groups" and "groups" in item and "controls" in item:
            text = "a group holds groups or controls, never both; put the controls in a group."
            self.problems.append(Problem(place, text))
        if name == "parts" and item["name"] in _SPEAKING and not item.keys() & {"prose", "parts"}:
            text = f"this {item['name']} has neither prose nor parts, so it says nothing."
            self.problems.append(Problem(place, text))
        if name == "controls":
            self.problems += _status_problems(item, place)

    def _unique(self, places: dict[str, str], name: str, place: str) -> None:
        if name in places:
            self.problems.append(Problem(place, f'"{name}" is used already, at {places[name]}.'))
        places.setdefault(name, place)

    def _check_link(self, place: str, href: str) -> None:
        if not href.startswith("#"):
            return
        if href[1:] not in self.places and href[1:].lower() not in self.resources:
            text = f'"{href}" leads to nothing in this catalog; correct or remove the link.'
            self.problems.append(Problem(place, text))

    def _check_prose(self, place: str, prose: str) -> None:
        for kind, name in INSERTION.findall(prose):
            if kind != "param" or name not in self.params:
                text = f'the text inserts {kind} "{name}", and the catalog has no such parameter.'
                self.problems.append(Problem(place, text))
        for _, href in INLINE_LINK.findall(prose):
            self._check_link(place, href)


def _status_problems(control: Raw, place: str) -> Iterator[Problem]:
    for number, prop in enumerate(control.get("props", ())):
        if prop["name"] != "status":
            continue
        known = [Status.WATCH.value] if prop.get("ns") == NAMESPACE else list(STATUSES)
        if prop["value"].lower() not in known:
            text = f'"{prop["value"]}" is no status; known are: {", ".join(known)}.'
            yield Problem(f"{place}.props[{number}].value", text)


def _circles(params: dict[str, Raw], places: dict[str, str]) -> Iterator[Problem]:
    inserted = {name: _inserted(param) & params.keys() for name, param in params.items()}
    for name in params:
        reached: set[str] = set()
        frontier = inserted[name]
        while frontier:
            reached |= frontier
            frontier = {each for known in frontier for each in inserted[known]} - reached
        if name in reached:
            yield Problem(places[name], f'parameter "{name}" inserts itself, in the end.')


def _inserted(param: Raw) -> set[str]:
    texts = [param.get("label", ""), *param.get("select", {}).get("choice", ())]
    return {name for text in texts for _, name in INSERTION.findall(text)}


def _revision_problems(metadata: Raw) -> Iterator[Problem]:
    dated = [
        (f"$.catalog.metadata.revisions[{number}]", moment(found))
        for number, each in enumerate(metadata.get("revisions", ()))
        if (found := each.get("last-modified") or each.get("published"))
    ]
    rising = all(one[1] <= other[1] for one, other in pairwise(dated))
    if rising:
        return
    for one, other in pairwise(dated):
        if other[1] > one[1]:
            text = "is newer than the revision before it; list the revisions newest first."
            yield Problem(other[0], text)
