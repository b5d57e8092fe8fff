"""Defining types, awarding, changing states, second persons, and what holders decide themselves."""

from .awarding import Award, award
from .changing import Change, change
from .components import Recorded, TakenComponent, record_component
from .deciding import approve, refuse, withdraw
from .holding import claim, show_as, surrender
from .refusals import LONGEST_TEXT, CredentialRefused
from .renewing import renew, renewal_needs_second_person, renewed_period
from .sharing import (
    DAYS,
    LinkRefused,
    MadeLink,
    make_name_link,
    open_name_link,
    withdraw_name_link,
)
from .types import FINAL, TypeDescription, define_type

__all__ = [
    "DAYS",
    "FINAL",
    "LONGEST_TEXT",
    "Award",
    "Change",
    "CredentialRefused",
    "LinkRefused",
    "MadeLink",
    "Recorded",
    "TakenComponent",
    "TypeDescription",
    "approve",
    "award",
    "change",
    "claim",
    "define_type",
    "make_name_link",
    "open_name_link",
    "record_component",
    "refuse",
    "renew",
    "renewal_needs_second_person",
    "renewed_period",
    "show_as",
    "surrender",
    "withdraw",
    "withdraw_name_link",
]
