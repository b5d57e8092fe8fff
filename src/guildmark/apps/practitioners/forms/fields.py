"""Fields that several forms share: months, domains, and an employer who is found by typing."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from guildmark.apps.practitioners import queries, services
from guildmark.apps.practitioners.naming import fold_name
from guildmark.apps.practitioners.queries import Employer

YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})")
MONTH_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{4})")
DECEMBER = 12
SELF, NEW = "self", "new"
LONGEST_TYPED = 200


class MonthField(forms.Field):
    """A month, as the browser's own input gives it, or typed as 2024-03 or 3/2024."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        """Use the browser's month input where it has one."""
        options.setdefault("help_text", _("Year and month, such as 2024-03."))
        super().__init__(**options)
        self.widget.attrs.update({"type": "month", "placeholder": "2024-03", "autocomplete": "off"})

    def to_python(self, value: Any) -> date | None:
        """Return the first day of the month."""
        text = str(value or "").strip()
        if not text:
            return None
        if found := YEAR_FIRST.fullmatch(text):
            year, month = int(found[1]), int(found[2])
        elif found := MONTH_FIRST.fullmatch(text):
            year, month = int(found[2]), int(found[1])
        else:
            year, month = 0, 0
        if not (year and 0 < month <= DECEMBER):
            raise ValidationError(
                gettext("“%(text)s” is no month. Give year and month, such as 2024-03."),
                params={"text": text},
            )
        return date(year, month, 1)


class DomainsField(forms.MultipleChoiceField):
    """Some of the domains of the standard in force."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        """Offer the domains in the order of the standard."""
        options.setdefault("label", _("Domains"))
        super().__init__(choices=_domain_choices, **options)


class JudgedByForm(forms.CharField):
    """A field that counts as needed but is judged by its form, together with others."""

    def validate(self, value: Any) -> None:
        """Leave it to the form."""


class EmployerForm(forms.Form):
    """An employer who is found by typing; what was found is offered as a list to choose from.

    Without JavaScript the list comes with the answer to the first try; nothing typed is lost.
    """

    use_required_attribute = False
    offers_self = True
    employer_text = JudgedByForm(
        label=_("Employer"),
        max_length=LONGEST_TYPED,
        help_text=_("Type some letters of the name. Older and shorter names are found, too."),
        widget=forms.TextInput(
            {
                "autocomplete": "off",
                "hx-get": reverse_lazy("practitioners:find_employers"),
                "hx-trigger": "input changed delay:300ms",
                "hx-target": "#employer-choices",
                "hx-swap": "innerHTML",
            }
        ),
    )
    employer = JudgedByForm(label=_("Which one do you mean?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer what the typed text finds."""
        super().__init__(*args, **kwargs)
        self.typed = str(self.data.get("employer_text") or self.initial.get("employer_text") or "")
        widget = self.fields["employer"].widget
        if isinstance(widget, forms.RadioSelect):
            widget.choices = employer_choices(self.typed, offers_self=self.offers_self)
        if not self.offers_self:
            self.fields["employer_text"].widget.attrs["hx-vals"] = '{"self": "no"}'

    def clean(self) -> dict[str, Any]:
        """Find out which employer is meant."""
        cleaned = super().clean() or self.cleaned_data
        chosen, typed = cleaned.get("employer", ""), cleaned.get("employer_text", "")
        offered = {each.pk: each for each in queries.employers_like(typed)}
        if chosen == SELF and self.offers_self:
            cleaned["found"] = SELF
        elif chosen == NEW and typed.strip():
            cleaned["found"] = NEW
        elif chosen.isdecimal() and int(chosen) in offered:
            cleaned["found"] = offered[int(chosen)]
        elif not typed.strip():
            self.add_error("employer_text", gettext("Type the name of the employer."))
        elif (only := _only_one(typed, offered.values())) is not None:
            cleaned["found"] = only
        else:
            self.add_error("employer", gettext("Choose one from the list, or add a new one."))
        return cleaned

    def found(self, *, actor: Any, at: Any) -> Employer:
        """Return the employer, made now where it is new. Raises `PractitionerRefused`."""
        found = self.cleaned_data["found"]
        if found == SELF:
            return services.work_for_oneself(actor=actor, at=at)
        if found == NEW:
            return services.add_employer(self.cleaned_data["employer_text"], actor=actor, at=at)
        if not isinstance(found, Employer):
            raise TypeError("clean() found no employer")
        return found


def employer_choices(typed: str, *, offers_self: bool = True) -> list[tuple[str, Any]]:
    """Return what a typed text finds, then a new one under this name, then oneself."""
    found: list[tuple[str, Any]] = [
        (str(each.pk), employer_label(each)) for each in queries.employers_like(typed)
    ]
    if typed.strip():
        text = gettext("None of these: add “%(name)s” to the register")
        found.append((NEW, text % {"name": " ".join(typed.split())}))
    if offers_self:
        found.append((SELF, gettext_lazy("I worked for myself")))
    return found


def employer_label(row: Employer) -> str:
    """Return an employer as people choose it: name, country, and whether anybody checked it."""
    label = f"{row.name}, {row.country}" if row.country else row.name
    return label if row.checked_at else gettext("%(name)s (not checked yet)") % {"name": label}


def _only_one(typed: str, offered: Iterable[Employer]) -> Employer | None:
    word = fold_name(typed)
    same = [each for each in offered if each.folded == word]
    return same[0] if len(same) == 1 else None


def _domain_choices() -> list[tuple[str, Any]]:
    return list(queries.domain_titles().items())
