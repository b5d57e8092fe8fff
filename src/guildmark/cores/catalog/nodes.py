"""Objects of a parsed JSON file, read without trust: each fault is noted with its place."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from guildmark.cores.catalog.problems import Problem

E = TypeVar("E", bound=StrEnum)

_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?(?P<zone>[Zz]|[+-]\d\d:\d\d)?", re.ASCII
)
_NAMES = {str: "text", bool: "true or false", dict: "an object", list: "a list"}


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON object, its path, and the list to which what is wrong with it is added.

    The readers return an empty value where the name is absent or its value is wrong.
    """

    value: Mapping[str, object]
    place: str
    problems: list[Problem]

    def only(self, names: Collection[str]) -> None:
        """Note every name that is not one of `names`."""
        for name in self.value:
            if name not in names:
                self.note(name, f"this name is not known here; known are: {', '.join(names)}.")

    def text(self, name: str) -> str:
        """Return the text called `name`."""
        value = self.value.get(name, "")
        if not isinstance(value, str):
            self._unlike(name, value, "text")
            return ""
        return value

    def flag(self, name: str) -> bool:
        """Return the truth value called `name`."""
        value = self.value.get(name, False)
        if not isinstance(value, bool):
            self._unlike(name, value, "true or false")
            return False
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts in the list called `name`; an entry of another type is left out."""
        entries = list(self._entries(name))
        for place, each in entries:
            if not isinstance(each, str):
                self.problems.append(Problem(place, _unlike(each, "text")))
        return tuple(each for _, each in entries if isinstance(each, str))

    def choice(self, name: str, kind: type[E]) -> E | None:
        """Return the member of `kind` whose value stands under `name`."""
        value = self.text(name)
        if not value or value in set(kind):
            return kind(value) if value else None
        self.note(name, f'"{value}" is none of: {", ".join(kind)}.')
        return None

    def moment(self, name: str) -> datetime | None:
        """Return the time called `name`, in UTC."""
        value = self.text(name)
        try:
            return moment(value) if value else None
        except ValueError as error:
            self.note(name, str(error))
            return None

    def child(self, name: str) -> "Node":
        """Return the object called `name`, or an empty one."""
        value = self.value.get(name)
        if not isinstance(value, dict):
            missing = "is missing." if name not in self.value else _unlike(value, "an object")
            self.note(name, missing)
            value = {}
        return Node(value, f"{self.place}.{name}", self.problems)

    def children(self, name: str) -> Iterator["Node"]:
        """Yield the objects in the list called `name`; another entry stands in as an empty one."""
        for place, each in self._entries(name):
            if not isinstance(each, dict):
                self.problems.append(Problem(place, _unlike(each, "an object")))
            yield Node(each if isinstance(each, dict) else {}, place, self.problems)

    def note(self, name: str, text: str) -> None:
        """Add a problem with what is called `name`."""
        self.problems.append(Problem(f"{self.place}.{name}", text))

    def _entries(self, name: str) -> Iterator[tuple[str, object]]:
        value = self.value.get(name, [])
        if not isinstance(value, list):
            self._unlike(name, value, "a list")
            return
        for number, each in enumerate(value):
            yield f"{self.place}.{name}[{number}]", each

    def _unlike(self, name: str, value: object, expected: str) -> None:
        self.note(name, _unlike(value, expected))


def whole(value: object, place: str, problems: list[Problem]) -> Node:
    """Return `value` as a node, or note that it is no object."""
    if isinstance(value, dict):
        return Node(value, place, problems)
    problems.append(Problem(place, _unlike(value, "an object")))
    return Node({}, place, problems)


def moment(text: str) -> datetime:
    """Return the time that `text` names, in UTC; ValueError says what is wrong with it."""
    found = _MOMENT.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is no time; write it like 2026-09-01T09:00:00Z.')
    if not found["zone"]:
        raise ValueError(f'"{text}" has no time zone; add one, such as Z for UTC.')
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f'"{text}" is no time that the calendar knows.') from None


def moment_text(moment: datetime) -> str:
    """Return an aware time as text in UTC, such as 2026-09-01T09:00:00Z."""
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def type_name(value: object) -> str:
    """Return what JSON calls the type of `value`."""
    if value is None:
        return "null"
    return _NAMES.get(type(value), "a number")


def _unlike(value: object, expected: str) -> str:
    if value is None:
        return f"is null where {expected} belongs; leave the name out if there is nothing to say."
    return f"is {type_name(value)} where {expected} belongs."
