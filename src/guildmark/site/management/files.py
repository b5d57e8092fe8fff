"""Reading and replacing files that a command names."""

import sys
from pathlib import Path

from .base import Refused


def read_text(file: str) -> str:
    """Return what a file holds, or standard input for `-`; raise `Refused` if it can't be read."""
    try:
        if file == "-":
            return sys.stdin.read()
        return Path(file).read_text(encoding="utf-8")
    except OSError as fault:
        raise Refused(f"{file} can't be read: {fault.strerror}.") from fault
    except UnicodeDecodeError as fault:
        raise Refused(f"{file} can't be read: it is no text in UTF-8.") from fault


def replace_text(path: Path, text: str) -> None:
    """Replace the file as a whole, so that nobody reads half of it; raise `Refused` if it fails."""
    fresh = path.with_name(f".{path.name}.part")
    try:
        fresh.write_text(text, encoding="utf-8", newline="")
        fresh.replace(path)
    except OSError as fault:
        raise Refused(f"{path} can't be written: {fault.strerror}.") from fault
