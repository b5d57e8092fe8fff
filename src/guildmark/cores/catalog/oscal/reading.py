"""OSCAL catalogs in JSON, our own and those of others, as catalogs.

What `writing` wrote reads back as it was. From a catalog of others the text is kept, flattened to
plain text, with status, links between controls and sources; what finds no place is counted.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from guildmark.cores.catalog import rules
from guildmark.cores.catalog.json_text import parsed
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
from guildmark.cores.catalog.naming import slug
from guildmark.cores.catalog.nodes import moment
from guildmark.cores.catalog.oscal.names import HOLDS, NAMESPACE, RESOURCE_TEXTS
from guildmark.cores.catalog.oscal.prose import Prose, label
from guildmark.cores.catalog.oscal.schema import sound_shape
from guildmark.cores.catalog.oscal.survey import STATUSES, Raw, Survey
from guildmark.cores.catalog.places import retold, with_part
from guildmark.cores.catalog.problems import CatalogRefused, Problem

E = TypeVar("E", bound=StrEnum)

_REVISION = re.compile(r",?\s+\(?(?:Revision|Rev\.?|Version|Release|Edition)\s+\S+$", re.IGNORECASE)
_SUCCESSION = {
    "incorporated-into": WithdrawalReason.COVERED_BY,
    "moved-to": WithdrawalReason.DEPRECATED_BY,
    "superseded-by": WithdrawalReason.DEPRECATED_BY,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A catalog, and how much of its file has no place in it, such as {"part: objective": 826}."""

    catalog: Catalog
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wishes:
    """What the caller says about the framework and the edition."""

    key: str | None
    number: str | None
    code: str | None
    name: str | None


def read_oscal(
    text: str,
    *,
    key: str | None = None,
    number: str | None = None,
    code: str | None = None,
    name: str | None = None,
) -> Catalog:
    """Return the sound catalog in `text`; `reading` tells what is left out of it, too."""
    return reading(text, key=key, number=number, code=code, name=name).catalog


def reading(
    text: str,
    *,
    key: str | None = None,
    number: str | None = None,
    code: str | None = None,
    name: str | None = None,
) -> Reading:
    """Read OSCAL 1.0 to 1.2, JSON.

    `key` names the framework where the file does not, which only files of ours do. `number`,
    `code` and `name` count more than the file, whose version is the number otherwise. Raises
    CatalogRefused in steps, each with all that is wrong: the text is no JSON; names and types are
    not those of OSCAL; ids, links and statuses are not sound; the catalog is not.
    """
    raw = sound_shape(parsed(text))
    wishes = _Wishes(key=key, number=number, code=code, name=name)
    reader = _Reader(raw, Survey(raw), wishes)
    if reader.problems:
        raise CatalogRefused(reader.problems)
    catalog = reader.catalog()
    ruled = retold(rules.problems(catalog), reader.origins, with_part)
    if found := reader.problems + ruled:
        raise CatalogRefused(found)
    return Reading(catalog, dict(reader.left_out))


@dataclass(frozen=True, slots=True)
class _Member:
    """A control of a domain: its place, the id of its parent, the titles of groups around it."""

    control: Raw
    place: str
    parent: str
    sections: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Ends:
    """Where the links of one control lead; `rels` are those that say what became of it."""

    withdrawn: bool
    parent: str
    related: list[str] = field(default_factory=list)
    successors: list[str] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    texts: dict[str, Any] = field(default_factory=dict)
    rels: list[str] = field(default_factory=list)


class _Reader:
    def __init__(self, raw: Raw, survey: Survey, wishes: _Wishes) -> None:
        self.raw = raw
        self.survey = survey
        self.wishes = wishes
        self.metadata: Raw = raw["metadata"]
        self.own = bool(_own(self.metadata, "framework-key"))
        self.prose = Prose(survey.params, self.own)
        self.left_out: Counter[str] = Counter()
        self.used: set[str] = set()
        self.problems = survey.problems
        self.origins = {"$.framework": "$.catalog.metadata", "$.edition": "$.catalog.metadata"}
        if not self.own and not wishes.key:
            text = "the file does not say which framework this is; give the framework's key."
            self.problems.append(Problem("$.catalog.metadata", text))

    def catalog(self) -> Catalog:
        domains = tuple(self._domains())
        lineage = tuple(self._lineage())
        self._count_rest()
        return Catalog(
            framework=self._framework(),
            edition=self._edition(),
            domains=domains,
            lineage=lineage,
        )

    @cached_property
    def title(self) -> str:
        return self.prose.line(self.metadata["title"])

    @cached_property
    def keys(self) -> dict[str, str]:
        """The key of each control and each group that has an id, by that id."""
        return dict(_keys(self.raw))

    def _framework(self) -> Framework:
        key = _own(self.metadata, "framework-key") or self.wishes.key or ""
        name = _own(self.metadata, "framework-name") or _REVISION.sub("", self.title.split(": ")[0])
        code = _own(self.metadata, "framework-code") or key.upper()
        return Framework(
            key=key,
            code=self.wishes.code or code,
            name=self.wishes.name or name,
            summary=self._held("framework-summary"),
            external=not self.own or _own(self.metadata, "framework-external") == "true",
        )

    def _edition(self) -> Edition:
        number = self.metadata["version"]
        revisions = (each["version"] for each in _newest_first(self.metadata.get("revisions", [])))
        links = self.metadata.get("links", [])
        licences = (each["href"] for each in links if each.get("rel") == "license")
        return Edition(
            number=self.wishes.number or number,
            title="" if _own(self.metadata, "untitled") else self.title,
            released_at=self._released_at(),
            supersedes=next((each for each in revisions if each != number), ""),
            summary=self.prose.plain(self.metadata.get("remarks", "")),
            licence=_own(self.metadata, "licence"),
            licence_url=next(filter(_on_web, licences), ""),
            attribution=self._held("attribution"),
        )

    def _released_at(self) -> datetime | None:
        published: str | None = self.metadata.get("published")
        if published is None and not self.own:
            published = self.metadata["last-modified"]
        return moment(published) if published else None

    def _held(self, name: str) -> str:
        texts = (each.get("description", "") for each in self._resources(name))
        return self.prose.plain(next(texts, ""))

    def _resources(self, holds: str) -> Iterator[Raw]:
        if self.own:
            everything = self.survey.resources.values()
            yield from (each for each in everything if _own(each, HOLDS) == holds)

    def _domains(self) -> Iterator[Domain]:
        groups = self.raw.get("groups", [])
        if "controls" in self.raw:
            # Controls outside all groups make a domain of their own, called like the catalog.
            loose = {"title": self.metadata["title"], "controls": self.raw["controls"]}
            yield self._domain(0, loose, "$.catalog")
        for number, group in enumerate(groups):
            place = f"$.catalog.groups[{number}]"
            yield self._domain(number + ("controls" in self.raw), group, place)

    def _domain(self, number: int, group: Raw, place: str) -> Domain:
        self.origins[f"$.domains[{number}]"] = place
        title = self.prose.line(group["title"])
        key = self.keys[group["id"]] if "id" in group else slug(title)
        parts = self._parts(group, {"overview"}, {"rationale"})
        self._count_group(group)
        return Domain(
            key=key,
            label=label(group.get("props", [])) or key.upper()[: rules.LABEL_LENGTH],
            title=title,
            summary=self.prose.flat(parts["overview"]),
            rationale=self.prose.flat(parts["rationale"]),
            requirements=self._requirements(number, _members(group, place)),
        )

    def _requirements(self, domain: int, members: Iterable[_Member]) -> tuple[Requirement, ...]:
        found = [(_value(each.control, "sort-id"), each) for each in members]
        if self.own:
            found.sort(key=lambda pair: pair[0])
        for number, (_, member) in enumerate(found):
            self.origins[f"$.domains[{domain}].requirements[{number}]"] = member.place
        return tuple(self._requirement(member) for _, member in found)

    def _requirement(self, member: _Member) -> Requirement:
        control = member.control
        parts = self._parts(control, {"statement", "guidance"}, {"intent"})
        self._count_props(control)
        requirement = Requirement(
            key=self.keys[control["id"]],
            label=label(control.get("props", [])) or control["id"],
            title="" if _own(control, "untitled") else self.prose.line(control["title"]),
            statement=self.prose.flat(parts["statement"]),
            intent=self.prose.flat(parts["intent"]),
            guidance=self.prose.flat(parts["guidance"]),
            tags=tuple(_owns(control, "tag")),
            section=_own(control, "section") or ": ".join(map(self.prose.line, member.sections)),
            parent=self.keys.get(member.parent, ""),
            status=_status(control),
        )
        return self._linked(requirement, member)

    def _linked(self, requirement: Requirement, member: _Member) -> Requirement:
        ends = _Ends(withdrawn=requirement.status is Status.WITHDRAWN, parent=member.parent)
        for link in _links(member.control):
            self._follow(link, ends)
        return replace(
            requirement,
            related=_once(ends.related, requirement.key),
            successors=_once(ends.successors, requirement.key),
            references=tuple(dict.fromkeys(ends.references)),
            withdrawn_reason=self._withdrawn_reason(member, ends),
            **ends.texts,
        )

    def _follow(self, link: Raw, ends: _Ends) -> None:
        rel = link.get("rel", "")
        owner = self.survey.owner(link["href"])
        succession = rel in _SUCCESSION and ends.withdrawn
        ends.rels += [rel] if succession else []
        if self.own and rel in RESOURCE_TEXTS:
            ends.texts[rel] = self._text_of(link)
        elif owner and rel == "related":
            ends.related.append(self.keys[owner])
        elif owner and succession:
            ends.successors.append(self.keys[owner])
        elif not owner and (succession or rel in {"related", "reference"}):
            ends.references += self._reference(link)
        elif not (self.own and rel == "lineage") and not (
            rel == "required" and owner == ends.parent
        ):
            self._count(f"link: {rel}")

    def _text_of(self, link: Raw) -> str:
        resource = self.survey.resource(link["href"])
        return self.prose.plain(resource.get("description", "")) if resource else ""

    def _withdrawn_reason(self, member: _Member, ends: _Ends) -> WithdrawalReason | None:
        if self.own:
            return self._choice(member.control, member.place, "withdrawn-reason", WithdrawalReason)
        return _SUCCESSION[ends.rels[0]] if ends.rels else None

    def _reference(self, link: Raw) -> Iterator[Reference]:
        resource = self.survey.resource(link["href"])
        if resource is not None:
            self.used.add(resource["uuid"])
            yield self._source(resource)
        elif _on_web(link["href"]):
            words = self.prose.line(link.get("text", "")) or link["href"]
            yield Reference(text=words, url=link["href"])
        else:
            self._count(f"link: {link['rel']}")

    def _source(self, resource: Raw) -> Reference:
        title = self.prose.line(resource.get("title", ""))
        citation = self.prose.line(resource.get("citation", {}).get("text", ""))
        words = citation if title in citation else ": ".join(filter(None, (title, citation)))
        urls = (each["href"] for each in resource.get("rlinks", ()))
        url = next(filter(_on_web, urls), "")
        return Reference(text=words or url or resource["uuid"], url=url)

    def _lineage(self) -> Iterator[Lineage]:
        for number, resource in enumerate(self._resources("lineage")):
            place = self.survey.places[resource["uuid"].lower()].removesuffix(".uuid")
            self.origins[f"$.lineage[{number}]"] = place
            kind = self._choice(resource, place, "kind", LineageKind)
            yield Lineage(
                kind=kind or LineageKind.SAME,
                sources=tuple(_owns(resource, "source")),
                targets=tuple(_owns(resource, "target")),
                reason=self._choice(resource, place, "reason", WithdrawalReason),
                confirmed=self._choice(resource, place, "confirmed", ChangeClass),
                rationale=self.prose.plain(resource.get("description", "")),
            )

    def _choice(self, owner: Raw, place: str, name: str, kind: type[E]) -> E | None:
        word = _own(owner, name)
        if word in set(kind):
            return kind(word)
        if word:
            text = f'the property {name} is "{word}", and that is none of: {", ".join(kind)}.'
            self.problems.append(Problem(place, text))
        return None

    def _parts(self, owner: Raw, plain: set[str], ours: set[str]) -> dict[str, list[Raw]]:
        """Return the parts that are kept, by name, and count the others."""
        kept: dict[str, list[Raw]] = {name: [] for name in plain | ours}
        for part in owner.get("parts", ()):
            names = ours if part.get("ns") == NAMESPACE else plain
            if part["name"] in names:
                kept[part["name"]].append(part)
            else:
                self._count(f"part: {part['name']}")
        return kept

    def _count_group(self, group: Raw) -> None:
        self._count_props(group)
        for link in group.get("links", ()):
            self._count(f"link: {link.get('rel', '')}")
        for nested in group.get("groups", ()):
            self._parts(nested, set(), set())
            self._count_group(nested)

    def _count_props(self, owner: Raw) -> None:
        for prop in owner.get("props", ()):
            if prop.get("ns") != NAMESPACE and prop["name"] not in {"label", "sort-id", "status"}:
                self._count(f"property: {prop['name']}")

    def _count_rest(self) -> None:
        for name in ("roles", "locations", "parties", "responsible-parties", "actions"):
            self._count(f"metadata: {name}", len(self.metadata.get(name, ())))
        self._count("metadata: revisions", max(len(self.metadata.get("revisions", ())) - 1, 0))
        self._count("parameters, kept as text only", len(self.survey.params))
        resources = self.survey.resources.values()
        unused = [each for each in resources if each["uuid"] not in self.used]
        unheld = [each for each in unused if not (self.own and _own(each, HOLDS))]
        self._count("resources that no requirement refers to", len(unheld))

    def _count(self, what: str, count: int = 1) -> None:
        if count:
            self.left_out[what] += count


def _keys(owner: Raw) -> Iterator[tuple[str, str]]:
    for each in (*owner.get("groups", ()), *owner.get("controls", ())):
        if "id" in each:
            yield each["id"], _own(each, "key") or each["id"]
        yield from _keys(each)


def _members(group: Raw, place: str, sections: tuple[str, ...] = ()) -> Iterator[_Member]:
    for number, control in enumerate(group.get("controls", ())):
        yield from _family(control, f"{place}.controls[{number}]", "", sections)
    for number, nested in enumerate(group.get("groups", ())):
        inner = (*sections, nested["title"])
        yield from _members(nested, f"{place}.groups[{number}]", inner)


def _family(control: Raw, place: str, parent: str, sections: tuple[str, ...]) -> Iterator[_Member]:
    yield _Member(control, place, parent, sections)
    for number, child in enumerate(control.get("controls", ())):
        yield from _family(child, f"{place}.controls[{number}]", control["id"], sections)


def _links(owner: Raw) -> Iterator[Raw]:
    yield from owner.get("links", ())
    for part in owner.get("parts", ()):
        yield from _links(part)


def _status(control: Raw) -> Status:
    if word := _own(control, "status"):
        return Status(word.lower())
    return STATUSES[_value(control, "status").lower() or "active"]


def _value(owner: Raw, name: str) -> str:
    """Return the first property called `name` that is not in our namespace, or ""."""
    props = owner.get("props", ())
    found = (each["value"] for each in props if each["name"] == name)
    return next(found, "")


def _owns(owner: Raw, name: str) -> Iterator[str]:
    for each in owner.get("props", ()):
        if each["name"] == name and each.get("ns") == NAMESPACE:
            yield each["value"]


def _own(owner: Raw, name: str) -> str:
    return next(_owns(owner, name), "")


def _once(keys: Iterable[str], own: str) -> tuple[str, ...]:
    return tuple(key for key in dict.fromkeys(keys) if key != own)


def _on_web(href: str) -> bool:
    return href.startswith(("https://", "http://"))


def _newest_first(revisions: list[Raw]) -> list[Raw]:
    dates = [each.get("last-modified") or each.get("published") for each in revisions]
    dated = [moment(each) for each in dates if each]
    return revisions[::-1] if dated and dated[-1] > dated[0] else revisions
