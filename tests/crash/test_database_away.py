"""When PostgreSQL goes away visitors get a quick, plain answer, and all is well when it is back."""

import json
import os
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from postgresql import Cluster, binaries

from tests.processes import free_port, guildmark, started, wait_until_ready

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server is installed"),
]
QUICK = 5.0


@dataclass
class Answer:
    status: int
    body: str
    seconds: float
    retry_after: str


def ask(url: str) -> Answer:
    begun = time.monotonic()
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            status, body, headers = answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as refused:
        with refused:
            status, body, headers = refused.code, refused.read().decode(), refused.headers
    return Answer(status, body, time.monotonic() - begun, headers.get("Retry-After", ""))


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="guildmark-away-") as folder:
        made = Cluster(Path(folder))
        made.create()
        made.start()
        yield made
        made.stop()


def test_a_database_that_goes_away_gives_a_quick_503_and_comes_back(
    cluster: Cluster, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://localhost:{port}"
    environment = {
        **os.environ,
        "DATABASE_URL": cluster.url,
        "GUILDMARK_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "guildmark.site.settings",
    }
    guildmark(environment, "migrate", "--verbosity", "0")
    command = [sys.executable, "-m", "guildmark.site", "run", "--no-worker", "--port", str(port)]
    with started(command, environment, log=tmp_path / "log"):
        wait_until_ready(f"{url}/health/ready")
        assert ask(f"{url}/").status == 200
        cluster.stop()
        away = ask(f"{url}/")
        assert (away.status, away.retry_after) == (503, "10")
        assert away.seconds < QUICK
        ready = ask(f"{url}/health/ready")
        assert (ready.status, json.loads(ready.body)["failing"]) == (503, ["database", "cache"])
        assert ask(f"{url}/health/live").status == 200
        cluster.start()
        assert ask(f"{url}/").status == 200
