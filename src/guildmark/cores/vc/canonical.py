"""The canonical form of a document: RDF Dataset Canonicalization (RDFC-1.0), SHA-256.

Blank nodes get names that depend on the statements alone, then all statements are sorted as
N-Quads. Most documents are done when every blank node differs from the others in what is said
directly about it. Where some do not, the algorithm compares what lies around them, trying orders;
how much it may try is bounded, because documents can be made for which it would never end.

Source: https://www.w3.org/TR/rdf-canon/, sections 4.4 to 4.8, whose names are used here.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, TypeAlias

from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.quads import Link, Node, Statements, statements
from guildmark.cores.vc.sentences import sentence as _

MAX_EFFORT = 100_000
"""How many looks at blank nodes it may take to tell apart those of a document that look alike."""
MAX_REACH = 100
"""How many blank nodes away from the first one such a search may go."""

Names: TypeAlias = dict[Node | None, str]

_TOO_SYMMETRIC = _(
    "Too many objects without an id look alike, so no order of them can be found in reasonable "
    "time. Give them ids or make them differ."
)


def canonicalize(document: Mapping[str, Any]) -> bytes:
    """Return the RDFC-1.0 canonical N-Quads (UTF-8) of a JSON-LD document.

    The document is what json.loads returns. Raises Refused, with the JSON pointer of the place,
    for everything that is not certain to be covered by a proof over these bytes and to be read
    alike by every verifier: unknown contexts, terms and types, relative IRIs, nulls, empty and
    nested arrays, control characters, numbers that are not short, and documents too large.
    """
    return canonical_quads(statements(document)).encode()


def canonical_quads(found: Statements) -> str:
    """Return the canonical N-Quads of statements; raises Refused if they are too symmetric."""
    lines = set(found.ground)
    if found.blanks:
        alone: Names = {0: "_:c14n0"}
        labels: Names = alone if found.blanks == 1 else _Labelling(found).labels()
        lines.update(_with_blanks(found, labels))
    return "".join(sorted(lines))


def _with_blanks(found: Statements, labels: Names) -> Iterator[str]:
    for blank, tails in found.tails.items():
        label = labels[blank]
        yield from [f"{label}{tail} .\n" for tail in tails]
    for blank, bodies in found.bodies.items():
        label = labels[blank]
        yield from [f"{body} {label} .\n" for body in bodies]
    name = labels.get
    for subject, predicate, value, graph in found.links:
        end = "" if graph is None else f" {labels[graph]}"
        yield f"{name(subject, subject)} {predicate} {name(value, value)}{end} .\n"


class _Labelling:
    """Finds the canonical names of the blank nodes of one document.

    Names are kept with their "_:" and in the order in which they were given.
    """

    def __init__(self, found: Statements) -> None:
        self.found = found
        self.links: list[list[Link]] = [[] for _blank in range(found.blanks)]
        for link in found.links:
            subject, _predicate, value, graph = link
            for node in {subject, value, graph}:
                if type(node) is int:
                    self.links[node].append(link)
        self.hashes = [self._first_degree(blank) for blank in range(found.blanks)]
        self.labels_given: Names = {}
        self.effort = self.reach = 0

    def labels(self) -> Names:
        """Return the name of each blank node."""
        alike: dict[str, list[int]] = {}
        for blank, digest in enumerate(self.hashes):
            alike.setdefault(digest, []).append(blank)
        groups = [alike[digest] for digest in sorted(alike)]
        for group in groups:
            if len(group) == 1:
                _issue(self.labels_given, group[0], "c14n")
        for group in groups:
            if len(group) > 1:
                self._label_alike(group)
        return self.labels_given

    def _label_alike(self, group: list[int]) -> None:
        # Nothing gets its final name meanwhile, so each of the group is still without one.
        unnamed = [blank for blank in group if blank not in self.labels_given]
        results = [self._n_degree(blank, {blank: "_:b0"}) for blank in unnamed]
        for _text, names in sorted(results, key=lambda result: result[0]):
            for known in names:
                _issue(self.labels_given, known, "c14n")

    def _first_degree(self, blank: int) -> str:
        """Return the hash of what is said directly about a blank node."""
        found = self.found
        lines = [f"_:a{tail} .\n" for tail in found.tails.get(blank, ())]
        if blank in found.bodies:
            lines += [f"{body} _:a .\n" for body in dict.fromkeys(found.bodies[blank])]
        lines += [_seen_from(blank, link) for link in self.links[blank]]
        lines.sort()
        return sha256("".join(lines).encode()).hexdigest()

    def _n_degree(self, blank: int, names: Names) -> tuple[str, Names]:
        """Return the hash of what lies around a blank node, and the names that led to it."""
        self.reach += 1
        self._spend(len(self.links[blank]))
        related = self._related(blank, names)
        data = ""
        for digest in sorted(related):
            path, names = self._best_path(related[digest], names)
            data += digest + path
        self.reach -= 1
        return sha256(data.encode()).hexdigest(), names

    def _related(self, blank: int, names: Names) -> dict[str, list[int]]:
        related: dict[str, list[int]] = {}
        for subject, predicate, value, graph in self.links[blank]:
            for node, position in (
                (subject, f"s{predicate}"),
                (value, f"o{predicate}"),
                (graph, "g"),
            ):
                if type(node) is int and node != blank:
                    known = self.labels_given.get(node) or names.get(node) or self.hashes[node]
                    digest = sha256(f"{position}{known}".encode()).hexdigest()
                    related.setdefault(digest, []).append(node)
        return related

    def _best_path(self, related: list[int], names: Names) -> tuple[str, Names]:
        """Return the smallest path through nodes that look alike, over all their orders."""
        best, best_names = "", names
        for order in _orders(related):
            self._spend(len(order) + len(names))
            path, path_names = self._path(order, dict(names))
            if not best or path < best:
                best, best_names = path, path_names
        return best, best_names

    def _path(self, order: list[int], names: Names) -> tuple[str, Names]:
        path, further = "", []
        for node in order:
            if node not in self.labels_given and node not in names:
                further.append(node)
            path += self.labels_given.get(node) or _issue(names, node, "b")
        for node in further:
            digest, inner = self._n_degree(node, names)
            path += f"{_issue(names, node, 'b')}<{digest}>"
            names = inner
        return path, names

    def _spend(self, cost: int) -> None:
        self.effort += cost
        if self.effort > MAX_EFFORT or self.reach > MAX_REACH:
            raise Refused("too_symmetric", _TOO_SYMMETRIC)


def _issue(names: Names, blank: Node | None, prefix: str) -> str:
    if blank not in names:
        names[blank] = f"_:{prefix}{len(names)}"
    return names[blank]


def _seen_from(blank: int, link: Link) -> str:
    """Write a statement with one blank node as _:a and all others as _:z."""
    subject, predicate, value, graph = link
    start = subject if type(subject) is str else "_:a" if subject == blank else "_:z"
    end = value if type(value) is str else "_:a" if value == blank else "_:z"
    name = "" if graph is None else " _:a" if graph == blank else " _:z"
    return f"{start} {predicate} {end}{name} .\n"


def _orders(nodes: list[int]) -> Iterator[list[int]]:
    """Give all different orders of `nodes`, which may repeat, smallest first."""
    order = sorted(nodes)
    while True:
        yield list(order)
        rising = [i for i in range(len(order) - 1) if order[i] < order[i + 1]]
        if not rising:
            return
        left = rising[-1]
        right = max(i for i in range(left + 1, len(order)) if order[i] > order[left])
        order[left], order[right] = order[right], order[left]
        order[left + 1 :] = reversed(order[left + 1 :])
