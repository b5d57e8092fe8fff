"""Checking a credential: no sign-in, one field, an answer that can't be mistaken."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    JsonResponse,
)
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_permissions_policy.decorators import permissions_policy_override

from guildmark.apps.credentials import answers, issuing, queries, surnames, telling
from guildmark.apps.credentials.answers import Answer
from guildmark.apps.credentials.telling import ASK_AGAIN, FOR_SCRIPTS

from . import documents, limiting
from .scripts import readable_by_scripts

NEVER_KEEP = "no-store"
WITH_CAMERA: dict[str, Any] = {**settings.PERMISSIONS_POLICY, "camera": "self"}
JSON_TYPES = ("text/html", "application/json", *documents.CREDENTIAL_TYPES)


@require_safe
@permissions_policy_override(WITH_CAMERA)
@limiting.page_when_limited
def verify(request: HttpRequest) -> HttpResponseBase:
    """Ask for an id, and lead to the answer, which has an address of its own."""
    if typed := request.GET.get("id", "").strip():
        found = _looked_up(request, typed)
        if found.is_found:
            return redirect("credentials:verified", number=found.asked)
        return _page(request, found)  # Not every text that can be typed can be an address.
    asked = "id" in request.GET
    status = HTTPStatus.BAD_REQUEST if asked else HTTPStatus.OK
    return render(request, "credentials/verify.html", {"nothing_typed": asked}, status=status)


@readable_by_scripts
@limiting.page_when_limited
def verified(request: HttpRequest, number: str) -> HttpResponseBase:
    """Answer what is known of an id, as a page, as JSON, or as the signed credential itself."""
    wanted = request.get_preferred_type(JSON_TYPES) if "Accept" in request.headers else "text/html"
    if wanted in documents.CREDENTIAL_TYPES:
        response = _varying(documents.document(request, number))
        response["Cache-Control"] = NEVER_KEEP  # Not every cache minds that this address varies.
        return response
    if wanted == "application/json":
        return _varying(as_json(request, number))
    return _varying(_page(request, _looked_up(request, number)))


@readable_by_scripts
@limiting.json_when_limited
def as_json(request: HttpRequest, number: str) -> HttpResponseBase:
    """Answer the same for programs, with a tag that changes with everything that is told."""
    found = _looked_up(request, number)
    if not found.is_found:
        headers = {"Cache-Control": NEVER_KEEP, **FOR_SCRIPTS}
        return JsonResponse(found.as_json(), status=HTTPStatus.NOT_FOUND, headers=headers)
    return _tagged(request, found)


@require_safe
def types(request: HttpRequest) -> HttpResponse:
    """List what the institute awards."""
    return render(request, "credentials/types.html", {"types": queries.types()})


@require_safe
def type_page(request: HttpRequest, code: str) -> HttpResponse:
    """Say what a type of credential stands for; the address stands in every credential of it."""
    if (kind := queries.type_by_code(code)) is None:
        raise Http404(_("There is no credential with the code “%(code)s”.") % {"code": code})
    return render(request, "credentials/type.html", {"type": kind})


def _looked_up(request: HttpRequest, typed: str) -> Answer:
    """Look an id up; an unknown one counts against the network that asks."""
    found = answers.answer(typed, at=timezone.now())
    if found.state == answers.UNKNOWN:
        limiting.note_miss(request, at=found.checked_at)
    return found


def _page(request: HttpRequest, found: Answer) -> HttpResponse:
    row = found.credential
    address = issuing.address("credentials:verified", row.number) if row else ""
    response = render(
        request,
        "credentials/verified.html",
        {
            "answer": found,
            "credential": row,
            "address": address,
            "asks_for_surname": row is not None and surnames.asks_for_surname(row),
        },
        status=HTTPStatus.OK if found.is_found else HTTPStatus.NOT_FOUND,
    )
    response["Cache-Control"] = NEVER_KEEP
    return response


def _tagged(request: HttpRequest, found: Answer) -> HttpResponseBase:
    text, tag = found.written()
    headers = {"ETag": tag, "Cache-Control": ASK_AGAIN, **FOR_SCRIPTS}
    if telling.is_held(tag, request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(text, content_type=telling.JSON_TYPE, headers=headers)


def _varying(response: HttpResponseBase) -> HttpResponseBase:
    response["Vary"] = "Accept"
    return response
