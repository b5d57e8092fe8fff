"""The keys that sign credentials: rotated meanwhile, or in somebody else's hands."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import issuing
from guildmark.apps.credentials.examining import Verdict, examine
from guildmark.apps.credentials.models import Credential
from guildmark.apps.credentials.queries import CredentialType
from guildmark.apps.keys import queries as keys
from guildmark.apps.keys import services as key_services
from guildmark.cores.vc import dids, proofs
from guildmark.cores.vc.dids import KeyUse
from tests.apps.credentials.factories import awarded
from tests.processes import fresh_environment, guildmark

ROOT = Path(__file__).parents[3]
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def rotate(at: datetime, *, compromised: bool = False) -> None:
    key_services.rotate_key(
        purpose=issuing.PURPOSE, actor=None, at=at, reason="A test.", compromised=compromised
    )


def use(made: Credential) -> KeyUse:
    """What a stranger says of the key, from our published document alone."""
    proof = proofs.read_proof(json.loads(made.document))
    text = json.dumps(issuing.controller_document())
    published = dids.read_controller_document(text, issuing.issuer())
    return published.method(proof.verification_method).usable_at(proof.created)


def verdict(document: str | dict[str, Any], at: datetime) -> Verdict:
    read = json.loads(document) if isinstance(document, str) else document
    return examine(read, at=at).verdict


@pytest.fixture
def first(cpap: CredentialType, registrar: User, at: datetime) -> Credential:
    """The credential for which the first key is made."""
    return awarded(cpap, actor=registrar, at=at)


def test_an_award_after_the_moment_of_a_rotation_that_waited_still_verifies(
    first: Credential, cpap: CredentialType, registrar: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at + 3 * SECOND)
    rotate(at + SECOND)
    assert use(made) is KeyUse.GOOD
    assert verdict(made.document, at + DAY) is Verdict.VALID


@pytest.mark.parametrize(("signed", "lost"), [(3, 1), (0.2, 0.9), (0, 0)])
def test_an_award_just_before_its_key_was_lost_is_in_doubt_elsewhere_and_good_with_us(
    first: Credential,
    cpap: CredentialType,
    registrar: User,
    at: datetime,
    signed: float,
    lost: float,
) -> None:
    made = awarded(cpap, actor=registrar, at=at + signed * SECOND)
    rotate(at + lost * SECOND, compromised=True)
    assert use(made) is KeyUse.IN_DOUBT
    assert verdict(made.document, at + DAY) is Verdict.VALID


def test_an_award_before_the_key_was_active_gives_the_moment_when_it_became_active(
    first: Credential, cpap: CredentialType, registrar: User, at: datetime
) -> None:
    rotate(at + 10.7 * SECOND)
    made = awarded(cpap, actor=registrar, at=at + 5 * SECOND)
    assert proofs.read_proof(json.loads(made.document)).created == at + 10 * SECOND
    assert verdict(made.document, at + DAY) is Verdict.VALID


def test_a_key_found_to_be_lost_long_after_its_rotation_vouches_for_nothing_by_itself(
    first: Credential, at: datetime
) -> None:
    forged = json.loads(first.document)
    del forged["proof"]
    forged["name"] = "Doctor of Everything"
    forged = json.loads(issuing.signed(forged, at=at))
    kid = keys.active_key(issuing.PURPOSE).kid
    rotate(at + DAY)
    assert verdict(forged, at + 2 * DAY) is Verdict.INVALID
    key_services.mark_compromised(kid, actor=None, at=at + 2 * DAY, reason="A lost backup.")
    assert use(first) is KeyUse.IN_DOUBT
    assert verdict(first.document, at + 3 * DAY) is Verdict.VALID
    assert verdict(forged, at + 3 * DAY) is Verdict.UNCHECKED
    method = f"{issuing.issuer()}#{kid}"
    assert method not in issuing.controller_document()["assertionMethod"]


def test_signing_locks_the_key(first: Credential, at: datetime) -> None:
    document = json.loads(first.document)
    del document["proof"]
    with CaptureQueriesContext(
        connection,
    ) as seen:
        issuing.signed(document, at=at)
    reading = [each["sql"] for each in seen if 'FROM "keys_key"' in each["sql"]]
    has_row_locks = connection.features.has_select_for_update
    assert any("FOR UPDATE" in each for each in reading) is has_row_locks


def test_an_award_and_a_rotation_at_once_leave_a_credential_that_verifies(
    tmp_path: Path,
) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "guildmark.site.settings"}
    with fresh_environment(tmp_path, **settings) as environment:
        guildmark(environment, "migrate", "--verbosity", "0")
        guildmark(environment, "createcachetable")
        done = subprocess.run(
            [sys.executable, "-m", "tests.apps.keys.racing"],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=120,
        )
    assert json.loads(done.stdout) == {
        "award first": {"verdict": "valid", "by the new key": False},
        "rotation first": {"verdict": "valid", "by the new key": True},
    }
