"""What the keepers of the register fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guildmark.apps.practitioners import queries
from guildmark.apps.practitioners.models.employers import LONGEST_COUNTRY, LONGEST_NAME
from guildmark.apps.practitioners.queries import Employer

from .verifying import ReasonForm

LONGEST_DOMAINS = 4000


class RegisterSearchForm(forms.Form):
    """Look for employers."""

    q = forms.CharField(label=_("Name"), required=False, max_length=LONGEST_NAME)


class NewEmployerForm(forms.Form):
    """An organisation that is not in the register."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    country = forms.CharField(
        label=_("Country"),
        required=False,
        max_length=LONGEST_COUNTRY,
        help_text=_("Two letters, such as DE, FR or US."),
    )


class RenameForm(ReasonForm):
    """The right name and country."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    country = NewEmployerForm.base_fields["country"]
    field_order = ("name", "country", "reason")


class AliasForm(forms.Form):
    """One more name by which it is found."""

    name = forms.CharField(label=_("Another name"), max_length=LONGEST_NAME)


class MailDomainsForm(ReasonForm):
    """The mail domains of an organisation."""

    domains = forms.CharField(
        label=_("Mail domains"),
        required=False,
        max_length=LONGEST_DOMAINS,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
        help_text=_(
            "One on each line, such as example.org. Who answers from such an address counts as "
            "a referee of this employer. Take only domains where nobody else gets a mailbox."
        ),
    )
    field_order = ("domains", "reason")


class OtherEmployerForm(ReasonForm):
    """Another organisation of the register, by its number or name."""

    other = forms.CharField(
        label=_("Name or number of the other employer"),
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    field_order = ("other", "reason")

    def __init__(self, *args: Any, needed: bool, **kwargs: Any) -> None:
        """Ask for the other one, or let it be none."""
        super().__init__(*args, **kwargs)
        self.fields["other"].required = needed
        if not needed:
            self.fields["other"].help_text = _("Empty takes it out of its family.")

    def clean_other(self) -> Employer | None:
        """Return the organisation that is meant."""
        typed = self.cleaned_data["other"].strip()
        if not typed:
            return None
        numbered = queries.employer(int(typed)) if typed.isdecimal() else None
        found = [numbered] if numbered else queries.employers_like(typed)
        exact = [each for each in found if each.name.casefold() == typed.casefold()]
        if len(exact or found) != 1:
            names = ", ".join(f"{each.name} ({each.pk})" for each in found) or gettext("none")
            raise forms.ValidationError(
                gettext("“%(typed)s” is not one employer. Found: %(names)s. Give the number."),
                params={"typed": typed, "names": names},
            )
        return (exact or found)[0]


class InstituteForm(ReasonForm):
    """Whether it is the institute itself."""

    is_institute = forms.BooleanField(label=_("This is the institute itself"), required=False)
    field_order = ("is_institute", "reason")
