"""Structured text of OSCAL as plain text, and plain text in a form that OSCAL leaves alone."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from guildmark.cores.catalog.oscal.survey import INLINE_LINK, INSERTION, Raw

INDENT = "  "
LONGEST_INSERTION = 5_000
"""Characters of a parameter in a text; more comes only of parameters that multiply each other."""
DEEPEST_INSERTION = 20
"""Parameters that may stand in each other."""


def escaped(text: str) -> str:
    """Return plain text as OSCAL's Markdown in which nothing inserts a parameter or links.

    Nothing else is escaped, because readers of OSCAL mostly show the text as it stands.
    """
    return re.sub(r"[\\{]|(?<=\])\(", r"\\\g<0>", text)


def label(props: list[Raw]) -> str:
    """Return the label among properties, one without a class before others; "" if none is there."""
    found = [each for each in props if each["name"] == "label"]
    plain = [each for each in found if "class" not in each]
    return next((str(each["value"]) for each in plain + found), "")


@dataclass(frozen=True)
class Prose:
    """Turns the texts of one catalog into plain text; `own` is one that `escaped` wrote."""

    params: Mapping[str, Raw]
    own: bool
    written: dict[str, str] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def plain(self, text: str) -> str:
        """Return `text` with its parameters inserted.

        In a catalog of others the target of a link inside the catalog is dropped and one on the
        web stands in brackets after the words.
        """
        text = INSERTION.sub(self._param, text)
        if self.own:
            return re.sub(r"\\([\\{(])", r"\1", text)
        text = INLINE_LINK.sub(_link_words, text).replace("\r\n", "\n").replace("\r", "\n")
        return "\n".join(line.rstrip() for line in text.split("\n")).strip()

    def line(self, text: str) -> str:
        """Return a title or the text of a source, on one line."""
        return text if self.own else " ".join(self.plain(text).split())

    def flat(self, parts: list[Raw]) -> str:
        """Return parts as lines: each item on its own, with its label, indented by its depth."""
        return "\n".join(text for part in parts for text in self._lines(part)).strip("\n")

    def _lines(self, part: Raw) -> Iterator[str]:
        for text in (self.line(part.get("title", "")), self.plain(part.get("prose", ""))):
            if text:
                yield text
        for each in part.get("parts", ()):
            yield from self._items(each, 0)

    def _items(self, part: Raw, depth: int) -> Iterator[str]:
        marks = (label(part.get("props", [])), self.line(part.get("title", "")))
        words = " ".join(filter(None, (*marks, self.plain(part.get("prose", "")))))
        if words:
            yield textwrap.indent(words, INDENT * depth)
        for each in part.get("parts", ()):
            yield from self._items(each, depth + 1)

    def _param(self, found: re.Match[str]) -> str:
        kind, name = found.groups()
        if kind != "param" or name not in self.params:
            return found[0]
        if name not in self.written:
            if name in self.open or len(self.open) >= DEEPEST_INSERTION:
                return f"[{name}]"
            self.open.append(name)
            self.written[name] = self._insertion(name)[:LONGEST_INSERTION]
            self.open.pop()
        return self.written[name]

    def _insertion(self, name: str) -> str:
        param = self.params[name]
        if "values" in param:
            return ", ".join(param["values"])
        if "select" in param:
            select = param["select"]
            many = ", one or more" if select.get("how-many") == "one-or-more" else ""
            choices = "; ".join(self.plain(each) for each in select.get("choice", ()))
            return f"[choice{many}: {choices}]"
        return f"[{self.plain(param['label'])}]" if "label" in param else f"[{name}]"


def _link_words(found: re.Match[str]) -> str:
    words, href = found.groups()
    return words if href.startswith("#") or not href else f"{words} ({href})"
