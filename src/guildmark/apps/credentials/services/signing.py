"""Signing a credential."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guildmark.apps.credentials import issuing, status_lists
from guildmark.apps.credentials.models import Credential
from guildmark.apps.institute import services as institutes
from guildmark.cores.vc.errors import Refused

from .refusals import CredentialRefused


def sign(row: Credential, *, email: str, actor: Any, at: datetime) -> None:
    """Give a credential its place in a status list and its signed text."""
    institutes.fix_origin(actor=actor, at=at)
    issuing.ensure_key(actor=actor, at=at)
    row.status_list, row.status_index = status_lists.place()
    try:
        document = issuing.credential_document(row, email=email)
        row.document = issuing.signed(document, at=at)
    except Refused as refusal:
        raise CredentialRefused(
            _("This can't be signed as it is: %(why)s") % {"why": refusal}
        ) from refusal
    row.save(update_fields=["status_list", "status_index", "document"])
    status_lists.note_change(row)
