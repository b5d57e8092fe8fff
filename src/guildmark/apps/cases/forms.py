"""What those who handle a case fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import TEXT_AT_MOST
from .services import EXTENSION_AT_MOST, Finding
from .states import Outcome


class ReasonForm(forms.Form):
    """A step that needs a reason."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Who opened the case reads it."),
    )


class ExtendForm(ReasonForm):
    """More time, and why."""

    days = forms.IntegerField(
        label=_("Working days more"), min_value=1, max_value=EXTENSION_AT_MOST
    )
    field_order = ("days", "reason")


class FindingForm(ReasonForm):
    """What those who decide find."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[(each.value, each.label) for each in Outcome],
        widget=forms.RadioSelect,
        help_text=_(
            "Upheld, also in part: the matter is opened again, and people who took no part in the "
            "first decision decide on it once more. Not upheld: nothing changes."
        ),
    )
    field_order = ("outcome", "reason")

    def finding(self) -> Finding:
        """Return what was found."""
        return Finding(Outcome(self.cleaned_data["outcome"]), self.cleaned_data["reason"])


class AssignForm(forms.Form):
    """Who is to decide: only people who took no part and have no conflict are offered."""

    people = forms.MultipleChoiceField(label=_("Who decides"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, people: list[Any], **kwargs: Any) -> None:
        """Offer some people; one alone is chosen already."""
        super().__init__(*args, **kwargs)
        self.known = {str(each.pk): each for each in people}
        if len(people) == 1:
            self.fields["people"].initial = list(self.known)
        self.fields["people"].choices = [(key, str(each)) for key, each in self.known.items()]  # type: ignore[attr-defined] # a choice field

    def chosen(self) -> list[Any]:
        """Return the people who were chosen."""
        return [self.known[each] for each in self.cleaned_data["people"]]
