"""A catalog as an OSCAL catalog in JSON."""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid5

from guildmark.cores.catalog.json_format import write_json
from guildmark.cores.catalog.model import (
    Catalog,
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
from guildmark.cores.catalog.nodes import moment_text
from guildmark.cores.catalog.oscal.names import (
    HOLDS,
    IDENTITY,
    NAMESPACE,
    OSCAL_VERSION,
    RESOURCE_TEXTS,
)
from guildmark.cores.catalog.oscal.prose import escaped
from guildmark.cores.catalog.oscal.survey import Raw

# OSCAL wants a time of change; this one stands where the edition has no time of release.
_NO_TIME = "1970-01-01T00:00:00Z"


def write_oscal(catalog: Catalog) -> str:
    """Return a sound catalog as OSCAL 1.2.1, the same text each time.

    Identifiers come from the content, so the same content has the same UUIDs everywhere.
    """
    return json.dumps({"catalog": _Writer(catalog).written()}, ensure_ascii=False, indent=2) + "\n"


class _Writer:
    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.resources: dict[str, Raw] = {}
        self.taken: set[str] = set()
        # Requirements choose first: their keys are what others link to.
        self.controls = {each.key: self._id(each.key) for each in catalog.requirements}
        self.groups = [self._id(each.key) for each in catalog.domains]
        self.numbers = {each.key: n for n, each in enumerate(catalog.requirements, 1)}
        self.lineage = [(each, _lineage_resource(each)) for each in catalog.lineage]
        self.touching: dict[str, list[tuple[Lineage, Raw]]] = {}
        for record, resource in self.lineage:
            for key in dict.fromkeys(record.targets + record.sources):
                self.touching.setdefault(key, []).append((record, resource))

    def written(self) -> Raw:
        """Return the "catalog" object; the resources are those that the rest pointed to."""
        metadata = self._metadata(self.catalog.framework, self.catalog.edition)
        groups = [
            self._group(name, each)
            for name, each in zip(self.groups, self.catalog.domains, strict=True)
        ]
        for _, resource in self.lineage:
            self._href(resource)
        return _filled(
            {
                "uuid": str(uuid5(IDENTITY, write_json(self.catalog))),
                "metadata": metadata,
                "groups": groups,
                "back-matter": _filled({"resources": list(self.resources.values())}),
            }
        )

    def _metadata(self, framework: Framework, edition: Edition) -> Raw:
        released = edition.released_at and moment_text(edition.released_at)
        for name, text in (
            ("framework-summary", framework.summary),
            ("attribution", edition.attribution),
        ):
            if text:
                self._href(_text_resource(name, name.replace("-", " ").capitalize(), text))
        return _filled(
            {
                "title": edition.title or f"{framework.name} {edition.number}",
                "published": released,
                "last-modified": released or _NO_TIME,
                "version": edition.number,
                "oscal-version": OSCAL_VERSION,
                "revisions": [{"version": edition.supersedes}] if edition.supersedes else [],
                "props": list(_metadata_props(framework, edition)),
                "links": [{"href": edition.licence_url, "rel": "license"}]
                if edition.licence_url
                else [],
                "remarks": escaped(edition.summary),
            }
        )

    def _group(self, name: str, domain: Domain) -> Raw:
        children: dict[str, list[Requirement]] = {}
        for each in domain.requirements:
            children.setdefault(each.parent, []).append(each)
        return _filled(
            {
                "id": name,
                "class": "domain",
                "title": domain.title,
                "props": list(_identity_props(domain.key, name, domain.label)),
                "parts": [
                    *self._part(name, "ovw", "overview", domain.summary),
                    *self._part(name, "rationale", "rationale", domain.rationale, NAMESPACE),
                ],
                "controls": [self._control(each, children) for each in children.get("", ())],
            }
        )

    def _control(self, requirement: Requirement, children: dict[str, list[Requirement]]) -> Raw:
        name = self.controls[requirement.key]
        return _filled(
            {
                "id": name,
                "class": "requirement",
                "title": requirement.title or requirement.label,
                "props": list(self._props(requirement)),
                "links": list(self._links(requirement)),
                "parts": [
                    *self._part(name, "smt", "statement", requirement.statement),
                    *self._part(name, "intent", "intent", requirement.intent, NAMESPACE),
                    *self._part(name, "gdn", "guidance", requirement.guidance),
                ],
                "controls": [
                    self._control(each, children) for each in children.get(requirement.key, ())
                ],
            }
        )

    def _props(self, requirement: Requirement) -> Iterator[Raw]:
        name = self.controls[requirement.key]
        yield from _identity_props(requirement.key, name, requirement.label)
        width = len(str(len(self.controls)))
        yield {"name": "sort-id", "value": f"{self.numbers[requirement.key]:0{width}}"}
        if requirement.status is Status.WITHDRAWN:
            yield {"name": "status", "value": "withdrawn"}
        elif requirement.status is Status.WATCH:
            yield _own("status", requirement.status.value)
        if requirement.withdrawn_reason:
            yield _own("withdrawn-reason", requirement.withdrawn_reason.value)
        if not requirement.title:
            yield _own("untitled", "true")
        if requirement.section:
            yield _own("section", requirement.section)
        yield from (_own("tag", each) for each in requirement.tags)
        for text, resource in _text_resources(requirement):
            yield _own(text, resource["uuid"])
        yield from self._lineage_props(requirement)

    def _lineage_props(self, requirement: Requirement) -> Iterator[Raw]:
        """Yield what became of a requirement, for programs that do not read our resources."""
        records = [record for record, _ in self._records(requirement)]
        for kind in dict.fromkeys(each.kind for each in records):
            yield _own("lineage", kind.value)
        for change in dict.fromkeys(each.confirmed for each in records if each.confirmed):
            yield _own("change-class", change.value)

    def _records(self, requirement: Requirement) -> Iterator[tuple[Lineage, Raw]]:
        # A withdrawn record names what took over as target; that one itself did not change.
        for record, resource in self.touching.get(requirement.key, ()):
            withdrawn = record.kind is LineageKind.WITHDRAWN
            if requirement.key in (record.sources if withdrawn else record.targets):
                yield record, resource

    def _links(self, requirement: Requirement) -> Iterator[Raw]:
        moved = requirement.withdrawn_reason is WithdrawalReason.DEPRECATED_BY
        for key in requirement.related:
            yield {"href": f"#{self.controls[key]}", "rel": "related"}
        for key in requirement.successors:
            rel = "moved-to" if moved else "incorporated-into"
            yield {"href": f"#{self.controls[key]}", "rel": rel}
        for reference in requirement.references:
            yield {"href": self._href(_reference_resource(reference)), "rel": "reference"}
        for name, resource in _text_resources(requirement):
            yield {"href": self._href(resource), "rel": name}
        for _, resource in self._records(requirement):
            yield {"href": f"#{resource['uuid']}", "rel": "lineage"}

    def _part(
        self, owner: str, suffix: str, name: str, text: str, namespace: str = ""
    ) -> Iterator[Raw]:
        if text:
            part = self._id(f"{owner}_{suffix}")
            yield _filled({"id": part, "name": name, "ns": namespace, "prose": escaped(text)})

    def _href(self, resource: Raw) -> str:
        self.resources.setdefault(resource["uuid"], resource)
        return f"#{resource['uuid']}"

    def _id(self, wanted: str) -> str:
        """Return `wanted` as an id that OSCAL allows and nothing else has yet."""
        name = wanted if wanted[0].isalpha() or wanted[0] == "_" else f"_{wanted}"
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name


def _metadata_props(framework: Framework, edition: Edition) -> Iterator[Raw]:
    yield _own("framework-key", framework.key)
    yield _own("framework-code", framework.code)
    yield _own("framework-name", framework.name)
    if framework.external:
        yield _own("framework-external", "true")
    if not edition.title:
        yield _own("untitled", "true")
    if edition.licence:
        yield _own("licence", edition.licence)


def _identity_props(key: str, name: str, label: str) -> Iterator[Raw]:
    yield {"name": "label", "value": label}
    if key != name:
        yield _own("key", key)


def _reference_resource(reference: Reference) -> Raw:
    return _filled(
        {
            "uuid": _uuid("reference", reference.text, reference.url),
            "citation": {"text": reference.text},
            "rlinks": [{"href": reference.url}] if reference.url else [],
        }
    )


def _text_resources(requirement: Requirement) -> Iterator[tuple[str, Raw]]:
    for name in RESOURCE_TEXTS:
        if text := getattr(requirement, name):
            title = f"{name.capitalize()} of {requirement.label}"
            yield name, _text_resource(name, title, text)


def _text_resource(holds: str, title: str, text: str) -> Raw:
    return {
        "uuid": _uuid(holds, title, text),
        "title": title,
        "description": escaped(text),
        "props": [_own(HOLDS, holds)],
    }


def _lineage_resource(record: Lineage) -> Raw:
    props = [
        _own(HOLDS, "lineage"),
        _own("kind", record.kind.value),
        *(_own("source", key) for key in record.sources),
        *(_own("target", key) for key in record.targets),
        *_optional("reason", record.reason),
        *_optional("confirmed", record.confirmed),
    ]
    values = [each["value"] for each in props]
    return _filled(
        {
            "uuid": _uuid(*values, record.rationale),
            "title": f"Lineage: {record.kind.value}",
            "description": escaped(record.rationale),
            "props": props,
        }
    )


def _optional(name: str, value: str | None) -> Iterable[Raw]:
    return [_own(name, str(value))] if value else []


def _own(name: str, value: str) -> Raw:
    return {"name": name, "ns": NAMESPACE, "value": value}


def _uuid(*words: str) -> str:
    return str(uuid5(IDENTITY, json.dumps(words)))


def _filled(value: dict[str, Any]) -> Raw:
    return {name: each for name, each in value.items() if each}
