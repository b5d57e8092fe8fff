"""JSON as text: read strictly, because a file that two programs read in two ways is no record."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import NoReturn

from guildmark.cores.catalog.problems import CatalogRefused, Problem

DEPTH = 100


def parsed(text: str) -> object:
    """Return what the JSON `text` says; a byte order mark at its start is passed over.

    Raises CatalogRefused for text that is no JSON (with line and column), for names that stand
    twice in one object, for NaN and Infinity, and for nesting deeper than `DEPTH`.
    """
    reader = _Reader()
    try:
        value = json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=reader.mapping,
            parse_constant=reader.constant,
            parse_int=reader.integer,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        _refuse(Problem(place, f"this is no JSON: {error.msg}."))
    except RecursionError:
        _refuse(Problem("$", _TOO_DEEP))
    if found := tuple(_faults(value, reader)):
        raise CatalogRefused(found)
    return value


_TOO_DEEP = f"lists and objects stand more than {DEPTH} deep in each other; no catalog does."


class _Reader:
    """What json.loads calls; it remembers faults, whose places only the finished tree shows."""

    def __init__(self) -> None:
        self.objects: list[tuple[dict[str, object], list[str]]] = []

    def mapping(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        if len(made) < len(pairs):
            counted = Counter(name for name, _ in pairs)
            self.objects.append((made, [name for name, count in counted.items() if count > 1]))
        return made

    def constant(self, name: str) -> object:
        return _Constant(name)

    def integer(self, digits: str) -> object:
        # Python refuses to convert very long numbers, and no number in a catalog is long.
        return int(digits) if len(digits) < _LONG_NUMBER else float("inf")


_LONG_NUMBER = 20


class _Constant(str):
    """NaN or Infinity, which Python reads and JSON does not know."""

    __slots__ = ()


def _faults(value: object, reader: _Reader) -> Iterator[Problem]:
    repeated = {id(made): names for made, names in reader.objects}
    waiting: list[tuple[object, str, int]] = [(value, "$", 0)]
    while waiting:
        here, place, depth = waiting.pop()
        if depth > DEPTH:
            yield Problem("$", _TOO_DEEP)
            return
        if isinstance(here, _Constant):
            yield Problem(place, f"{here!s} is no value of JSON.")
        elif isinstance(here, dict):
            for name in repeated.get(id(here), ()):
                yield Problem(f"{place}.{name}", "this name stands more than once in one object.")
            waiting.extend((each, f"{place}.{name}", depth + 1) for name, each in here.items())
        elif isinstance(here, list):
            waiting.extend((each, f"{place}[{n}]", depth + 1) for n, each in enumerate(here))


def _refuse(problem: Problem) -> NoReturn:
    raise CatalogRefused([problem]) from None
