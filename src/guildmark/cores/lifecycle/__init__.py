"""State machines as tables: declared once, checked when declared, drawn from the same table."""

from guildmark.cores.lifecycle.table import Lifecycle, Transition, TransitionRefused

__all__ = ["Lifecycle", "Transition", "TransitionRefused"]
