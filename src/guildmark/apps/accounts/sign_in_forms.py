"""The forms of allauth in the words of our own pages."""

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EMAIL = _("E-mail address")
PASSKEY = _("Passkey")
NEW_PASSWORD = {"password1": _("New password"), "password2": _("New password again")}


class Reworded(forms.Form):
    """A form whose fields get other labels and hints, by field name."""

    labels: ClassVar[Mapping[str, Promise | str]] = {}
    hints: ClassVar[Mapping[str, Promise | str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Put our words in place of those that the form came with."""
        super().__init__(*args, **kwargs)
        for name, label in self.labels.items():
            self.fields[name].label = str(label)
        for name, hint in self.hints.items():
            self.fields[name].help_text = str(hint)


class SignInForm(Reworded, account_forms.LoginForm):
    """Address and password."""

    labels: ClassVar = {"login": EMAIL}


class SignUpForm(Reworded, account_forms.SignupForm):
    """Address and password of a new account."""

    labels: ClassVar = {"email": EMAIL}


class AddressForm(Reworded, account_forms.AddEmailForm):
    """The address that takes the place of the present one."""

    labels: ClassVar = {"email": _("New e-mail address")}


class ForgottenPasswordForm(Reworded, account_forms.ResetPasswordForm):
    """Where to send the link with which one chooses a new password."""

    labels: ClassVar = {"email": EMAIL}


class NewPasswordForm(Reworded, account_forms.ResetPasswordKeyForm):
    """A new password in place of a forgotten one."""

    labels: ClassVar = NEW_PASSWORD


class ChangedPasswordForm(Reworded, account_forms.ChangePasswordForm):
    """A new password in place of the present one."""

    labels: ClassVar = {"oldpassword": _("Current password"), **NEW_PASSWORD}


class FirstPasswordForm(Reworded, account_forms.SetPasswordForm):
    """A password for an account that has none."""

    labels: ClassVar = NEW_PASSWORD


class CodeForm(Reworded, mfa_forms.AuthenticateForm):
    """The code of an authenticator app, or a recovery code, on signing in."""

    hints: ClassVar = {"code": _("From your authenticator app, or one of your recovery codes.")}


class ConfirmingCodeForm(Reworded, mfa_forms.ReauthenticateForm):
    """The code of an authenticator app, or a recovery code, before a change that matters."""

    hints: ClassVar = {"code": _("From your authenticator app, or one of your recovery codes.")}


class AppForm(Reworded, totp_forms.ActivateTOTPForm):
    """The first code of a new authenticator app."""

    labels: ClassVar = {"code": _("Code that the app shows")}


class PasskeyForm(Reworded, webauthn_forms.AddWebAuthnForm):
    """A new passkey, which signs in alone unless one says otherwise."""

    labels: ClassVar = {
        "name": _("Name"),
        "passwordless": _("Let this passkey sign me in without my password"),
    }
    hints: ClassVar = {
        "name": _("To tell your passkeys apart, such as “My phone”."),
        "passwordless": _(
            "Untick this only for a security key that has no PIN or fingerprint reader: "
            "it is then asked for after your password."
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Suggest a name, and tick the choice that suits nearly everybody."""
        kwargs["initial"] = {"name": str(PASSKEY), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True

    def clean_name(self) -> str:
        """Name a passkey whose name was left empty, because the device holds it already."""
        return str(self.cleaned_data["name"] or PASSKEY)
