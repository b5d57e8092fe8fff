"""What administrators fill in about other issuers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import LONGEST_ISSUER, RecognisedIssuer
from .recognising import LONGEST_NAME, LONGEST_NOTE, LONGEST_REASON, IssuerDescription


class IssuerForm(forms.Form):
    """Whom the institute knows, and by which name; of one that is known, the id stays."""

    identifier = forms.CharField(
        label=_("Id of the issuer"),
        max_length=LONGEST_ISSUER,
        help_text=_(
            "As its credentials name it, such as did:web:university.example or "
            "https://university.example/issuer. Verify one of its credentials and copy the id, "
            "then ask the issuer, by a number or address that you have from elsewhere, whether it "
            "is theirs."
        ),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        help_text=_("Everybody reads it who has one of its credentials verified."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        help_text=_("For the file: how you know that the id is theirs."),
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, data: object = None, *, known: RecognisedIssuer | None = None) -> None:
        """Begin with what is known of an issuer, if it is one of the list."""
        names = ("identifier", "name", "note")
        initial = {name: getattr(known, name) for name in names} if known is not None else None
        super().__init__(data, initial=initial)  # type: ignore[arg-type]  # a QueryDict or None
        if known is not None:
            self.fields["identifier"].disabled = True
            self.fields["identifier"].help_text = ""

    def wanted(self) -> IssuerDescription:
        """Return what the service is asked for."""
        return IssuerDescription(**self.cleaned_data)


class DropForm(forms.Form):
    """Why an issuer is recognised no more."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("For the file: administrators and auditors read it, nobody else."),
        widget=forms.Textarea({"rows": 3}),
    )
