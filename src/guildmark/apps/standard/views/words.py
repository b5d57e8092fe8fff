"""How pages name what happened to a requirement, and what it is."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildmark.cores.catalog import Status, WithdrawalReason

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Badge:
    """A word on a ground: `state` is the component's colour, `label` what people read."""

    state: str
    label: Text
    meaning: Text = ""


CHANGES: dict[str, Badge] = {
    "force": Badge(
        "review",
        _("Obligation changed"),
        _("The strength of the obligation changed: what is required, recommended or allowed."),
    ),
    "substantive": Badge("revised", _("Substantive"), _("What must be done has changed.")),
    "clarification": Badge(
        "revised", _("Clarified"), _("The text says better what was asked already.")
    ),
    "editorial": Badge("unchanged", _("Editorial"), _("Spelling, grammar or layout only.")),
    "new": Badge("new", _("New"), _("It was not in the older edition.")),
    "withdrawn": Badge("withdrawn", _("Withdrawn"), _("It is no longer asked for.")),
    "split": Badge("revised", _("Split"), _("One requirement became several.")),
    "merged": Badge("revised", _("Merged"), _("Several requirements became one.")),
    "moved": Badge("revised", _("Moved"), _("It has another label or stands in another domain.")),
    "unchanged": Badge("unchanged", _("Unchanged"), _("Not a word is different.")),
}
STATUSES: dict[str, Badge] = {
    Status.WATCH: Badge(
        "review",
        _("Watch"),
        _("Not binding and not examined yet: evidence from production is still missing."),
    ),
    Status.WITHDRAWN: Badge("withdrawn", _("Withdrawn"), _("It is no longer asked for.")),
}
WITHDRAWAL_REASONS: dict[str, Text] = {
    WithdrawalReason.OUT_OF_SCOPE: _("out of scope"),
    WithdrawalReason.INSUFFICIENT_IMPACT: _("insufficient impact"),
    WithdrawalReason.NOT_PRACTICAL: _("not practical"),
    WithdrawalReason.INCORRECT: _("incorrect"),
    WithdrawalReason.COVERED_BY: _("covered by"),
    WithdrawalReason.DEPRECATED_BY: _("deprecated by"),
}
FIELDS: dict[str, Text] = {
    "key": _("Permanent key"),
    "label": _("Label"),
    "domain": _("Domain"),
    "title": _("Title"),
    "statement": _("Statement"),
    "intent": _("The failure it prevents"),
    "guidance": _("Guidance"),
    "evidence": _("Evidence expected"),
    "rationale": _("Why it is in the standard"),
    "alternatives": _("Alternatives considered"),
    "references": _("References"),
    "related": _("Related requirements"),
    "tags": _("Tags"),
    "section": _("Section"),
    "parent": _("Part of"),
    "status": _("Status"),
    "withdrawn_reason": _("Reason for withdrawal"),
    "successors": _("In its place"),
    "summary": _("Summary"),
    "order": _("Order"),
    "licence": _("Licence"),
    "licence_url": _("Address of the licence"),
    "attribution": _("Attribution"),
}


def field_names(names: tuple[str, ...]) -> list[Text]:
    """Return fields as people read them."""
    return [FIELDS[name] for name in names]
