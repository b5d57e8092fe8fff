"""Programs of others that judge our credentials: how the tests ask them, as separate processes.

`make judges` installs them. Where they are missing a test is skipped and says so, except under
`CI=true`, where everything must be there.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".tools/judges/bin/python"
NODE_MODULES = ROOT / ".tools/judges-js/node_modules"
SCHEMAS = ROOT / ".tools/judges/openbadgeslib-sdist/tests/fixtures/ob_schemas"

Json = dict[str, Any]


def need(path: Path) -> None:
    """Skip the test if `path` was not installed; fail it under `CI=true`."""
    if path.exists():
        return
    sentence = f"{path.relative_to(ROOT)} is not installed; run: make judges"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


def ask_javascript(requests: Iterable[Mapping[str, Any]]) -> list[Json]:
    """Return the verdicts of judges/verify.mjs, which tells what a request is."""
    need(NODE_MODULES)
    node = shutil.which("node")
    assert node is not None, "the packages of Node.js are installed and it is not"
    return _ask([node, "judges/verify.mjs"], requests)


def ask_python(requests: Iterable[Mapping[str, Any]]) -> list[Json]:
    """Return the verdicts of judges/openbadges.py, which tells what a request is."""
    need(PYTHON)
    return _ask([str(PYTHON), "judges/openbadges.py"], requests)


def _ask(command: list[str], requests: Iterable[Mapping[str, Any]]) -> list[Json]:
    # Lone surrogates travel as escapes, so the text is plain ASCII.
    lines = [json.dumps(each) for each in requests]
    text = "".join(f"{line}\n" for line in lines)
    done = subprocess.run(
        command, cwd=ROOT, input=text, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    verdicts: list[Json] = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(verdicts) == len(lines), done.stderr
    return verdicts
