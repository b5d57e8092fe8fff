"""What is asked of referees and checkers, and what they answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from guildmark.apps.practitioners import queries
from guildmark.apps.practitioners.services import Answer, Asked
from guildmark.apps.practitioners.services.experience import LONGEST_SEEN
from guildmark.apps.practitioners.services.references import LONGEST_TYPED_NAME
from guildmark.apps.practitioners.services.refusals import LONGEST_REASON
from guildmark.apps.practitioners.states import Relation

DECISIONS = [
    ("confirm", gettext_lazy("Yes, as far as I saw it, this is so")),
    ("refuse", gettext_lazy("No, this is not so")),
    ("pass", gettext_lazy("I can't tell")),
]


class RefereeForm(forms.Form):
    """Whom to ask."""

    email = forms.EmailField(
        label=_("E-mail address of the referee"),
        help_text=_(
            "Best their address at the employer: then their answer counts as a verification. Or "
            "somebody who holds a credential of this institute."
        ),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    relation = forms.ChoiceField(
        label=_("The referee is"),
        widget=forms.RadioSelect,
        choices=[(each.value, each.label) for each in Relation],
    )
    name = forms.CharField(
        label=_("Your name, as the referee knows you"),
        max_length=LONGEST_TYPED_NAME,
        help_text=_("It stands in the mail, above what you wrote."),
    )

    def wanted(self) -> Asked:
        """Return what the service is asked for."""
        given = self.cleaned_data
        return Asked(given["email"], Relation(given["relation"]), given["name"])


class _SomeDomainsForm(forms.Form):
    """Some of the domains that an experience names."""

    domains = forms.MultipleChoiceField(
        label=_("Domains"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, keys: list[str]) -> None:
        super().__init__(data)
        titles = queries.domain_titles()
        field = self.fields["domains"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(key, titles.get(key, key)) for key in keys]


class AnswerForm(_SomeDomainsForm):
    """What a referee says, with the name that stands for their signature."""

    answer = forms.ChoiceField(label=_("Is this so?"), widget=forms.RadioSelect, choices=DECISIONS)
    typed_name = forms.CharField(
        label=_("Your name"),
        max_length=LONGEST_TYPED_NAME,
        help_text=_("It stands for your signature. It is kept with your answer."),
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    field_order = ("answer", "domains", "typed_name")

    def __init__(self, data: Any = None, *, keys: list[str]) -> None:
        """Ask for the domains only of who confirms."""
        super().__init__(data, keys=keys)
        self.fields["domains"].label = _("If so, in which of these did you see it?")

    def clean(self) -> dict[str, Any]:
        """Who confirms says in which domains."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("answer") == "confirm" and not cleaned.get("domains"):
            self.add_error("domains", gettext("Tick the domains in which you saw this work."))
        return cleaned

    def wanted(self) -> Answer:
        """Return what the service is asked for."""
        given = self.cleaned_data
        return Answer(given["answer"], given["typed_name"], tuple(given["domains"]))


class CheckForm(_SomeDomainsForm):
    """What a checker saw, or why it was not enough."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            ("verify", _("What I saw verifies the experience")),
            ("decline", _("It is not enough")),
        ],
    )
    seen = forms.CharField(
        label=_("What you saw, or what is missing"),
        max_length=LONGEST_SEEN,
        widget=forms.Textarea({"rows": 4}),
        help_text=_(
            "For a verification: what you looked at, and how you know that it is theirs; kept for "
            "the file. Otherwise: what is missing, which the person reads."
        ),
    )
    field_order = ("decision", "domains", "seen")

    def __init__(self, data: Any = None, *, keys: list[str]) -> None:
        """Ask for the domains that are verified."""
        super().__init__(data, keys=keys)
        self.fields["domains"].label = _("Domains that are verified")

    def clean(self) -> dict[str, Any]:
        """A verification names domains; a refusal fits into a decision's reason."""
        cleaned = super().clean() or self.cleaned_data
        decision, seen = cleaned.get("decision"), cleaned.get("seen", "")
        if decision == "verify" and not cleaned.get("domains"):
            self.add_error("domains", gettext("Choose the domains in which it was shown."))
        if decision == "decline" and len(seen) > LONGEST_REASON:
            text = gettext("Say in at most %(most)s characters what is missing.")
            self.add_error("seen", text % {"most": LONGEST_REASON})
        return cleaned


class ReasonForm(forms.Form):
    """A decision, which needs a reason."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Kept with the decision. Say what you saw."),
    )


class FindPersonForm(forms.Form):
    """Look for the person whose verifications are to be seen."""

    q = forms.CharField(label=_("Handle or e-mail address"), required=False, max_length=200)
