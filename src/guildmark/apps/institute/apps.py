"""The institute as a Django app."""

from django.apps import AppConfig


class InstituteConfig(AppConfig):
    """Lowest of the contexts: everyone may ask what the institute is called and where it lives."""

    name = "guildmark.apps.institute"
    label = "institute"
    verbose_name = "Institute"
