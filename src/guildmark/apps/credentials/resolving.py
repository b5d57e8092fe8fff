"""Where the documents come from that a credential names: our database first, then elsewhere.

`Documents` is what the verifier asks. What is ours never goes over a network. For everything else
it is given a way to get it: `fetching.get_json` in a process of its own, `nothing_foreign` where no
network is wanted, or `FetchedDocuments`, which pages use: it only knows what a job has fetched a
few minutes ago, and notes what is missing, so that a job can be asked for it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.cache import cache

from guildmark.apps.audit import queries as audit
from guildmark.apps.keys.kek import KekUnavailable
from guildmark.apps.keys.queries import KeyMissing
from guildmark.cores.vc import dids
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.sentences import sentence as _
from guildmark.cores.vc.verification import Unavailable

from . import fetching, issuing, queries, status_lists
from .misses import network_of
from .strict_json import read_object

KEPT_SECONDS = 300
"""How long a document that was fetched is used again, as long as our own lists may be kept."""
LARGE = 40_000
"""Characters of a document, more than the documents of most issuers have."""
LARGE_KEPT_SECONDS = 30
"""As long as a page waits, and some more: large documents of strangers must not fill the cache."""
PROBLEM_KEPT_SECONDS = 60
ASKED_SECONDS = 60
ASKED_AT_MOST = 20
"""Addresses that the visitors of one network can have fetched in a minute."""
OPEN_AT_MOST = 30
"""Addresses that wait for the worker, of all visitors together."""
FETCHING = "guildmark.apps.credentials.tasks.fetch_document"

Get = Callable[[str], Mapping[str, Any]]


def our_did() -> str:
    """Return our own DID; nothing while our address is one that no credential could name."""
    try:
        return issuing.issuer()
    except Refused:
        return ""


def nothing_foreign(_url: str) -> Mapping[str, Any]:
    """Refuse to get anything over a network."""
    raise Unavailable(_("It is somebody else's, and no network was to be used."))


@dataclass(frozen=True)
class Documents:
    """A `verification.Resolver`: ours from the database as of `at`, others by `get`."""

    at: datetime
    get: Get = nothing_foreign

    def controller(self, url: str, /) -> dids.ControllerDocument:
        """Return the document of a DID or an https address. Raises Unavailable or Refused."""
        if url == our_did():
            return dids.read_controller_document(issuing.controller_document(), url)
        return dids.read_controller_document(self.get(_address(url)), url)

    def status_list(self, url: str, /) -> Mapping[str, Any]:
        """Return the credential that holds a list, not verified. Raises Unavailable."""
        if not url.startswith(_our_lists()):
            return self.get(url)
        number = url.removeprefix(_our_lists())
        row = queries.status_list(int(number)) if _is_number(number) else None
        if row is None:
            raise Unavailable(_("We publish no status list at “%(url)s”.", url=url[:200]))
        try:
            return read_object(status_lists.text_of(row, at=self.at))
        except (KeyMissing, KekUnavailable) as fault:
            raise Unavailable(_("Our key to sign the list is not at hand.")) from fault


def _address(url: str) -> str:
    if url.startswith("did:web:"):
        return dids.did_web_url(url)
    if url.startswith("did:"):
        method = ":".join(url.split(":")[:2])[:50]
        raise Unavailable(
            _("“%(method)s” is a kind of name that can't be looked up here.", method=method)
        )
    return url


def _our_lists() -> str:
    return issuing.address("credentials:status_list", 0).removesuffix("0")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < len(str(2**31))


@dataclass
class FetchedDocuments:
    """Gets what jobs have fetched; `missing` is the first address that none has fetched yet.

    The first only, and none after a problem: keys are asked for before lists, so that no list is
    fetched for a credential whose signature could not be found to fit.
    """

    missing: str = ""
    has_problem: bool = False

    def __call__(self, url: str) -> Mapping[str, Any]:
        """Return the document at an address. Raises Unavailable."""
        fetching.checked(url)
        found: dict[str, Any] | None = cache.get(_fetched(_digest(url)))
        if found is None and self.has_problem:
            raise Unavailable(_("It was not asked for, because another document is missing."))
        if found is None:
            self.missing = self.missing or url
            raise Unavailable(_("It was not fetched in time."))
        if "problem" in found:
            self.has_problem = True
            raise Unavailable(found["problem"])
        document: Mapping[str, Any] = found["document"]
        return document


class AskedTooMuch(Exception):
    """A network had too many addresses fetched within a minute, or too many wait already."""


def note_asked(url: str, *, visitor: str, at: datetime) -> str | None:
    """Note an address to be fetched; return the word for the job, or None if one is on its way.

    The job knows the word only, so that the address is forgotten as soon as the document is.
    Raises `AskedTooMuch`.
    """
    digest = _digest(url)
    if cache.get(_asked(digest)) is not None:
        return None
    if _count(network_of(visitor), at) > ASKED_AT_MOST or _open_fetches() >= OPEN_AT_MOST:
        raise AskedTooMuch
    return digest if cache.add(_asked(digest), url, ASKED_SECONDS) else None


def fetch_asked(digest: str) -> bool:
    """Fetch the address that was noted, and keep for minutes what came of it; whether it did."""
    url = cache.get(_asked(digest))
    if url is None:
        return False
    try:
        document = fetching.get_json(url)
    except Unavailable as reason:
        cache.set(_fetched(digest), {"problem": reason.sentence}, PROBLEM_KEPT_SECONDS)
    else:
        cache.set(_fetched(digest), {"document": document}, _kept_seconds(document))
    cache.delete(_asked(digest))
    return True


def _kept_seconds(document: Mapping[str, Any]) -> int:
    return LARGE_KEPT_SECONDS if len(json.dumps(document)) > LARGE else KEPT_SECONDS


def _open_fetches() -> int:
    """Count in the queue itself, which also knows of jobs that a worker left behind."""
    return audit.waiting_jobs().filter(task=FETCHING).count()


def _count(network: str, at: datetime) -> int:
    """Count an address against a network's minute; the count is kept under a digest."""
    key = f"credentials:asking:{_digest(f'{network} {at:%Y-%m-%dT%H:%M}')}"
    cache.add(key, 0, ASKED_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # It was forgotten in this very moment.
        return 1


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _asked(digest: str) -> str:
    return f"credentials:asked:{digest}"


def _fetched(digest: str) -> str:
    return f"credentials:fetched:{digest}"
