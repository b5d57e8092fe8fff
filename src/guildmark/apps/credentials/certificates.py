"""The certificate as a PDF: one sheet that can be filed, printed and read aloud.

`certificate.typ` says how it looks; what stands on it is handed over as data. The file is made to
two standards, PDF/UA-1 (tags for who can't see it) and PDF/A-2a (readable in decades). Its fonts
(`fonts/`) have Latin, Greek and Cyrillic letters; what they lack is refused, never printed as a
box.
"""

import json
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guildmark.apps.institute import queries as institutes

from . import issuing, pictures
from .models import Credential

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
BREAKS = frozenset("\n")
"""What no font needs a letter for."""


class LettersMissing(ValueError):
    """The fonts of the PDF lack letters of what is to stand on it; `letters` are these."""

    def __init__(self, letters: str) -> None:
        self.letters = letters
        super().__init__(
            _(
                "The PDF can't be made: its fonts have no letter for %(letters)s. Print this page "
                "instead, or save it as PDF from the print dialogue; your browser has more fonts."
            )
            % {"letters": " ".join(letters)}
        )


def certificate_pdf(credential: Credential, *, at: datetime) -> bytes:
    """Return the certificate of a credential as a PDF that was made at a moment.

    Raises `LettersMissing`.
    """
    import typst  # noqa: PLC0415 - 20 MB that only a process that makes a PDF needs

    told = _told(credential, at)
    if missing := lacking(_texts(told)):
        raise LettersMissing(missing)
    compiler = typst.Compiler(
        (HERE / "certificate.typ").read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"told": json.dumps(told)},
    )
    made = compiler.compile(
        format="pdf",
        pdf_standards=["ua-1", "a-2a"],
        timestamp=at.astimezone(UTC).replace(microsecond=0),
    )
    assert isinstance(made, bytes)  # noqa: S101 - a list comes of pictures only.
    return made


def lacking(texts: Iterable[str]) -> str:
    """Return each letter that the fonts lack once, in the order of its first use.

    >>> lacking(["Zoë Łukasiewicz", "Ωνάσης", "李 Lei"])
    '李'
    """
    wanted = dict.fromkeys("".join(texts))
    return "".join(each for each in wanted if each not in BREAKS and each not in _letters())


def _told(credential: Credential, at: datetime) -> dict[str, Any]:
    """Return what the sheet says; each text in the one form in which fonts have its letters."""
    institute, number = institutes.institute(), credential.number
    address = issuing.address("credentials:verified", number)
    told = {
        "title": _("Certificate %(number)s") % {"number": number},
        "language": get_language() or "en",
        "made": _moment(at),
        "institute": institute.name,
        "letter": institute.brand_letter,
        "holder": credential.holder_name,
        "credential": str(credential.type),
        "meaning": credential.type.criteria.replace("\r\n", "\n").strip(),
        "facts": _facts(credential),
        "address": address,
        "code": pictures.qr_svg(address),
        "words": _words(credential),
    }
    text = json.dumps(told, ensure_ascii=False)
    found: dict[str, Any] = json.loads(unicodedata.normalize("NFC", text))
    return found


def _facts(credential: Credential) -> list[list[str]]:
    ends = credential.valid_until
    return [
        [_("Id"), credential.number],
        [_("Issued"), _day(credential.valid_from)],
        [_("Valid until"), _day(ends) if ends is not None else _("without end")],
    ]


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "j F Y")


def _words(credential: Credential) -> dict[str, str]:
    about = issuing.address("credentials:type", credential.type.code)
    return {
        "certifies": _("This certifies that"),
        "holds": _("holds the credential"),
        "elsewhere": _("What it stands for is told at %(address)s") % {"address": about},
        "check": _("Check it at"),
        "code": _("QR code that leads to the verification of this certificate"),
        "no_proof": _(
            "This sheet is no proof by itself: anybody can print one, and a credential can be "
            "taken back. What holds today stands at the address above."
        ),
    }


def _moment(at: datetime) -> dict[str, int]:
    wanted = ("year", "month", "day", "hour", "minute", "second")
    return {name: getattr(at.astimezone(UTC), name) for name in wanted}


def _texts(told: dict[str, Any]) -> list[str]:
    names = ("institute", "letter", "holder", "credential", "meaning", "address")
    facts = [text for fact in told["facts"] for text in fact]
    return [*(told[name] for name in names), *facts, *told["words"].values()]


@cache
def _letters() -> frozenset[str]:
    ranges = json.loads((FONTS / "manifest.json").read_text(encoding="utf-8"))["letters"]
    return frozenset(chr(code) for first, last in ranges for code in range(first, last + 1))


@cache
def _fonts() -> Any:
    import typst  # noqa: PLC0415 - as above

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
