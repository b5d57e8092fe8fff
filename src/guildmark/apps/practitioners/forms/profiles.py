"""What a person tells about themselves and offers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guildmark.apps.practitioners import queries
from guildmark.apps.practitioners.handles import LONGEST
from guildmark.apps.practitioners.models import Profile
from guildmark.apps.practitioners.services import ProfileDescription
from guildmark.apps.practitioners.services.profiles import LONGEST_NAME, LONGEST_TEXT
from guildmark.apps.practitioners.services.readiness import MOST_LOAD
from guildmark.apps.practitioners.states import Level, Purpose, Sector

from .fields import DomainsField


class ProfileForm(forms.Form):
    """What a person tells about themselves, and who may read it."""

    handle = forms.CharField(
        label=_("Public handle"),
        required=False,
        max_length=LONGEST,
        help_text=_(
            "3 to 40 small letters, digits and hyphens. Your page has it in its address. An older "
            "one stays yours: nobody else can take it."
        ),
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=_("Shown only where you say so below; else your handle stands for you."),
    )
    shows_name = forms.BooleanField(label=_("Show my name instead of my handle"), required=False)
    text = forms.CharField(
        label=_("About you"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("A few sentences, in plain text."),
    )
    sector = forms.ChoiceField(
        label=_("Sector"),
        required=False,
        choices=[("", _("Not said")), *((each.value, each.label) for each in Sector)],
    )
    is_public = forms.BooleanField(
        label=_("Everybody can read my page"),
        required=False,
        help_text=_("Off, nobody can tell whether the page exists. Needs a handle."),
    )
    shows_sector = forms.BooleanField(label=_("Show my sector there"), required=False)
    shows_expertise = forms.BooleanField(
        label=_("Show my expertise there, as I declared it"), required=False
    )
    shows_experience = forms.BooleanField(
        label=_("Show there in which domains I have experience"),
        required=False,
        help_text=_(
            "Only the domain, and whether it is verified: no employer, no role, no description."
        ),
    )
    shows_credentials = forms.BooleanField(
        label=_("Show there the credentials that name me as this page does"), required=False
    )
    shows_contributions = forms.BooleanField(
        label=_("Show there what I contributed to the standard"), required=False
    )

    def wanted(self) -> ProfileDescription:
        """Return what the service is asked for."""
        return ProfileDescription(**self.cleaned_data)


def profile_values(row: Profile | None) -> dict[str, Any]:
    """Return what the form begins with."""
    return {name: getattr(row, name) for name in ProfileForm.base_fields} if row else {}


class ExpertiseForm(forms.Form):
    """How well a person says that they know each domain."""

    def __init__(self, data: Any = None, *, person: Any) -> None:
        """Ask about each domain in force, with what was said before."""
        super().__init__(data)
        self.titles = queries.domain_titles()
        said = {each.domain: each.level for each in queries.expertise(person)}
        for number, (key, title) in enumerate(self.titles.items()):
            self.fields[f"level_{number}"] = forms.ChoiceField(
                label=title,
                required=False,
                choices=[("", _("Not said")), *((each.value, each.label) for each in Level)],
                initial=said.get(key, ""),
            )

    def wanted(self) -> dict[str, Level | None]:
        """Return the level in each domain, None where nothing is said."""
        given = (self.cleaned_data[f"level_{n}"] for n in range(len(self.titles)))
        return {
            key: Level(level) if level else None
            for key, level in zip(self.titles, given, strict=True)
        }


class OptInForm(forms.Form):
    """For which domains a person offers their time for a purpose, and how much of it."""

    domains = DomainsField(required=False, label=_("Domains in which you offer it"))
    most = forms.IntegerField(
        label=_("At most so many at a time"),
        required=False,
        min_value=1,
        max_value=MOST_LOAD,
        help_text=_("Empty leaves it to the institute."),
    )

    def __init__(
        self, data: Any = None, *, purpose: Purpose, domains: dict[str, str], person: Any
    ) -> None:
        """Offer the domains that are open to the person, ticked where they are in."""
        mine = {key for kind, key in queries.open_opt_ins(person) if kind == purpose}
        initial = {
            "domains": [key for key in domains if key in mine],
            "most": queries.load_cap(person, purpose),
        }
        super().__init__(data, initial=initial, prefix=purpose.value.replace(" ", "_"))
        self.purpose = purpose
        field = self.fields["domains"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = list(domains.items())


class AbsenceForm(forms.Form):
    """Days on which a person can't do anything."""

    begins = forms.DateField(
        label=_("First day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    ends = forms.DateField(
        label=_("Last day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
