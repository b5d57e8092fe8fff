"""The command line teaches, refuses with reasons, and keeps its documented exit codes."""

import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError

from guildmark.site import cli

DOCS = Path("docs/reference/commands.md")


def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the command and return its exit code and output, whatever they are."""
    command = [sys.executable, "-m", "guildmark.site", *arguments]
    environment = {**os.environ, **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def own_commands() -> dict[str, str]:
    """Every command that a Guildmark app brings, as typed, and its app."""
    found = get_commands()
    return {
        name.replace("_", "-"): str(app)
        for name, app in found.items()
        if str(app).startswith("guildmark.")
    }


@pytest.mark.once
@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"], ["-h"]])
def test_guildmark_alone_teaches_its_own_commands_first(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 0
    for group, commands in cli.GROUPS.items():
        assert f"{group}:" in done.stdout
        assert all(name in done.stdout for name in commands)
    assert "Django's own commands" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.once
def test_the_overview_names_every_command_of_guildmark_and_no_other() -> None:
    assert set(cli.OWN_COMMANDS) == set(own_commands())


@pytest.mark.once
@pytest.mark.parametrize("name", sorted(cli.OWN_COMMANDS))
def test_the_reference_describes_each_command_with_each_option(name: str) -> None:
    section = re.search(
        rf"^## `guildmark {name}`\n(.*?)(?=^## |\Z)",
        DOCS.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert section is not None
    module = name.replace("-", "_")
    command = load_command_class(own_commands()[name], module)
    actions = command.create_parser("guildmark", module)._actions
    everywhere = {"help", "version", "verbosity", "settings", "pythonpath", "traceback"}
    everywhere |= {"no_color", "force_color", "skip_checks"}
    options = {
        option
        for action in actions
        if action.dest not in everywhere
        for option in action.option_strings or [str(action.metavar or action.dest)]
    }
    missing = {option for option in options if f"`{option}" not in section[1]}
    assert missing == set()


@pytest.mark.once
def test_the_reference_lists_the_exit_codes() -> None:
    page = DOCS.read_text(encoding="utf-8")
    for code in ("`0`", "`1`", "`2`", "`3`", "`130`"):
        assert code in page


@pytest.mark.once
@pytest.mark.parametrize("name", sorted(cli.OWN_COMMANDS))
def test_each_command_explains_itself_under_the_name_that_is_typed(name: str) -> None:
    done = run(name, "--help", COLUMNS="80")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: guildmark {name}")


@pytest.mark.once
def test_help_with_a_command_says_the_same_as_the_command_with_help() -> None:
    assert run("help", "demo-code").stdout == run("demo-code", "--help").stdout


@pytest.mark.once
def test_djangos_commands_pass_through() -> None:
    assert run("diffsettings", "--output", "hash").returncode == 0


@pytest.mark.once
@pytest.mark.parametrize(
    "arguments",
    [["doctor", "--format", "xml"], ["run", "--port", "eighty"], ["run", "--workers", "0"]],
)
def test_what_is_not_understood_ends_with_exit_code_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == cli.USAGE
    assert arguments[1] in done.stderr


@pytest.mark.once
def test_an_unreadable_variable_is_named_without_a_traceback() -> None:
    done = run("doctor", GUILDMARK_WRITE_DEADLINE="soon")
    assert done.returncode == cli.USAGE
    assert "GUILDMARK_WRITE_DEADLINE" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.once
def test_a_database_that_is_away_is_said_in_a_sentence() -> None:
    done = run("export-programme", DATABASE_URL="postgresql://me:secret@127.0.0.1:9/none")
    assert done.returncode == cli.REFUSED
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.once
def test_a_refusal_is_a_json_document_for_programs(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("load_programme", str(tmp_path / "none.json"), format="json")
    assert ended.value.code == cli.REFUSED
    with pytest.raises(CommandError, match=r"none\.json can't be read"):
        call_command("load_programme", str(tmp_path / "none.json"))


@pytest.mark.once
def test_the_version_is_guildmarks_own() -> None:
    done = run("--version")
    assert done.stdout.strip() == version("guildmark")


@pytest.mark.once
def test_what_a_command_makes_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    settings = {"DJANGO_SETTINGS_MODULE": "guildmark.site.settings"}
    assert run("migrate", GUILDMARK_VAR=str(folder), **settings).returncode == 0
    loose = [path for path in folder.rglob("*") if path.stat().st_mode & 0o077]
    assert list(folder.iterdir())
    assert loose == []
