"""How a programme file describes the programme itself: its fields, and what is wrong with them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from unicodedata import category

from django.utils.translation import gettext as _

from .slots import Problem

# Control characters and halves of characters: no page shows them, and PostgreSQL refuses some.
UNREADABLE = ("Cc", "Cs")
CODE = re.compile(r"[A-Z][A-Z0-9-]*")


@dataclass(frozen=True, slots=True)
class Field:
    """A text of the description; `longest` in characters."""

    name: str
    longest: int
    required: bool = True


FIELDS = (
    Field("code", 20),
    Field("name", 120),
    Field("version", 20),
    Field("summary", 2000),
    Field("licence", 120),
    Field("attribution", 500, required=False),
)
NAMES = tuple(field.name for field in FIELDS)


def problems(data: Any, *, path: str) -> Iterable[Problem]:
    """Say everything that is wrong with a description."""
    if not isinstance(data, dict):
        yield Problem(path, _("Give an object with: %(names)s.") % {"names": ", ".join(NAMES)})
        return
    for name in sorted(data.keys() - set(NAMES)):
        text = _("This field is unknown. Remove it; known are %(names)s.")
        yield Problem(f"{path}.{name}", text % {"names": ", ".join(NAMES)})
    for field in FIELDS:
        if text := _fault(field, data.get(field.name, "")):
            yield Problem(f"{path}.{field.name}", text)


def _fault(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        return _("Give a text, in quotation marks.")
    if field.required and not value.strip():
        return _("This text is missing.")
    if len(value) > field.longest:
        return _("Shorten this to %(longest)d characters; it has %(length)d.") % {
            "longest": field.longest,
            "length": len(value),
        }
    if any(category(sign) in UNREADABLE and sign != "\n" for sign in value):
        return _("Remove the control characters from this text.")
    if field.name == "code" and not CODE.fullmatch(value):
        return _("A code is made of capital letters, digits and hyphens, such as PSF.")
    return ""
