"""Tables of events and their delivery, of the ledger, and of jobs."""

from .events import Delivery, Event, EventDetail, Subject
from .jobs import Job, Schedule, Worker
from .ledger import Checkpoint, LedgerEntry, LedgerHead, LedgerNode, LedgerPending

__all__ = [
    "Checkpoint",
    "Delivery",
    "Event",
    "EventDetail",
    "Job",
    "LedgerEntry",
    "LedgerHead",
    "LedgerNode",
    "LedgerPending",
    "Schedule",
    "Subject",
    "Worker",
]
