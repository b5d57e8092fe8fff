"""The ledger for machines: checkpoint, verifier key and proofs, as the reference describes."""

from base64 import b64encode
from collections.abc import Sequence
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from . import queries
from .problems import problem

PLAIN = "text/plain; charset=utf-8"
# A bigint holds 18 digits of any value; nobody's ledger is longer.
DIGITS = 18


class NotANumber(ValueError):
    """A parameter is missing or is no whole number; the message says which and what to do."""


@require_safe
@cache_control(no_cache=True)
def checkpoint(_request: HttpRequest) -> HttpResponseBase:
    """Answer the newest signed checkpoint."""
    if (latest := queries.latest_checkpoint()) is None:
        return _nothing_yet()
    return HttpResponse(latest.note, content_type=PLAIN)


@require_safe
@cache_control(no_cache=True)
def vkey(_request: HttpRequest) -> HttpResponseBase:
    """Answer the key that verifies the newest checkpoint."""
    if (key := queries.current_verifier_key()) is None:
        return _nothing_yet()
    return HttpResponse(f"{key.encode()}\n", content_type=PLAIN)


@require_safe
def inclusion(request: HttpRequest) -> HttpResponseBase:
    """Answer entry `index` and its proof in the tree of the first `size` entries."""
    try:
        index, size = _number(request, "index"), _number(request, "size")
        proof = queries.inclusion_proof(index=index, size=size)
    except (NotANumber, queries.EntryMissing) as refusal:
        return _refusal(refusal)
    return JsonResponse(
        {
            "leaf": _base64(proof.leaf),
            "index": index,
            "size": size,
            "hashes": _hashes(proof.hashes),
        }
    )


@require_safe
def consistency(request: HttpRequest) -> HttpResponseBase:
    """Answer the proof that the tree of `new` entries continues the tree of `old`."""
    try:
        old, new = _number(request, "old"), _number(request, "new")
        hashes = queries.consistency_proof(old=old, new=new)
    except (NotANumber, queries.EntryMissing) as refusal:
        return _refusal(refusal)
    return JsonResponse({"old": old, "new": new, "hashes": _hashes(hashes)})


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > DIGITS:
        raise NotANumber(
            _("“%(name)s” must be given as a whole number, such as ?%(name)s=0.") % {"name": name}
        )
    return int(text)


def _refusal(refusal: NotANumber | queries.EntryMissing) -> HttpResponseBase:
    missing = isinstance(refusal, queries.EntryMissing)
    status = HTTPStatus.NOT_FOUND if missing else HTTPStatus.BAD_REQUEST
    return problem(status, str(refusal))


def _nothing_yet() -> HttpResponseBase:
    return problem(
        HTTPStatus.NOT_FOUND,
        _("The ledger has no entries yet. Ask again when something has been recorded."),
    )


def _hashes(hashes: Sequence[bytes]) -> list[str]:
    return [_base64(each) for each in hashes]


def _base64(value: bytes) -> str:
    return b64encode(value).decode("ascii")
