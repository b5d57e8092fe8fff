"""Run every check that is no test, one after the other, and say at the end which failed."""

import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
CHECKS: dict[str, list[str]] = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "-q", "."],
    "types": ["mypy"],
    "layers": ["lint-imports", "--no-cache"],
    "templates": ["python", "scripts/lint_templates.py"],
    "spelling": ["codespell"],
    "migrations": ["guildmark", "makemigrations", "--check", "--dry-run"],
    "system": ["guildmark", "check", "--fail-level", "WARNING"],
    "docs": ["sphinx-build", "-q", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html"],
    "changelog": ["towncrier", "build", "--draft", "--version", "next"],
}


def main() -> int:
    """Run the checks named on the command line, or all."""
    names = sys.argv[1:] or list(CHECKS)
    failed = [name for name in names if not _passes(name)]
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def _passes(name: str) -> bool:
    program, *arguments = CHECKS[name]
    started = time.monotonic()
    done = subprocess.run(
        [str(BIN / program), *arguments], capture_output=True, text=True, check=False
    )
    print(
        f"{name}: {'ok' if done.returncode == 0 else 'FAILED'} ({time.monotonic() - started:.1f} s)"
    )
    if done.returncode:
        print(done.stdout[-6000:], done.stderr[-4000:], sep="\n")
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
