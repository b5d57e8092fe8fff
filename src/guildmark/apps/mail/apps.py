"""Mail as a Django app."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Messages that leave the house, preferences and digests."""

    name = "guildmark.apps.mail"
    label = "mail"
    verbose_name = "Mail"
