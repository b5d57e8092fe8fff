"""A request that records an event."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.services import record
from tests.crash.crashing.events import Happened
from tests.crash.crashing.models import Effect


@csrf_exempt
@require_POST
def write(request: HttpRequest, number: int) -> HttpResponse:
    """Leave an effect and record an event on one of few subjects, in one transaction."""
    subject = f"tests.crash:{number % 5}"
    with transaction.atomic():
        Effect.objects.create(number=number)
        record(Happened(number), actor=SYSTEM, subject=subject, at=timezone.now())
    return HttpResponse("written", content_type="text/plain")
