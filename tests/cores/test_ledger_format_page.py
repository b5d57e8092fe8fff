"""The worked example of the reference page is computed anew, so the page cannot fall behind."""

from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildmark.cores import ledger
from guildmark.cores.ledger import Checkpoint, MemoryNodes, VerifierKey

pytestmark = pytest.mark.once

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "ledger-format.md"
ORIGIN = "institute.example/ledger"
EVENTS = (
    ("e1", "proposal-adopted", b"change:12", b"person:3", b'{"cycle":4}'),
    ("e2", "edition-released", b"edition:7", b"person:5", b'{"edition":"2026"}'),
    ("e3", "credential-awarded", b"credential:90", b"person:5", b"{}"),
)
FIELDS = ("subject", "actor", "payload")


def digest(number: int, field: str, value: bytes) -> bytes:
    """Salted with 32 times one byte: 0x11, 0x12, 0x13 for the first event, then 0x21 and so on."""
    salt = bytes([16 * (number + 1) + FIELDS.index(field) + 1]) * 32
    return ledger.salted_digest(salt, field, value)


def worked_example() -> dict[str, str]:
    """Return every computed text of the page by what it is."""
    leaves = [
        ledger.leaf_bytes(
            event_id=event_id,
            event_type=event_type,
            subject_digest=digest(number, "subject", subject),
            actor_digest=digest(number, "actor", actor),
            payload_digest=digest(number, "payload", payload),
            at=datetime(2026, 3, 1, 12, number, tzinfo=UTC),
        )
        for number, (event_id, event_type, subject, actor, payload) in enumerate(EVENTS)
    ]
    nodes = MemoryNodes()
    hashes = [ledger.leaf_hash(leaf) for leaf in leaves]
    head = ledger.append(nodes, size=0, leaf_hashes=hashes)
    private = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
    key = VerifierKey(ORIGIN, private.public_key().public_bytes_raw())
    checkpoint = Checkpoint(ORIGIN, head.size, head.root)
    inclusion = ledger.inclusion_proof(nodes, index=1, size=3)
    consistency = ledger.consistency_proof(nodes, old_size=2, new_size=3)
    return {
        "subject digest": digest(0, "subject", b"change:12").hex(),
        **{f"leaf {number}": leaf.decode() for number, leaf in enumerate(leaves)},
        **{f"leaf hash {number}": value.hex() for number, value in enumerate(hashes)},
        "node": ledger.node_hash(hashes[0], hashes[1]).hex(),
        "root": head.root.hex(),
        "public key": key.public_key.hex(),
        "vkey": key.encode(),
        "checkpoint": ledger.sign_checkpoint(checkpoint, key=key, sign=private.sign),
        "inclusion": ",\n             ".join(f'"{b64encode(h).decode()}"' for h in inclusion),
        "consistency": ",\n             ".join(f'"{b64encode(h).decode()}"' for h in consistency),
    }


@pytest.mark.parametrize(("name", "text"), worked_example().items())
def test_the_reference_page_shows_what_the_code_makes(name: str, text: str) -> None:
    assert text in PAGE.read_text(encoding="utf-8"), f"{name} changed"
