"""What we issue, others verify: @digitalbazaar/vc (JavaScript), openbadgeslib and openvc (Python).

Nothing of them is imported; they run as processes of their own, see `tests/judges.py`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import Phase, given, settings
from tests.judges import ask_javascript, ask_python
from tests.strategies.credentials import BASE, ISSUER, credentials

from guildmark.cores.vc.canonical import canonicalize
from guildmark.cores.vc.dids import PublishedKey, controller_document
from guildmark.cores.vc.open_badges import (
    Achievement,
    AchievementCredential,
    Alignment,
    Profile,
    Subject,
    achievement_credential,
    named_identity,
)
from guildmark.cores.vc.proofs import add_proof
from guildmark.cores.vc.status_list import Purpose, StatusList, status_list_credential

pytestmark = pytest.mark.once

Json = dict[str, Any]

EXAMPLES = 60
PYTHON_JUDGES = ("openbadgeslib", "openvc")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CREATED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DID_DOCUMENT = controller_document(
    ISSUER, [PublishedKey("key-1", KEY.public_key().public_bytes_raw(), CREATED)]
)
LIST_URL = f"{BASE}/status/1"
INDEX = 94_567
SMALL = AchievementCredential(
    id=f"{BASE}/credentials/1",
    name="Certified Reviewer",
    issuer=Profile(ISSUER, "Institute"),
    subject=Subject(identifiers=(named_identity("Ada Lovelace"),)),
    achievement=Achievement(f"{BASE}/types/1", "Reviewer", "Reviews.", "Pass the exam."),
    valid_from=CREATED - timedelta(days=400),
)
LARGE = replace(
    SMALL,
    achievement=replace(
        SMALL.achievement,
        alignments=tuple(
            Alignment(f"Requirement {n}", f"{BASE}/psf/{n}", "PSF", f"PSF-{n}", "Text " * 20)
            for n in range(60)
        ),
    ),
)


def signed(document: Json) -> Json:
    method = f"{ISSUER}#key-1"
    return add_proof(document, signer=KEY, verification_method=method, created=CREATED)


@cache
def issued() -> Sequence[Json]:
    """Return signed credentials of every kind: one small, one large, and many drawn ones."""
    found = [signed(achievement_credential(each)) for each in (SMALL, LARGE)]

    @settings(max_examples=EXAMPLES, phases=[Phase.generate], database=None, deadline=None)
    @given(credentials)
    def collect(credential: AchievementCredential) -> None:
        found.append(signed(achievement_credential(credential)))

    collect()
    assert len(found) > EXAMPLES
    return found


def request(credential: Json, documents: Mapping[str, Json] = MappingProxyType({})) -> Json:
    known = {ISSUER: DID_DOCUMENT, **documents}
    return {"mode": "verify", "credential": credential, "documents": known}


def tampered(credential: Json) -> Json:
    subject = {**credential["credentialSubject"], "licenseNumber": "forged"}
    return {**credential, "credentialSubject": subject}


def test_the_javascript_judge_verifies_all_that_we_issue() -> None:
    verdicts = ask_javascript(request(each) for each in issued())
    assert [each for each in verdicts if not each["verified"]] == []


def test_the_javascript_judge_refuses_all_of_it_after_a_change() -> None:
    verdicts = ask_javascript(request(tampered(each)) for each in issued())
    assert {each["error"] for each in verdicts} == {"Verification error(s). <- Invalid signature."}


def test_the_javascript_judge_canonicalises_all_that_we_issue_to_the_same_bytes() -> None:
    documents = [
        {name: value for name, value in each.items() if name != "proof"} for each in issued()
    ]
    verdicts = ask_javascript({"mode": "safe", "document": each} for each in documents)
    ours = [hashlib.sha256(canonicalize(each)).hexdigest() for each in documents]
    assert [each.get("sha256") for each in verdicts] == ours


@pytest.mark.parametrize("judge", PYTHON_JUDGES)
def test_the_python_judges_verify_all_that_we_issue(judge: str) -> None:
    verdicts = ask_python({**request(each), "judge": judge} for each in issued())
    assert [each for each in verdicts if not each["accepted"]] == []


@pytest.mark.parametrize("judge", PYTHON_JUDGES)
def test_the_python_judges_refuse_it_after_a_change(judge: str) -> None:
    changed = [tampered(each) for each in issued()[:5]]
    verdicts = ask_python({**request(each), "judge": judge} for each in changed)
    assert [each["accepted"] for each in verdicts] == [False] * len(changed)


# Status lists with one bit an entry, which all judges know how to read.


def with_status(*, revoked: bool) -> Json:
    """Return the request about a credential that is revoked or not in the list that goes along."""
    statuses = StatusList()
    statuses[INDEX] = int(revoked)
    listed = status_list_credential(
        LIST_URL,
        statuses,
        issuer=ISSUER,
        valid_from=CREATED,
        valid_until=datetime(2090, 1, 1, tzinfo=UTC),
        purpose=Purpose.REVOCATION,
    )
    entry = {
        "id": f"{LIST_URL}#{INDEX}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(INDEX),
        "statusListCredential": LIST_URL,
    }
    credential = signed(achievement_credential(replace(SMALL, status=entry)))
    return request(credential, {LIST_URL: signed(listed)})


def test_the_javascript_judge_reads_our_status_lists() -> None:
    good, revoked, forged = with_status(revoked=False), with_status(revoked=True), None
    forged = with_status(revoked=True)
    forged["documents"][LIST_URL] = {
        **forged["documents"][LIST_URL],
        "validFrom": "2020-01-01T00:00:00Z",
    }
    verdicts = ask_javascript([good, revoked, forged])
    assert [each.get("status") for each in verdicts] == [False, True, None]
    assert [each["verified"] for each in verdicts] == [True, True, False]


@pytest.mark.parametrize("judge", PYTHON_JUDGES)
def test_the_python_judges_read_our_status_lists(judge: str) -> None:
    asked = [with_status(revoked=False), with_status(revoked=True)]
    good, revoked = ask_python({**each, "judge": judge} for each in asked)
    assert good == {"accepted": True}
    assert not revoked["accepted"]
    assert "revo" in revoked["error"].lower()
