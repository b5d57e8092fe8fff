"""C2SP checkpoints: the signed statement of a ledger's size and root.

Reference: https://c2sp.org/tlog-checkpoint.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from guildmark.cores.ledger.errors import CheckpointMalformed, OriginMismatch
from guildmark.cores.ledger.merkle import HASH_BYTES
from guildmark.cores.ledger.note import (
    VerifierKey,
    from_base64,
    open_note,
    sign_note,
    to_base64,
)

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_FIXED_LINES = 3


@dataclass(frozen=True)
class Checkpoint:
    """The origin (name) of a ledger, its number of leaves, and its 32-byte root.

    Extension lines are carried along, but the specification advises against them.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or "\n" in line:
                raise CheckpointMalformed(
                    f"{line!r} cannot be a line of a checkpoint: it is empty or several lines."
                )
        if not _DECIMAL.fullmatch(str(self.size)):
            raise CheckpointMalformed(f"A checkpoint cannot have the size {self.size}.")
        if len(self.root) != HASH_BYTES:
            raise CheckpointMalformed(
                f"The root has {len(self.root)} bytes instead of {HASH_BYTES}."
            )

    def text(self) -> str:
        """Return the lines that are signed: origin, size, root in base64, extensions."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read the text of an opened note; raises CheckpointMalformed."""
        lines = text.split("\n")
        if lines.pop() or len(lines) < _FIXED_LINES:
            raise CheckpointMalformed(
                "A checkpoint has at least three lines: origin, size and root."
            )
        origin, size, root, *extensions = lines
        if not _DECIMAL.fullmatch(size):
            raise CheckpointMalformed(f'"{size}" is not a tree size in plain decimal digits.')
        try:
            return cls(origin, int(size), from_base64(root), tuple(extensions))
        except ValueError as error:
            raise CheckpointMalformed(f'The root "{root}" is not base64.') from error


def sign_checkpoint(
    checkpoint: Checkpoint, *, key: VerifierKey, sign: Callable[[bytes], bytes]
) -> str:
    """Return the checkpoint as a signed note; the key should be named like the origin.

    The caller answers for never signing two checkpoints that contradict each other.
    """
    return sign_note(checkpoint.text(), key=key, sign=sign)


def open_checkpoint(note: str | bytes, *, keys: Sequence[VerifierKey], origin: str) -> Checkpoint:
    """Return the checkpoint of the ledger `origin` from a note signed by one of `keys`.

    Raises OriginMismatch for a checkpoint of another ledger, CheckpointMalformed, and what
    `open_note` raises.
    """
    checkpoint = Checkpoint.parse(open_note(note, keys=keys).text)
    if checkpoint.origin != origin:
        raise OriginMismatch(
            f'The checkpoint belongs to "{checkpoint.origin}", but "{origin}" was expected.'
        )
    return checkpoint
