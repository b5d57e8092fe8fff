"""What the institute announces; `audit`, which lies above, makes ledger entries of it."""

from django.dispatch import Signal

# Arguments: institute, actor, at. Sent inside the transaction of the change.
institute_founded = Signal()
institute_changed = Signal()

# Arguments: programme, actor, at. Sent when a programme file changed its description.
programme_described = Signal()
