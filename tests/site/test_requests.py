"""Every request has an id, one log line, and no secret in it."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from guildmark.site.conf import read_conf
from guildmark.site.logs import hide_secrets, logging_settings
from guildmark.site.middleware.requests import RequestLog

pytestmark = pytest.mark.django_db


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What all loggers write from level INFO on, as the site's own handler forms it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    formatter = logging_settings(read_conf())["formatters"]["structured"]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(**without_factory(formatter)))
    root = logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def without_factory(formatter: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in formatter.items() if key != "()"}


def test_an_answer_names_the_request(client: Client) -> None:
    answer = client.get("/health/live")
    assert len(answer["X-Request-ID"]) == 32


def test_a_sound_request_id_from_outside_is_kept_and_a_strange_one_is_not(
    client: Client,
) -> None:
    given = "trace-0123456789"
    assert client.get("/health/live", headers={"x-request-id": given})["X-Request-ID"] == given
    strange = client.get("/health/live", headers={"x-request-id": "a\nb"})
    assert strange["X-Request-ID"] != "a\nb"


def test_fields_that_speak_of_secrets_are_hidden() -> None:
    event = hide_secrets(None, "info", {"password": "x", "session_token": "y", "path": "/"})
    assert event == {"password": "[hidden]", "session_token": "[hidden]", "path": "/"}


@pytest.mark.parametrize(
    "path",
    [
        "/?token=hidden-thing",
        "/no/such/page/?token=hidden-thing",
        "/account/password/reset/key/1-abc-hidden-thing",
        "/account/password/reset/key/1-abc-hidden-thing/",
        "/account/confirm-email/hidden-thing/",
        "/account/mail/unsubscribe/hidden-thing/",
        "/referee/hidden-thing/",
        "/verify/AB12/named/hidden-thing/",
    ],
)
def test_no_line_of_any_logger_keeps_a_query_or_a_secret_link(
    client: Client, written: io.StringIO, path: str
) -> None:
    answer = client.get(path)
    lines = written.getvalue().splitlines()
    assert "hidden-thing" not in written.getvalue()
    assert any("[guildmark.request]" in line for line in lines)
    assert all(f"request_id={answer['X-Request-ID']}" in line for line in lines)


def test_requests_under_the_same_id_share_it_in_every_line() -> None:
    bound: list[dict[str, object]] = []

    def answer(_request: HttpRequest) -> HttpResponse:
        bound.append(structlog.contextvars.get_contextvars())
        return HttpResponse()

    response = RequestLog(answer)(RequestFactory().get("/", headers={"x-request-id": "abcdefgh"}))
    assert bound == [{"request_id": "abcdefgh"}]
    assert response["X-Request-ID"] == "abcdefgh"
