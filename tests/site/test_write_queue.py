"""Writers on SQLite wait in a queue, between threads and processes, up to a deadline."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db.utils import IntegrityError

from guildmark.site.database.sqlite3.base import DatabaseWrapper
from guildmark.site.database.sqlite3.queue import WriteQueue, WriteQueueTimeout

pytestmark = [pytest.mark.once, pytest.mark.django_db]

HOLDER = """
import sys, time
from pathlib import Path
from guildmark.site.database.sqlite3.queue import WriteQueue
queue = WriteQueue(Path(sys.argv[1]), deadline=5)
queue.acquire()
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "database.queue"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[DatabaseWrapper]:
    made = connect(tmp_path)
    yield made
    made.close()


def connect(folder: Path, deadline: float = 0.2) -> DatabaseWrapper:
    settings: dict[str, Any] = {
        "ENGINE": "guildmark.site.database.sqlite3",
        "NAME": str(folder / "queue.sqlite3"),
        "AUTOCOMMIT": True,
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "TIME_ZONE": None,
        "TEST": {},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 1,
            "write_deadline": deadline,
            "init_command": "PRAGMA journal_mode=WAL",
        },
    }
    wrapper = DatabaseWrapper(settings, alias="queue-test")
    with wrapper.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")
    return wrapper


def turn_is_held(connection: DatabaseWrapper) -> bool:
    return connection.write_queue is not None and connection.write_queue.held


def hold(lock: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_writer_waits_until_the_first_is_done(lock: Path) -> None:
    first, second = WriteQueue(lock, deadline=5), WriteQueue(lock, deadline=5)
    first.acquire()
    threading.Timer(0.1, first.release).start()
    started = time.monotonic()
    second.acquire()
    assert 0.08 < time.monotonic() - started < 1
    second.close()
    first.close()


def test_writers_come_in_the_order_in_which_they_asked(lock: Path) -> None:
    first = WriteQueue(lock, deadline=5)
    first.acquire()
    served: list[int] = []

    def write(number: int) -> None:
        queue = WriteQueue(lock, deadline=5)
        queue.acquire()
        served.append(number)
        queue.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
        time.sleep(0.03)
    first.release()
    for writer in writers:
        writer.join()
    assert served == list(range(6))
    first.close()


def test_nobody_writes_beside_another_when_a_waiting_process_is_killed(lock: Path) -> None:
    first, third = WriteQueue(lock, deadline=5), WriteQueue(lock, deadline=0.3)
    first.acquire()
    waiting = subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.DEVNULL)
    time.sleep(0.5)
    waiting.kill()
    waiting.wait()
    with pytest.raises(WriteQueueTimeout):
        third.acquire()
    first.release()
    third.acquire()
    assert third.held
    third.close()
    first.close()


def test_a_writer_gives_up_at_its_deadline_and_leaves_the_queue_in_order(lock: Path) -> None:
    first, second = WriteQueue(lock, deadline=5), WriteQueue(lock, deadline=0.1)
    first.acquire()
    with pytest.raises(WriteQueueTimeout, match=r"0\.1 s"):
        second.acquire()
    first.release()
    second.acquire()
    assert second.held
    second.close()
    first.close()


def test_a_killed_process_gives_its_turn_back(lock: Path) -> None:
    holder = hold(lock)
    queue = WriteQueue(lock, deadline=5)
    threading.Timer(0.1, lambda: os.kill(holder.pid, signal.SIGKILL)).start()
    queue.acquire()
    assert queue.held
    queue.close()
    holder.wait()
    assert holder.stdout is not None
    holder.stdout.close()


def test_closing_twice_is_harmless(lock: Path) -> None:
    queue = WriteQueue(lock, deadline=1)
    queue.acquire()
    queue.close()
    queue.close()
    assert not queue.held


def test_a_transaction_holds_its_turn_until_it_commits(
    connection: DatabaseWrapper, tmp_path: Path
) -> None:
    other = connect(tmp_path)
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert turn_is_held(connection)
    with pytest.raises(OperationalError, match="busy"):
        other.cursor().execute("INSERT INTO note (text) VALUES ('late')")
    connection.commit()
    connection.set_autocommit(True)
    assert not turn_is_held(connection)
    other.cursor().execute("INSERT INTO note (text) VALUES ('in time')")
    other.close()


def test_a_rolled_back_transaction_gives_its_turn_back(connection: DatabaseWrapper) -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    connection.rollback()
    assert not turn_is_held(connection)


def test_a_write_outside_a_transaction_takes_a_turn_of_its_own(
    connection: DatabaseWrapper,
) -> None:
    holder = hold(Path(f"{connection.settings_dict['NAME']}.queue"))
    with pytest.raises(OperationalError, match="busy"):
        connection.cursor().execute("INSERT INTO note (text) VALUES ('x')")
    connection.cursor().execute("SELECT count(*) FROM note")
    holder.kill()
    holder.wait()
    assert holder.stdout is not None
    holder.stdout.close()


def test_rows_returned_by_a_write_are_all_there_and_committed(
    connection: DatabaseWrapper,
) -> None:
    cursor = connection.cursor()
    cursor.execute("INSERT INTO note (text) VALUES ('a'), ('b'), ('c') RETURNING text")
    assert cursor.fetchone() == ("a",)
    with sqlite3.connect(connection.settings_dict["NAME"]) as outside:
        assert outside.execute("SELECT count(*) FROM note").fetchone() == (3,)
    outside.close()
    assert cursor.fetchmany(1) == [("b",)]
    assert cursor.fetchall() == [("c",)]
    assert cursor.fetchone() is None


def test_a_failed_write_gives_its_turn_back(connection: DatabaseWrapper) -> None:
    cursor = connection.cursor()
    cursor.execute("INSERT INTO note (text) VALUES ('once')")
    with pytest.raises(IntegrityError):
        cursor.execute("INSERT INTO note (text) VALUES ('once')")
    assert not turn_is_held(connection)
