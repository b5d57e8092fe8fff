"""Open Badges 3.0: building AchievementCredentials, and judging the structure of any of them.

Sources: Open Badges 3.0 (1EdTech, context 3.0.3) with its JSON Schema for AchievementCredential,
and the Verifiable Credentials Data Model 2.0 (W3C). What a context leaves undefined is the affair
of `canonical`; here it is about shape.
"""

import hashlib
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from guildmark.cores.vc.encoding import read_date_time, write_date_time
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.sentences import sentence as _

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
# Beside https only the machine at hand, for trying.
_OWN_ADDRESSES = ("https://", "http://localhost:", "http://localhost/")
OPEN_BADGES_3_0_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CONTEXTS = (CREDENTIALS_V2, OPEN_BADGES_3_0_3)
MAX_DEPTH = 32

Json = dict[str, Any]


@dataclass(frozen=True)
class Image:
    """A picture at an address (or a `data:` URI), with words for those who cannot see it."""

    id: str
    caption: str = ""


@dataclass(frozen=True)
class Profile:
    """An issuer: its DID, and what a viewer shows of it."""

    id: str
    name: str
    url: str = ""
    email: str = ""
    description: str = ""
    image: Image | None = None


@dataclass(frozen=True)
class Alignment:
    """A node of a framework, such as a requirement, that an achievement answers to."""

    target_name: str
    target_url: str
    target_framework: str = ""
    target_code: str = ""
    target_description: str = ""
    target_type: str = ""


@dataclass(frozen=True)
class Achievement:
    """What was achieved. Criteria are told in words (Markdown), at an address, or both."""

    id: str
    name: str
    description: str
    criteria_narrative: str = ""
    criteria_id: str = ""
    achievement_type: str = "Certification"
    alignments: tuple[Alignment, ...] = ()
    image: Image | None = None
    version: str = ""


@dataclass(frozen=True)
class IdentityObject:
    """An identifier of a person other than a DID, hashed or, where they consent, in the open."""

    identity_hash: str
    identity_type: str
    hashed: bool
    salt: str = ""


@dataclass(frozen=True)
class Subject:
    """The person who achieved it, by DID, by identity objects, or by both."""

    id: str = ""
    identifiers: tuple[IdentityObject, ...] = ()
    license_number: str = ""


@dataclass(frozen=True)
class Evidence:
    """Why the achievement was granted: an address, words, or both."""

    id: str = ""
    name: str = ""
    narrative: str = ""
    description: str = ""
    genre: str = ""


@dataclass(frozen=True)
class AchievementCredential:
    """What one credential says. Moments carry a time zone; `status` is one status list entry."""

    id: str
    name: str
    issuer: Profile
    subject: Subject
    achievement: Achievement
    valid_from: datetime
    valid_until: datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    status: Mapping[str, Any] | None = None
    description: str = ""


def hashed_identity(email: str, salt: str) -> IdentityObject:
    """Return the identity object of an e-mail address: SHA-256 of the address with `salt` after it.

    The address is taken as it is written, so callers keep to one spelling. Raises Refused without
    an address, and without a salt: common addresses are found again by trying them.
    """
    if "@" not in email or not salt:
        raise Refused("no_identity", _("A hashed identity needs an e-mail address and a salt."))
    return IdentityObject(_identity_hash(email, salt), "emailAddress", hashed=True, salt=salt)


def named_identity(name: str) -> IdentityObject:
    """Return the identity object of a person who lets their name stand in the credential."""
    return IdentityObject(name, "name", hashed=False)


def is_identity_of(identity: Mapping[str, Any], value: str) -> bool:
    """Tell whether `identity` (an IdentityObject as JSON) stands for `value`."""
    expected = identity.get("identityHash")
    if not identity.get("hashed"):
        return expected == value
    return expected == _identity_hash(value, str(identity.get("salt") or ""))


def achievement_credential(credential: AchievementCredential) -> Json:
    """Return the unsigned credential as an Open Badges 3.0.3 document.

    Members without a value are left out. Raises Refused for control characters in any text, moments
    without a time zone, and whatever else `check_structure` refuses.
    """
    document: Json = {
        "@context": list(CONTEXTS),
        "id": credential.id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        **_present(name=credential.name, description=credential.description),
        "issuer": _profile(credential.issuer),
        "validFrom": write_date_time(credential.valid_from),
        "credentialSubject": _subject(credential.subject, credential.achievement),
    }
    if credential.valid_until is not None:
        document["validUntil"] = write_date_time(credential.valid_until)
    if credential.evidence:
        document["evidence"] = [_evidence(each) for each in credential.evidence]
    if credential.status is not None:
        document["credentialStatus"] = dict(credential.status)
    _refuse_unfit_issue(credential)
    for pointer, value in _values(document, "", 0):
        _refuse_text(pointer, value, UNWRITTEN)
    check_structure(document)
    return document


def check_structure(document: Mapping[str, Any], *, single_values: bool = False) -> None:
    """Raise Refused, with a JSON pointer, unless `document` is a well-built AchievementCredential.

    It must be of the Data Model 2.0, with the contexts in order; properties that are sets must be
    arrays. 1EdTech's published schema lets a set of one stand without its array: `single_values`
    allows that too, for reading what others issued. Properties that the standard does not know are
    not judged.
    """
    for pointer, value in _values(document, "", 0):
        _refuse_everywhere(pointer, value)
        _refuse_text(pointer, value, _CONTROL)
    _check_object(document, "AchievementCredential", "", single_values=single_values)


# Building


def _present(**members: Any) -> Json:
    """Return the members that have a value, in JSON's spelling of their names."""
    return {_camel(name): value for name, value in members.items() if value}


def _camel(name: str) -> str:
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)


def _image(image: Image | None) -> Json:
    return {"id": image.id, "type": "Image", **_present(caption=image.caption)} if image else {}


def _profile(profile: Profile) -> Json:
    shown = _present(
        name=profile.name,
        url=profile.url,
        email=profile.email,
        description=profile.description,
        image=_image(profile.image),
    )
    return {"id": profile.id, "type": ["Profile"], **shown}


def _subject(subject: Subject, achievement: Achievement) -> Json:
    named = _present(
        identifier=[_identity(each) for each in subject.identifiers],
        license_number=subject.license_number,
    )
    return {
        **_present(id=subject.id),
        "type": ["AchievementSubject"],
        **named,
        "achievement": _achievement(achievement),
    }


def _identity(identity: IdentityObject) -> Json:
    return {
        "type": "IdentityObject",
        "hashed": identity.hashed,
        "identityHash": identity.identity_hash,
        "identityType": identity.identity_type,
        **_present(salt=identity.salt),
    }


def _achievement(achievement: Achievement) -> Json:
    more = _present(
        achievement_type=achievement.achievement_type,
        alignment=[_alignment(each) for each in achievement.alignments],
        image=_image(achievement.image),
        version=achievement.version,
    )
    return {
        "id": achievement.id,
        "type": ["Achievement"],
        "name": achievement.name,
        "description": achievement.description,
        "criteria": _present(id=achievement.criteria_id, narrative=achievement.criteria_narrative),
        **more,
    }


def _alignment(alignment: Alignment) -> Json:
    members = ("name", "url", "framework", "code", "description", "type")
    targets = {f"target_{each}": getattr(alignment, f"target_{each}") for each in members}
    return {"type": ["Alignment"], **_present(**targets)}


def _evidence(evidence: Evidence) -> Json:
    told = _present(
        name=evidence.name,
        narrative=evidence.narrative,
        description=evidence.description,
        genre=evidence.genre,
    )
    return {**_present(id=evidence.id), "type": ["Evidence"], **told}


def _identity_hash(value: str, salt: str) -> str:
    return "sha256$" + hashlib.sha256((value + salt).encode()).hexdigest()


def _refuse_unfit_issue(credential: AchievementCredential) -> None:
    """Refuse what others may do and we do not."""
    achievement = credential.achievement
    if not credential.id.startswith(_OWN_ADDRESSES):
        raise Refused("id", _("The id must be the credential's https address."), where="/id")
    if not credential.issuer.id.startswith("did:"):
        raise Refused("issuer", _("The issuer's id must be a DID."), where="/issuer/id")
    if not (credential.subject.id or credential.subject.identifiers):
        where = "/credentialSubject"
        raise Refused("no_subject", _("Name the person by DID or identifier."), where=where)
    if not (achievement.criteria_id or achievement.criteria_narrative):
        where = "/credentialSubject/achievement/criteria"
        raise Refused("no_criteria", _("Tell the criteria in words or by address."), where=where)


# Judging


@dataclass(frozen=True, slots=True)
class _Member:
    """What a member of an object must be: a kind of text or the class of an object."""

    kind: str
    required: bool
    is_set: bool


def _members(text: str) -> dict[str, _Member]:
    """Read a class: `name:kind` for each member, `!` if it is required, `*` if it is a set."""
    parts = (part.partition(":") for part in text.split())
    return {
        name: _Member(kind.rstrip("!*"), required="!" in kind, is_set="*" in kind)
        for name, _one, kind in parts
    }


_ENDORSED = "endorsement:EndorsementCredential*"
_ENVELOPE = """
    @context:contexts!* id:uri! validFrom:date! validUntil:date awardedDate:date description:text
    issuer:ProfileRef! proof:Proof credentialSchema:CredentialSchema* evidence:Evidence*
    credentialStatus:Typed refreshService:Service termsOfUse:Typed*
"""
_CLASSES = {
    name: _members(text)
    for name, text in {
        "AchievementCredential": f"""{_ENVELOPE} {_ENDORSED} type:types!* name:text image:Image
            credentialSubject:AchievementSubject!""",
        "EndorsementCredential": f"""{_ENVELOPE} type:types!* name:text!
            credentialSubject:EndorsementSubject!""",
        "AchievementSubject": """type:types!* id:uri achievement:Achievement! source:Profile
            identifier:IdentityObject* image:Image result:Result* activityStartDate:date
            activityEndDate:date creditsEarned:number licenseNumber:text narrative:text role:text
            term:text""",
        "EndorsementSubject": "type:types!* id:uri! endorsementComment:text",
        "Achievement": f"""{_ENDORSED} type:types!* id:uri! name:text! description:text!
            criteria:Criteria! achievementType:AchievementType alignment:Alignment* creator:Profile
            creditsAvailable:number fieldOfStudy:text humanCode:text image:Image inLanguage:language
            otherIdentifier:IdentifierEntry* related:Related* resultDescription:ResultDescription*
            specialization:text tag:text* version:text""",
        "Alignment": """type:types!* targetName:text! targetUrl:uri! targetCode:text
            targetDescription:text targetFramework:text targetType:AlignmentTargetType""",
        "Criteria": "id:uri narrative:text",
        "Evidence": """type:types!* id:uri name:text narrative:text description:text genre:text
            audience:text""",
        "IdentityObject": """type:one! hashed:boolean! identityHash:text!
            identityType:IdentifierType! salt:text""",
        "IdentifierEntry": "type:one! identifier:text! identifierType:IdentifierType!",
        "Image": "type:one! id:uri! caption:text",
        "Profile": f"""{_ENDORSED} type:types!* id:uri! name:text url:uri phone:text
            description:text image:Image email:text address:Address parentOrg:Profile
            otherIdentifier:IdentifierEntry* official:text familyName:text givenName:text
            additionalName:text patronymicName:text honorificPrefix:text honorificSuffix:text
            familyNamePrefix:text dateOfBirth:day""",
        "Address": """type:types!* addressCountry:text addressCountryCode:text addressRegion:text
            addressLocality:text streetAddress:text postOfficeBoxNumber:text postalCode:text
            geo:GeoCoordinates""",
        "GeoCoordinates": "type:one! latitude:number! longitude:number!",
        "Related": "type:types!* id:uri! inLanguage:language version:text",
        "Result": """type:types!* achievedLevel:uri alignment:Alignment* resultDescription:uri
            status:ResultStatus value:text""",
        "ResultDescription": """type:types!* id:uri! name:text! resultType:ResultType!
            alignment:Alignment* allowedValue:text* requiredLevel:uri requiredValue:text
            rubricCriterionLevel:RubricCriterionLevel* valueMax:text valueMin:text""",
        "RubricCriterionLevel": """type:types!* id:uri! name:text! alignment:Alignment*
            description:text level:text points:text""",
        "Proof": """type:text! created:date cryptosuite:text challenge:text domain:any nonce:text
            proofPurpose:text proofValue:text verificationMethod:text""",
        "CredentialSchema": "type:text! id:uri!",
        "Service": "type:text! id:uri!",
        "Typed": "type:text! id:uri",
    }.items()
}
_CLOSED = {"IdentityObject", "IdentifierEntry", "Image"}
_UNTYPED = {"Criteria", "Proof", "CredentialSchema", "Service", "Typed"}

# An extension of one of these lists begins with "ext:".
_ENUMERATIONS = {
    name: frozenset(text.split())
    for name, text in {
        "AchievementType": """Achievement ApprenticeshipCertificate Assessment Assignment
            AssociateDegree Award Badge BachelorDegree Certificate CertificateOfCompletion
            Certification CommunityService Competency Course CoCurricular Degree Diploma
            DoctoralDegree Fieldwork GeneralEducationDevelopment JourneymanCertificate
            LearningProgram License Membership ProfessionalDoctorate QualityAssuranceCredential
            MasterCertificate MasterDegree MicroCredential ResearchDoctorate
            SecondarySchoolDiploma""",
        "AlignmentTargetType": """ceasn:Competency ceterms:Credential CFItem CFRubric
            CFRubricCriterion CFRubricCriterionLevel CTDL""",
        "IdentifierType": """name sourcedId systemId productId userName accountId emailAddress
            nationalIdentityNumber isbn issn lisSourcedId oneRosterSourcedId sisSourcedId
            ltiContextId ltiDeploymentId ltiToolId ltiPlatformId ltiUserId identifier""",
        "ResultStatus": "Completed Enrolled Failed InProgress OnHold Provisional Withdrew",
        "ResultType": """GradePointAverage LetterGrade Percent PerformanceLevel PredictedScore
            RawScore Result RubricCriterion RubricCriterionLevel RubricScore ScaledScore Status""",
    }.items()
}
_EXTENSION = re.compile(r"ext:[A-Za-z0-9._|-]+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_CONTEXT = re.compile(r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)?\.json")
# Canonicalisers disagree about control characters, and lone surrogates are no text at all. Tabs and
# line breaks are common in Markdown, so they are read; only line feeds are written.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
UNWRITTEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that we never write into a credential; only a line feed is left of the controls."""
# Contents of the 3.0.3 context circulate with and without these two.
_DISPUTED = ("endorsementJwt", "jti")


def _values(value: Any, pointer: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield every value inside `value`, itself first, with its JSON pointer."""
    if depth > MAX_DEPTH:
        raise Refused(
            "too_deep", _("Values are nested deeper than %(most)s.", most=MAX_DEPTH), where=pointer
        )
    yield pointer, value
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _values(each, f"{pointer}/{_escaped(name)}", depth + 1)
    elif _is_array(value):
        for index, each in enumerate(value):
            yield from _values(each, f"{pointer}/{index}", depth + 1)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _is_array(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _refuse_everywhere(pointer: str, value: Any) -> None:
    """Refuse what may stand nowhere in a credential."""
    if value is None:
        raise Refused("null", _("There is no value here. Leave the member out."), where=pointer)
    if isinstance(value, float) and not math.isfinite(value):
        raise Refused("number", _("The number is not finite."), where=pointer)
    if isinstance(value, Mapping):
        _refuse_members(pointer, value)
    elif _is_array(value) and not value:
        raise Refused("empty_array", _("The array is empty. Leave the member out."), where=pointer)


def _refuse_text(pointer: str, value: Any, characters: re.Pattern[str]) -> None:
    texts = [value] if isinstance(value, str) else value if isinstance(value, Mapping) else ()
    for text in texts:
        if found := characters.search(text):
            code = f"U+{ord(found[0]):04X}"
            raise Refused(
                "control_character",
                _("A text holds %(code)s. Take it out.", code=code),
                where=pointer,
            )


def _refuse_members(pointer: str, value: Mapping[str, Any]) -> None:
    for name in value:
        if name in _DISPUTED:
            where = f"{pointer}/{name}"
            raise Refused(
                "disputed_term",
                _('"%(name)s" is not in every context 3.0.3.', name=name),
                where=where,
            )


def _check_object(value: Any, kind: str, pointer: str, *, single_values: bool) -> None:
    if not isinstance(value, Mapping):
        raise Refused(
            "not_object", _("An object (%(kind)s) belongs here.", kind=kind), where=pointer
        )
    members = _CLASSES[kind]
    if missing := [name for name, each in members.items() if each.required and name not in value]:
        where = f"{pointer}/{missing[0]}"
        raise Refused(
            "missing",
            _('%(kind)s must have "%(name)s".', kind=kind, name=missing[0]),
            where=where,
        )
    if kind in _CLOSED and (unknown := [name for name in value if name not in members]):
        where = f"{pointer}/{_escaped(unknown[0])}"
        raise Refused("unknown_member", _("%(kind)s knows no such member.", kind=kind), where=where)
    for name, member in members.items():
        if name in value:
            where = f"{pointer}/{name}"
            _check_member(value[name], member, where, single_values=single_values)
    if kind not in _UNTYPED:
        _check_type(value["type"], kind, f"{pointer}/type")
    if "validFrom" in members:
        _check_period(value, pointer)


def _check_member(value: Any, member: _Member, pointer: str, *, single_values: bool) -> None:
    if member.kind == "contexts":
        return _check_contexts(value, pointer)
    # A set of proofs is an array; a lone proof is an object, as in 1EdTech's signed examples.
    may_be_array = member.is_set or member.kind == "Proof"
    if _is_array(value) and may_be_array:
        for index, each in enumerate(value):
            _check_value(each, member.kind, f"{pointer}/{index}", single_values=single_values)
        return None
    if member.is_set and not single_values:
        raise Refused("not_array", _("This is a set, so it must be an array."), where=pointer)
    return _check_value(value, member.kind, pointer, single_values=single_values)


def _check_value(value: Any, kind: str, pointer: str, *, single_values: bool) -> None:
    if kind == "ProfileRef":
        kind = "uri" if isinstance(value, str) else "Profile"
    if kind in _CLASSES:
        return _check_object(value, kind, pointer, single_values=single_values)
    if kind in _ENUMERATIONS:
        known = isinstance(value, str) and (value in _ENUMERATIONS[kind] or _extends(value, kind))
    else:
        known = _SIMPLE[kind](value)
    if not known:
        raise Refused(
            kind,
            _(
                "%(value)s is not %(wanted)s.",
                value=f"{value!r:.80}",
                wanted=_NAMES.get(kind, kind),
            ),
            where=pointer,
        )
    return None


def _extends(value: str, kind: str) -> bool:
    return kind != "ResultStatus" and _EXTENSION.fullmatch(value) is not None


def _is_day(value: Any) -> bool:
    try:
        return _matches(_DAY, value) and date.fromisoformat(value) is not None
    except ValueError:
        return False


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


_SIMPLE: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "types": lambda value: isinstance(value, str),
    "one": lambda value: isinstance(value, str),
    "any": lambda _: True,
    "uri": lambda value: _matches(_URI, value),
    "date": lambda value: read_date_time(value) is not None,
    "day": _is_day,
    "language": lambda value: _matches(_LANGUAGE, value),
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}
_NAMES = {
    "text": _("text"),
    "types": _("the name of a type"),
    "one": _("the name of a type"),
    "uri": _("an absolute URI"),
    "date": _("a date and time with a time zone, such as 2026-03-02T12:00:00Z"),
    "day": _("a date, such as 2026-03-02"),
    "language": _("a language code, such as en-GB"),
    "boolean": _("true or false"),
    "number": _("a number"),
}


def _check_type(value: Any, kind: str, pointer: str) -> None:
    types = value if _is_array(value) else [value]
    needed = [{kind}]
    if kind == "AchievementCredential":
        needed = [{"VerifiableCredential"}, {kind, "OpenBadgeCredential"}]
    elif kind == "EndorsementCredential":
        needed = [{"VerifiableCredential"}, {kind}]
    for names in needed:
        if names.isdisjoint(types):
            wanted = " or ".join(sorted(names))
            raise Refused("type", _("The type must hold %(wanted)s.", wanted=wanted), where=pointer)


def _check_contexts(value: Any, pointer: str) -> None:
    if not _is_array(value) or not all(isinstance(each, str) for each in value):
        raise Refused("contexts", _("The contexts must be an array of addresses."), where=pointer)
    if value[0] != CREDENTIALS_V2:
        raise Refused(
            "contexts",
            _("The first context must be %(context)s.", context=CREDENTIALS_V2),
            where=pointer,
        )
    if len(value) == 1 or not _CONTEXT.fullmatch(value[1]):
        text = _("The second context must be one of Open Badges 3.0.")
        raise Refused("contexts", text, where=pointer)


def _check_period(value: Mapping[str, Any], pointer: str) -> None:
    start, end = (read_date_time(value.get(name)) for name in ("validFrom", "validUntil"))
    if start and end and end < start:
        where = f"{pointer}/validUntil"
        raise Refused("period", _("The credential ends before it begins."), where=where)
