"""Making the signed texts: credentials, status lists, and the document that names our keys."""

import hashlib
import json
from datetime import datetime
from secrets import token_hex
from typing import Any

from django.db import transaction
from django.urls import reverse

from guildmark.apps.institute import queries as institutes
from guildmark.apps.keys import queries as keys
from guildmark.apps.keys import services as key_services
from guildmark.apps.keys.states import KeyPurpose
from guildmark.apps.standard import queries as standard
from guildmark.cores.vc import dids, open_badges, proofs, status_list

from .models import Credential, CredentialType

SALT_BYTES = 16
PURPOSE = KeyPurpose.CREDENTIALS


class _Signer:
    """Signs with the key in use; the caller holds its lock, so that the proof names the same."""

    def sign(self, message: bytes, /) -> bytes:
        """Return the signature. Raises `KeyMissing` or `KekUnavailable`."""
        return key_services.sign(purpose=PURPOSE, message=message).value


def origin() -> str:
    """Return scheme and host under which credentials are published."""
    return institutes.institute().origin


def issuer() -> str:
    """Return the DID of the institute, made of its origin."""
    return dids.did_web(origin())


def address(name: str, *arguments: Any) -> str:
    """Return the absolute address of a page of ours."""
    return f"{origin()}{reverse(name, args=arguments)}"


def ensure_key(*, actor: Any, at: datetime) -> None:
    """Make the first signing key of the institute, unless there is one."""
    if not keys.has_active_key(PURPOSE):
        try:
            key_services.create_key(purpose=PURPOSE, actor=actor, at=at)
        except key_services.KeyExists:  # Another process was first.
            return


def signed(document: dict[str, Any], *, at: datetime) -> str:
    """Return a document with its proof as the text that is kept and served.

    The key can't be rotated until the transaction around this ends. Its proof gives `at`, but no
    moment before the key became active. Raises `cores.vc.errors.Refused`, `KeyMissing`
    or `KekUnavailable`.
    """
    with transaction.atomic():
        key, created = key_services.note_signing(purpose=PURPOSE, at=at)
        proved = proofs.add_proof(
            document,
            signer=_Signer(),
            verification_method=f"{issuer()}#{key.kid}",
            created=created,
        )
    return json.dumps(proved, ensure_ascii=False, separators=(",", ":"))


def digest(text: str) -> str:
    """Return the SHA-256 of a signed text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def credential_document(credential: Credential, *, email: str) -> dict[str, Any]:
    """Return the unsigned Open Badge of a credential whose place in a status list is known."""
    institute = institutes.institute()
    list_url = address("credentials:status_list", credential.status_list.number)  # type: ignore[union-attr]
    return open_badges.achievement_credential(
        open_badges.AchievementCredential(
            id=address("credentials:verified", credential.number),
            name=str(credential.type),
            issuer=open_badges.Profile(
                id=issuer(),
                name=institute.name,
                url=institute.origin,
                email=institute.contact_email,
            ),
            subject=open_badges.Subject(
                identifiers=(open_badges.hashed_identity(email.lower(), token_hex(SALT_BYTES)),),
                license_number=credential.number,
            ),
            achievement=achievement(credential.type),
            valid_from=credential.valid_from,
            valid_until=credential.valid_until,
            status=status_list.entry(list_url, credential.status_index or 0),
        )
    )


def achievement(kind: CredentialType) -> open_badges.Achievement:
    """Return what a type stands for, aligned to the domains of the newest edition it names."""
    return open_badges.Achievement(
        id=address("credentials:type", kind.code),
        name=str(kind),
        description=kind.description,
        criteria_narrative=kind.criteria,
        alignments=tuple(_alignments(kind)),
    )


def _alignments(kind: CredentialType) -> list[open_badges.Alignment]:
    framework = standard.own_framework()
    edition = standard.newest(framework) if framework is not None else None
    if framework is None or edition is None:
        return []
    return [
        open_badges.Alignment(
            target_name=domain.title,
            target_url=address("standard:domain", framework.key, edition.number, domain.key),
            target_framework=f"{framework.name} {edition.number}",
            target_code=domain.label,
        )
        for domain in standard.domains(edition)
        if domain.key in kind.domains
    ]


def controller_document() -> dict[str, Any]:
    """Return the document of our DID: every key that ever signed a credential, for ever."""
    published = [
        dids.PublishedKey(
            kid=key.kid,
            public=bytes(key.public),
            created=key.activates_at,
            expires=key.retired_at,
            revoked=key.compromised_at,
        )
        for key in reversed(keys.public_keys(PURPOSE))
    ]
    return dids.controller_document(issuer(), published, [origin()])
