"""How well do computed classes agree with a person, and are successors found?

    python benchmarks/agreement.py [FOLDER]

prints, as Markdown, what docs/reference/comparison.md quotes: the classes of labelled controls of
NIST SP 800-53 (tests/cores/data/nist_800_53_labels.csv), the recall of successors over the editors'
mapping between two editions of the ASVS, and the pairs of that mapping whose texts agree least.
FOLDER holds asvs/ and oscal/ (default: shared/data beside the project).
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from guildmark.cores import textkit
from guildmark.cores.catalog import (
    Catalog,
    Requirement,
    Status,
    read_asvs,
    read_mapping,
    read_oscal,
)

HERE = Path(__file__).resolve().parent
DATA = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "shared" / "data"
LABELS = HERE.parent / "tests" / "cores" / "data" / "nist_800_53_labels.csv"
MAPPING = "mapping-4.0.3-to-5.0.0.dev.yml"
CLASSES = [each.value for each in textkit.ChangeClass]
WORDED = ("statement", "title", "guidance")
WORST = 12


def main() -> int:
    """Print all tables."""
    if not DATA.is_dir():
        print(f"nothing to measure: {DATA.name}/ with real frameworks is not here")
        return 0
    tell_classes()
    tell_successors()
    return 0


def tell_classes() -> None:
    """Print the agreement of each set, and the controls of the one that was kept apart."""
    catalogs = [nist(revision) for revision in ("rev4", "rev5")]
    old, new = (statements(catalog) for catalog in catalogs)
    wording = textkit.learn_wording(same_texts(*catalogs))
    with LABELS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        key = row["control"]
        row["computed"] = textkit.classify(old[key], new[key], wording=wording).change_class.value
    for which in ("test", "dev", "fresh", "third", "fourth", "fifth"):
        half = [row for row in rows if row["set"] == which]
        agreed = sum(row["label"] == row["computed"] for row in half)
        print(f"\n{which}: {agreed} of {len(half)} agree\n")
        counts = Counter((row["label"], row["computed"]) for row in half)
        print("| by hand | computed | controls |\n|---|---|---|")
        for hand, computed in product(CLASSES, CLASSES):
            if counts[hand, computed]:
                print(f"| {hand} | {computed} | {counts[hand, computed]} |")
    print("\n| control | by hand | computed |\n|---|---|---|")
    for row in rows:
        if row["set"] == "test":
            mark = "" if row["label"] == row["computed"] else " (differs)"
            print(f"| {row['control']} | {row['label']} | {row['computed']}{mark} |")


def same_texts(older: Catalog, newer: Catalog) -> Iterator[tuple[str, str]]:
    """Yield old and new text of each field by which the comparison learns what is uniform."""
    before, after = (active(catalog) for catalog in (older, newer))
    for key in before.keys() & after.keys():
        for field in WORDED:
            old, new = getattr(before[key], field), getattr(after[key], field)
            if old and new:
                yield old, new


def tell_successors() -> None:
    """Print recall at five, and the joined pairs that agree least."""
    older, newer = (asvs(number) for number in ("4.0.3", "5.0.0"))
    old = {each.key: each.statement for each in older.requirements}
    new = {each.key: each.statement for each in newer.requirements}
    index = textkit.SuccessorIndex(new)
    records = read_mapping((DATA / "asvs" / MAPPING).read_text(encoding="utf-8"))
    pairs = [(s, t) for each in records for s in each.sources for t in each.targets if s in old]
    cases = {source: {t for s, t in pairs if s == source} for source, _target in pairs}
    ranked = {key: [each.key for each in index.rank(old[key])] for key in cases}
    first = sum(ranked[key][0] in cases[key] for key in cases)
    hits = sum(bool(cases[key] & set(ranked[key])) for key in cases)
    print(f"\nsuccessors: {len(cases)} cases, {first} first, {hits} within five")
    print("\n| older | newer | similarity |\n|---|---|---|")
    worst = sorted((textkit.similarity(old[s], new[t]), s, t) for s, t in pairs)[:WORST]
    for score, source, target in worst:
        print(f"| {source} | {target} | {score:.2f} |")


def nist(revision: str) -> Catalog:
    """Return a revision of the catalog."""
    text = (DATA / "oscal" / f"nist-800-53-{revision}.json").read_text(encoding="utf-8")
    return read_oscal(text, key="nist-800-53")


def asvs(number: str) -> Catalog:
    """Return an edition of the ASVS."""
    text = (DATA / "asvs" / f"asvs-{number}.json").read_text(encoding="utf-8")
    return read_asvs(text, number=number)


def statements(catalog: Catalog) -> dict[str, str]:
    """Return the statements of what is not withdrawn."""
    return {key: each.statement for key, each in active(catalog).items()}


def active(catalog: Catalog) -> dict[str, Requirement]:
    """Return the requirements that are not withdrawn, by key."""
    return {each.key: each for each in catalog.requirements if each.status is not Status.WITHDRAWN}


if __name__ == "__main__":
    sys.exit(main())
