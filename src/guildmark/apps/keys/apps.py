"""Keys as a Django app."""

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """Signing and encryption keys, their rotation, and where secrets come from."""

    name = "guildmark.apps.keys"
    label = "keys"
    verbose_name = "Keys"

    def ready(self) -> None:
        """Register what the doctor looks at."""
        from . import checks  # noqa: F401, PLC0415 - checks register themselves on import
