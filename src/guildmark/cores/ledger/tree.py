"""A growing RFC 6962 tree over stored hashes: appending and proving read O(log n) nodes.

Only perfect subtrees are stored; they never change. The node (level, index) covers the leaves
from index * 2**level up to, not including, (index + 1) * 2**level, so level 0 holds the leaf
hashes. Whatever lies over the ragged right edge is computed when asked for.

There is one writer at a time: `append` trusts the `size` it is given.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Protocol

from guildmark.cores.ledger.errors import NodeMissing, OutOfTree
from guildmark.cores.ledger.merkle import EMPTY_ROOT, node_hash


@dataclass(frozen=True, order=True, slots=True)
class NodeAddress:
    """The place of a perfect subtree: its height, and its number from the left at that height."""

    level: int
    index: int


@dataclass(frozen=True)
class TreeHead:
    """How many leaves a tree has, and the hash over all of them."""

    size: int
    root: bytes


class NodeReader(Protocol):
    """Where node hashes are read from; each function of this module asks at most once."""

    def read_nodes(self, addresses: Collection[NodeAddress], /) -> Mapping[NodeAddress, bytes]:
        """Return the hashes of these nodes; leave out those that are not stored."""
        ...


class NodeStore(NodeReader, Protocol):
    """A reader that can also be added to."""

    def write_nodes(self, nodes: Mapping[NodeAddress, bytes], /) -> None:
        """Store new nodes; a node that exists already must be refused, for none ever changes."""
        ...


class MemoryNodes:
    """A node store in a dictionary, for tests and for checking a ledger from its leaves."""

    def __init__(self) -> None:
        self.nodes: dict[NodeAddress, bytes] = {}

    def read_nodes(self, addresses: Collection[NodeAddress], /) -> Mapping[NodeAddress, bytes]:
        """Return the hashes of these nodes."""
        return {address: self.nodes[address] for address in addresses if address in self.nodes}

    def write_nodes(self, nodes: Mapping[NodeAddress, bytes], /) -> None:
        """Store new nodes. Raises ValueError if one exists already."""
        if taken := self.nodes.keys() & nodes.keys():
            raise ValueError(f"These nodes are stored already: {sorted(taken)}.")
        self.nodes.update(nodes)


def append(nodes: NodeStore, *, size: int, leaf_hashes: Sequence[bytes]) -> TreeHead:
    """Add leaf hashes after the first `size` leaves and return the new tree head.

    Reads the O(log size) nodes of the old right edge at once, writes the new nodes at once.
    Raises NodeMissing if the store does not hold a tree of `size`.
    """
    edge = _addresses(0, _checked_size(size))
    known = dict(_read(nodes, edge))
    new: dict[NodeAddress, bytes] = {}
    for index, value in enumerate(leaf_hashes, start=size):
        _add(known, new, NodeAddress(0, index), value)
    if new:
        nodes.write_nodes(new)
    new_size = size + len(leaf_hashes)
    return TreeHead(new_size, _range_hash(known, 0, new_size))


def root(nodes: NodeReader, *, size: int) -> bytes:
    """Return the root over the first `size` leaves; raises NodeMissing if there are fewer."""
    known = _read(nodes, _addresses(0, _checked_size(size)))
    return _range_hash(known, 0, size)


def inclusion_proof(nodes: NodeReader, *, index: int, size: int) -> tuple[bytes, ...]:
    """Return PATH(index, D[size]) of RFC 6962 section 2.1.1, leaf end first."""
    if not 0 <= index < size:
        raise OutOfTree(f"A tree of {size} leaves has no leaf {index}; the first is number 0.")
    return _prove(nodes, list(_inclusion_ranges(index, 0, size)))


def consistency_proof(nodes: NodeReader, *, old_size: int, new_size: int) -> tuple[bytes, ...]:
    """Return PROOF(old_size, D[new_size]) of RFC 6962 section 2.1.2.

    Empty for an empty older tree and for equal sizes, where nothing is to be proven.
    """
    if not 0 <= old_size <= new_size:
        raise OutOfTree(f"The older size ({old_size}) must not be larger than {new_size}.")
    if old_size == 0:
        return ()
    return _prove(nodes, list(_consistency_ranges(old_size, 0, new_size, known=True)))


def _checked_size(size: int) -> int:
    if size < 0:
        raise OutOfTree(f"A tree cannot have {size} leaves.")
    return size


def _add(
    known: dict[NodeAddress, bytes],
    new: dict[NodeAddress, bytes],
    address: NodeAddress,
    value: bytes,
) -> None:
    """Record a node and every perfect subtree that it completes."""
    known[address] = new[address] = value
    if address.index & 1:
        left = NodeAddress(address.level, address.index - 1)
        parent = NodeAddress(address.level + 1, address.index >> 1)
        _add(known, new, parent, node_hash(known[left], value))


def _inclusion_ranges(index: int, low: int, high: int) -> Iterator[tuple[int, int]]:
    if high - low == 1:
        return
    middle = low + _split(high - low)
    if index < middle:
        yield from _inclusion_ranges(index, low, middle)
        yield middle, high
    else:
        yield from _inclusion_ranges(index, middle, high)
        yield low, middle


def _consistency_ranges(
    old_size: int, low: int, high: int, *, known: bool
) -> Iterator[tuple[int, int]]:
    """SUBPROOF of RFC 6962; `known` while the subtree is the whole older tree."""
    if old_size == high - low:
        if not known:
            yield low, high
        return
    split = _split(high - low)
    middle = low + split
    if old_size <= split:
        yield from _consistency_ranges(old_size, low, middle, known=known)
        yield middle, high
    else:
        yield from _consistency_ranges(old_size - split, middle, high, known=False)
        yield low, middle


def _split(count: int) -> int:
    """Return the largest power of two that is smaller than `count` (at least 2)."""
    return 1 << (count - 1).bit_length() - 1


def _prove(nodes: NodeReader, ranges: Sequence[tuple[int, int]]) -> tuple[bytes, ...]:
    wanted = [address for low, high in ranges for address in _addresses(low, high)]
    known = _read(nodes, wanted)
    return tuple(_range_hash(known, low, high) for low, high in ranges)


def _addresses(low: int, high: int) -> list[NodeAddress]:
    """Return the perfect subtrees that tile the leaves [low, high), largest first.

    `low` must be a multiple of the smallest power of two that is not below high - low, as is
    the start of every subtree of an RFC 6962 tree.
    """
    addresses = []
    while low < high:
        level = (high - low).bit_length() - 1
        addresses.append(NodeAddress(level, low >> level))
        low += 1 << level
    return addresses


def _read(nodes: NodeReader, addresses: Collection[NodeAddress]) -> Mapping[NodeAddress, bytes]:
    if not addresses:
        return {}
    found = nodes.read_nodes(addresses)
    for address in addresses:
        if address not in found:
            raise NodeMissing(
                f"The ledger lacks the hash at level {address.level}, index {address.index}. "
                f"It is damaged, or shorter than was asked for."
            )
    return found


def _range_hash(known: Mapping[NodeAddress, bytes], low: int, high: int) -> bytes:
    hashes = [known[address] for address in _addresses(low, high)]
    return (
        reduce(lambda right, left: node_hash(left, right), reversed(hashes))
        if hashes
        else EMPTY_ROOT
    )
