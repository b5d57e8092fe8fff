"""Seven answers: format, signature, issuer, recognition, dates, status, subject.

Each check holds, fails, or could not be made, and says why. A status list that cannot be had, an
issuer nobody vouched for, a key that was stolen later: such things are never reported as good.

Who signed and whether this verifier knows them are two answers. A key that an address publishes as
its own proves who signed; a bare key proves nothing but that somebody has it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol

from guildmark.cores.vc.dids import (
    ControllerDocument,
    KeyUse,
    VerificationMethod,
    read_controller_document,
    resolve_did_key,
)
from guildmark.cores.vc.encoding import read_date_time
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.proofs import (
    Proof,
    canonical_form,
    check_signature,
    hash_canonical,
    read_proof,
    without_proof,
)
from guildmark.cores.vc.sentences import Sentence
from guildmark.cores.vc.sentences import sentence as _
from guildmark.cores.vc.status_list import Standing, Status, read_entry, read_status

VCDM_CONTEXT = "https://www.w3.org/ns/credentials/v2"
MAXIMUM_STATUSES = 8
KEY_REVOKED_LATER = "key_revoked_later"
"""The code of a signature that fits, by a key that somebody else had later."""
ADDRESS_PROVEN = "address_proven"
"""The code of an issuer whose own document names the key."""
BARE_KEY = "bare_key"
"""The code of an issuer that is nothing but a key, which nobody vouched for."""
ISSUER_UNKNOWN = "issuer_unknown"
"""The code of an issuer that is proven, and whom this verifier does not know."""

# A refusal with one of these codes tells what this verifier cannot do, not what is wrong.
_BEYOND_US = frozenset({"cryptosuite", "unsupported_proof", "key_type", "unknown_context"})


class Outcome(StrEnum):
    """How a check went."""

    HOLDS = "holds"
    COULD_NOT_CHECK = "could_not_check"
    FAILS = "fails"


_SEVERITY = (Outcome.FAILS, Outcome.COULD_NOT_CHECK, Outcome.HOLDS)


@dataclass(frozen=True)
class Check:
    """One answer: `code` is a stable word for programs, `sentence` says why."""

    outcome: Outcome
    code: str
    sentence: Sentence

    @property
    def reason(self) -> str:
        """The reason in plain English."""
        return str(self.sentence)


@dataclass(frozen=True)
class Report:
    """All answers about one credential.

    `issuer_id` and `credential_id` are what the document says of itself, proven only as far as
    the checks hold; `standing` is what the status list says, where one was read.
    """

    format: Check
    signature: Check
    issuer: Check
    recognition: Check
    dates: Check
    status: Check
    subject: Check
    issuer_id: str | None = None
    credential_id: str | None = None
    standing: Standing | None = None

    @property
    def checks(self) -> dict[str, Check]:
        """The checks by name, in the order in which they are told."""
        names = ("format", "signature", "issuer", "recognition", "dates", "status", "subject")
        return {name: getattr(self, name) for name in names}

    @property
    def outcome(self) -> Outcome:
        """FAILS if anything fails, else COULD_NOT_CHECK if anything was not checked, else HOLDS."""
        return _worst(self.checks.values()).outcome

    @property
    def holds(self) -> bool:
        """Whether every check was made and holds."""
        return self.outcome is Outcome.HOLDS


class Unavailable(Exception):
    """A resolver cannot get a document; `sentence` says why."""

    def __init__(self, message: Sentence) -> None:
        self.sentence = message
        super().__init__(str(message))


class Resolver(Protocol):
    """Gets documents that a credential names. Each method may raise `Unavailable`."""

    def controller(self, url: str, /) -> ControllerDocument:
        """Return the document of a DID or of an https URL; may raise Refused too."""
        ...

    def status_list(self, url: str, /) -> Mapping[str, Any]:
        """Return the credential that holds the list at `url`, not verified."""
        ...


@dataclass(frozen=True)
class KnownDocuments:
    """A resolver for places without a network: it knows what it was given and nothing else.

    Documents of controllers are given by DID or URL, lists of statuses by their URL.
    """

    controllers: Mapping[str, ControllerDocument | Mapping[str, Any]] = field(default_factory=dict)
    status_lists: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def controller(self, url: str, /) -> ControllerDocument:
        """Return the document given for `url`; raises Unavailable or Refused."""
        if url not in self.controllers:
            raise Unavailable(_('The document of "%(url)s" is not among those at hand.', url=url))
        document = self.controllers[url]
        if isinstance(document, ControllerDocument):
            return document
        return read_controller_document(document, url)

    def status_list(self, url: str, /) -> Mapping[str, Any]:
        """Return the list given for `url`; raises Unavailable."""
        if url not in self.status_lists:
            raise Unavailable(_('The status list "%(url)s" is not among those at hand.', url=url))
        return self.status_lists[url]


@dataclass(frozen=True)
class Policy:
    """What a verifier insists on.

    `skew` is how far clocks may differ. `status_required` does not let a credential pass that
    names no list of statuses, so that nobody could have revoked it.
    """

    skew: timedelta = timedelta(minutes=5)
    status_required: bool = False


DEFAULT_POLICY = Policy()


def verify(
    document: object,
    *,
    now: datetime,
    resolve: Resolver,
    trusted: Collection[str] = (),
    expected_subject: str | None = None,
    known_since: datetime | None = None,
    policy: Policy = DEFAULT_POLICY,
) -> Report:
    """Return the report on a credential; whatever JSON value `document` is, nothing is raised.

    `now` has a time zone. `trusted` are the ids of the issuers that this verifier knows.
    `expected_subject` is the id (or, in Open Badges, the e-mail address or other identifier) that
    the credential must be about. `known_since` is a moment at which this very document is known,
    from a source other than itself such as a ledger, to have existed; it settles the doubt about
    a key that was revoked later.
    """
    asked = _Question(now, resolve, trusted, expected_subject, known_since, policy)
    if not isinstance(document, Mapping):
        problem = _fails("not_an_object", _("A credential must be a JSON object."))
        subject = _check_subject({}, expected_subject)
        return Report(problem, problem, problem, problem, problem, problem, subject)
    return _report(document, asked)


@dataclass(frozen=True)
class _Question:
    """The arguments of `verify`, carried along."""

    now: datetime
    resolve: Resolver
    trusted: Collection[str]
    expected_subject: str | None
    known_since: datetime | None
    policy: Policy


def _report(document: Mapping[str, Any], asked: _Question) -> Report:
    secured = _secured(document, asked)
    status, standing = _check_status(document, secured.signature, asked)
    return Report(
        format=secured.format,
        signature=secured.signature,
        issuer=secured.issuer,
        recognition=_check_recognition(document, secured.issuer, asked),
        dates=_check_dates(document, asked),
        status=status,
        subject=_check_subject(document, asked.expected_subject),
        issuer_id=_issuer_id(document),
        credential_id=_text(document.get("id")),
        standing=standing,
    )


@dataclass(frozen=True)
class _Secured:
    """The three checks that a credential and a list of statuses have in common."""

    format: Check
    signature: Check
    issuer: Check


def _secured(document: Mapping[str, Any], asked: _Question) -> _Secured:
    form, canonical = _check_format(document)
    if canonical is None:
        signature = _unchecked(
            "format", _("The signature covers what the document means, which could not be read.")
        )
    else:
        signature = _check_signature(document, canonical, asked)
    return _Secured(form, signature, _check_issuer(document, signature, asked))


def _check_format(document: Mapping[str, Any]) -> tuple[Check, bytes | None]:
    if problem := _shape_problem(document):
        return problem, None
    try:
        canonical = canonical_form(without_proof(document))
    except Refused as refusal:
        return _refusal(refusal), None
    return _holds("format", _("The document is a well-formed verifiable credential.")), canonical


def _shape_problem(document: Mapping[str, Any]) -> Check | None:
    contexts, types = document.get("@context"), document.get("type")
    if not isinstance(contexts, list) or not contexts or contexts[0] != VCDM_CONTEXT:
        return _fails(
            "context", _('The first context must be "%(context)s".', context=VCDM_CONTEXT)
        )
    if "VerifiableCredential" not in (types if isinstance(types, list) else [types]):
        return _fails("type", _('The type must include "VerifiableCredential".'))
    if _issuer_id(document) is None:
        return _fails("issuer", _("The issuer must be a URL, or an object with a URL as its id."))
    if not _subjects(document):
        return _fails("subject", _("The credential says nothing about anybody."))
    return None


def _check_signature(document: Mapping[str, Any], canonical: bytes, asked: _Question) -> Check:
    try:
        proof = read_proof(document)
        if (signed_by := _controller_url(proof)) != _issuer_id(document):
            return _unchecked(
                "issuer_mismatch",
                _(
                    '"%(signed_by)s" signed it, and is not the issuer that it names.',
                    signed_by=signed_by,
                ),
            )
        method = _method(proof, asked.resolve)
        config = {**proof.options, "@context": document["@context"]}
        check_signature(method.public, proof.signature, hash_canonical(canonical, config))
    except Unavailable as reason:
        return _unchecked(
            "key_unavailable",
            _("The key of the issuer is not at hand: %(reason)s", reason=reason.sentence),
        )
    except Refused as refusal:
        return _refusal(refusal)
    return _check_proof_time(proof, asked) or _check_key_use(proof, method, asked)


def _controller_url(proof: Proof) -> str:
    return proof.verification_method.partition("#")[0]


def _method(proof: Proof, resolve: Resolver) -> VerificationMethod:
    url = _controller_url(proof)
    if url.startswith("did:key:"):
        return resolve_did_key(url).method(proof.verification_method)
    try:
        controller = resolve.controller(url)
    except Refused as refusal:
        # What is wrong with the document of the issuer is not wrong with the credential.
        raise Unavailable(refusal.sentence) from refusal
    if controller.id != url:
        raise Unavailable(
            _(
                'Asked for "%(url)s", the document of "%(id)s" was returned.',
                url=url,
                id=controller.id,
            )
        )
    return controller.method(proof.verification_method)


def _check_proof_time(proof: Proof, asked: _Question) -> Check | None:
    if proof.created - asked.now > asked.policy.skew:
        return _fails(
            "proof_in_future", _("The proof says that it is made at a time still to come.")
        )
    if proof.expires is not None and asked.now - proof.expires > asked.policy.skew:
        return _fails("proof_expired", _("The proof has an end, and that has passed."))
    return None


def _check_key_use(proof: Proof, method: VerificationMethod, asked: _Question) -> Check:
    use = method.usable_at(proof.created)
    if use is KeyUse.REVOKED:
        return _fails(
            "key_revoked",
            _("The key was revoked at %(revoked)s, before the proof.", revoked=str(method.revoked)),
        )
    if use is KeyUse.RETIRED:
        return _fails(
            "key_retired",
            _(
                "The key was replaced at %(expires)s, before the proof.",
                expires=str(method.expires),
            ),
        )
    if use is KeyUse.IN_DOUBT and not _is_before(asked.known_since, method.revoked):
        return _unchecked(
            KEY_REVOKED_LATER,
            _(
                "The signature fits, but its key was revoked at %(revoked)s. The proof "
                "says that it is older; whoever got hold of the key could write that "
                "too. Ask the issuer, or look for the credential in a public record "
                "from before that time.",
                revoked=str(method.revoked),
            ),
        )
    return _holds("signature", _("The signature fits, and the document is as it was signed."))


def _is_before(moment: datetime | None, other: datetime | None) -> bool:
    return moment is not None and other is not None and moment < other


def _check_issuer(document: Mapping[str, Any], signature: Check, asked: _Question) -> Check:
    issuer = _issuer_id(document)
    if issuer is None:
        return _fails("issuer", _("The document names no issuer."))
    if signature.code == "issuer_mismatch":
        return _fails("issuer_mismatch", signature.sentence)
    if signature.outcome is not Outcome.HOLDS:
        return _unchecked(
            "not_proven",
            _(
                'The document names "%(issuer)s" as its issuer. Without a signature '
                "that holds, anybody can have written that.",
                issuer=issuer,
            ),
        )
    if not issuer.startswith("did:key:"):
        return _holds(
            ADDRESS_PROVEN, _('"%(issuer)s" says that this key is its own.', issuer=issuer)
        )
    if issuer in asked.trusted:
        return _holds("issuer", _('The issuer is the key "%(issuer)s".', issuer=issuer))
    return _unchecked(
        BARE_KEY,
        _(
            'The issuer is "%(issuer)s", a bare key, which says nothing about who stands behind '
            "it.",
            issuer=issuer,
        ),
    )


def _check_recognition(document: Mapping[str, Any], issuer: Check, asked: _Question) -> Check:
    if issuer.outcome is not Outcome.HOLDS and issuer.code != BARE_KEY:
        return _not_proven()
    name = _issuer_id(document) or ""
    if name in asked.trusted:
        return _holds("recognised", _('This verifier knows "%(issuer)s".', issuer=name))
    return _unchecked(ISSUER_UNKNOWN, _('This verifier does not know "%(issuer)s".', issuer=name))


def _not_proven() -> Check:
    return _unchecked(
        "not_proven", _("Whether the issuer is known was not asked, because who signed is open.")
    )


def _check_dates(document: Mapping[str, Any], asked: _Question) -> Check:
    moments = []
    for name in ("validFrom", "validUntil"):
        moment = read_date_time(document.get(name))
        if moment is None and name in document:
            return _fails(
                "dates", _('"%(name)s" must be a date and time with a time zone.', name=name)
            )
        moments.append(moment)
    begins, ends = moments
    if begins is not None and ends is not None and ends < begins:
        return _fails("dates", _("The credential ends before it begins."))
    if begins is not None and begins - asked.now > asked.policy.skew:
        return _fails(
            "not_yet_valid",
            _("The credential is valid from %(moment)s on.", moment=str(document["validFrom"])),
        )
    if ends is not None and asked.now - ends > asked.policy.skew:
        return _fails(
            "expired",
            _("The credential was valid until %(moment)s.", moment=str(document["validUntil"])),
        )
    return _holds("dates", _("The credential is within its period of validity."))


def _check_status(
    document: Mapping[str, Any], signature: Check, asked: _Question
) -> tuple[Check, Standing | None]:
    if signature.outcome is not Outcome.HOLDS and signature.code != KEY_REVOKED_LATER:
        # Whoever writes a document that nobody signed must not make this verifier fetch addresses.
        return _unchecked("not_proven", _("The status was not looked up, see the signature.")), None
    if "credentialStatus" not in document:
        if asked.policy.status_required:
            return _unchecked("no_status", _("The credential names no list that tells it.")), None
        return _holds(
            "no_status", _("The credential has no status, so it cannot be revoked.")
        ), None
    statuses = document["credentialStatus"]
    statuses = statuses if isinstance(statuses, list) else [statuses]
    if not 1 <= len(statuses) <= MAXIMUM_STATUSES:
        return _fails(
            "status_entry",
            _("A credential has 1 to %(most)s statuses here.", most=MAXIMUM_STATUSES),
        ), None
    answers = [_check_one_status(status, document, asked) for status in statuses]
    return min(answers, key=lambda answer: _SEVERITY.index(answer[0].outcome))


def _check_one_status(
    entry: object, document: Mapping[str, Any], asked: _Question
) -> tuple[Check, Standing | None]:
    try:
        place = read_entry(entry)
        published = asked.resolve.status_list(place.list_url)
        if problem := _list_problem(published, document, asked):
            return problem, None
        status = read_status(place, published, asked.now, skew=asked.policy.skew)
    except Unavailable as reason:
        return _unchecked(
            "status_unavailable", _("The status is not known: %(reason)s", reason=reason.sentence)
        ), None
    except Refused as refusal:
        return _unchecked(
            refusal.code, _("The status is not known: %(reason)s", reason=refusal.sentence)
        ), None
    return _judge(status), status.standing


def _list_problem(published: object, document: Mapping[str, Any], asked: _Question) -> Check | None:
    if not isinstance(published, Mapping):
        return _unchecked("list_type", _("The list of statuses is not a JSON object."))
    if _issuer_id(published) != _issuer_id(document):
        return _unchecked(
            "list_issuer", _("The list of statuses is by somebody else than the credential.")
        )
    # What is known about the age of the credential says nothing about the age of the list.
    secured = _secured(published, replace(asked, known_since=None))
    # Whether the issuer is known is a question about the credential, asked there.
    sound = secured.issuer.outcome is Outcome.HOLDS or secured.issuer.code == BARE_KEY
    if sound and secured.format.outcome is Outcome.HOLDS:
        return None
    worst = _worst([secured.format, secured.signature, secured.issuer])
    return _unchecked(
        "list_proof",
        _("The list of statuses cannot be relied on: %(reason)s", reason=worst.sentence),
    )


def _judge(status: Status) -> Check:
    if status.standing is Standing.VALID:
        return _holds("valid", _("The issuer lists the credential as valid."))
    if status.standing is None:
        return _unchecked(
            "status_message",
            _(
                'The issuer gives the status "%(message)s". What that means, only the '
                "issuer can say.",
                message=status.message,
            ),
        )
    words = {
        Standing.REVOKED: _("The issuer's list says that the credential is not in force."),
        Standing.SUSPENDED: _("The issuer has suspended the credential for the time being."),
        Standing.ENDED: _("The credential was superseded by another, or its holder gave it back."),
    }
    return _fails(status.standing.name.lower(), words[status.standing])


def _check_subject(document: Mapping[str, Any], expected: str | None) -> Check:
    if expected is None:
        return _holds(
            "subject_not_asked", _("It was not asked whether it is about a certain person.")
        )
    subjects = _subjects(document)
    if not subjects:
        return _fails("subject", _("The credential says nothing about anybody."))
    if all(_is_about(subject, expected) for subject in subjects):
        return _holds("subject", _('The credential is about "%(expected)s".', expected=expected))
    return _fails(
        "subject_mismatch", _('The credential is not about "%(expected)s".', expected=expected)
    )


def _is_about(subject: Mapping[str, Any], expected: str) -> bool:
    if subject.get("id") == expected:
        return True
    identifiers = subject.get("identifier", [])
    identifiers = identifiers if isinstance(identifiers, list) else [identifiers]
    return any(_is_identity(one, expected) for one in identifiers if isinstance(one, Mapping))


def _is_identity(identity: Mapping[str, Any], expected: str) -> bool:
    """Compare an IdentityObject of Open Badges 3.0: the SHA-256 of the identity and the salt."""
    told, salt = identity.get("identityHash"), identity.get("salt", "")
    if identity.get("hashed") is False:
        return told == expected
    if identity.get("hashed") is not True or not isinstance(salt, str):
        return False
    salted = sha256((expected + salt).encode(errors="surrogatepass"))
    return bool(told == f"sha256${salted.hexdigest()}")


def _issuer_id(document: Mapping[str, Any]) -> str | None:
    issuer = document.get("issuer")
    return _text(issuer.get("id") if isinstance(issuer, Mapping) else issuer)


def _subjects(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    subject = document.get("credentialSubject")
    told = subject if isinstance(subject, list) else [subject]
    subjects = [one for one in told if isinstance(one, Mapping) and one]
    return subjects if len(subjects) == len(told) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value and value.isprintable() else None


def _worst(checks: Iterable[Check]) -> Check:
    return min(checks, key=lambda check: _SEVERITY.index(check.outcome))


def _refusal(refusal: Refused) -> Check:
    make = _unchecked if refusal.code in _BEYOND_US else _fails
    return make(refusal.code, refusal.sentence)


def _holds(code: str, reason: Sentence) -> Check:
    return Check(Outcome.HOLDS, code, reason)


def _fails(code: str, reason: Sentence) -> Check:
    return Check(Outcome.FAILS, code, reason)


def _unchecked(code: str, reason: Sentence) -> Check:
    return Check(Outcome.COULD_NOT_CHECK, code, reason)
