"""Forwarding headers count only when a named proxy sends them."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from guildmark.site.middleware.proxies import TrustedProxies

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def proxies(settings: Settings) -> None:
    settings.GUILDMARK_TRUSTED_PROXIES = ["10.0.0.0/8", "::1"]


def seen(peer: str, **headers: str) -> HttpRequest:
    request: HttpRequest = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    TrustedProxies(lambda _request: HttpResponse())(request)
    return request


@pytest.mark.parametrize(
    ("peer", "header", "expected"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("198.51.100.4", "203.0.113.9", "198.51.100.4"),
        ("", "203.0.113.9", ""),
    ],
)
def test_the_visitor_is_the_last_address_that_is_no_trusted_proxy(
    peer: str, header: str, expected: str
) -> None:
    assert seen(peer, x_forwarded_for=header).META["REMOTE_ADDR"] == expected


def test_https_is_believed_from_a_trusted_proxy_only() -> None:
    assert seen("10.0.0.1", x_forwarded_proto="https").is_secure()
    assert not seen("198.51.100.4", x_forwarded_proto="https").is_secure()
    assert not seen("10.0.0.1", x_forwarded_proto="http").is_secure()


def test_nobody_further_down_sees_the_headers() -> None:
    request = seen("198.51.100.4", x_forwarded_for="6.6.6.6", x_forwarded_proto="https")
    assert "X-Forwarded-For" not in request.headers
    assert "X-Forwarded-Proto" not in request.headers
