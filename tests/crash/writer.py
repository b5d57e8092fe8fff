"""One of several processes that record events as fast as they can; prints what it saw as JSON.

`python writer.py SECONDS SUBJECTS`: events on SUBJECTS subjects in turn, for SECONDS.
"""

import json
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import django


def main() -> None:
    """Record until the time is over."""
    django.setup()
    from django.db import OperationalError, transaction

    from guildmark.apps.audit import events, services

    @dataclass(frozen=True)
    class Written(events.Event):
        name: ClassVar[str] = "tests:writer:written"
        number: int = 0

    seconds, subjects = float(sys.argv[1]), int(sys.argv[2])
    times: list[float] = []
    errors: list[str] = []
    end = time.monotonic() + seconds
    while (begun := time.monotonic()) < end:
        number = len(times)
        try:
            with transaction.atomic():
                services.record(
                    Written(number),
                    actor=events.SYSTEM,
                    subject=f"tests.writer:{number % subjects}",
                    at=datetime.now(UTC),
                )
        except OperationalError as error:
            errors.append(str(error))
        else:
            times.append((time.monotonic() - begun) * 1000)
    print(json.dumps({"ms": times, "errors": errors}))


if __name__ == "__main__":
    main()
