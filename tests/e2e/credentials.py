"""Run by `guildmark shell` for browser tests: a credential for each answer; prints their ids."""

import json
from datetime import timedelta

from django.utils import timezone

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts import services
from guildmark.apps.credentials import answers, queries
from guildmark.apps.credentials import services as credentials
from guildmark.apps.credentials.services import Award, Change
from guildmark.apps.credentials.states import Cause, Move
from guildmark.site.demo.credentials import award_all
from guildmark.site.demo.people import MEMBER, REGISTRAR, SECOND_REGISTRAR

PASSWORD = "correct horse battery staple"  # As in conftest.
administrator = accounts.person_by_email("admin@example.org")
assert administrator is not None
now = timezone.now()
for each in (REGISTRAR, SECOND_REGISTRAR, MEMBER):
    if accounts.person_by_email(each.email) is None:
        person = services.create_person(
            email=each.email, password=PASSWORD, display_name=each.name, at=now
        )
        if each.role:
            services.grant_role(person, each.role, actor=administrator, at=now, reason="A test.")
            services.enrol_authenticator_app(person, secret=each.secret, at=now)
first, second = map(accounts.person_by_email, (REGISTRAR.email, SECOND_REGISTRAR.email))
found = queries.type_by_code("CPAP")
assert found is not None
kind: queries.CredentialType = found


def agreed(made: object) -> object:
    """Let the second registrar approve where the programme asks for one."""
    if isinstance(made, queries.Proposal):
        return credentials.approve(made, reason="A test.", actor=second, at=now)
    return made


def awarded(name: str, email: str, *, begins: timedelta) -> queries.Credential:
    """Award a credential that begins so long from now."""
    wanted = Award(kind, email, name, "A test.", valid_from=now + begins)
    row = agreed(credentials.award(wanted, actor=first, at=now))
    assert isinstance(row, queries.Credential)
    return row


renewed = awarded("Reni Renewed", "reni@demo.example", begins=timedelta(days=-700))
renewal = awarded("Reni Renewed", "reni@demo.example", begins=timedelta(days=-1))
given_back = awarded("Gus Gone", "gus@demo.example", begins=timedelta(days=-90))
early = awarded("Eva Early", "eva@demo.example", begins=timedelta(days=40))
moves = (
    (renewed, Change(Move.SUPERSEDE, Cause.RENEWED, "A test.", "", renewal)),
    (given_back, Change(Move.SURRENDER, Cause.HOLDER_ASKED, "A test.", "")),
)
for row, change in moves:
    agreed(credentials.change(row, change, actor=first, at=now))
    row.refresh_from_db()
made = [renewed, given_back, early, *award_all(at=now)]
print(json.dumps({answers.answer_about(each, at=now).state: each.number for each in made}))
