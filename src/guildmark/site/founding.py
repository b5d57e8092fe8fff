"""Founding an institute: the steps that `init` and the demo share, in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse

from guildmark.apps.accounts import services as accounts
from guildmark.apps.accounts.queries import User
from guildmark.apps.institute import services as institutes
from guildmark.apps.institute.queries import Institute
from guildmark.apps.keys import services as keys
from guildmark.apps.keys.states import KeyPurpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What `init` asks for."""

    name: str
    origin: str
    admin_email: str
    contact_email: str
    tagline: str = ""


def found(
    plan: Founding, *, password: str | None, at: datetime, admin_name: str = ""
) -> tuple[Institute, User]:
    """Make the keys, the institute and its first administrator: all of it or nothing.

    Raises `InstituteRefused` or `AccountRefused`.
    """
    with transaction.atomic():
        person = accounts.create_person(
            email=plan.admin_email, password=password, display_name=admin_name, at=at
        )
        institute = institutes.found_institute(
            name=plan.name,
            origin=plan.origin,
            contact_email=plan.contact_email,
            tagline=plan.tagline,
            actor=person,
            at=at,
        )
        for purpose in KeyPurpose:
            keys.create_key(purpose=purpose, actor=person, at=at)
        accounts.appoint_first_administrator(person, at=at)
    return institute, person


def set_password_link(person: User, *, origin: str) -> str:
    """Return a link that lets the person choose a password; it works once, for three days."""
    uidb36, token = user_pk_to_url_str(person), default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})
    return f"{origin}{path}"


def host_of(origin: str) -> str:
    """The host name of an origin."""
    return urlsplit(origin).hostname or ""
