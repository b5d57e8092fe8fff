"""Kinds of subjects that people can have a conflict with: each context above registers its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guildmark.apps.accounts.slots import Text
from guildmark.cores.slots import Slot


@dataclass(frozen=True, slots=True)
class Found:
    """A subject that an actor may see, and an address where it is read."""

    kind: str
    key: int
    title: str
    url: str


def untold(_key: int) -> str:
    """Tell no number of a subject."""
    return ""


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """What people can have a conflict with, such as a case.

    `find(actor, number, at)` returns the subject with this number if the actor may see it, by
    whatever they are to it, and None otherwise. Who may not see a subject and who mistypes its
    number get the same answer. `number(key)` returns the number alone, empty for what is gone. It
    is told to who declared something about the subject, because who steps back finds it no more.
    """

    name: str
    title: Text
    find: Callable[[Any, str, datetime], Found | None]
    number: Callable[[int], str] = untold


subjects: Slot[SubjectKind] = Slot("kinds of subjects")


def find(actor: Any, number: str, at: datetime) -> Found | None:
    """Return the subject with a number that an actor may see."""
    found = (each.find(actor, number, at) for each in subjects)
    return next((each for each in found if each is not None), None)


def number_of(name: str, key: int) -> str:
    """Return the number of a subject of a kind, empty where its context does not tell it."""
    return next((each.number(key) for each in subjects if each.name == name), "")


def kind_title(name: str) -> Text:
    """Return what a kind of subject is called; its name, where its context is gone."""
    return next((each.title for each in subjects if each.name == name), name)
