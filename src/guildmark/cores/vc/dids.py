"""Who holds which key: did:web, did:key and the documents that controllers publish.

An old key is never taken out of the document, otherwise everything it signed would stop
verifying. It gets `expires` when it is rotated and `revoked` when somebody else may hold it.

Sources: https://www.w3.org/TR/cid-1.0/ (controlled identifier documents, Multikey),
https://w3c-ccg.github.io/did-method-web/, https://w3c-ccg.github.io/did-key-spec/.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from guildmark.cores.vc.encoding import (
    decode_public_key,
    encode_public_key,
    read_date_time,
    write_date_time,
)
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.sentences import Sentence
from guildmark.cores.vc.sentences import sentence as _

DID_CONTEXT = "https://www.w3.org/ns/did/v1"
MULTIKEY_CONTEXT = "https://w3id.org/security/multikey/v1"
CONTROLLER_CONTEXTS = (DID_CONTEXT, MULTIKEY_CONTEXT)
MAXIMUM_PORT = 65_535

_HOST = r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*"
_SEGMENT = r"[A-Za-z0-9._~-]+"
_ORIGIN = re.compile(rf"https?://({_HOST})(?::([0-9]{{1,5}}))?((?:/{_SEGMENT})*)/?")
_DID_WEB = re.compile(rf"did:web:({_HOST})(?:%3[Aa]([0-9]{{1,5}}))?((?::{_SEGMENT})*)")
_FRAGMENT = re.compile(r"[A-Za-z0-9._~-]+")
_DOTTED = re.compile(r"[0-9.]+")


class KeyUse(StrEnum):
    """What may be said of a proof by a key, from the moment which the proof gives itself."""

    GOOD = "good"
    RETIRED = "retired"
    """The key was rotated before that moment."""
    REVOKED = "revoked"
    """The key was revoked before that moment."""
    IN_DOUBT = "in_doubt"
    """The key was revoked after that moment. The moment proves nothing: whoever got hold of the
    key writes any moment he likes. Only evidence from elsewhere can tell."""


@dataclass(frozen=True)
class PublishedKey:
    """A key of ours as we publish it: `public` are the 32 bytes of an Ed25519 public key.

    `kid` becomes the fragment of its URL. `expires` is when it was rotated, `revoked` when it
    was found that somebody else may hold it.
    """

    kid: str
    public: bytes
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None


@dataclass(frozen=True)
class VerificationMethod:
    """A key as it stands in a controller's document, with its full URL as `id`."""

    id: str
    controller: str
    public: bytes
    expires: datetime | None = None
    revoked: datetime | None = None

    def usable_at(self, moment: datetime) -> KeyUse:
        """Judge a proof that gives `moment` (with a time zone) as the time of its making.

        Moments are published in whole seconds, so a proof made in the very second of the
        rotation is still good.
        """
        if self.revoked is not None and moment >= self.revoked:
            return KeyUse.REVOKED
        if self.expires is not None and moment > self.expires:
            return KeyUse.RETIRED
        return KeyUse.GOOD if self.revoked is None else KeyUse.IN_DOUBT


@dataclass(frozen=True)
class ControllerDocument:
    """A controller's document as it was read.

    `methods` holds its Ed25519 keys by URL, `assertion` the URLs that may sign credentials, and
    `unsupported` for each other key the sentence that says why it cannot be used here.
    """

    id: str
    methods: Mapping[str, VerificationMethod]
    assertion: frozenset[str]
    unsupported: Mapping[str, Sentence]
    also_known_as: tuple[str, ...] = ()

    def method(self, url: str) -> VerificationMethod:
        """Return the key at `url`, which must be one that may sign credentials.

        Raises Refused "key_unknown", "key_type", or "key_purpose". A revoked key is returned
        although it may sign no longer, so that `usable_at` can tell the reason.
        """
        if url in self.unsupported:
            raise Refused("key_type", self.unsupported[url])
        if url not in self.methods:
            raise Refused(
                "key_unknown",
                _(
                    'The document of "%(id)s" has no key "%(url)s". If that document is '
                    "older than the proof, get it again.",
                    id=self.id,
                    url=url,
                ),
            )
        method = self.methods[url]
        if url not in self.assertion and method.revoked is None:
            raise Refused(
                "key_purpose",
                _(
                    '"%(id)s" does not list the key "%(url)s" for signing credentials.',
                    id=self.id,
                    url=url,
                ),
            )
        return method


def did_web(origin: str) -> str:
    """Return the did:web of an origin such as "https://example.org:8443/exams".

    Raises Refused "did_web". http is accepted for localhost alone, which is for development.
    """
    match = _ORIGIN.fullmatch(origin)
    host, port, path = match.groups() if match else ("", None, "")
    if not match or not _is_host(host, port) or not _is_secure(origin, host):
        raise Refused(
            "did_web",
            _(
                '"%(origin)s" cannot become a did:web. Give https://, a host name in '
                "small letters, perhaps a port and a path, and nothing else.",
                origin=origin,
            ),
        )
    return f"did:web:{host}{f'%3A{port}' if port else ''}{path.replace('/', ':')}"


def did_web_url(did: str) -> str:
    """Return the https address of the document of a did:web; raises Refused "did_web"."""
    match = _DID_WEB.fullmatch(did)
    if not match or not _is_host(match[1], match[2]):
        raise Refused("did_web", _('"%(did)s" is not a did:web with a host name.', did=did))
    host, port, path = match.groups()
    authority = f"{host}:{port}" if port else host
    return f"https://{authority}{path.replace(':', '/') or '/.well-known'}/did.json"


def did_key(public: bytes) -> str:
    """Return the did:key of the 32 bytes of an Ed25519 public key."""
    return f"did:key:{encode_public_key(public)}"


def resolve_did_key(did: str) -> ControllerDocument:
    """Return the document that a did:key stands for, without asking anybody.

    Raises Refused "did_key", "key" or "key_type".
    """
    scheme, _colon, multikey = did.rpartition(":")
    if scheme != "did:key":
        raise Refused("did_key", _('"%(did)s" is not a did:key.', did=did))
    method = VerificationMethod(f"{did}#{multikey}", did, decode_public_key(multikey))
    return ControllerDocument(
        did, MappingProxyType({method.id: method}), frozenset({method.id}), MappingProxyType({})
    )


def controller_document(
    did: str, keys: Sequence[PublishedKey], also_known_as: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the document that publishes `keys`, all that ever were, in their order.

    `assertionMethod` lists those that may be used to verify: the rotated ones too, because what
    they signed in their time stays good, but none that was revoked. Raises Refused "kid".
    """
    _refuse_bad_kids(keys)
    document = {
        "@context": list(CONTROLLER_CONTEXTS),
        "id": did,
        "alsoKnownAs": list(also_known_as),
        "verificationMethod": [_published(did, key) for key in keys],
        "assertionMethod": [f"{did}#{key.kid}" for key in keys if key.revoked is None],
    }
    return {name: value for name, value in document.items() if value}


def read_controller_document(
    document: str | bytes | Mapping[str, Any], did: str
) -> ControllerDocument:
    """Read the document of `did` (a DID or an https URL); raises Refused.

    Codes: "json", "controller" (the document is of somebody else), "malformed", "key", "moment".
    Keys of other kinds than Ed25519 Multikey do no harm: they are told in `unsupported`.
    """
    content = document if isinstance(document, Mapping) else _parse(document)
    if content.get("id") != did:
        raise Refused(
            "controller", _('This is not the document of "%(did)s".', did=did), where="/id"
        )
    reading = _Reading(did)
    for number, entry in enumerate(_list(content, "verificationMethod")):
        reading.method(entry, f"/verificationMethod/{number}")
    for number, entry in enumerate(_list(content, "assertionMethod")):
        reading.assertion(entry, f"/assertionMethod/{number}")
    known_as = tuple(name for name in _list(content, "alsoKnownAs") if isinstance(name, str))
    return ControllerDocument(
        did,
        MappingProxyType(reading.methods),
        frozenset(reading.may_assert),
        MappingProxyType(reading.unsupported),
        known_as,
    )


class _Reading:
    """Collects the keys of one document, each URL once."""

    def __init__(self, did: str) -> None:
        self.did = did
        self.methods: dict[str, VerificationMethod] = {}
        self.unsupported: dict[str, Sentence] = {}
        self.may_assert: set[str] = set()

    def method(self, entry: object, where: str) -> str:
        if not isinstance(entry, Mapping):
            raise Refused("malformed", _("A verification method must be an object."), where=where)
        url = self._url(entry.get("id"), where)
        if url in self.methods or url in self.unsupported:
            raise Refused("malformed", _('The key "%(url)s" is given twice.', url=url), where=where)
        if entry.get("controller") != self.did:
            raise Refused(
                "controller",
                _('The key "%(url)s" is not controlled by "%(did)s".', url=url, did=self.did),
                where=where,
            )
        self._keep(url, entry, where)
        return url

    def assertion(self, entry: object, where: str) -> None:
        embedded = isinstance(entry, Mapping)
        self.may_assert.add(self.method(entry, where) if embedded else self._url(entry, where))

    def _keep(self, url: str, entry: Mapping[str, Any], where: str) -> None:
        multikey = entry.get("publicKeyMultibase")
        if entry.get("type") != "Multikey" or not isinstance(multikey, str):
            self.unsupported[url] = _(
                'The key "%(url)s" is not a Multikey; no other is supported.', url=url
            )
            return
        try:
            public = decode_public_key(multikey)
        except Refused as refusal:
            if refusal.code != "key_type":
                raise Refused(
                    "key", refusal.sentence, where=f"{where}/publicKeyMultibase"
                ) from refusal
            self.unsupported[url] = _(
                'The key "%(url)s" cannot be used here: %(why)s', url=url, why=refusal.sentence
            )
            return
        expires, revoked = (_moment(entry, name, where) for name in ("expires", "revoked"))
        self.methods[url] = VerificationMethod(url, self.did, public, expires, revoked)

    def _url(self, value: object, where: str) -> str:
        text = value if isinstance(value, str) else ""
        url = self.did + text if text.startswith("#") else text
        if not url.startswith(f"{self.did}#") or not _FRAGMENT.fullmatch(url[len(self.did) + 1 :]):
            raise Refused(
                "malformed",
                _('A key must be named by "%(did)s#" and a name.', did=self.did),
                where=where,
            )
        return url


def _parse(document: str | bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise Refused("json", _("The document of the controller is not JSON.")) from error
    if not isinstance(content, dict):
        raise Refused("json", _("The document of the controller is not a JSON object."))
    return content


def _list(content: Mapping[str, Any], name: str) -> list[object]:
    value = content.get(name, [])
    return value if isinstance(value, list) else [value]


def _moment(entry: Mapping[str, Any], name: str, where: str) -> datetime | None:
    if name not in entry:
        return None
    moment = read_date_time(entry[name])
    if moment is None:
        raise Refused(
            "moment", _("This must be a date and time with a time zone."), where=f"{where}/{name}"
        )
    return moment


def _published(did: str, key: PublishedKey) -> dict[str, Any]:
    method = {
        "id": f"{did}#{key.kid}",
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": encode_public_key(key.public),
    }
    if key.expires is not None:
        method["expires"] = write_date_time(key.expires)
    if key.revoked is not None:
        method["revoked"] = write_date_time(key.revoked)
    return method


def _refuse_bad_kids(keys: Sequence[PublishedKey]) -> None:
    for key in keys:
        if not _FRAGMENT.fullmatch(key.kid):
            raise Refused("kid", _('"%(kid)s" cannot stand behind the # of a URL.', kid=key.kid))
    if len({key.kid for key in keys}) != len(keys):
        raise Refused("kid", _("Two of the keys have the same name."))


def _is_host(host: str, port: str | None) -> bool:
    return not _DOTTED.fullmatch(host) and (port is None or 0 < int(port) <= MAXIMUM_PORT)


def _is_secure(origin: str, host: str) -> bool:
    return urlsplit(origin).scheme == "https" or host == "localhost"
