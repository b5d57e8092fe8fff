"""Kinds of cases: each context above registers its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from guildmark.apps.accounts.slots import Text
from guildmark.cores.slots import Slot


def anybody(_actor: Any, _subject_id: int) -> Text | None:
    """Let everybody open a case of a kind."""
    return None


@dataclass(frozen=True, slots=True)
class CaseKind:
    """What can be contested, appealed against or complained about.

    `subject` returns the title of a subject and what is to be read of it, given its key. What it
    returns is read by who opened the case and by those who decide on it, so it names nobody.
    `refusal` returns why a person may not open a case of this kind about a subject, or None.
    """

    name: str
    title: Text
    subject: Callable[[int], tuple[str, str]]
    refusal: Callable[[Any, int], Text | None] = anybody


case_kinds: Slot[CaseKind] = Slot("kinds of cases")


def kind_named(name: str) -> CaseKind | None:
    """Return the kind with this name."""
    return next((each for each in case_kinds if each.name == name), None)


def title_of(name: str) -> Text:
    """Return what a kind is called; its name, where its context is gone."""
    known = kind_named(name)
    return known.title if known is not None else name


def told(kind: str, subject_id: int) -> tuple[str, str]:
    """Return title and text of the subject of a case, empty for a kind that is gone."""
    known = kind_named(kind)
    return known.subject(subject_id) if known is not None else ("", "")
