"""What somebody uploads or names as a credential: JSON, or a picture with a credential inside."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guildmark.cores.vc import baking
from guildmark.cores.vc.errors import Refused

from .sayings import translated
from .strict_json import JsonRefused, read_value

LARGEST = 1_000_000
"""Bytes of a file."""
PRESENTATION = "VerifiablePresentation"
ANSWER = frozenset({"id", "state", "checkedAt"})
"""Names of members that every answer of the registry has."""
BEYOND_US = frozenset({"older_badge", "json_web_token"})
"""Codes of refusals that tell what can't be read here, not what is wrong with the file."""

_COMPACT_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class FileRefused(ValueError):
    """There is no credential to check; the message says why and what to do, `code` is a word."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)

    @property
    def is_beyond_us(self) -> bool:
        """Whether there may be a good credential in a form that is not read here."""
        return self.code in BEYOND_US


def text_in(content: bytes) -> str:
    """Return the text of the credential that a file holds. Raises `FileRefused`."""
    if not content.strip():
        raise FileRefused("empty", _("It is empty."))
    if len(content) > LARGEST:
        raise FileRefused("too_large", too_large())
    try:
        return _unbaked(content)
    except Refused as refusal:
        raise FileRefused(refusal.code, translated(refusal.sentence)) from refusal


def too_large() -> str:
    """Return what is told of a file with too many bytes."""
    sentence = _("It has more than %(most)s bytes, which is the most that is read here.")
    return sentence % {"most": f"{LARGEST:,}"}


def document_in(text: str) -> Mapping[str, Any]:
    """Return the one credential of a text. Raises `FileRefused`."""
    if not text.strip():
        raise FileRefused("empty", _("It is empty."))
    if _COMPACT_JWT.fullmatch(text.strip()):
        raise FileRefused(
            "json_web_token",
            _(
                "It is a credential in the form of a JSON Web Token, which can't be checked here. "
                "Ask for the same credential with a Data Integrity proof."
            ),
        )
    try:
        value = read_value(text)
    except JsonRefused as refusal:
        raise FileRefused("json", str(refusal)) from refusal
    return _only_credential(value)


def _unbaked(content: bytes) -> str:
    if content.startswith(baking.PNG_SIGNATURE):
        return baking.unbake_png(content)
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return baking.unbake_svg(content)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused(
            "unknown_format",
            _("It is neither JSON nor a PNG or SVG picture. Choose the file as it was issued."),
        ) from None


def _only_credential(value: Any) -> Mapping[str, Any]:
    if isinstance(value, list):
        raise _several(len(value))
    if not isinstance(value, dict):
        raise FileRefused("not_an_object", _("A credential is a JSON object, which begins with {."))
    types = value.get("type")
    if PRESENTATION in (types if isinstance(types, list) else [types]):
        held = value.get("verifiableCredential", [])
        raise _several(len(held) if isinstance(held, list) else 1)
    if "@context" not in value and value.keys() >= ANSWER:
        raise FileRefused(
            "registry_answer",
            _("This is an answer of the registry. Download the signed credential and check that."),
        )
    return value


def _several(number: int) -> FileRefused:
    told = ngettext(
        "It is a collection that holds %(number)d credential. Take it out and check it alone.",
        "It is a collection that holds %(number)d credentials. Check them one at a time.",
        number,
    )
    return FileRefused("several", told % {"number": number})
