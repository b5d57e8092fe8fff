"""Signed texts for machines: the credential, the status list, and the document of our DID."""

import json
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils import timezone
from django.utils.translation import gettext as _

from guildmark.apps.audit.problems import problem
from guildmark.apps.credentials import issuing, queries, status_lists, telling
from guildmark.apps.credentials.queries import Credential
from guildmark.apps.credentials.telling import (
    AN_HOUR,
    ASK_AGAIN,
    CREDENTIAL_TYPE,
    FOR_SCRIPTS,
)
from guildmark.cores.identifiers import IdRefused

from . import limiting
from .scripts import readable_by_scripts

CREDENTIAL_TYPES = (CREDENTIAL_TYPE, "application/vc+ld+json", "application/ld+json")


@readable_by_scripts
@limiting.json_when_limited
def document(request: HttpRequest, number: str) -> HttpResponseBase:
    """Answer the signed credential, byte for byte as it was made."""
    if (row := _looked_up(request, number)) is None or not row.is_published:
        return _missing(_("There is no signed credential with this id."))
    return _answer(request, row.document, CREDENTIAL_TYPE, AN_HOUR)


@readable_by_scripts
def status_list(request: HttpRequest, number: int) -> HttpResponseBase:
    """Answer the signed list of states, made anew when anything in it changed."""
    if (row := queries.status_list(number)) is None:
        return _missing(_("There is no such status list."))
    text = status_lists.text_of(row, at=timezone.now())
    return _answer(request, text, CREDENTIAL_TYPE, ASK_AGAIN)


@readable_by_scripts
def did(request: HttpRequest) -> HttpResponseBase:
    """Answer the document of the institute's DID, with every key that ever signed."""
    text = json.dumps(issuing.controller_document(), separators=(",", ":"))
    return _answer(request, text, "application/did+json", ASK_AGAIN)


def _looked_up(request: HttpRequest, typed: str) -> Credential | None:
    """Look an id up; an unknown one counts against the network that asks."""
    try:
        row = queries.lookup(typed)
    except IdRefused:
        return None
    if row is None:
        limiting.note_miss(request, at=timezone.now())
    return row


def _missing(detail: str) -> HttpResponseBase:
    response = problem(HTTPStatus.NOT_FOUND, detail)
    for name, value in {"Cache-Control": "no-store", **FOR_SCRIPTS}.items():
        response[name] = value
    return response


def _answer(request: HttpRequest, text: str, media_type: str, kept: str) -> HttpResponseBase:
    """Answer a public text that scripts of any site may read."""
    headers = {
        "ETag": telling.text_tag(text),
        "Cache-Control": kept,
        **FOR_SCRIPTS,
    }
    if telling.is_held(headers["ETag"], request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(text, content_type=media_type, headers=headers)
