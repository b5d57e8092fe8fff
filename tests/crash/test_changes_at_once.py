"""Whatever becomes of a credential is told everywhere at the next request, also under load."""

import csv
import io
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Self

import pytest

from guildmark.cores.vc import dids, proofs, status_list
from tests.processes import (
    Environment,
    free_port,
    fresh_environment,
    guildmark,
    started,
    wait_until_ready,
)

PER_SECOND = 50
MOVING = Path(__file__).parent / "moving.py"
ROOT = Path(__file__).resolve().parents[2]
DID = "did:web:localhost%3A"


@dataclass
class Site:
    """A served institute, and a process beside it that changes credentials on demand."""

    url: str
    mover: "subprocess.Popen[str]"
    numbers: list[str]

    def move(self, what: str) -> None:
        """Have something changed, and wait until it is committed."""
        assert self.mover.stdin
        assert self.mover.stdout
        self.mover.stdin.write(f"{what}\n")
        self.mover.stdin.flush()
        assert self.mover.stdout.readline() == "done\n"

    def get(self, path: str) -> str:
        """Return what an address answers."""
        with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as answer:
            text: str = answer.read().decode()
        return text

    def bulk(self, number: str) -> str:
        """Return the state of a credential as a list of one is answered."""
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        address = f"{self.url}/verify/many/"
        page = browser.open(address, timeout=10).read().decode()
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        fields = {"csrfmiddlewaretoken": token, "text": number, "as": "csv"}
        sent = urllib.parse.urlencode(fields).encode()
        answer = browser.open(address, data=sent, timeout=10).read().decode("utf-8-sig")
        found = next(csv.DictReader(io.StringIO(answer)))
        return found["state"]

    def told(self, number: str) -> dict[str, str]:
        """Return the state of a credential as each place tells it now."""
        page = self.get(f"/verify/{number}")
        return {
            "json": json.loads(self.get(f"/verify/{number}.json"))["state"],
            "badge": self.get(f"/verify/{number}/badge.svg")
            .split('aria-label="CPAP: ')[1]
            .split('"')[0],
            "bulk": self.bulk(number),
            "page": page.split('id="verdict-')[1].split('"')[0],
        }

    def listed(self, number: str) -> int:
        """Return the bit of a credential in the status list as it is served, after its proof."""
        document = json.loads(self.get(f"/verify/{number}/credential.json"))
        entry = status_list.read_entry(document["credentialStatus"])
        listed = json.loads(self.get(urllib.parse.urlsplit(entry.list_url).path))
        published = dids.read_controller_document(
            self.get("/.well-known/did.json"), document["issuer"]["id"]
        )
        proof = proofs.read_proof(listed)
        proofs.check_proof(listed, published.method(proof.verification_method).public)
        bits = status_list.StatusList.decode(listed["credentialSubject"]["encodedList"])
        return bits[entry.index]


@dataclass
class Load:
    """Visitors who ask for answers all the time, so many a second."""

    site: Site
    answered: int = 0
    failed: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._threads = [threading.Thread(target=self._ask, args=(at,)) for at in range(5)]
        for thread in self._threads:
            thread.start()
        self._begun = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.rate = self.answered / (time.monotonic() - self._begun)
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, at: int) -> None:
        while not self._over.wait(5 / PER_SECOND / 2):
            number = self.site.numbers[at % len(self.site.numbers)]
            try:
                self.site.get(f"/verify/{number}.json")
                self.answered += 1
            except (urllib.error.URLError, ConnectionError, TimeoutError) as fault:
                self.failed.append(str(fault))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    port = free_port()
    url = f"http://localhost:{port}"
    with fresh_environment(tmp_path) as environment:
        guildmark(
            environment, "init", "--no-input", "--name", "Example", "--origin", url,
            "--admin-email", "admin@example.org", "--contact-email", "office@example.org",
        )  # fmt: skip
        run = [sys.executable, "-m", "guildmark.site", "run", "--port", str(port)]
        with started(run, environment, log=tmp_path / "log"), moving(environment) as mover:
            wait_until_ready(f"{url}/health/ready")
            assert mover.stdout
            yield Site(url, mover, mover.stdout.readline().split())


def moving(environment: Environment) -> "subprocess.Popen[str]":
    command = ["shell", "--verbosity", "0", "-c", MOVING.read_text(encoding="utf-8")]
    return subprocess.Popen(
        [sys.executable, "-m", "guildmark.site", *command],
        env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def everywhere(state: str) -> dict[str, str]:
    return dict.fromkeys(("json", "badge", "bulk", "page"), state)


def test_each_change_is_told_at_the_next_request_under_load(site: Site) -> None:
    first, second, third, _fourth = site.numbers
    with Load(site) as load:
        for what, number, state, bit in (
            ("suspend", first, "suspended", 1),
            ("reinstate", first, "valid", 0),
            ("suspend", first, "suspended", 1),
            ("revoke", first, "revoked", 1),
            ("supersede", second, "superseded", 1),
            ("surrender", third, "surrendered", 1),
        ):
            site.move(f"{what} {number}")
            assert (what, site.told(number), site.listed(number)) == (what, everywhere(state), bit)
        for what in ("retired", "compromised"):
            site.move(f"key {what}")
            assert site.listed(first) == 1
    assert load.failed == []
    assert load.rate >= PER_SECOND
