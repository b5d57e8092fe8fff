import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from guildmark.cores.vc.contexts import compiled_contexts
from guildmark.cores.vc.dids import (
    ControllerDocument,
    PublishedKey,
    controller_document,
    did_key,
    read_controller_document,
)
from guildmark.cores.vc.encoding import encode_multibase
from guildmark.cores.vc.proofs import add_proof, hash_data
from guildmark.cores.vc.sentences import Sentence
from guildmark.cores.vc.status_list import (
    Purpose,
    Standing,
    StatusList,
    entry,
    status_list_credential,
)
from guildmark.cores.vc.verification import (
    Check,
    KnownDocuments,
    Outcome,
    Policy,
    Report,
    Unavailable,
    verify,
)

pytestmark = pytest.mark.once

HOLDS, FAILS, UNCHECKED = Outcome.HOLDS, Outcome.FAILS, Outcome.COULD_NOT_CHECK
V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
ISSUER = "did:web:institute.example"
LIST_URL = "https://institute.example/status/1"
INDEX = 77_777
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AWARDED = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
SALT = "c0ffee"
EMAIL = "ada@practice.example"

OLD, CURRENT, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2, 3))


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def the_issuer(*, revoked: datetime | None = None) -> dict[str, Any]:
    return controller_document(
        ISSUER,
        [
            PublishedKey("old", public(OLD), AWARDED - 90 * DAY, expires=AWARDED - DAY),
            PublishedKey("current", public(CURRENT), AWARDED - DAY, revoked=revoked),
        ],
    )


def a_credential(**changes: Any) -> dict[str, Any]:
    document = {
        "@context": [V2, OPEN_BADGES],
        "id": "https://institute.example/credentials/CAIS-2026-1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": ISSUER, "type": ["Profile"], "name": "The Institute"},
        "validFrom": "2026-01-15T09:30:00Z",
        "validUntil": "2029-01-15T09:30:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": "sha256$" + sha256((EMAIL + SALT).encode()).hexdigest(),
                    "identityType": "emailAddress",
                    "salt": SALT,
                }
            ],
            "achievement": {
                "id": "https://institute.example/types/CAIS",
                "type": ["Achievement"],
                "name": "Certified Specialist",
                "description": "Knows how.",
                "criteria": {"narrative": "An exam and a portfolio."},
            },
        },
        "credentialStatus": entry(LIST_URL, INDEX, purpose=Purpose.MESSAGE),
    }
    document.update(changes)
    return {name: value for name, value in document.items() if value is not None}


def signed(
    document: Mapping[str, Any],
    *,
    key: Ed25519PrivateKey = CURRENT,
    method: str = f"{ISSUER}#current",
    created: datetime = AWARDED,
) -> dict[str, Any]:
    return add_proof(document, signer=key, verification_method=method, created=created)


def a_list(
    value: int = 0,
    *,
    url: str = LIST_URL,
    issuer: str = ISSUER,
    until: datetime = NOW + DAY,
    purpose: Purpose = Purpose.MESSAGE,
    bits: int = 2,
) -> dict[str, Any]:
    statuses = StatusList(bits=bits)
    statuses[INDEX] = value
    return status_list_credential(
        url, statuses, issuer=issuer, valid_from=NOW - DAY, valid_until=until, purpose=purpose
    )


CREDENTIAL = signed(a_credential())
GOOD_LIST = signed(a_list(), created=NOW - DAY)
CONTROLLERS = {ISSUER: the_issuer()}
LISTS = {LIST_URL: GOOD_LIST}
AT_HAND = KnownDocuments(CONTROLLERS, LISTS)


def report(document: object = CREDENTIAL, **more: Any) -> Report:
    arguments = {"now": NOW, "resolve": AT_HAND, "trusted": {ISSUER}, **more}
    return verify(document, **arguments)


def with_list(document: Mapping[str, Any], **more: Any) -> Report:
    return report(resolve=KnownDocuments(CONTROLLERS, {LIST_URL: document}), **more)


def told(check: Check) -> tuple[Outcome, str]:
    return check.outcome, check.code


def test_a_good_credential_of_a_known_issuer_holds_in_every_respect() -> None:
    found = report(expected_subject=EMAIL, policy=Policy(status_required=True))
    assert {name: told(check) for name, check in found.checks.items()} == {
        "format": (HOLDS, "format"),
        "signature": (HOLDS, "signature"),
        "issuer": (HOLDS, "address_proven"),
        "recognition": (HOLDS, "recognised"),
        "dates": (HOLDS, "dates"),
        "status": (HOLDS, "valid"),
        "subject": (HOLDS, "subject"),
    }
    assert found.holds
    assert found.outcome is HOLDS
    assert (found.issuer_id, found.credential_id) == (ISSUER, CREDENTIAL["id"])
    assert found.standing is Standing.VALID


def test_what_fails_outweighs_what_could_not_be_checked() -> None:
    found = report(now=NOW + 9999 * DAY)
    assert (found.dates.outcome, found.status.outcome) == (FAILS, UNCHECKED)
    assert found.outcome is FAILS
    assert report(resolve=KnownDocuments(CONTROLLERS)).outcome is UNCHECKED
    assert not report(resolve=KnownDocuments(CONTROLLERS)).holds


# Format


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"@context": [OPEN_BADGES, V2]}, "context"),
        ({"@context": V2}, "context"),
        ({"@context": []}, "context"),
        ({"type": ["OpenBadgeCredential"]}, "type"),
        ({"type": 5}, "type"),
        ({"issuer": {"name": "The Institute"}}, "issuer"),
        ({"issuer": [ISSUER]}, "issuer"),
        ({"issuer": ""}, "issuer"),
        ({"credentialSubject": []}, "subject"),
        ({"credentialSubject": {}}, "subject"),
        ({"credentialSubject": "did:example:ada"}, "subject"),
        ({"grade": "A"}, "unknown_term"),
        ({"name": "A\u0007B"}, "control_character"),
        ({"id": "CAIS-1"}, "not_an_iri"),
    ],
)
def test_a_document_of_another_form_fails_and_its_signature_is_not_judged(
    changes: dict[str, Any], code: str
) -> None:
    found = report({**CREDENTIAL, **changes})
    assert told(found.format) == (FAILS, code)
    assert told(found.signature) == (UNCHECKED, "format")
    assert found.issuer.outcome is not HOLDS


def test_a_context_that_is_not_known_here_is_no_fault_of_the_credential() -> None:
    strange = {**CREDENTIAL, "@context": [V2, "https://other.example/context"]}
    assert told(report(strange).format) == (UNCHECKED, "unknown_context")


@pytest.mark.parametrize("document", [None, True, 5, 1.5, "x", [], [CREDENTIAL]])
def test_what_is_no_object_fails_in_every_respect(document: object) -> None:
    found = report(document, expected_subject=EMAIL)
    assert told(found.subject) == (FAILS, "subject")
    others = [check for name, check in found.checks.items() if name != "subject"]
    assert {told(check) for check in others} == {(FAILS, "not_an_object")}


# Signature


def test_a_changed_word_breaks_the_signature_and_nothing_is_proven_of_the_issuer() -> None:
    found = report({**CREDENTIAL, "validUntil": "2039-01-15T09:30:00Z"})
    assert told(found.signature) == (FAILS, "signature")
    assert told(found.issuer) == (UNCHECKED, "not_proven")


@pytest.mark.parametrize(
    ("proof", "outcome", "code"),
    [
        (None, FAILS, "no_proof"),
        ({**CREDENTIAL["proof"], "cryptosuite": "bbs-2023"}, UNCHECKED, "cryptosuite"),
        ([CREDENTIAL["proof"]] * 2, UNCHECKED, "unsupported_proof"),
        ({**CREDENTIAL["proof"], "proofPurpose": "authentication"}, FAILS, "purpose"),
        ({**CREDENTIAL["proof"], "proofValue": "z1"}, FAILS, "proof_value"),
    ],
)
def test_a_proof_of_another_kind_is_told_apart_from_a_bad_one(
    proof: object, outcome: Outcome, code: str
) -> None:
    assert told(report({**CREDENTIAL, "proof": proof}).signature) == (outcome, code)


def test_a_key_that_cannot_be_had_is_not_a_bad_signature() -> None:
    found = report(resolve=KnownDocuments({}, LISTS))
    assert told(found.signature) == (UNCHECKED, "key_unavailable")
    assert ISSUER in found.signature.reason


def test_a_document_of_the_issuer_that_cannot_be_read_is_not_a_bad_signature() -> None:
    found = report(resolve=KnownDocuments({ISSUER: {"id": "did:web:other.example"}}, LISTS))
    assert told(found.signature) == (UNCHECKED, "key_unavailable")


def test_the_document_of_somebody_else_is_not_taken_for_the_one_that_was_asked_for() -> None:
    other = "did:web:other.example"
    keys = [PublishedKey("current", public(STRANGER), AWARDED)]
    wrong = read_controller_document(controller_document(other, keys), other)
    found = report(resolve=KnownDocuments({ISSUER: wrong}, LISTS))
    assert told(found.signature) == (UNCHECKED, "key_unavailable")


def test_a_key_that_the_issuer_does_not_publish_fails() -> None:
    forged = signed(a_credential(), key=STRANGER, method=f"{ISSUER}#mine")
    assert told(report(forged).signature) == (FAILS, "key_unknown")


def test_a_proof_from_the_future_fails() -> None:
    early = signed(a_credential(), created=NOW + timedelta(minutes=6))
    assert told(report(early).signature) == (FAILS, "proof_in_future")
    nearly = signed(a_credential(), created=NOW + timedelta(minutes=4))
    assert report(nearly).holds


def test_a_proof_from_before_the_rotation_of_its_key_still_holds() -> None:
    old = signed(a_credential(), key=OLD, method=f"{ISSUER}#old", created=AWARDED - 2 * DAY)
    assert report(old).holds


def test_a_proof_from_after_the_rotation_of_its_key_fails() -> None:
    late = signed(a_credential(), key=OLD, method=f"{ISSUER}#old", created=AWARDED)
    assert told(report(late).signature) == (FAILS, "key_retired")


def _revoked_at(moment: datetime) -> KnownDocuments:
    # The list is signed with another key, so that only the credential is in question.
    controllers = {
        ISSUER: controller_document(
            ISSUER,
            [
                PublishedKey("current", public(CURRENT), AWARDED, revoked=moment),
                PublishedKey("new", public(STRANGER), NOW),
            ],
        )
    }
    listed = signed(a_list(), key=STRANGER, method=f"{ISSUER}#new", created=NOW)
    return KnownDocuments(controllers, {LIST_URL: listed})


def test_a_proof_from_after_the_revocation_of_its_key_fails() -> None:
    found = report(resolve=_revoked_at(AWARDED))
    assert told(found.signature) == (FAILS, "key_revoked")


def test_a_proof_that_says_it_is_older_than_the_revocation_of_its_key_is_not_believed() -> None:
    found = report(resolve=_revoked_at(NOW - DAY))
    assert told(found.signature) == (UNCHECKED, "key_revoked_later")
    assert told(found.issuer) == (UNCHECKED, "not_proven")


def test_a_record_from_before_the_revocation_settles_the_doubt() -> None:
    resolve = _revoked_at(NOW - DAY)
    assert report(resolve=resolve, known_since=NOW - 2 * DAY).holds
    assert not report(resolve=resolve, known_since=NOW - DAY).holds


def test_a_proof_with_an_end_that_has_passed_fails() -> None:
    document = a_credential()
    options = {k: v for k, v in CREDENTIAL["proof"].items() if k != "proofValue"}
    options["expires"] = "2026-03-01T11:00:00Z"
    message = hash_data(document, {"@context": document["@context"], **options})
    options["proofValue"] = encode_multibase(CURRENT.sign(message))
    found = report({**document, "proof": options})
    assert told(found.signature) == (FAILS, "proof_expired")
    assert report({**document, "proof": options}, now=NOW - timedelta(hours=2)).signature.code == (
        "signature"
    )


# Issuer


def test_an_issuer_whom_nobody_vouches_for_is_not_reported_as_good() -> None:
    found = report(trusted=())
    assert told(found.recognition) == (UNCHECKED, "issuer_unknown")
    assert ISSUER in found.recognition.reason
    assert found.outcome is UNCHECKED


def test_who_signed_is_proven_apart_from_whether_they_are_known() -> None:
    found = report(trusted=())
    assert told(found.issuer) == (HOLDS, "address_proven")
    assert found.issuer.reason == f'"{ISSUER}" says that this key is its own.'


@pytest.mark.parametrize(
    ("known", "issuer", "recognition"),
    [
        (False, (UNCHECKED, "bare_key"), (UNCHECKED, "issuer_unknown")),
        (True, (HOLDS, "issuer"), (HOLDS, "recognised")),
    ],
)
def test_a_bare_key_says_nothing_about_its_owner_unless_the_verifier_knows_it(
    known: bool, issuer: object, recognition: object
) -> None:
    document = a_credential(issuer=OTHER, credentialStatus=None)
    found = report(
        signed(document, key=STRANGER, method=OTHER_METHOD), trusted={OTHER} if known else ()
    )
    assert told(found.issuer) == issuer
    assert told(found.recognition) == recognition


def test_an_https_address_that_publishes_the_key_is_proven_too() -> None:
    address = "https://institute.example/issuer"
    keys = [PublishedKey("current", public(CURRENT), AWARDED - DAY)]
    at_hand = KnownDocuments({address: controller_document(address, keys)}, {})
    document = a_credential(issuer=address, credentialStatus=None)
    found = report(signed(document, method=f"{address}#current"), resolve=at_hand, trusted=())
    assert told(found.issuer) == (HOLDS, "address_proven")


def test_an_address_that_another_key_signed_for_is_not_proven() -> None:
    found = report(signed(a_credential(), key=STRANGER), trusted={ISSUER})
    assert told(found.issuer) == told(found.recognition) == (UNCHECKED, "not_proven")


def test_somebody_who_signs_in_the_name_of_another_fails() -> None:
    own = did_key(public(STRANGER))
    method = f"{own}#{own.removeprefix('did:key:')}"
    found = report(signed(a_credential(), key=STRANGER, method=method))
    assert told(found.signature) == (UNCHECKED, "issuer_mismatch")
    assert told(found.issuer) == (FAILS, "issuer_mismatch")
    assert found.outcome is FAILS


def test_an_issuer_by_did_key_needs_no_resolver() -> None:
    own = did_key(public(STRANGER))
    method = f"{own}#{own.removeprefix('did:key:')}"
    document = signed(a_credential(issuer=own, credentialStatus=None), key=STRANGER, method=method)
    assert report(document, resolve=KnownDocuments(), trusted={own}).holds


@pytest.mark.parametrize("did", ["did:key:z", "did:key:z6Mk0", "did:key:u6", "did:key:../etc"])
def test_a_broken_did_key_fails(did: str) -> None:
    changed = signed(a_credential(issuer=did), method=f"{did}#x")
    assert report(changed, trusted={did}).signature.outcome is not HOLDS


# Dates


@pytest.mark.parametrize(
    ("dates", "outcome", "code"),
    [
        ({"validFrom": "2026-03-01T12:05:00Z"}, HOLDS, "dates"),
        ({"validFrom": "2026-03-01T12:05:01Z"}, FAILS, "not_yet_valid"),
        ({"validUntil": "2026-03-01T11:55:00Z"}, HOLDS, "dates"),
        ({"validUntil": "2026-03-01T11:54:59Z"}, FAILS, "expired"),
        ({"validUntil": "9999-12-31T23:59:59-14:00"}, HOLDS, "dates"),
        ({"validUntil": "2026-01-15T09:29:59Z"}, FAILS, "dates"),
        ({"validUntil": "2026-02-30T00:00:00Z"}, FAILS, "dates"),
        ({"validFrom": "2026-01-15T09:30:00"}, FAILS, "dates"),
        ({"validFrom": None, "validUntil": None}, HOLDS, "dates"),
    ],
)
def test_the_dates_are_judged_with_clocks_that_may_differ_by_five_minutes(
    dates: dict[str, Any], outcome: Outcome, code: str
) -> None:
    found = report(signed(a_credential(**dates)))
    assert told(found.dates) == (outcome, code)
    assert found.signature.outcome is HOLDS


def test_how_far_clocks_may_differ_can_be_said() -> None:
    document = signed(a_credential(validFrom="2026-03-01T12:00:01Z"))
    assert report(document).dates.outcome is HOLDS
    assert report(document, policy=Policy(skew=timedelta(0))).dates.outcome is FAILS


SPELLINGS = {
    "validFrom": "https://www.w3.org/2018/credentials#validFrom",
    "validUntil": "https://www.w3.org/2018/credentials#validUntil",
    "credentialStatus": "https://www.w3.org/2018/credentials#credentialStatus",
    "proof": "https://w3id.org/security#proof",
    "issuer": "https://www.w3.org/2018/credentials#issuer",
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_an_end_or_a_status_cannot_hide_under_the_iri_that_it_stands_for(name: str) -> None:
    changed = dict(CREDENTIAL)
    changed[SPELLINGS[name]] = changed.pop(name)
    assert not report(changed).holds


def test_no_context_has_a_second_word_for_what_the_verifier_reads() -> None:
    read = {
        *SPELLINGS.values(),
        "https://www.w3.org/2018/credentials#credentialSubject",
        "https://w3id.org/security#expiration",
        "http://purl.org/dc/terms/created",
    }
    words: dict[str, set[str]] = {iri: set() for iri in read}

    def collect(terms: Mapping[str, Any]) -> None:
        for name, facts in terms.items():
            if facts["iri"] in words:
                words[facts["iri"]].add(name)
            collect((facts.get("context") or {"terms": {}})["terms"])

    for content in compiled_contexts().values():
        collect(content["terms"])
    assert {iri: names for iri, names in words.items() if len(names) != 1} == {}


# Status


@pytest.mark.parametrize(("value", "code"), [(1, "revoked"), (2, "suspended"), (3, "ended")])
def test_a_credential_that_is_not_in_force_fails_with_its_standing(value: int, code: str) -> None:
    found = with_list(signed(a_list(value), created=NOW))
    assert told(found.status) == (FAILS, code)
    assert found.standing is Standing(value)


def test_a_list_that_cannot_be_had_is_never_read_as_valid() -> None:
    found = report(resolve=KnownDocuments(CONTROLLERS))
    assert told(found.status) == (UNCHECKED, "status_unavailable")
    assert found.standing is None


OTHER_URL = "https://institute.example/status/2"
OTHER = did_key(public(STRANGER))
OTHER_METHOD = f"{OTHER}#{OTHER.removeprefix('did:key:')}"


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        (signed(a_list(until=NOW - timedelta(minutes=6)), created=NOW - DAY), "list_dates"),
        (signed(a_list(url=OTHER_URL), created=NOW), "list_id"),
        (signed(a_list(purpose=Purpose.REVOCATION), created=NOW), "status_purpose"),
        (signed(a_list(bits=1), created=NOW), "list_size"),
        (signed(a_credential(), created=NOW), "list_type"),
        (signed(a_list(issuer=OTHER), key=STRANGER, method=OTHER_METHOD), "list_issuer"),
        (signed(a_list(), key=STRANGER, method=OTHER_METHOD), "list_proof"),
        (signed(a_list(), key=STRANGER), "list_proof"),
        (a_list(), "list_proof"),
        ({**GOOD_LIST, "credentialSubject": a_list(1)["credentialSubject"]}, "list_proof"),
        ({**GOOD_LIST, "validUntil": "2036-01-01T00:00:00Z"}, "list_proof"),
        ({**GOOD_LIST, "comment": "x"}, "list_proof"),
        ({}, "list_issuer"),
        ([], "list_type"),
        (None, "list_type"),
    ],
)
def test_a_list_that_cannot_be_relied_on_is_never_read_as_valid(listed: Any, code: str) -> None:
    assert told(with_list(listed).status) == (UNCHECKED, code)


def test_a_list_signed_with_a_key_that_was_stolen_later_tells_nothing() -> None:
    resolve = _revoked_at(NOW - timedelta(hours=1))
    stolen = KnownDocuments(resolve.controllers, LISTS)
    found = report(resolve=stolen, known_since=NOW - 2 * DAY)
    assert told(found.status)[0] is UNCHECKED


def test_a_list_may_be_by_an_issuer_who_is_not_known_here_as_long_as_it_is_the_same_one() -> None:
    found = report(trusted=())
    assert told(found.status) == (HOLDS, "valid")


def test_a_credential_without_a_status_passes_only_where_none_is_required() -> None:
    document = signed(a_credential(credentialStatus=None))
    assert told(report(document).status) == (HOLDS, "no_status")
    strict = report(document, policy=Policy(status_required=True))
    assert told(strict.status) == (UNCHECKED, "no_status")


def _foreign(purpose: str, index: int = INDEX) -> dict[str, Any]:
    return {
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": f"https://institute.example/{purpose}",
    }


def test_of_several_statuses_the_worst_counts() -> None:
    document = signed(
        a_credential(credentialStatus=[_foreign("revocation"), _foreign("suspension")])
    )
    lists = {
        f"https://institute.example/{purpose.value}": signed(
            a_list(
                int(purpose is Purpose.SUSPENSION),
                url=f"https://institute.example/{purpose.value}",
                purpose=purpose,
                bits=1,
            ),
            created=NOW,
        )
        for purpose in (Purpose.REVOCATION, Purpose.SUSPENSION)
    }
    found = report(document, resolve=KnownDocuments(CONTROLLERS, lists))
    assert told(found.status) == (FAILS, "suspended")
    assert found.standing is Standing.SUSPENDED
    lists.popitem()
    found = report(document, resolve=KnownDocuments(CONTROLLERS, lists))
    assert told(found.status) == (UNCHECKED, "status_unavailable")


def test_a_message_that_only_the_issuer_understands_is_told_and_not_judged() -> None:
    status = entry(LIST_URL, INDEX, purpose=Purpose.MESSAGE)
    status["statusMessage"][0]["message"] = "pending"
    found = report(signed(a_credential(credentialStatus=status)))
    assert told(found.status) == (UNCHECKED, "status_message")
    assert '"pending"' in found.status.reason


def test_a_status_of_another_mechanism_could_not_be_checked() -> None:
    status = {"id": "https://institute.example/revoked", "type": "1EdTechRevocationList"}
    extensions = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
    contexts = [V2, OPEN_BADGES, extensions]
    document = a_credential(**{"@context": contexts, "credentialStatus": status})
    assert told(report(signed(document)).status) == (UNCHECKED, "status_type")


def test_very_many_statuses_fail() -> None:
    statuses = [entry(LIST_URL, index) for index in range(9)]
    found = report(signed(a_credential(credentialStatus=statuses)))
    assert told(found.status) == (FAILS, "status_entry")


# Subject


@pytest.mark.parametrize(
    ("expected", "outcome", "code"),
    [
        (None, HOLDS, "subject_not_asked"),
        (EMAIL, HOLDS, "subject"),
        ("eve@practice.example", FAILS, "subject_mismatch"),
        ("", FAILS, "subject_mismatch"),
    ],
)
def test_the_holder_is_found_by_the_salted_hash(
    expected: str | None, outcome: Outcome, code: str
) -> None:
    assert told(report(expected_subject=expected).subject) == (outcome, code)


def test_the_holder_is_found_by_a_did_or_an_identity_that_is_not_hashed() -> None:
    plain = {"type": "IdentityObject", "hashed": False, "identityHash": EMAIL}
    subject = {"id": "did:example:ada", "type": ["AchievementSubject"], "identifier": plain}
    document = {**CREDENTIAL, "credentialSubject": subject}
    for expected, outcome in (("did:example:ada", HOLDS), (EMAIL, HOLDS), ("x", FAILS)):
        assert report(document, expected_subject=expected).subject.outcome is outcome


def test_all_subjects_have_to_be_the_one_that_was_asked_for() -> None:
    subjects = [{"id": "did:example:ada"}, {"id": "did:example:eve"}]
    document = {**CREDENTIAL, "credentialSubject": subjects}
    assert report(document, expected_subject="did:example:ada").subject.outcome is FAILS


# Whatever comes

_names = st.sampled_from(
    [
        "id",
        "type",
        "@context",
        "@id",
        "issuer",
        "proof",
        "credentialSubject",
        "credentialStatus",
        "validFrom",
        "validUntil",
        "x",
        "identifier",
        "salt",
        "hashed",
        "created",
        "cryptosuite",
        "statusListIndex",
        "verificationMethod",
    ]
)
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from([V2, OPEN_BADGES, ISSUER, LIST_URL, "VerifiableCredential", "\ud800"]),
)
_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=6),
    max_leaves=15,
)


@settings(max_examples=200, deadline=None)
@given(_json)
def test_nothing_is_raised_for_any_json(document: object) -> None:
    assert not report(document, expected_subject=EMAIL).holds


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        found += [place for name in value for place in _places(value[name], (*path, name))]
    if isinstance(value, list):
        found += [place for i, one in enumerate(value) for place in _places(one, (*path, i))]
    return found


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(_places(CREDENTIAL)), _json)
def test_nothing_but_the_credential_itself_holds_with_its_proof(
    place: tuple[Any, ...], value: Any
) -> None:
    changed = copy.deepcopy(CREDENTIAL)
    holder: Any = changed
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    assert report(changed).holds == (changed == CREDENTIAL)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(_places(GOOD_LIST)), _json)
def test_nothing_but_the_list_itself_says_that_a_credential_is_valid(
    place: tuple[Any, ...], value: Any
) -> None:
    changed = copy.deepcopy(GOOD_LIST)
    holder: Any = changed
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    assert with_list(changed).holds == (changed == GOOD_LIST)


@pytest.mark.parametrize("depth", [100, 5_000])
def test_a_document_nested_very_deep_fails(depth: int) -> None:
    deep: Any = "x"
    for _ in range(depth):
        deep = {"evidence": [deep]}
    found = report({**CREDENTIAL, **deep})
    assert found.format.outcome is FAILS


@pytest.mark.parametrize("depth", [100, 950, 5_000])
def test_a_value_nested_very_deep_fails(depth: int) -> None:
    deep: Any = "x"
    for _ in range(depth):
        deep = [deep]
    changes: list[dict[str, Any]] = [
        {"name": {"@value": "x", "@language": deep}},
        {"@context": deep},
        {"validUntil": deep},
        {"credentialStatus": {**entry(LIST_URL, 1), "statusPurpose": deep}},
        {"issuer": {"id": deep}},
        {"proof": {**CREDENTIAL["proof"], "@context": deep}},
        {"proof": {**CREDENTIAL["proof"], "nonce": {"@value": "x", "@language": deep}}},
    ]
    for change in changes:
        assert not report({**CREDENTIAL, **change}).holds


@dataclass(frozen=True)
class Failing:
    """A resolver whose network is down."""

    asked: list[str] = field(default_factory=list)

    def controller(self, url: str, /) -> ControllerDocument:
        self.asked.append(url)
        raise Unavailable(Sentence("There is no network."))

    def status_list(self, url: str, /) -> Mapping[str, Any]:
        self.asked.append(url)
        raise Unavailable(Sentence("There is no network."))


def test_without_a_network_the_report_says_what_could_not_be_checked() -> None:
    resolver = Failing()
    found = report(resolve=resolver)
    assert resolver.asked == [ISSUER]
    assert found.outcome is UNCHECKED
    assert "There is no network." in found.signature.reason
    assert told(found.status) == (UNCHECKED, "not_proven")
    assert (found.format.outcome, found.dates.outcome) == (HOLDS, HOLDS)


@pytest.mark.parametrize(
    "document", [None, {}, {"credentialSubject": []}, {"credentialSubject": "did:example:ada"}]
)
def test_nothing_fails_about_the_person_unless_somebody_asked(document: object) -> None:
    assert told(report(document).subject) == (HOLDS, "subject_not_asked")
    assert told(report(document, expected_subject=EMAIL).subject) == (FAILS, "subject")


_PROOF = CREDENTIAL["proof"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({**CREDENTIAL, "proof": {**_PROOF, "cryptosuite": "other-2030"}}, "cryptosuite"),
        ({**CREDENTIAL, "proof": [_PROOF, _PROOF]}, "unsupported_proof"),
        (
            {**CREDENTIAL, "proof": {**_PROOF, "verificationMethod": "did:key:zDnae"}},
            "issuer_mismatch",
        ),
    ],
)
def test_a_list_is_not_asked_for_while_no_signature_was_found_to_fit(
    document: Mapping[str, Any], code: str
) -> None:
    resolver = Failing()
    found = report(document, resolve=resolver)
    assert told(found.signature) == (UNCHECKED, code)
    assert told(found.status) == (UNCHECKED, "not_proven")
    assert LIST_URL not in resolver.asked


def test_a_list_is_asked_for_where_the_signature_fits_a_key_that_was_revoked_later() -> None:
    resolve = KnownDocuments(_revoked_at(NOW - timedelta(hours=1)).controllers, {})
    found = report(resolve=resolve)
    assert told(found.signature) == (UNCHECKED, "key_revoked_later")
    assert told(found.status) == (UNCHECKED, "status_unavailable")


@pytest.mark.parametrize(
    "document",
    [
        {**CREDENTIAL, "validUntil": "2039-01-15T09:30:00Z"},
        {**CREDENTIAL, "grade": "A"},
        signed(a_credential(), key=STRANGER, method=OTHER_METHOD),
    ],
)
def test_a_document_that_is_not_genuine_does_not_make_the_verifier_fetch_its_lists(
    document: Mapping[str, Any],
) -> None:
    fetched: list[str] = []

    class Counting:
        def controller(self, url: str, /) -> ControllerDocument:
            return AT_HAND.controller(url)

        def status_list(self, url: str, /) -> Mapping[str, Any]:
            fetched.append(url)
            return GOOD_LIST

    found = report(document, resolve=Counting())
    assert told(found.status) == (UNCHECKED, "not_proven")
    assert fetched == []


def test_half_a_character_in_an_identity_is_no_reason_to_stop() -> None:
    identity = {"hashed": True, "identityHash": "x", "salt": "\ud800"}
    document = {**CREDENTIAL, "credentialSubject": {"identifier": identity}}
    assert report(document, expected_subject=EMAIL).subject.outcome is FAILS
    assert report({**CREDENTIAL, "issuer": "did:web:\ud800"}).issuer_id is None
