"""Every request has an id, one log line, and no secret in it."""

import json
import logging

import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from guildmark.site.logs import hide_secrets
from guildmark.site.middleware.requests import RequestLog

pytestmark = pytest.mark.django_db


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


def test_the_log_keeps_neither_query_nor_keys_in_links(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="guildmark.request"):
        client.get("/?token=hidden-thing")
        client.get("/account/password/reset/key/1-abc-hidden-thing/")
    logged = json.dumps([str(record.msg) for record in caplog.records])
    assert "request" in logged
    assert "hidden-thing" not in logged


def test_requests_under_the_same_id_share_it_in_every_line() -> None:
    bound: list[dict[str, object]] = []

    def answer(_request: HttpRequest) -> HttpResponse:
        bound.append(structlog.contextvars.get_contextvars())
        return HttpResponse()

    response = RequestLog(answer)(RequestFactory().get("/", headers={"x-request-id": "abcdefgh"}))
    assert bound == [{"request_id": "abcdefgh"}]
    assert response["X-Request-ID"] == "abcdefgh"
    assert structlog.contextvars.get_contextvars() == {}
