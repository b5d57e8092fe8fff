"""How fast are texts compared, classed and ranked, and how does that stand beside a named peer?

    python benchmarks/textkit.py [FOLDER]

The difference is measured beside difflib of the standard library on made texts, and successors
beside scikit-learn's TfidfVectorizer where that can be imported. Both run in the same call, so the
ratios survive other machines; the absolute figures do not. FOLDER holds asvs/ and oscal/ (default:
shared/data beside the project); without it only the difference is measured. The last line holds
all figures as JSON.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from difflib import SequenceMatcher
from importlib import import_module
from pathlib import Path
from typing import Any

from guildmark.cores import textkit
from guildmark.cores.catalog import Catalog, Status, read_asvs, read_oscal

DATA = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data")
ROUNDS = 5
WORDS = 400
DIFFERENCE_LIMIT, CLASSES_LIMIT, RANKING_LIMIT = 0.03, 0.8, 1.0


def main() -> int:
    """Measure what can be measured here and print every figure."""
    print("python benchmarks/textkit.py")
    figures = measure_difference()
    if DATA.is_dir():
        figures |= measure_classes() | measure_ranking()
    else:
        print(f"classes and successors: {DATA.name}/ with real frameworks is not here")
    print(json.dumps(figures))
    return 0


def measure_difference() -> dict[str, float]:
    """Compare two texts of 400 words that share half their words in order."""
    chance = random.Random(7)
    vocabulary = [f"word{number}" for number in range(150)]
    old = [chance.choice(vocabulary) for _ in range(WORDS)]
    new = [word if chance.random() < 0.5 else chance.choice(vocabulary) for word in old]
    ours = best(lambda: textkit.difference(" ".join(old), " ".join(new)))
    peer = best(lambda: SequenceMatcher(None, old, new, autojunk=False).get_opcodes())
    tell("difference of two texts of 400 words", ours, DIFFERENCE_LIMIT)
    print(f"  difflib: {peer * 1000:.1f} ms; ours / difflib = {ours / peer:.2f}")
    return {"difference_ms": round(ours * 1000, 2), "difference_to_difflib": round(ours / peer, 2)}


def measure_classes() -> dict[str, float]:
    """Learn the wording of 800-53 and class every pair that is active in both revisions."""
    old, new = (_statements(revision) for revision in ("rev4", "rev5"))
    pairs = [(old[key], new[key]) for key in old if key in new]

    def classed() -> None:
        _forget()
        wording = textkit.learn_wording(pairs)
        for before, after in pairs:
            textkit.classify(before, after, wording=wording)

    took = best(classed)
    tell(f"learning the wording and classing {len(pairs)} pairs", took, CLASSES_LIMIT)
    return {"pairs": len(pairs), "classes_s": round(took, 3)}


def measure_ranking() -> dict[str, float]:
    """Index one edition of the ASVS and rank it for every requirement of the other."""
    older, newer = (_texts(_asvs(number)) for number in ("4.0.3", "5.0.0"))

    def ranked() -> None:
        _forget()
        index = textkit.SuccessorIndex(newer)
        for text in older.values():
            index.rank(text)

    took = best(ranked)
    tell(f"ranking {len(newer)} successors for {len(older)} texts", took, RANKING_LIMIT)
    figures = {"ranking_s": round(took, 3)}
    if peer := _scikit_learn(older, newer):
        print(f"  scikit-learn: {peer:.2f} s; ours / scikit-learn = {took / peer:.2f}")
        figures["ranking_to_scikit_learn"] = round(took / peer, 2)
    else:
        print("  scikit-learn is not installed here")
    return figures


def _scikit_learn(older: dict[str, str], newer: dict[str, str]) -> float | None:
    """Return how long the same two vector spaces take there, in seconds."""
    try:
        vectorizer = import_module("sklearn.feature_extraction.text").TfidfVectorizer
    except ImportError:
        return None
    spaces: list[dict[str, Any]] = [
        {"analyzer": "word", "ngram_range": (1, 2)},
        {"analyzer": "char_wb", "ngram_range": (4, 4)},
    ]

    def ranked() -> None:
        scores: Any = 0
        for space in spaces:
            vectors = vectorizer(sublinear_tf=True, **space)
            documents = vectors.fit_transform(newer.values())
            scores = scores + (vectors.transform(older.values()) @ documents.T).toarray()
        (-scores).argsort(axis=1, kind="stable")

    return best(ranked)


def _forget() -> None:
    """Empty the caches, so that every round reads its texts anew."""
    for module, names in (
        ("reading", ("plain", "read")),
        ("tokens", ("stem", "root")),
        ("similarity", ("pieces",)),
    ):
        found = import_module(f"guildmark.cores.textkit.{module}")
        for name in names:
            getattr(found, name).cache_clear()


def _statements(revision: str) -> dict[str, str]:
    text = (DATA / "oscal" / f"nist-800-53-{revision}.json").read_text(encoding="utf-8")
    return _texts(read_oscal(text, key="nist-800-53"))


def _asvs(number: str) -> Catalog:
    text = (DATA / "asvs" / f"asvs-{number}.json").read_text(encoding="utf-8")
    return read_asvs(text, number=number)


def _texts(catalog: Catalog) -> dict[str, str]:
    active = (each for each in catalog.requirements if each.status is not Status.WITHDRAWN)
    return {each.key: each.statement for each in active}


def best(work: Callable[[], Any]) -> float:
    """Return the shortest of several rounds, in seconds."""
    took = []
    for _round in range(ROUNDS):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return min(took)


def tell(what: str, took: float, limit: float) -> None:
    """Print a figure beside its limit."""
    print(f"{what}: {took * 1000:.1f} ms, {took / limit:.2f} of the limit of {limit:g} s")


if __name__ == "__main__":
    sys.exit(main())
