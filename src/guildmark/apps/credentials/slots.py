"""The place on a holder's page where contexts above tell to whom the holder gave consent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from guildmark.cores.slots import Slot

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Consent:
    """Who may see what about the holder of a credential, and how the holder takes that back.

    `until` is None where it does not end by itself. A form without fields is posted to
    `withdraw_url`, by the holder; where it is empty, `how` says in words how it is taken back.
    `detail` is what else the holder should know, such as how often it was used.
    """

    who: Text
    what: Text
    since: datetime
    until: datetime | None = None
    withdraw_url: str = ""
    how: Text = ""
    detail: Text = ""


# Given a credential and a moment, the consents of its holder that are in force then.
consents: Slot[Callable[[Any, datetime], Iterable[Consent]]] = Slot("consents")
