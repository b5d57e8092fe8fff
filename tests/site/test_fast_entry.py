"""The entry in front of Django says what Django says, to the byte, or leaves it to Django."""

import io
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.conf import settings as site_settings
from django.core.checks import ERROR
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.urls import reverse
from pytest_django import Settings
from structlog.stdlib import ProcessorFormatter

from guildmark.apps.accounts import services as accounts
from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.credentials import (
    answers,
    checks,
    ready_answers,
    services,
    taking_over,
    tasks,
)
from guildmark.apps.credentials.queries import Credential, CredentialType
from guildmark.apps.credentials.queries import ready_answers as ready
from guildmark.apps.credentials.services import Award
from guildmark.apps.credentials.states import Move, ShownAs
from guildmark.apps.institute.queries import Institute
from guildmark.apps.institute.services import change_institute, fix_origin, found_institute
from guildmark.apps.keys import services as keys
from guildmark.apps.keys.states import KeyPurpose
from guildmark.site.conf import read_conf
from guildmark.site.fast_entry import DatabaseAway, FastEntry, Reader, reader_for
from guildmark.site.fast_entry.reading import PostgreSQLReader, SQLiteReader
from guildmark.site.logs import logging_settings
from tests.apps.accounts.factories import member, staff
from tests.apps.credentials.factories import a_type, awarded, moved

pytestmark = pytest.mark.django_db(transaction=True)  # The other connection sees what is committed.
LATER = timedelta(days=40)
FORGET = "DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$"
"""Behind the client's back, as a pool does that gives the next statement another session."""
NOT_COMPARED = {"X-Request-ID"}
Entry = Callable[..., "Sent"]
Make = Callable[["World"], Credential]


class Sent:
    """What a WSGI application sent; `passed_on` tells whether Django did it."""

    def __init__(self, status: str, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body
        self.passed_on = False

    def compared(self) -> tuple[str, dict[str, str], bytes]:
        dropped = NOT_COMPARED | ({"Content-Length"} if self.status.startswith("304") else set())
        headers = {name: value for name, value in self.headers.items() if name not in dropped}
        return self.status, headers, self.body


class World:
    """An institute with a registrar, a holder and a type of credentials."""

    def __init__(self, at: datetime) -> None:
        found_institute(
            name="Example Institute",
            origin="https://example.org",
            contact_email="office@example.org",
            actor=SYSTEM,
            at=at,
        )
        fix_origin(actor=SYSTEM, at=at)
        self.at = at
        self.registrar: User = staff(Role.REGISTRAR, "asking@example.org")
        self.holder: User = member("holder@example.org")
        self.kind: CredentialType = a_type("CPAP", at=at, second_person=(), name="Operator Ä")

    def awarded(self, at: datetime | None = None) -> Credential:
        return awarded(self.kind, actor=self.registrar, at=at or self.at)

    def moved(self, made: Credential, *moves: Move, **more: Any) -> Credential:
        for move in moves:
            made.refresh_from_db()
            moved(made, move, actor=self.registrar, at=self.at, **more)
        return made


@pytest.fixture
def world(transactional_db: None, at: datetime) -> World:
    return World(at)


@pytest.fixture
def reader(transactional_db: None) -> Iterator[Reader]:
    reader = reader_for(connection.settings_dict)
    yield reader
    reader.close()


def environ(path: str, method: str = "GET", **more: str) -> dict[str, Any]:
    """A request as a server hands it over."""
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote(path, encoding="latin-1"),
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "203.0.113.9",
        "HTTP_HOST": "testserver",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        **more,
    }


def send(application: Any, path: str, method: str = "GET", **more: str) -> Sent:
    sent: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _info: Any = None) -> Any:
        assert len({name for name, _value in headers}) == len(headers)
        sent.extend((status, dict(headers)))

    body = application(environ(path, method, **more), start)
    whole = b"".join(body)
    if hasattr(body, "close"):
        body.close()
    status, headers = sent
    return Sent(status, headers, b"" if method == "HEAD" else whole)  # Servers drop it too.


@pytest.fixture
def ask(reader: Reader) -> Entry:
    """Asks both, holds them to the same answer, and returns it."""
    django = WSGIHandler()
    passed: list[str] = []

    def watched(environ: Any, start_response: Any) -> Any:
        passed.append(environ["PATH_INFO"])
        return django(environ, start_response)

    entry = FastEntry(watched, reader)

    def both(path: str, method: str = "GET", *, at: datetime | None = None, **more: str) -> Sent:
        passed.clear()
        with time_machine.travel(at or datetime.now().astimezone(), tick=False):
            expected = send(django, path, method, **more)
            found = send(entry, path, method, **more)
        found.passed_on = bool(passed)
        if found.passed_on:  # Then it is Django's own, and pages differ in a form's token.
            assert found.status == expected.status
        else:
            assert found.compared() == expected.compared()
        return found

    return both


def valid(world: World) -> Credential:
    return world.awarded()


def not_yet_valid(world: World) -> Credential:
    begins = world.at + timedelta(days=365)
    wanted = Award(world.kind, "holder@example.org", "Ada Example", "Passed.", begins)
    made = services.award(wanted, actor=world.registrar, at=world.at)
    assert isinstance(made, Credential)
    return made


def expired(world: World) -> Credential:
    return world.awarded(world.at - timedelta(days=3 * 365))


def suspended(world: World) -> Credential:
    return world.moved(world.awarded(), Move.SUSPEND)


def reinstated(world: World) -> Credential:
    return world.moved(world.awarded(), Move.SUSPEND, Move.REINSTATE)


def revoked(world: World) -> Credential:
    return world.moved(world.awarded(), Move.SUSPEND, Move.REVOKE)


def superseded(world: World) -> Credential:
    return world.moved(world.awarded(), Move.SUPERSEDE, successor=world.awarded())


def surrendered(world: World) -> Credential:
    made = world.awarded()
    services.surrender(made, reason="I resign.", actor=world.holder, at=world.at)
    return made


def shown_by_name(world: World) -> Credential:
    made = world.awarded()
    services.show_as(made, ShownAs.NAME, actor=world.holder, at=world.at)
    return made


def shown_by_handle(world: World) -> Credential:
    made = world.awarded()
    handle = "ada, opératrice"
    services.show_as(made, ShownAs.HANDLE, actor=world.holder, at=world.at, handle=handle)
    return made


OLD_REGISTRY = """id,type,name,email,issued,valid_until
CPAA 2019/017,CPAP,Ada Example,holder@example.org,2019-05-06,none
"""


def taken_over(world: World) -> Credential:
    """As an older registry named it, and without a signed document."""
    taking_over.take_over(OLD_REGISTRY, actor=SYSTEM, at=world.at)
    return Credential.objects.get(key="CPAA2019017")


def claimed(world: World) -> Credential:
    made = taken_over(world)
    return services.claim(made, actor=world.holder, at=world.at)


def cut_loose(world: World) -> Credential:
    """Its holder was shown by name and has closed the account."""
    made = shown_by_name(world)
    accounts.close_account(world.holder, actor=world.holder, at=world.at)
    return made


def signed_with_a_lost_key(world: World) -> Credential:
    made = world.awarded()
    keys.rotate_key(
        purpose=KeyPurpose.CREDENTIALS, actor=None, at=world.at, reason="Lost.", compromised=True
    )
    return made


CASES: list[tuple[Make, str]] = [
    (valid, "valid"),
    (not_yet_valid, "not yet valid"),
    (expired, "expired"),
    (suspended, "suspended"),
    (reinstated, "valid"),
    (revoked, "revoked"),
    (superseded, "superseded"),
    (surrendered, "surrendered"),
    (shown_by_name, "valid"),
    (shown_by_handle, "valid"),
    (taken_over, "valid"),
    (claimed, "valid"),
    (cut_loose, "valid"),
    (signed_with_a_lost_key, "valid"),
]


def state_path(made: Credential) -> str:
    return reverse("credentials:verified_json", args=[made.number])


def page_path(made: Credential) -> str:
    return reverse("credentials:verified", args=[made.number])


def document_path(made: Credential) -> str:
    return reverse("credentials:document", args=[made.number])


@pytest.mark.parametrize(("make", "state"), CASES)
def test_both_entries_tell_the_same_of_every_state(
    world: World, ask: Entry, make: Make, state: str
) -> None:
    made = make(world)
    moment, path = world.at + LATER, state_path(made)
    answer = ask(path, at=moment)
    told = json.loads(answer.body)
    assert (answer.passed_on, answer.status, told["state"]) == (False, "200 OK", state)
    assert told["page"] == f"https://example.org{page_path(made)}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    head = ask(path, "HEAD", at=moment)
    assert (head.passed_on, head.status) == (False, "200 OK")
    assert head.headers["Content-Length"] == str(len(answer.body))
    assert told == answers.answer(made.number, at=moment).as_json()
    assert list(checks.check_ready_answers()) == []
    tag = answer.headers["ETag"]
    for held, status in ((f'"other", {tag}', "304"), ("*", "304"), ('"other"', "200")):
        again = ask(path, at=moment + timedelta(seconds=5), HTTP_IF_NONE_MATCH=held)
        assert (again.passed_on, again.status[:3]) == (False, status)
    both_hand_out_the_same_bytes(ask, made)


def both_hand_out_the_same_bytes(ask: Entry, made: Credential) -> None:
    made.refresh_from_db()
    path = document_path(made)
    answer = ask(path)
    if not made.is_published:
        assert (answer.passed_on, answer.status[:3]) == (True, "404")
        return
    assert (answer.passed_on, answer.body) == (False, made.document.encode())
    tag = answer.headers["ETag"]
    assert ask(path, HTTP_IF_NONE_MATCH=tag).status == "304 Not Modified"
    assert not ask(path, "HEAD").passed_on


def test_the_clock_alone_changes_the_answer_and_its_tag(world: World, ask: Entry) -> None:
    made = not_yet_valid(world)
    assert made.valid_until is not None
    second = timedelta(seconds=1)
    moments = [made.valid_from - second, made.valid_from, made.valid_until - second]
    moments.append(made.valid_until)
    answers = [ask(state_path(made), at=each) for each in moments]
    states = [json.loads(each.body)["state"] for each in answers]
    assert states == ["not yet valid", "valid", "valid", "expired"]
    tags = [each.headers["ETag"] for each in answers]
    assert tags[1] == tags[2]
    assert len(set(tags)) == 3


def test_a_change_is_told_at_the_very_next_request(world: World, ask: Entry) -> None:
    made = world.awarded()
    held = ask(state_path(made)).headers["ETag"]
    assert ask(state_path(made), HTTP_IF_NONE_MATCH=held).status == "304 Not Modified"
    world.moved(made, Move.REVOKE)
    answer = ask(state_path(made), HTTP_IF_NONE_MATCH=held)
    assert (answer.passed_on, json.loads(answer.body)["state"]) == (False, "revoked")


def test_an_id_that_is_typed_otherwise_than_printed_is_read_by_django(
    world: World, ask: Entry
) -> None:
    number = world.awarded().number
    slips = [number.lower(), number.replace("-", "%20"), f"%20{number.replace('-', '')}"]
    slips.append(number.replace("-", "%2D%2D"))
    for typed in slips:
        answer = ask(f"/verify/{typed}.json")
        assert (answer.passed_on, json.loads(answer.body)["id"]) == (True, number)
        assert not ask(f"/verify/{typed}/credential.json").passed_on


@pytest.mark.parametrize("tail", ["%00", "%00x", "%0A", "%20", "x"])
def test_nothing_is_cut_off_from_what_was_typed(world: World, ask: Entry, tail: str) -> None:
    assert ask(f"/verify/{world.awarded().number}{tail}.json").passed_on


def test_a_type_that_is_renamed_is_told_by_its_new_name_at_once(world: World, ask: Entry) -> None:
    path = state_path(world.awarded())
    held = ask(path).headers["ETag"]
    for name in ("Operator of systems", ""):
        a_type("CPAP", at=world.at, second_person=(), name=name)
        answer = ask(path, HTTP_IF_NONE_MATCH=held)
        assert (answer.passed_on, json.loads(answer.body)["name"]) == (True, name or "CPAP")
        assert tasks.write_missing_answers.func() == 1
        again = ask(path)
        assert (again.passed_on, again.body) == (False, answer.body)
    a_type("CPAP", at=world.at, second_person=(), name="Operator Ä")
    world.moved(Credential.objects.get(), Move.REVOKE)
    assert json.loads(ask(path).body)["name"] == "Operator Ä"


def test_while_the_origin_can_change_django_answers(world: World, ask: Entry) -> None:
    Institute.objects.update(origin_fixed_at=None)
    path = state_path(taken_over(world))
    assert (ask(path).passed_on, ready_answers.write_missing()) == (True, 0)
    change_institute(actor=SYSTEM, at=world.at, origin="https://other.example")
    assert json.loads(ask(path).body)["page"].startswith("https://other.example/verify/")
    fix_origin(actor=SYSTEM, at=world.at)
    assert ready_answers.write_missing() == 1
    answer = ask(path)
    assert (answer.passed_on, json.loads(answer.body)["id"]) == (False, "CPAA 2019/017")


def test_a_change_that_is_taken_back_takes_its_answer_with_it(world: World, ask: Entry) -> None:
    made = world.awarded()
    with transaction.atomic():
        world.moved(made, Move.REVOKE)
        transaction.set_rollback(True)
    answer = ask(state_path(made))
    assert (answer.passed_on, json.loads(answer.body)["state"]) == (False, "valid")


def test_answers_that_are_missing_are_written_in_batches(
    world: World, ask: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [world.awarded() for _number in range(5)]
    ready().exclude(number=made[0].number).delete()
    assert ask(state_path(made[1])).passed_on
    monkeypatch.setattr(ready_answers, "BATCH", 2)
    assert (ready_answers.write_missing(), ready_answers.write_missing()) == (4, 0)
    assert not any(ask(state_path(each)).passed_on for each in made)
    assert list(checks.check_ready_answers()) == []


def test_the_doctor_names_answers_that_somebody_changed_past_the_site(world: World) -> None:
    made = [world.awarded() for _number in range(7)]
    assert list(checks.check_ready_answers()) == []
    ready().filter(number=made[3].number).update(text="{}")
    (found,) = checks.check_ready_answers()
    assert (found.level, f"of: {made[3].number}." in found.msg) == (ERROR, True)
    ready().update(text="{}")
    (found,) = checks.check_ready_answers()
    assert "and more" in found.msg
    Credential.objects.update(public_text="Past every service.")
    assert not ready().exists()  # What passes the models by leaves no answer behind.


MISTYPED = ["CPAP-2026-7Q4M2X9KDTA", "CPAP-2026-7Q4M!", "---", "%20", "A" * 201, "%00", "<b>"]
UNKNOWN = ["AB12", "CPAA-2019-17", "CPAP-2026-7Q4M2X9KDTP"]
ODD = ["CPAP-%C3%A9", "AB%FF12", "", "/x", "a%0Ab"]


@pytest.mark.parametrize("ending", [".json", "/credential.json", ""])
def test_what_is_not_found_is_left_to_django_and_never_kept(
    world: World, ask: Entry, ending: str
) -> None:
    for typed in (*UNKNOWN, *MISTYPED, *ODD):
        answer = ask(f"/verify/{typed}{ending}")
        assert answer.passed_on
        if typed not in ODD:
            assert (answer.status[:3], answer.headers["Cache-Control"]) == ("404", "no-store")


REFUSED: list[dict[str, str]] = [
    {"HTTP_HOST": "elsewhere.example"},
    {"HTTP_HOST": ""},
    {"HTTP_HOST": "testserver:no-port"},
    {"SCRIPT_NAME": "/below"},
    {"method": "POST"},
    {"method": "OPTIONS"},
]


def test_django_refuses_what_it_would_refuse(world: World, ask: Entry) -> None:
    path = state_path(world.awarded())
    assert all(ask(path, **more).passed_on for more in REFUSED)
    assert not ask(path, HTTP_HOST="testserver:8000").passed_on


def test_where_only_https_is_served_the_scheme_counts_as_a_trusted_proxy_tells_it(
    world: World, reader: Reader, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600
    settings.GUILDMARK_TRUSTED_PROXIES = ["10.0.0.0/8"]
    django = WSGIHandler()
    entry, path = FastEntry(django, reader), state_path(world.awarded())
    by_proxy = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_PROTO": "https"}
    by_liar = {"REMOTE_ADDR": "198.51.100.1", "HTTP_X_FORWARDED_PROTO": "https"}
    with time_machine.travel(world.at, tick=False):
        for more, status in ((by_proxy, "200"), (by_liar, "301"), ({}, "301")):
            found, expected = (send(each, path, **more) for each in (entry, django))
            assert found.compared() == expected.compared()
            assert found.status.startswith(status)
            assert ("Strict-Transport-Security" in found.headers) is (status == "200")


def test_a_sound_request_id_is_kept_and_every_answer_has_one(world: World, ask: Entry) -> None:
    path = state_path(world.awarded())
    given = ask(path, HTTP_X_REQUEST_ID="trace-0123456789")
    assert given.headers["X-Request-ID"] == "trace-0123456789"
    assert len(ask(path, HTTP_X_REQUEST_ID="a b").headers["X-Request-ID"]) == 32


def test_a_request_is_logged_in_one_line_like_any_other(
    world: World, reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    entry, path = FastEntry(WSGIHandler(), reader), state_path(world.awarded())
    with caplog.at_level("INFO", "guildmark.request"):
        answer = send(entry, path)
    (record,) = [each for each in caplog.records if each.name == "guildmark.request"]
    assert isinstance(record.msg, dict)
    line = record.msg
    assert (line["event"], line["method"], line["path"]) == ("request", "GET", path)
    assert (line["status"], line["request_id"]) == (200, answer.headers["X-Request-ID"])
    assert line["milliseconds"] >= 0


@contextmanager
def json_lines(level: int = logging.INFO) -> Iterator[io.StringIO]:
    """What the site's own handler writes where lines are JSON, as in production."""
    root, stream = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(stream)
    form = logging_settings(replace(read_conf(), log_format="json"))["formatters"]["structured"]
    form.pop("()")
    handler.setFormatter(ProcessorFormatter(**form))
    before, level_before = root.handlers, root.level
    root.handlers = [handler]
    root.setLevel(level)
    try:
        yield stream
    finally:
        root.handlers = before
        root.setLevel(level_before)


def test_a_line_in_json_is_the_one_that_django_would_have_written(
    world: World, reader: Reader
) -> None:
    django, path = WSGIHandler(), state_path(world.awarded())
    odd = path.replace("-", "%20").lower()
    with json_lines() as stream:
        entry = FastEntry(django, reader)
        assert entry.lines.handler is not None
        for application in (entry, django):
            for method, each, held in (("GET", path, ""), ("HEAD", odd, ""), ("GET", path, "*")):
                more = {"HTTP_X_REQUEST_ID": "trace-01", "HTTP_IF_NONE_MATCH": held}
                with time_machine.travel(world.at, tick=False):
                    send(application, each, method, **more)
    lines = [json.loads(each) for each in stream.getvalue().splitlines()]
    ours, expected = lines[:3], lines[3:]
    assert [each["status"] for each in ours] == [200, 200, 304]
    for line, other in zip(ours, expected, strict=True):
        assert list(line) == list(other)
        assert {**line, "milliseconds": 0} == {**other, "milliseconds": 0}


def test_no_line_is_written_where_the_level_is_higher(world: World, reader: Reader) -> None:
    with json_lines(logging.WARNING) as stream:
        answer = send(FastEntry(WSGIHandler(), reader), state_path(world.awarded()))
    assert (answer.status, stream.getvalue()) == ("200 OK", "")


@pytest.fixture
def file(tmp_path: Path, world: World) -> Path:
    """A database file with the same content, for SQLite only."""
    if connection.vendor != "sqlite":
        pytest.skip("a database file is what SQLite has")
    path = tmp_path / "copy of it.sqlite3"
    world.awarded()
    connection.ensure_connection()
    with sqlite3.connect(path) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=WAL")
    copy.close()
    return path


def test_a_database_that_is_away_is_left_to_django_and_used_again_when_it_is_back(
    world: World, file: Path
) -> None:
    reader = SQLiteReader(str(file))
    entry, path = FastEntry(WSGIHandler(), reader), state_path(Credential.objects.get())
    away = file.rename(file.with_name("away"))
    with time_machine.travel(world.at, tick=False):
        assert send(entry, path).status == "200 OK"  # By Django.
    assert getattr(reader.here, "connection", None) is None
    away.rename(file)
    reader.here.rest_until = 0
    with time_machine.travel(world.at, tick=False):
        assert send(entry, path).status == "200 OK"
    assert reader.here.connection is not None
    reader.close()


def test_a_connection_that_was_cut_is_left_to_django_for_a_second_and_then_made_anew(
    world: World, reader: Reader
) -> None:
    number = world.awarded().number
    assert reader.prepared(number) is not None
    reader.here.connection.close()
    for _within_the_second in range(2):
        with pytest.raises(DatabaseAway):
            reader.prepared(number)
    reader.here.rest_until = 0
    assert reader.prepared(number) is not None


def test_a_session_that_the_server_ended_is_left_to_django_and_made_anew(
    world: World, reader: Reader
) -> None:
    if not isinstance(reader, PostgreSQLReader):
        pytest.skip("only PostgreSQL has sessions")
    number = world.awarded().number
    assert reader.prepared(number) is not None
    with connection.cursor() as cursor:
        mine = reader.here.connection.info.backend_pid
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
    with pytest.raises(DatabaseAway):
        reader.prepared(number)
    reader.here.rest_until = 0
    assert reader.prepared(number) is not None


def test_where_statements_can_not_be_prepared_none_is_any_more(
    world: World, reader: Reader
) -> None:
    if not isinstance(reader, PostgreSQLReader):
        pytest.skip("only PostgreSQL prepares statements in the server")
    number = world.awarded().number
    assert reader.prepared(number) is not None
    reader.here.connection.execute(FORGET)
    with pytest.raises(DatabaseAway):
        reader.prepared(number)
    reader.here.rest_until = 0
    for _again in range(2):
        assert reader.prepared(number) is not None
        assert reader.document("NONE") is None
    prepared = "SELECT count(*) FROM pg_prepared_statements"
    assert reader.here.connection.execute(prepared).fetchone() == (0,)


def test_the_connection_can_not_write(world: World, reader: Reader) -> None:
    reader.document("NONE")
    with pytest.raises(reader.errors, match=r"read-?only"):
        reader.here.connection.execute("DELETE FROM credentials_statechange")


def test_a_connection_is_given_up_at_the_age_that_settings_name(file: Path) -> None:
    reader = SQLiteReader(str(file))
    reader.document("NONE")
    first = reader.here.connection
    reader.document("NONE")
    assert reader.here.connection is first
    reader.here.old_at = 0
    reader.document("NONE")
    assert reader.here.connection is not first
    reader.close()


def test_the_entry_stands_before_django_where_servers_look() -> None:
    from guildmark.site.wsgi import application

    assert isinstance(application, FastEntry)
    assert site_settings.WSGI_APPLICATION == "guildmark.site.wsgi.application"
