"""Credentials inside pictures: baking into PNG and SVG files, and taking out again.

Open Badges 3.0, section 5.3: a PNG file carries the credential in one iTXt chunk with the keyword
`openbadgecredential`; an SVG file in one `credential` element, as text, or in the attribute
`verify` if it is a compact JSON Web Token. Pixels are never decoded and markup is never rewritten:
baking adds bytes at one place and keeps all others.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.sentences import Sentence
from guildmark.cores.vc.sentences import sentence as _

MAX_PICTURE_BYTES = 8 * 1024 * 1024
# Verifiers of others stop at the same size, so nothing larger is baked.
MAX_TEXT_BYTES = 256 * 1024

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_KEYWORD = b"openbadgecredential"
OLD_PNG_KEYWORD = b"openbadges"
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
BADGE_NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
OLD_BADGE_NAMESPACE = "http://openbadges.org"

# XML 1.0 cannot hold these characters in any spelling, and no credential needs them.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x80-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COMPACT_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+")
_CREDENTIAL = f"{BADGE_NAMESPACE} credential"
_NO_CREDENTIAL = _(
    "The picture holds no Open Badges 3.0 credential. Upload the file as you received it."
)
_SECOND = _("The picture holds more than one credential, so it is unclear which one it stands for.")
_ALREADY = _("The picture holds a credential already. Bake into the picture without one.")
_OLD = _(
    "The picture holds a badge of Open Badges 2 or older, which is another format. "
    "Ask the issuer for an Open Badges 3.0 credential."
)


def bake_png(png: bytes, text: str) -> bytes:
    """Return the picture with `text` (JSON or compact JWT) as its credential.

    Raises Refused if `png` is no sound PNG file, is too large or holds a badge already, or if
    `text` is empty, too large, begins or ends with white space or holds control characters.
    """
    body = _payload(text)
    for chunk in _chunks(png):
        if chunk.keyword in (PNG_KEYWORD, OLD_PNG_KEYWORD):
            raise Refused("already_baked", _ALREADY)
    # Keyword, not compressed, method 0, no language, no translated keyword, then the text.
    data = PNG_KEYWORD + b"\0\0\0\0\0" + body
    end = len(png) - 12
    return png[:end] + _chunk(b"iTXt", data) + png[end:]


def unbake_png(png: bytes) -> str:
    """Return the credential (JSON or compact JWT) that a PNG file carries.

    Raises Refused if the file is no sound PNG, holds no credential, more than one, only one of
    Open Badges 2, or one that is too large.
    """
    badges = [chunk for chunk in _chunks(png) if chunk.keyword]
    found = [each for each in badges if (each.kind, each.keyword) == (b"iTXt", PNG_KEYWORD)]
    if len(found) > 1:
        raise Refused("second_credential", _SECOND)
    if not found and any(each.keyword == OLD_PNG_KEYWORD for each in badges):
        raise Refused("older_badge", _OLD)
    if not found:
        raise Refused("no_credential", _NO_CREDENTIAL)
    return _text_of(found[0])


def bake_svg(svg: str, text: str) -> str:
    """Return the picture with `text` (JSON or compact JWT) as its credential.

    Everything else in `svg` stays as it is, to the letter. Raises Refused as `bake_png` does, and
    for a DOCTYPE or an encoding other than UTF-8.
    """
    _payload(text)
    source = _picture_bytes(svg)
    drawing = _Drawing().read(source)
    if drawing.badges or drawing.old_badges:
        raise Refused("already_baked", _ALREADY)
    return _spliced(source, drawing, _badge_element(text)).decode()


def unbake_svg(svg: str | bytes) -> str:
    """Return the credential (JSON or compact JWT) that an SVG file carries.

    Raises Refused if the file is no sound SVG in UTF-8, has a DOCTYPE, holds no credential, more
    than one, only one of Open Badges 2, or one that is too large.
    """
    drawing = _Drawing().read(_picture_bytes(svg))
    if len(drawing.badges) > 1:
        raise Refused("second_credential", _SECOND)
    if not drawing.badges and drawing.old_badges:
        raise Refused("older_badge", _OLD)
    if not drawing.badges:
        raise Refused("no_credential", _NO_CREDENTIAL)
    return drawing.badges[0].credential()


def _payload(text: str) -> bytes:
    if found := _FORBIDDEN.search(text):
        raise Refused(
            "control_character",
            _(
                "The credential holds the character U+%(ord)s, which pictures cannot "
                "carry. Take it out.",
                ord=f"{ord(found[0]):04X}",
            ),
        )
    if not text or text != text.strip():
        raise Refused("blank", _("The credential is empty, or begins or ends with white space."))
    if len(body := text.encode()) > MAX_TEXT_BYTES:
        raise Refused(
            "too_large", _("The credential is larger than %(most)s bytes.", most=MAX_TEXT_BYTES)
        )
    return body


def _received(body: bytes) -> str:
    """Return the text of a credential that somebody else baked."""
    if len(body) > MAX_TEXT_BYTES:
        raise Refused(
            "too_large", _("The credential is larger than %(most)s bytes.", most=MAX_TEXT_BYTES)
        )
    try:
        text = body.decode().strip()
    except UnicodeDecodeError:
        raise Refused("not_utf_8", _("The credential in the picture is not UTF-8 text.")) from None
    _payload(text)
    return text


# PNG


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    data: memoryview

    @property
    def keyword(self) -> bytes:
        """The keyword of a textual chunk that may hold a badge; empty for any other chunk."""
        if self.kind not in (b"iTXt", b"tEXt", b"zTXt"):
            return b""
        keyword = bytes(self.data[: len(PNG_KEYWORD) + 1]).partition(b"\0")[0]
        return keyword if keyword in (PNG_KEYWORD, OLD_PNG_KEYWORD) else b""


def _chunks(png: bytes) -> Iterator[_Chunk]:
    if len(png) > MAX_PICTURE_BYTES:
        raise Refused(
            "too_large", _("The picture is larger than %(most)s bytes.", most=MAX_PICTURE_BYTES)
        )
    if not png.startswith(PNG_SIGNATURE):
        raise Refused("not_png", _("The file is not a PNG picture."))
    view, position, kind = memoryview(png), len(PNG_SIGNATURE), b""
    while kind != b"IEND":
        chunk = _chunk_at(view, position)
        if (position == len(PNG_SIGNATURE)) != (chunk.kind == b"IHDR"):
            raise _broken(_("its header is not where it belongs"))
        yield chunk
        kind, position = chunk.kind, position + 12 + len(chunk.data)
    if position != len(png):
        raise _broken(_("bytes follow its end"))


def _chunk_at(view: memoryview, position: int) -> _Chunk:
    if position + 12 > len(view):
        raise _broken(_("it is cut off"))
    length, kind = struct.unpack_from(">I4s", view, position)
    end = position + 8 + length
    if end + 4 > len(view):
        raise _broken(_("it is cut off"))
    if zlib.crc32(view[position + 4 : end]) != struct.unpack_from(">I", view, end)[0]:
        raise _broken(
            _("the checksum of its chunk %(chunk)s is wrong", chunk=repr(kind.decode("latin-1")))
        )
    return _Chunk(kind, view[position + 8 : end])


def _broken(what: Sentence) -> Refused:
    return Refused(
        "broken_png",
        _("The PNG picture is damaged: %(what)s. Upload the original file.", what=what),
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _text_of(chunk: _Chunk) -> str:
    rest = bytes(chunk.data[len(PNG_KEYWORD) + 1 :])
    _language, _zero, after = rest[2:].partition(b"\0")
    _translation, ended, text = after.partition(b"\0")
    if not ended or rest[:2] not in (b"\0\0", b"\1\0"):
        raise _broken(_("its credential chunk is malformed"))
    return _received(_inflated(text) if rest[0] else text)


def _inflated(data: bytes) -> bytes:
    inflator = zlib.decompressobj()
    try:
        body = inflator.decompress(data, MAX_TEXT_BYTES + 1)
    except zlib.error:
        raise _broken(_("its credential cannot be decompressed")) from None
    if len(body) <= MAX_TEXT_BYTES and (not inflator.eof or inflator.unused_data):
        raise _broken(_("its credential cannot be decompressed"))
    return body


# SVG


@dataclass(slots=True)
class _Badge:
    """A credential element as it was found."""

    verify: str | None
    texts: list[str] = field(default_factory=list)

    def credential(self) -> str:
        text = "".join(self.texts).strip()
        if self.verify is None:
            return _received(text.encode())
        if text or not _COMPACT_JWT.fullmatch(self.verify):
            raise Refused(
                "malformed_element",
                _(
                    'The attribute "verify" of the credential element holds a compact JSON '
                    "Web Token and then the element is empty; here it is otherwise."
                ),
            )
        return _received(self.verify.encode())


class _Drawing:
    """Reads an SVG document without a DOCTYPE and keeps the places that baking needs.

    `end` is the byte offset of the root's end tag, if it has one.
    """

    def __init__(self) -> None:
        self.badges: list[_Badge] = []
        self.old_badges = 0
        self.end = -1
        self._open: list[str] = []
        self._parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.XmlDeclHandler = self._declaration
        self._parser.StartElementHandler = self._opened
        self._parser.EndElementHandler = self._closed
        self._parser.CharacterDataHandler = self._characters

    def read(self, source: bytes) -> "_Drawing":
        try:
            self._parser.Parse(source, True)
        except expat.ExpatError as error:
            raise Refused(
                "not_svg", _("The file is no well-formed SVG picture: %(error)s.", error=str(error))
            ) from None
        return self

    def _doctype(self, *_facts: object) -> None:
        raise Refused(
            "doctype",
            _("The SVG picture has a DOCTYPE, which can hide harmful content. Delete that line."),
        )

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "us-ascii", "ascii"):
            raise _not_utf8()

    def _opened(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open:
            self._refuse_other_root(name)
        elif self._open[-1] == _CREDENTIAL:
            raise Refused(
                "malformed_element", _("The credential element of the picture has children.")
            )
        if name == _CREDENTIAL:
            self.badges.append(_Badge(attributes.get("verify")))
        self.old_badges += name.startswith(f"{OLD_BADGE_NAMESPACE} ")
        self._open.append(name)

    def _refuse_other_root(self, name: str) -> None:
        if name != f"{SVG_NAMESPACE} svg":
            raise Refused(
                "not_svg", _('The file is not an SVG picture; its root is "%(name)s".', name=name)
            )

    def _closed(self, _name: str) -> None:
        self._open.pop()
        if not self._open:
            self.end = self._parser.CurrentByteIndex

    def _characters(self, data: str) -> None:
        if self._open and self._open[-1] == _CREDENTIAL:
            self.badges[-1].texts.append(data)


def _not_utf8() -> Refused:
    return Refused("not_utf_8", _("The SVG picture is not in UTF-8. Save it in that encoding."))


def _picture_bytes(svg: str | bytes) -> bytes:
    try:
        source = svg.encode() if isinstance(svg, str) else svg.decode("utf-8-sig").encode()
    except UnicodeError:
        raise _not_utf8() from None
    if len(source) > MAX_PICTURE_BYTES:
        raise Refused(
            "too_large", _("The picture is larger than %(most)s bytes.", most=MAX_PICTURE_BYTES)
        )
    return source


def _badge_element(text: str) -> bytes:
    opening = f'<openbadges:credential xmlns:openbadges="{BADGE_NAMESPACE}"'
    if _COMPACT_JWT.fullmatch(text):
        return f'{opening} verify="{text}"/>'.encode()
    # XML turns a bare carriage return into a line feed, which would change the text.
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{opening}>{escaped}</openbadges:credential>".replace("\r", "&#13;").encode()


def _spliced(source: bytes, drawing: _Drawing, element: bytes) -> bytes:
    if not source.startswith(b"</", drawing.end):
        raise Refused("empty_picture", _("The SVG picture is empty. Draw something in it first."))
    return source[: drawing.end] + element + source[drawing.end :]
