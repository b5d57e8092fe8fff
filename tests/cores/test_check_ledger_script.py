"""The script in the documentation, run as a reader would, on what the ledger core makes."""

import ast
import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildmark.cores import ledger
from guildmark.cores.ledger import Checkpoint, MemoryNodes, VerifierKey, sign_checkpoint

pytestmark = pytest.mark.once

SCRIPT = Path(__file__).parents[2] / "docs" / "how-to" / "check_ledger.py"
ORIGIN = "institute.example/ledger"
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
KEY = VerifierKey(ORIGIN, PRIVATE.public_key().public_bytes_raw())
OTHER = Ed25519PrivateKey.from_private_bytes(b"\x08" * 32)
OTHER_KEY = VerifierKey(ORIGIN, OTHER.public_key().public_bytes_raw())

Answer = dict[str, Any]
Change = Callable[[Answer], Answer | bytes]


class Book:
    """A ledger in memory that gives what a site would serve."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = leaves
        self.nodes = MemoryNodes()
        ledger.append(self.nodes, size=0, leaf_hashes=[ledger.leaf_hash(x) for x in leaves])

    def note(self, size: int, origin: str = ORIGIN) -> str:
        root = ledger.root(self.nodes, size=size)
        return sign_checkpoint(Checkpoint(origin, size, root), key=KEY, sign=PRIVATE.sign)

    def inclusion(self, index: int, size: int) -> Answer:
        hashes = ledger.inclusion_proof(self.nodes, index=index, size=size)
        leaf = b64encode(self.leaves[index]).decode()
        return {"leaf": leaf, "index": index, "size": size, "hashes": encoded(hashes)}

    def consistency(self, old: int, new: int) -> Answer:
        hashes = ledger.consistency_proof(self.nodes, old_size=old, new_size=new)
        return {"old": old, "new": new, "hashes": encoded(hashes)}


def encoded(hashes: tuple[bytes, ...]) -> list[str]:
    return [b64encode(value).decode() for value in hashes]


BOOK = Book([f'{{"event":"{number}"}}'.encode() for number in range(13)])
REWRITTEN = Book([b"forged", *BOOK.leaves[1:]])


def check(*arguments: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def saved(folder: Path, name: str, content: str | bytes | Answer) -> Path:
    path = folder / name
    if isinstance(content, dict):
        content = json.dumps(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_the_script_needs_nothing_but_python_and_cryptography() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    roots = {name.partition(".")[0] for name in imported}
    assert roots - sys.stdlib_module_names == {"cryptography"}


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 13), (4, 7), (6, 7), (12, 13)])
def test_saved_files_of_the_ledger_hold(tmp_path: Path, index: int, size: int) -> None:
    code, said = check(
        *("--vkey", KEY.encode()),
        *("--checkpoint", saved(tmp_path, "new.txt", BOOK.note(size))),
        *("--inclusion", saved(tmp_path, "inclusion.json", BOOK.inclusion(index, size))),
        *("--leaf", saved(tmp_path, "leaf", BOOK.leaves[index])),
        *("--index", index),
        *("--old-checkpoint", saved(tmp_path, "old.txt", BOOK.note(size // 2))),
        *("--consistency", saved(tmp_path, "c.json", BOOK.consistency(size // 2, size))),
        *("--save", tmp_path / "kept.txt"),
    )
    assert (code, said.splitlines()[-1]) == (0, "Everything holds.")
    assert f"entry {index} is in the signed ledger" in said
    assert f"only grew from {size // 2} to {size}" in said
    assert (tmp_path / "kept.txt").read_text() == BOOK.note(size)


def flipped(text: str) -> str:
    raw = bytearray(b64decode(text))
    raw[0] ^= 1
    return b64encode(raw).decode()


INCLUSION_CHANGES: dict[str, Change] = {
    "another leaf": lambda a: {**a, "leaf": b64encode(b"forged").decode()},
    "a changed hash": lambda a: {**a, "hashes": [flipped(a["hashes"][0]), *a["hashes"][1:]]},
    "a missing hash": lambda a: {**a, "hashes": a["hashes"][:-1]},
    "a surplus hash": lambda a: {**a, "hashes": [*a["hashes"], a["hashes"][0]]},
    "a short hash": lambda a: {**a, "hashes": ["AAAA", *a["hashes"][1:]]},
    "swapped hashes": lambda a: {**a, "hashes": a["hashes"][::-1]},
    "another index": lambda a: {**a, "index": 5},
    "an index outside": lambda a: {**a, "index": 13},
    "an index that is no number": lambda a: {**a, "index": "4"},
    "another size": lambda a: {**a, "size": 12},
    "no leaf": lambda a: {**a, "leaf": None},
    "no hashes": lambda a: {"leaf": a["leaf"], "index": 4, "size": 13},
    "a list": lambda _: b"[]",
    "no JSON": lambda _: b"<html>",
    "a very deep list": lambda _: b"[" * 100_000,
}


@pytest.mark.parametrize("change", INCLUSION_CHANGES.values(), ids=INCLUSION_CHANGES)
def test_a_changed_inclusion_proof_is_found(tmp_path: Path, change: Change) -> None:
    code, said = check(
        *("--vkey", KEY.encode()),
        *("--checkpoint", saved(tmp_path, "new.txt", BOOK.note(13))),
        *("--inclusion", saved(tmp_path, "inclusion.json", change(BOOK.inclusion(4, 13)))),
    )
    assert (code, "FAILED" in said, "Everything holds" in said) == (1, True, False)


def test_an_entry_other_than_the_expected_one_is_found(tmp_path: Path) -> None:
    code, said = check(
        *("--vkey", KEY.encode()),
        *("--checkpoint", saved(tmp_path, "new.txt", BOOK.note(13))),
        *("--inclusion", saved(tmp_path, "inclusion.json", BOOK.inclusion(4, 13))),
        *("--leaf", saved(tmp_path, "leaf", BOOK.leaves[5])),
    )
    assert code == 1
    assert "is not the entry that the proof is about" in said


def test_a_proof_for_another_place_than_the_asked_one_is_found(tmp_path: Path) -> None:
    code, said = check(
        *("--vkey", KEY.encode()),
        *("--checkpoint", saved(tmp_path, "new.txt", BOOK.note(13))),
        *("--inclusion", saved(tmp_path, "inclusion.json", BOOK.inclusion(4, 13))),
        *("--index", 5),
    )
    assert code == 1
    assert "index 5 is needed" in said


NOTE_CHANGES: dict[str, str] = {
    "a changed size": BOOK.note(13).replace("\n13\n", "\n12\n"),
    "a changed root": BOOK.note(13).replace("\n13\n", "\n13\nA", 1),
    "the root of another tree": BOOK.note(13).replace(
        BOOK.note(13).split("\n")[2], REWRITTEN.note(13).split("\n")[2]
    ),
    "another origin": BOOK.note(13).replace(ORIGIN, "other.example/ledger", 1),
    "no signature": BOOK.note(13).partition("— ")[0],
    "a signature of zeros": BOOK.note(13).rpartition(" ")[0]
    + f" {b64encode(KEY.key_id + bytes(64)).decode()}\n",
    "another key of the same name": sign_checkpoint(
        Checkpoint(ORIGIN, 13, ledger.root(BOOK.nodes, size=13)), key=OTHER_KEY, sign=OTHER.sign
    ),
    "another ledger of the same key": BOOK.note(13, origin="other.example/ledger"),
    "carriage returns": BOOK.note(13).replace("\n", "\r\n"),
    "nothing": "",
    "a signed text that is no checkpoint": ledger.sign_note("x\n", key=KEY, sign=PRIVATE.sign),
    "a leading zero": ledger.sign_note(
        BOOK.note(13).partition("\n\n")[0].replace("\n13\n", "\n013\n") + "\n",
        key=KEY,
        sign=PRIVATE.sign,
    ),
    "an empty ledger with a root": sign_checkpoint(
        Checkpoint(ORIGIN, 0, bytes(32)), key=KEY, sign=PRIVATE.sign
    ),
}


@pytest.mark.parametrize("content", NOTE_CHANGES.values(), ids=NOTE_CHANGES)
def test_a_changed_checkpoint_is_found(tmp_path: Path, content: str) -> None:
    code, said = check(
        *("--vkey", KEY.encode(), "--checkpoint", saved(tmp_path, "new.txt", content)),
        *("--save", tmp_path / "kept.txt"),
    )
    assert (code, "FAILED" in said, "Everything holds" in said) == (1, True, False)
    assert not (tmp_path / "kept.txt").exists()


CONSISTENCY_CHANGES: dict[str, Change] = {
    "a changed hash": lambda a: {**a, "hashes": [flipped(a["hashes"][0]), *a["hashes"][1:]]},
    "a missing hash": lambda a: {**a, "hashes": a["hashes"][:-1]},
    "a surplus hash": lambda a: {**a, "hashes": [*a["hashes"], a["hashes"][0]]},
    "no hashes": lambda a: {**a, "hashes": []},
    "another old size": lambda a: {**a, "old": 5},
    "another new size": lambda a: {**a, "new": 14},
    "true for a size": lambda a: {**a, "old": True},
}


@pytest.mark.parametrize("old", [4, 6])
@pytest.mark.parametrize("change", CONSISTENCY_CHANGES.values(), ids=CONSISTENCY_CHANGES)
def test_a_changed_consistency_proof_is_found(tmp_path: Path, change: Change, old: int) -> None:
    code, said = check(
        *("--vkey", KEY.encode()),
        *("--checkpoint", saved(tmp_path, "new.txt", BOOK.note(13))),
        *("--old-checkpoint", saved(tmp_path, "old.txt", BOOK.note(old))),
        *("--consistency", saved(tmp_path, "c.json", change(BOOK.consistency(old, 13)))),
    )
    assert (code, "FAILED" in said, "Everything holds" in said) == (1, True, False)


@pytest.mark.parametrize("sizes", [(6, 13), (8, 13), (13, 13), (13, 6)])
def test_a_rewritten_or_shortened_history_is_found(tmp_path: Path, sizes: tuple[int, int]) -> None:
    old, new = sizes
    proof = REWRITTEN.consistency(min(sizes), max(sizes))
    code, said = check(
        *("--vkey", KEY.encode()),
        *("--checkpoint", saved(tmp_path, "new.txt", REWRITTEN.note(new))),
        *("--old-checkpoint", saved(tmp_path, "old.txt", BOOK.note(old))),
        *("--consistency", saved(tmp_path, "c.json", proof)),
    )
    assert code == 1
    assert "history was changed" in said or "shrank from 13 to 6" in said


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--checkpoint", "x"],
        ["--checkpoint", "x", "--url", "http://127.0.0.1"],
        ["--url", "http://127.0.0.1", "--leaf", "x"],
        ["--vkey", KEY.encode(), "--checkpoint", "x", "--index", "1"],
        ["--vkey", KEY.encode(), "--checkpoint", "x", "--old-checkpoint", "x"],
        ["--vkey", KEY.encode(), "--checkpoint", "/no/such/file"],
        ["--url", "http://127.0.0.1:9"],
        ["--url", "nonsense"],
    ],
)
def test_wrong_usage_and_unreadable_sources_end_with_2(arguments: list[str]) -> None:
    code, said = check(*arguments)
    assert code == 2
    assert "usage:" in said or "stopped" in said


@pytest.mark.parametrize(
    "key",
    [
        KEY.encode()[:-1],
        KEY.encode().replace("institute", "another"),
        KEY.encode().replace("+Ae", "+Ag"),
        KEY.encode().replace(KEY.key_id.hex(), OTHER_KEY.key_id.hex()),
    ],
)
def test_a_damaged_key_is_not_used(tmp_path: Path, key: str) -> None:
    checkpoint = saved(tmp_path, "new.txt", BOOK.note(13))
    code, said = check("--vkey", key, "--checkpoint", checkpoint)
    assert code == 2
    assert "--vkey cannot be used" in said


# Whoever signs checkpoints may sign any root, also one made to fit a proof of the wrong shape.

X, Y, Z = (ledger.leaf_hash(leaf) for leaf in (b"x", b"y", b"z"))


def forged(size: int, root: bytes) -> str:
    return sign_checkpoint(Checkpoint(ORIGIN, size, root), key=KEY, sign=PRIVATE.sign)


@pytest.mark.parametrize(
    ("size", "root", "hashes"),
    [
        (1, X, (Y,)),
        (1, ledger.node_hash(X, Y), (Y,)),
        (2, X, ()),
        (2, ledger.node_hash(X, Y[:31]), (Y[:31],)),
    ],
)
def test_an_inclusion_proof_of_the_wrong_shape_fails_even_if_the_root_was_made_to_fit(
    tmp_path: Path, size: int, root: bytes, hashes: tuple[bytes, ...]
) -> None:
    leaf = b64encode(b"x").decode()
    proof = {"leaf": leaf, "index": 0, "size": size, "hashes": encoded(hashes)}
    code, said = check(
        *("--vkey", KEY.encode()),
        *("--checkpoint", saved(tmp_path, "new.txt", forged(size, root))),
        *("--inclusion", saved(tmp_path, "inclusion.json", proof)),
    )
    assert (code, "FAILED" in said) == (1, True)


@pytest.mark.parametrize(
    ("old", "old_root", "new", "new_root", "hashes"),
    [
        (4, X, 7, X, ()),
        (3, ledger.node_hash(Y, X), 4, ledger.node_hash(Y, X), (X, Y)),
        (1, X, 2, ledger.node_hash(X, Y), (Z, Y)),
        (1, X, 2, ledger.node_hash(X, Y[:31]), (Y[:31],)),
    ],
)
def test_a_consistency_proof_of_the_wrong_shape_fails_even_if_the_roots_were_made_to_fit(
    tmp_path: Path, old: int, old_root: bytes, new: int, new_root: bytes, hashes: tuple[bytes, ...]
) -> None:
    proof = {"old": old, "new": new, "hashes": encoded(hashes)}
    code, said = check(
        *("--vkey", KEY.encode()),
        *("--checkpoint", saved(tmp_path, "new.txt", forged(new, new_root))),
        *("--old-checkpoint", saved(tmp_path, "old.txt", forged(old, old_root))),
        *("--consistency", saved(tmp_path, "c.json", proof)),
    )
    assert (code, "FAILED" in said) == (1, True)


def test_true_is_not_taken_for_the_number_1(tmp_path: Path) -> None:
    code, said = check(
        *("--vkey", KEY.encode()),
        *("--checkpoint", saved(tmp_path, "new.txt", BOOK.note(13))),
        *("--inclusion", saved(tmp_path, "i.json", {**BOOK.inclusion(1, 13), "index": True})),
        *("--index", 1),
    )
    assert code == 1
    assert "index True" in said


def test_a_control_character_is_found_even_if_it_was_signed(tmp_path: Path) -> None:
    text = BOOK.note(13).partition("\n\n")[0] + "\r\n"
    line = b64encode(KEY.key_id + PRIVATE.sign(text.encode())).decode()
    code, said = check(
        *("--vkey", KEY.encode()),
        *("--checkpoint", saved(tmp_path, "new.txt", f"{text}\n— {ORIGIN} {line}\n")),
    )
    assert code == 1
    assert "control characters" in said


@contextmanager
def serving(book: Book, *, size: int, honest: bool = True) -> Iterator[str]:
    """A site with the four addresses of a ledger on a free port of this machine."""

    def answer(path: str, query: dict[str, int]) -> str | Answer | None:
        match path:
            case "/ledger/checkpoint":
                return book.note(size)
            case "/ledger/vkey":
                return KEY.encode() + "\n"
            case "/ledger/proof/inclusion":
                return book.inclusion(query["index"], query["size"])
            case "/ledger/proof/consistency" if honest:
                return book.consistency(query["old"], query["new"])
        return None

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = {name: int(value) for name, (value,) in parse_qs(url.query).items()}
            content = answer(url.path, query)
            text = json.dumps(content) if isinstance(content, dict) else content
            self.send_response(200 if text is not None else 404)
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("size", [0, 1, 2, 8, 13])
def test_a_running_site_is_checked_with_one_address(size: int) -> None:
    with serving(BOOK, size=size) as url:
        code, said = check("--url", url)
    assert (code, said.splitlines()[-1]) == (0, "Everything holds.")
    assert KEY.encode() in said
    if size:
        assert f"entry {size - 1} is in the signed ledger" in said


@pytest.mark.parametrize("old", [0, 1, 5, 8, 13])
def test_a_running_site_is_checked_against_a_kept_checkpoint(tmp_path: Path, old: int) -> None:
    kept = saved(tmp_path, "old.txt", BOOK.note(old))
    with serving(BOOK, size=13) as url:
        code, said = check("--url", url, "--vkey", KEY.encode(), "--old-checkpoint", kept)
    assert code == 0, said
    assert f"only grew from {old} to 13" in said


def test_a_site_that_rewrote_its_history_is_found_by_a_kept_checkpoint(tmp_path: Path) -> None:
    kept = saved(tmp_path, "old.txt", BOOK.note(5))
    with serving(REWRITTEN, size=13) as url:
        code, said = check("--url", url, "--old-checkpoint", kept)
        assert check("--url", url)[0] == 0
    assert code == 1
    assert "history was changed" in said


def test_a_site_signing_with_another_key_than_the_known_one_is_found() -> None:
    with serving(BOOK, size=13) as url:
        code, said = check("--url", url, "--vkey", OTHER_KEY.encode())
    assert code == 1
    assert "not signed by" in said


def test_a_site_without_proofs_cannot_be_checked() -> None:
    with serving(BOOK, size=13, honest=False) as url:
        code, said = check("--url", url)
    assert code == 2
    assert "404" in said
