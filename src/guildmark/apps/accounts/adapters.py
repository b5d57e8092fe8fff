"""Where allauth asks us: what an account may do, and how its secrets are kept."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up and sign-in of Guildmark's people."""


class MfaAdapter(DefaultMFAAdapter):
    """Second factors of Guildmark's people."""
