"""The WSGI application: which requests it answers, and with which headers."""

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.locale import LocaleMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.cache import patch_vary_headers
from django_permissions_policy import PermissionsPolicyMiddleware

from guildmark.apps.credentials import telling
from guildmark.cores.identifiers import IdRefused, read_id
from guildmark.site.middleware import requests
from guildmark.site.middleware.proxies import is_trusted

from .lines import RequestLines
from .reading import DatabaseAway, Reader, reader_for

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]
OK, NOT_MODIFIED = 200, 304
STATUS_LINES = {OK: "200 OK", NOT_MODIFIED: "304 Not Modified"}
METHODS = ("GET", "HEAD")
FACE: tuple[Callable[..., Any], ...] = (
    XFrameOptionsMiddleware,
    LocaleMiddleware,
    PermissionsPolicyMiddleware,
    CSPMiddleware,
    SecurityMiddleware,
)
"""The middleware that gives every answer the same headers, the innermost first."""
FOR_SCRIPTS = tuple(telling.FOR_SCRIPTS.items())
KEPT = 1024
"""Host names and peers that are remembered, so that strangers can't fill the memory."""


class Answer(NamedTuple):
    """What is sent, but for the headers that every answer has."""

    status: int
    headers: Headers
    body: bytes


class FastEntry:
    """Answers what it surely can, and hands the rest to Django untouched."""

    def __init__(self, django: "WSGIApplication", reader: Reader | None = None) -> None:
        """Stand in front of `django`; `reader` is for another database than settings name."""
        self.django = django
        self.reader = reader or reader_for(settings.DATABASES["default"])
        self.https_only = settings.SECURE_SSL_REDIRECT
        schemes = (True,) if self.https_only else (False, True)
        self.faces = {secure: _face(secure=secure) for secure in schemes}
        self.lines = RequestLines()
        self._is_ours = lru_cache(KEPT)(_is_ours)
        self._is_trusted = lru_cache(KEPT)(is_trusted)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request, or let Django do it."""
        started = time.perf_counter()
        secure = self._is_secure(environ)
        answer = self._answer(environ) if self._may_answer(environ, secure=secure) else None
        if answer is None:
            return self.django(environ, start_response)
        status, headers, body = answer
        request_id = requests.request_id(environ)
        method = environ["REQUEST_METHOD"]
        self.lines.write(method, environ["PATH_INFO"], status, started, request_id)
        headers += self.faces[secure]
        headers.append(("X-Request-ID", request_id))
        start_response(STATUS_LINES[status], headers)
        return [b"" if method == "HEAD" else body]

    def _may_answer(self, environ: "WSGIEnvironment", *, secure: bool) -> bool:
        """Whether Django would neither refuse this request nor send it elsewhere."""
        return (
            environ["PATH_INFO"].startswith(telling.PAGE)
            and environ["REQUEST_METHOD"] in METHODS
            and not environ.get("SCRIPT_NAME")
            and (secure or not self.https_only)
            and self._is_ours(environ.get("HTTP_HOST", ""))
        )

    def _is_secure(self, environ: "WSGIEnvironment") -> bool:
        """Whether the visitor came by HTTPS, as `TrustedProxies` would find."""
        if environ["wsgi.url_scheme"] == "https":
            return True
        told = environ.get("HTTP_X_FORWARDED_PROTO")
        is_told = told is not None and told.strip().lower() == "https"
        return is_told and self._is_trusted(environ.get("REMOTE_ADDR", ""))

    def _answer(self, environ: "WSGIEnvironment") -> Answer | None:
        path, held = environ["PATH_INFO"], environ.get("HTTP_IF_NONE_MATCH", "")
        try:
            if path.endswith(telling.DOCUMENT):
                key = _key(_typed(path, telling.DOCUMENT))
                return self._document(key, held) if key else None
            number = _typed(path, telling.JSON_ANSWER)
            return self._state(number, held) if number else None
        except DatabaseAway:
            return None

    def _state(self, number: str, held: str) -> Answer | None:
        if (prepared := self.reader.prepared(number)) is None:
            return None  # Django counts misses, tells of them, and knows how else an id is typed.
        text, tag = telling.written(prepared, time.time_ns() // 1000)
        if telling.is_held(tag, held):
            return _not_modified(tag, telling.ASK_AGAIN)
        return _found(text, telling.JSON_TYPE, tag, telling.ASK_AGAIN)

    def _document(self, key: str, held: str) -> Answer | None:
        if not (text := self.reader.document(key)):
            return None
        tag = telling.text_tag(text)
        if telling.is_held(tag, held):
            return _not_modified(tag, telling.AN_HOUR)
        return _found(text, telling.CREDENTIAL_TYPE, tag, telling.AN_HOUR)


def _typed(path: str, ending: str) -> str:
    """Return what stands for the id in a path, empty if Django should look at it."""
    typed = path[len(telling.PAGE) : -len(ending)]
    whole = path.endswith(ending) and not typed.startswith("/")
    return typed if whole and typed.isascii() and typed.isprintable() else ""


def _key(typed: str) -> str | None:
    try:
        return read_id(typed).key
    except IdRefused:
        return None


def _found(text: str, media_type: str, tag: str, kept: str) -> Answer:
    body = text.encode()
    headers = [("Content-Type", media_type), ("Content-Length", str(len(body)))]
    return Answer(OK, [*headers, *_kept(tag, kept)], body)


def _not_modified(tag: str, kept: str) -> Answer:
    return Answer(NOT_MODIFIED, _kept(tag, kept), b"")


def _kept(tag: str, kept: str) -> Headers:
    return [("ETag", tag), ("Cache-Control", kept), *FOR_SCRIPTS]


def _is_ours(host: str) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _face(*, secure: bool) -> Headers:
    """Return the headers of every answer, asked once of the very middleware that Django uses."""
    scheme = "https" if secure else "http"
    request = WSGIRequest(
        {"REQUEST_METHOD": "GET", "wsgi.url_scheme": scheme, "wsgi.input": BytesIO()}
    )
    answer: Callable[[HttpRequest], HttpResponse] = _nothing
    for middleware in FACE:
        answer = middleware(answer)
    response = answer(request)
    patch_vary_headers(response, ["Cookie"])  # The session adds it; nothing here depends on it.
    return [(name, value) for name, value in response.items() if name != "Content-Type"]
