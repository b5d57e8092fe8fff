"""Types, awards and moves for tests, made through the services."""

from datetime import datetime
from typing import Any

from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.credentials import queries, services
from guildmark.apps.credentials.queries import Credential, CredentialType
from guildmark.apps.credentials.services import Award, Change, TypeDescription
from guildmark.apps.credentials.states import CAUSES, Move

TEXTS = {
    "description": "The holder runs AI systems in production.",
    "criteria": "Passed the exam and had a portfolio of real deployments assessed.",
}


def a_type(code: str, *, at: datetime, **facts: Any) -> CredentialType:
    """A type of credential; without a word about it, valid for two years."""
    wanted = TypeDescription(code, **{**TEXTS, "validity_months": 24, **facts})
    services.define_type(wanted, actor=SYSTEM, at=at)
    found = queries.type_by_code(code)
    assert found is not None
    return found


def awarded(
    kind: CredentialType, *, actor: Any, at: datetime, email: str = "holder@example.org"
) -> Credential:
    """A credential of a type for which one registrar is enough."""
    wanted = Award(kind, email, "Ada Example", "Passed everything.")
    found = services.award(wanted, actor=actor, at=at)
    assert isinstance(found, Credential)
    return found


def moved(credential: Credential, move: Move, *, actor: Any, at: datetime, **facts: Any) -> None:
    """Move a credential, for the first of the causes that the move can have."""
    wanted = Change(move, CAUSES[move][0], "For a test.", **facts)
    services.change(credential, wanted, actor=actor, at=at)
