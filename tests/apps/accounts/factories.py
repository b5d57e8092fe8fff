"""People for tests: `member()`, `administrator()`, `staff(role)`, `with_second_factor(user)`.

Each call makes one new person with a confirmed address and the password `PASSWORD`. Staff have a
second factor, so that their role is effective, unless a test asks for none.
"""

import time
from typing import Any
from uuid import uuid4

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client

from guildmark.apps.accounts.models import RoleGrant, User
from guildmark.apps.accounts.states import Role
from tests.conftest import NOON

PASSWORD = "correct-horse-battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_hashed: list[str] = []


def member(email: str = "", *, display_name: str = "") -> User:
    """A person with an account and no role."""
    email = email or f"{uuid4().hex[:12]}@example.org"
    if not _hashed:
        _hashed.append(make_password(PASSWORD))  # Argon2 is slow on purpose; once is enough.
    user = User.objects.create(email=email, display_name=display_name, password=_hashed[0])
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user


def with_second_factor(user: User) -> User:
    """Give the person an authenticator app whose secret is `SECRET`."""
    TOTP.activate(user, SECRET)
    return user


def staff(role: Role, email: str = "", *, second_factor: bool = True) -> User:
    """A person who holds the role, given by somebody whose account is disabled since."""
    user = member(email)
    RoleGrant.objects.create(
        user=user, role=role, reason="Needed for a test.", granted_by=_granter(), granted_at=NOON
    )
    return with_second_factor(user) if second_factor else user


def administrator(email: str = "", *, second_factor: bool = True) -> User:
    """A person who grants roles."""
    return staff(Role.ADMINISTRATOR, email, second_factor=second_factor)


def signed_in(client: Client, user: User) -> Client:
    """Sign the person in with this client by all that they have, as the pages do."""
    return _proven(client, user, [{"method": "password"}, *_factor_used(user)])


def session_ended(client: Client, user: User) -> User:
    """Have somebody signed in with this client whose session then ends; returns the person."""
    signed_in(client, user)
    client.get("/desk/")
    del client.cookies[settings.SESSION_COOKIE_NAME]
    return user


def signed_in_by_password(client: Client, user: User) -> Client:
    """Sign the person in as before they had a second factor."""
    return _proven(client, user, [{"method": "password"}])


def reauthenticated(client: Client, user: User) -> Client:
    """Sign the person in; second factor, or else the password, was just asked for once more."""
    proof = [*_factor_used(user), {"method": "password"}][0]
    return _proven(client, user, [proof, {**proof, "reauthenticated": True}])


def _factor_used(user: User) -> list[dict[str, Any]]:
    factor = Authenticator.objects.filter(user=user).first()
    return [{"method": "mfa", "id": factor.pk, "type": factor.type}] if factor else []


def _proven(client: Client, user: User, proofs: list[dict[str, Any]]) -> Client:
    client.force_login(user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"at": time.time(), **each} for each in proofs]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return client


def _granter() -> User:
    email = "granter@example.org"
    return User.objects.filter(email=email).first() or User.objects.create(
        email=email, is_active=False
    )
