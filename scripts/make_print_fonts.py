"""Make the fonts of the PDF certificate from the pinned npm packages of the page's fonts.

Run it only to update: `.venv/bin/python scripts/make_print_fonts.py`, and commit what changed. npm
is needed here and nowhere else. A page fetches a variable font in parts, one for each script; a PDF
needs one file for each weight with all scripts in it, so the parts are fixed to a weight and put
together. Their licence wants that a changed Source Serif bears another name. `manifest.json` gives
each file with its source, version, SHA-256 and licence, and the letters that all of them have.
"""

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, groupby
from pathlib import Path

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from vendor_frontend import ROOT, install

FONTS = ROOT / "src/guildmark/apps/credentials/fonts"
SCRIPTS = ("latin", "latin-ext", "vietnamese", "greek", "greek-ext", "cyrillic", "cyrillic-ext")
WEIGHTS = {"Regular": 400, "SemiBold": 600}
FEATURES = ["kern", "mark", "mkmk", "ccmp"]
SINCE_1904 = 3_800_000_000
"""The moment, in seconds, that stands in each file, so that the same parts give the same bytes."""
LICENCE = "OFL-1.1"
FULL_NAME, POSTSCRIPT_NAME, FAMILY, STYLE, UNIQUE = 4, 6, 1, 2, 3
KEPT_NAMES = (0, 5, 9, 11, 14)
"""Copyright, version, designer, and the addresses of the maker and of the licence."""


@dataclass(frozen=True)
class Family:
    """A family of the page, and what it is called when it was changed."""

    package: str
    name: str

    @property
    def short(self) -> str:
        """The name of the package without its scope, as its files begin."""
        return self.package.rpartition("/")[2]


FAMILIES = (
    Family("@fontsource-variable/source-serif-4", "Guildmark Serif"),
    Family("@fontsource-variable/inter", "Guildmark Sans"),
)


def main() -> int:
    """Install the pinned packages into a scratch folder and write fonts, licences and manifest."""
    shutil.rmtree(FONTS, ignore_errors=True)
    FONTS.mkdir()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        install(folder)
        made = [_make(folder, family, style) for family in FAMILIES for style in WEIGHTS]
    cmaps = [TTFont(FONTS / each["file"]).getBestCmap() for each in made]
    letters = frozenset.intersection(*(frozenset(each) for each in cmaps))
    told = {"files": made, "letters": list(_ranges(letters))}
    (FONTS / "manifest.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(f"{len(made)} fonts with {len(letters)} letters in {FONTS.relative_to(ROOT)}")
    return 0


def _make(folder: Path, family: Family, style: str) -> dict[str, str]:
    package = folder / "node_modules" / family.package
    parts = [_part(path, WEIGHTS[style], folder) for path in _sources(package, family)]
    font = Merger().merge([str(part) for part in parts])
    _rename(font, family.name, style)
    font.recalcTimestamp = False
    font["head"].modified = font["head"].created = SINCE_1904
    path = FONTS / f"{family.name.lower().replace(' ', '-')}-{style.lower()}.ttf"
    font.save(path)
    shutil.copyfile(package / "LICENSE", FONTS / f"LICENSE-{family.short}.txt")
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    return {
        "file": path.name,
        "package": family.package,
        "version": version,
        "licence": LICENCE,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def _sources(package: Path, family: Family) -> Iterator[Path]:
    for script in SCRIPTS:
        path = package / "files" / f"{family.short}-{script}-wght-normal.woff2"
        if path.exists():
            yield path


def _part(source: Path, weight: int, folder: Path) -> Path:
    """Fix the weight of a part, drop what a PDF does not need, and keep it as TrueType."""
    font = instantiateVariableFont(TTFont(source, recalcTimestamp=False), {"wght": weight})
    options = Options(layout_features=FEATURES, hinting=False, notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap())
    subsetter.subset(font)
    for table in ("BASE", "STAT", "MVAR"):
        if table in font:
            del font[table]
    font.flavor = None
    path = folder / f"{source.stem}-{weight}.ttf"
    font.save(path)
    return path


def _rename(font: TTFont, family: str, style: str) -> None:
    names = font["name"]
    names.names = [each for each in names.names if each.nameID in KEPT_NAMES]
    new = {
        FAMILY: family,
        STYLE: style,
        UNIQUE: f"{family} {style}",
        FULL_NAME: f"{family} {style}",
        POSTSCRIPT_NAME: f"{family.replace(' ', '')}-{style}",
        16: family,
        17: style,
    }
    for number, text in new.items():
        names.setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = WEIGHTS[style]


def _ranges(letters: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each row of letters that follow each other."""
    steps = count()
    for _, row in groupby(sorted(letters), key=lambda letter: letter - next(steps)):
        found = list(row)
        yield found[0], found[-1]


if __name__ == "__main__":
    sys.exit(main())
