"""Judging a signed credential: the checks of the core, the registry where it is ours, a verdict."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from guildmark.apps.institute import queries as institutes
from guildmark.cores.identifiers import IdRefused
from guildmark.cores.vc import open_badges
from guildmark.cores.vc.canonical import canonicalize
from guildmark.cores.vc.encoding import read_date_time
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.proofs import without_proof
from guildmark.cores.vc.sentences import sentence as _
from guildmark.cores.vc.status_list import Standing as Listed
from guildmark.cores.vc.verification import (
    ADDRESS_PROVEN,
    ISSUER_UNKNOWN,
    Check,
    Outcome,
    Report,
    Unavailable,
    verify,
)

from . import answers, issuing, queries, signers
from .models import Credential, RecognisedIssuer
from .resolving import Documents, Get, nothing_foreign, our_did
from .sayings import translated
from .states import Standing
from .strict_json import read_object

OPEN_BADGES = frozenset({"OpenBadgeCredential", "AchievementCredential"})
SHOWN = {
    "credential": (
        "name", "validFrom", "validUntil", "credentialStatus", "issuer", "credentialSubject",
    ),
    "issuer": ("name",),
    "subject": ("achievement", "licenseNumber", "identifier"),
    "achievement": ("name", "description", "criteria"),
    "criteria": ("narrative",),
}  # fmt: skip
"""The members of each object of a credential that are judged or shown."""
NOT_ASKED = "subject_not_asked"
LONGEST_SHOWN = 4_000
"""Characters of a text of the credential that are shown at most."""
LONGEST_REASON = 500
YEARS_SHOWN = range(1000, 9999)


class Verdict(StrEnum):
    """The answer in a word."""

    VALID = "valid"
    NOT_YET_VALID = "not yet valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    SURRENDERED = "surrendered"
    INVALID = "invalid"
    UNRECOGNISED = "unrecognised"
    UNCHECKED = "unchecked"


CHECK_LABELS: dict[str, Promise] = {
    "format": gettext_lazy("Format"),
    "signature": gettext_lazy("Signature"),
    "issuer": gettext_lazy("Issuer"),
    "recognition": gettext_lazy("Known here"),
    "dates": gettext_lazy("Dates"),
    "status": gettext_lazy("Status"),
    "subject": gettext_lazy("Person"),
    "registry": gettext_lazy("Our registry"),
}
OUTCOME_LABELS: dict[str, Promise] = {
    Outcome.HOLDS: gettext_lazy("holds"),
    Outcome.FAILS: gettext_lazy("fails"),
    Outcome.COULD_NOT_CHECK: gettext_lazy("could not check"),
    NOT_ASKED: gettext_lazy("not asked"),
    ISSUER_UNKNOWN: gettext_lazy("not known"),
}
VERDICT_LABELS: dict[Verdict, Promise] = {
    Verdict.VALID: gettext_lazy("Valid"),
    Verdict.NOT_YET_VALID: gettext_lazy("Not yet valid"),
    Verdict.EXPIRED: gettext_lazy("Expired"),
    Verdict.SUSPENDED: gettext_lazy("Suspended"),
    Verdict.REVOKED: gettext_lazy("Revoked"),
    Verdict.SUPERSEDED: gettext_lazy("Superseded"),
    Verdict.SURRENDERED: gettext_lazy("Surrendered"),
    Verdict.INVALID: gettext_lazy("Does not hold"),
    Verdict.UNRECOGNISED: gettext_lazy("Holds, by an issuer that is not known here"),
    Verdict.UNCHECKED: gettext_lazy("Could not check"),
}
OF_LISTED = {
    Listed.REVOKED: Verdict.REVOKED,
    Listed.SUSPENDED: Verdict.SUSPENDED,
    Listed.ENDED: Verdict.SUPERSEDED,
}
OF_DATES = {"expired": Verdict.EXPIRED, "not_yet_valid": Verdict.NOT_YET_VALID}


@dataclass(frozen=True, slots=True)
class Told:
    """One check as people and programs read it; people read a word more for some outcomes."""

    name: str
    check: Check

    @property
    def label(self) -> Promise:
        """What was checked."""
        return CHECK_LABELS[self.name]

    @property
    def outcome(self) -> str:
        """How it went, with words of their own for what nobody asked, and for who is not known."""
        has_own_word = self.check.code in (NOT_ASKED, ISSUER_UNKNOWN)
        return self.check.code if has_own_word else self.check.outcome.value

    @property
    def outcome_label(self) -> Promise:
        """How it went, in words."""
        return OUTCOME_LABELS[self.outcome]

    @property
    def reason(self) -> str:
        """The reason for people, who need no pointer into a proof."""
        sentence = self.check.sentence
        within_proof = sentence.where.startswith("/proof")
        return _cut(translated(sentence.at("") if within_proof else sentence), LONGEST_REASON)

    def as_json(self) -> dict[str, str]:
        """Return the check for programs."""
        return {
            "outcome": self.check.outcome.value,
            "code": self.check.code,
            "reason": _cut(translated(self.check.sentence), LONGEST_REASON),
        }


@dataclass(frozen=True, slots=True)
class Saying:
    """What a credential says, as far as its proof covers it; empty where it says nothing."""

    name: str
    issuer_name: str
    achievements: tuple[Mapping[str, str], ...]
    valid_from: datetime | None
    valid_until: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Return it for programs; what is empty is left out."""
        everything = {
            "name": self.name,
            "issuerNameByItself": self.issuer_name,
            "achievements": [_present(each) for each in self.achievements],
            "validFrom": _moment(self.valid_from),
            "validUntil": _moment(self.valid_until),
        }
        return _present(everything)


@dataclass(frozen=True, slots=True)
class Examination:
    """All that was found out about a credential at a moment.

    `row` is the credential in our registry and `answer` what the registry says of it, if the
    credential is ours. `says` is None unless the signature holds. `recognised` is the issuer as
    this institute knows it, if it does.
    """

    report: Report
    checked_at: datetime
    registry: Check | None = None
    row: Credential | None = None
    answer: answers.Answer | None = None
    says: Saying | None = None
    recognised: RecognisedIssuer | None = None

    @property
    def checks(self) -> list[Told]:
        """The checks in the order in which they are told."""
        checks = [Told(name, check) for name, check in self.report.checks.items()]
        return checks + ([Told("registry", self.registry)] if self.registry else [])

    @property
    def failing(self) -> list[Told]:
        """The checks that fail."""
        return [each for each in self.checks if each.check.outcome is Outcome.FAILS]

    @property
    def unchecked(self) -> list[Told]:
        """The checks that could not be made."""
        return [each for each in self.checks if each.check.outcome is Outcome.COULD_NOT_CHECK]

    @property
    def outcome(self) -> Outcome:
        """FAILS if anything fails, else COULD_NOT_CHECK if anything was not checked."""
        found = {each.check.outcome for each in self.checks}
        order = (Outcome.FAILS, Outcome.COULD_NOT_CHECK, Outcome.HOLDS)
        return next(outcome for outcome in order if outcome in found)

    @property
    def verdict(self) -> Verdict:
        """The answer in a word: first whether it is genuine, then what became of it."""
        report = self.report
        genuine = [report.format, report.signature, report.issuer, report.subject]
        if _any_fails(genuine) or report.signature.outcome is not Outcome.HOLDS:
            return Verdict.INVALID if self.outcome is Outcome.FAILS else Verdict.UNCHECKED
        if self.answer is not None and self.answer.state != Standing.VALID:
            return Verdict(self.answer.state)
        if self.registry is not None and self.registry.outcome is Outcome.FAILS:
            return Verdict.INVALID
        if report.status.outcome is Outcome.FAILS and report.standing in OF_LISTED:
            return OF_LISTED[report.standing]
        if report.dates.outcome is Outcome.FAILS:
            return OF_DATES.get(report.dates.code, Verdict.INVALID)
        open_only = Verdict.UNRECOGNISED if self._lacks_recognition_only else Verdict.UNCHECKED
        by_outcome = {Outcome.HOLDS: Verdict.VALID, Outcome.FAILS: Verdict.INVALID}
        return by_outcome.get(self.outcome, open_only)

    @property
    def _lacks_recognition_only(self) -> bool:
        """Whether all is well but that nobody here knows who signed."""
        return [each.name for each in self.unchecked] == ["recognition"]

    @property
    def verdict_label(self) -> Promise:
        """The answer as people read it."""
        return VERDICT_LABELS[self.verdict]

    @property
    def is_ours(self) -> bool:
        """Whether our own key signed it, as our own credential."""
        trusted = self.report.issuer.outcome is Outcome.HOLDS
        return trusted and self.report.issuer_id == our_did()

    @property
    def issuer_name(self) -> str:
        """The issuer as we know it: by name, or the place that its keys are published at."""
        if self.is_ours:
            return institutes.institute().name
        return self.recognised.name if self.recognised is not None else self.place

    @property
    def place(self) -> str:
        """Where the issuer publishes the key that signed; nothing where it is no such place."""
        proven = self.report.issuer.code == ADDRESS_PROVEN
        return signers.place(self.report.issuer_id or "") if proven else ""

    def as_json(self) -> dict[str, Any]:
        """Return everything for programs."""
        issuer = {
            "id": self.report.issuer_id,
            "name": self.issuer_name,
            "place": self.place,
            "recognisedAs": self.recognised.name if self.recognised is not None else "",
            "trusted": self.report.recognition.outcome is Outcome.HOLDS,
        }
        everything = {
            "verdict": self.verdict.value,
            "outcome": self.outcome.value,
            "checks": {each.name: each.as_json() for each in self.checks},
            "id": self.report.credential_id,
            "issuer": _present(issuer),
            "credential": self.says.as_json() if self.says else None,
            "registry": self.answer.as_json() if self.answer else None,
            "checkedAt": _moment(self.checked_at),
        }
        return {name: value for name, value in everything.items() if value is not None}


def examine(
    document: Mapping[str, Any],
    *,
    at: datetime,
    get: Get = nothing_foreign,
    email: str = "",
    trusted: Collection[str] = (),
) -> Examination:
    """Return what can be found out about a credential, whatever its JSON holds.

    `email` is whom it should be about, if that is asked. `trusted` are issuers that the asking
    person vouches for, beside ourselves and the issuers that the institute recognises.
    """
    problem = _kind_problem(document) or _structure_problem(document)
    row = _in_registry(document)
    same = row is not None and _is_text_of(row, document)
    recognised = {each.identifier: each for each in queries.recognised_issuers()}
    report = verify(
        document,
        now=at,
        resolve=Documents(at, _nothing_for_no_badge if problem else get),
        trusted=frozenset({our_did(), *recognised, *trusted}) - {""},
        expected_subject=_spelling(document, email) or None,
        known_since=row.awarded_at if row is not None and same else None,
    )
    known = signers.known_issuer(report, recognised)
    report = _told_by_us(report, problem, known)
    report = replace(report, subject=_subject(report.subject, document, email))
    covered = not _any_other_than_holds(report.format, report.signature)
    says = _saying(document) if covered else None
    found = Examination(report, at, says=says, recognised=known)
    return _with_registry(found, row if same else None, is_known=row is not None)


def _with_registry(found: Examination, row: Credential | None, *, is_known: bool) -> Examination:
    """Ask the registry about what our key signed: it knows what we awarded, and what became of it.

    `row` has this very text; `is_known` says that at least the id is in the registry. What it says
    is then read from the registry, so that nothing hangs on how the JSON of a file is written.
    """
    if not found.is_ours:
        return found
    if row is None:
        return replace(found, registry=_other_text() if is_known else _no_such_credential())
    answer = answers.answer_about(row, at=found.checked_at)
    says = _saying(read_object(row.document)) if found.says is not None else None
    return replace(found, registry=_registry_says(answer), row=row, answer=answer, says=says)


def _any_fails(checks: Iterable[Check]) -> bool:
    return any(check.outcome is Outcome.FAILS for check in checks)


def _any_other_than_holds(*checks: Check) -> bool:
    return any(check.outcome is not Outcome.HOLDS for check in checks)


def _nothing_for_no_badge(_url: str) -> Mapping[str, Any]:
    """Refuse to ask anybody about what would not hold whatever they answer."""
    raise Unavailable(_("It was not asked for, because the document is no Open Badge."))


def _kind_problem(document: Mapping[str, Any]) -> Check | None:
    """Return what to say of a signed document of another kind: not all that is signed is given."""
    types = _types(document)
    if "BitstringStatusListCredential" in types:
        reason = _("This is a status list, not a credential.")
        return Check(Outcome.FAILS, "status_list", reason)
    if types & OPEN_BADGES:
        return None
    if "EndorsementCredential" in types:
        reason = _("This is an endorsement, not a credential.")
        return Check(Outcome.FAILS, "endorsement", reason)
    reason = _("This is no Open Badge 3.0. What other kinds of credentials say can't be judged.")
    return Check(Outcome.COULD_NOT_CHECK, "not_an_open_badge", reason)


def _types(document: Mapping[str, Any]) -> set[str]:
    told = document.get("type")
    return {each for each in (told if isinstance(told, list) else [told]) if isinstance(each, str)}


def _structure_problem(document: Mapping[str, Any]) -> Check | None:
    """Return what keeps the text from having one reading, which is the one that was signed.

    A proof covers statements, not how they are written: an array of one value, or an object that
    is told in two pieces, fits it too and is shown otherwise.
    """
    try:
        open_badges.check_structure(document, single_values=True)
    except Refused as refusal:
        reason = _("It is not built as an Open Badge 3.0 is: %(reason)s", reason=refusal.sentence)
        return Check(Outcome.FAILS, "structure", reason)
    if divided := _divided_id(document):
        reason = _(
            "It tells of “%(id)s” in two places, and not the same, so what it says is not certain.",
            id=divided[:100],
        )
        return Check(Outcome.FAILS, "divided_object", reason)
    return None


def _divided_id(document: Mapping[str, Any]) -> str | None:
    """Return the id of an object that is shown, and of which more is told at another place."""
    told: dict[str, list[Mapping[str, Any]]] = {}
    for each in _all_objects(document):
        told.setdefault(_id(each), []).append(each)
    for kind, shown in _shown_objects(document):
        for other in told[name] if (name := _id(shown)) else ():
            if any(each in other and other[each] != shown.get(each) for each in SHOWN[kind]):
                return name
    return None


def _shown_objects(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "credential", document
    yield from (("issuer", each) for each in _objects(document.get("issuer")))
    for subject in _objects(document.get("credentialSubject")):
        yield "subject", subject
        for achievement in _objects(subject.get("achievement")):
            yield "achievement", achievement
            yield from (("criteria", each) for each in _objects(achievement.get("criteria")))


def _all_objects(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield every object inside a value of which the structure was checked, so also its depth."""
    inner: Iterable[object] = value if isinstance(value, list) else ()
    if isinstance(value, Mapping):
        yield value
        inner = value.values()
    for each in inner:
        yield from _all_objects(each)


def _id(told: Mapping[str, Any]) -> str:
    """Return the id of an object, nothing where it has none."""
    name = told.get("id", told.get("@id"))
    return name if isinstance(name, str) else ""


def _told_by_us(report: Report, problem: Check | None, known: RecognisedIssuer | None) -> Report:
    """Return the report with what the core can't know: what is read here, and who we are."""
    form = report.format
    return replace(
        report,
        format=problem if problem and form.outcome is Outcome.HOLDS else form,
        issuer=signers.issuer_check(report),
        recognition=signers.recognition_check(report, known),
    )


def _in_registry(document: Mapping[str, Any]) -> Credential | None:
    """Return the credential of ours that a document claims to be, by the address that is its id."""
    claimed = document.get("id")
    prefix = issuing.address("credentials:verified", "0").removesuffix("0")
    if not isinstance(claimed, str) or not claimed.startswith(prefix):
        return None
    try:
        return queries.lookup(claimed.removeprefix(prefix))
    except IdRefused:
        return None


def _is_text_of(row: Credential, document: Mapping[str, Any]) -> bool:
    """Whether a document means what we signed, however its JSON is written."""
    if not row.document:
        return False
    kept = read_object(row.document)
    try:
        return canonicalize(without_proof(kept)) == canonicalize(without_proof(document))
    except Refused:
        return False


def _no_such_credential() -> Check:
    return Check(
        Outcome.FAILS,
        "not_in_registry",
        _("Our registry has no such credential, although the signature fits a key of ours."),
    )


def _other_text() -> Check:
    return Check(
        Outcome.FAILS,
        "other_in_registry",
        _("Our registry has another text under this id than the one that was signed here."),
    )


def _registry_says(answer: answers.Answer) -> Check:
    if answer.state == Standing.VALID:
        return Check(Outcome.HOLDS, "valid", _("Our registry has this very credential, as valid."))
    reason = _(
        "Our registry has this very credential, with the state: %(state)s.",
        state=str(Standing(answer.state).label),
    )
    return Check(Outcome.FAILS, answer.state, reason)


def _spelling(document: Mapping[str, Any], email: str) -> str:
    """Return the e-mail address as the issuer hashed it: as typed, or else in small letters."""
    typed = email.strip()
    identities = _identities(document)
    for each in (typed, typed.lower()):
        if any(open_badges.is_identity_of(identity, each) for identity in identities):
            return each
    return typed


def _subject(check: Check, document: Mapping[str, Any], email: str) -> Check:
    """Say that a person can't be found by e-mail address in a credential that names none."""
    if email.strip() and check.code == "subject_mismatch" and not _identities(document):
        reason = _("The credential does not tell its person by an e-mail address.")
        return Check(Outcome.COULD_NOT_CHECK, "subject_without_address", reason)
    return check


def _identities(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the identity objects by which a credential tells an e-mail address."""
    return [
        identity
        for subject in _objects(document.get("credentialSubject"))
        for identity in _objects(subject.get("identifier"))
        if identity.get("identityType") in ("emailAddress", None)
    ]


def _saying(document: Mapping[str, Any]) -> Saying:
    subjects = _objects(document.get("credentialSubject"))
    issuer = document.get("issuer")
    return Saying(
        name=_text(document.get("name")),
        issuer_name=_text(issuer.get("name")) if isinstance(issuer, Mapping) else "",
        achievements=tuple(
            _achievement(each, subject)
            for subject in subjects
            for each in _objects(subject.get("achievement"))
        ),
        valid_from=_said(document.get("validFrom")),
        valid_until=_said(document.get("validUntil")),
    )


def _achievement(achievement: Mapping[str, Any], subject: Mapping[str, Any]) -> dict[str, str]:
    criteria = achievement.get("criteria")
    told = criteria if isinstance(criteria, Mapping) else {}
    return {
        "name": _text(achievement.get("name")),
        "description": _text(achievement.get("description")),
        "criteria": _text(told.get("narrative")),
        "criteriaAddress": _text(told.get("id")),
        "number": _text(subject.get("licenseNumber")),
    }


def _objects(value: object) -> list[Mapping[str, Any]]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, Mapping)]


def _text(value: object) -> str:
    """Return a text of the credential, which may stand with its language, cut to what is shown."""
    if isinstance(value, Mapping):
        value = value.get("@value")
    return _cut(value, LONGEST_SHOWN) if isinstance(value, str) else ""


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"


def _said(moment: object) -> datetime | None:
    """Return a moment that every time zone has a name for; others are as good as none."""
    read = read_date_time(moment)
    return read.astimezone(UTC) if read is not None and read.year in YEARS_SHOWN else None


def _moment(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _present(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value not in ("", None, [])}
