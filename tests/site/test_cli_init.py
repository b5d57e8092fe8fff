"""`guildmark init` founds an institute, all of it or nothing, and says what to do next."""

import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Environment, fresh_environment, guildmark
from tests.site.test_cli import run

PASSWORD = "correct horse battery staple"
ANSWERS = {
    "--name": "Example Institute",
    "--origin": "https://example.org",
    "--admin-email": "admin@example.org",
    "--contact-email": "office@example.org",
}
COUNT = """
from django.contrib.auth import get_user_model
from guildmark.apps.institute.models import Institute
from guildmark.apps.keys.models import Key
print(Institute.objects.count(), get_user_model().objects.count(), Key.objects.count())
"""


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Environment]:
    with fresh_environment(tmp_path / "var") as fresh:
        fresh.pop("GUILDMARK_ADMIN_PASSWORD", None)
        yield fresh


def init(
    environment: Environment, *more: str, **changes: str
) -> "subprocess.CompletedProcess[str]":
    answers = {**ANSWERS, **{f"--{name.replace('_', '-')}": v for name, v in changes.items()}}
    options = [word for option in answers.items() for word in option]
    return run("init", "--no-input", *options, *more, **environment)


def counted(environment: Environment) -> str:
    return guildmark(environment, "shell", "--verbosity", "0", "-c", COUNT).strip()


def test_an_empty_database_becomes_an_institute_that_the_doctor_finds_well(
    environment: Environment,
) -> None:
    environment["GUILDMARK_HOSTS"] = "example.org"
    environment["GUILDMARK_ADMIN_PASSWORD"] = PASSWORD
    done = init(environment)
    assert done.returncode == 0, done.stderr
    assert "Example Institute is founded at https://example.org." in done.stdout
    assert "second factor" in done.stdout
    assert PASSWORD not in done.stdout
    assert "reset/key" not in done.stdout
    assert counted(environment) == "1 1 3"
    report = json.loads(run("doctor", "--format", "json", **environment).stdout)
    states = {finding["check"]: finding["state"] for finding in report["findings"]}
    assert states.pop("audit: worker") == "warning"
    assert set(states.values()) == {"ok"}, report
    assert report["ok"] is True


def test_without_a_password_a_link_to_set_one_is_printed(environment: Environment) -> None:
    done = init(environment, "--format", "json")
    document = json.loads(done.stdout)
    assert document["set_password_link"].startswith("https://example.org/account/password/reset/")
    assert any("GUILDMARK_HOSTS=example.org" in step for step in document["next"])
    path = document["set_password_link"].removeprefix("https://example.org")
    visit = f"from django.test import Client; print(Client().get({path!r}, follow=True).content)"
    environment["GUILDMARK_HOSTS"] = "testserver,example.org"
    assert "password1" in guildmark(environment, "shell", "--verbosity", "0", "-c", visit)


def test_a_second_init_is_refused_by_the_name_of_the_first(environment: Environment) -> None:
    init(environment)
    done = init(environment, name="Another")
    assert done.returncode == 1
    assert "“Example Institute” is already founded" in done.stderr
    assert counted(environment) == "1 1 3"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"origin": "http://example.org"}, "https"),
        ({"admin_email": "nobody"}, "nobody"),
        ({"contact_email": "nowhere"}, "nowhere"),
        ({"name": ""}, "--name is missing"),
    ],
)
def test_a_wrong_answer_leaves_nothing_behind(
    environment: Environment, changes: dict[str, str], reason: str
) -> None:
    done = init(environment, **changes)
    assert done.returncode == 1
    assert "Nothing was set up" in done.stderr
    assert reason in done.stderr
    assert counted(environment) == "0 0 0"


def test_a_weak_password_leaves_nothing_behind(environment: Environment) -> None:
    environment["GUILDMARK_ADMIN_PASSWORD"] = "short"
    done = init(environment)
    assert done.returncode == 1
    assert "at least 12 characters" in done.stderr
    assert counted(environment) == "0 0 0"


class Terminal:
    """A person at a terminal who waits for a question and types an answer."""

    def __init__(self, environment: Environment, *arguments: str) -> None:
        self.screen, typed = pty.openpty()
        self.seen = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "guildmark.site", *arguments],
            env=environment, stdin=typed, stdout=typed, stderr=typed, start_new_session=True,
        )  # fmt: skip
        os.close(typed)

    def answer(self, question: str, text: str) -> None:
        self.wait_for(question)
        os.write(self.screen, f"{text}\n".encode())

    def wait_for(self, text: str, *, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while text not in self.seen:
            assert time.monotonic() < end, self.seen
            self.seen += os.read(self.screen, 4096).decode()
        self.seen = self.seen.partition(text)[2]


@pytest.mark.once
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_at_a_terminal_init_asks_until_it_gets_an_answer_it_can_use(
    environment: Environment,
) -> None:
    terminal = Terminal(environment, "init")
    terminal.answer("institute's name", "Example Institute")
    terminal.answer("public address", "example.org")
    terminal.wait_for("is no origin")
    terminal.answer("public address", "http://localhost:8000")
    terminal.answer("One sentence", "")
    terminal.answer("reaches the institute", "office@example.org")
    terminal.answer("administrator's e-mail address", "admin@example.org")
    terminal.answer("administrator's password", PASSWORD)
    terminal.answer("same again", "something else")
    terminal.wait_for("differ")
    terminal.answer("administrator's password", PASSWORD)
    terminal.answer("same again", PASSWORD)
    terminal.wait_for("Example Institute is founded at http://localhost:8000.")
    assert terminal.process.wait(30) == 0
    os.close(terminal.screen)
    assert re.fullmatch("1 1 3", counted(environment))
