from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.cores import ledger
from guildmark.cores.ledger import (
    ConsistencyProofInvalid,
    InclusionProofInvalid,
    MemoryNodes,
    NodeAddress,
    NodeMissing,
    OutOfTree,
    ProofInvalid,
    TreeHead,
)

pytestmark = pytest.mark.once

LARGEST = 130

# The leaves and roots of the reference implementation of Certificate Transparency, as published
# in github.com/transparency-dev/merkle, testonly/constants.go (LeafInputs, RootHashes,
# NodeHashes) at 582a6ad190b6848f1d26f8bf08ddef29955d9db1.
CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_NODE_4_0 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
CT_NODE_1_0 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
CT_NODE_1_1 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
CT_NODE_2_1 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
CT_NODE_3_1 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
CT_NODE_0_2 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
CT_NODE_1_2 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
# From merkle_tree_test.cc of github.com/google/certificate-transparency.
CT_INCLUSION = [
    (0, 1, []),
    (0, 8, [CT_NODE_1_0, CT_NODE_1_1, CT_NODE_1_2]),
    (5, 8, [CT_NODE_4_0, CT_NODE_3_1, CT_NODE_0_2]),
    (2, 3, [CT_ROOTS[2]]),
    (1, 5, [CT_ROOTS[1], CT_NODE_1_1, CT_NODE_4_0]),
]
CT_CONSISTENCY = [
    (1, 1, []),
    (1, 8, [CT_NODE_1_0, CT_NODE_1_1, CT_NODE_1_2]),
    (6, 8, [CT_NODE_2_1, CT_NODE_3_1, CT_NODE_0_2]),
    (2, 5, [CT_NODE_1_1, CT_NODE_4_0]),
]


# The oracle: the recursive definitions of RFC 6962 section 2.1, word for word, over whole lists.


def largest_power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def oracle_root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = largest_power_below(len(leaves))
    return sha256(b"\x01" + oracle_root(leaves[:k]) + oracle_root(leaves[k:])).digest()


def oracle_path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*oracle_path(m, leaves[:k]), oracle_root(leaves[k:])]
    return [*oracle_path(m - k, leaves[k:]), oracle_root(leaves[:k])]


def oracle_subproof(m: int, leaves: Sequence[bytes], *, complete: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if complete else [oracle_root(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*oracle_subproof(m, leaves[:k], complete=complete), oracle_root(leaves[k:])]
    return [*oracle_subproof(m - k, leaves[k:], complete=False), oracle_root(leaves[:k])]


def some_leaves(count: int) -> list[bytes]:
    return [f"leaf {number}".encode() for number in range(count)]


LEAVES = some_leaves(LARGEST)
ROOTS = [oracle_root(LEAVES[:size]) for size in range(LARGEST + 1)]


class CountingNodes(MemoryNodes):
    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.reads = 0

    def read_nodes(self, addresses: Collection[NodeAddress], /) -> Mapping[NodeAddress, bytes]:
        self.calls += 1
        self.reads += len(addresses)
        return super().read_nodes(addresses)


def grown(leaves: Sequence[bytes], nodes: MemoryNodes | None = None) -> MemoryNodes:
    nodes = nodes or MemoryNodes()
    ledger.append(nodes, size=0, leaf_hashes=[ledger.leaf_hash(leaf) for leaf in leaves])
    return nodes


TREE = grown(LEAVES)
sizes = st.integers(0, LARGEST)
ordered_sizes = st.tuples(sizes, sizes).map(lambda pair: (min(pair), max(pair)))


def test_the_published_roots_come_out() -> None:
    for size, expected in enumerate(CT_ROOTS):
        assert ledger.root(grown(CT_LEAVES[:size]), size=size).hex() == expected


@pytest.mark.parametrize(("index", "size", "expected"), CT_INCLUSION)
def test_the_published_inclusion_proofs_come_out_and_verify(
    index: int, size: int, expected: list[str]
) -> None:
    proof = ledger.inclusion_proof(grown(CT_LEAVES), index=index, size=size)
    assert [value.hex() for value in proof] == expected
    ledger.verify_inclusion(
        leaf_hash=ledger.leaf_hash(CT_LEAVES[index]),
        index=index,
        size=size,
        proof=proof,
        root=bytes.fromhex(CT_ROOTS[size]),
    )


@pytest.mark.parametrize(("old", "new", "expected"), CT_CONSISTENCY)
def test_the_published_consistency_proofs_come_out_and_verify(
    old: int, new: int, expected: list[str]
) -> None:
    proof = ledger.consistency_proof(grown(CT_LEAVES), old_size=old, new_size=new)
    assert [value.hex() for value in proof] == expected
    ledger.verify_consistency(
        old_size=old,
        old_root=bytes.fromhex(CT_ROOTS[old]),
        new_size=new,
        new_root=bytes.fromhex(CT_ROOTS[new]),
        proof=proof,
    )


def test_every_root_up_to_130_leaves_is_the_one_of_the_definition() -> None:
    for size in range(LARGEST + 1):
        assert ledger.root(TREE, size=size) == ROOTS[size]


@pytest.mark.parametrize("size", [*range(1, 20), 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 130])
def test_every_inclusion_proof_is_the_one_of_the_definition_and_verifies(size: int) -> None:
    for index in range(size):
        proof = ledger.inclusion_proof(TREE, index=index, size=size)
        assert list(proof) == oracle_path(index, LEAVES[:size])
        ledger.verify_inclusion(
            leaf_hash=ledger.leaf_hash(LEAVES[index]),
            index=index,
            size=size,
            proof=proof,
            root=ROOTS[size],
        )


@pytest.mark.parametrize("new", [*range(1, 20), 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 130])
def test_every_consistency_proof_is_the_one_of_the_definition_and_verifies(new: int) -> None:
    for old in range(new + 1):
        proof = ledger.consistency_proof(TREE, old_size=old, new_size=new)
        if old:
            assert list(proof) == oracle_subproof(old, LEAVES[:new], complete=True)
        ledger.verify_consistency(
            old_size=old, old_root=ROOTS[old], new_size=new, new_root=ROOTS[new], proof=proof
        )


@given(st.lists(sizes, max_size=8))
def test_appending_in_batches_gives_the_same_tree_as_appending_at_once(cuts: list[int]) -> None:
    nodes = MemoryNodes()
    hashes = [ledger.leaf_hash(leaf) for leaf in LEAVES]
    for start, stop in pairwise(sorted([0, *cuts, LARGEST])):
        head = ledger.append(nodes, size=start, leaf_hashes=hashes[start:stop])
        assert head == TreeHead(stop, ROOTS[stop])
    assert nodes.nodes == TREE.nodes


@given(sizes, st.data())
def test_a_changed_inclusion_proof_never_verifies(size: int, data: st.DataObject) -> None:
    size = max(size, 1)
    index = data.draw(st.integers(0, size - 1))
    proof = list(ledger.inclusion_proof(TREE, index=index, size=size))
    changed, leaf, root = data.draw(
        tampered(proof, ledger.leaf_hash(LEAVES[index]), ROOTS[size]), label="tampered"
    )
    with pytest.raises(InclusionProofInvalid):
        ledger.verify_inclusion(leaf_hash=leaf, index=index, size=size, proof=changed, root=root)


@given(sizes, st.data())
def test_an_inclusion_proof_does_not_verify_for_another_place(
    size: int, data: st.DataObject
) -> None:
    size = max(size, 2)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda place: place != index))
    with pytest.raises(InclusionProofInvalid):
        ledger.verify_inclusion(
            leaf_hash=ledger.leaf_hash(LEAVES[index]),
            index=other,
            size=size,
            proof=ledger.inclusion_proof(TREE, index=index, size=size),
            root=ROOTS[size],
        )


@given(ordered_sizes, st.data())
def test_a_changed_consistency_proof_never_verifies(
    pair: tuple[int, int], data: st.DataObject
) -> None:
    old, new = pair
    proof = list(ledger.consistency_proof(TREE, old_size=old, new_size=new))
    changed, old_root, new_root = data.draw(tampered(proof, ROOTS[old], ROOTS[new]))
    if old == 0 < new and changed == proof and old_root == ROOTS[0]:
        return  # whatever follows the empty tree is consistent with it
    with pytest.raises(ConsistencyProofInvalid):
        ledger.verify_consistency(
            old_size=old, old_root=old_root, new_size=new, new_root=new_root, proof=changed
        )


@given(ordered_sizes.filter(lambda pair: pair[0] > 0), st.data())
def test_a_rewritten_entry_breaks_consistency(pair: tuple[int, int], data: st.DataObject) -> None:
    old, new = pair
    rewritten = list(LEAVES[:new])
    rewritten[data.draw(st.integers(0, old - 1))] = b"another history"
    nodes = grown(rewritten)
    with pytest.raises(ConsistencyProofInvalid):
        ledger.verify_consistency(
            old_size=old,
            old_root=ROOTS[old],
            new_size=new,
            new_root=ledger.root(nodes, size=new),
            proof=ledger.consistency_proof(nodes, old_size=old, new_size=new),
        )


@st.composite
def tampered(
    draw: st.DrawFn, proof: list[bytes], first: bytes, second: bytes
) -> tuple[list[bytes], bytes, bytes]:
    """One change to a proof, or to one of the two hashes that it connects."""
    kind = draw(st.sampled_from(["bit", "drop", "add", "short", "first", "second"]))
    if not proof and kind in {"bit", "drop", "short"}:
        kind = "add"
    place = draw(st.integers(0, max(len(proof) - 1, 0)))
    changed = list(proof)
    match kind:
        case "bit":
            changed[place] = flipped(changed[place], draw)
        case "drop":
            del changed[place]
        case "add":
            changed.insert(place, draw(st.binary(min_size=32, max_size=32)))
        case "short":
            changed[place] = changed[place][:-1]
        case "first":
            first = flipped(first, draw)
        case _:
            second = flipped(second, draw)
    return changed, first, second


def flipped(value: bytes, draw: st.DrawFn) -> bytes:
    bit = draw(st.integers(0, len(value) * 8 - 1))
    return (int.from_bytes(value) ^ (1 << bit)).to_bytes(len(value))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (4, 3), (-1, 3)])
def test_a_leaf_outside_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(OutOfTree, match=f"has no leaf {index}"):
        ledger.inclusion_proof(TREE, index=index, size=size)
    with pytest.raises(OutOfTree, match=f"has no leaf {index}"):
        ledger.verify_inclusion(
            leaf_hash=ROOTS[1], index=index, size=size, proof=(), root=ROOTS[max(size, 0)]
        )


@pytest.mark.parametrize(("old", "new"), [(2, 1), (-1, 1)])
def test_sizes_out_of_order_are_refused(old: int, new: int) -> None:
    with pytest.raises(OutOfTree):
        ledger.consistency_proof(TREE, old_size=old, new_size=new)
    with pytest.raises(OutOfTree):
        ledger.verify_consistency(
            old_size=old, old_root=ROOTS[0], new_size=new, new_root=ROOTS[0], proof=()
        )


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(OutOfTree, match="cannot have -1 leaves"):
        ledger.root(TREE, size=-1)


def test_an_unequal_root_of_equal_size_is_named_as_such() -> None:
    with pytest.raises(ConsistencyProofInvalid, match="size 3 must have one root"):
        ledger.verify_consistency(
            old_size=3, old_root=ROOTS[2], new_size=3, new_root=ROOTS[3], proof=()
        )


def test_an_empty_proof_between_unequal_trees_is_refused() -> None:
    with pytest.raises(ConsistencyProofInvalid, match="is empty"):
        ledger.verify_consistency(
            old_size=3, old_root=ROOTS[3], new_size=4, new_root=ROOTS[4], proof=()
        )


def test_asking_for_more_than_is_stored_says_which_hash_is_missing() -> None:
    nodes = grown(LEAVES[:3])
    with pytest.raises(NodeMissing, match="level 2, index 0"):
        ledger.root(nodes, size=4)
    with pytest.raises(NodeMissing):
        ledger.append(nodes, size=4, leaf_hashes=[ROOTS[1]])


def test_appending_twice_at_the_same_place_is_refused_by_the_store() -> None:
    nodes = grown(LEAVES[:3])
    with pytest.raises(ValueError, match="stored already"):
        ledger.append(nodes, size=2, leaf_hashes=[ROOTS[1]])


def test_appending_nothing_writes_nothing_and_returns_the_head() -> None:
    nodes = grown(LEAVES[:5])
    before = dict(nodes.nodes)
    assert ledger.append(nodes, size=5, leaf_hashes=[]) == TreeHead(5, ROOTS[5])
    assert nodes.nodes == before


def test_each_operation_reads_once_and_logarithmically_many_nodes() -> None:
    nodes = CountingNodes()
    size = 5_000
    grown(some_leaves(size), nodes)
    assert len(nodes.nodes) < 2 * size
    for operation in (
        lambda: ledger.root(nodes, size=size),
        lambda: ledger.inclusion_proof(nodes, index=1234, size=size - 1),
        lambda: ledger.consistency_proof(nodes, old_size=3333, new_size=size - 1),
        lambda: ledger.append(nodes, size=size, leaf_hashes=[ROOTS[1], ROOTS[2]]),
    ):
        nodes.calls = nodes.reads = 0
        operation()
        assert nodes.calls == 1
        assert nodes.reads <= 2 * size.bit_length()


def test_both_kinds_of_invalid_proof_can_be_caught_together() -> None:
    assert issubclass(InclusionProofInvalid, ProofInvalid)
    assert issubclass(ConsistencyProofInvalid, ProofInvalid)
    assert issubclass(ProofInvalid, ledger.LedgerError)


# Whoever signs checkpoints may sign any root, also one made to fit a proof of the wrong shape.

X, Y, Z = ROOTS[1], ROOTS[2], ROOTS[3]


@pytest.mark.parametrize(
    ("index", "size", "proof", "root", "reason"),
    [
        (0, 1, [X], ledger.node_hash(Y, X), "too long"),
        (0, 1, [X], ledger.node_hash(X, Y), "too long"),
        (0, 2, [], Y, "too short"),
        (0, 2, [X[:31]], ledger.node_hash(Y, X[:31]), "31 bytes instead of 32"),
    ],
)
def test_an_inclusion_proof_of_the_wrong_shape_fails_even_if_the_root_was_made_to_fit(
    index: int, size: int, proof: list[bytes], root: bytes, reason: str
) -> None:
    with pytest.raises(InclusionProofInvalid, match=reason):
        ledger.verify_inclusion(leaf_hash=Y, index=index, size=size, proof=proof, root=root)


@pytest.mark.parametrize(
    ("old", "old_root", "new", "new_root", "proof", "reason"),
    [
        (4, X, 7, X, [], "too short"),
        (3, ledger.node_hash(Y, X), 4, ledger.node_hash(Y, X), [X, Y], "too short"),
        (1, X, 2, ledger.node_hash(ledger.node_hash(X, Y), Z), [Y, Z], "too long"),
        (1, ledger.node_hash(Z, X), 2, ledger.node_hash(Z, X), [Y, Z], "too long"),
        (1, X, 2, ledger.node_hash(X, Y[:31]), [Y[:31]], "31 bytes instead of 32"),
    ],
)
def test_a_consistency_proof_of_the_wrong_shape_fails_even_if_the_roots_were_made_to_fit(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes], reason: str
) -> None:
    with pytest.raises(ConsistencyProofInvalid, match=reason):
        ledger.verify_consistency(
            old_size=old, old_root=old_root, new_size=new, new_root=new_root, proof=proof
        )
