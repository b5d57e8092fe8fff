"""Run by `guildmark shell` for browser tests: practitioners, a triager, feedback; prints ids."""

import json
from datetime import timedelta

from django.utils import timezone

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts import services
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.contributions import services as contributions
from guildmark.apps.contributions.queries import Contribution
from guildmark.apps.contributions.services import Decision, Feedback, Letter
from guildmark.apps.contributions.states import Concern, Outcome
from guildmark.apps.contributions.targets import target
from guildmark.apps.credentials import queries as credentials
from guildmark.apps.credentials import services as registry
from guildmark.apps.credentials.services import Award, TypeDescription

PASSWORD = "correct horse battery staple"  # As in conftest.
SECRETS = {
    Role.TRIAGE: "GUILDMARKTESTTRIAGETRIAGETRIAGEA",
    Role.DECISION_MAKER: "GUILDMARKTESTDECIDERDECIDERDECID",
    Role.REGISTRAR: "GUILDMARKTESTREGISTERREGISTERREG",
}
now = timezone.now()
administrator = accounts.person_by_email("admin@example.org")
assert administrator is not None
staff = {}
for role, secret in SECRETS.items():
    name = role.value.replace(" ", "-")
    staff[role] = services.create_person(
        email=f"{name}@staff.example", password=PASSWORD, display_name=name.title(), at=now
    )
    services.grant_role(staff[role], role, actor=administrator, at=now, reason="A test.")
    services.enrol_authenticator_app(staff[role], secret=secret, at=now)
wanted = TypeDescription(
    "PRAC", "Runs AI in production.", "Passed.", name="Practitioner", second_person=()
)
registry.define_type(wanted, actor=SYSTEM, at=now)
kind = credentials.type_by_code("PRAC")
assert kind is not None
people = {}
for name in ("holder", "another", "typist"):
    people[name] = services.create_person(
        email=f"{name}@practice.example", password=PASSWORD, display_name=name.title(), at=now
    )
    award = Award(
        kind, people[name].email, name.title(), "Passed everything.", now - timedelta(days=90)
    )
    registry.award(award, actor=staff[Role.REGISTRAR], at=now)

about = target("psf", "1.1", "agent-kill-switch")
triager = staff[Role.TRIAGE]


def sent(summary: str, details: str, days: int) -> Contribution:
    wanted = Feedback(Concern.GAP, about, summary, details, in_production=True)
    return contributions.send_feedback(
        wanted, actor=people["holder"], at=now - timedelta(days=days)
    )


open_one = sent(
    "A kill switch for one agent leaves its helpers running",
    "We stopped the planner and three workers went on for an hour.",
    2,
)
late_one = sent("Nothing is said about switches of vendors", "The vendor has one, too.", 60)
decided = sent("The switch is not tested", "Nobody had ever pulled it.", 20)
contributions.acknowledge(
    open_one, public_summary=open_one.summary, actor=triager, at=now - timedelta(days=1)
)
contributions.acknowledge(decided, public_summary=decided.summary, actor=triager, at=now)
contributions.dispose(
    decided,
    Decision(Outcome.DECLINED, "covered-already", "1.1 asks for a test each quarter."),
    actor=triager,
    at=now,
)
case = contributions.contest(
    decided, statement="Each quarter is too seldom.", actor=people["holder"], at=now
)
letter = contributions.send_letter(
    Letter("question", "When is 1.2 due?", "We plan audits.", email="asker@elsewhere.example"),
    actor=None,
    at=now,
    token="letters-secret",
)
print(
    json.dumps(
        {
            "open": open_one.number,
            "late": late_one.number,
            "decided": decided.number,
            "case": case.number,
            "letter": letter.number,
        }
    )
)
