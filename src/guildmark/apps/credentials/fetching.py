"""Getting a public JSON document from an address that a stranger's file names.

Such an address could point into our own network, answer for ever, or never. So: https only, the
name is looked up once, all its addresses must be public, the connection goes to one of those very
addresses, nobody is followed elsewhere, and time and size have an end.
"""

import asyncio
import http.client
import io
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from guildmark.cores.vc.sentences import sentence as _
from guildmark.cores.vc.verification import Unavailable

from .strict_json import JsonRefused, read_object

SECONDS = 2.0
"""For everything: looking up the name, connecting, and the whole answer."""
LARGEST = 200_000
"""Bytes of a document."""
LARGEST_HEAD = 16_000
LONGEST_ADDRESS = 2_000
HTTPS = 443
UNPRIVILEGED = 1024
ACCEPTED = "application/vc, application/did+json, application/json"
MOVED, NOT_FOUND, OK = range(300, 400), (404, 410), 200

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LookUp = Callable[[str, int], list[str]]

_VISIBLE = re.compile(r"[!-~]+")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document is asked for: a host whose addresses were looked up and are all allowed."""

    host: str
    port: int
    target: str
    addresses: tuple[str, ...]


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system knows them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def get_json(url: str, *, looked_up_by: LookUp = look_up) -> Mapping[str, Any]:
    """Return the JSON object at an address. Raises `Unavailable` with the reason."""
    ends_at = time.monotonic() + SECONDS
    parts = checked(url)
    host, port = str(parts.hostname), parts.port or HTTPS
    addresses = _look_up_in_time(host, port, looked_up_by, ends_at)
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    place = Place(host, port, target, _allowed(host, addresses))
    return _document(place, asyncio.run(_ask_in_time(place, ends_at)))


def checked(url: str) -> SplitResult:
    """Return the parts of an address that may be asked, as far as it alone tells.

    Raises `Unavailable`.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or HTTPS
    except ValueError:
        raise Unavailable(_("Its address is no https address.")) from None
    if len(url) > LONGEST_ADDRESS or not _VISIBLE.fullmatch(url):
        raise Unavailable(_("Its address is too long, or holds blanks or other odd characters."))
    if parts.scheme != "https" or not parts.hostname:
        raise Unavailable(_("Its address does not begin with https:// and a host."))
    if parts.username is not None or parts.password is not None:
        raise Unavailable(_("Its address holds a user name or password."))
    if port != HTTPS and port < UNPRIVILEGED:
        raise Unavailable(
            _("Its address names the port %(port)s, where no web page belongs.", port=port)
        )
    return parts


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, and so does what is wrapped in it."""
    read: Address = ipaddress.ip_address(address)
    if read in _NAT64:  # A spelling of IPv4 for networks that have none; nothing but that counts.
        read = ipaddress.IPv4Address(int(read) & 0xFFFF_FFFF)
    return all(_is_public(each) for each in (read, *_wrapped(read)))


def _is_public(address: Address) -> bool:
    odd = address.is_multicast or address.is_reserved or address.is_unspecified
    odd = odd or address.is_loopback or address.is_link_local
    return address.is_global and not odd and not getattr(address, "is_site_local", False)


def _wrapped(address: Address) -> list[Address]:
    """Return the IPv4 addresses that gateways take out of this IPv6 address."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    wrapped: list[Address | None] = [address.ipv4_mapped, address.sixtofour]
    wrapped += address.teredo or ()
    return [each for each in wrapped if each is not None]


def _look_up_in_time(host: str, port: int, looked_up_by: LookUp, ends_at: float) -> list[str]:
    """Look a name up in a thread: the system's resolver knows no end of its own."""
    found: list[str] = []

    def look() -> None:
        try:
            found.extend(looked_up_by(host, port))
        except (OSError, UnicodeError):
            found.clear()

    thread = threading.Thread(target=look, name="name lookup", daemon=True)
    thread.start()
    thread.join(max(0.0, ends_at - time.monotonic()))
    if thread.is_alive():
        raise _slow(host)
    if not found:
        raise Unavailable(_("The host %(host)s is not known.", host=host))
    return found


def _allowed(host: str, addresses: list[str]) -> tuple[str, ...]:
    """Return the addresses if every one may be asked: a name with mixed ones is a trap."""
    for address in addresses:
        if not is_public(address) and not _is_loopback_of_tests(address):
            raise Unavailable(
                _(
                    "The host %(host)s has the address %(address)s, which is not public. "
                    "Nothing is fetched from inside a network.",
                    host=host,
                    address=address,
                )
            )
    return tuple(addresses)


def _is_loopback_of_tests(address: str) -> bool:
    return _tests_authority() is not None and ipaddress.ip_address(address).is_loopback


def _tests_authority() -> str | None:
    """Return the certificates of an authority of the tests' own, whose servers are on loopback."""
    authority: str | None = getattr(settings, "GUILDMARK_TESTS_AUTHORITY", None)
    return authority


async def _ask_in_time(place: Place, ends_at: float) -> bytes:
    try:
        async with asyncio.timeout(max(0.0, ends_at - time.monotonic())):
            return await _ask(place)
    except TimeoutError:
        raise _slow(place.host) from None
    except ssl.SSLCertVerificationError as fault:
        raise Unavailable(
            _(
                "%(host)s can't show that it is %(host)s: %(why)s.",
                host=place.host,
                why=fault.verify_message,
            )
        ) from fault
    except OSError as fault:
        raise Unavailable(_("%(host)s can't be reached by https.", host=place.host)) from fault


async def _ask(place: Place) -> bytes:
    """Return the raw answer of the first address that takes the connection."""
    secured = ssl.create_default_context(cafile=_tests_authority())
    failure: OSError = ConnectionError("no address")
    for address in place.addresses:
        try:
            reader, writer = await asyncio.open_connection(
                address,
                place.port,
                ssl=secured,
                server_hostname=place.host,
                limit=LARGEST_HEAD,
            )
        except ssl.SSLError:
            raise
        except OSError as fault:
            failure = fault
            continue
        try:
            writer.write(_request(place))
            return await _received(reader)
        finally:
            writer.transport.abort()  # A farewell could take longer than the answer.
    raise failure


def _request(place: Place) -> bytes:
    host = f"[{place.host}]" if ":" in place.host else place.host
    host = host if place.port == HTTPS else f"{host}:{place.port}"
    lines = (
        f"GET {place.target} HTTP/1.1",
        f"Host: {host}",
        f"Accept: {ACCEPTED}",
        "Accept-Encoding: identity",
        "User-Agent: Guildmark",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


async def _received(reader: asyncio.StreamReader) -> bytes:
    """Read up to the end, or one byte more than an answer may have."""
    most = LARGEST_HEAD + LARGEST + 1
    received = bytearray()
    while len(received) < most and (piece := await reader.read(most - len(received))):
        received += piece
    return bytes(received)


class _Bytes:
    """What `http.client` asks of a socket, over bytes that were received already."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, *_: object) -> io.BytesIO:
        return io.BytesIO(self._received)


def _document(place: Place, received: bytes) -> Mapping[str, Any]:
    too_large = Unavailable(
        _("%(host)s sends more than %(most)s bytes.", host=place.host, most=f"{LARGEST:,}")
    )
    if len(received) > LARGEST_HEAD + LARGEST:
        raise too_large
    answer = http.client.HTTPResponse(_Bytes(received), method="GET")  # type: ignore[arg-type]  # only makefile is asked for
    try:
        answer.begin()
        body = answer.read()
    except (http.client.HTTPException, ValueError) as fault:
        raise Unavailable(_("%(host)s sends no complete answer.", host=place.host)) from fault
    if len(body) > LARGEST:
        raise too_large
    _refuse_other_answers(place, answer.status)
    try:
        return read_object(body)
    except JsonRefused as refusal:
        raise Unavailable(
            _("%(host)s sends no JSON document: %(why)s", host=place.host, why=refusal.sentence)
        ) from refusal


def _refuse_other_answers(place: Place, status: int) -> None:
    if status in MOVED:
        raise Unavailable(
            _("%(host)s sends us elsewhere, and nobody is followed here.", host=place.host)
        )
    if status in NOT_FOUND:
        raise Unavailable(
            _(
                "%(host)s has no such document (it answers %(status)s).",
                host=place.host,
                status=status,
            )
        )
    if status != OK:
        raise Unavailable(_("%(host)s answers %(status)s.", host=place.host, status=status))


def _slow(host: str) -> Unavailable:
    return Unavailable(
        _("%(host)s does not answer within %(seconds)s seconds.", host=host, seconds=f"{SECONDS:g}")
    )
