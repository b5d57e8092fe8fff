"""Run by `guildmark shell` for browser tests: contested decisions, some decided; prints ids."""

import json
from datetime import timedelta

from django.utils import timezone

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts import services
from guildmark.apps.accounts.states import Role
from guildmark.apps.assignments import services as assignments
from guildmark.apps.assignments.states import TieKind
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.cases import services as cases
from guildmark.apps.cases.queries import Case
from guildmark.apps.cases.services import Finding
from guildmark.apps.cases.states import Outcome as Found
from guildmark.apps.contributions import services as contributions
from guildmark.apps.contributions.services import Decision, Feedback
from guildmark.apps.contributions.states import Concern, Outcome
from guildmark.apps.contributions.targets import target
from guildmark.apps.credentials import queries as credentials
from guildmark.apps.credentials import services as registry
from guildmark.apps.credentials.services import Award, TypeDescription
from guildmark.apps.practitioners import services as practitioners
from guildmark.apps.practitioners.services import ProfileDescription

PASSWORD = "correct horse battery staple"  # As in conftest.
SECRETS = {
    "tess": (Role.TRIAGE, "GUILDMARKTESTTESSTESSTESSTESSTES"),
    "dora": (Role.DECISION_MAKER, "GUILDMARKTESTDORADORADORADORADOR"),
    "emil": (Role.DECISION_MAKER, "GUILDMARKTESTEMILEMILEMILEMILEMI"),
    "rita": (Role.REGISTRAR, "GUILDMARKTESTRITARITARITARITARIT"),
}
now = timezone.now()
administrator = accounts.person_by_email("admin@example.org")
assert administrator is not None


def person(name: str) -> accounts.User:
    return services.create_person(
        email=f"{name}@cases.example", password=PASSWORD, display_name=name.title(), at=now
    )


staff = {}
for name, (role, secret) in SECRETS.items():
    staff[name] = person(name)
    services.grant_role(staff[name], role, actor=administrator, at=now, reason="A test.")
    services.enrol_authenticator_app(staff[name], secret=secret, at=now)
kind = credentials.type_by_code("CASEPRAC")
if kind is None:
    wanted = TypeDescription(
        "CASEPRAC", "Runs AI in production.", "Passed.", name="Practitioner", second_person=()
    )
    registry.define_type(wanted, actor=SYSTEM, at=now)
    kind = credentials.type_by_code("CASEPRAC")
assert kind is not None
opener, mentor = person("ona"), person("milo")
award = Award(kind, opener.email, "Ona", "Passed.", now - timedelta(days=90))
registry.award(award, actor=staff["rita"], at=now)
shown = ProfileDescription(handle="milo-builds", is_public=True)
practitioners.edit_profile(shown, actor=mentor, at=now)
about = target("psf", "1.1", "agent-kill-switch")
tess, dora, emil = staff["tess"], staff["dora"], staff["emil"]


def contested(summary: str, days: int) -> Case:
    at = now - timedelta(days=days)
    wanted = Feedback(Concern.GAP, about, summary, "We saw it in May.", in_production=True)
    row = contributions.send_feedback(wanted, actor=opener, at=at)
    contributions.acknowledge(row, public_summary=summary, actor=tess, at=at)
    told = Decision(Outcome.DECLINED, "covered-already", "6.4 says so.")
    row = contributions.dispose(row, told, actor=tess, at=at)
    found: Case = contributions.contest(row, statement="6.4 is about tests.", actor=opener, at=at)
    return found


new = contested("Switches are not labelled", 1)
late = contested("Nobody is named who may pull the switch", 40)
cases.acknowledge(late, actor=dora, at=now - timedelta(days=38))
cases.extend(late, 2, reason="We wait for a photo.", actor=dora, at=now - timedelta(days=38))
given = contested("The switch needs power to work", 12)
cases.admit(given, reason="It is about the decision.", actor=dora, at=now - timedelta(days=10))
cases.assign(given, [emil], actor=dora, at=now - timedelta(days=9))
stepped_back = contested("The log of the switch is not kept", 3)
assignments.recuse(
    "cases.case", stepped_back.pk, reason="My cousin runs their site.", actor=emil, at=now
)
closed = contested("A drill each quarter is too seldom", 60)
cases.admit(closed, reason="It is about the decision.", actor=dora, at=now - timedelta(days=58))
cases.assign(closed, [emil], actor=dora, at=now - timedelta(days=57))
finding = Finding(Found.PARTLY, "A drill was covered; its record was not.")
cases.decide(closed, finding, actor=emil, at=now - timedelta(days=50))
cases.close(closed, actor=emil, at=now - timedelta(days=49))
stuck = contested("The switch is in a locked room", 2)
assignments.declare_tie(mentor, TieKind.MENTOR, actor=opener, at=now)
assignments.declare_tie(mentor, TieKind.COAUTHOR, actor=dora, at=now)
numbers = {
    "new": new.number,
    "late": late.number,
    "given": given.number,
    "recused": stepped_back.number,
    "closed": closed.number,
    "stuck": stuck.number,
}
print(json.dumps(numbers))
