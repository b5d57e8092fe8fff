import base64
import io
import struct
import zlib
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.judges import ask_python

from guildmark.cores.vc.baking import (
    MAX_PICTURE_BYTES,
    MAX_TEXT_BYTES,
    bake_png,
    bake_svg,
    unbake_png,
    unbake_svg,
)
from guildmark.cores.vc.errors import Refused

pytestmark = pytest.mark.once

JSON = '{"name": "Ärger & <Ruhm> ]]> \\u0007"}'
JWT = "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJ4In0.c2ln"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><!-- é --><circle r="9"/>\n</svg>\n'
ELEMENT = '<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"'

payloads = (
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"))
    | st.text("\r\n\t &<>\"']é{}", max_size=20)
).filter(lambda text: text != "" and text == text.strip())


def png(mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (3, 2), color=1 if mode == "P" else None).save(file, "PNG")
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def with_chunk(kind: bytes, data: bytes, picture: bytes = png()) -> bytes:
    return picture[:-12] + chunk(kind, data) + picture[-12:]


def badge(text: bytes, flags: bytes = b"\0\0") -> bytes:
    return b"openbadgecredential\0" + flags + b"\0\0" + text


def refused(act: Callable[[], object]) -> str:
    """Return the code with which `act` is refused."""
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


@given(payloads, st.sampled_from(["1", "L", "P", "RGB", "RGBA"]))
def test_whatever_is_baked_into_a_png_comes_out_again(text: str, mode: str) -> None:
    assert unbake_png(bake_png(png(mode), text)) == text


@given(payloads)
def test_whatever_is_baked_into_an_svg_comes_out_again(text: str) -> None:
    baked = bake_svg(SVG, text)
    assert unbake_svg(baked) == text
    assert unbake_svg(baked.encode()) == text


def test_baking_a_png_adds_one_chunk_before_the_end_and_keeps_all_other_bytes() -> None:
    picture = png()
    baked = bake_png(picture, JSON)
    added = chunk(b"iTXt", badge(JSON.encode()))
    assert baked == picture[:-12] + added + picture[-12:]
    with Image.open(io.BytesIO(baked)) as opened:
        opened.load()
        assert opened.info["openbadgecredential"] == JSON
        assert opened.size == (3, 2)


@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0" encoding="UTF-8"?>\n', "\ufeff"])
def test_baking_an_svg_adds_one_element_before_the_end_and_keeps_all_else(declaration: str) -> None:
    picture = declaration + SVG
    baked = bake_svg(picture, '{"a": "<&>"}')
    added = ELEMENT + '>{"a": "&lt;&amp;&gt;"}</openbadges:credential>'
    assert baked == picture.replace("</svg>", added + "</svg>")
    assert unbake_svg(baked) == '{"a": "<&>"}'


def test_a_token_goes_into_the_attribute_of_the_svg_element() -> None:
    baked = bake_svg(SVG, JWT)
    assert f'{ELEMENT} verify="{JWT}"/></svg>' in baked
    assert unbake_svg(baked) == JWT


def test_a_root_with_a_prefix_is_baked_as_well() -> None:
    picture = '<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:g/></s:svg>'
    assert unbake_svg(bake_svg(picture, JSON)) == JSON


def test_a_credential_in_a_cdata_section_between_line_breaks_is_read() -> None:
    element = f"{ELEMENT}>\n<![CDATA[{{}}]]>\n</openbadges:credential>"
    assert unbake_svg(SVG.replace("</svg>", element + "</svg>")) == "{}"


def test_a_compressed_credential_is_read() -> None:
    picture = with_chunk(b"iTXt", badge(zlib.compress(JSON.encode()), b"\1\0"))
    assert unbake_png(picture) == JSON


def test_language_and_translated_keyword_of_a_chunk_do_no_harm() -> None:
    data = b"openbadgecredential\0\0\0en\0badge\0{}"
    assert unbake_png(with_chunk(b"iTXt", data)) == "{}"


@pytest.mark.parametrize("size", [MAX_TEXT_BYTES + 1, 50 * MAX_TEXT_BYTES])
def test_a_compressed_credential_that_grows_beyond_the_limit_is_refused(size: int) -> None:
    packed = zlib.compress(b"x" * size)
    assert refused(partial(unbake_png, with_chunk(b"iTXt", badge(packed, b"\1\0")))) == "too_large"


@pytest.mark.parametrize(
    "data",
    [
        badge(zlib.compress(b"{}")[:-3], b"\1\0"),
        badge(zlib.compress(b"{}") + b"more", b"\1\0"),
        badge(b"no zlib", b"\1\0"),
        badge(b"{}", b"\2\0"),
        badge(b"{}", b"\0\1"),
        b"openbadgecredential",
        b"openbadgecredential\0",
        b"openbadgecredential\0\0\0no end",
    ],
)
def test_a_malformed_credential_chunk_is_refused(data: bytes) -> None:
    assert refused(partial(unbake_png, with_chunk(b"iTXt", data))) == "broken_png"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xff", "not_utf_8"),
        (b"", "blank"),
        (b"{\x07}", "control_character"),
        (b"{" + b" " * MAX_TEXT_BYTES + b"}", "too_large"),
    ],
)
def test_what_others_baked_into_a_png_is_judged(body: bytes, code: str) -> None:
    assert refused(partial(unbake_png, with_chunk(b"iTXt", badge(body)))) == code


def test_a_second_credential_is_refused_and_never_made() -> None:
    picture = bake_png(png(), JSON)
    twice = with_chunk(b"iTXt", badge(b"{}"), picture)
    drawing = bake_svg(SVG, JSON)
    doubled = drawing.replace("</svg>", f"<g>{ELEMENT}>{{}}</openbadges:credential></g></svg>")
    for read in (partial(unbake_png, twice), partial(unbake_svg, doubled)):
        assert refused(read) == "second_credential"
    for again in (partial(bake_png, picture, JSON), partial(bake_svg, drawing, JSON)):
        assert refused(again) == "already_baked"


@pytest.mark.parametrize("kind", [b"iTXt", b"tEXt"])
def test_a_badge_of_open_badges_2_is_refused_by_its_name(kind: bytes) -> None:
    element = '<o:assertion xmlns:o="http://openbadges.org" verify="a.b.c"/></svg>'
    old_png = with_chunk(kind, b"openbadges\0\0\0\0\0a.b.c")
    old_svg = SVG.replace("</svg>", element)
    for unbake in (partial(unbake_png, old_png), partial(unbake_svg, old_svg)):
        assert refused(unbake) == "older_badge"


def test_a_picture_without_a_credential_is_told_so() -> None:
    for unbake in (partial(unbake_png, png()), partial(unbake_svg, SVG)):
        assert refused(unbake) == "no_credential"


@given(st.data())
def test_a_png_with_one_byte_changed_is_refused(data: st.DataObject) -> None:
    picture = bytearray(bake_png(png(), JSON))
    position = data.draw(st.integers(0, len(picture) - 1))
    picture[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Refused):
        unbake_png(bytes(picture))


@given(st.integers(0, len(bake_png(png(), JSON)) - 1))
def test_a_png_that_is_cut_off_is_refused(length: int) -> None:
    with pytest.raises(Refused):
        unbake_png(bake_png(png(), JSON)[:length])


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (b"GIF89a", "not_png"),
        (png() + b"more", "broken_png"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "broken_png"),
        (with_chunk(b"IHDR", b"\0" * 13), "broken_png"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * MAX_PICTURE_BYTES, "too_large"),
    ],
)
def test_what_is_no_sound_png_is_refused(picture: bytes, code: str) -> None:
    for act in (partial(unbake_png, picture), partial(bake_png, picture, JSON)):
        assert refused(act) == code


HEAD = '<svg xmlns="http://www.w3.org/2000/svg">'


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        ("<!DOCTYPE svg>" + SVG, "doctype"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG, "doctype"),
        ('<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + SVG, "doctype"),
        (HEAD + "&a;</svg>", "not_svg"),
        (HEAD, "not_svg"),
        ("", "not_svg"),
        ("<html/>", "not_svg"),
        ("<svg/>", "not_svg"),
        ('<?xml version="1.0" encoding="latin-1"?>' + SVG, "not_utf_8"),
        (SVG.encode("utf-16"), "not_utf_8"),
        ("\ud800", "not_utf_8"),
        (SVG.replace("\n", " " * MAX_PICTURE_BYTES), "too_large"),
    ],
)
def test_what_is_no_sound_svg_is_refused(picture: str | bytes, code: str) -> None:
    assert refused(partial(unbake_svg, picture)) == code


@pytest.mark.parametrize(
    ("element", "code"),
    [
        (f"{ELEMENT}/>", "blank"),
        (f'{ELEMENT} verify=""/>', "malformed_element"),
        (f'{ELEMENT} verify="{{}}"/>', "malformed_element"),
        (f'{ELEMENT} verify="{JWT}">{{}}</openbadges:credential>', "malformed_element"),
        (f"{ELEMENT}>{{<g/>}}</openbadges:credential>", "malformed_element"),
        (f"{ELEMENT}>&#127;</openbadges:credential>", "control_character"),
        (f"{ELEMENT}>{'x' * MAX_TEXT_BYTES}x</openbadges:credential>", "too_large"),
    ],
)
def test_what_others_baked_into_an_svg_is_judged(element: str, code: str) -> None:
    assert refused(partial(unbake_svg, SVG.replace("</svg>", element + "</svg>"))) == code


def test_nothing_is_baked_into_an_empty_drawing() -> None:
    assert (
        refused(partial(bake_svg, '<svg xmlns="http://www.w3.org/2000/svg" title="/>"/>', JSON))
        == "empty_picture"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "blank"),
        (" {}", "blank"),
        ("{}\n", "blank"),
        ("a\0b", "control_character"),
        ("a\x7fb", "control_character"),
        ("a\ud800b", "control_character"),
        ("é" * (MAX_TEXT_BYTES // 2 + 1), "too_large"),
    ],
)
def test_a_text_that_pictures_cannot_carry_is_refused(text: str, code: str) -> None:
    for bake in (partial(bake_png, png(), text), partial(bake_svg, SVG, text)):
        assert refused(bake) == code


@pytest.mark.parametrize("text", [JSON, JWT, '{"a": "\\u2028 é 🎖"}'])
def test_what_openbadgeslib_bakes_is_read_and_the_other_way_round(text: str) -> None:
    pictures = {"png": png(), "svg": SVG.encode()}
    ours = {"png": bake_png(png(), text), "svg": bake_svg(SVG, text).encode()}
    asked = [
        {"mode": mode, "kind": kind, "picture": base64.b64encode(picture).decode(), "text": text}
        for mode, found in (("bake", pictures), ("unbake", ours))
        for kind, picture in found.items()
    ]
    theirs_png, theirs_svg, read_png, read_svg = ask_python(asked)
    assert unbake_png(base64.b64decode(theirs_png["picture"])) == text
    assert unbake_svg(base64.b64decode(theirs_svg["picture"])) == text
    assert (read_png["text"], read_svg["text"]) == (text, text)
