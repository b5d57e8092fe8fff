"""Counting ids that the registry does not know, so that nobody tries them out by the thousand.

Counted are misses of a network within a minute, in the cache that all processes share. What is
found is never counted and never refused. Two processes that count at the same moment may count
one, so the limit is one of the order of its size, not an exact one.
"""

from datetime import datetime
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

import structlog
from django.core.cache import cache

SECONDS = 60
MISSES_AT_MOST = 60
"""Misses of one network in a minute: plenty for a class behind one address that mistypes."""
IPV4_PREFIX, IPV6_PREFIX = 24, 56
"""What one customer of a provider commonly has, or little more."""

logger: structlog.stdlib.BoundLogger = structlog.get_logger("guildmark.credentials")


class TooManyMisses(Exception):
    """A network asked for too many ids that the registry does not know.

    `retry_after` is the number of seconds until its misses are answered again.
    """

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"too many unknown ids; again in {retry_after} s")


def note_miss(visitor: str, *, at: datetime) -> None:
    """Count a miss against the network of an address. Raises `TooManyMisses`."""
    minute, second = divmod(int(at.timestamp()), SECONDS)
    network = network_of(visitor)
    key = _key(network, minute)
    seen = cache.get(key, 0)
    if seen < MISSES_AT_MOST:
        cache.set(key, seen + 1, SECONDS)
        return
    if seen == MISSES_AT_MOST:  # The log names the network once in a minute, not each request.
        cache.set(key, seen + 1, SECONDS)
        logger.warning("too many unknown ids", network=network)
    raise TooManyMisses(SECONDS - second)


def network_of(visitor: str) -> str:
    """Return the network that an address belongs to; what is no address stands for itself.

    >>> network_of("203.0.113.77"), network_of("2001:db8:1:2ff::1")
    ('203.0.113.0/24', '2001:db8:1:200::/56')
    """
    try:
        address = ip_address(visitor)
    except ValueError:
        return visitor
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    prefix = IPV6_PREFIX if isinstance(address, IPv6Address) else IPV4_PREFIX
    return str(ip_network(f"{address}/{prefix}", strict=False))


def _key(network: str, minute: int) -> str:
    """The cache keeps no address: its key is a digest that is another one in each minute."""
    return f"credentials:misses:{sha256(f'{network} {minute}'.encode()).hexdigest()}"
