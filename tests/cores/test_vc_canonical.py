import json
import random
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import compile_contexts
import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyld import jsonld  # type: ignore[import-untyped]
from tests.strategies.published import BADGE
from tests.strategies.vc import (
    ACHIEVEMENTS,
    CONTEXTS,
    CREDENTIALS,
    DATA_INTEGRITY,
    DATA_MODEL,
    MULTIKEY,
    OPEN_BADGES,
    OPEN_BADGES_1,
    OPEN_BADGES_2,
    Json,
    documents,
)

from guildmark.cores.vc.canonical import canonicalize
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.quads import (
    MAX_CONTEXTS,
    MAX_DEPTH,
    MAX_INTEGER,
    MAX_NODES,
    MAX_TYPES,
    statements,
)

pytestmark = pytest.mark.once

many = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

BADGE_PROOF: Json = {
    "@context": [DATA_MODEL, OPEN_BADGES],
    "type": "DataIntegrityProof",
    "created": "2010-01-01T19:23:24Z",
    "verificationMethod": "https://example.edu/issuers/565049"
    "#z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",
    "cryptosuite": "eddsa-rdfc-2022",
    "proofPurpose": "assertionMethod",
}
# Proof options of the test vector B.1 of W3C's EdDSA Cryptosuites v1.0; they use no example term.
W3C_PROOF: Json = {
    "@context": [DATA_MODEL],
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2023-02-24T23:36:38Z",
    "verificationMethod": "https://vc.example/issuers/5678"
    "#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
    "proofPurpose": "assertionMethod",
}
PUBLISHED = {
    "the badge of 1EdTech": (
        BADGE,
        "87f65a76d40146205e3b3e06cb0fbd153f97f9ce70372390f52566bb7f9e0773",
    ),
    "the proof options of 1EdTech": (
        BADGE_PROOF,
        "d34009cea0dbc1ca941e09dc01c8c9d3e3ce3c5b853f67ee44698dcea10f5d19",
    ),
    "the proof options of W3C": (
        W3C_PROOF,
        "4c4d3890a157f8d611b13c265c2c22f39aa0a567c7c7dd9ba3e45cd579784eeb",
    ),
}


def _badge(**more: Any) -> Json:
    return deepcopy(BADGE) | more


def _subject(**more: Any) -> Json:
    return _badge(credentialSubject={"type": ["AchievementSubject"], **more})


def _achievement(**more: Any) -> Json:
    return _subject(achievement={"type": "Achievement", **more})


def _profile(**more: Any) -> Json:
    return _badge(issuer={"id": "did:example:i", "type": "Profile", **more})


def _alignments(*names: str) -> list[Json]:
    return [{"type": "Alignment", "targetName": name} for name in names]


def _twins(**more: Any) -> Json:
    return _subject(achievement=[{"type": "Achievement", **more} for _ in range(2)])


def _endorsement(**more: Any) -> Json:
    return {
        "@context": [DATA_MODEL, OPEN_BADGES],
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": "did:example:e",
        "credentialSubject": {"id": "urn:a:b", "type": ["EndorsementSubject"]},
        **more,
    }


STATUS: Json = {
    "id": "https://example.org/status/3#94567",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "message",
    "statusListIndex": "94567",
    "statusSize": 2,
    "statusListCredential": "https://example.org/status/3",
    "statusMessage": [
        {"status": "0x0", "message": "valid"},
        {"status": "0x1", "message": "revoked"},
    ],
}
STATUS_LIST: Json = {
    "@context": [DATA_MODEL],
    "id": "https://example.org/status/3",
    "type": ["VerifiableCredential", "BitstringStatusListCredential"],
    "issuer": "did:example:12345",
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {
        "id": "https://example.org/status/3#list",
        "type": "BitstringStatusList",
        "statusPurpose": "revocation",
        "encodedList": "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA",
        "ttl": 300000,
    },
}

ACCEPTED: dict[str, Json] = {
    "the published badge": BADGE,
    "proof options": BADGE_PROOF,
    "a context as one address": {"@context": DATA_MODEL, "id": "urn:a:b", "name": "x"},
    "one context": {"@context": [DATA_MODEL], "type": "VerifiableCredential", "issuer": "urn:a:b"},
    "Open Badges 3.0.2": _badge(**{"@context": [DATA_MODEL, OPEN_BADGES_2]}),
    "Open Badges 3.0.1 alone": {"@context": [OPEN_BADGES_1], "type": "Achievement", "name": "x"},
    "extension types": _badge(
        **{"@context": CONTEXTS},
        credentialSchema=[
            {"id": "https://example.org/s", "type": "1EdTechJsonSchemaValidator2019"}
        ],
    ),
    "a status": _badge(credentialStatus=STATUS),
    "several statuses": _badge(credentialStatus=[STATUS, STATUS | {"id": "urn:s:2"}]),
    "a status list": STATUS_LIST,
    "a key": {
        "@context": [MULTIKEY],
        "id": "did:example:a#key",
        "type": "Multikey",
        "controller": "did:example:a",
        "publicKeyMultibase": "z6Mk",
        "revoked": "2026-01-01T00:00:00Z",
    },
    "a proof under the Data Integrity context": {
        "@context": [DATA_INTEGRITY],
        "id": "urn:a:b",
        "proof": {"type": "DataIntegrityProof", "proofPurpose": "assertionMethod"},
    },
    "an embedded proof": _badge(proof={k: v for k, v in BADGE_PROOF.items() if k != "@context"}),
    "a proof chain": _badge(
        proof=[
            {"id": "urn:p:1", "type": "DataIntegrityProof", "proofPurpose": "authentication"},
            {"type": "DataIntegrityProof", "previousProof": "urn:p:1"},
        ]
    ),
    "an endorsement with its own context": _badge(endorsement=[_endorsement()]),
    "an endorsement with a proof": _badge(
        endorsement=[_endorsement(proof={"type": "DataIntegrityProof", "nonce": "x"})]
    ),
    "a presentation": {
        "@context": [DATA_MODEL],
        "type": "VerifiablePresentation",
        "holder": "did:example:h",
        "verifiableCredential": [BADGE, _badge(id="urn:b:2")],
    },
    "credentials that look alike in a presentation": {
        "@context": [DATA_MODEL],
        "type": "VerifiablePresentation",
        "verifiableCredential": [{"@context": [DATA_MODEL], "name": "x"} for _ in range(2)],
    },
    "whole numbers": _subject(creditsEarned=[0, 3, -7, MAX_INTEGER]),
    "short decimals": _subject(creditsEarned=[3.5, 0.001, -12.25, 1234567.5]),
    "a decimal without a fraction": _subject(creditsEarned=3.0),
    "numbers without a datatype": _profile(
        address={
            "type": "Address",
            "geo": {"type": "GeoCoordinates", "latitude": 51.5, "longitude": -2},
        }
    ),
    "truth values": _subject(identifier=[{"type": "IdentityObject", "hashed": True}]),
    "truth values without a datatype": _profile(official=[True, False]),
    "text with quotation marks": _badge(name='say "no" \\ or\nsay\tyes\r'),
    "text in many scripts": _badge(name="Käse 🧀 ไทย עברית \u202e \xa0 \u200b"),
    "empty text": _badge(name=""),
    "text in a language": _badge(name={"@value": "Käse", "@language": "de-AT"}),
    "text in several languages": _badge(
        name=[{"@value": "a", "@language": "en"}, {"@value": "b", "@language": "sr-Latn-RS"}]
    ),
    "text as an object": _badge(name={"@value": "x"}),
    "equal values": _achievement(tag=["x", "x", "y"]),
    "an ordered list": _achievement(
        resultDescription=[{"type": "ResultDescription", "allowedValue": ["b", "a", "b"]}]
    ),
    "an ordered list of numbers": _achievement(
        resultDescription=[{"type": "ResultDescription", "allowedValue": [1, 2.5, True]}]
    ),
    "an empty ordered list": _achievement(
        resultDescription=[{"type": "ResultDescription", "allowedValue": []}]
    ),
    "an ordered list of equal values": _achievement(
        resultDescription=[{"type": "ResultDescription", "allowedValue": ["x"] * 12}]
    ),
    "an object without words": _badge(evidence=[{}]),
    "types that are addresses": _badge(evidence=[{"type": ["Evidence", "https://a.example/b"]}]),
    "keywords without aliases": {"@context": [DATA_MODEL], "@id": "urn:a:b", "@type": "JsonSchema"},
    "two types with terms of their own": _badge(
        evidence=[{"type": ["Profile", "Evidence"], "email": "x", "genre": "y"}]
    ),
    "one id in two places": _subject(
        result=[{"type": "Result", "resultDescription": "urn:r:1"}],
        achievement={
            "id": "urn:r:1",
            "type": "Achievement",
            "related": [{"id": "urn:r:1", "type": "Related", "version": "2"}],
        },
    ),
    "objects that differ": _achievement(alignment=_alignments("a", "b", "c")),
    "objects that look alike": _achievement(alignment=_alignments(*"aaaaa")),
    "objects that differ only further inside": _subject(
        achievement=[{"type": "Achievement", "creator": {"name": name}} for name in "abb"]
    ),
    "two groups that look alike": _twins(alignment=_alignments(*"aaaa")),
    "groups that look alike, of objects that differ only further inside": _twins(
        related=[{"type": "Related", "alignment": _alignments(name)} for name in "abcd"]
    ),
    "groups that look alike and differ inside": _subject(
        achievement=[
            {
                "type": "Achievement",
                "related": [{"type": "Related", "alignment": _alignments(*names)}],
            }
            for names in ("ab", "ab", "bb")
        ]
    ),
    "equal proofs": _badge(endorsement=[_endorsement(proof={"type": "DataIntegrityProof"})] * 2),
}


@cache
def _loader() -> Callable[..., Json]:
    """A PyLD document loader that knows the judge's context files and nothing else."""
    folder = compile_contexts.contexts_folder()
    if folder is None:
        pytest.skip("openbadgeslib, whose context files PyLD needs, is not in .tools/judges")
    known = {url: _context(folder, url) for url in compile_contexts.SOURCES}

    def load(url: str, _options: Any = None) -> Json:
        return {"contextUrl": None, "documentUrl": url, "document": known[url], "tag": "static"}

    return load


def _context(folder: Path, url: str) -> Json:
    source: Json = json.loads((folder / compile_contexts.SOURCES[url]).read_text("utf-8"))
    for term in compile_contexts.OMITTED.get(url, ()):
        del source["@context"][term]
    return source


def _by_pyld(document: Json) -> bytes:
    """Return what PyLD makes of a document; fails if it drops anything."""
    dropped: list[str] = []
    options: Json = {"documentLoader": _loader()}
    expanded = jsonld.expand(document, options, on_property_dropped=dropped.append)
    assert not dropped
    options |= {"algorithm": "URDNA2015", "format": "application/n-quads"}
    return str(jsonld.normalize(expanded, options)).encode()


def _by_pyoxigraph(quads: bytes) -> bytes:
    """Canonicalise N-Quads, whose blank nodes get other names first."""
    renamed = quads.replace(b"_:c14n", b"_:z")
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(renamed, format=pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    written = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS)
    assert written is not None
    return b"".join(sorted(written.splitlines(keepends=True)))


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_documents_have_the_published_hashes(name: str) -> None:
    document, digest = PUBLISHED[name]
    assert sha256(canonicalize(document)).hexdigest() == digest


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_accepted_document_has_the_canonical_form_that_pyld_finds(name: str) -> None:
    assert canonicalize(ACCEPTED[name]) == _by_pyld(ACCEPTED[name])


# pyoxigraph 0.5.13 gives other names than PyLD and rdf-canonize where a graph is a blank node.
@pytest.mark.parametrize(
    "name", [name for name in ACCEPTED if not statements(ACCEPTED[name]).bodies]
)
def test_the_names_of_blank_nodes_are_those_that_pyoxigraph_finds(name: str) -> None:
    canonical = canonicalize(ACCEPTED[name])
    assert _by_pyoxigraph(canonical) == canonical


@many
@given(CREDENTIALS)
def test_credentials_have_the_canonical_form_that_pyld_finds(document: Json) -> None:
    assert canonicalize(document) == _by_pyld(document)


@many
@given(documents())
def test_documents_of_any_terms_have_the_canonical_form_that_pyld_finds(document: Json) -> None:
    try:
        canonical = canonicalize(document)
    except Refused as refusal:
        assert refusal.code == "too_symmetric"  # noqa: PT017 - nothing else may be refused here
    else:
        assert canonical == _by_pyld(document)


@settings(deadline=None)
@given(CREDENTIALS, st.randoms(use_true_random=False))
def test_the_order_of_properties_and_of_sets_does_not_count(
    document: Json, shuffler: random.Random
) -> None:
    assert canonicalize(_shuffled(document, shuffler)) == canonicalize(document)


def _shuffled(value: Any, shuffler: random.Random, name: str = "") -> Any:
    if isinstance(value, dict):
        names = shuffler.sample(sorted(value), len(value))
        return {name: _shuffled(value[name], shuffler, name) for name in names}
    if isinstance(value, list) and name not in ("@context", "allowedValue"):
        return [_shuffled(item, shuffler) for item in shuffler.sample(value, len(value))]
    return value


@settings(deadline=None)
@given(CREDENTIALS, st.data())
def test_a_property_that_no_context_defines_is_refused_wherever_it_stands(
    document: Json, data: st.DataObject
) -> None:
    pointer, node = data.draw(st.sampled_from(list(_objects(document, ""))))
    node["undefinedProperty"] = "x"
    with pytest.raises(Refused) as refusal:
        canonicalize(document)
    if "@value" in node:
        assert refusal.value.code == "value_object"
    else:
        assert refusal.value.code == "unknown_term"
    assert refusal.value.where == f"{pointer}/undefinedProperty"


def _objects(value: Any, pointer: str) -> list[tuple[str, Json]]:
    if isinstance(value, list):
        return [hit for i, item in enumerate(value) for hit in _objects(item, f"{pointer}/{i}")]
    if not isinstance(value, dict):
        return []
    inner = [hit for name in value for hit in _objects(value[name], f"{pointer}/{name}")]
    return [(pointer, value), *inner]


@settings(deadline=None)
@given(ACHIEVEMENTS)
def test_a_document_is_not_changed_by_being_read(achievement: Json) -> None:
    document = _subject(achievement=achievement)
    before = deepcopy(document)
    canonicalize(document)
    assert document == before


def _nested(depth: int) -> Json:
    inner: Json = {"type": "Achievement"}
    for level in range(depth):
        inner = {"type": "Achievement", "name": str(level), "related": [inner]}
    return inner


def _tree(depth: int) -> Json:
    """A tree of objects, all of which look alike."""
    return {"type": "Achievement", "related": [_tree(depth - 1)] * 2 if depth else ["x"]}


NUMBER = "/credentialSubject/creditsEarned"
REFUSED: dict[str, tuple[Any, str, str]] = {
    "a document that is an array": ([BADGE], "not_json", ""),
    "no context": ({"name": "x"}, "no_context", ""),
    "an empty context": ({"@context": [], "name": "x"}, "empty_context", "/@context"),
    "a context that is null": ({"@context": None, "name": "x"}, "empty_context", "/@context"),
    "an inline context": (
        {"@context": [DATA_MODEL, {"a": "https://a.example/"}], "a": "x"},
        "inline_context",
        "/@context",
    ),
    "an inline context alone": (
        {"@context": {"a": "https://a.example/"}, "a": "x"},
        "inline_context",
        "/@context",
    ),
    "an unknown context": (
        {"@context": [DATA_MODEL, "https://a.example/c"], "name": "x"},
        "unknown_context",
        "/@context",
    ),
    "too many contexts": (
        {"@context": [DATA_MODEL] * (MAX_CONTEXTS + 1), "name": "x"},
        "too_large",
        "/@context",
    ),
    "contexts that contradict each other": (
        {"@context": [DATA_MODEL, OPEN_BADGES_1], "name": "x"},
        "context_conflict",
        "/@context",
    ),
    "an embedded context that is unknown": (
        _badge(endorsement=[_endorsement() | {"@context": ["https://a.example/c"]}]),
        "unknown_context",
        "/endorsement/0/@context",
    ),
    "types that contradict each other": (
        _badge(evidence=[{"type": ["Achievement", "Result"]}]),
        "context_conflict",
        "/evidence/0/type",
    ),
    "an unknown property": (_badge(nickname="x"), "unknown_term", "/nickname"),
    "a property of another type": (_profile(targetCode="x"), "unknown_term", "/issuer/targetCode"),
    "a property whose type is missing": (
        _badge(evidence=[{"genre": "x"}]),
        "unknown_term",
        "/evidence/0/genre",
    ),
    "a property that is an address": (
        _badge(**{"https://a.example/~b": "x"}),
        "unknown_term",
        "/https:~1~1a.example~1~0b",
    ),
    "a term that only one copy of the context has": (
        _badge(endorsementJwt=["x"]),
        "unknown_term",
        "/endorsementJwt",
    ),
    "an unknown type": (_badge(type="Badge"), "unknown_type", "/type"),
    "an unknown type among others": (
        _badge(type=["VerifiableCredential", "Badge"]),
        "unknown_type",
        "/type/1",
    ),
    "an alias as a type": (_badge(type=["id"]), "unknown_type", "/type/0"),
    "an extension type without its context": (
        _badge(credentialSchema=[{"id": "urn:a:b", "type": "1EdTechJsonSchemaValidator2019"}]),
        "unknown_type",
        "/credentialSchema/0/type",
    ),
    "a type that is null": (_badge(type=None), "type", "/type"),
    "a type that is a number": (_badge(type=[1]), "type", "/type"),
    "an empty array of types": (_badge(type=[]), "type", "/type"),
    "too many types": (
        _badge(type=["VerifiableCredential"] * (MAX_TYPES + 1)),
        "too_large",
        "/type",
    ),
    "a relative id": (_badge(id="credentials/3527"), "not_an_iri", "/id"),
    "an id with a space": (_badge(id="https://a.example/b c"), "not_an_iri", "/id"),
    "an id with an angle bracket": (_badge(id="https://a.example/<b>"), "not_an_iri", "/id"),
    "an id with a line feed": (_badge(id="https://a.example/b\n"), "not_an_iri", "/id"),
    "an id that names a blank node": (_badge(id="_:b0"), "not_an_iri", "/id"),
    "an id without a path": (_badge(id="urn:"), "not_an_iri", "/id"),
    "an id that is null": (_badge(id=None), "not_an_iri", "/id"),
    "an id that is an array": (_badge(id=["urn:a:b"]), "not_an_iri", "/id"),
    "a relative issuer": (_badge(issuer="issuers/1"), "not_an_iri", "/issuer"),
    "an issuer that is a number": (_badge(issuer=5), "not_an_iri", "/issuer"),
    "a relative image inside": (
        _achievement(image={"id": "badge.png", "type": "Image"}),
        "not_an_iri",
        "/credentialSubject/achievement/image/id",
    ),
    "an id and its keyword": (_badge(**{"@id": "urn:a:b"}), "twice", "/@id"),
    "a type and its keyword": (_badge(**{"@type": "Profile"}), "twice", "/@type"),
    "a bell in text": (_badge(name="a\x07"), "control_character", "/name"),
    "a null character in text": (_badge(name="a\x00"), "control_character", "/name"),
    "a vertical tab in text": (_badge(name="a\x0b"), "control_character", "/name"),
    "a delete character in text": (_badge(name="a\x7f"), "control_character", "/name"),
    "a C1 control character in text": (_badge(name="a\x9b"), "control_character", "/name"),
    "half a character": (_badge(name="a\ud83e"), "control_character", "/name"),
    "a noncharacter": (_badge(name="a\uffff"), "control_character", "/name"),
    "a control character in an array": (
        _achievement(tag=["x", "a\x1b"]),
        "control_character",
        "/credentialSubject/achievement/tag/1",
    ),
    "a control character in an ordered list": (
        _achievement(
            resultDescription=[{"type": "ResultDescription", "allowedValue": ["x", "\x01"]}]
        ),
        "control_character",
        "/credentialSubject/achievement/resultDescription/0/allowedValue/1",
    ),
    "a null": (_badge(name=None), "null", "/name"),
    "a null in an array": (_badge(name=["x", None]), "null", "/name/1"),
    "an empty array": (_badge(evidence=[]), "empty_array", "/evidence"),
    "an array in an array": (_badge(name=[["x"]]), "nested_array", "/name/0"),
    "an ordered list that is no array": (
        _achievement(resultDescription=[{"type": "ResultDescription", "allowedValue": "x"}]),
        "not_an_array",
        "/credentialSubject/achievement/resultDescription/0/allowedValue",
    ),
    "a large number": (_subject(creditsEarned=MAX_INTEGER + 1), "number", NUMBER),
    "a large negative number": (_subject(creditsEarned=-MAX_INTEGER - 1), "number", NUMBER),
    "a large decimal": (_subject(creditsEarned=1e20), "number", NUMBER),
    "a large decimal without exponent": (_subject(creditsEarned=1e15 * 9.9), "number", NUMBER),
    "a tiny decimal": (_subject(creditsEarned=1e-7), "number", NUMBER),
    "a long decimal": (_subject(creditsEarned=0.1 + 0.2), "number", NUMBER),
    "not a number": (_subject(creditsEarned=float("nan")), "number", NUMBER),
    "infinity": (_subject(creditsEarned=float("-inf")), "number", NUMBER),
    "a value of no JSON type": (_badge(name=b"x"), "not_json", "/name"),
    "a name of no JSON type": (_badge() | {5: "x"}, "not_json", ""),
    "a keyword": (_badge(**{"@graph": []}), "keyword", "/@graph"),
    "a reversed property": (_badge(**{"@reverse": {}}), "keyword", "/@reverse"),
    "a list as a keyword": (_badge(name={"@list": ["x"]}), "keyword", "/name/@list"),
    "a base direction": (
        _badge(name={"@value": "x", "@direction": "rtl"}),
        "value_object",
        "/name/@direction",
    ),
    "a type beside @value": (
        _badge(name={"@value": "x", "@type": "urn:a:b"}),
        "value_object",
        "/name/@type",
    ),
    "a number as @value": (_badge(name={"@value": 5}), "value_object", "/name/@value"),
    "a bell in @value": (_badge(name={"@value": "\x07"}), "control_character", "/name/@value"),
    "a malformed language": (
        _badge(name={"@value": "x", "@language": "en_GB"}),
        "language",
        "/name/@language",
    ),
    "a language that is null": (
        _badge(name={"@value": "x", "@language": None}),
        "language",
        "/name/@language",
    ),
    "free JSON": (
        _badge(credentialSchema={"type": "JsonSchema", "jsonSchema": {"a": None}}),
        "json_literal",
        "/credentialSchema/jsonSchema",
    ),
    "free JSON whose names are terms": (
        _badge(credentialSchema={"type": "JsonSchema", "jsonSchema": [{"name": "x"}]}),
        "json_literal",
        "/credentialSchema/jsonSchema/0",
    ),
    "an unknown purpose": (
        _badge(proof={"type": "DataIntegrityProof", "proofPurpose": "anything"}),
        "unknown_word",
        "/proof/proofPurpose",
    ),
    "a proof that is only an address": (_badge(proof="urn:a:b"), "not_an_object", "/proof"),
    "a proof that is text": (_badge(proof={"@value": "x"}), "not_an_object", "/proof"),
    "a proof that says nothing": (_badge(proof=[{"id": "urn:a:b"}]), "empty_object", "/proof/0"),
    "a document that says nothing": (
        {"@context": [DATA_MODEL], "id": "urn:a:b"},
        "empty_object",
        "",
    ),
    "a credential in a presentation without a context": (
        {
            "@context": [DATA_MODEL],
            "type": "VerifiablePresentation",
            "verifiableCredential": {"type": "VerifiableCredential"},
        },
        "unknown_type",
        "/verifiableCredential/type",
    ),
    "a credential as an address in a presentation": (
        {
            "@context": [DATA_MODEL],
            "type": "VerifiablePresentation",
            "verifiableCredential": ["urn:a:b"],
        },
        "not_an_object",
        "/verifiableCredential/0",
    ),
    "too many values": (
        _achievement(tag=["x"] * MAX_NODES),
        "too_large",
        "/credentialSubject/achievement/tag",
    ),
    "objects nested too deep": (
        _subject(achievement=_nested(MAX_DEPTH - 2)),
        "too_deep",
        "/credentialSubject/achievement" + "/related/0" * (MAX_DEPTH - 2),
    ),
    "too many objects that look alike": (
        _twins(alignment=_alignments(*"aaaaaaaaaaaa")),
        "too_symmetric",
        "",
    ),
    "a long ordered list of equal values": (
        _achievement(
            resultDescription=[{"type": "ResultDescription", "allowedValue": ["x"] * 999}]
        ),
        "too_symmetric",
        "",
    ),
    "a tree that looks alike on all sides": (
        _subject(achievement=_tree(6)),
        "too_symmetric",
        "",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_proof_is_sure_to_cover_is_refused_at_its_place(name: str) -> None:
    document, code, where = REFUSED[name]
    with pytest.raises(Refused) as refusal:
        canonicalize(document)
    assert (refusal.value.code, refusal.value.where) == (code, where)


def test_a_refusal_repeats_only_the_beginning_of_a_long_value() -> None:
    with pytest.raises(Refused) as refusal:
        canonicalize(_badge(id="x" * 10_000))
    assert len(str(refusal.value)) < 200


def test_the_deepest_allowed_document_is_accepted() -> None:
    assert canonicalize(_subject(achievement=_nested(MAX_DEPTH - 3)))


def test_many_objects_that_differ_need_no_search() -> None:
    names = [f"requirement {number}" for number in range(5_000)]
    canonical = canonicalize(_achievement(alignment=_alignments(*names)))
    assert canonical.count(b"targetName") == len(names)


def test_many_equal_objects_in_one_place_are_told_apart_quickly() -> None:
    canonical = canonicalize(_achievement(id="urn:a:b", alignment=_alignments(*["a"] * 2_000)))
    assert canonical.count(b"targetName") == 2_000


def test_documents_with_foreign_types_leave_nothing_behind() -> None:
    from guildmark.cores.vc import terms

    canonicalize(BADGE)
    before = terms._with_known_types.cache_info().currsize
    for number in range(20):
        canonicalize(_badge(type=["VerifiableCredential", f"https://a.example/{number}"]))
    assert terms._with_known_types.cache_info().currsize <= before + 1
