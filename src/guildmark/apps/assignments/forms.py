"""What people fill in about conflicts of interest."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.practitioners import queries as practitioners

from . import slots
from .models import LONGEST_REASON
from .states import RelationKind, TieKind

SAYINGS = (
    (RelationKind.RECUSED.value, gettext_lazy("I step back from it")),
    (RelationKind.DECLARED.value, gettext_lazy("I have a conflict of interest")),
    (RelationKind.NONE.value, gettext_lazy("I looked, and have no conflict of interest")),
)


class TieForm(forms.Form):
    """Somebody to whom one is close."""

    handle = forms.CharField(
        label=gettext_lazy("Handle of the other person"),
        max_length=60,
        help_text=gettext_lazy(
            "As in the address of their profile. If they have none, step back from what concerns "
            "them instead."
        ),
        widget=forms.TextInput({"autocapitalize": "none", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What you are to one another"),
        choices=[(each.value, each.label) for each in TieKind],
        widget=forms.RadioSelect,
    )

    def clean_handle(self) -> Any:
        """Return the person who has this handle."""
        found = practitioners.public_profile(self.cleaned_data["handle"].strip().lstrip("@"))
        if found is None:
            raise ValidationError(
                _("Nobody shows a profile with this handle. Copy it from the person's profile.")
            )
        return found.person


class ConditionalField(forms.CharField):
    """Words that some choices need: not called optional, and asked for by what the form is for."""

    def validate(self, value: Any) -> None:
        """Let it be empty."""


class SayingForm(forms.Form):
    """What somebody says about themselves and a subject."""

    use_required_attribute = False
    saying = forms.ChoiceField(
        label=gettext_lazy("What applies"), choices=SAYINGS, widget=forms.RadioSelect
    )
    reason = ConditionalField(
        label=gettext_lazy("Reason, unless you have no conflict of interest"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy(
            "One or two sentences. Whoever works on it reads it where you step back."
        ),
    )


class CheckForm(forms.Form):
    """Whether a person could act on a subject."""

    person = forms.CharField(
        label=gettext_lazy("Person"),
        max_length=254,
        help_text=gettext_lazy("A handle, or the e-mail address of the account."),
        widget=forms.TextInput({"autocapitalize": "none", "autocomplete": "off"}),
    )
    number = forms.CharField(
        label=gettext_lazy("Reference"),
        max_length=60,
        help_text=gettext_lazy("The number of something that you may read yourself."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, actor: Any, at: datetime, **kwargs: Any) -> None:
        """Look for subjects that an actor may read at a moment."""
        super().__init__(*args, **kwargs)
        self.actor, self.at = actor, at

    def clean_person(self) -> Any:
        """Return the person with this handle or address."""
        typed = self.cleaned_data["person"].strip().lstrip("@")
        if "@" in typed:
            person: Any = accounts.person_by_email(typed)
        else:
            found = practitioners.public_profile(typed)
            person = found.person if found else None
        if person is None:
            raise ValidationError(
                _("Nobody here has this handle or address. Check how it is spelled.")
            )
        return person

    def clean_number(self) -> slots.Found:
        """Return the subject with this number."""
        found = slots.find(self.actor, self.cleaned_data["number"].strip(), self.at)
        if found is None:
            raise ValidationError(_("There is nothing with this number, or you may not read it."))
        return found
