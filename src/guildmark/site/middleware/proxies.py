"""Believe forwarding headers only from the proxies that settings name."""

from collections.abc import Callable
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Network = IPv4Network | IPv6Network
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO")


class TrustedProxies:
    """Put the visitor's address and scheme in the request, as a trusted proxy reports them.

    From anybody else the headers are dropped, so that nothing further down can be fooled.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Rewrite the request's environment, then go on."""
        forwarded_for, proto = (request.META.pop(name, "") for name in FORWARDED)
        if is_trusted(request.META.get("REMOTE_ADDR", "")):
            request.META["REMOTE_ADDR"] = visitor_address(
                forwarded_for, request.META["REMOTE_ADDR"]
            )
            if proto.strip().lower() == "https":
                request.META["wsgi.url_scheme"] = "https"
                request.environ["wsgi.url_scheme"] = "https"  # type: ignore[attr-defined] # WSGIRequest has it
        return self.get_response(request)


def visitor_address(forwarded_for: str, peer: str) -> str:
    """Return the last address in the header that is no trusted proxy, or `peer`."""
    for part in reversed(forwarded_for.split(",")):
        address = part.strip()
        if not _is_address(address):
            break  # Whoever wrote this wrote the rest too.
        peer = address
        if not is_trusted(address):
            break
    return peer


def is_trusted(address: str) -> bool:
    """Whether the address is one of the proxies named in settings."""
    if not _is_address(address):
        return False
    return any(ip_address(address) in network for network in _networks(_named()))


def _named() -> tuple[str, ...]:
    return tuple(settings.GUILDMARK_TRUSTED_PROXIES)


@cache
def _networks(named: tuple[str, ...]) -> list[Network]:
    return [ip_network(name, strict=False) for name in named]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
