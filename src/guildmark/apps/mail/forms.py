"""What people choose about their mail."""

from typing import Any

from django import forms

from . import queries
from .states import Frequency


class PreferencesForm(forms.Form):
    """One choice for each optional kind of mail."""

    def __init__(self, *args: Any, chosen: dict[str, Frequency], **kwargs: Any) -> None:
        """Make a field for each kind, showing what the person has chosen."""
        super().__init__(*args, **kwargs)
        for kind in queries.optional_kinds():
            self.fields[kind.name] = forms.ChoiceField(
                label=str(kind.label),
                help_text=str(kind.description),
                choices=[(each.value, str(each.label)) for each in Frequency],
                initial=chosen[kind.name].value,
                widget=forms.RadioSelect,
            )

    def frequencies(self) -> dict[str, Frequency]:
        """The choices of a valid form."""
        return {name: Frequency(value) for name, value in self.cleaned_data.items()}
