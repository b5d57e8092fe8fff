"""What keys are for, and with which algorithm each purpose is served."""

from enum import StrEnum


class KeyPurpose(StrEnum):
    """A key serves one purpose only."""

    LEDGER = "ledger"
    DATA = "data"
    CREDENTIALS = "credentials"


class Algorithm(StrEnum):
    """How a key works."""

    ED25519 = "Ed25519"
    AES_256_GCM = "AES-256-GCM"


SIGNING = (KeyPurpose.LEDGER, KeyPurpose.CREDENTIALS)
"""The purposes whose keys sign; the others encrypt."""

ALGORITHMS = {
    KeyPurpose.LEDGER: Algorithm.ED25519,
    KeyPurpose.DATA: Algorithm.AES_256_GCM,
    KeyPurpose.CREDENTIALS: Algorithm.ED25519,
}
