"""Checking a signed file: nothing of it is kept, the visitor's own page holds it while waiting."""

from http import HTTPStatus
from urllib.parse import urlsplit

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from guildmark.apps.credentials import examining, files, resolving, tasks
from guildmark.apps.credentials.examining import Examination
from guildmark.apps.credentials.file_forms import WAITS_AT_MOST, FileForm
from guildmark.apps.credentials.uploads import RequestTooLarge, receive


@csrf_exempt  # Only until the upload is received in memory: then `_verify_file` looks.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify_file(request: HttpRequest) -> HttpResponse:
    """Ask for a file, and answer what can be said about the credential in it."""
    try:
        receive(request, largest=files.LARGEST)
    except RequestTooLarge:
        return _ask(request, _far_too_large(), status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return _verify_file(request)


def _far_too_large() -> FileForm:
    """Return a form about what was not even read, so that it can't stand there again."""
    form = FileForm({})
    form.errors.clear()
    form.add_error("file", files.too_large())
    return form


@csrf_protect
def _verify_file(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, FileForm())
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, form, status=HTTPStatus.BAD_REQUEST)
    fetched = resolving.FetchedDocuments()
    found = examining.examine(
        form.cleaned_data["document"],
        at=timezone.now(),
        get=fetched,
        email=form.cleaned_data["email"],
    )
    if fetched.missing and _may_wait(request, form, fetched.missing):
        return _wait(request, form, fetched.missing)
    return _answer(request, found, form.cleaned_data["email"])


def _ask(request: HttpRequest, form: FileForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    return render(request, "credentials/verify_file.html", {"form": form}, status=status)


def _may_wait(request: HttpRequest, form: FileForm, missing: str) -> bool:
    """Have the worker fetch what is missing, unless it was waited for long enough."""
    if form.times_waited >= WAITS_AT_MOST:
        return False
    visitor, at = request.META.get("REMOTE_ADDR", ""), timezone.now()
    try:
        with transaction.atomic():
            if digest := resolving.note_asked(missing, visitor=visitor, at=at):
                tasks.fetch_document.enqueue(digest)
    except resolving.AskedTooMuch:
        return False
    return True


def _wait(request: HttpRequest, form: FileForm, missing: str) -> HttpResponse:
    context = {
        "text": form.cleaned_data["text"],
        "email": form.cleaned_data["email"],
        "waited": form.times_waited + 1,
        "host": urlsplit(missing).netloc,
    }
    return render(request, "credentials/file_awaited.html", context)


def _answer(request: HttpRequest, found: Examination, email: str) -> HttpResponse:
    context = {"found": found, "says": found.says, "email": email, "row": found.row}
    return render(request, "credentials/file_verified.html", context)
