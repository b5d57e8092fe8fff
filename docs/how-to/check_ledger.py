#!/usr/bin/env python3
"""Check a Guildmark ledger without trusting Guildmark.

This script stands alone: it needs Python 3.11 and the `cryptography` package and nothing of
Guildmark. It was written from the public texts alone:

* RFC 6962, section 2.1     the Merkle tree, its inclusion and consistency proofs
* c2sp.org/signed-note      how the ledger signs
* c2sp.org/tlog-checkpoint  what the ledger signs

Ask a running institute (checks the signature, some entries and the history):

    check_ledger.py --url https://institute.example
    check_ledger.py --url https://institute.example --vkey KEY --old-checkpoint last.txt

Check saved files:

    check_ledger.py --vkey KEY --checkpoint new.txt --inclusion proof.json --leaf leaf.json
    check_ledger.py --vkey KEY --checkpoint new.txt --old-checkpoint old.txt --consistency c.json

Exit codes: 0 everything holds, 1 a check failed, 2 wrong usage or something cannot be read.
"""

import argparse
import base64
import hashlib
import http.client
import json
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    print("This script needs one package: pip install cryptography", file=sys.stderr)
    sys.exit(2)

ALL_HOLDS, CHECK_FAILED, CANNOT_CHECK = 0, 1, 2
MAXIMUM_BYTES = 10_000_000
MAXIMUM_DIGITS = 19
HASH_BYTES = 32
KEY_ID_BYTES = 4
TIMEOUT_SECONDS = 30


class CheckFailedError(Exception):
    """What was served or saved contradicts itself or the key."""


class CannotCheckError(Exception):
    """A file or an address cannot be read, or the command makes no sense."""


@dataclass(frozen=True)
class Key:
    """A public key as c2sp.org/signed-note describes it."""

    name: str
    key_id: bytes
    public: bytes


@dataclass(frozen=True)
class Checkpoint:
    """The signed statement: this ledger has so many entries and this root."""

    origin: str
    size: int
    root: bytes


# The tree (RFC 6962, section 2.1)


def hash_leaf(leaf: bytes) -> bytes:
    """MTH({d(0)}) = SHA-256(0x00 || d(0))."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split_point(size: int) -> int:
    """The largest power of two smaller than size."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def root_by_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Undo PATH(index, D[size]): the root that this leaf hash and this path lead to."""
    if size == 1:
        if path:
            raise CheckFailedError("The inclusion proof has too many hashes.")
        return leaf
    if not path:
        raise CheckFailedError("The inclusion proof has too few hashes.")
    left_size = split_point(size)
    *inner, sibling = path
    if index < left_size:
        return hash_node(root_by_path(leaf, index, left_size, inner), sibling)
    return hash_node(sibling, root_by_path(leaf, index - left_size, size - left_size, inner))


def roots_by_subproof(
    old: int, new: int, proof: list[bytes], old_root: bytes | None
) -> tuple[bytes, bytes]:
    """Undo SUBPROOF(old, D[new], b): the two roots that the proof leads to.

    `old_root` is given as long as b is true, that is while this subtree is the whole old tree.
    """
    if old == new:
        if len(proof) != (1 if old_root is None else 0):
            raise CheckFailedError("The consistency proof has the wrong number of hashes.")
        subtree = proof[0] if old_root is None else old_root
        return subtree, subtree
    if not proof:
        raise CheckFailedError("The consistency proof has too few hashes.")
    left_size = split_point(new)
    *inner, sibling = proof
    if old <= left_size:
        old_part, new_part = roots_by_subproof(old, left_size, inner, old_root)
        return old_part, hash_node(new_part, sibling)
    old_part, new_part = roots_by_subproof(old - left_size, new - left_size, inner, None)
    return hash_node(sibling, old_part), hash_node(sibling, new_part)


def check_consistency(older: Checkpoint, newer: Checkpoint, proof: list[bytes]) -> None:
    """Fail unless the newer tree begins with exactly the entries of the older one."""
    if older.size > newer.size:
        raise CheckFailedError(f"The ledger shrank from {older.size} to {newer.size} entries.")
    if older.size == 0:
        implied = (hashlib.sha256(b"").digest(), newer.root)
        if proof:
            raise CheckFailedError("A proof from the empty ledger must be empty.")
    else:
        implied = roots_by_subproof(older.size, newer.size, proof, older.root)
    if implied != (older.root, newer.root):
        raise CheckFailedError(
            f"The history was changed: the ledger of {newer.size} entries is no continuation "
            f"of the ledger of {older.size} entries."
        )


# The signature (c2sp.org/signed-note, c2sp.org/tlog-checkpoint)


def parse_key(text: str) -> Key:
    """Read name+id+base64(0x01 || public key), and check that the id belongs to the key."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    material = decode_base64(encoded, "the verifier key")
    if material[:1] != b"\x01" or len(material) != 1 + HASH_BYTES:
        raise CheckFailedError(f'"{name}" is not an Ed25519 verifier key.')
    expected = hashlib.sha256(name.encode() + b"\n" + material).digest()[:KEY_ID_BYTES]
    if not name or expected.hex() != key_id:
        raise CheckFailedError(f'The verifier key "{name}" was damaged: its id does not fit.')
    return Key(name, expected, material[1:])


def open_note(note: bytes, key: Key) -> str:
    """Return the signed text, or fail: not a note, not signed by the key, wrongly signed."""
    content = decode_text(note)
    text, blank, signatures = content.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise CheckFailedError("The checkpoint is not a signed note.")
    text += "\n"
    ours = [s for s in map(parse_signature, signatures[:-1].split("\n")) if s[:2] == key_tuple(key)]
    if not ours:
        raise CheckFailedError(f'The checkpoint is not signed by "{key.name}" {key.key_id.hex()}.')
    for _, _, signature in ours:
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
        except InvalidSignature as error:
            raise CheckFailedError("The signature does not fit the checkpoint.") from error
    return text


def key_tuple(key: Key) -> tuple[str, bytes]:
    """What identifies a key in a signature line."""
    return key.name, key.key_id


def parse_signature(line: str) -> tuple[str, bytes, bytes]:
    """Read "— name base64(key id || signature)"."""
    parts = line.split(" ")
    if len(parts) != len(("—", "name", "signature")) or parts[0] != "—" or not parts[1]:
        raise CheckFailedError(f'"{line}" is not a signature line.')
    material = decode_base64(parts[2], "a signature")
    return parts[1], material[:KEY_ID_BYTES], material[KEY_ID_BYTES:]


def open_checkpoint(note: bytes, key: Key, origin: str) -> Checkpoint:
    """Return the checkpoint of this ledger, or fail."""
    lines = open_note(note, key).split("\n")[:-1]
    if len(lines) < len(("origin", "size", "root")) or not all(lines):
        raise CheckFailedError("The signed text is not a checkpoint of at least three lines.")
    name, size, root = lines[:3]
    if name != origin:
        raise CheckFailedError(f'The checkpoint is of "{name}", not of "{origin}".')
    if not is_decimal(size):
        raise CheckFailedError(f'"{size}" is not a number of entries.')
    return Checkpoint(name, int(size), decode_hash(root, "the root"))


def is_decimal(text: str) -> bool:
    """ASCII digits, no sign, no leading zero unless it is 0."""
    digits = text.isascii() and text.isdigit() and len(text) <= MAXIMUM_DIGITS
    return digits and (text == "0" or not text.startswith("0"))


# Reading what was served or saved


def decode_text(raw: bytes) -> str:
    """UTF-8 without control characters other than line feeds, as a signed note must be."""
    try:
        content = raw.decode()
    except UnicodeDecodeError as error:
        raise CheckFailedError("The checkpoint is not UTF-8 text.") from error
    if any(character < " " and character != "\n" for character in content):
        raise CheckFailedError("The checkpoint contains control characters.")
    return content


def decode_base64(text: object, what: str) -> bytes:
    """Standard base64 in its one canonical spelling."""
    try:
        value = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except ValueError:
        value = None
    if value is None or base64.b64encode(value).decode() != text:
        raise CheckFailedError(f"{what[0].upper()}{what[1:]} is not base64: {text!r}.")
    return value


def decode_hash(text: object, what: str) -> bytes:
    """32 bytes in base64."""
    value = decode_base64(text, what)
    if len(value) != HASH_BYTES:
        raise CheckFailedError(f"{what[0].upper()}{what[1:]} has {len(value)} bytes, not 32.")
    return value


def parse_proof(raw: bytes, expected: dict[str, int]) -> tuple[dict[str, Any], list[bytes]]:
    """Read a proof and check that it answers the question that was asked."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise CheckFailedError("The proof is not JSON.") from error
    if not isinstance(document, dict) or not isinstance(document.get("hashes"), list):
        raise CheckFailedError('The proof is not an object with a list of "hashes".')
    for name, value in expected.items():
        if type(document.get(name)) is not int or document[name] != value:
            raise CheckFailedError(
                f"The proof is for {name} {document.get(name)!r}, but {name} {value} is needed."
            )
    return document, [decode_hash(text, "a hash of the proof") for text in document["hashes"]]


def read(source: str) -> bytes:
    """Return the content of a file or of an http(s) address."""
    try:
        if not source.startswith(("http://", "https://")):
            return Path(source).read_bytes()
        with urllib.request.urlopen(source, timeout=TIMEOUT_SECONDS) as answer:
            content: bytes = answer.read(MAXIMUM_BYTES)
            return content
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise CannotCheckError(f"Cannot read {source}: {error}") from error


# The checks


def check_files(options: argparse.Namespace) -> bytes:
    """Check saved files, or addresses given one by one; return the checkpoint's note."""
    key = usable_key(options.vkey)
    checkpoint, raw = signed_checkpoint(options.checkpoint, key, options)
    if options.inclusion:
        index = stated_index(options)
        leaf, root = proven_leaf(read(options.inclusion), index, checkpoint.size)
        if options.leaf and read(options.leaf) != leaf:
            raise CheckFailedError(f"{options.leaf} is not the entry that the proof is about.")
        report_entry(index, root, checkpoint)
    if options.old_checkpoint:
        check_against_older(options, key, checkpoint, lambda _: read(options.consistency))
    return raw


def check_site(options: argparse.Namespace) -> bytes:
    """Ask a running institute: signature, some entries, history; return the checkpoint's note."""
    base = options.url.rstrip("/") + "/ledger/"
    key = usable_key(options.vkey) if options.vkey else served_key(base)
    checkpoint, raw = signed_checkpoint(base + "checkpoint", key, options)
    size = checkpoint.size
    indexes = {0, size // 2, size - 1} if options.index is None else {options.index}
    for index in sorted(indexes if size else ()):
        _, root = proven_leaf(fetch_inclusion(base, index, size), index, size)
        report_entry(index, root, checkpoint)
    if options.old_checkpoint:
        check_against_older(
            options, key, checkpoint, lambda older: fetch_consistency(base, older.size, size)
        )
    elif size:
        check_own_history(base, checkpoint)
    return raw


def check_own_history(base: str, checkpoint: Checkpoint) -> None:
    """Without an older checkpoint: the tree of half the size, from the site's own word."""
    half = (checkpoint.size + 1) // 2
    _, root = proven_leaf(fetch_inclusion(base, half - 1, half), half - 1, half)
    older = Checkpoint(checkpoint.origin, half, root)
    _, proof = parse_proof(
        fetch_consistency(base, half, checkpoint.size), {"old": half, "new": checkpoint.size}
    )
    check_consistency(older, checkpoint, proof)
    say(f"the ledger of {checkpoint.size} continues what the site says it was at {half}")
    tell("keep a checkpoint with --save and pass it as --old-checkpoint next time: only a")
    tell("checkpoint that you kept yourself can show that the site did not rewrite its history")


def check_against_older(
    options: argparse.Namespace,
    key: Key,
    checkpoint: Checkpoint,
    proof_for: Callable[[Checkpoint], bytes],
) -> None:
    """Check a kept checkpoint, and that the ledger only grew since."""
    older = open_checkpoint(read(options.old_checkpoint), key, options.origin or key.name)
    say(f"the older checkpoint is signed too: {older.size} entries")
    if 0 < older.size < checkpoint.size:
        expected = {"old": older.size, "new": checkpoint.size}
        _, proof = parse_proof(proof_for(older), expected)
    else:
        proof = []
    check_consistency(older, checkpoint, proof)
    say(f"the ledger only grew from {older.size} to {checkpoint.size} entries; none was changed")


def usable_key(text: str) -> Key:
    """A key from the command line; a bad one is wrong usage."""
    try:
        return parse_key(text)
    except CheckFailedError as error:
        raise CannotCheckError(f"--vkey cannot be used. {error}") from error


def served_key(base: str) -> Key:
    """The key that the site names; better than nothing, worse than one that you kept."""
    text = decode_text(read(base + "vkey"))
    key = parse_key(text)
    tell("the key came from the site itself; next time give it from elsewhere:")
    tell(f"--vkey '{text.strip()}'")
    return key


def signed_checkpoint(
    source: str, key: Key, options: argparse.Namespace
) -> tuple[Checkpoint, bytes]:
    """Read and check the newest checkpoint; return it and the note as it came."""
    raw = read(source)
    checkpoint = open_checkpoint(raw, key, options.origin or key.name)
    say(f'"{checkpoint.origin}" is signed: {checkpoint.size} entries, root {checkpoint.root.hex()}')
    if checkpoint.size == 0 and checkpoint.root != hashlib.sha256(b"").digest():
        raise CheckFailedError("The ledger is empty, but its root is not that of an empty tree.")
    return checkpoint, raw


def stated_index(options: argparse.Namespace) -> int:
    """The index from the command line, else from the proof itself."""
    if options.index is not None:
        return int(options.index)
    document, _ = parse_proof(read(options.inclusion), {})
    index = document.get("index")
    if type(index) is not int:
        raise CheckFailedError('The proof does not say its "index".')
    return index


def proven_leaf(raw: bytes, index: int, size: int) -> tuple[bytes, bytes]:
    """Return the entry in an inclusion proof, and the root that the proof leads to."""
    document, path = parse_proof(raw, {"index": index, "size": size})
    if not 0 <= index < size:
        raise CheckFailedError(f"A ledger of {size} entries has no entry {index}.")
    leaf = decode_base64(document.get("leaf"), "the entry in the proof")
    return leaf, root_by_path(hash_leaf(leaf), index, size, path)


def report_entry(index: int, root: bytes, checkpoint: Checkpoint) -> None:
    """Say that an entry is in the tree, or fail."""
    if root != checkpoint.root:
        raise CheckFailedError(
            f"Entry {index} is not in the signed ledger: the proof leads to another root."
        )
    say(f"entry {index} is in the signed ledger")


def fetch_inclusion(base: str, index: int, size: int) -> bytes:
    """Ask the site for an inclusion proof."""
    return read(base + "proof/inclusion?" + urlencode({"index": index, "size": size}))


def fetch_consistency(base: str, old: int, new: int) -> bytes:
    """Ask the site for a consistency proof."""
    return read(base + "proof/consistency?" + urlencode({"old": old, "new": new}))


def say(text: str) -> None:
    """Report a check that holds."""
    print(f"ok      {text}")


def tell(text: str) -> None:
    """Tell something that is not a check."""
    print(f"note    {text}")


def parse_options(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; argparse ends the program with 2 if it makes no sense."""
    parser = argparse.ArgumentParser(
        description="Check a Guildmark ledger without trusting Guildmark.",
        epilog="Exit codes: 0 everything holds, 1 a check failed, 2 usage or unreadable.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--url", help="address of an institute: fetch and check everything")
    what.add_argument("--checkpoint", metavar="FILE|URL", help="the checkpoint to check")
    parser.add_argument("--vkey", help="verifier key: name+id+key")
    parser.add_argument("--origin", help="name of the ledger (default: the name of the key)")
    parser.add_argument("--inclusion", metavar="FILE|URL", help="inclusion proof (JSON)")
    parser.add_argument("--index", type=int, metavar="N", help="number of the entry, from 0")
    parser.add_argument("--leaf", metavar="FILE|URL", help="the entry you expect to be there")
    parser.add_argument("--old-checkpoint", metavar="FILE|URL", help="a checkpoint you kept")
    parser.add_argument("--consistency", metavar="FILE|URL", help="consistency proof (JSON)")
    parser.add_argument("--save", metavar="FILE", help="keep the checkpoint if all checks hold")
    options = parser.parse_args(arguments)
    if problem := usage_problem(options):
        parser.error(problem)
    return options


def usage_problem(options: argparse.Namespace) -> str | None:
    """Say which options do not go together."""
    by_files = {"--inclusion": options.inclusion, "--consistency": options.consistency}
    if options.url:
        given = [name for name, value in {**by_files, "--leaf": options.leaf}.items() if value]
        return f"{given[0]} goes with --checkpoint, not with --url" if given else None
    rules = {
        "--checkpoint needs --vkey": not options.vkey,
        "--leaf and --index need --inclusion": (
            (options.leaf or options.index is not None) and not options.inclusion
        ),
        "--old-checkpoint and --consistency need each other": (
            bool(options.old_checkpoint) != bool(options.consistency)
        ),
    }
    return next((rule for rule, broken in rules.items() if broken), None)


def main(arguments: list[str]) -> int:
    """Run the checks; return the exit code."""
    options = parse_options(arguments)
    try:
        checked = check_site(options) if options.url else check_files(options)
        if options.save:
            Path(options.save).write_bytes(checked)
            tell(f"kept the checkpoint in {options.save}")
    except CheckFailedError as error:
        print(f"FAILED  {error}")
        return CHECK_FAILED
    except (CannotCheckError, OSError) as error:
        print(f"stopped {error}", file=sys.stderr)
        return CANNOT_CHECK
    print("Everything holds.")
    return ALL_HOLDS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
