"""Keys as a Django app."""

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """Signing and encryption keys, their rotation, and where secrets come from."""

    name = "guildmark.apps.keys"
    label = "keys"
    verbose_name = "Keys"
