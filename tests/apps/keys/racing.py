"""Run in a process of its own by a race test: a credential is awarded while its key is rotated.

Prints as JSON, for either order of the two, what became of the credential.
"""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import django
from django.db import connection, transaction

SECOND = timedelta(seconds=1)
HELD_SECONDS = 0.5
"""How long the first keeps its transaction open, so that the other has to wait."""


def rotate(at: datetime) -> Any:
    """Replace the key that signs credentials; return the new one."""
    from guildmark.apps.keys.services import rotate_key
    from guildmark.apps.keys.states import KeyPurpose

    return rotate_key(purpose=KeyPurpose.CREDENTIALS, actor=None, at=at, reason="A test.")


def in_turn(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """Do the first in a transaction that ends late, the second as soon as the first is done."""
    is_done, results = Event(), {}

    def begin() -> None:
        with transaction.atomic():
            results["first"] = first()
            is_done.set()
            time.sleep(HELD_SECONDS)
        connection.close()

    thread = Thread(target=begin)
    thread.start()
    is_done.wait(timeout=30)
    results["second"] = second()
    thread.join()
    return results["first"], results["second"]


def told(credential: Any, new: Any, at: datetime) -> dict[str, Any]:
    """Return what a verifier finds, and whether the new key signed."""
    from guildmark.apps.credentials.examining import examine

    document = json.loads(credential.document)
    verdict = examine(document, at=at + timedelta(minutes=1)).verdict.value
    is_new = document["proof"]["verificationMethod"].endswith(f"#{new.kid}")
    return {"verdict": verdict, "by the new key": is_new}


def main() -> dict[str, Any]:
    """Race in either order; the moment of the rotation is the earlier one each time."""
    from tests.apps.credentials.racing import Stage

    stage = Stage()
    kind = stage.kind("CPAA")
    stage.award(kind)
    start = stage.at
    stage.at = start + 3 * SECOND
    awarded, new = in_turn(lambda: stage.award(kind), lambda: rotate(start + SECOND))
    outcomes = {"award first": told(awarded, new, start)}
    stage.at = start + 5 * SECOND
    new, awarded = in_turn(lambda: rotate(start + 9 * SECOND), lambda: stage.award(kind))
    return {**outcomes, "rotation first": told(awarded, new, start)}


if __name__ == "__main__":
    django.setup()
    print(json.dumps(main()))
