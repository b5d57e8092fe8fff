"""Show times as the person at the screen reads them."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class TimeZone:
    """Activate the time zone of the signed-in person's account; UTC for everyone else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in the person's time zone."""
        chosen = request.user.time_zone if request.user.is_authenticated else ""
        with timezone.override(ZoneInfo(chosen) if chosen else None):
            return self.get_response(request)
