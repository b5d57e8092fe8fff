"""What registrars fill in: a search, an award, a change of state, a decision on what was asked."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.queries import User
from guildmark.cores.identifiers import IdRefused

from . import queries
from .models import LONGEST_SOURCE, Credential, CredentialType, Proposal
from .services import LONGEST_TEXT, Award, Change, TakenComponent
from .states import CAUSES, Action, Cause, Move, Outcome, ProposalState, Standing, State

LONGEST_SEARCH = 200
FIRST_DAY = date(2000, 1, 1)
YEARS_AHEAD = 1


def state_label(state: State) -> Promise:
    """Return a state as people read it."""
    return _("active") if state is State.ACTIVE else Standing(state.value).label


def standing_choices() -> list[tuple[str, Any]]:
    """Return what to list by, in the words of the badges; none chosen means all."""
    return [("", _("All states")), *((each.value, each.label) for each in Standing)]


def type_choices() -> list[tuple[str, Any]]:
    """Return the types by code; none is chosen beforehand."""
    types = [(each.code, _type_label(each)) for each in queries.types()]
    return [("", _("Choose a type")), *types]


def component_choices() -> list[tuple[str, Any]]:
    """Return the components of all types, each under its type; none is chosen beforehand."""
    types = [
        (_type_label(each), [(f"{each.code}:{name}", name) for name in each.components])
        for each in queries.types()
        if each.components
    ]
    return [("", _("Choose a component")), *types]


def second_person_hint(kinds: Iterable[CredentialType]) -> str:
    """Return the sentence that says for which types an award needs a second registrar."""
    codes = [each.code for each in kinds if each.needs_second_person(Action.AWARD)]
    if not codes:
        return ""
    return ngettext(
        "A second registrar has to approve an award of %(codes)s; until then it waits.",
        "A second registrar has to approve an award of any of these; until then it waits: "
        "%(codes)s.",
        len(codes),
    ) % {"codes": ", ".join(codes)}


class ReasonForm(forms.Form):
    """A decision, which needs a reason."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 3}),
        help_text=_(
            "For the file: registrars, administrators and auditors read it, nobody else. "
            "Say what you saw, so that somebody who asks in two years understands."
        ),
    )


class RegistrySearchForm(forms.Form):
    """Look for credentials."""

    q = forms.CharField(
        label=_("Name, e-mail address or id"), required=False, max_length=LONGEST_SEARCH
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=standing_choices, widget=forms.HiddenInput
    )


class AwardForm(ReasonForm):
    """Who is to get which credential, and why.

    Where the same was awarded or asked for before, the form asks to tick a box: most often the
    page was sent twice, and seldom a second one is meant. That is no rule of the registry, for a
    second one can be right, so the service has no word in it.
    """

    type = forms.ChoiceField(label=_("Type"), choices=type_choices)
    email = forms.EmailField(
        label=_("E-mail address of the holder"),
        help_text=_("The news of the award goes there. Without an account, they claim it later."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=_("Name of the holder"),
        max_length=200,
        help_text=_("As it is to stand on the certificate."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    valid_from = forms.DateField(
        label=_("Valid from"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The day begins at midnight UTC. Empty means from the moment of the award."),
    )
    field_order = ("type", "email", "name", "reason", "valid_from")

    def __init__(
        self, data: Any = None, *, today: date, initial: dict[str, Any] | None = None
    ) -> None:
        """Say for which types a second registrar is needed."""
        super().__init__(data, initial=initial)
        self.today = today
        self.fields["type"].help_text = second_person_hint(queries.types())

    def clean_type(self) -> CredentialType | None:
        """Return the type itself."""
        return queries.type_by_code(self.cleaned_data["type"])

    def clean_email(self) -> str:
        """Return the address as it is compared."""
        return str(self.cleaned_data["email"]).lower()

    def clean_valid_from(self) -> date | None:
        """Refuse days that can only be slips of the hand."""
        day: date | None = self.cleaned_data["valid_from"]
        if day and not (day >= FIRST_DAY and day.year <= self.today.year + YEARS_AHEAD):
            raise forms.ValidationError(
                _("Give a day from 2000 to the end of %(year)s."),
                params={"year": self.today.year + YEARS_AHEAD},
            )
        return day

    def clean(self) -> dict[str, Any]:
        """Ask whether another one is meant where there is one already."""
        cleaned = super().clean() or self.cleaned_data
        kind, email = cleaned.get("type"), cleaned.get("email")
        problem = _awarded_before(kind, email) if kind and email else ""
        if problem:
            self.fields["again"] = forms.BooleanField(label=_("Award another one"), required=False)
            if not self.data.get(self.add_prefix("again")):
                self.add_error("again", problem)
        return cleaned

    def wanted(self) -> Award:
        """Return what the service is asked for."""
        given, day = self.cleaned_data, self.cleaned_data["valid_from"]
        begins = None if day is None else datetime.combine(day, time.min, tzinfo=UTC)
        return Award(given["type"], given["email"], given["name"], given["reason"], begins)


class ComponentForm(ReasonForm):
    """What became of a component, as a registrar records it by hand."""

    email = forms.EmailField(
        label=_("E-mail address of the account"),
        help_text=_("Of somebody who has an account and confirmed this address."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    component = forms.ChoiceField(label=_("Component"), choices=component_choices)
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[(each.value, each.label) for each in Outcome],
        initial=Outcome.PASSED.value,
        widget=forms.RadioSelect,
    )
    taken_on = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("On which it was taken. The latest outcome of a component counts."),
    )
    source = forms.CharField(
        label=_("Where it is documented"),
        max_length=LONGEST_SOURCE,
        help_text=_(
            "Such as the number of a protocol; no names. The person reads it too. The same "
            "document counts once."
        ),
    )
    name = forms.CharField(
        label=_("Name for the certificate"),
        required=False,
        max_length=200,
        help_text=_("Empty means the name of the account. Used when the award follows."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    field_order = ("email", "component", "outcome", "taken_on", "source", "name", "reason")

    def clean_email(self) -> User:
        """Return the person who showed that the address is theirs."""
        email = str(self.cleaned_data["email"]).lower()
        person = accounts.person_by_email(email)
        if person is None or email not in accounts.confirmed_addresses(person):
            raise forms.ValidationError(
                _(
                    "No account signs in with this address and has confirmed it. Ask the person to "
                    "open one, or to confirm the address."
                )
            )
        return person

    def clean_component(self) -> tuple[CredentialType, str]:
        """Return the type and the component of it."""
        code, _colon, component = self.cleaned_data["component"].partition(":")
        return CredentialType.objects.get(code=code), component

    def taken(self) -> TakenComponent:
        """Return what the service is asked for."""
        given = self.cleaned_data
        kind, component = given["component"]
        return TakenComponent(
            kind,
            component,
            Outcome(given["outcome"]),
            given["source"],
            datetime.combine(given["taken_on"], time.min, tzinfo=UTC),
            given["name"],
        )


class RenewalForm(ReasonForm):
    """Why a credential is renewed, and from when if not from now."""

    valid_from = forms.DateField(
        label=_("Valid from"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_(
            "Leave it empty, unless the new one is to begin on an earlier day, such as the one on "
            "which the old one ended. The day begins at midnight UTC, and the end is counted from "
            "it."
        ),
    )

    def begins(self) -> datetime | None:
        """Return the moment at which the new one begins, if one was given."""
        day = self.cleaned_data["valid_from"]
        return None if day is None else datetime.combine(day, time.min, tzinfo=UTC)


class ChangeForm(ReasonForm):
    """One move of a credential: why, and what everybody is told."""

    cause = forms.ChoiceField(label=_("Cause"), widget=forms.RadioSelect)
    public_text = forms.CharField(
        label=_("Public text"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 2}),
        help_text=_(
            "Everybody who checks this credential reads it beside the cause, and the holder in a "
            "mail. No names of others, nothing that was told in confidence."
        ),
    )
    field_order = ("cause", "successor", "public_text", "reason")

    def __init__(self, data: Any = None, *, move: Move, credential: Credential) -> None:
        """Offer the causes that this move can have; ask for the successor where there is one."""
        super().__init__(data, prefix=move.value)
        self.move, self.credential = move, credential
        cause = self.fields["cause"]
        if isinstance(cause, forms.ChoiceField):
            cause.choices = [(each.value, each.label) for each in CAUSES[move]]
        if len(CAUSES[move]) == 1:
            cause.initial = CAUSES[move][0].value
        if move is Move.SUPERSEDE:
            self.fields["successor"] = forms.CharField(
                label=_("Id of the successor"),
                max_length=LONGEST_SEARCH,
                help_text=_("The active credential that takes the place of this one."),
                widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
            )
            self.order_fields(self.field_order)

    def clean_successor(self) -> Credential:
        """Return the active credential that has the id."""
        typed = self.cleaned_data["successor"]
        try:
            found = queries.lookup(typed)
        except IdRefused:
            raise forms.ValidationError(
                _("“%(id)s” can't be an id. Compare it character by character."),
                params={"id": typed},
            ) from None
        if found is None:
            raise forms.ValidationError(
                _("The registry has no credential “%(id)s”."), params={"id": typed}
            )
        if found.pk == self.credential.pk:
            raise forms.ValidationError(_("A credential can't take its own place."))
        if found.state != State.ACTIVE:
            raise forms.ValidationError(
                _("%(id)s is %(state)s. Name an active credential."),
                params={"id": found.number, "state": state_label(State(found.state))},
            )
        return found

    def wanted(self) -> Change:
        """Return what the service is asked for."""
        given = self.cleaned_data
        return Change(
            self.move,
            Cause(given["cause"]),
            given["reason"],
            given["public_text"],
            given.get("successor"),
        )


def _type_label(kind: CredentialType) -> str:
    return f"{kind.code} · {kind.name}" if kind.name else kind.code


def _awarded_before(kind: CredentialType, email: str) -> str:
    """Return what there is of the same type for the same address, or nothing."""
    holds = Q(holder_email=email) | Q(holder__email=email)
    alive = Q(type=kind, state__in=[State.ACTIVE, State.SUSPENDED])
    if row := Credential.objects.filter(holds & alive).first():
        return gettext(
            "This address has %(number)s of the same type, awarded on %(day)s. Tick the box if you "
            "mean another one; to renew it, open it in the registry and choose Renew."
        ) % {"number": row.number, "day": row.awarded_at.date().isoformat()}
    asked = Proposal.objects.filter(
        action=Action.AWARD, state=ProposalState.OPEN, type=kind, details__email=email
    )
    if asked.exists():
        return gettext(
            "An award of the same type to this address waits for a second registrar already. Tick "
            "the box if you mean another one."
        )
    return ""
