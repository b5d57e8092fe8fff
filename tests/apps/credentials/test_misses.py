"""Whoever tries out ids is held up; whoever asks for one that exists never is."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials.misses import MISSES_AT_MOST, TooManyMisses, network_of, note_miss
from guildmark.apps.credentials.queries import Credential, CredentialType
from tests.apps.credentials.factories import awarded

MINUTE = timedelta(minutes=1)
PATHS = ["/verify/AB{}", "/verify/AB{}.json", "/verify/AB{}/credential.json", "/verify/?id=AB{}"]


@pytest.fixture(autouse=True)
def nothing_counted(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def made(cpap: CredentialType, registrar: User, holder: User, at: datetime) -> Credential:
    return awarded(cpap, actor=registrar, at=at)


def get_at(client: Client, moment: datetime, path: str, **more: str) -> HttpResponse:
    with time_machine.travel(moment, tick=False):
        return client.get(path, **more)  # type: ignore[return-value, arg-type]


def exhaust(network: str, at: datetime) -> None:
    for _miss in range(MISSES_AT_MOST):
        note_miss(network, at=at)


@pytest.mark.parametrize(
    ("visitor", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2ff:1:2:3:4", "2001:db8:1:200::/56"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_address_counts_for_the_network_around_it(visitor: str, network: str) -> None:
    assert network_of(visitor) == network


def test_misses_of_one_network_count_together_and_only_for_a_minute(at: datetime) -> None:
    moment = at + timedelta(seconds=20)
    for number in range(MISSES_AT_MOST):
        note_miss(f"203.0.113.{number}", at=moment)
    for _again in range(3):
        with pytest.raises(TooManyMisses) as refused:
            note_miss("203.0.113.200", at=moment)
        assert refused.value.retry_after == 40
    note_miss("203.0.114.1", at=moment)
    note_miss("203.0.113.200", at=moment + timedelta(seconds=40))


def test_the_log_names_a_network_once_a_minute_and_the_cache_never_does(
    at: datetime, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: list[str] = []
    put = cache.set

    def note(key: str, value: int, seconds: int) -> None:
        keys.append(key)
        put(key, value, seconds)

    monkeypatch.setattr(cache, "set", note)
    exhaust("203.0.113.7", at)
    for _again in range(5):
        with pytest.raises(TooManyMisses):
            note_miss("203.0.113.7", at=at)
    named = [each for each in caplog.records if "203.0.113.0/24" in str(each.msg)]
    assert len(named) == 1
    assert len(keys) == MISSES_AT_MOST + 1
    assert not [key for key in keys if "203.0" in key]


@pytest.mark.parametrize("path", PATHS)
def test_after_too_many_unknown_ids_the_next_is_refused_until_the_minute_is_over(
    institute: None, client: Client, at: datetime, path: str
) -> None:
    for number in range(MISSES_AT_MOST):
        assert get_at(client, at, path.format(number)).status_code == 404
    moment = at + timedelta(seconds=48)
    refused = get_at(client, moment, path.format(999))
    assert (refused.status_code, refused["Retry-After"]) == (429, "12")
    assert refused["Cache-Control"] == "no-store"
    assert "12 seconds" in refused.text
    assert get_at(client, at + MINUTE, path.format(999)).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_programs_are_refused_in_json_and_people_with_a_page(
    institute: None, client: Client, at: datetime, path: str
) -> None:
    exhaust("127.0.0.1", at)
    refused = get_at(client, at, path.format(1))
    is_json = ".json" in path
    media_type = "application/problem+json" if is_json else "text/html; charset=utf-8"
    assert refused["Content-Type"] == media_type
    if is_json:
        assert json.loads(refused.content)["status"] == 429
        assert refused["Access-Control-Allow-Origin"] == "*"
        return
    assert "Verify a credential" in refused.text
    same = get_at(client, at, path.format(1), HTTP_ACCEPT="application/json")
    assert (same.status_code, same["Content-Type"]) == (429, "application/problem+json")
    assert "Accept" in same["Vary"]


def test_what_exists_is_answered_however_many_misses_there_were(
    made: Credential, client: Client, at: datetime
) -> None:
    exhaust("127.0.0.1", at)
    for ending in ("", ".json", "/credential.json"):
        assert get_at(client, at, f"/verify/{made.number}{ending}").status_code == 200
    assert get_at(client, at, f"/verify/?id={made.number}").status_code == 302


def test_neither_what_exists_nor_what_is_mistyped_counts(
    made: Credential, client: Client, at: datetime
) -> None:
    mistyped = made.number[:-1] + ("0" if made.number[-1] != "0" else "1")
    for _time in range(MISSES_AT_MOST + 5):
        assert get_at(client, at, f"/verify/{made.number}.json").status_code == 200
        assert get_at(client, at, f"/verify/{mistyped}.json").status_code == 404
    assert get_at(client, at, "/verify/AB1.json").status_code == 404


def test_an_address_that_a_stranger_claims_to_forward_does_not_count(
    institute: None, client: Client, at: datetime
) -> None:
    exhaust("127.0.0.1", at)
    claimed = get_at(client, at, "/verify/AB1.json", HTTP_X_FORWARDED_FOR="198.51.100.1")
    assert claimed.status_code == 429
