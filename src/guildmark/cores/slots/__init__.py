"""A slot is a place in a lower page that upper contexts fill, without the page knowing them."""

from guildmark.cores.slots.slot import Slot

__all__ = ["Slot"]
