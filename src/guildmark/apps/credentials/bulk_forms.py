"""What anybody fills in to have many ids checked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from . import bulk

TABLES = (".csv", ".tsv")
"""How the names of files end that are tables."""


class BulkForm(forms.Form):
    """Ids as a pasted text or as a file; valid, it has `asked` in its cleaned data.

    `ids` is what a page of answers sends again to be turned: one id in each line.
    """

    text = forms.CharField(
        label=_("Ids"),
        required=False,
        strip=False,
        help_text=_(
            "One in each line, or separated by commas or semicolons. Capitals, hyphens and blanks "
            "do not matter. At most 10,000 ids."
        ),
        widget=forms.Textarea({"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("Or a file with them"),
        required=False,
        allow_empty_file=True,  # It is told apart from no file at all.
        help_text=_(
            "A text file, or a CSV table: its column id or credential is read, or else the first. "
            "At most 2 MB."
        ),
        widget=forms.FileInput({"accept": ".txt,.csv,.tsv,text/plain,text/csv"}),
    )
    ids = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Read the ids, wherever they were put."""
        cleaned = super().clean() or {}
        if not self.errors:
            field = self._field(cleaned)
            try:
                cleaned["asked"] = self._asked(field, cleaned[field])
            except bulk.ListRefused as refusal:
                self.add_error(field, str(refusal))
        return cleaned

    def _field(self, cleaned: dict[str, Any]) -> str:
        if cleaned["ids"]:
            return "ids"
        return "file" if cleaned["file"] is not None else "text"

    def _asked(self, field: str, given: Any) -> list[str]:
        text = self.cleaned_data["text"]
        if field == "ids":
            return bulk.ids_of_lines(given)
        if field == "text" and not text.strip():
            raise bulk.ListRefused(_("Paste the ids, or choose a file."))
        if field == "text":
            return bulk.ids_in(bulk.text_in(text.encode()))
        if text.strip():
            raise bulk.ListRefused(_("Give the ids above or in a file, not both."))
        is_table = str(given.name).lower().endswith(TABLES)
        return bulk.ids_in(bulk.text_in(given.read()), is_table=is_table)
