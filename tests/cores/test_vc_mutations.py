"""Whatever jsonld.js refuses in its safe mode is refused by us, on many spoilt credentials.

Where both accept a document, they agree on the canonical bytes. We may refuse more, and do: what
verifiers read differently, such as numbers that are not short, is never signed.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import pytest
from tests.judges import ask_javascript
from tests.strategies.mutations import MUTATIONS, mutated

from guildmark.cores.vc.canonical import canonicalize
from guildmark.cores.vc.errors import Refused

pytestmark = pytest.mark.once

Json = dict[str, Any]

PER_MUTATION = 100
SEED = 20_260_302
BASE = "https://institute.example"
CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
ISSUER = {
    "id": "did:web:institute.example",
    "type": ["Profile"],
    "name": "Institute",
    "url": BASE,
    "address": {
        "type": ["Address"],
        "addressLocality": "Zug",
        "geo": {"type": "GeoCoordinates", "latitude": 47.5, "longitude": 8},
    },
}
ENDORSEMENT = {
    "@context": CONTEXTS,
    "id": f"{BASE}/endorsements/1",
    "type": ["VerifiableCredential", "EndorsementCredential"],
    "name": "Endorsed",
    "issuer": ISSUER,
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {
        "id": f"{BASE}/types/1",
        "type": ["EndorsementSubject"],
        "endorsementComment": "Good.",
    },
}
CREDENTIAL: Json = {
    "@context": CONTEXTS,
    "id": f"{BASE}/credentials/1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Certified Reviewer",
    "description": "For reviewers.",
    "issuer": ISSUER,
    "validFrom": "2026-03-02T12:00:00Z",
    "validUntil": "2029-03-02T12:00:00Z",
    "credentialSubject": {
        "id": "did:example:holder",
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": "sha256$00",
                "identityType": "emailAddress",
                "salt": "pepper",
            }
        ],
        "creditsEarned": 2.5,
        "activityStartDate": "2025-03-02T12:00:00Z",
        "result": [
            {"type": ["Result"], "resultDescription": f"{BASE}/results/1", "value": "A"},
            {"type": ["Result"], "status": "Completed"},
        ],
        "achievement": {
            "id": f"{BASE}/types/1",
            "type": ["Achievement"],
            "name": "Reviewer",
            "description": "Reviews.",
            "achievementType": "Certification",
            "criteria": {"id": f"{BASE}/criteria", "narrative": "Pass.\nThen review."},
            "image": {"id": f"{BASE}/reviewer.png", "type": "Image", "caption": "Badge"},
            "alignment": [
                {
                    "type": ["Alignment"],
                    "targetName": f"Requirement {number}",
                    "targetUrl": f"{BASE}/psf/{number}",
                    "targetCode": f"PSF-{number}",
                    "targetType": "CFItem",
                }
                for number in range(2)
            ],
            "resultDescription": [
                {
                    "id": f"{BASE}/results/1",
                    "type": ["ResultDescription"],
                    "name": "Mark",
                    "resultType": "LetterGrade",
                    "allowedValue": ["A", "B"],
                }
            ],
            "tag": ["review"],
            "inLanguage": "en",
        },
    },
    "evidence": [{"id": f"{BASE}/evidence/1", "type": ["Evidence"], "name": "Exam"}],
    "credentialStatus": {
        "id": f"{BASE}/status/1#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": f"{BASE}/status/1",
    },
    "endorsement": [ENDORSEMENT],
}


@dataclass(frozen=True)
class Case:
    """A spoilt document, what jsonld.js says of it, and what we say; hashes are None if refused."""

    kind: str
    document: Json
    theirs: str | None
    their_reason: str
    ours: str | None
    our_reason: str


def our_hash(document: Json) -> tuple[str | None, str]:
    try:
        return hashlib.sha256(canonicalize(document)).hexdigest(), ""
    except Refused as refused:
        return None, f"{refused.code} {refused.where}"


@cache
def cases() -> Sequence[Case]:
    random = Random(SEED)
    spoilt = [
        (mutation.__name__, mutated(CREDENTIAL, mutation, random))
        for mutation in MUTATIONS
        for _ in range(PER_MUTATION)
    ]
    verdicts = ask_javascript({"mode": "safe", "document": each} for _, each in spoilt)
    return [
        Case(kind, each, verdict.get("sha256"), verdict.get("error", ""), *our_hash(each))
        for (kind, each), verdict in zip(spoilt, verdicts, strict=True)
    ]


def test_the_credential_is_accepted_by_both_before_it_is_spoilt() -> None:
    (verdict,) = ask_javascript([{"mode": "safe", "document": CREDENTIAL}])
    assert our_hash(CREDENTIAL) == (verdict["sha256"], "")


def test_what_jsonld_js_refuses_in_safe_mode_is_refused_by_us() -> None:
    refused = [case for case in cases() if case.theirs is None]
    assert len(cases()) >= 500
    assert len(refused) >= 300
    assert [case for case in refused if case.ours is not None] == []


def test_where_both_accept_a_document_they_agree_on_its_canonical_form() -> None:
    both = [case for case in cases() if case.theirs and case.ours]
    assert len(both) >= 100
    assert [case for case in both if case.theirs != case.ours] == []


def test_every_way_to_spoil_a_credential_is_refused_at_times(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """So that no mutation stands idle; says how many are refused by us alone."""
    ours, theirs = (
        Counter(case.kind for case in cases() if getattr(case, who) is None)
        for who in ("ours", "theirs")
    )
    with capsys.disabled():
        print(f"\n{len(cases())} spoilt credentials: jsonld.js refuses {theirs.total()}, ")
        print(f"we refuse {ours.total()}, {ours.total() - theirs.total()} of them alone.")
    assert set(ours) == {mutation.__name__ for mutation in MUTATIONS}
