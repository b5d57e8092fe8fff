"""Copy the front-end files that Guildmark ships from their pinned npm packages.

Run it only to update: change a version in `frontend/package.json`, run
`.venv/bin/python scripts/vendor_frontend.py`, and commit what changed. npm is needed here and
nowhere else. Each file is listed in `manifest.json` with its package, version, SHA-256 and licence.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).parent.parent
FRONTEND = ROOT / "frontend"
VENDOR = ROOT / "src/guildmark/site/static/vendor"

# For each package: its licence, where the licence text is, and which file becomes which.
# `latin` is in every page; a browser asks for `latin-ext` only where a name needs its letters.
PACKAGES: dict[str, tuple[str, str, dict[str, str]]] = {
    "@fontsource-variable/inter": (
        "OFL-1.1",
        "LICENSE",
        {
            "files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
            "files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
        },
    ),
    "@fontsource-variable/source-serif-4": (
        "OFL-1.1",
        "LICENSE",
        {
            "files/source-serif-4-latin-wght-normal.woff2": "source-serif-4-latin.woff2",
            "files/source-serif-4-latin-ext-wght-normal.woff2": "source-serif-4-latin-ext.woff2",
            "files/source-serif-4-latin-wght-italic.woff2": "source-serif-4-latin-italic.woff2",
        },
    ),
    "@fontsource-variable/jetbrains-mono": (
        "OFL-1.1",
        "LICENSE",
        {"files/jetbrains-mono-latin-wght-normal.woff2": "jetbrains-mono-latin.woff2"},
    ),
    "htmx.org": ("0BSD", "LICENSE", {"dist/htmx.min.js": "htmx.min.js"}),
    # The reader of codes, and the tables that it imports from beside it.
    "qr": (
        "MIT OR Apache-2.0",
        "LICENSE",
        {"decode.js": "decode.js", "index.js": "index.js"},
    ),
}


class Entry(TypedDict):
    """One vendored file and where it came from."""

    file: str
    package: str
    version: str
    licence: str
    sha256: str


def main() -> int:
    """Install the pinned packages into a scratch folder, copy the files and write the manifest."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        install(folder)
        entries = [entry for name in sorted(PACKAGES) for entry in _copy(folder, name)]
    entries.sort(key=lambda entry: entry["file"])
    (VENDOR / "manifest.json").write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    print(f"{len(entries)} files in {VENDOR.relative_to(ROOT)}")
    return 0


def install(folder: Path) -> None:
    """Install what `frontend/package.json` pins; a changed version renews the lock file."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        if (FRONTEND / name).exists():
            shutil.copy(FRONTEND / name, folder)
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is needed to update vendored files. On Debian: apt-get install npm")
    subprocess.run([npm, "install", "--silent"], cwd=folder, check=True)
    shutil.copy(folder / "package-lock.json", FRONTEND)


def _copy(folder: Path, name: str) -> list[Entry]:
    licence, text, files = PACKAGES[name]
    package = folder / "node_modules" / name
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    short = name.rpartition("/")[2].removesuffix(".org")
    targets = {source: f"{short}/{target}" for source, target in files.items()}
    targets[text] = f"{short}/LICENSE.txt"
    return [
        _entry(package / source, target, name, version, licence)
        for source, target in targets.items()
    ]


def _entry(source: Path, target: str, package: str, version: str, licence: str) -> Entry:
    path = VENDOR / target
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)
    return Entry(
        file=target,
        package=package,
        version=version,
        licence=licence,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


if __name__ == "__main__":
    sys.exit(main())
