"""What anybody fills in to have a file checked."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from . import files

WAITS_AT_MOST = 12
"""How often the page asks whether the documents of another issuer are there."""


class FileForm(forms.Form):
    """A file or a pasted text, and perhaps whom it should be about.

    Valid, it has `document` and `text` in its cleaned data.
    """

    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,  # It is told apart from no file at all.
        help_text=_("The credential as JSON, or the badge as a PNG or SVG picture. At most 1 MB."),
        widget=forms.FileInput({"accept": ".json,.jsonld,.png,.svg,application/json,image/png"}),
    )
    text = forms.CharField(
        label=_("Or paste its JSON"),
        required=False,
        strip=False,
        max_length=files.LARGEST,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("Is it about this person?"),
        required=False,
        help_text=_(
            "The e-mail address to which it should have been awarded. A credential holds such an "
            "address only in a form that can be compared, not read."
        ),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    waited = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Read the one credential, wherever it was put."""
        cleaned = super().clean() or {}
        upload, text = cleaned.get("file"), cleaned.get("text", "")
        if "file" in self.errors or "text" in self.errors:
            return cleaned
        if upload is not None and text.strip():
            self.add_error("text", _("Give the file or its text, not both."))
        elif upload is None and not text.strip():
            self.add_error("file", _("Choose a file, or paste the text of one."))
        else:
            self._read(cleaned, upload, text)
        return cleaned

    def _read(self, cleaned: dict[str, Any], upload: "UploadedFile[Any] | None", text: str) -> None:
        try:
            cleaned["text"] = files.text_in(upload.read()) if upload is not None else text
            cleaned["document"] = files.document_in(cleaned["text"])
        except files.FileRefused as refusal:
            self.add_error("file" if upload is not None else "text", str(refusal))

    @property
    def times_waited(self) -> int:
        """How often this visitor's page asked already."""
        return min(self.cleaned_data.get("waited") or 0, WAITS_AT_MOST)
