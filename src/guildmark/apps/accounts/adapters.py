"""Where allauth asks us: what an account may do, and how its secrets are kept."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guildmark.apps.institute import queries as institute_queries
from guildmark.apps.keys import services as keys

from . import services

# Binds an encrypted secret to this use, but not to a person: allauth does not say whose it is. So
# whoever can write to the database can give one person the ciphertext of another.
SECRET_CONTEXT = b"accounts.second-factor"


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up and sign-in of Guildmark's people."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is disabled. The reason was sent to you by mail."),
        "duplicate_email": _("You already use this address."),
        "email_password_mismatch": _(
            "This address and this password don't belong together. Check how you typed them, "
            "or choose a new password by mail."
        ),
        "email_taken": _("Somebody already has an account with this address."),
        "enter_current_password": _("Type the password that you use now."),
        "incorrect_password": _("This is not your password. Check how you typed it."),
        "rate_limited": _("That was too often. Wait a few minutes, then try again."),
        "same_as_current": _("This is the one you use already. Choose another."),
        # As long as allauth counts: five failures of one account in five minutes.
        "too_many_login_attempts": _(
            "Too many failed attempts. Try again in five minutes. If you have forgotten your "
            "password, choose a new one by mail."
        ),
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Let nobody in before the institute is founded, least of all as its administrator."""
        return institute_queries.is_founded()

    def format_email_subject(self, subject: str) -> str:
        """Leave the subject as it is: sender and letterhead name the institute."""
        return subject

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

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_generate_recovery_codes": _(
            "Set up a passkey or an authenticator app first; then you can make recovery codes."
        ),
        "incorrect_code": _(
            "This code is not right. The codes of an app change every 30 seconds, so type the "
            "newest one, and check that the clock of your device is right. A recovery code works "
            "once."
        ),
        "unverified_email": _("Confirm your e-mail address first."),
    }

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
