"""Numbers of editions of the institute's own frameworks, from what changed since the last one."""

import re
from collections.abc import Iterable
from enum import StrEnum

from guildmark.cores.catalog.model import ChangeClass

_NUMBER = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?", re.ASCII)


class Level(StrEnum):
    """Which part of an edition's number a release raises."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


def level(
    *, domains_changed: bool, classes: Iterable[ChangeClass], new_or_withdrawn: bool
) -> Level | None:
    """Return the level of a release, or None where nothing changed.

    `domains_changed` is about the set of domains, `classes` about the texts of requirements.
    """
    found = set(classes)
    if domains_changed:
        return Level.MAJOR
    if new_or_withdrawn or found & {ChangeClass.SUBSTANTIVE, ChangeClass.FORCE}:
        return Level.MINOR
    return Level.PATCH if found - {ChangeClass.UNCHANGED} else None


def next_number(previous: str, level: Level) -> str:
    """Return the number that follows `previous`; ValueError if that is not like 1.4 or 1.4.2.

    >>> next_number("1.1.3", Level.MINOR)
    '1.2'
    """
    found = _NUMBER.fullmatch(previous)
    if not found:
        raise ValueError(
            f'"{previous}" is no number that can be counted on from. A number is made of two or '
            "three whole numbers with dots between them, such as 1.4 or 1.4.2; give the new "
            "edition its number by hand."
        )
    major, minor, patch = (int(part or 0) for part in found.groups())
    if level is Level.MAJOR:
        return f"{major + 1}.0"
    return f"{major}.{minor + 1}" if level is Level.MINOR else f"{major}.{minor}.{patch + 1}"
