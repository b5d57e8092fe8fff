"""Writing: record events, deliver them, sequence the ledger, look after jobs."""

from .events import NotInTransaction, forget, record

__all__ = ["NotInTransaction", "forget", "record"]
