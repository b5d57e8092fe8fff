"""How fast is a signed credential verified, beside others in the same minutes?

The peer is `@digitalbazaar/vc` in Node.js, as `make judges` installs it; the limit is libsodium's
Ed25519 check alone, called from Python, on the very message that the credential's proof signs. All
three take turns in short rounds and are measured in CPU time, so that the ratios survive other
machines. Ours is `cores.vc.verification.verify`, all its seven checks; neither side looks at a
status list, and both have every document at hand. A small credential has what the example of the
Open Badges specification has, a full one eight alignments, evidence, an end and a status.

    python benchmarks/verify.py [--quick]
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.bindings import crypto_sign_open

from guildmark.cores.vc import open_badges, proofs, status_list, verification
from guildmark.cores.vc.dids import PublishedKey, controller_document, read_controller_document

ROOT = Path(__file__).resolve().parents[1]
ISSUER, BASE = "did:web:institute.example", "https://institute.example"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DID_DOCUMENT = controller_document(ISSUER, [PublishedKey("key-1", PUBLIC, NOW)])
KNOWN = verification.KnownDocuments({ISSUER: read_controller_document(DID_DOCUMENT, ISSUER)})
ALIGNMENTS = 8
PEER_LIMIT = 20.0
SODIUM_LIMIT = 0.30
"""Of the small credential; the full one is dominated by what is signed, not by the signature."""
QUICK_SLACK = 1.3
WARM_UP = 0.3

Json = dict[str, Any]
Work = Callable[[int], float]


def main() -> int:
    """Measure both credentials and print a line for each figure, and all in the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds, with slack")
    quick = parser.parse_args().quick
    rounds, seconds, slack = (5, 0.4, QUICK_SLACK) if quick else (15, 1.0, 1.0)
    told, failed = [], False
    for name, document in (("small", small()), ("full", full())):
        text, good = compared(name, document, rounds, seconds, slack)
        told.append(text)
        failed |= not good
    print(f"verify: {'; '.join(told)}{' FAILED' if failed else ''}")
    return 1 if failed else 0


def compared(
    name: str, document: Json, rounds: int, seconds: float, slack: float
) -> tuple[str, bool]:
    """Let all take turns; return the figures of one credential, and whether they will do."""
    with peer(document) as theirs:
        works = [work for work in (ours(document), sodium(document), theirs) if work is not None]
        counts = [_count(work, seconds) for work in works]
        rates = [
            [count / work(count) for work, count in zip(works, counts, strict=True)]
            for _round in range(rounds)
        ]
    share = median(ours / limit for ours, limit, *_peer in rates)
    text = f"{name} {median(each[0] for each in rates):,.0f}/s, {share:.0%} of libsodium"
    good = name == "full" or share >= SODIUM_LIMIT / slack
    if theirs is None:
        return f"{text}, no peer installed", good
    ratio = median(ours / peer for ours, _limit, peer in rates)
    text += f", {ratio:.0f} x @digitalbazaar/vc ({median(each[2] for each in rates):,.0f}/s)"
    print(f"  {text}", flush=True)
    return text, good and ratio >= PEER_LIMIT / slack


def _count(work: Work, seconds: float) -> int:
    """Warm up, and return how often the work is done in about `seconds`."""
    count = 1
    while (took := work(count)) < WARM_UP:
        count *= 2
    return max(1, round(count * seconds / took))


# --- Who takes turns -------------------------------------------------------------------------


def ours(document: Json) -> Work:
    """Verify with our verifier; everything but the status list must hold."""
    text = json.dumps(document)

    def work(count: int) -> float:
        documents = [json.loads(text) for _number in range(count)]
        started = time.process_time()
        for each in documents:
            report = verification.verify(each, now=NOW, resolve=KNOWN, trusted=[ISSUER])
        took = time.process_time() - started
        bad = [n for n, check in report.checks.items() if check.outcome is not HOLDS]
        if not set(bad) <= {"status", "subject"}:
            sys.exit(f"Our verifier says: {report}")
        return took

    return work


HOLDS = verification.Outcome.HOLDS


def sodium(document: Json) -> Work:
    """Check nothing but the signature, with libsodium."""
    proof = proofs.read_proof(document)
    config = {**proof.options, "@context": document["@context"]}
    message = proof.signature + proofs.hash_data(proofs.without_proof(document), config)

    def work(count: int) -> float:
        started = time.process_time()
        for _number in range(count):
            crypto_sign_open(message, PUBLIC)
        return time.process_time() - started

    return work


@contextmanager
def peer(document: Json) -> Iterator[Work | None]:
    """Verify with the peer, in a process that stays and says how much CPU time it took."""
    node = shutil.which("node")
    if node is None or not (ROOT / ".tools/judges-js/node_modules").is_dir():
        print("  the peer is not installed, run: make judges")
        yield None
        return
    request = {"mode": "measure", "credential": document, "documents": {ISSUER: DID_DOCUMENT}}
    with subprocess.Popen(
        [node, "judges/verify.mjs"],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        requests, verdicts = process.stdin, process.stdout
        assert requests is not None
        assert verdicts is not None

        def work(count: int) -> float:
            requests.write(json.dumps({**request, "count": count, "now": NOW.isoformat()}) + "\n")
            requests.flush()
            verdict = json.loads(verdicts.readline())
            if not verdict["verified"]:
                sys.exit(f"The peer says: {verdict}")
            return float(verdict["seconds"])

        yield work
        requests.close()


# --- What is verified ------------------------------------------------------------------------

SMALL = open_badges.AchievementCredential(
    id=f"{BASE}/credentials/1",
    name="Example University Degree",
    issuer=open_badges.Profile(ISSUER, "Example University"),
    subject=open_badges.Subject(id="did:web:person.example"),
    achievement=open_badges.Achievement(
        f"{BASE}/achievements/1", "Badge", "Taught a unit.", "Plan and teach a unit."
    ),
    valid_from=NOW - timedelta(days=400),
)
LIST_URL, INDEX = f"{BASE}/status/1", 94_567


def small() -> Json:
    """Return a signed credential such as the specification shows."""
    return _signed(SMALL)


def full() -> Json:
    """Return a signed credential with everything that an institute puts into one."""
    achievement = replace(
        SMALL.achievement,
        alignments=tuple(
            open_badges.Alignment(
                f"Requirement {number}",
                f"{BASE}/standard/requirement/{number}",
                "Production Standards Framework 1.0",
                f"PSF-{number}.1",
                "What the holder has shown to do in a real deployment.",
            )
            for number in range(ALIGNMENTS)
        ),
        image=open_badges.Image(f"{BASE}/badges/1.png", "A badge."),
    )
    return _signed(
        replace(
            SMALL,
            achievement=achievement,
            subject=open_badges.Subject(
                identifiers=(open_badges.hashed_identity("ada@example.org", "0123456789abcdef"),),
                license_number="CPAP-2026-7Q4M2X9KDTP",
            ),
            issuer=open_badges.Profile(ISSUER, "Institute", BASE, "office@institute.example"),
            evidence=(
                open_badges.Evidence(f"{BASE}/portfolios/1", "Portfolio", "Three deployments."),
                open_badges.Evidence(f"{BASE}/exams/1", "Exam", "Passed with 87 of 100 points."),
            ),
            status=status_list.entry(LIST_URL, INDEX),
            valid_until=NOW + timedelta(days=730),
        )
    )


def _signed(credential: open_badges.AchievementCredential) -> Json:
    document = open_badges.achievement_credential(credential)
    return proofs.add_proof(
        document, signer=KEY, verification_method=f"{ISSUER}#key-1", created=NOW
    )


if __name__ == "__main__":
    sys.exit(main())
