"""Parts of a public profile: contexts above register their own in `AppConfig.ready`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from guildmark.cores.slots import Slot

Text = str | Promise


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """One thing that a person did, as everybody may read it."""

    title: Text
    url: str = ""
    detail: Text = ""


@dataclass(frozen=True, slots=True)
class ProfileSection:
    """A part of a public profile; shown only where it has lines."""

    title: Text
    lines: list[ProfileLine] = field(default_factory=list)


# Given the person whose public profile it is; only called where they show what they contributed.
profile_sections: Slot[Callable[[Any], ProfileSection | None]] = Slot("profile sections")
