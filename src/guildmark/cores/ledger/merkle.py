"""Hashes of an RFC 6962 Merkle tree and the verification of its proofs.

Reference: RFC 6962 section 2.1 (the hashes), RFC 9162 sections 2.1.3.2 and 2.1.4.2 (the two
verification algorithms). Every hash is 32 bytes of SHA-256.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from hmac import compare_digest

from guildmark.cores.ledger.errors import (
    ConsistencyProofInvalid,
    InclusionProofInvalid,
    OutOfTree,
)

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Return SHA-256(0x00 || leaf): the prefix keeps a leaf from passing for a node."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def verify_inclusion(
    *, leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Return if `proof` shows that leaf number `index` (from 0) of the tree is `leaf_hash`.

    Raises OutOfTree if a tree of `size` has no such leaf, else InclusionProofInvalid.
    """
    if not 0 <= index < size:
        raise OutOfTree(f"A tree of {size} leaves has no leaf {index}; the first is number 0.")
    siblings = _hashes(proof, InclusionProofInvalid)
    here, last, result = index, size - 1, leaf_hash
    for sibling in siblings:
        if last == 0:
            raise InclusionProofInvalid(
                f"The proof is too long: {len(proof)} hashes for leaf {index} of {size}."
            )
        if here & 1 or here == last:
            result = node_hash(sibling, result)
            here, last = _skip_right_edge(here, last)
        else:
            result = node_hash(result, sibling)
        here, last = here >> 1, last >> 1
    if last != 0:
        raise InclusionProofInvalid(
            f"The proof is too short: {len(proof)} hashes for leaf {index} of {size}."
        )
    if not compare_digest(result, root):
        raise InclusionProofInvalid(
            f"The proof for leaf {index} of {size} leads to the root {result.hex()}, "
            f"but the root should be {root.hex()}."
        )


def verify_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Return if `proof` shows that the first `old_size` leaves are the same in both trees.

    The empty tree is consistent with every tree, and a tree with itself, each by an empty proof.
    Raises OutOfTree if the sizes are not in order, else ConsistencyProofInvalid.
    """
    if not 0 <= old_size <= new_size:
        raise OutOfTree(f"The older tree ({old_size}) must not be larger than {new_size}.")
    if old_size in {0, new_size}:
        _verify_trivial_consistency(old_size, old_root, new_size, new_root, proof)
        return
    implied_old, implied_new = _implied_roots(old_size, old_root, new_size, proof)
    for age, implied, expected in (
        ("older", implied_old, old_root),
        ("newer", implied_new, new_root),
    ):
        if not compare_digest(implied, expected):
            raise ConsistencyProofInvalid(
                f"The proof from {old_size} to {new_size} leads to the {age} root "
                f"{implied.hex()}, but that root should be {expected.hex()}."
            )


def _verify_trivial_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    if proof:
        raise ConsistencyProofInvalid(
            f"Here the proof must be empty, but it has {len(proof)} hashes."
        )
    if old_size == 0 and not compare_digest(old_root, EMPTY_ROOT):
        raise ConsistencyProofInvalid(
            f"The root of the empty tree is {EMPTY_ROOT.hex()}, not {old_root.hex()}."
        )
    if old_size == new_size and not compare_digest(old_root, new_root):
        raise ConsistencyProofInvalid(
            f"Two trees of size {old_size} must have one root, "
            f"not {old_root.hex()} and {new_root.hex()}."
        )


def _implied_roots(
    old_size: int, old_root: bytes, new_size: int, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Return the roots of both trees that follow from the proof (RFC 9162 section 2.1.4.2)."""
    siblings = _hashes(proof, ConsistencyProofInvalid)
    here, last = old_size - 1, new_size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    # A perfect older tree is itself a node of the newer one, so its root is not repeated.
    seed = old_root if old_size & (old_size - 1) == 0 else next(siblings, None)
    if seed is None:
        raise ConsistencyProofInvalid(f"The proof from {old_size} to {new_size} is empty.")
    implied_old = implied_new = seed
    for sibling in siblings:
        if last == 0:
            raise ConsistencyProofInvalid(
                f"The proof from {old_size} to {new_size} is too long: {len(proof)} hashes."
            )
        if here & 1 or here == last:
            implied_old = node_hash(sibling, implied_old)
            implied_new = node_hash(sibling, implied_new)
            here, last = _skip_right_edge(here, last)
        else:
            implied_new = node_hash(implied_new, sibling)
        here, last = here >> 1, last >> 1
    if last != 0:
        raise ConsistencyProofInvalid(
            f"The proof from {old_size} to {new_size} is too short: {len(proof)} hashes."
        )
    return implied_old, implied_new


def _skip_right_edge(here: int, last: int) -> tuple[int, int]:
    """Rise past the levels where a node on the right edge has no sibling."""
    while here and not here & 1:
        here, last = here >> 1, last >> 1
    return here, last


def _hashes(
    proof: Sequence[bytes], invalid: type[InclusionProofInvalid | ConsistencyProofInvalid]
) -> Iterator[bytes]:
    for position, value in enumerate(proof):
        if len(value) != HASH_BYTES:
            raise invalid(f"Hash {position} of the proof has {len(value)} bytes instead of 32.")
    return iter(proof)
