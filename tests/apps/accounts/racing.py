"""Run in a process of its own by the race tests: many threads want the same thing at once.

Prints as JSON, for every round, what became of each of the two who raced.
"""

import json
import sys
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import django
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection

ROUNDS = 12
Attempt = Callable[[], object]


def race(*attempts: Attempt) -> list[str]:
    """Start all attempts at the same moment; return "done" or the name of the refusal of each."""
    barrier, outcomes = Barrier(len(attempts)), [""] * len(attempts)

    def run(place: int, attempt: Attempt) -> None:
        barrier.wait()
        try:
            attempt()
            outcomes[place] = "done"
        except (ValueError, PermissionDenied, DatabaseError) as refusal:
            outcomes[place] = type(refusal).__name__
        finally:
            connection.close()

    threads = [Thread(target=run, args=item) for item in enumerate(attempts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def grants() -> list[list[str]]:
    """Two administrators give the same person the same role at once."""
    from guildmark.apps.accounts import services
    from guildmark.apps.accounts.states import Role
    from tests.apps.accounts.factories import administrator, member
    from tests.conftest import NOON

    def give(person: Any, actor: Any) -> Attempt:
        return lambda: services.grant_role(
            person, Role.EDITOR, actor=actor, at=NOON, reason="At the same moment."
        )

    admins = administrator(), administrator()
    people = [member() for _ in range(ROUNDS)]
    return [race(*(give(person, admin) for admin in admins)) for person in people]


def endings() -> list[list[str]]:
    """Two administrators end each other's role at once."""
    from guildmark.apps.accounts import queries, services
    from tests.apps.accounts.factories import administrator
    from tests.conftest import NOON

    def end(grant: Any, actor: Any) -> Attempt:
        return lambda: services.end_role(grant, actor=actor, at=NOON, reason="At the same moment.")

    outcomes = []
    for _ in range(ROUNDS):
        ada, eve = administrator(), administrator()
        hers, other = queries.open_grants(ada).get(), queries.open_grants(eve).get()
        outcomes.append(race(end(other, ada), end(hers, eve)))
    return outcomes


def firsts() -> list[list[str]]:
    """Two processes appoint the first administrator at once."""
    from guildmark.apps.accounts import services
    from tests.apps.accounts.factories import member
    from tests.conftest import NOON

    def appoint(person: Any) -> Attempt:
        return lambda: services.appoint_first_administrator(person, at=NOON)

    return [race(*(appoint(member()) for _ in range(4)))]


if __name__ == "__main__":
    django.setup()
    print(json.dumps({"grants": grants, "endings": endings, "firsts": firsts}[sys.argv[1]]()))
