"""Problems that were found in a catalog, told with places of the file that it was read from."""

import re
from collections.abc import Callable, Iterable, Mapping

from guildmark.cores.catalog.problems import Problem

_PATH = re.compile(r"\$(?:\.[a-z_]+(?:\[\d+\])?)+")
_STEPS = re.compile(r"\.[a-z_]+(?:\[\d+\])?")


def retold(
    problems: Iterable[Problem], origins: Mapping[str, str], told: Callable[[str, str], str]
) -> list[Problem]:
    """Return `problems` with every path in them, in place and text, turned into another place.

    `origins` says for a path, such as $.domains[2], where in the file that part stands; what
    follows in the path, such as ".title", goes to `told` together with that origin.
    """

    def other(found: re.Match[str]) -> str:
        steps = _STEPS.findall(found[0])
        for count in range(len(steps), -1, -1):
            path = "$" + "".join(steps[:count])
            if path in origins:
                return told(origins[path], "".join(steps[count:]))
        return found[0]

    return [Problem(_PATH.sub(other, each.place), _PATH.sub(other, each.text)) for each in problems]


def with_part(origin: str, rest: str) -> str:
    """Return an origin with the part of the catalog that was made from it, in brackets."""
    words = rest.removeprefix(".").replace("_", " ")
    return f"{origin} ({words})" if words else origin
