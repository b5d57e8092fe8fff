"""What a verifier is told of a credential, made of plain values: no models, no clock, no address.

Both entries to the registry use it, Django's views by `answers` and `site.fast_entry` without
Django, so that they can't tell different things.
"""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import quote

from .states import ShownAs, Standing, State

PAGE, JSON_ANSWER, DOCUMENT = "/verify/", ".json", "/credential.json"
"""An address is PAGE and the id, perhaps with one of the other two behind it."""
ASK_AGAIN = "public, no-cache"
AN_HOUR = "public, max-age=3600"
"""For what never changes, but may have to go: a holder can close the account."""
JSON_TYPE = "application/json"
CREDENTIAL_TYPE = "application/vc"
FOR_SCRIPTS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After",
}
"""Scripts of any site may read what is public, and also that something is not there."""
_UNQUOTED = "!$&'()*+,;=/~:@"  # As Django's `reverse` leaves them.
FOR_EVER = 2**63 - 1
_VALID = '{"state": "valid"'
"""How an answer begins that the clock can change: the state comes first for this."""
_TAG_DIGITS = 32
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_TO_THE_SECOND = len("2026-03-02T12:00:00")


class Known(NamedTuple):
    """A credential as the registry holds it; `queries.known` asks for these fields.

    `cause` and `changed_at` are of the last change of its state, None before any.
    """

    number: str
    version: int
    state: str
    valid_from: datetime
    valid_until: datetime | None
    type_code: str
    type_name: str
    shown_as: str
    holder_name: str
    handle: str | None
    public_text: str
    cause: str | None
    changed_at: datetime | None
    successor: str | None
    has_document: bool
    origin: str


class Prepared(NamedTuple):
    """The answer for programs as it is sent, with its tag, and when it holds.

    It holds from `begins` and before `ends`, in microseconds since 1970. A valid credential is not
    valid yet before, and expired after; what is told of any other hangs on no clock.
    """

    text: str
    tag: str
    begins: int
    ends: int


def standing(
    state: str, valid_from: datetime, valid_until: datetime | None, at: datetime
) -> Standing:
    """Return what a verifier is told at a moment: the state first, then the clock."""
    if state != State.ACTIVE:
        return Standing(state)
    if at < valid_from:
        return Standing.NOT_YET_VALID
    if valid_until is not None and at >= valid_until:
        return Standing.EXPIRED
    return Standing.VALID


def holder(shown_as: str, name: str, handle: str | None) -> str:
    """Return the holder as they let themselves be shown, or nothing."""
    if shown_as == ShownAs.NAME:
        return name
    return handle or "" if shown_as == ShownAs.HANDLE else ""


def told(known: Known, *, at: datetime) -> dict[str, Any]:
    """Return the answer for programs at a moment; what is unknown is left out.

    The cause is the word of `states.Cause`, whatever language the visitor reads.
    """
    page = f"{known.origin}{PAGE}{quote(known.number, safe=_UNQUOTED)}"
    is_active = known.state == State.ACTIVE
    facts = {
        "state": standing(known.state, known.valid_from, known.valid_until, at).value,
        "id": known.number,
        "type": known.type_code,
        "name": known.type_name or known.type_code,
        "validFrom": moment_text(known.valid_from),
        "validUntil": moment_text(known.valid_until) if known.valid_until else None,
        "text": known.public_text,
        "supersededBy": known.successor,
        "page": page,
        "credential": f"{page}{DOCUMENT}" if known.has_document else None,
        "cause": None if is_active else known.cause,
        "holder": holder(known.shown_as, known.holder_name, known.handle),
        "changedAt": moment_text(known.changed_at) if known.changed_at else None,
    }
    return {name: value for name, value in facts.items() if value not in ("", None)}


def prepared(known: Known) -> Prepared:
    """Return the answer for programs, ready for every moment.

    The version in the tag makes a difference where a credential came back to where it was.
    """
    text = json.dumps(told(known, at=known.valid_from))
    tag = text_tag(f"{known.version} {text}")
    if known.state != State.ACTIVE:
        return Prepared(text, tag, 0, FOR_EVER)
    ends = FOR_EVER if known.valid_until is None else microseconds(known.valid_until)
    return Prepared(text, tag, microseconds(known.valid_from), ends)


def written(answer: Prepared, at: int) -> tuple[str, str]:
    """Return what `told` tells at a moment, in microseconds since 1970, as JSON, and its tag.

    The moment is not in it but in the header Date: equal tags mean equal bytes.
    """
    text, tag, begins, ends = answer
    if begins <= at < ends:
        return text, tag
    now = Standing.NOT_YET_VALID if at < begins else Standing.EXPIRED
    text = f'{{"state": "{now.value}"{text[len(_VALID) :]}'
    return text, text_tag(f"{tag} {text}")


def text_tag(text: str) -> str:
    """Return the strong tag of a text."""
    return f'"{sha256(text.encode()).hexdigest()[:_TAG_DIGITS]}"'


def is_held(tag: str, if_none_match: str) -> bool:
    """Whether the header says that the visitor has this very answer already (RFC 9110, 13.1.2)."""
    return tag in if_none_match or if_none_match.strip() == "*"


def moment_text(moment: datetime) -> str:
    """Return a moment as programs are told it, in UTC to the second.

    >>> from datetime import UTC
    >>> moment_text(datetime(2026, 3, 2, 12, tzinfo=UTC))
    '2026-03-02T12:00:00Z'
    """
    return f"{moment.isoformat(timespec='seconds')[:_TO_THE_SECOND]}Z"


def microseconds(moment: datetime) -> int:
    """Return a moment in microseconds since 1970, as answers that are ready count.

    >>> from datetime import UTC
    >>> microseconds(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    return (moment - _EPOCH) // _MICROSECOND
