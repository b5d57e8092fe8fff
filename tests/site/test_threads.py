"""One web process makes pages one at a time, and answers lookups meanwhile."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event, Lock, Thread, local
from typing import Any

import pytest
from django.db import connection, connections

from guildmark.site.fast_entry import FastEntry, reader_for
from guildmark.site.threads import AtEndOfThread, OneAtATime

from .test_fast_entry import World, send, state_path

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 20


class Pages:
    """A slow application that notices whether it is asked while it answers."""

    def __init__(self) -> None:
        self.inside, self.begun, self.may_end = Lock(), Event(), Event()
        self.at_once = False

    def __call__(self, _environ: Any, start_response: Any) -> Iterable[bytes]:
        alone = self.inside.acquire(blocking=False)
        self.at_once |= not alone
        self.begun.set()
        assert self.may_end.wait(SECONDS)
        start_response("200 OK", [])
        if alone:
            self.inside.release()
        return [b"a page"]


def test_a_page_is_begun_only_when_the_one_before_is_made() -> None:
    pages = Pages()
    one_at_a_time = OneAtATime(pages)
    with ThreadPoolExecutor(3) as threads:
        asked = [threads.submit(send, one_at_a_time, "/") for _number in range(3)]
        assert pages.begun.wait(SECONDS)
        pages.may_end.set()
        assert [each.result(SECONDS).body for each in asked] == [b"a page"] * 3
    assert not pages.at_once


def test_a_page_that_fails_leaves_the_turn_to_the_next() -> None:
    def fails(_environ: Any, _start_response: Any) -> Iterable[bytes]:
        raise RuntimeError

    one_at_a_time = OneAtATime(fails)
    for _again in range(2):
        with pytest.raises(RuntimeError):
            send(one_at_a_time, "/")


def test_a_lookup_is_answered_while_a_page_is_made(transactional_db: None, at: datetime) -> None:
    made = World(at).awarded()
    pages, reader = Pages(), reader_for(connection.settings_dict)
    entry = FastEntry(OneAtATime(pages), reader)
    with ThreadPoolExecutor(1) as threads:
        page = threads.submit(send, entry, "/")
        try:
            assert pages.begun.wait(SECONDS)
            found = send(entry, state_path(made))
        finally:
            pages.may_end.set()
            reader.close()
        assert found.status == "200 OK"
        assert b'"state"' in found.body
        assert page.result(SECONDS).body == b"a page"


def test_a_thread_that_ends_closes_what_pages_used_in_it() -> None:
    closed = Event()

    def page(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b"a page"]

    def serve() -> None:
        connections["default"].close = closed.set  # type: ignore[method-assign] # of this thread
        send(one_at_a_time, "/")
        assert not closed.is_set()

    one_at_a_time = OneAtATime(page)
    thread = Thread(target=serve)
    thread.start()
    thread.join(SECONDS)
    assert closed.wait(SECONDS)


def test_a_fault_at_the_end_of_a_thread_disturbs_nobody() -> None:
    here, tried = local(), Event()

    def fails() -> None:
        tried.set()
        raise OSError

    def keep() -> None:
        here.end = AtEndOfThread(fails)

    thread = Thread(target=keep)
    thread.start()
    thread.join(SECONDS)
    assert tried.wait(SECONDS)
