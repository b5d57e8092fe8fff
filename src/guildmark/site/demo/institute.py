"""Founding the demo institute, once, in an empty database."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from guildmark.apps.accounts import services as accounts
from guildmark.apps.accounts.queries import User
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.institute import queries as institutes
from guildmark.apps.institute.services import change_institute
from guildmark.site.conf import Mode
from guildmark.site.founding import Founding, found
from guildmark.site.programme.transfer import load_programme

from .contributions import contribute_all
from .credentials import award_all
from .people import ADMINISTRATOR, PASSWORD, PEOPLE, DemoPerson
from .practitioners import tell_all

NAME = "Demo Certification Institute"
PROGRAMME = Path(__file__).parent / "psf.json"


class DemoRefused(ValueError):
    """The demo can't be shown here; the message says why."""


def ensure_demo(*, origin: str, at: datetime) -> bool:
    """Found the demo institute unless it is there; return whether it was made.

    Raises `DemoRefused` in production and where the database holds another institute.
    """
    refuse_demo_in_production()
    if not institutes.is_founded():
        _found_demo(origin=origin, at=at)
        return True
    if not is_demo():
        raise DemoRefused(
            f"This database holds the institute “{institutes.institute().name}”, so the demo stays "
            "away from it. Run without --demo, or name another folder: GUILDMARK_VAR=demo-var."
        )
    here = institutes.institute()
    if here.origin != origin and here.origin_fixed_at is None:  # Served at another port.
        change_institute(actor=SYSTEM, at=at, origin=origin)
    return False


def is_demo() -> bool:
    """Whether the institute in this database is the demo's."""
    return get_user_model().objects.filter(email=ADMINISTRATOR.email).exists()


def refuse_demo_in_production() -> None:
    """Raise `DemoRefused` in production, because the demo's passwords are public."""
    if settings.GUILDMARK_MODE is Mode.PRODUCTION:
        raise DemoRefused("The demo's passwords are public, so it is refused in production.")


def _found_demo(*, origin: str, at: datetime) -> None:
    plan = Founding(
        name=NAME,
        origin=origin,
        admin_email=ADMINISTRATOR.email,
        contact_email="office@demo.example",
        tagline="A standard that is governed by those who work with it.",
    )
    with transaction.atomic():
        _, administrator = found(plan, password=PASSWORD, at=at, admin_name=ADMINISTRATOR.name)
        _enrol(administrator, ADMINISTRATOR, at=at)
        for demo_person in PEOPLE:
            if demo_person is not ADMINISTRATOR:
                _add(demo_person, administrator=administrator, at=at)
        text = PROGRAMME.read_text(encoding="utf-8")
        load_programme(text, actor=administrator, at=at, dry_run=False)
        award_all(at=at)
        tell_all(at=at)
        contribute_all(at=at)


def _add(demo_person: DemoPerson, *, administrator: User, at: datetime) -> None:
    person = accounts.create_person(
        email=demo_person.email, password=PASSWORD, display_name=demo_person.name, at=at
    )
    if demo_person.role:
        reason = "Shows this role in the demo."
        accounts.grant_role(person, demo_person.role, actor=administrator, at=at, reason=reason)
        _enrol(person, demo_person, at=at)


def _enrol(person: User, demo_person: DemoPerson, *, at: datetime) -> None:
    accounts.enrol_authenticator_app(person, secret=demo_person.secret, at=at)
