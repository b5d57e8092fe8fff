"""Check all templates: formatted by djade, and free of inline script, style and event handlers."""

import re
import subprocess
import sys
from pathlib import Path

SOURCE = Path("src/guildmark")
# Mail may carry inline style, because mail programs drop everything else.
MAIL = ("/mail/", "/account/email/")
FORBIDDEN = {
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")": "an inline script",
    r"<style\b": "an inline style sheet",
    r"\sstyle=\"": "a style attribute",
    r"\son[a-z]+=\"": "an event handler attribute",
    r"href=\"javascript:": "a javascript: link",
    r"\|safe\b|autoescape off": "text that is not escaped",
}


def main() -> int:
    """Return 0 when every template is fine."""
    templates = sorted(SOURCE.rglob("templates/**/*.html"))
    djade = [str(Path(sys.executable).parent / "djade"), "--target-version", "5.2", "--check"]
    code = subprocess.run([*djade, *map(str, templates)], check=False).returncode
    faults = [fault for template in templates for fault in _faults(template)]
    print("\n".join(faults))
    return 1 if faults or code else 0


def _faults(template: Path) -> list[str]:
    if any(part in str(template) for part in MAIL):
        return []
    text = template.read_text(encoding="utf-8")
    return [
        f"{template}:{text[: found.start()].count(chr(10)) + 1}: {what} (strict CSP forbids it)"
        for pattern, what in FORBIDDEN.items()
        for found in re.finditer(pattern, text)
    ]


if __name__ == "__main__":
    sys.exit(main())
