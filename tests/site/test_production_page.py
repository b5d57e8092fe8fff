"""What the page on running in production tells people to type leads to a safe installation."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.once, pytest.mark.timeout(120)]
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "run-in-production.md"
ANSWERS = (
    ' --no-input --name "Example Institute" --origin https://example.org'
    " --contact-email office@example.org --admin-email ada@example.org"
)


def blocks(page: str, title: str) -> list[str]:
    """Return what is to be typed or written in one section, block by block."""
    section = page.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    found = re.findall(r"```\w+\n(.*?)```|((?:^ {4}[^\n]*\n)+)", section, re.DOTALL | re.MULTILINE)
    return [fenced or indented for fenced, indented in found]


def here(text: str, folder: Path) -> str:
    """Move commands from the root folder and its users to a scratch folder of ours."""
    text = re.sub(r"(?<![\w.])/(etc|var|opt)/", rf"{folder}/\1/", text)
    text = text.replace("-o guildmark -g guildmark", "").replace(
        "chown guildmark:", f"chown {os.getuid()}"
    )
    text = text.replace("@mail.example.org:587", "@127.0.0.1:9")  # Nothing of ours asks outside.
    return text.replace("guildmark init", f"guildmark init{ANSWERS}")


def run(commands: str, folder: Path) -> str:
    """Run commands in a fresh shell that knows nothing of us, with the usual umask."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["/bin/sh", "-c", f"umask 022\n{commands}"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder in which everything was typed that the page says, as far as `guildmark doctor`."""
    page = here(PAGE.read_text(encoding="utf-8"), tmp_path)
    programs = tmp_path / "opt" / "guildmark" / ".venv" / "bin"
    for folder in (tmp_path / "etc", tmp_path / "var" / "lib", programs, tmp_path / "elsewhere"):
        folder.mkdir(parents=True)
    command = programs / "guildmark"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m guildmark.site "$@"\n')
    command.chmod(0o755)
    _user, secrets = blocks(page, "Make a user, and the secrets")
    make_file, variables = blocks(page, "Set the environment")
    assert run(secrets + make_file, tmp_path) == ""
    with (tmp_path / "etc" / "guildmark.env").open("a", encoding="utf-8") as file:
        file.write(variables)
    (prepare,) = blocks(page, "Prepare, and check")
    (tmp_path / "said").write_text(run(prepare, tmp_path / "elsewhere"), encoding="utf-8")
    return tmp_path


def test_the_institute_is_founded_in_production_and_no_secret_is_open(installed: Path) -> None:
    said = (installed / "said").read_text(encoding="utf-8")
    assert "Example Institute is founded at https://example.org" in said
    assert "site: secrets: nothing to mend" in said
    assert "keys: kek file: nothing to mend" in said
    assert (installed / "var" / "lib" / "guildmark" / "guildmark.sqlite3").exists()
    assert list((installed / "elsewhere").iterdir()) == []
    files = ["etc/guildmark.env", "etc/guildmark/secret_key", "etc/guildmark/kek"]
    assert [(installed / name).stat().st_mode & 0o777 for name in files] == [0o600] * 3
    folders = ["etc/guildmark", "var/lib/guildmark"]
    assert [(installed / name).stat().st_mode & 0o777 for name in folders] == [0o700] * 2
