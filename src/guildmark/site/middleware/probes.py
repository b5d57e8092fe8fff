"""Health probes are answered before anything else can get in their way."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from guildmark.site.views import health

PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/health/live": health.live,
    "/health/ready": health.ready,
}


class Probes:
    """Answer probes whatever host name they use: they come from inside, often by address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a probe at once, and pass on the rest."""
        return PROBES.get(request.path, self.get_response)(request)
