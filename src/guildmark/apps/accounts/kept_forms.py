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

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

KEPT = "accounts.kept"
LONGEST = 50_000
"""Characters of one form; a stranger can have a session filled too."""
SECONDS = 2 * 3600
"""How long it is kept; long enough for a new password."""
SECRETS = ("code", "csrfmiddlewaretoken")
"""Fields that are kept nowhere, beside all that have a password in their name."""


WORD = "kept-form"
LAST, LAST_SECONDS, DIGITS = "last-here", 30 * 24 * 3600, 32
"""The cookie that knows again who was signed in here; it signs nobody in."""


class Outcome(Enum):
    """What became of a form that was to be kept."""

    KEPT = auto()
    TOO_LONG = auto()
    EMPTY = auto()


@dataclass(frozen=True, slots=True)
class KeptForm:
    """What was sent to an address, in the order of the form.

    `at` is in seconds since 1970. `shown` says that the view has put it into its form. `owner` is
    a digest of who was signed in with this browser last: nobody else is shown it.
    """

    path: str
    address: str
    fields: list[list[str]]
    at: float
    had_files: bool = False
    shown: bool = False
    owner: str = ""

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
        request.path,
        request.get_full_path(),
        fields,
        time.time(),
        had_files=bool(request.FILES),
        owner=last_here(request),
    )
    request.session[KEPT] = asdict(made)
    return Outcome.KEPT


def kept(request: HttpRequest) -> KeptForm | None:
    """Return what was sent to this very address before the session ended, or None."""
    if (found := request.session.get(KEPT)) is None:
        return None
    form = KeptForm(**found)
    if time.time() - form.at >= SECONDS or not _is_of(form, request.user):
        forget(request)
        return None
    return form if form.path == request.path else None


def note_who(request: HttpRequest, response: HttpResponse) -> None:
    """Let the browser remember by a signed digest who is signed in, for when the session ends."""
    mine = _digest(request.user)
    if last_here(request) != mine:
        response.set_signed_cookie(
            LAST, mine, salt=LAST, max_age=LAST_SECONDS, httponly=True, samesite="Lax",
            secure=request.is_secure(),
        )  # fmt: skip


def last_here(request: HttpRequest) -> str:
    """Return the digest of who was signed in with this browser last, or nothing."""
    return str(request.get_signed_cookie(LAST, "", salt=LAST))


def _is_of(form: KeptForm, person: Any) -> bool:
    """Whether the one who signed in is the one who typed it."""
    return not person.is_authenticated or form.owner == _digest(person)


def _digest(person: Any) -> str:
    return salted_hmac(LAST, str(person.pk), algorithm="sha256").hexdigest()[:DIGITS]


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
        if name not in SECRETS and "password" not in name:
            yield from ([name, text] for text in texts)
