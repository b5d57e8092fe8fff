"""What a camera sees: a code held at an angle in front of a room, as a film that Chromium plays.

The format is YUV4MPEG2, which `--use-file-for-fake-video-capture` reads: a line of text, then for
each picture its brightness and, at half the size, its two colours.
"""

import io
import random
from pathlib import Path

import qrcode
from PIL import Image, ImageChops, ImageFilter

SIZE = WIDTH, HEIGHT = 640, 480
ANGLE = 11.0  # Degrees: nobody holds a paper quite straight.
SIDE = 230  # Of the code on the picture, in pixels.


def code_of(text: str) -> bytes:
    """Return a QR code as a picture (PNG)."""
    target = io.BytesIO()
    qrcode.make(text, border=2).save(target)
    return target.getvalue()


def film(path: Path, code: bytes) -> Path:
    """Write a film of one picture: the code, tilted, on a sheet in an unevenly lit room."""
    scene = _room()
    sheet = Image.new("L", (SIDE + 60, SIDE + 60), 235)
    sheet.paste(Image.open(io.BytesIO(code)).convert("L").resize((SIDE, SIDE)), (30, 30))
    shape = Image.new("L", sheet.size, 255).rotate(ANGLE, expand=True)
    scene.paste(sheet.rotate(ANGLE, Image.Resampling.BICUBIC, expand=True), (150, 70), shape)
    seen = ImageChops.multiply(scene, _light()).filter(ImageFilter.GaussianBlur(0.8))
    colours = bytes([118]) * (WIDTH * HEIGHT // 4) + bytes([138]) * (WIDTH * HEIGHT // 4)
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420\n".encode()
    path.write_bytes(head + b"FRAME\n" + seen.tobytes() + colours)
    return path


def _room() -> Image.Image:
    """Blotches of every size, as furniture, cloth and shadows make them."""
    chance = random.Random(2026)
    scene = Image.new("L", SIZE, 128)
    for cells in (8, 40, 160):
        tones = chance.randbytes(cells * cells)
        blotches = Image.frombytes("L", (cells, cells), tones).resize(
            SIZE, Image.Resampling.BICUBIC
        )
        scene = Image.blend(scene, blotches, 0.45)
    return scene


def _light() -> Image.Image:
    """A lamp from above: the lower half gets less."""
    return Image.linear_gradient("L").rotate(180).resize(SIZE).point(lambda tone: 110 + tone // 2)
