"""The front-end files that we ship are the ones the manifest names, unchanged and licensed."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from guildmark import site
from guildmark.apps.credentials.certificates import FONTS

STATIC = Path(site.__file__).parent / "static"
VENDOR = STATIC / "vendor"
FRONTEND = Path(__file__).parents[2] / "frontend"
MANIFEST: list[dict[str, str]] = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
PINNED: dict[str, str] = json.loads((FRONTEND / "package.json").read_text("utf-8"))["dependencies"]

pytestmark = pytest.mark.once


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_a_vendored_file_has_the_hash_that_the_manifest_names(entry: dict[str, str]) -> None:
    content = (VENDOR / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]


def test_every_vendored_file_is_in_the_manifest() -> None:
    shipped = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert shipped - {"manifest.json"} == {entry["file"] for entry in MANIFEST}


def test_versions_are_those_that_the_package_file_pins() -> None:
    assert {entry["package"]: entry["version"] for entry in MANIFEST} == PINNED


def test_every_package_comes_with_its_licence_text() -> None:
    licensed = {entry["package"] for entry in MANIFEST if entry["file"].endswith("LICENSE.txt")}
    assert licensed == set(PINNED)
    for entry in MANIFEST:
        if entry["file"].endswith("LICENSE.txt"):
            text = (VENDOR / entry["file"]).read_text("utf-8").lower()
            assert ("open font license" if entry["licence"] == "OFL-1.1" else "permission") in text


def test_the_fonts_of_the_certificate_are_those_made_of_the_same_packages() -> None:
    made = json.loads((FONTS / "manifest.json").read_text("utf-8"))["files"]
    for entry in made:
        content = (FONTS / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert PINNED[entry["package"]] == entry["version"]
        licence = f"LICENSE-{entry['package'].rpartition('/')[2]}.txt"
        assert "open font license" in (FONTS / licence).read_text("utf-8").lower()
    fonts = {path.name for path in FONTS.glob("*.ttf")}
    assert fonts == {entry["file"] for entry in made}


def test_the_lock_file_names_no_address_of_a_registry() -> None:
    assert '"resolved"' not in (FRONTEND / "package-lock.json").read_text("utf-8")


def test_every_file_that_a_style_sheet_names_is_there() -> None:
    for sheet in (STATIC / "css").glob("*.css"):
        for address in re.findall(r'url\("([^"#]+)"\)', sheet.read_text("utf-8")):
            if not address.startswith("data:"):
                assert (sheet.parent / address).resolve().is_file(), f"{sheet.name}: {address}"
