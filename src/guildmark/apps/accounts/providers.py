"""What this context puts into its own slots: home, navigation, desk and personal data."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.apps.institute import queries as institute_queries

from . import policies, queries
from .models import User
from .slots import DeskItem, DeskSection, Door, Link


def doors(request: HttpRequest) -> Iterable[Door]:
    """Offer an account to those who are not signed in."""
    if request.user.is_authenticated or not institute_queries.is_founded():
        return []
    return [
        Door(
            title=gettext_lazy("Create an account"),
            text=gettext_lazy("An e-mail address and a password are all it takes."),
            url=reverse("account_signup"),
        )
    ]


def people_link(request: HttpRequest) -> Link | None:
    """Lead administrators and auditors to the people."""
    if not policies.PEOPLE_LIST.allows(request.user):
        return None
    return Link(title=gettext_lazy("People"), url_name="accounts:people")


def desk_section(request: HttpRequest) -> DeskSection | None:
    """Say what the person's account needs, if it needs anything."""
    person = request.user
    if not isinstance(person, User) or not (dormant := sorted(queries.dormant_roles(person))):
        return None
    title, url = _("Set up a second factor"), reverse("mfa_index")
    if queries.has_second_factor(person):
        title = _("Confirm with your second factor")
        url = reverse("account_reauthenticate", query={"next": reverse("desk")})
    items = [
        DeskItem(
            title=title,
            url=url,
            detail=_("Your role %(role)s sleeps until then.") % {"role": role.label},
            state=_("waits for you"),
        )
        for role in dormant
    ]
    return DeskSection(title=_("Your account"), empty_text="", items=items)


def account_data(person: User) -> dict[str, Any]:
    """What this context holds about the person, without secrets."""
    return {
        "email_addresses": [
            {"address": address, "confirmed": confirmed}
            for address, confirmed in queries.email_addresses(person)
        ],
        "display_name": person.display_name,
        "time_zone": person.time_zone,
        "language": person.language,
        "pseudonym_in_events": str(person.actor_id),
        "joined_at": person.joined_at.isoformat(),
        "last_sign_in": person.last_login.isoformat() if person.last_login else None,
        "roles": [_role_data(grant) for grant in queries.role_history(person)],
        "second_factors": [
            {"kind": factor.type, "added_at": factor.created_at.isoformat()}
            for factor in queries.second_factors(person)
        ],
        "sessions": [
            {
                "address": session.ip,
                "browser": session.user_agent,
                "started_at": session.created_at.isoformat(),
                "last_seen_at": session.last_seen_at.isoformat(),
            }
            for session in queries.sessions(person)
        ],
        "events": queries.recorded_events(person),
    }


def _role_data(grant: Any) -> dict[str, Any]:
    return {
        "role": grant.role,
        "reason": grant.reason,
        "granted_at": grant.granted_at.isoformat(),
        "ended_at": grant.ended_at.isoformat() if grant.ended_at else None,
        "end_reason": grant.end_reason,
    }
