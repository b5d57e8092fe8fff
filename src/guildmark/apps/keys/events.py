"""What keys announce; `audit`, which lies above, makes ledger entries of it."""

from django.dispatch import Signal

# Sent inside the transaction of the change.
key_created = Signal()  # Arguments: key, actor, at.
key_rotated = Signal()  # Arguments: old, new, actor, at, reason. `old` tells if compromised.
key_compromised = Signal()  # Arguments: key (retired before), actor, at, reason.
keys_rewrapped = Signal()  # Arguments: count, actor, at.
