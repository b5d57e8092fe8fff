"""Documents that a credential names: ours from the database, others through a guarded door."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache

from guildmark.apps.accounts.queries import User
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.models import Job
from guildmark.apps.audit.states import JobState
from guildmark.apps.credentials import fetching, issuing, resolving, tasks
from guildmark.apps.credentials.fetching import get_json, is_public
from guildmark.apps.credentials.queries import CredentialType
from guildmark.apps.credentials.resolving import Documents, FetchedDocuments
from guildmark.apps.keys import services as key_services
from guildmark.apps.mail.tasks import send_message
from guildmark.cores.vc.verification import Unavailable
from tests.apps.credentials.factories import awarded
from tests.apps.credentials.foreign import DID_PATH, Answer, Foreign, serving

PRIVATE = [
    "127.0.0.1", "127.8.9.10", "::1", "0.0.0.0", "::", "10.0.0.1", "172.16.5.4", "192.168.1.1",
    "100.64.0.1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1",
    "fec0::1", "224.0.0.1", "239.1.2.3", "ff02::1", "240.0.0.1", "255.255.255.255",
    "192.0.2.1", "198.51.100.7", "203.0.113.9", "2001:db8::1", "198.18.0.1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
    "2002:a00:1::1", "2001:0:5ef5:79fd:0:59d:a000:1",
]  # fmt: skip
PUBLIC = ["93.184.216.34", "1.1.1.1", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::101:101"]


@pytest.fixture
def foreign(tmp_path: Path, settings: Any) -> Iterator[Foreign]:
    """An issuer on loopback that the guard lets through."""
    with serving(tmp_path) as server:
        settings.GUILDMARK_TESTS_AUTHORITY = server.authority
        yield server


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> float:
    """Let the guard lose patience sooner."""
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    return 0.5


def problem_with(url: str, *addresses: str) -> str:
    """Why a document is not fetched, where the name has these addresses."""
    with pytest.raises(Unavailable) as refusal:
        get_json(url, looked_up_by=lambda _host, _port: list(addresses))
    return str(refusal.value)


@pytest.mark.once
@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_a_network_is_never_asked(address: str) -> None:
    assert not is_public(address)
    assert "not public" in problem_with("https://issuer.example/", address)


@pytest.mark.once
@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_may_be_asked(address: str) -> None:
    assert is_public(address)


@pytest.mark.once
@pytest.mark.parametrize("order", [1, -1])
def test_a_name_with_one_private_address_among_public_ones_is_not_asked_at_all(order: int) -> None:
    addresses = ["93.184.216.34", "10.0.0.1"][::order]
    assert "10.0.0.1" in problem_with("https://issuer.example/", *addresses)


@pytest.mark.once
@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://issuer.example/", "https://"),
        ("file:///etc/passwd", "https://"),
        ("https:///did.json", "https://"),
        ("https://user:word@issuer.example/", "user name"),
        ("https://issuer.example:22/", "port 22"),
        ("https://issuer.example:99999/", "no https address"),
        ("https://issuer.example/\r\nHost: other", "odd characters"),
        ("https://issuer.example/ü", "odd characters"),
        ("https://issuer.example/" + "x" * 3000, "too long"),
        ("https://[::1/", "no https address"),
    ],
)
def test_only_plain_https_addresses_are_asked(url: str, problem: str) -> None:
    assert problem in problem_with(url, "93.184.216.34")


@pytest.mark.once
@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://[::ffff:7f00:1]/"],
)
def test_loopback_in_whatever_spelling_is_refused_by_the_system_lookup(url: str) -> None:
    with pytest.raises(Unavailable, match=r"not public|not known"):
        get_json(url)


@pytest.mark.once
def test_without_the_setting_of_tests_the_server_on_loopback_is_not_asked(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        with pytest.raises(Unavailable, match="not public"):
            get_json(f"{server.origin}{DID_PATH}")
        assert server.asked == []


@pytest.mark.once
def test_a_document_is_fetched_over_a_checked_connection(foreign: Foreign) -> None:
    assert get_json(f"{foreign.origin}{DID_PATH}")["id"] == foreign.did


@pytest.mark.once
def test_a_certificate_for_another_name_or_by_a_stranger_is_not_accepted(
    foreign: Foreign, settings: Any, tmp_path: Path
) -> None:
    other = f"https://other.example:{foreign.port}{DID_PATH}"
    assert "can't show that it is other.example" in problem_with(other, "127.0.0.1")
    (tmp_path / "another").mkdir()
    with serving(tmp_path / "another") as stranger:
        with pytest.raises(Unavailable, match="can't show that it is localhost"):
            get_json(f"{stranger.origin}{DID_PATH}")
        assert stranger.asked == []


@pytest.mark.once
def test_the_name_is_looked_up_once_and_that_address_is_asked(foreign: Foreign) -> None:
    lookups = [["127.0.0.1"], ["10.0.0.1"]]
    found = get_json(
        f"{foreign.origin}{DID_PATH}", looked_up_by=lambda _host, _port: lookups.pop(0)
    )
    assert found["id"] == foreign.did
    assert lookups == [["10.0.0.1"]]


@pytest.mark.once
def test_an_address_that_does_not_listen_is_passed_over_for_the_next(foreign: Foreign) -> None:
    url = f"{foreign.origin}{DID_PATH}"
    found = get_json(url, looked_up_by=lambda _host, _port: ["127.0.0.2", "127.0.0.1"])
    assert found["id"] == foreign.did
    assert "can't be reached" in problem_with(url, "127.0.0.2")


@pytest.mark.once
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_followed_elsewhere_least_of_all_inside(foreign: Foreign, status: int) -> None:
    inside = f"{foreign.origin}/secret"
    foreign.answers["/moved"] = Answer(b"{}", status, {"Location": inside})
    assert "elsewhere" in problem_with(f"{foreign.origin}/moved", "127.0.0.1")
    assert foreign.asked == ["/moved"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(b"", 404), "no such document"),
        (Answer(b"{}", 500), "answers 500"),
        (Answer(b"<!doctype html>", headers={"Content-Type": "text/html"}), "no JSON"),
        (Answer(b"[1]"), "no object"),
        (Answer(b'{"id": 1, "id": 2}'), "twice"),
        (Answer(b"\xff\xfe"), "UTF-8"),
        (Answer(b'{"a": "' + b"x" * 200_000 + b'"}'), "more than 200,000"),
        (Answer(b"x" * 2_000_000), "more than 200,000"),
        (Answer(b"{}", headers={"Content-Length": "20"}), "no complete answer"),
        (Answer(b"zz", headers={"Transfer-Encoding": "chunked"}), "no complete answer"),
    ],
)
def test_what_is_no_small_json_object_is_refused(
    foreign: Foreign, answer: Answer, problem: str
) -> None:
    foreign.answers["/odd"] = answer
    assert problem in problem_with(f"{foreign.origin}/odd", "127.0.0.1")


@pytest.mark.once
@pytest.mark.parametrize("answer", [Answer(b"{}", pause=3), Answer(b" " * 900, pause=0.1, piece=1)])
def test_a_slow_answer_ends_in_time_even_if_it_comes_drop_by_drop(
    foreign: Foreign, answer: Answer, quick: float
) -> None:
    foreign.answers["/slow"] = answer
    began = time.monotonic()
    assert "does not answer within" in problem_with(f"{foreign.origin}/slow", "127.0.0.1")
    assert time.monotonic() - began < quick + 1


@pytest.mark.once
def test_a_slow_lookup_of_the_name_ends_in_time(quick: float) -> None:
    over = threading.Event()

    def slow(_host: str, _port: int) -> list[str]:
        over.wait(10)
        return ["93.184.216.34"]

    began = time.monotonic()
    try:
        with pytest.raises(Unavailable, match="does not answer within"):
            get_json("https://issuer.example/", looked_up_by=slow)
    finally:
        over.set()
    assert time.monotonic() - began < quick + 1


# What is ours


def test_our_own_documents_come_from_the_database_however_no_network_is_there(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    document = json.loads(awarded(cpap, actor=registrar, at=at).document)
    resolver = Documents(at)
    assert document["proof"]["verificationMethod"] in resolver.controller(issuing.issuer()).methods
    listed = resolver.status_list(document["credentialStatus"]["statusListCredential"])
    assert listed["issuer"] == issuing.issuer()


@pytest.mark.parametrize("tail", ["7", "x", "", "1?a=b", "99999999999999999999"])
def test_a_list_under_our_name_that_we_do_not_publish_is_never_fetched(
    cpap: CredentialType, registrar: User, at: datetime, tail: str
) -> None:
    awarded(cpap, actor=registrar, at=at)

    def never(url: str) -> Any:
        raise AssertionError(url)

    with pytest.raises(Unavailable, match="no status list"):
        Documents(at, never).status_list(f"https://example.org/credentials/status/{tail}")


def test_keys_that_were_replaced_stay_at_hand(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    document = json.loads(awarded(cpap, actor=registrar, at=at).document)
    key_services.rotate_key(
        purpose=issuing.PURPOSE, actor=SYSTEM, at=at + timedelta(days=1), reason="A test."
    )
    methods = Documents(at).controller(issuing.issuer()).methods
    assert document["proof"]["verificationMethod"] in methods
    assert len(methods) == 2


# What pages use


@pytest.fixture
def empty_cache(db: None) -> None:
    """Forget what was fetched before."""
    cache.clear()


URL = "https://issuer.example/.well-known/did.json"


def test_what_is_missing_is_noted_once_and_fetched_by_the_word_alone(
    empty_cache: None, foreign: Foreign, at: datetime
) -> None:
    url = f"{foreign.origin}{DID_PATH}"
    fetched = FetchedDocuments()
    with pytest.raises(Unavailable):
        fetched(url)
    assert fetched.missing == url
    word = resolving.note_asked(url, visitor="192.0.2.1", at=at)
    assert word is not None
    assert foreign.origin not in word
    assert resolving.note_asked(url, visitor="192.0.2.2", at=at) is None
    assert resolving.fetch_asked(word)
    assert FetchedDocuments()(url)["id"] == foreign.did
    assert not resolving.fetch_asked(word)


def test_a_document_that_cannot_be_had_is_told_with_its_reason(
    empty_cache: None, foreign: Foreign, at: datetime
) -> None:
    url = f"{foreign.origin}/nothing"
    word = resolving.note_asked(url, visitor="192.0.2.1", at=at)
    assert word is not None
    resolving.fetch_asked(word)
    fetched = FetchedDocuments()
    with pytest.raises(Unavailable, match="no such document"):
        fetched(url)
    assert fetched.missing == ""


@pytest.mark.parametrize(
    ("network", "elsewhere"), [("192.0.2.{}", "192.0.3.1"), ("2001:db8:0:{}::1", "2001:db9::1")]
)
def test_one_network_cannot_have_the_whole_internet_fetched(
    empty_cache: None, at: datetime, network: str, elsewhere: str
) -> None:
    for number in range(resolving.ASKED_AT_MOST):
        assert resolving.note_asked(f"{URL}?{number}", visitor=network.format(number), at=at)
    with pytest.raises(resolving.AskedTooMuch):
        resolving.note_asked(URL, visitor=network.format(99), at=at)
    assert resolving.note_asked(URL, visitor=elsewhere, at=at)
    later = at + timedelta(minutes=1)
    assert resolving.note_asked(f"{URL}?x", visitor=network.format(1), at=later)


def test_all_networks_together_cannot_have_more_wait_than_the_worker_can_bear(
    empty_cache: None, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolving, "OPEN_AT_MOST", 2)
    for number in (1, 2):
        word = resolving.note_asked(f"{URL}?{number}", visitor=f"192.0.{number}.1", at=at)
        assert word is not None
        tasks.fetch_document.enqueue(word)
    with pytest.raises(resolving.AskedTooMuch):
        resolving.note_asked(URL, visitor="192.0.9.1", at=at)
    assert resolving.note_asked(f"{URL}?1", visitor="192.0.9.1", at=at) is None
    Job.objects.update(state=JobState.DONE.value)
    assert resolving.note_asked(URL, visitor="192.0.9.1", at=at)


@pytest.mark.once
def test_fetching_for_strangers_comes_after_the_mail_of_the_institute() -> None:
    assert tasks.fetch_document.priority < send_message.priority
    assert tasks.fetch_document.module_path == resolving.FETCHING


@pytest.mark.parametrize(("size", "is_kept"), [(1_000, True), (100_000, False)])
def test_a_large_document_is_soon_forgotten(
    empty_cache: None, foreign: Foreign, at: datetime, size: int, is_kept: bool
) -> None:
    url = f"{foreign.origin}/document"
    foreign.publish("/document", {"id": "x" * size})
    with time_machine.travel(at, tick=False) as clock:
        word = resolving.note_asked(url, visitor="192.0.2.1", at=at)
        assert word is not None
        resolving.fetch_asked(word)
        assert FetchedDocuments()(url)
        clock.shift(resolving.LARGE_KEPT_SECONDS + 1)
        fetched = FetchedDocuments()
        if is_kept:
            assert fetched(url)
        else:
            with pytest.raises(Unavailable):
                fetched(url)


def test_one_address_after_the_other_is_wanted(empty_cache: None) -> None:
    fetched = FetchedDocuments()
    for number in range(3):
        with pytest.raises(Unavailable, match="not fetched in time"):
            fetched(f"{URL}?{number}")
    assert fetched.missing == f"{URL}?0"
