"""The app that leaves traces."""

from django.apps import AppConfig


class CrashingConfig(AppConfig):
    """Installed for the crash tests only."""

    name = "tests.crash.crashing"
    label = "crashing"

    def ready(self) -> None:
        """Register the receiver."""
        from tests.crash.crashing import receivers  # noqa: F401
