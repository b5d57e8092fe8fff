"""The environment is read in one typed place, and a production machine must be explicit."""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from environs import EnvError

from guildmark.site import conf
from guildmark.site.database_settings import database_settings

pytestmark = pytest.mark.once
KEY = "k" * 60


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name in conf.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GUILDMARK_VAR", str(tmp_path))
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_a_fresh_clone_needs_no_variable(tmp_path: Path) -> None:
    read = conf.read_conf()
    assert read.mode is conf.Mode.DEVELOPMENT
    assert read.database["ENGINE"] == "django.db.backends.sqlite3"
    assert "localhost" in read.hosts
    kept = tmp_path / "secrets" / "secret_key"
    assert kept.read_text().strip() == read.secret_key == conf.read_conf().secret_key
    assert kept.stat().st_mode & 0o077 == 0


def test_production_makes_no_secret_key_of_its_own(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GUILDMARK_MODE", "production")
    with pytest.raises(EnvError, match="GUILDMARK_SECRET_KEY"):
        conf.read_conf()
    environment.setenv("GUILDMARK_SECRET_KEY", KEY)
    read = conf.read_conf()
    assert read.https
    assert read.log_format == "json"
    assert read.hosts == []


def test_a_secret_can_come_from_a_named_file(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    named = tmp_path / "given"
    environment.setenv("GUILDMARK_SECRET_KEY_FILE", str(named))
    with pytest.raises(EnvError, match="file"):
        conf.read_conf()
    named.write_text(KEY + "\n")
    assert conf.read_conf().secret_key == KEY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GUILDMARK_MODE", "staging"),
        ("GUILDMARK_HTTPS", "perhaps"),
        ("GUILDMARK_LOG_FORMAT", "xml"),
        ("GUILDMARK_LOG_LEVEL", "LOUD"),
        ("GUILDMARK_WRITE_DEADLINE", "soon"),
        ("GUILDMARK_SQLITE_SYNCHRONOUS", "OFF"),
        ("GUILDMARK_TRUSTED_PROXIES", "127.0.0.1,nginx"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_by_the_variables_name(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    with pytest.raises(EnvError, match=name):
        conf.read_conf()


def test_the_values_are_not_shown_with_the_object(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GUILDMARK_SECRET_KEY", KEY)
    assert KEY not in repr(conf.read_conf())


def test_two_processes_that_start_at_once_agree_on_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    assert conf.write_secret(path, "first") == "first"
    assert conf.write_secret(path, "second") == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_only_the_database_url_chooses_the_database(environment: pytest.MonkeyPatch) -> None:
    sqlite = database_settings(conf.read_conf())
    assert sqlite["ENGINE"] == "guildmark.site.database.sqlite3"
    assert "synchronous=FULL" in sqlite["OPTIONS"]["init_command"]
    environment.setenv("DATABASE_URL", "postgresql://me:pw@db.example.org/guildmark")
    postgresql = database_settings(conf.read_conf())
    assert postgresql["ENGINE"] == "django.db.backends.postgresql"
    assert postgresql["OPTIONS"]["connect_timeout"] == 3
    assert "statement_timeout=0ms" in postgresql["OPTIONS"]["options"]
    environment.setenv("GUILDMARK_STATEMENT_TIMEOUT", "15")
    assert "statement_timeout=15000ms" in database_settings(conf.read_conf())["OPTIONS"]["options"]


def test_every_variable_that_is_read_is_described() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', inspect.getsource(conf)))
    assert read == set(conf.VARIABLES)


def test_the_reference_lists_every_variable_with_its_meaning() -> None:
    page = Path("docs/reference/environment.md").read_text(encoding="utf-8")
    flat = " ".join(page.split())
    for name, meaning in conf.VARIABLES.items():
        assert f"`{name}`" in page
        assert " ".join(meaning.split()) in flat


def production(tmp_path: Path, **changes: str) -> "subprocess.CompletedProcess[str]":
    environment = {
        "PATH": os.environ["PATH"],
        "GUILDMARK_VAR": str(tmp_path),
        "GUILDMARK_MODE": "production",
        "GUILDMARK_SECRET_KEY": "".join(chr(97 + i % 26) for i in range(70)),
        "GUILDMARK_HOSTS": "example.org",
        "GUILDMARK_MAIL_URL": "smtp://u:p@mail.example.org:587?tls=true",
        "GUILDMARK_TRUSTED_PROXIES": "127.0.0.1",
        **changes,
    }
    command = [sys.executable, "-m", "guildmark.site", "check", "--deploy", "--fail-level=WARNING"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_sound_production_machine_passes_the_deployment_check(tmp_path: Path) -> None:
    done = production(tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "hint"),
    [
        ("GUILDMARK_MODE", "development", "GUILDMARK_MODE=production"),
        ("GUILDMARK_HOSTS", "", "GUILDMARK_HOSTS"),
        ("GUILDMARK_HOSTS", "*", "GUILDMARK_HOSTS"),
        ("GUILDMARK_HTTPS", "false", "GUILDMARK_HTTPS"),
        ("GUILDMARK_MAIL_URL", "console:", "GUILDMARK_MAIL_URL"),
        ("GUILDMARK_SECRET_KEY", "short", "SECRET_KEY"),
        ("GUILDMARK_TRUSTED_PROXIES", "", "GUILDMARK_TRUSTED_PROXIES"),
    ],
)
def test_an_unsafe_production_setting_is_refused_with_a_hint(
    tmp_path: Path, variable: str, value: str, hint: str
) -> None:
    done = production(tmp_path, **{variable: value})
    assert done.returncode == 1
    assert hint in done.stderr
