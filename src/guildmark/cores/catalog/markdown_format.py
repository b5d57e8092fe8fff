"""Catalogs as Markdown documents for reading; nothing reads them back.

Every text of the catalog is escaped (CommonMark), so that none can become a heading, a link, HTML
or any other structure of the document.
"""

import re
from collections.abc import Iterator, Mapping

from guildmark.cores.catalog.model import (
    Catalog,
    Domain,
    Edition,
    Lineage,
    LineageKind,
    Requirement,
    Status,
)

_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|${}#]")
_OPENING = re.compile(r"[+=:-]|\d+(?=[.)](?:\s|$))")
_PARTS = ("intent", "guidance", "evidence", "rationale", "alternatives")


def write_markdown(catalog: Catalog) -> str:
    """Return a sound catalog as a document: domains, requirements, changes since the last one."""
    blocks = [*_opening(catalog)]
    for domain in catalog.domains:
        blocks += _domain(domain, _labels(catalog))
    blocks += _changes(catalog)
    return "\n\n".join(blocks) + "\n"


def _opening(catalog: Catalog) -> Iterator[str]:
    framework, edition = catalog.framework, catalog.edition
    name, number = _line(framework.name), _line(edition.number)
    yield f"# {_line(framework.code)} {number}: {_line(edition.title) or name}"
    yield from _told(edition, name)
    for text in (framework.summary, edition.summary):
        if text:
            yield _text(text)


def _told(edition: Edition, name: str) -> Iterator[str]:
    released = edition.released_at
    pairs = {
        "Framework": name,
        "Released": f"{released:%Y-%m-%d}" if released else "",
        "Supersedes": _line(edition.supersedes),
        "Licence": _link(edition.licence or edition.licence_url, edition.licence_url),
        "Attribution": _text(edition.attribution),
    }
    for noun, value in pairs.items():
        if value:
            yield f"**{noun}:** {value}"


def _labels(catalog: Catalog) -> dict[str, str]:
    return {each.key: each.label for each in catalog.requirements}


def _domain(domain: Domain, labels: Mapping[str, str]) -> Iterator[str]:
    yield f"## {_heading(domain.label, domain.title)}"
    if domain.summary:
        yield _text(domain.summary)
    if domain.rationale:
        yield f"**Rationale:** {_text(domain.rationale)}"
    section = ""
    for requirement in domain.requirements:
        if requirement.section and requirement.section != section:
            yield f"### {_line(requirement.section)}"
        section = requirement.section
        yield from _requirement(requirement, labels)


def _requirement(requirement: Requirement, labels: Mapping[str, str]) -> Iterator[str]:
    yield f"#### {_heading(requirement.label, requirement.title)}"
    yield f"**Status:** {_status(requirement, labels)}"
    if requirement.statement:
        yield _text(requirement.statement)
    for name in _PARTS:
        if text := getattr(requirement, name):
            yield f"**{name.capitalize()}:** {_text(text)}"
    if requirement.tags:
        yield f"**Tags:** {', '.join(map(_line, requirement.tags))}"
    if requirement.parent:
        yield f"**Part of:** {_named((requirement.parent,), labels)}"
    if requirement.related:
        yield f"**Related:** {_named(requirement.related, labels)}"
    if requirement.references:
        links = (f"- {_link(each.text, each.url)}" for each in requirement.references)
        yield "**References:**\n\n" + "\n".join(links)


def _status(requirement: Requirement, labels: Mapping[str, str]) -> str:
    if requirement.status is not Status.WITHDRAWN:
        return requirement.status.value
    reason = requirement.withdrawn_reason
    words = f"withdrawn, {reason.value}" if reason else "withdrawn"
    successors = _named(requirement.successors, labels)
    if not successors:
        return words
    return f"{words} {successors}" if words.endswith(" by") else f"{words}; see {successors}"


def _changes(catalog: Catalog) -> Iterator[str]:
    if not catalog.lineage:
        return
    since = catalog.edition.supersedes
    yield f"## Changes since {_line(since)}" if since else "## Changes"
    labels = _labels(catalog)
    yield "\n".join(f"- {_change(record, labels)}" for record in catalog.lineage)


def _change(record: Lineage, labels: Mapping[str, str]) -> str:
    ends = [_listed(record.sources), _named(record.targets, labels)]
    words = f"**{record.kind.value}:** {' → '.join(filter(None, ends))}"
    if record.kind is LineageKind.WITHDRAWN and record.reason:
        words += f" ({record.reason.value})"
    if record.confirmed:
        words += f", {record.confirmed.value}"
    # The text goes on inside the item, so its lines are indented like the item's own.
    rationale = _text(record.rationale).replace("\n", "\n  ")
    return f"{words}. {rationale}".rstrip() if rationale else words


def _named(keys: tuple[str, ...], labels: Mapping[str, str]) -> str:
    return _listed(tuple(labels.get(key, key) for key in keys))


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(map(_line, words))


def _heading(label: str, title: str) -> str:
    return f"{_line(label)} {_line(title)}".rstrip()


def _link(text: str, url: str) -> str:
    return f"[{_line(text)}](<{url}>)" if url else _line(text)


def _text(text: str) -> str:
    """Return paragraphs and lines as such: a blank line stays one, another ends with a break."""
    paragraphs = re.split(r"\n\s*\n", text)
    return "\n\n".join("\\\n".join(map(_line, each.split("\n"))) for each in paragraphs)


def _line(line: str) -> str:
    plain = line.replace("\t", "    ")
    body = plain.lstrip()
    indent = "&nbsp;" * (len(plain) - len(body))
    escaped = _SPECIAL.sub(r"\\\g<0>", body.rstrip())
    if opening := _OPENING.match(escaped):
        escaped = _defused(opening[0]) + escaped[opening.end() :]
    return indent + escaped


def _defused(opening: str) -> str:
    # In "1." the dot makes the list, and a backslash before a digit would be shown.
    return f"{opening}\\" if opening.isdigit() else f"\\{opening}"
