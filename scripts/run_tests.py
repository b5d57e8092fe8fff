"""Run the whole suite in its layers, on every database that is here, and sum it up.

Each layer has a budget in seconds, written below; a layer over budget is named at the end. What
could not be run is said loudly, and is an error under `CI=true`, where everything must be there.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from postgresql import binaries, running_postgresql

PARALLEL = ["-n", "2", "--dist", "loadfile"]
COVERAGE = ["--cov", "--cov-report="]
FAST = "not e2e and not crash and not long"
MANY = [*PARALLEL, "--hypothesis-profile=nightly", "tests/cores"]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Layer:
    """A part of the suite: what pytest is told, on which database, and how long it may take."""

    name: str
    database: str
    marks: str
    budget: int
    options: list[str] = field(default_factory=list)


GATE = [
    Layer("unit and integration", "sqlite", FAST, 540, [*PARALLEL, *COVERAGE]),
    Layer("unit and integration", "postgresql", f"{FAST} and not once", 360, PARALLEL),
    Layer("crashes and load", "sqlite", "crash and not long", 240),
    Layer("crashes and load", "postgresql", "crash and not once and not long", 240),
    Layer("browser", "sqlite", "e2e and not long", 600),
]
NIGHTLY = [
    Layer("long", "sqlite", "long", 1200),
    Layer("long", "postgresql", "long and not once", 1200),
    Layer("properties with many examples", "sqlite", FAST, 1200, MANY),
    Layer("browser", "postgresql", "e2e and not once and not long", 600),
]


def main() -> int:
    """Run the layers; return 0 only if all that should run did and passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="run the nightly tier as well")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # So that the database is stopped.
    layers = [*GATE, *(NIGHTLY if parser.parse_args().long else [])]
    missing = dict(_missing())
    counts: Counter[str] = Counter()
    notes: list[str] = []
    with ExitStack() as stack:
        urls = {"sqlite": ""}
        if "postgresql" not in missing:
            urls["postgresql"] = stack.enter_context(running_postgresql())
        for layer in layers:
            if reason := missing.get(layer.database) or missing.get(layer.name):
                notes.append(f"NOT RUN: {layer.name} on {layer.database}: {reason}")
                continue
            notes.append(_run(layer, urls[layer.database], counts))
    _report_coverage()
    return _sum_up(notes, counts)


def _missing() -> Iterator[tuple[str, str]]:
    if binaries() is None:
        yield "postgresql", "no PostgreSQL server here. On Debian: apt-get install postgresql"
    if not any(shutil.which(name) for name in CHROMIUM):
        yield "browser", "no Chromium here. On Debian: apt-get install chromium fonts-liberation"


def _run(layer: Layer, url: str, counts: Counter[str]) -> str:
    print(f"\n--- {layer.name} on {layer.database}", flush=True)
    environment = {**os.environ, "COVERAGE_FILE": ".coverage"}
    environment.pop("DATABASE_URL", None)
    if url:
        environment["DATABASE_URL"] = url
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        pytest = [sys.executable, "-m", "pytest", "-q", "--junit-xml", str(report)]
        command = [*pytest, "-m", layer.marks, *layer.options]
        code = subprocess.run(command, env=environment, check=False).returncode
        counts.update(_counts(report))
    took = time.monotonic() - started
    if code:  # 5, nothing collected, is an error too: a renamed mark must not pass unseen.
        counts["broken"] += 1
    over = " OVER BUDGET" if took > layer.budget else ""
    return f"{layer.name} on {layer.database}: exit {code}, {took:.0f} of {layer.budget} s{over}"


def _counts(report: Path) -> Counter[str]:
    if not report.exists():
        return Counter()
    suite = ET.parse(report).getroot().find("testsuite")
    if suite is None:
        return Counter()
    total, failed, errors, skipped = (
        int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")
    )
    bad = failed + errors
    return Counter(passed=max(total - bad - skipped, 0), failed=bad, skipped=skipped)


def _report_coverage() -> None:
    coverage = [sys.executable, "-m", "coverage"]
    if any(Path().glob(".coverage.*")):
        subprocess.run([*coverage, "combine", "-q"], check=False)
    if Path(".coverage").exists():
        subprocess.run([*coverage, "report", "--format=total"], check=False)
        print("percent of lines and branches covered")


def _sum_up(notes: list[str], counts: Counter[str]) -> int:
    print()
    for note in notes:
        print(note)
    not_run = any(note.startswith("NOT RUN") for note in notes)
    incomplete = not_run and os.environ.get("CI") == "true"
    failed = counts["failed"] or (1 if counts["broken"] or incomplete else 0)
    print(f"{counts['passed']} passed, {failed} failed, {counts['skipped']} skipped")
    return 1 if failed or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
