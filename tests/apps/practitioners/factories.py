"""Employers, work and experience for tests, made through the services."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import count
from typing import Any

from django.db import transaction

from guildmark.apps.practitioners import services
from guildmark.apps.practitioners.models import Employment, Experience
from guildmark.apps.practitioners.queries import Employer, Profile
from guildmark.apps.practitioners.services import Attestation
from guildmark.apps.practitioners.states import InterestKind, Purpose, Scale, SystemKind

INPUT, OUTPUT = "input-governance", "output-validation"
numbers = count(1)


@contextmanager
def rolled_back() -> Iterator[None]:
    """Undo everything at the end, so that each example of a property begins alike."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def employer(*, actor: Any, at: datetime, name: str = "") -> Employer:
    """An organisation of the register; checked where the actor keeps the register."""
    return services.add_employer(name or f"Company {next(numbers)}", actor=actor, at=at)


def works(
    person: Any, where: Employer, *, at: datetime, begins: date, ends: date | None = None
) -> Employment:
    """A line of somebody's work."""
    return services.add_employment(
        where, role="engineer", begins=begins, ends=ends, actor=person, at=at
    )


def attestation(where: Employer, **facts: Any) -> Attestation:
    """What somebody attests, in one domain where nothing else is said."""
    values: dict[str, Any] = {
        "employer": where,
        "domains": (INPUT,),
        "system": SystemKind.ASSISTANT,
        "role": "led the rollout",
        "begins": date(2023, 4, 1),
        "ends": date(2025, 6, 1),
        "scale": Scale.THOUSANDS,
        "description": "Screened every text that entered the model.",
    }
    return Attestation(**{**values, **facts})


def experience(person: Any, where: Employer, *, at: datetime, **facts: Any) -> Experience:
    """Experience that somebody attests of themselves."""
    return services.attest(attestation(where, **facts), actor=person, at=at)


def a_whole_record(person: Any, *, checker: Any, at: datetime) -> None:
    """Work, an interest, experience that was verified and found false, an offer, a contribution.

    For tests that want a row in every table; the standard of the demo is there.
    """
    firm = employer(actor=person, at=at)
    works(person, firm, at=at, begins=date(2023, 4, 1))
    services.add_interest(
        firm, kind=InterestKind.OWNS, begins=date(2023, 4, 1), ends=None, actor=person, at=at
    )
    row = experience(person, firm, at=at)
    asked = services.ask_checker(row, actor=person, at=at)
    found = services.verify_by_checker(
        asked, domains=[INPUT], seen="The runbook and the dashboards.", actor=checker, at=at
    )
    services.end_verification(found, reason="The runbook was another's.", actor=checker, at=at)
    services.choose_opt_ins(Purpose.ITEM_VALIDATION, [INPUT], actor=person, at=at)
    services.record_contribution(person, "feedback", subject="tests:1", title="A gap.", at=at)


def profile(person: Any, *, at: datetime, **facts: Any) -> Profile:
    """What a person tells about themselves."""
    return services.edit_profile(services.ProfileDescription(**facts), actor=person, at=at)
