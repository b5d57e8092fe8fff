"""Where allauth asks us: what an account may do, and how its secrets are kept."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils import timezone

from guildmark.apps.institute import queries as institute_queries
from guildmark.apps.keys import services as keys

from . import services

# Binds an encrypted secret to its use, so that it can't be passed off as another one.
SECRET_CONTEXT = b"accounts.second-factor"


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up and sign-in of Guildmark's people."""

    def format_email_subject(self, subject: str) -> str:
        """Put the institute's name before the subject."""
        return f"[{institute_queries.institute().name}] {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail in the institute's name."""
        name = institute_queries.institute().name
        request: HttpRequest = self.request
        site = {"name": name, "domain": request.get_host()}
        super().send_mail(template_prefix, email, {"current_site": site, **context})

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Offer the password only to those who have no second factor."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        stronger = [method for method in methods if method["id"].startswith("mfa_")]
        return stronger or methods

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a wrong password."""
        super().authentication_failed(request, **credentials)
        if address := credentials.get("email"):
            services.note_failed_sign_in(address, factor="password", at=timezone.now())


class MfaAdapter(DefaultMFAAdapter):
    """Second factors of Guildmark's people; their secrets are encrypted at rest."""

    def encrypt(self, text: str) -> str:
        """Encrypt a secret for the database."""
        return keys.encrypt(plaintext=text, context=SECRET_CONTEXT)

    def decrypt(self, encrypted_text: str) -> str:
        """Read a secret from the database."""
        return keys.decrypt(ciphertext=encrypted_text, context=SECRET_CONTEXT)

    def get_totp_issuer(self) -> str:
        """Name the institute in the authenticator app."""
        return institute_queries.institute().name

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name the institute where the browser asks for a passkey."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": institute_queries.institute().name}
