"""Accounts as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, sign-in and roles."""

    name = "guildmark.apps.accounts"
    label = "accounts"
    verbose_name = "Accounts"
