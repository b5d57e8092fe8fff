"""The Practitioner Advisory page: how the framework is developed, and the ways to take part."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from guildmark.apps.contributions import queries, ruling
from guildmark.apps.contributions.figures import of_the_year
from guildmark.apps.contributions.slots import ways_to_contribute
from guildmark.apps.contributions.states import Kind
from guildmark.apps.contributions.thanks import thanks
from guildmark.apps.standard import queries as standard

NEWEST = 5


@require_safe
def advisory(request: HttpRequest) -> HttpResponse:
    """Show how it works, what can be done today, and what came of it."""
    now = timezone.now()
    own = standard.own_framework()
    rows = queries.with_voices(queries.published()).order_by("-received_at", "-pk")
    feedback, contact = (of_the_year(each, at=now) for each in (Kind.FEEDBACK, Kind.CONTACT))
    context = {
        "framework": own,
        "edition": standard.newest(own) if own is not None else None,
        "ways": [way for provider in ways_to_contribute for way in provider(request)],
        "feedback": feedback,
        "contact": contact,
        "counted_at": min(feedback.at, contact.at),
        "newest": rows[:NEWEST],
        "rules": ruling.in_force(),
        "thanks": thanks(own.key, _numbers(own)) if own is not None else [],
    }
    return render(request, "contributions/advisory.html", context)


def _numbers(framework: standard.Framework) -> list[str]:
    return [each.number for each in standard.editions(framework)]
