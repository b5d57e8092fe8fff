"""Drafts and their files: kept on the server while somebody writes, as often as they like."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from guildmark.apps.contributions import policies
from guildmark.apps.contributions.models import Attachment, Contribution, Draft

from .refusals import ContributionRefused

DRAFTS_AT_MOST = 20
FIELDS_AT_MOST = 60_000
"""Characters in all fields of a draft together."""
FILES_AT_MOST = 5
BYTES_AT_MOST = 10 * 1024 * 1024
MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".log": "text/plain",
    ".md": "text/plain",
    ".csv": "text/plain",
    ".json": "text/plain",
    ".yaml": "text/plain",
    ".yml": "text/plain",
}
"""What may be sent, by its ending, and as what it is handed out again."""
SIGNATURES = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/webp": (b"RIFF",),
    "application/pdf": (b"%PDF-",),
}
LONGEST_NAME = 150


def save_draft(
    token: UUID,
    form: str,
    fields: dict[str, str],
    *,
    actor: Any,
    at: datetime,
    sending: bool = False,
) -> Draft:
    """Keep what somebody has typed so far, in the draft of a form or in a new one.

    What is about to be sent is kept beyond the number of drafts that somebody may have. Raises
    `ContributionRefused` for more than fits and for what was sent already, and `PermissionRefused`.
    """
    policies.FEEDBACK_SEND.require(actor)
    if sum(map(len, fields.values())) > FIELDS_AT_MOST:
        raise ContributionRefused(_("This is too long to be kept as a draft. Shorten it."))
    with transaction.atomic():
        row = _own(token, actor) or _new(token, form, actor, at, sending=sending)
        row.fields, row.changed_at = fields, at
        row.save()
    return row


def drop_draft(draft: Draft, *, actor: Any) -> None:
    """Throw a draft away with its files; one that is gone already is no error."""
    with transaction.atomic():
        row = _own(draft.token, actor)
        if row is None:
            return
        kept = [each.content for each in row.attachments.all()]
        row.delete()
        transaction.on_commit(lambda: _remove(kept))


def attach(draft: Draft, file: UploadedFile[Any], *, actor: Any, at: datetime) -> Attachment:
    """Keep a file with a draft. Raises `ContributionRefused` for what is not taken."""
    name, media_type, content = _checked_file(file)
    with transaction.atomic():
        row = _own(draft.token, actor)
        if row is None:
            raise ContributionRefused(_("This draft was sent or thrown away."), field="files")
        found = sha256(content).hexdigest()
        if (same := row.attachments.filter(digest=found).first()) is not None:
            return same
        if row.attachments.count() >= FILES_AT_MOST:
            raise ContributionRefused(
                _("At most %(most)s files are kept. Remove one first.") % {"most": FILES_AT_MOST},
                field="files",
            )
        file.seek(0)
        return Attachment.objects.create(
            draft=row,
            name=name,
            media_type=media_type,
            size=len(content),
            digest=found,
            content=file,
            added_at=at,
        )


def detach(attachment: Attachment, *, actor: Any) -> None:
    """Remove a file from a draft; one that was sent stays."""
    with transaction.atomic():
        if attachment.draft is None or _own(attachment.draft.token, actor) is None:
            return
        row = Attachment.objects.filter(pk=attachment.pk, draft=attachment.draft).first()
        if row is None:
            return
        kept = [row.content]
        row.delete()
        transaction.on_commit(lambda: _remove(kept))


def _remove(files: Iterable[FieldFile]) -> None:
    """Remove files from the storage, once the rows that named them are surely gone."""
    for each in files:
        if each.name:
            each.storage.delete(each.name)


def _own(token: UUID, actor: Any) -> Draft | None:
    return Draft.objects.select_for_update().filter(token=token, person=actor).first()


def _new(token: UUID, form: str, actor: Any, at: datetime, *, sending: bool) -> Draft:
    taken = Draft.objects.filter(token=token).exists()
    if taken or Contribution.objects.filter(sent_as=token).exists():
        raise ContributionRefused(_("This was sent already. Begin a new one."))
    if not sending and Draft.objects.filter(person=actor).count() >= DRAFTS_AT_MOST:
        raise ContributionRefused(
            _("You have %(most)s drafts. Send or throw one away before you begin another.")
            % {"most": DRAFTS_AT_MOST}
        )
    try:
        with transaction.atomic():
            return Draft.objects.create(token=token, person=actor, form=form, changed_at=at)
    except IntegrityError:  # A script and the button saved for the first time at once.
        return Draft.objects.select_for_update().get(token=token, person=actor)


def _checked_file(file: UploadedFile[Any]) -> tuple[str, str, bytes]:
    name = PurePath(str(file.name).replace("\\", "/")).name
    ending = PurePath(name).suffix.lower()
    media_type = MEDIA_TYPES.get(ending)
    if media_type is None:
        known = ", ".join(sorted(MEDIA_TYPES))
        raise ContributionRefused(
            _("“%(name)s” is of a kind that is not taken. Send one of: %(known)s.")
            % {"name": name, "known": known},
            field="files",
        )
    if (file.size or 0) > BYTES_AT_MOST:
        raise ContributionRefused(
            _("“%(name)s” is larger than 10 MB. Send the part that matters.") % {"name": name},
            field="files",
        )
    content = file.read()
    begins = SIGNATURES.get(media_type, (b"",))
    if not content or not content.startswith(begins) or _is_no_text(media_type, content):
        raise ContributionRefused(
            _("“%(name)s” is empty, or not what its ending says.") % {"name": name}, field="files"
        )
    return name[-LONGEST_NAME:], media_type, content


def _is_no_text(media_type: str, content: bytes) -> bool:
    if media_type != "text/plain":
        return False
    try:
        return "\0" in content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return True
