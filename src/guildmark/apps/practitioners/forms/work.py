"""Lines of work and of vendor interests, and experience."""

from django import forms
from django.utils.translation import gettext_lazy as _

from guildmark.apps.practitioners.queries import Employer
from guildmark.apps.practitioners.services import Attestation
from guildmark.apps.practitioners.services.experience import LONGEST_DESCRIPTION
from guildmark.apps.practitioners.services.work import LONGEST_ROLE
from guildmark.apps.practitioners.states import InterestKind, Scale, SystemKind

from .fields import DomainsField, EmployerForm, MonthField

STILL = _("Year and month. Leave it empty while it goes on.")


class EmploymentForm(EmployerForm):
    """For whom a person worked."""

    role = forms.CharField(
        label=_("What you were there"),
        max_length=LONGEST_ROLE,
        help_text=_("Such as “site reliability engineer”."),
    )
    begins = MonthField(label=_("From"))
    ends = MonthField(label=_("Until"), required=False, help_text=STILL)


class InterestForm(EmployerForm):
    """What binds a person to a vendor."""

    offers_self = False
    kind = forms.ChoiceField(
        label=_("What binds you to it?"),
        widget=forms.RadioSelect,
        choices=[(each.value, each.label) for each in InterestKind],
    )
    begins = MonthField(label=_("From"))
    ends = MonthField(label=_("Until"), required=False, help_text=STILL)

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Call the employer a vendor."""
        super().__init__(*args, **kwargs)
        self.fields["employer_text"].label = _("Vendor")


class EndForm(forms.Form):
    """In which month something ended."""

    ends = MonthField(label=_("Last month"))


class ExperienceForm(EmployerForm):
    """What a person did in production."""

    domains = DomainsField(
        label=_("In which domains?"),
        help_text=_("Tick those in which you did the work yourself; each counts on its own."),
    )
    system = forms.ChoiceField(
        label=_("Kind of system"),
        choices=[("", _("Choose a kind")), *((each.value, each.label) for each in SystemKind)],
    )
    role = forms.CharField(
        label=_("What you did"),
        max_length=LONGEST_ROLE,
        help_text=_("Such as “led the rollout”."),
    )
    begins = MonthField(label=_("From"))
    ends = MonthField(label=_("Until"), required=False, help_text=STILL)
    scale = forms.ChoiceField(
        label=_("How many people did it serve?"),
        choices=[("", _("Choose a range")), *((each.value, each.label) for each in Scale)],
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=LONGEST_DESCRIPTION,
        widget=forms.Textarea({"rows": 6}),
        help_text=_(
            "Private. Only you read it, the referees you ask, and the institute's checkers once "
            "you ask them. Leave out what your employer keeps secret."
        ),
    )

    def wanted(self, employer: Employer) -> Attestation:
        """Return what the service is asked for."""
        given = self.cleaned_data
        return Attestation(
            employer=employer,
            domains=tuple(given["domains"]),
            system=SystemKind(given["system"]),
            role=given["role"],
            begins=given["begins"],
            ends=given["ends"],
            scale=Scale(given["scale"]),
            description=given["description"],
        )
