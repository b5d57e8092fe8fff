"""Run in a process of its own by the race tests: two registrars want the same thing at once.

Prints as JSON, for every kind of race and every round, what became of each who raced.
"""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import django

from tests.apps.accounts.racing import Attempt, race

ROUNDS = 8
numbers = count()


class Stage:
    """A founded institute with three registrars."""

    def __init__(self) -> None:
        from guildmark.apps.accounts.states import Role
        from guildmark.apps.audit.events import SYSTEM
        from guildmark.apps.institute.services import found_institute
        from tests.apps.accounts.factories import staff
        from tests.conftest import NOON

        found_institute(
            name="Example Institute", origin="https://example.org",
            contact_email="office@example.org", actor=SYSTEM, at=NOON,
        )  # fmt: skip
        self.at = NOON
        self.registrars = [staff(Role.REGISTRAR) for _ in range(3)]

    def kind(self, code: str, *second_person: str) -> Any:
        """A type of credential, some actions of which need a second person."""
        from tests.apps.credentials.factories import a_type

        return a_type(code, at=self.at, second_person=second_person)

    def award(self, kind: Any, email: str = "holder@example.org") -> Any:
        """A new credential."""
        from tests.apps.credentials.factories import awarded

        return awarded(kind, actor=self.registrars[0], at=self.at, email=email)

    def move(self, credential: Any, move: str, actor: Any, **facts: Any) -> Attempt:
        """Move the credential as it is known now, whatever becomes of it meanwhile."""
        from guildmark.apps.credentials.states import Move
        from guildmark.cores.lifecycle import TransitionRefused
        from tests.apps.credentials.factories import moved

        def attempt() -> None:
            try:
                moved(credential, Move(move), actor=actor, at=self.at, **facts)
            except TransitionRefused as refusal:
                raise ValueError(str(refusal)) from refusal

        return attempt


def moves(stage: Stage) -> Iterator[list[str]]:
    """Two registrars revoke the same credential at once."""
    kind = stage.kind("CPAA")
    for _ in range(ROUNDS):
        made = stage.award(kind)
        yield race(*(stage.move(made, "revoke", each) for each in stage.registrars[:2]))


def successors(stage: Stage) -> Iterator[list[str]]:
    """Each of two credentials is superseded by the other at once."""
    kind = stage.kind("CPAB")
    for _ in range(ROUNDS):
        one, other = stage.award(kind), stage.award(kind)
        there = stage.move(one, "supersede", stage.registrars[0], successor=other)
        yield race(there, stage.move(other, "supersede", stage.registrars[1], successor=one))


def renewals(stage: Stage) -> Iterator[list[str]]:
    """Two registrars renew the same credential at once."""
    from guildmark.apps.credentials import services

    kind = stage.kind("CPAF")
    for _ in range(ROUNDS):
        made = stage.award(kind)

        def renew(actor: Any, made: Any = made) -> Attempt:
            return lambda: services.renew(made, reason="Hours.", actor=actor, at=stage.at)

        yield race(*(renew(each) for each in stage.registrars[:2]))


def components(stage: Stage) -> Iterator[list[str]]:
    """The last two components of somebody are recorded at once; tells what followed."""
    from guildmark.apps.audit.events import SYSTEM
    from guildmark.apps.credentials.models import Credential
    from guildmark.apps.credentials.services import TakenComponent, record_component
    from guildmark.apps.credentials.states import Outcome
    from tests.apps.accounts.factories import member
    from tests.apps.credentials.factories import a_type

    parts = ("exam", "portfolio")
    kind = a_type("CPAG", at=stage.at, second_person=(), components=parts)
    for _ in range(ROUNDS):
        person = member(display_name="Ada Example")

        def take(part: str, person: Any = person) -> Attempt:
            taken = TakenComponent(kind, part, Outcome.PASSED, f"exams.sitting:{part}")
            return lambda: record_component(
                person, taken, reason="Scored.", actor=SYSTEM, at=stage.at
            )

        done = race(*(take(each) for each in parts))
        yield [*done, f"{Credential.objects.filter(holder=person).count()} awarded"]


def proposals(stage: Stage) -> Iterator[list[str]]:
    """Two registrars ask for a second person about the same credential at once."""
    kind = stage.kind("CPAC", "revoke")
    for _ in range(ROUNDS):
        made = stage.award(kind)
        yield race(*(stage.move(made, "revoke", each) for each in stage.registrars[:2]))


def approvals(stage: Stage) -> Iterator[list[str]]:
    """Two registrars approve the same award at once."""
    from guildmark.apps.credentials import services
    from guildmark.apps.credentials.services import Award

    kind = stage.kind("CPAD", "award")
    for _ in range(ROUNDS):
        wanted = Award(kind, f"p{next(numbers)}@example.org", "Ada Example", "Passed.")
        asked: Any = services.award(wanted, actor=stage.registrars[0], at=stage.at)

        def approve(actor: Any, asked: Any = asked) -> Attempt:
            return lambda: services.approve(asked, reason="Seen.", actor=actor, at=stage.at)

        yield race(*(approve(each) for each in stage.registrars[1:]))


def firsts(stage: Stage) -> Iterator[list[str]]:
    """The first credentials of all are awarded at once: key, list and web address are new."""
    kind = stage.kind("CPAE")
    emails = [f"p{next(numbers)}@example.org" for _ in range(4)]
    yield race(*((lambda email=email: stage.award(kind, email)) for email in emails))


if __name__ == "__main__":
    django.setup()
    shared = Stage()
    kinds = (firsts, moves, successors, renewals, components, proposals, approvals)
    print(json.dumps({each.__name__: list(each(shared)) for each in kinds}))
