"""What people fill in: feedback, a voice, a message, and what who triages decides."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guildmark.apps.standard import queries as standard

from . import backing, ruling
from .models import NAME_AT_MOST, SUMMARY_AT_MOST, TEXT_AT_MOST, Contribution, Rules
from .services import Decision, Feedback, Joining, Letter, Part
from .states import OUTCOMES, AiHelp, Concern, Credit, Kind, Labelled, Outcome
from .targets import Target, nothing_yet, target

NOTHING = "nothing"
Choices = list[tuple[str, str | Promise]]


def _words(kind: type[Labelled]) -> Choices:
    return [(each.value, each.label) for each in kind]


def target_choices(edition: standard.Edition) -> list[Any]:
    """Return what feedback on an edition can be about, by domain, "nothing covers this" last."""
    groups: list[Any] = [("", _("Choose what it is about"))]
    for domain in standard.domains(edition):
        rows = standard.requirements(edition).filter(domain=domain)
        whole = gettext("%(label)s as a whole") % {"label": domain.label}
        inside = [(each.key, f"{each.label} {each.title}"[:90]) for each in rows]
        groups.append((f"{domain.label} {domain.title}", [(f"{domain.key}", whole), *inside]))
    return [*groups, (NOTHING, _("Nothing covers this yet"))]


class WholeTextForm(forms.Form):
    """A form that takes in all that is pasted, and says so where that is too much.

    A browser that knows the limit cuts the rest off without a word.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Keep the limits from the browser."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)


class TargetMixin(WholeTextForm):
    """What feedback is about, in one edition."""

    about = forms.ChoiceField(label=_("What is it about?"))

    def __init__(self, *args: Any, edition: standard.Edition, **kwargs: Any) -> None:
        """Offer everything in an edition."""
        super().__init__(*args, **kwargs)
        self.edition = edition
        self.fields["about"].choices = target_choices(edition)  # type: ignore[attr-defined] # a choice field

    def target(self) -> Target:
        """Return what was chosen. Raises `TargetUnknown`."""
        chosen = self.cleaned_data["about"]
        framework, number = self.edition.framework.key, self.edition.number
        if chosen == NOTHING:
            return nothing_yet(framework, number)
        return target(framework, number, chosen)


class FeedbackForm(TargetMixin):
    """Framework feedback: four answers are needed, everything else may stay empty."""

    concern = forms.ChoiceField(
        label=_("What is wrong?"), choices=_words(Concern), widget=forms.RadioSelect
    )
    summary = forms.CharField(
        label=_("In one line"),
        max_length=SUMMARY_AT_MOST,
        help_text=_("Without names of people or firms: others may read it."),
    )
    details = forms.CharField(
        label=_("What is missing or wrong, and what follows from it?"),
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea({"rows": 5}),
    )
    in_production = forms.BooleanField(label=_("I saw this in production"), required=False)
    seen = forms.CharField(
        label=_("What you saw in production"),
        required=False,
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea({"rows": 3}),
        help_text=_(
            "The kind of system, what happened, how you noticed. Only who triages reads it."
        ),
    )
    proposed = forms.CharField(
        label=_("The words that you would write instead"),
        required=False,
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea({"rows": 3}),
    )
    credential = forms.ChoiceField(label=_("The credential that stands behind it"), required=False)
    credit = forms.ChoiceField(
        label=_("If it leads to a change, name me"),
        choices=_words(Credit),
        initial=Credit.NONE.value,
        required=False,
    )
    ai_help = forms.ChoiceField(
        label=_("Help by an AI system"),
        choices=_words(AiHelp),
        initial=AiHelp.NONE.value,
        required=False,
    )
    NEEDED = ("about", "concern", "summary", "details", "in_production")
    MORE = ("seen", "proposed", "credential", "credit", "ai_help")

    def __init__(self, *args: Any, person: Any, at: datetime, **kwargs: Any) -> None:
        """Offer the credentials of the person, the best first."""
        super().__init__(*args, **kwargs)
        held = backing.choices(person, at=at)
        self.fields["credential"].choices = [  # type: ignore[attr-defined] # a choice field
            (each.number, f"{each.type} · {each.number} ({each.standing.label})") for each in held
        ]
        if not held:
            del self.fields["credential"]

    def needed(self) -> list[forms.BoundField]:
        """The fields that everybody sees."""
        return [self[name] for name in self.NEEDED]

    def more(self) -> list[forms.BoundField]:
        """The fields that whoever has more to say opens."""
        return [self[name] for name in self.MORE if name in self.fields]

    def more_is_open(self) -> bool:
        """Whether something stands or is wrong in the fields that are folded away."""
        return any(self[name].errors or self[name].value() for name in ("seen", "proposed"))

    def wanted(self, token: UUID) -> Feedback:
        """Return what is to be sent. Raises `TargetUnknown`."""
        data = self.cleaned_data
        return Feedback(
            concern=Concern(data["concern"]),
            target=self.target(),
            summary=data["summary"],
            details=data["details"],
            in_production=data["in_production"] or bool(data["seen"].strip()),
            seen=data["seen"],
            proposed=data["proposed"],
            ai_help=AiHelp(data["ai_help"] or AiHelp.NONE),
            credit=Credit(data["credit"] or Credit.NONE),
            credential=data.get("credential", ""),
            sent_as=token,
        )


class JoinForm(WholeTextForm):
    """A voice on the feedback of somebody else."""

    words = forms.CharField(
        label=_("What did you see yourself?"),
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("In your own words. Only who triages reads them."),
    )
    in_production = forms.BooleanField(label=_("I saw this in production"), required=False)
    credit = forms.ChoiceField(
        label=_("If it leads to a change, name me"), choices=_words(Credit), required=False
    )

    def wanted(self) -> Joining:
        """Return what the voice says."""
        data = self.cleaned_data
        credit = Credit(data["credit"] or Credit.NONE)
        return Joining(data["words"], in_production=data["in_production"], credit=credit)


class LetterForm(WholeTextForm):
    """A message to the institute; who is signed in gives no address."""

    topic = forms.ChoiceField(label=_("What is it about?"))
    summary = forms.CharField(label=_("In one line"), max_length=SUMMARY_AT_MOST)
    details = forms.CharField(
        label=_("Your message"), max_length=TEXT_AT_MOST, widget=forms.Textarea({"rows": 7})
    )
    name = forms.CharField(
        label=_("Your name"),
        required=False,
        max_length=NAME_AT_MOST,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text=_("The answer goes there, and to nobody else."),
    )

    def __init__(self, *args: Any, rules: Rules, signed_in: bool, **kwargs: Any) -> None:
        """Offer the topics of the rules in force."""
        super().__init__(*args, **kwargs)
        topics = [(each.code, each.title) for each in ruling.topics(rules)]
        self.fields["topic"].choices = [("", _("Choose one")), *topics]  # type: ignore[attr-defined] # a choice field
        if signed_in:
            del self.fields["name"], self.fields["email"]

    def wanted(self, suspicion: str, token: UUID) -> Letter:
        """Return the message."""
        data = self.cleaned_data
        return Letter(
            data["topic"],
            data["summary"],
            data["details"],
            name=data.get("name", ""),
            email=data.get("email", ""),
            suspicion=suspicion,
            sent_as=token,
        )


class ReplyForm(WholeTextForm):
    """A message about a contribution."""

    text = forms.CharField(
        label=_("Message"), max_length=TEXT_AT_MOST, widget=forms.Textarea({"rows": 4})
    )


class ContestForm(WholeTextForm):
    """Why a decision is wrong."""

    statement = forms.CharField(
        label=_("What is wrong with the decision?"),
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("People who took no part in it decide. You can contest a decision once."),
    )


class SummaryForm(WholeTextForm):
    """The summary that everybody reads."""

    public_summary = forms.CharField(
        label=_("Public summary"),
        max_length=SUMMARY_AT_MOST,
        help_text=_("Everybody reads it from now on, also other holders who write on the same."),
    )


class ReasonForm(WholeTextForm):
    """Why something is done; it stays in the history and its author reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("It stays in the history, and the author reads it."),
    )


class DecisionForm(WholeTextForm):
    """How a contribution ends: an outcome with a reason of the published list, and an answer.

    Where nobody has acknowledged feedback yet, the decision publishes its summary as well.
    """

    reason_code = forms.ChoiceField(label=_("Outcome and reason"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Answer to the author"),
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("Say why in this case. The author and everybody who joined are told."),
    )
    public_summary = SummaryForm.base_fields["public_summary"]

    def __init__(self, *args: Any, row: Contribution, **kwargs: Any) -> None:
        """Offer the reasons for what can become of this kind."""
        super().__init__(*args, **kwargs)
        self.fields["text"].required = not row.suspicion
        if row.kind != Kind.FEEDBACK or row.public_summary:
            del self.fields["public_summary"]
        else:
            self.fields["public_summary"].initial = row.summary
        offered = [
            each for each in OUTCOMES[Kind(row.kind)]
            if each not in (Outcome.DUPLICATE, Outcome.CONVERTED)
        ]  # fmt: skip
        self.fields["reason_code"].choices = [  # type: ignore[attr-defined] # a choice field
            (
                str(outcome.label).capitalize(),
                [
                    (f"{outcome.value}:{each.code}", each.text)
                    for each in ruling.reasons(row.rules, outcome)
                ],
            )
            for outcome in offered
        ]

    def wanted(self) -> Decision:
        """Return the decision."""
        outcome, _colon, code = self.cleaned_data["reason_code"].partition(":")
        data = self.cleaned_data
        return Decision(Outcome(outcome), code, data["text"], data.get("public_summary", ""))


class AimForm(TargetMixin, ReasonForm):
    """Another target, and why."""


class MergeForm(WholeTextForm):
    """Which one makes the same point."""

    into = forms.CharField(label=_("Reference of the other one"), max_length=60)
    text = forms.CharField(
        label=_("What both have in common"),
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The author of this one reads it."),
    )


class PartForm(TargetMixin):
    """One of the points that a contribution makes."""

    summary = forms.CharField(label=_("In one line"), max_length=SUMMARY_AT_MOST)
    details = forms.CharField(
        label=_("The author's words that belong to it"),
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea({"rows": 4}),
    )

    def part(self) -> Part:
        """Return the point. Raises `TargetUnknown`."""
        data = self.cleaned_data
        return Part(self.target(), data["summary"], data["details"])


class TextForm(WholeTextForm):
    """What the author is told."""

    text = forms.CharField(
        label=_("Reason"),
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The author reads it."),
    )
