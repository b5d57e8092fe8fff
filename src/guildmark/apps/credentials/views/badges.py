"""The live badge: a small picture for pages of others, which tells the standing of today."""

from hashlib import sha256
from html import escape
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guildmark.apps.credentials import answers, telling
from guildmark.apps.credentials.answers import Answer
from guildmark.apps.credentials.states import Standing

from . import limiting

MEDIA_TYPE = "image/svg+xml"
HEIGHT, LETTER, MARGIN = 28, 8, 12
INK, GROUND = "#1b2127", "#f3f1ea"
COLOURS = {
    Standing.VALID: "#11512a",
    Standing.NOT_YET_VALID: "#6b4a00",
    Standing.EXPIRED: "#6b4a00",
    Standing.SUSPENDED: "#6b4a00",
    Standing.REVOKED: "#8c2318",
}
OTHER_COLOUR = "#1d4683"


@require_safe
@limiting.page_when_limited
def live(request: HttpRequest, number: str) -> HttpResponseBase:
    """Answer the badge of a credential; an id that is not known has one as well."""
    found = answers.answer(number, at=timezone.now())
    if not found.is_found:
        limiting.note_miss(request, at=found.checked_at)
        return HttpResponse(
            _drawn(_("credential"), _("unknown"), OTHER_COLOUR),
            content_type=MEDIA_TYPE,
            status=HTTPStatus.NOT_FOUND,
            headers={"Cache-Control": "no-store"},
        )
    drawn = _of(found)
    headers = {
        "ETag": f'"{sha256(drawn.encode()).hexdigest()[:32]}"',
        "Cache-Control": telling.ASK_AGAIN,
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if telling.is_held(headers["ETag"], request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(drawn, content_type=MEDIA_TYPE, headers=headers)


def _of(found: Answer) -> str:
    standing = Standing(found.state)
    assert found.credential is not None  # noqa: S101 - asked for by the caller.
    colour = COLOURS.get(standing, OTHER_COLOUR)
    return _drawn(found.credential.type.code, str(standing.label), colour)


def _drawn(left: str, right: str, colour: str) -> str:
    first, second = (len(text) * LETTER + 2 * MARGIN for text in (left, right))
    middle = 'y="18.5" text-anchor="middle" font-family="Verdana, sans-serif" font-size="12"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{first + second}" height="{HEIGHT}" '
        f'role="img" aria-label="{escape(left)}: {escape(right)}">'
        f'<rect width="{first}" height="{HEIGHT}" fill="{GROUND}"/>'
        f'<rect x="{first}" width="{second}" height="{HEIGHT}" fill="{colour}"/>'
        f'<text x="{first / 2}" {middle} fill="{INK}">{escape(left)}</text>'
        f'<text x="{first + second / 2}" {middle} fill="#fff">{escape(right)}</text></svg>'
    )
