"""What an event is, who acts, and who receives.

A context declares its events as frozen dataclasses and records them in the transaction of the
change that they tell::

    @dataclass(frozen=True)
    class RoleGranted(Event):
        name: ClassVar[str] = "accounts:role:granted"
        title: ClassVar[Text] = gettext_lazy("Role granted")
        ledger: ClassVar[bool] = True
        public: ClassVar[tuple[str, ...]] = ("role",)
        role: str

A context above receives them::

    @receives(RoleGranted, name="mail:role-letter")
    def write_letter(recorded: Recorded[RoleGranted]) -> None: ...
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from inspect import get_annotations
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast, get_type_hints
from uuid import UUID

from django.utils.functional import Promise

Text = str | Promise
NAME = re.compile(r"[a-z0-9_-]+(:[a-z0-9_-]+){2}")
# Members of the details that a ledger entry commits to, beside the payload.
RESERVED = {"reason"}
NOBODY = UUID(int=0)


class Actor(Protocol):
    """Somebody who acts, known to events only by a pseudonym."""

    @property
    def actor_id(self) -> UUID:
        """The pseudonym."""
        ...


@dataclass(frozen=True, slots=True)
class System:
    """Guildmark itself: timers, deliveries, commands that nobody answers for by name."""

    actor_id: UUID = NOBODY


SYSTEM = System()


class EventNameTaken(TypeError):
    """Two event classes claim the same name."""


@dataclass(frozen=True)
class Event:
    """Base of all events: a frozen dataclass whose fields are what happened, without free text.

    `name` is context:subject:verb. With `ledger` the event is committed to in the ledger and needs
    a `title`, which people read there. `public` names the fields that the public view of the
    ledger may show, and `labels` what people read beside them. Fields may be text,
    whole numbers, truth values, UUIDs, enumerations over text, and tuples of text or numbers.
    A subclass without a name is a base of others. Raises TypeError, when the class is made, for a
    malformed or taken name, a missing title, an unknown public field or a reserved field.
    """

    name: ClassVar[str]
    title: ClassVar[Text]
    ledger: ClassVar[bool] = False
    public: ClassVar[tuple[str, ...]] = ()
    labels: ClassVar[Mapping[str, Text]] = {}

    def __init_subclass__(cls) -> None:
        """Register the class by its name."""
        if "name" in cls.__dict__:
            _register(cls)

    @classmethod
    def label(cls, field: str) -> Text:
        """Return what people read beside a field: its label, or else its name in plain words."""
        return cls.labels.get(field) or field.replace("_", " ").capitalize()

    def payload(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "Event":
        """Build the event from stored JSON; fields that were dropped since are passed over."""
        hints = get_type_hints(cls)
        known = {field.name for field in fields(cls)}
        return cls(**{key: _typed(hints[key], payload[key]) for key in payload if key in known})


E_co = TypeVar("E_co", bound=Event, covariant=True)
E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Recorded(Generic[E_co]):
    """An event as it was recorded: what, to what, which version of it, by whom, when and why."""

    id: UUID
    event: E_co
    subject: str
    version: int
    actor_id: UUID
    at: datetime
    reason: str


Receiver = Callable[[Recorded[E]], object]


@dataclass(frozen=True)
class Subscription:
    """A receiver under the name by which its deliveries are kept."""

    name: str
    event: type[Event]
    receiver: Receiver[Any]


_classes: dict[str, type[Event]] = {}
_subscriptions: dict[str, Subscription] = {}


def receives(event: type[E], *, name: str) -> Callable[[Receiver[E]], Receiver[E]]:
    """Register a function to receive the events of one class, each once in effect and in order.

    It runs in the transaction that marks the delivery, so its changes and the mark stand or fall
    together. `name` is stored and must stay the same for ever. Import the module of the receiver
    in `AppConfig.ready`. Raises ValueError when the name belongs to another function.
    """

    def register(receiver: Receiver[E]) -> Receiver[E]:
        known = _subscriptions.setdefault(name, Subscription(name, event, receiver))
        if known.receiver is not receiver or known.event is not event:
            raise ValueError(f'There is already a receiver called "{name}": {known.receiver!r}.')
        return receiver

    return register


def event_class(name: str) -> type[Event] | None:
    """Return the class of events called so, or None if no installed context declares it."""
    return _classes.get(name)


def declared_events() -> list[type[Event]]:
    """Return every class of events, by name."""
    return [_classes[name] for name in sorted(_classes)]


def subscriptions(event: type[Event]) -> list[Subscription]:
    """Return who receives events of this class, by name."""
    receiving = (each for each in _subscriptions.values() if each.event is event)
    return sorted(receiving, key=lambda each: each.name)


def subscription(name: str) -> Subscription | None:
    """Return the receiver called so, or None if no installed context registers it."""
    return _subscriptions.get(name)


def _register(cls: type[Event]) -> None:
    _refuse_malformed(cls)
    known = _classes.get(cls.name, cls)
    if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
        raise EventNameTaken(f'"{cls.name}" is already the name of {known!r}.')
    _classes[cls.name] = cls


def _refuse_malformed(cls: type[Event]) -> None:
    if not NAME.fullmatch(cls.name):
        raise TypeError(f'"{cls.name}" does not name an event: write context:subject:verb.')
    if cls.ledger and not hasattr(cls, "title"):
        raise TypeError(f"{cls.name}: people read it in the ledger, so give it a title.")
    declared = {field for base in cls.__mro__ for field in get_annotations(base)}
    if unknown := set(cls.public) - declared:
        raise TypeError(f"{cls.name}: public names fields that do not exist: {sorted(unknown)}.")
    if hidden := set(cls.labels) - set(cls.public):
        raise TypeError(f"{cls.name}: labels name fields that are not public: {sorted(hidden)}.")
    if clash := declared & RESERVED:
        raise TypeError(f"{cls.name}: fields may not be called {sorted(clash)}.")


def _plain(value: object) -> object:
    match value:
        case Enum():
            return cast("object", value.value)
        case UUID():
            return str(value)
        case list() | tuple():
            return [_plain(each) for each in value]
        case None | bool() | int() | str():
            return value
    raise TypeError(f"{value!r} cannot be a field of an event; write it as text or whole number.")


def _typed(hint: object, value: object) -> object:
    if hint is UUID:
        return UUID(str(value))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    return tuple(value) if isinstance(value, list) else value
