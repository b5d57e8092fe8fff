"""A form that arrives after the session ended is kept over the sign-in, so that no word is lost.

`middleware.KeptForms` does it for every address that leads to sign-in. A view that can show what
was typed in its own form asks `take`; for all others the middleware shows it on a page of its own,
from where it is sent again. It is kept on the server, in the session of the same browser, and goes
when it was sent or thrown away, or after two hours.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import Enum, auto
from typing import Any

from django.http import HttpRequest

KEPT = "accounts.kept"
LONGEST = 50_000
"""Characters of one form; a stranger can have a session filled too."""
SECONDS = 2 * 3600
"""How long it is kept; long enough for a new password."""
SECRETS = ("password", "code", "csrfmiddlewaretoken")
"""What a field is called, in part, that is kept nowhere."""


WORD = "kept-form"


class Outcome(Enum):
    """What became of a form that was to be kept."""

    KEPT = auto()
    TOO_LONG = auto()
    EMPTY = auto()


@dataclass(frozen=True, slots=True)
class KeptForm:
    """What was sent to an address, in the order of the form.

    `at` is in seconds since 1970. `shown` says that the view has put it into its form.
    """

    path: str
    address: str
    fields: list[list[str]]
    at: float
    had_files: bool = False
    shown: bool = False

    @property
    def told(self) -> list[tuple[str, str]]:
        """What a person reads of it: each field that is not empty, by its name in plain letters."""
        return [(_plain(name), text) for name, text in self.fields if text.strip()]


def keep(request: HttpRequest) -> Outcome:
    """Keep what was sent to this address, and forget what was kept before."""
    fields = list(_fields(request.POST.lists()))
    if not any(text for _name, text in fields):
        return Outcome.EMPTY
    if sum(len(name) + len(text) for name, text in fields) > LONGEST:
        return Outcome.TOO_LONG
    made = KeptForm(
        request.path, request.get_full_path(), fields, time.time(), had_files=bool(request.FILES)
    )
    request.session[KEPT] = asdict(made)
    return Outcome.KEPT


def kept(request: HttpRequest) -> KeptForm | None:
    """Return what was sent to this very address before the session ended, or None."""
    if (found := request.session.get(KEPT)) is None:
        return None
    form = KeptForm(**found)
    is_here = form.path == request.path and time.time() - form.at < SECONDS
    return form if is_here else None


def take(request: HttpRequest) -> dict[str, str]:
    """Return what was typed on this page before its session ended, as initial values of its form.

    It comes again until it is sent; of several values with one name it is the last.
    """
    if request.method == "POST" or (form := kept(request)) is None:
        return {}
    request.session[KEPT] = {**asdict(form), "shown": True}
    return dict(form.fields)


def is_thrown_away(request: HttpRequest) -> bool:
    """Whether somebody sent word that they don't need it any more."""
    return request.GET.get(WORD) == "thrown-away"  # Not in the body: its view reads that first.


def forget(request: HttpRequest) -> None:
    """Forget what was kept of this browser."""
    request.session.pop(KEPT, None)


def _plain(name: str) -> str:
    """Make "revoke-public_text" a label: "Public text"."""
    return name.rpartition("-")[2].replace("_", " ").capitalize()


def _fields(sent: Iterable[tuple[str, Any]]) -> Iterator[list[str]]:
    for name, texts in sent:
        if not any(secret in name for secret in SECRETS):
            yield from ([name, text] for text in texts)
