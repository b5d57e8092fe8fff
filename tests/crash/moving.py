"""Run by `guildmark shell` beside a busy server: moves credentials as it is told on its input.

Each line is `MOVE NUMBER`; it answers `done` when the move is committed. `key retired` and
`key compromised` replace the signing key.
"""

import sys

from django.utils import timezone

from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.credentials import queries, services
from guildmark.apps.credentials.services import Award, Change, TypeDescription
from guildmark.apps.credentials.states import CAUSES, Move
from guildmark.apps.keys import services as keys
from guildmark.apps.keys.states import KeyPurpose
from tests.apps.accounts.factories import staff

registrar = staff(Role.REGISTRAR, "registrar@example.org")
kind_description = TypeDescription(
    "CPAP", "For a test.", "Passed.", validity_months=24, second_person=()
)
services.define_type(kind_description, actor=SYSTEM, at=timezone.now())
kind = queries.type_by_code("CPAP")
assert kind is not None


def award() -> str:
    assert kind is not None
    wanted = Award(kind, "holder@example.org", "Ada Example", "Passed.")
    made = services.award(wanted, actor=registrar, at=timezone.now())
    assert isinstance(made, queries.Credential)
    return made.number


print(" ".join(award() for _ in range(4)), flush=True)
for line in sys.stdin:
    what, which = line.split()
    if what == "key":
        keys.rotate_key(
            purpose=KeyPurpose.CREDENTIALS, actor=None, at=timezone.now(), reason="A test.",
            compromised=which == "compromised",
        )  # fmt: skip
    else:
        row = queries.lookup(which)
        move = Move(what)
        successor = queries.lookup(award()) if move is Move.SUPERSEDE else None
        assert row is not None
        order = Change(move, CAUSES[move][0], "A test.", successor=successor)
        services.change(row, order, actor=registrar, at=timezone.now())
    print("done", flush=True)
