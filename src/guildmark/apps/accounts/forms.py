"""What people and administrators fill in about accounts."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .models import User
from .states import Role


def time_zones() -> list[tuple[str, Any]]:
    """The choices of time zones, by name; none chosen means UTC."""
    return [("", _("UTC")), *((name, name) for name in sorted(available_timezones()))]


def languages() -> list[tuple[str, Any]]:
    """The choices of languages; none chosen means what the browser asks for."""
    return [("", _("As the browser asks")), *settings.LANGUAGES]


class PreferencesForm(forms.Form):
    """How somebody wants to be called, and to read times and texts."""

    display_name = forms.CharField(
        label=_("Display name"),
        max_length=80,
        required=False,
        help_text=_("Shown to people who work with you here. Leave it empty to show your address."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        required=False,
        help_text=_("Times on pages and in mails are given in this zone."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=languages, required=False)


class ReasonForm(forms.Form):
    """A decision about another person, which needs a reason."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_(
            "One or two sentences. They are kept with the decision; the person, "
            "administrators and auditors can read them."
        ),
    )


class GrantForm(ReasonForm):
    """A role for somebody."""

    role = forms.ChoiceField(label=_("Role"))
    field_order = ("role", "reason")

    def __init__(self, *args: Any, held: frozenset[Role] = frozenset(), **kwargs: Any) -> None:
        """Offer the roles that the person does not hold."""
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        if isinstance(role, forms.ChoiceField):
            roles = [(role.value, role.label) for role in Role if role not in held]
            role.choices = [("", _("Choose a role")), *roles]


class CloseForm(forms.Form):
    """The owner's word that they want to close their account."""

    understood = forms.BooleanField(
        label=_("I understand that this cannot be undone."),
        error_messages={"required": _("Tick the box to say that you understand.")},
    )


class SearchForm(forms.Form):
    """Look for people."""

    q = forms.CharField(label=_("Name or e-mail address"), required=False, max_length=100)


def preferences_of(person: User) -> dict[str, str]:
    """The values the form starts with."""
    return {
        "display_name": person.display_name,
        "time_zone": person.time_zone,
        "language": person.language,
    }
