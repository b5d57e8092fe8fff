"""compliance-trestle knows OSCAL from others than us, so it is asked about every kind of export.

It lives in an environment of its own, because its pins are strict; `requirements/judges.txt` names
what belongs there. It is necessary and not sufficient: dangling links, for one, it lets pass.
"""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from tests.judges import PYTHON as JUDGE
from tests.judges import need
from tests.strategies.catalog import catalogs

from guildmark.cores.catalog import Catalog, read_oscal, write_oscal

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "../shared/data/oscal"
EXAMPLES = 30

# Prints for each file how many controls were found in it, or what is wrong.
JUDGING = """
import argparse, json, pathlib, sys
from trestle.core.validator_factory import validator_factory
from trestle.oscal.catalog import Catalog

def count(owner):
    groups, controls = (getattr(owner, name, None) or [] for name in ("groups", "controls"))
    return len(controls) + sum(map(count, [*groups, *controls]))

def verdict(path):
    try:
        catalog = Catalog.oscal_read(path)
    except Exception as error:
        return str(error) or type(error).__name__
    valid = everything.model_is_valid(catalog, True, path.parent)
    return count(catalog) if valid else "the validators refused it"

everything = validator_factory.get(argparse.Namespace(mode="all"))
folder = pathlib.Path(sys.argv[1])
print("VERDICTS " + json.dumps({path.name: verdict(path) for path in folder.glob("*.json")}))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    need(JUDGE)
    return tmp_path


def verdicts(folder: Path) -> dict[str, int | str]:
    """Return what the judge says about every file in `folder`, in one process."""
    command = [str(JUDGE), "-c", JUDGING, str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    line = next(each for each in done.stdout.splitlines() if each.startswith("VERDICTS "))
    found: dict[str, int | str] = json.loads(line.removeprefix("VERDICTS "))
    return found


def save(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


def exported(*, least: int) -> Catalog:
    """Return a catalog of others with `least` controls."""
    controls = [
        {
            "id": f"c-{number}",
            "title": f"Control {number}",
            "parts": [{"name": "statement", "prose": "Do {{ not insert }} this."}],
        }
        for number in range(least)
    ]
    metadata = {
        "title": "Small",
        "last-modified": "2026-01-01T00:00:00Z",
        "version": "1",
        "oscal-version": "1.2.1",
    }
    document = {
        "uuid": "22222222-2222-4222-8222-222222222222",
        "metadata": metadata,
        "groups": [{"id": "g", "title": "Group", "controls": controls}],
    }
    return read_oscal(json.dumps({"catalog": document}), key="small")


def test_the_judge_accepts_a_small_export_and_refuses_it_when_it_is_broken(folder: Path) -> None:
    text = write_oscal(exported(least=2))
    save(folder, "sound", text)
    save(folder, "field", text.replace('"title": "Control 1"', '"titel": "Control 1"'))
    save(folder, "time", text.replace("00:00:00Z", "00:00:00"))
    document = json.loads(text)
    document["catalog"]["uuid"] = "1"
    save(folder, "uuid", json.dumps(document))
    found = verdicts(folder)
    assert found.pop("sound.json") == 2
    assert all(isinstance(verdict, str) for verdict in found.values()), found


def test_the_judge_accepts_whatever_a_sound_catalog_holds(folder: Path) -> None:
    expected: dict[str, int] = {}

    @settings(max_examples=EXAMPLES, phases=[Phase.generate], database=None, deadline=None)
    @given(catalogs())
    def save_examples(catalog: Catalog) -> None:
        save(folder, str(len(expected)), write_oscal(catalog))
        expected[f"{len(expected)}.json"] = len(list(catalog.requirements))

    save_examples()
    assert len(expected) >= EXAMPLES
    assert verdicts(folder) == expected


def test_the_judge_accepts_the_catalogs_of_nist_as_we_write_them(folder: Path) -> None:
    names = ("nist-800-53-rev4", "nist-800-53-rev5")
    if not DATA.exists():
        pytest.skip("the catalogs of NIST are not beside this checkout")
    for name in names:
        text = (DATA / f"{name}.json").read_text(encoding="utf-8")
        save(folder, name, write_oscal(read_oscal(text, key="nist-800-53")))
    assert verdicts(folder) == {f"{names[0]}.json": 922, f"{names[1]}.json": 1189}
