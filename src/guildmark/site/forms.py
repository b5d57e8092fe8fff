"""Forms of the site itself."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ExampleForm(forms.Form):
    """One field of each kind, for the living style page."""

    name = forms.CharField(label=_("Name"), help_text=_("As it should appear in public lists."))
    email = forms.EmailField(label=_("E-mail address"))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("gap", _("A gap")), ("outdated", _("An outdated requirement"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea, help_text=_("What did you see in production?")
    )
    agree = forms.BooleanField(label=_("I saw this in production"), required=False)
