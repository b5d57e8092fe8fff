"""Data Integrity proofs with the cryptosuite eddsa-rdfc-2022.

What is signed is SHA-256 of the canonical proof options, then SHA-256 of the canonical document.
Exactly one proof per document is supported, so that nobody has to guess which one counts.

Sources: https://www.w3.org/TR/vc-di-eddsa/ section 3.2, https://www.w3.org/TR/vc-data-integrity/,
RFC 8032 (Ed25519), and "Taming the many EdDSAs", https://eprint.iacr.org/2020/1244, for keys and
signatures on which implementations disagree.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from guildmark.cores.vc.canonical import canonicalize
from guildmark.cores.vc.encoding import (
    PUBLIC_KEY_BYTES,
    decode_multibase,
    encode_multibase,
    read_date_time,
    write_date_time,
)
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.sentences import sentence as _
from guildmark.cores.vc.terms import is_iri

try:
    from nacl.bindings import crypto_sign_open
    from nacl.exceptions import BadSignatureError
except ImportError:  # pragma: no cover - libsodium is twice as fast, but not needed
    HAS_LIBSODIUM = False
else:
    HAS_LIBSODIUM = True

CRYPTOSUITE = "eddsa-rdfc-2022"
PROOF_TYPE = "DataIntegrityProof"
ASSERTION = "assertionMethod"
SIGNATURE_BYTES = 64

_FIELD = 2**255 - 19
_GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
_SIGN_BIT = 1 << 255
_ORDER_8 = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
# The y coordinates of the eight points whose order divides 8.
_SMALL_ORDER = frozenset({0, 1, _FIELD - 1, _ORDER_8, _FIELD - _ORDER_8})

_TEMPLATE_NAMES = frozenset(
    {"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "@context"}
)
# Texts of these forms stand in N-Quads exactly as they are: nothing in them needs escaping.
_PLAIN_IRI = re.compile(r"(?:https?|did|urn):[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+")
_TEMPLATE_CREATED = "2001-02-03T04:05:06Z"
_TEMPLATE_METHOD = "urn:guildmark:verification-method"


class Signer(Protocol):
    """Holds an Ed25519 secret key and signs with it."""

    def sign(self, message: bytes, /) -> bytes:
        """Return the 64 bytes of the Ed25519 signature of `message`."""
        ...


@dataclass(frozen=True)
class Proof:
    """The one proof of a document, as it was read.

    `options` is what was signed of it: everything but `proofValue`, without the contexts.
    """

    created: datetime
    verification_method: str
    signature: bytes
    expires: datetime | None
    options: Mapping[str, Any]


def add_proof(
    document: Mapping[str, Any],
    *,
    signer: Signer,
    verification_method: str,
    created: datetime,
    purpose: str = ASSERTION,
) -> dict[str, Any]:
    """Return `document` with a proof by `signer`; `created` is written in whole seconds, UTC.

    Raises Refused "unsupported_proof" where there is a proof already, and whatever
    `canonicalize` refuses.
    """
    if "proof" in document:
        raise Refused(
            "unsupported_proof",
            _("The document already has a proof. Take it away, or sign the document without it."),
            where="/proof",
        )
    options = {
        "type": PROOF_TYPE,
        "cryptosuite": CRYPTOSUITE,
        "created": write_date_time(created),
        "verificationMethod": verification_method,
        "proofPurpose": purpose,
    }
    config = {"@context": document.get("@context"), **options}
    value = encode_multibase(signer.sign(hash_data(document, config)))
    return {**document, "proof": {**options, "proofValue": value}}


def hash_data(document_without_proof: Mapping[str, Any], proof_config: Mapping[str, Any]) -> bytes:
    """Return the 64 bytes that are signed: the hashes of the proof options and the document.

    `proof_config` has the document's `@context` and no `proofValue`. Raises what `canonicalize`
    refuses.
    """
    return hash_canonical(canonical_form(document_without_proof), proof_config)


def canonical_form(document: Mapping[str, Any]) -> bytes:
    """Return what `canonicalize` does, and refuse as "too_deep" what overflows the stack."""
    try:
        return canonicalize(dict(document))
    except RecursionError as error:
        raise Refused("too_deep", _("The document is nested too deep to be read.")) from error


def hash_canonical(canonical: bytes, proof_config: Mapping[str, Any]) -> bytes:
    """Return what `hash_data` does for a document whose canonical form is at hand."""
    return sha256(canonical_config(proof_config)).digest() + sha256(canonical).digest()


def check_proof(
    document: Mapping[str, Any],
    public_key: bytes,
    *,
    purpose: str = ASSERTION,
    now: datetime | None = None,
) -> None:
    """Return if the document's one proof was made with the key, else raise Refused.

    Codes are those of `read_proof` and `check_signature`, and "proof_expired" for a proof that
    has an end which has passed, or that cannot be judged because `now` was not given. Whose key
    it is, and whether it was good at that time, is for the caller to find out.
    """
    proof = read_proof(document, purpose=purpose)
    config = {**proof.options, "@context": document.get("@context")}
    check_signature(public_key, proof.signature, hash_data(without_proof(document), config))
    if proof.expires is not None and (now is None or now >= proof.expires):
        raise Refused(
            "proof_expired",
            _(
                "The proof was good until %(moment)s only.",
                moment=write_date_time(proof.expires),
            ),
            where="/proof/expires",
        )


def without_proof(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document as it was before it was signed."""
    return {name: value for name, value in document.items() if name != "proof"}


def read_proof(document: Mapping[str, Any], *, purpose: str = ASSERTION) -> Proof:
    """Return the one proof of a document; raises Refused.

    Codes: "no_proof", "unsupported_proof" (several, a chain, another type, own contexts),
    "cryptosuite", "purpose", "verification_method", "created", "expires", "proof_value".
    """
    proof = _only_proof(document)
    _refuse_unsupported(proof, document)
    if proof.get("proofPurpose") != purpose:
        raise Refused(
            "purpose",
            _('The purpose of the proof must be "%(purpose)s".', purpose=purpose),
            where="/proof/proofPurpose",
        )
    method = proof.get("verificationMethod")
    if not isinstance(method, str) or not is_iri(method):
        raise Refused(
            "verification_method",
            _("The proof must name its key by one URL."),
            where="/proof/verificationMethod",
        )
    created, expires = _moment(proof, "created"), None
    if "expires" in proof:
        expires = _moment(proof, "expires")
    options = {k: v for k, v in proof.items() if k not in {"proofValue", "@context"}}
    signature = _signature(proof.get("proofValue"))
    return Proof(created, method, signature, expires, MappingProxyType(options))


def check_signature(public_key: bytes, signature: bytes, message: bytes) -> None:
    """Return if an Ed25519 signature fits, else raise Refused "key" or "signature".

    Stricter than RFC 8032 where libraries differ: keys and R of small order, and keys and S not
    written in the one shortest way, are refused whichever library does the arithmetic.
    """
    _refuse_weak_key(public_key)
    if not _is_sound(signature) or not _verify(public_key, signature, message):
        raise Refused(
            "signature",
            _(
                "The signature does not fit: the document was changed after it was "
                "signed, or it was signed with another key."
            ),
            where="/proof/proofValue",
        )


def canonical_config(proof_config: Mapping[str, Any]) -> bytes:
    """Return what `canonicalize` does, faster for proof options of the usual shape."""
    if not _is_usual(proof_config):
        return _canonical_options(proof_config)
    before, between, after = _template(tuple(proof_config["@context"]))
    created, method = proof_config["created"], proof_config["verificationMethod"]
    return b"%b%b%b%b%b" % (before, created.encode(), between, method.encode(), after)


def _is_usual(config: Mapping[str, Any]) -> bool:
    contexts, method = config.get("@context"), config.get("verificationMethod")
    return (
        config.keys() == _TEMPLATE_NAMES
        and config["type"] == PROOF_TYPE
        and config["cryptosuite"] == CRYPTOSUITE
        and config["proofPurpose"] == ASSERTION
        and isinstance(contexts, list)
        and all(isinstance(context, str) for context in contexts)
        and isinstance(method, str)
        and _PLAIN_IRI.fullmatch(method) is not None
        and read_date_time(config["created"]) is not None
    )


def _canonical_options(proof_config: Mapping[str, Any]) -> bytes:
    try:
        return canonical_form(proof_config)
    except Refused as refusal:
        where = f"/proof{refusal.where}"
        raise Refused(refusal.code, refusal.sentence, where=where) from refusal


@lru_cache(maxsize=64)
def _template(contexts: tuple[str, ...]) -> tuple[bytes, bytes, bytes]:
    """Return the canonical options around `created` and `verificationMethod`.

    All five statements are about the one blank node and differ in their predicates, so neither
    their order nor anything else in them depends on the two values.
    """
    canonical = canonicalize(
        {
            "@context": list(contexts),
            "type": PROOF_TYPE,
            "cryptosuite": CRYPTOSUITE,
            "created": _TEMPLATE_CREATED,
            "verificationMethod": _TEMPLATE_METHOD,
            "proofPurpose": ASSERTION,
        }
    )
    before, rest = canonical.split(_TEMPLATE_CREATED.encode())
    between, after = rest.split(_TEMPLATE_METHOD.encode())
    return before, between, after


def _only_proof(document: Mapping[str, Any]) -> Mapping[str, Any]:
    proof = document.get("proof")
    if isinstance(proof, list) and len(proof) == 1:
        proof = proof[0]
    if isinstance(proof, list) and proof:
        raise Refused(
            "unsupported_proof",
            _("The document has %(length)s proofs; only one is supported.", length=len(proof)),
            where="/proof",
        )
    if not isinstance(proof, Mapping) or not proof:
        raise Refused("no_proof", _("The document has no proof: nobody signed it."), where="/proof")
    return proof


def _refuse_unsupported(proof: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    if proof.get("type") != PROOF_TYPE:
        raise Refused(
            "unsupported_proof",
            _('The only supported type of proof is "%(type)s".', type=PROOF_TYPE),
            where="/proof/type",
        )
    if proof.get("cryptosuite") != CRYPTOSUITE:
        raise Refused(
            "cryptosuite",
            _('The only supported cryptosuite is "%(cryptosuite)s".', cryptosuite=CRYPTOSUITE),
            where="/proof/cryptosuite",
        )
    if "previousProof" in proof:
        raise Refused(
            "unsupported_proof",
            _("Chains of proofs are not supported."),
            where="/proof/previousProof",
        )
    if proof.get("@context", document.get("@context")) != document.get("@context"):
        raise Refused(
            "unsupported_proof",
            _("The proof has contexts of its own that differ from those of the document."),
            where="/proof/@context",
        )


def _moment(proof: Mapping[str, Any], name: str) -> datetime:
    moment = read_date_time(proof.get(name))
    if moment is None:
        raise Refused(
            name,
            _(
                '"%(name)s" of the proof must be a date and time with a time zone, '
                'such as "%(example)s".',
                name=name,
                example=_TEMPLATE_CREATED,
            ),
            where=f"/proof/{name}",
        )
    return moment


def _signature(value: object) -> bytes:
    try:
        signature = decode_multibase(value if isinstance(value, str) else "", prefixes="z")
    except Refused as refusal:
        raise Refused("proof_value", refusal.sentence, where="/proof/proofValue") from refusal
    if len(signature) != SIGNATURE_BYTES:
        raise Refused(
            "proof_value",
            _(
                "An Ed25519 signature has %(right)s bytes, this has %(length)s.",
                right=SIGNATURE_BYTES,
                length=len(signature),
            ),
            where="/proof/proofValue",
        )
    return signature


@lru_cache(maxsize=1024)
def _refuse_weak_key(public_key: bytes) -> None:
    if len(public_key) != PUBLIC_KEY_BYTES:
        raise Refused(
            "key",
            _("An Ed25519 key has %(right)s bytes.", right=PUBLIC_KEY_BYTES),
        )
    y = int.from_bytes(public_key, "little") % _SIGN_BIT
    if y >= _FIELD or y in _SMALL_ORDER:
        raise Refused("key", _("This Ed25519 key is one that fits signatures of anybody."))


def _is_sound(signature: bytes) -> bool:
    if len(signature) != SIGNATURE_BYTES:
        return False
    r = int.from_bytes(signature[:PUBLIC_KEY_BYTES], "little") % _SIGN_BIT
    s = int.from_bytes(signature[PUBLIC_KEY_BYTES:], "little")
    return s < _GROUP_ORDER and r % _FIELD not in _SMALL_ORDER


def verify_with_cryptography(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether OpenSSL finds that the signature fits; raises nothing for 32-byte keys."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def verify_with_libsodium(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether libsodium finds that the signature fits."""
    try:
        crypto_sign_open(signature + message, public_key)
    except (BadSignatureError, ValueError):
        return False
    return True


_verify: Callable[[bytes, bytes, bytes], bool] = (
    verify_with_libsodium if HAS_LIBSODIUM else verify_with_cryptography
)
