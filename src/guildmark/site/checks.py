"""Deployment checks: `guildmark check --deploy` refuses unsafe production settings."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

from .conf import Mode


@register(Tags.security, deploy=True)
def check_mode(**_: Any) -> list[CheckMessage]:
    """Refuse to be deployed in development mode."""
    if settings.GUILDMARK_MODE is Mode.PRODUCTION:
        return []
    hint = "Set GUILDMARK_MODE=production."
    return [Error("Guildmark runs in development mode.", hint=hint, id="guildmark.E001")]


@register(Tags.security, deploy=True)
def check_hosts(**_: Any) -> list[CheckMessage]:
    """Refuse to answer to any host, or to none."""
    hint = "Set GUILDMARK_HOSTS to the host names of this site, separated by commas."
    if not settings.ALLOWED_HOSTS:
        return [Error("No host name is allowed.", hint=hint, id="guildmark.E002")]
    if "*" in settings.ALLOWED_HOSTS:
        return [Error("Every host name is allowed.", hint=hint, id="guildmark.E003")]
    return []


@register(Tags.security, deploy=True)
def check_https(**_: Any) -> list[CheckMessage]:
    """Refuse to send session cookies over plain HTTP."""
    if settings.SESSION_COOKIE_SECURE and settings.SECURE_SSL_REDIRECT:
        return []
    hint = "Serve the site by HTTPS and leave GUILDMARK_HTTPS out or set it to true."
    return [Error("Cookies may travel without encryption.", hint=hint, id="guildmark.E004")]


@register(Tags.security, deploy=True)
def check_mail(**_: Any) -> list[CheckMessage]:
    """Refuse to swallow mail: confirmations and notices must reach people."""
    if settings.GUILDMARK_MAIL_URL.startswith(("smtp", "submission")):
        return []
    hint = "Set GUILDMARK_MAIL_URL, for example smtp://user:password@mail.example.org:587?tls=true."
    return [Error("Mail does not leave this machine.", hint=hint, id="guildmark.E005")]


@register(Tags.security, deploy=True)
def check_proxies(**_: Any) -> list[CheckMessage]:
    """Warn where HTTPS is promised but nobody is trusted to say that it was used."""
    if settings.GUILDMARK_TRUSTED_PROXIES or not settings.SECURE_SSL_REDIRECT:
        return []
    hint = "Set GUILDMARK_TRUSTED_PROXIES to the address of the proxy that ends HTTPS."
    return [Warning("HTTPS is required but no proxy is trusted.", hint=hint, id="guildmark.W001")]
