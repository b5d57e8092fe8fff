"""Writing: record events, deliver them, sequence the ledger, look after jobs."""

from .deliveries import DeliveryNotDead, deliver_due, retry_delivery
from .events import NotInTransaction, forget, record
from .jobs import JobNotDead, LeaseLost, retry_job
from .ledger import sequence_pending

__all__ = [
    "DeliveryNotDead",
    "JobNotDead",
    "LeaseLost",
    "NotInTransaction",
    "deliver_due",
    "forget",
    "record",
    "retry_delivery",
    "retry_job",
    "sequence_pending",
]
