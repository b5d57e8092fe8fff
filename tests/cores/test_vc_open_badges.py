import copy
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judges import SCHEMAS, need
from tests.strategies.credentials import credentials

from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.open_badges import (
    Achievement,
    AchievementCredential,
    Alignment,
    Evidence,
    Image,
    Profile,
    Subject,
    achievement_credential,
    check_structure,
    hashed_identity,
    is_identity_of,
    named_identity,
)

pytestmark = pytest.mark.once

Json = dict[str, Any]

SMALL = AchievementCredential(
    id="https://institute.example/credentials/1",
    name="Certified Reviewer",
    issuer=Profile("did:web:institute.example", "Institute"),
    subject=Subject(identifiers=(named_identity("Ada Lovelace"),)),
    achievement=Achievement(
        "https://institute.example/types/reviewer", "Reviewer", "Reviews.", "Pass the exam."
    ),
    valid_from=datetime(2026, 3, 2, 12, 0, 0, 999, tzinfo=UTC),
)
STATUS = {
    "id": "https://institute.example/status/1#94567",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "94567",
    "statusListCredential": "https://institute.example/status/1",
}
FULL = replace(
    SMALL,
    issuer=Profile(
        "did:web:institute.example",
        "Institute",
        url="https://institute.example",
        email="office@institute.example",
        description="Certifies.",
        image=Image("https://institute.example/logo.png", "Logo"),
    ),
    subject=Subject(
        "did:key:z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",
        (hashed_identity("ada@example.org", "pepper"),),
        license_number="R-1",
    ),
    achievement=replace(
        SMALL.achievement,
        criteria_id="https://institute.example/criteria",
        alignments=(
            Alignment("Log", "https://institute.example/psf/1.1", "PSF 2026", "PSF-1.1", "Text"),
            Alignment("Test", "https://institute.example/psf/1.2", target_type="CFItem"),
        ),
        image=Image("https://institute.example/reviewer.png"),
        version="2026",
    ),
    valid_until=datetime(2029, 3, 2, 13, 0, tzinfo=timezone(timedelta(hours=1))),
    evidence=(Evidence("https://institute.example/e/1", "Exam", "Passed.", "Exam", "Exam"),),
    status=STATUS,
    description="For reviewers.",
)


def full() -> Json:
    return copy.deepcopy(achievement_credential(FULL))


def refusal(document: Any, *, single_values: bool = False) -> Refused:
    with pytest.raises(Refused) as caught:
        check_structure(document, single_values=single_values)
    return caught.value


def at(document: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        document = document[int(part) if isinstance(document, list) else part]
    return document


def changed(pointer: str, value: Any) -> Json:
    document = full()
    parent, _, name = pointer.rpartition("/")
    at(document, parent)[name] = value
    return document


def without(pointer: str) -> Json:
    document = full()
    parent, _, name = pointer.rpartition("/")
    del at(document, parent)[name]
    return document


def test_a_small_credential_is_this_document() -> None:
    assert achievement_credential(SMALL) == {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "https://institute.example/credentials/1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Certified Reviewer",
        "issuer": {"id": "did:web:institute.example", "type": ["Profile"], "name": "Institute"},
        "validFrom": "2026-03-02T12:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "Ada Lovelace",
                    "identityType": "name",
                }
            ],
            "achievement": {
                "id": "https://institute.example/types/reviewer",
                "type": ["Achievement"],
                "name": "Reviewer",
                "description": "Reviews.",
                "criteria": {"narrative": "Pass the exam."},
                "achievementType": "Certification",
            },
        },
    }


def test_a_full_credential_holds_all_that_was_given() -> None:
    document = full()
    assert document["validUntil"] == "2029-03-02T12:00:00Z"
    assert document["credentialStatus"] == STATUS
    assert document["credentialSubject"]["achievement"]["alignment"] == [
        {
            "type": ["Alignment"],
            "targetName": "Log",
            "targetUrl": "https://institute.example/psf/1.1",
            "targetFramework": "PSF 2026",
            "targetCode": "PSF-1.1",
            "targetDescription": "Text",
        },
        {
            "type": ["Alignment"],
            "targetName": "Test",
            "targetUrl": "https://institute.example/psf/1.2",
            "targetType": "CFItem",
        },
    ]
    assert document["evidence"][0]["narrative"] == "Passed."
    assert document["issuer"]["image"]["caption"] == "Logo"
    assert document["credentialSubject"]["licenseNumber"] == "R-1"


@given(credentials)
def test_every_credential_is_whole_json_without_empty_members(
    credential: AchievementCredential,
) -> None:
    document = achievement_credential(credential)
    check_structure(json.loads(json.dumps(document)))
    assert all(at(document, spot) not in ("", [], {}, None) for spot in spots(document))


def test_an_address_is_hashed_with_its_salt_behind_it() -> None:
    identity = full()["credentialSubject"]["identifier"][0]
    digest = hashlib.sha256(b"ada@example.orgpepper").hexdigest()
    assert identity == {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": "emailAddress",
        "salt": "pepper",
    }
    assert is_identity_of(identity, "ada@example.org")
    assert not is_identity_of(identity, "bob@example.org")
    assert not is_identity_of({**identity, "salt": "salt"}, "ada@example.org")


def test_a_name_in_the_open_is_compared_as_it_is() -> None:
    identity = achievement_credential(SMALL)["credentialSubject"]["identifier"][0]
    assert is_identity_of(identity, "Ada Lovelace")
    assert not is_identity_of(identity, "Ada")


@pytest.mark.parametrize(("email", "salt"), [("ada@example.org", ""), ("ada", "pepper")])
def test_no_address_is_hashed_without_salt(email: str, salt: str) -> None:
    with pytest.raises(Refused, match="needs an e-mail address and a salt"):
        hashed_identity(email, salt)


@pytest.mark.parametrize(
    "character", ["\0", "\x07", "\t", "\r", "\x7f", "\x85", "\ud800", "\uffff"]
)
@pytest.mark.parametrize("where", ["name", "id", "description"])
def test_control_characters_are_refused_when_a_credential_is_built(
    character: str, where: str
) -> None:
    text = f"https://institute.example/{character}"
    with pytest.raises(Refused) as caught:
        achievement_credential(replace(SMALL, **{where: text}))  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.where) == ("control_character", f"/{where}")


@pytest.mark.parametrize(
    ("credential", "code", "where"),
    [
        (replace(SMALL, id="urn:uuid:1"), "id", "/id"),
        (replace(SMALL, issuer=Profile("https://x.example", "X")), "issuer", "/issuer/id"),
        (replace(SMALL, subject=Subject()), "no_subject", "/credentialSubject"),
        (
            replace(SMALL, achievement=replace(SMALL.achievement, criteria_narrative="")),
            "no_criteria",
            "/credentialSubject/achievement/criteria",
        ),
        (replace(SMALL, valid_until=datetime(2020, 1, 1, tzinfo=UTC)), "period", "/validUntil"),
        (replace(SMALL, valid_from=datetime(2020, 1, 1)), "moment", ""),  # noqa: DTZ001 - the point
        (
            replace(SMALL, achievement=replace(SMALL.achievement, achievement_type="Medal")),
            "AchievementType",
            "/credentialSubject/achievement/achievementType",
        ),
        (replace(SMALL, status={}), "missing", "/credentialStatus/type"),
    ],
)
def test_what_we_would_not_issue_is_refused_when_it_is_built(
    credential: AchievementCredential, code: str, where: str
) -> None:
    with pytest.raises(Refused) as caught:
        achievement_credential(credential)
    assert (caught.value.code, caught.value.where) == (code, where)


REQUIRED = [
    "/@context",
    "/id",
    "/type",
    "/issuer",
    "/issuer/id",
    "/issuer/type",
    "/validFrom",
    "/credentialSubject",
    "/credentialSubject/type",
    "/credentialSubject/achievement",
    *(
        f"/credentialSubject/achievement/{name}"
        for name in ("id", "type", "name", "description", "criteria")
    ),
    "/credentialSubject/achievement/alignment/1/type",
    "/credentialSubject/achievement/alignment/1/targetName",
    "/credentialSubject/achievement/alignment/1/targetUrl",
    "/credentialSubject/achievement/image/id",
    *(
        f"/credentialSubject/identifier/0/{name}"
        for name in ("type", "hashed", "identityHash", "identityType")
    ),
    "/evidence/0/type",
    "/credentialStatus/type",
]


@pytest.mark.parametrize("pointer", REQUIRED)
def test_a_required_member_that_is_missing_is_named(pointer: str) -> None:
    found = refusal(without(pointer))
    assert (found.code, found.where) == ("missing", pointer)


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        ("/name", None, "null"),
        ("/evidence", [], "empty_array"),
        ("/evidence", {"type": ["Evidence"]}, "not_array"),
        ("/type", "OpenBadgeCredential", "not_array"),
        ("/type", ["OpenBadgeCredential"], "type"),
        ("/type", ["VerifiableCredential"], "type"),
        ("/type", ["VerifiableCredential", 1], "types"),
        ("/issuer/type", "Profile", "not_array"),
        ("/issuer/type", ["Person"], "type"),
        ("/issuer", ["did:web:institute.example"], "not_object"),
        ("/issuer", "institute", "uri"),
        ("/issuer/id", "institute", "uri"),
        ("/issuer/url", "institute.example", "uri"),
        ("/issuer/image", "https://institute.example/logo.png", "not_object"),
        ("/id", "https://institute.example/a b", "uri"),
        ("/id", "/credentials/1", "uri"),
        ("/validFrom", "2026-03-02T12:00:00", "date"),
        ("/validFrom", "2026-03-02", "date"),
        ("/validFrom", "2026-02-30T12:00:00Z", "date"),
        ("/validFrom", 1, "date"),
        ("/validUntil", "2026-03-02T11:59:59Z", "period"),
        ("/name", 1, "text"),
        ("/name", {"en": "Name"}, "text"),
        ("/name", ["Name"], "text"),
        ("/credentialStatus", [STATUS], "not_object"),
        ("/credentialStatus", "https://institute.example/status", "not_object"),
        ("/credentialSubject/achievement/achievementType", "Medal", "AchievementType"),
        ("/credentialSubject/achievement/tag", "security", "not_array"),
        ("/credentialSubject/achievement/inLanguage", "english", "language"),
        ("/credentialSubject/achievement/creditsAvailable", True, "number"),
        ("/credentialSubject/achievement/creditsAvailable", float("inf"), "number"),
        ("/credentialSubject/identifier/0/hashed", "true", "boolean"),
        ("/credentialSubject/identifier/0/identityType", "nickname", "IdentifierType"),
        ("/credentialSubject/identifier/0/more", "x", "unknown_member"),
        ("/credentialSubject/achievement/image/type", "Picture", "type"),
        ("/credentialSubject/result", [{"type": ["Result"], "status": "ext:x"}], "ResultStatus"),
        ("/endorsementJwt", ["a.b.c"], "disputed_term"),
        ("/credentialSubject/achievement/endorsementJwt", ["a.b.c"], "disputed_term"),
        ("/jti", "1", "disputed_term"),
        ("/description", "Bell \x07", "control_character"),
        ("/description", "Half \udc00", "control_character"),
        ("/more\x07", "x", "control_character"),
        ("/issuer/parentOrg", {"type": ["Profile"]}, "missing"),
        ("/proof", [{"type": "DataIntegrityProof", "created": "yesterday"}], "date"),
    ],
)
def test_a_badly_built_credential_is_refused(pointer: str, value: Any, code: str) -> None:
    found = refusal(changed(pointer, value))
    assert found.code == code
    assert pointer.split("\x07", maxsplit=1)[0].startswith(found.where) or found.where.startswith(
        pointer
    )


def contexts() -> list[str]:
    found: list[str] = achievement_credential(SMALL)["@context"]
    return found


@pytest.mark.parametrize(
    "found",
    [
        contexts()[::-1],
        contexts()[:1],
        contexts()[1:],
        ["https://www.w3.org/2018/credentials/v1", contexts()[1]],
        [contexts()[0], "https://purl.imsglobal.org/spec/ob/v3p0/context-4.0.0.json"],
        [*contexts(), {"@vocab": "https://example.org/"}],
        contexts()[0],
    ],
)
def test_contexts_must_stand_in_their_order(found: Any) -> None:
    caught = refusal(changed("/@context", found))
    assert (caught.code, caught.where) == ("contexts", "/@context")


def test_further_contexts_and_older_ones_of_open_badges_3_0_are_allowed() -> None:
    check_structure(changed("/@context", [*contexts(), "https://example.org/more.json"]))
    check_structure(changed("/@context", [contexts()[0], contexts()[1].replace("3.0.3", "3.0.1")]))


def test_a_single_value_stands_for_a_set_only_where_that_is_asked_for() -> None:
    document = changed("/issuer/type", "Profile")
    assert refusal(document).code == "not_array"
    check_structure(document, single_values=True)
    wrong = changed("/issuer/type", "Person")
    assert refusal(wrong, single_values=True).code == "type"


def test_an_endorsement_inside_is_judged_as_well() -> None:
    endorsement = {
        **{name: full()[name] for name in ("@context", "id", "issuer", "validFrom")},
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsed",
        "credentialSubject": {"id": "https://x.example/a", "type": ["EndorsementSubject"]},
    }
    check_structure(changed("/endorsement", [endorsement]))
    document = changed("/endorsement", [{**endorsement, "type": ["VerifiableCredential"]}])
    assert refusal(document).where == "/endorsement/0/type"
    document = changed("/endorsement", [{**endorsement, "credentialSubject": {}}])
    assert refusal(document).where == "/endorsement/0/credentialSubject/type"


def test_a_pointer_escapes_names_as_rfc_6901_says() -> None:
    assert refusal(changed("/more", {"a/b~c": None})).where == "/more/a~1b~0c"


def test_a_document_nested_without_end_is_refused() -> None:
    document: Json = {}
    for _ in range(10_000):
        document = {"more": document}
    assert refusal(document).code == "too_deep"


@pytest.mark.parametrize("document", ["{}", None, [], 1])
def test_what_is_no_object_is_refused(document: Any) -> None:
    refusal(document)


# What 1EdTech says.


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft201909Validator:
    path = SCHEMAS / "ob_v3p0_achievementcredential_schema.json"
    need(path)
    return jsonschema.Draft201909Validator(
        json.loads(path.read_text(encoding="utf-8")), format_checker=jsonschema.FormatChecker()
    )


@pytest.mark.parametrize("credential", [SMALL, FULL])
def test_the_schema_of_1edtech_accepts_what_we_build(
    schema: jsonschema.Draft201909Validator, credential: AchievementCredential
) -> None:
    schema.validate(achievement_credential(credential))


@given(data=st.data())
def test_the_schema_of_1edtech_accepts_every_credential_we_build(
    schema: jsonschema.Draft201909Validator, data: st.DataObject
) -> None:
    schema.validate(achievement_credential(data.draw(credentials)))


def spots(value: Any, pointer: str = "") -> list[str]:
    """Return the pointers of all members of objects inside `value`."""
    found: list[str] = []
    if isinstance(value, dict):
        for name, each in value.items():
            found += [f"{pointer}/{name}", *spots(each, f"{pointer}/{name}")]
    elif isinstance(value, list):
        for index, each in enumerate(value):
            found += spots(each, f"{pointer}/{index}")
    return found


ODD: list[Any] = [
    None,
    1,
    True,
    "",
    "x",
    "https://x.example",
    [],
    {},
    ["x"],
    [{}],
    [[]],
    {"en": "x"},
]


def test_whatever_the_schema_of_1edtech_refuses_is_refused_by_us(
    schema: jsonschema.Draft201909Validator,
) -> None:
    """Every member of a full credential is left out once, and once is each odd value."""
    documents = [without(spot) for spot in spots(full())]
    documents += [changed(spot, value) for spot in spots(full()) for value in ODD]
    refused_by_schema = [each for each in documents if not schema.is_valid(each)]
    assert len(refused_by_schema) > 300
    for document in refused_by_schema:
        refusal(document, single_values=True)
