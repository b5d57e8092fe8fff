"""The roles of an institute, and what each lets a person do."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """A task in the institute that one person gives another, with a reason and a date."""

    EDITOR = "editor"
    TRIAGE = "triage"
    EXAM_OFFICER = "exam officer"
    ASSESSOR_LEAD = "assessor lead"
    DECISION_MAKER = "decision maker"
    REGISTRAR = "registrar"
    SUPPORT = "support"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> Promise:
        """The role's name as people read it."""
        return LABELS[self]

    @property
    def description(self) -> Promise:
        """One sentence: what the role lets one do."""
        return DESCRIPTIONS[self]


LABELS: dict[Role, Promise] = {
    Role.EDITOR: _("editor"),
    Role.TRIAGE: _("triage"),
    Role.EXAM_OFFICER: _("exam officer"),
    Role.ASSESSOR_LEAD: _("assessor lead"),
    Role.DECISION_MAKER: _("decision maker"),
    Role.REGISTRAR: _("registrar"),
    Role.SUPPORT: _("support"),
    Role.AUDITOR: _("auditor"),
    Role.ADMINISTRATOR: _("administrator"),
}

DESCRIPTIONS: dict[Role, Promise] = {
    Role.EDITOR: _("Drafts the text of the standard and leads a revision cycle."),
    Role.TRIAGE: _("Reads what practitioners send in and sorts it into gaps, with a reason."),
    Role.EXAM_OFFICER: _("Keeps the item bank, assembles exam forms and runs sittings."),
    Role.ASSESSOR_LEAD: _("Appoints portfolio assessors and watches over their work."),
    Role.DECISION_MAKER: _("Decides on credentials, changes and cases they took no part in."),
    Role.REGISTRAR: _("Issues, suspends, revokes and renews credentials."),
    Role.SUPPORT: _("Answers people who need help and carries their questions to the right desk."),
    Role.AUDITOR: _("Reads everything that is recorded, and changes nothing."),
    Role.ADMINISTRATOR: _("Grants and ends roles, and disables or closes accounts."),
}
