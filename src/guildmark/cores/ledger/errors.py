"""What can be wrong with a ledger, a proof or a note.

LedgerError
├── OutOfTree                 a size or index that the tree does not have (also a ValueError)
├── NodeMissing               the store lacks a hash it should hold (also a LookupError)
├── LeafInvalid               an event that cannot be committed to (also a ValueError)
├── ProofInvalid
│   ├── InclusionProofInvalid
│   └── ConsistencyProofInvalid
└── NoteInvalid
    ├── NoteMalformed         not a signed note at all
    ├── CheckpointMalformed   a note, but its text is not a checkpoint
    ├── OriginMismatch        a checkpoint of another ledger
    ├── VerifierKeyMalformed  a verifier key that cannot be read
    ├── SignatureInvalid      signed under a known key's name, but the signature is wrong
    └── SignatureMissing      not signed by any of the known keys
"""


class LedgerError(Exception):
    """Something is wrong with a ledger, a proof or a note."""


class OutOfTree(LedgerError, ValueError):
    """A size or an index that the tree does not have."""


class NodeMissing(LedgerError, LookupError):
    """The node store lacks a hash that a tree of this size must hold."""


class LeafInvalid(LedgerError, ValueError):
    """An event cannot be committed to as given."""


class ProofInvalid(LedgerError):
    """A proof does not prove what it is said to prove."""


class InclusionProofInvalid(ProofInvalid):
    """The proof does not lead from the leaf to the root."""


class ConsistencyProofInvalid(ProofInvalid):
    """The proof does not show that the newer tree extends the older one."""


class NoteInvalid(LedgerError):
    """A signed note cannot be trusted."""


class NoteMalformed(NoteInvalid):
    """The text is not a signed note."""


class CheckpointMalformed(NoteInvalid):
    """The text of the note is not a checkpoint."""


class OriginMismatch(NoteInvalid):
    """The checkpoint belongs to another ledger."""


class VerifierKeyMalformed(NoteInvalid, ValueError):
    """A verifier key cannot be read or is of an unknown kind."""


class SignatureInvalid(NoteInvalid):
    """A signature under the name and id of a known key does not verify."""


class SignatureMissing(NoteInvalid):
    """None of the known keys signed the note."""
