"""Practitioners of the demo: employers that belong together, work, and experience of each kind.

People, employers and addresses are invented; the domains end in .example, where no mail arrives.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts import services as account_services
from guildmark.apps.accounts.queries import User
from guildmark.apps.institute import queries as institutes
from guildmark.apps.practitioners import queries, services
from guildmark.apps.practitioners.queries import Employer
from guildmark.apps.practitioners.services import Answer, Asked, Attestation, ProfileDescription
from guildmark.apps.practitioners.states import (
    InterestKind,
    Level,
    Purpose,
    Relation,
    Scale,
    Sector,
    SystemKind,
)

from .people import EDITOR, MEMBER, PASSWORD, REGISTRAR, by_email

SEEN = "Seen in the public company register."
Month = tuple[int, int]
EMPLOYERS: tuple[tuple[str, str, str], ...] = (
    ("Harbour Group", "NL", "harbourgroup.example"),
    ("Harbour Bank", "NL", "harbourbank.example"),
    ("Harbour Insurance", "NL", "harbourinsurance.example"),
    ("Lindqvist Logistics", "SE", "lindqvist.example"),
    ("Northlight Health", "GB", "northlight.example"),
    ("Vectorworks Models", "US", "vectorworks.example"),
)
"""Name, country and mail domain."""
FAMILY = ("Harbour Bank", "Harbour Insurance")
"""What belongs to the Harbour Group."""


@dataclass(frozen=True, slots=True)
class DemoExperience:
    """Something that somebody did; `referee` confirms it in the first of the domains."""

    employer: str
    role: str
    begins: Month
    ends: Month | None
    domains: tuple[str, ...]
    system: SystemKind
    scale: Scale
    description: str
    referee: str = ""
    to_check: bool = False


@dataclass(frozen=True, slots=True)
class DemoPractitioner:
    """Somebody who told about themselves; work is employer, role, first and last month."""

    email: str
    name: str
    profile: ProfileDescription
    work: tuple[tuple[str, str, Month, Month | None], ...] = ()
    experience: tuple[DemoExperience, ...] = ()
    expertise: dict[str, Level] = field(default_factory=dict)
    validates: tuple[str, ...] = ()


SHOWN = {
    "is_public": True,
    "shows_name": True,
    "shows_sector": True,
    "shows_expertise": True,
    "shows_experience": True,
    "shows_credentials": True,
    "shows_contributions": True,
}
PRACTITIONERS = (
    DemoPractitioner(
        MEMBER.email,
        MEMBER.name,
        ProfileDescription(
            handle="mira",
            name=MEMBER.name,
            text="I keep assistants and search systems running, and the people who use them calm.",
            sector=Sector.TRANSPORT.value,
            **SHOWN,
        ),
        work=(
            ("Harbour Bank", "machine learning engineer", (2020, 9), (2024, 6)),
            ("Lindqvist Logistics", "head of AI operations", (2024, 7), None),
        ),
        experience=(
            DemoExperience(
                "Harbour Bank",
                "led the rollout of a customer assistant",
                (2021, 3),
                (2024, 6),
                ("input-governance", "output-validation"),
                SystemKind.ASSISTANT,
                Scale.HUNDREDS_OF_THOUSANDS,
                "Built the screening of everything that enters the model, and the checks on what "
                "leaves it. Ran both in production with a team of five.",
                referee="platform.lead@harbourbank.example",
            ),
            DemoExperience(
                "Lindqvist Logistics",
                "runs routing agents for the night shift",
                (2024, 7),
                None,
                ("human-oversight",),
                SystemKind.AGENT,
                Scale.THOUSANDS,
                "Agents propose new routes when trucks are late. I wrote the limits within which "
                "they may act, and the switch that stops them.",
                to_check=True,
            ),
        ),
        expertise={"input-governance": Level.LEADING, "human-oversight": Level.ADVANCED},
        validates=("input-governance",),
    ),
    DemoPractitioner(
        EDITOR.email,
        EDITOR.name,
        ProfileDescription(handle="edo-writes", name=EDITOR.name, sector=Sector.FINANCE.value),
        work=(("Harbour Insurance", "model risk officer", (2022, 1), None),),
    ),
    DemoPractitioner(
        "priya@demo.example",
        "Priya Practitioner",
        ProfileDescription(
            handle="night-shift",
            text="Hospitals at night. I write under this handle only.",
            sector=Sector.HEALTH.value,
            is_public=True,
            shows_sector=True,
            shows_experience=True,
        ),
        work=(("Northlight Health", "clinical safety engineer", (2019, 5), None),),
        experience=(
            DemoExperience(
                "Northlight Health",
                "operates triage support in two hospitals",
                (2022, 10),
                None,
                ("human-oversight", "output-validation"),
                SystemKind.PREDICTION,
                Scale.HUNDREDS,
                "A model ranks who should be seen first; nurses decide. I designed how they can "
                "overrule it, and what is recorded when they do.",
                referee="chief.nurse@northlight.example",
            ),
        ),
    ),
    DemoPractitioner(
        "tomas@demo.example", "Tomas Freelance", ProfileDescription(handle="tomas-builds")
    ),
)


def tell_all(*, at: datetime) -> None:
    """Make the employers and let the demo's people tell about themselves."""
    registrar = by_email(REGISTRAR.email)
    employers = _employers(registrar, at)
    house = services.add_employer(institutes.institute().name, actor=registrar, at=at)
    services.mark_institute(house, True, actor=registrar, at=at, reason="It is us.")
    for wanted in PRACTITIONERS:
        _tell(wanted, employers, at)
    tomas, mira = by_email(PRACTITIONERS[-1].email), by_email(MEMBER.email)
    alone = services.work_for_oneself(actor=tomas, at=at)
    services.add_employment(
        alone, role="consultant", begins=date(2023, 1, 1), ends=None, actor=tomas, at=at
    )
    services.add_employer("Tidewater Robotics", actor=tomas, at=at)
    services.add_interest(
        employers["Vectorworks Models"],
        kind=InterestKind.OWNS,
        begins=date(2023, 2, 1),
        ends=None,
        actor=mira,
        at=at,
    )


def _employers(registrar: User, at: datetime) -> dict[str, Employer]:
    by: dict[str, Any] = {"actor": registrar, "at": at}
    made = {}
    for name, country, domain in EMPLOYERS:
        made[name] = services.add_employer(name, country=country, **by)
        services.set_mail_domains(made[name], [domain], reason=SEEN, **by)
    for name in FAMILY:
        services.set_parent(made[name], made["Harbour Group"], reason=SEEN, **by)
    services.add_name(made["Lindqvist Logistics"], "Lindqvist Åkeri", **by)
    return made


def _tell(wanted: DemoPractitioner, employers: dict[str, Employer], at: datetime) -> None:
    person = accounts.person_by_email(wanted.email) or account_services.create_person(
        email=wanted.email, password=PASSWORD, display_name=wanted.name, at=at
    )
    by: dict[str, Any] = {"actor": person, "at": at}
    services.edit_profile(wanted.profile, **by)
    for name, role, begins, ends in wanted.work:
        services.add_employment(
            employers[name], role=role, begins=_day(begins), ends=_last(ends), **by
        )
    for each in wanted.experience:
        _attest(each, employers[each.employer], person, wanted.name, at)
    if wanted.expertise:
        services.declare_expertise(wanted.expertise, **by)
    if wanted.validates:
        services.choose_opt_ins(Purpose.ITEM_VALIDATION, wanted.validates, **by)


def _attest(
    each: DemoExperience, employer: Employer, person: User, name: str, at: datetime
) -> None:
    known = queries.domain_titles()
    domains = tuple(key for key in each.domains if key in known)
    wanted = Attestation(
        employer=employer,
        domains=domains,
        system=each.system,
        role=each.role,
        begins=_day(each.begins),
        ends=_last(each.ends),
        scale=each.scale,
        description=each.description,
    )
    row = services.attest(wanted, actor=person, at=at)
    if each.referee:
        asked = services.ask_referee(
            row, Asked(each.referee, Relation.MANAGER, name), actor=person, at=at
        )
        answer = Answer("confirm", "Robin Referee", domains[:1])
        services.answer_reference(asked, answer, actor=None, at=at)
    if each.to_check:
        services.ask_checker(row, actor=person, at=at)


def _day(month: Month) -> date:
    return date(month[0], month[1], 1)


def _last(month: Month | None) -> date | None:
    return _day(month) if month else None
