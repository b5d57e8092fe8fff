"""The picture of a credential: a seal with its code, as SVG and PNG, and a QR code."""

import io
from html import escape
from typing import Any

import qrcode
import qrcode.image.svg
from PIL import Image, ImageDraw, ImageFont

from guildmark.apps.institute import queries as institutes
from guildmark.cores.vc import baking

from .models import Credential

SIZE = 800
PAPER, INK, ACCENT = "#fbfaf7", "#1b2127", "#0b5a50"
RINGS = ((390, ACCENT), (372, PAPER), (360, ACCENT), (354, PAPER))
LONGEST_LINE = 30
"""Characters of a line of the seal at most; longer names are broken or cut."""


def baked_svg(credential: Credential) -> str:
    """Return the seal as SVG with the signed credential inside."""
    return baking.bake_svg(seal_svg(credential), credential.document)


def baked_png(credential: Credential) -> bytes:
    """Return the seal as PNG with the signed credential inside."""
    return baking.bake_png(seal_png(credential), credential.document)


def seal_svg(credential: Credential) -> str:
    """Return the seal as SVG."""
    rings = "".join(
        f'<circle cx="400" cy="400" r="{radius}" fill="{colour}"/>' for radius, colour in RINGS
    )
    lines = "".join(
        f'<text x="400" y="{y}" font-size="{size}" fill="{colour}">{escape(text)}</text>'
        for text, y, size, colour in _lines(credential)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" role="img">'
        f"<title>{escape(str(credential.type))}, {credential.number}</title>{rings}"
        f'<g font-family="Georgia, serif" font-weight="600" text-anchor="middle">{lines}</g></svg>'
    )


def seal_png(credential: Credential) -> bytes:
    """Return the seal as PNG."""
    picture = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    for radius, colour in RINGS:
        draw.circle((400, 400), radius, fill=colour)
    for text, y, size, colour in _lines(credential):
        draw.text((400, y), text, fill=colour, font=_font(size), anchor="ms")
    kept = io.BytesIO()
    picture.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def qr_svg(address: str) -> str:
    """Return a QR code of an address as a drawing that stands in a page."""
    code = qrcode.QRCode(border=2, image_factory=qrcode.image.svg.SvgPathImage)
    code.add_data(address)
    kept = io.BytesIO()
    code.make_image().save(kept)
    text = kept.getvalue().decode()
    return text[text.index("<svg") :]


def _lines(credential: Credential) -> list[tuple[str, int, int, str]]:
    """Return each line of the seal: text, height of its base line, size, colour."""
    name = _broken(credential.type.name)
    return [
        (_cut(institutes.institute().name), 235, 30, INK),
        (credential.type.code, 400, 130, ACCENT),
        *((line, 470 + 42 * at, 34, INK) for at, line in enumerate(name)),
        (f"{credential.valid_from:%Y}", 580, 40, ACCENT),
        (credential.number, 640, 24, INK),
    ]


def _broken(name: str) -> list[str]:
    """Break a name into two lines at most, where it is too long for one."""
    if len(name) <= LONGEST_LINE:
        return [name] if name else []
    head = name[: LONGEST_LINE + 1].rsplit(" ", 1)[0]
    return [_cut(head), _cut(name[len(head) :].strip())]


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}\u2026"


def _font(size: int) -> Any:
    return ImageFont.load_default(size)
