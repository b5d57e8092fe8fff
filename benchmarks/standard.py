"""Import, compare, trace and page through real frameworks; each figure as a share of its limit.

Run `python benchmarks/standard.py [FOLDER]`. FOLDER holds asvs/ and oscal/ (default: shared/data
beside the project); without it the script says so and ends. Everything runs in one process on a
SQLite database of its own, over Django's test client, so that no network takes part.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

DATA = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data")
NIST, ASVS = "nist-800-53", "asvs"
REV4, REV5 = "2015-01-22", "5.0.1"
FILES = {
    "oscal/nist-800-53-rev4.json": "oscal",
    "oscal/nist-800-53-rev5.json": "oscal",
    "asvs/asvs-4.0.3.json": "asvs",
    "asvs/asvs-5.0.0.json": "asvs",
}
IMPORT_LIMIT, COMPARE_LIMIT, TRACE_LIMIT, PAGE_LIMIT = 5.0, 2.0, 1.0, 100_000
ROUNDS = 3


def main() -> int:
    """Measure everything and print a line for each figure."""
    if not DATA.is_dir():
        print(f"nothing to measure: {DATA.name}/ with real frameworks is not here")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GUILDMARK_VAR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "guildmark.site.settings"
        os.environ.setdefault("GUILDMARK_LOG_LEVEL", "WARNING")
        import django  # noqa: PLC0415 - the folder comes first

        django.setup()
        return measure()


def measure() -> int:
    """Import the files, then measure what readers do."""
    from django.core.management import call_command  # noqa: PLC0415 - needs the settings

    from guildmark.apps.standard import queries  # noqa: PLC0415
    from guildmark.apps.standard.comparison import compare, suggest  # noqa: PLC0415
    from guildmark.site.management.frameworks import find_edition  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    for file, form in FILES.items():
        bring = partial(call_command, "import_framework", str(DATA / file), format=form)
        took, _done = timed(bring)
        tell(f"import {file}", took, IMPORT_LIMIT)
    older, newer = find_edition(NIST, REV4), find_edition(NIST, REV5)
    before, after = queries.catalog(older), queries.catalog(newer)
    relation = queries.relation(older, newer)
    took, found = best(lambda: compare(before, after, relation))
    tell("compare 800-53 revision 4 and 5", took, COMPARE_LIMIT)
    first, second = (queries.catalog(find_edition(ASVS, each)) for each in ("4.0.3", "5.0.0"))
    took, _ranked = best(lambda: suggest(first, second))
    tell("rank successors ASVS 4.0.3 to 5.0.0", took, TRACE_LIMIT)
    print(f"changes: {dict(sorted(found.counts().items()))}")
    return tell_pages()


def tell_pages() -> int:
    """Fetch every page of the comparison and print the largest, style sheets included."""
    from django.contrib.staticfiles import finders  # noqa: PLC0415 - needs the settings
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    setup_test_environment()
    client = Client(headers={"host": "localhost"})
    styles = sum(
        Path(str(finders.find(f"css/{name}.css"))).stat().st_size
        for name in ("reset", "tokens", "base", "components", "pages", "print")
    )
    sizes, slowest, number = [], 0.0, 1
    while True:
        address = f"/standard/{NIST}/compare/{REV4}/{REV5}/?page={number}"
        took, answer = timed(partial(client.get, address))
        page = answer.context["page"]
        if page.number != number:
            break
        sizes.append(len(answer.content) + styles)
        slowest = max(slowest, took if number > 1 else 0.0)
        number += 1
    share = max(sizes) / PAGE_LIMIT
    print(
        f"largest of {len(sizes)} pages with style sheets: {max(sizes)} bytes, {share:.2f} of limit"
    )
    print(f"slowest page after the first: {slowest * 1000:.0f} ms")
    return 0 if share <= 1 else 1


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return how long the work took, in seconds, and what it returned."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the shortest of several rounds, and what the last one returned."""
    rounds = [timed(work) for _round in range(ROUNDS)]
    return min(took for took, _result in rounds), rounds[-1][1]


def tell(what: str, took: float, limit: float) -> None:
    """Print a figure beside its limit."""
    print(f"{what}: {took:.2f} s, {took / limit:.2f} of the limit of {limit:g} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
