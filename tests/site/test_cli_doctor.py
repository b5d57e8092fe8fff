"""The doctor finds what is wrong with an installation, and says what to mend."""

import json
from collections import namedtuple
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.checks import Warning  # noqa: A004 - Django's name
from django.core.management import call_command
from django.db import OperationalError, connection
from pytest_django import Settings

from guildmark.apps.institute import services
from guildmark.site import installation_checks as checks
from guildmark.site.conf import Mode
from guildmark.site.management.commands import doctor

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - what shutil returns
BOTH = {"databases": ["default"]}


@pytest.fixture
def founded(db: None, at: datetime) -> None:
    services.found_institute(
        name="Example", origin="https://example.org", contact_email="a@example.org",
        actor=None, at=at,
    )  # fmt: skip


def ids(messages: list[Any]) -> list[str]:
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


def examined(**options: Any) -> tuple[int, dict[str, Any]]:
    said = StringIO()
    code = 0
    try:
        call_command("doctor", format="json", stdout=said, **options)
    except SystemExit as ended:
        code = int(str(ended.code))
    return code, json.loads(said.getvalue())


@pytest.mark.django_db
def test_without_an_institute_the_doctor_says_how_to_found_one() -> None:
    code, report = examined()
    assert code == doctor.HAS_ERRORS
    assert report["ok"] is False
    finding = next(each for each in report["findings"] if each["id"] == "guildmark.E012")
    assert "guildmark init" in finding["hint"]


@pytest.mark.usefixtures("founded")
def test_the_origin_must_lead_to_this_server(settings: Settings) -> None:
    assert ids(checks.check_institute(**BOTH)) == ["guildmark.E013"]
    settings.ALLOWED_HOSTS = ["example.org"]
    assert ids(checks.check_institute(**BOTH)) == []


@pytest.mark.usefixtures("founded")
def test_a_local_origin_is_a_remark_in_production(settings: Settings, at: datetime) -> None:
    settings.GUILDMARK_MODE = Mode.PRODUCTION
    services.change_institute(actor=None, at=at, origin="http://localhost:8000")
    assert ids(checks.check_institute(**BOTH)) == ["guildmark.W010"]


@pytest.mark.django_db
def test_a_missing_cache_table_is_found(settings: Settings) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "nowhere"}}
    assert ids(checks.check_cache_table(**BOTH)) == ["guildmark.E011"]


@pytest.mark.django_db
def test_migrating_has_made_the_cache_table() -> None:
    assert checks.check_cache_table(**BOTH) == []


@pytest.mark.once
def test_a_folder_that_is_missing_is_found(settings: Settings, tmp_path: Path) -> None:
    settings.GUILDMARK_VAR = tmp_path / "none"
    assert ids(checks.check_folder()) == ["guildmark.E014"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("free", "found"),
    [(100 * 2**20, ["guildmark.E015"]), (500 * 2**20, ["guildmark.W011"]), (2**40, [])],
)
def test_a_disk_that_fills_up_is_found_in_time(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path, free: int, found: list[str]
) -> None:
    settings.GUILDMARK_VAR = tmp_path
    monkeypatch.setattr("shutil.disk_usage", lambda _path: Usage(2**41, 2**41 - free, free))
    assert ids(checks.check_folder()) == found


@pytest.mark.once
def test_secrets_that_others_can_read_are_found(settings: Settings, tmp_path: Path) -> None:
    settings.GUILDMARK_VAR = tmp_path
    assert checks.check_secrets() == []
    (tmp_path / "secrets").mkdir(mode=0o700)
    assert checks.check_secrets() == []
    (tmp_path / "secrets").chmod(0o755)
    assert ids(checks.check_secrets()) == ["guildmark.E016"]


@pytest.mark.once
def test_a_secret_key_that_others_can_read_is_found(settings: Settings, tmp_path: Path) -> None:
    settings.GUILDMARK_VAR = tmp_path
    settings.GUILDMARK_SECRET_KEY_FILE = tmp_path / "key"
    assert checks.check_secrets() == []
    (tmp_path / "key").touch(mode=0o600)
    assert checks.check_secrets() == []
    (tmp_path / "key").chmod(0o640)
    (finding,) = checks.check_secrets()
    assert str(tmp_path / "key") in finding.msg


@pytest.mark.django_db
def test_a_clock_that_is_wrong_is_found() -> None:
    assert checks.check_clock(**BOTH) == []
    with time_machine.travel(datetime(2001, 1, 1, tzinfo=UTC)):
        assert ids(checks.check_clock(**BOTH)) == ["guildmark.E017"]
    with time_machine.travel(datetime(2090, 1, 1, tzinfo=UTC)):
        wrong = ["guildmark.E018"] if connection.vendor == "postgresql" else []
        assert ids(checks.check_clock(**BOTH)) == wrong


@pytest.mark.django_db
def test_missing_migrations_are_found_and_what_needs_them_is_skipped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (checks, doctor):
        monkeypatch.setattr(module, "pending_migrations", lambda: ["mail.0001_initial"])
    code, report = examined()
    assert code == doctor.HAS_ERRORS
    states = {each["check"]: each["state"] for each in report["findings"]}
    assert states.pop("database") == "error"
    assert set(states.values()) == {"skipped"}
    assert ids(checks.check_migrations(**BOTH)) == ["guildmark.E010"]


@pytest.mark.django_db
def test_a_check_that_breaks_on_the_database_is_a_finding_not_a_crash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def check_broken(**_: Any) -> list[Any]:
        raise OperationalError("no such column")

    monkeypatch.setattr(doctor, "_checks", lambda **_: {check_broken})
    code, report = examined()
    assert code == doctor.HAS_ERRORS
    assert "no such column" in report["findings"][0]["text"]


def remark(**_: Any) -> list[Any]:
    return [Warning("A remark.", hint="Do this.", id="x.W001")]


@pytest.mark.django_db
def test_warnings_count_only_when_strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_checks", lambda **_: {remark})
    assert examined()[0] == doctor.FINE
    assert examined(strict=True)[0] == doctor.HAS_WARNINGS


@pytest.mark.django_db
def test_people_read_a_line_for_each_finding_and_the_hint_below(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor, "_checks", lambda **_: {remark})
    said = StringIO()
    call_command("doctor", stdout=said, no_color=True)
    lines = said.getvalue().splitlines()
    assert lines[0].startswith("Data folder ")
    assert lines[1:3] == [
        "warning test_cli_doctor: remark: A remark.",
        "        Do this.",
    ]


@pytest.mark.django_db
def test_deployment_checks_join_in_when_asked_and_in_production(settings: Settings) -> None:
    def found() -> set[str]:
        return {each["id"] for each in examined()[1]["findings"]}

    assert "guildmark.E001" not in found()
    assert "guildmark.E001" in {each["id"] for each in examined(deploy=True)[1]["findings"]}
    settings.GUILDMARK_MODE = Mode.PRODUCTION
    assert "guildmark.E005" in found()
