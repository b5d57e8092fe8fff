"""JSON-LD documents for property tests: credentials as issuers make them, and wilder ones.

All are accepted by a processor that knows the bundled contexts; nothing in them is undefined.
"""

from typing import Any, TypeAlias

from hypothesis import strategies as st

from guildmark.cores.vc.terms import (
    INITIAL,
    ActiveContext,
    Kind,
    Term,
    TermConflict,
    values_context,
    with_addresses,
    with_property,
    with_types,
)

Json: TypeAlias = dict[str, Any]

DATA_MODEL = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_2 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"
OPEN_BADGES_1 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
MULTIKEY = "https://w3id.org/security/multikey/v1"
CONTEXTS = [DATA_MODEL, OPEN_BADGES, EXTENSIONS]
CONTEXT_LISTS = (
    [DATA_MODEL],
    [DATA_MODEL, OPEN_BADGES],
    [DATA_MODEL, OPEN_BADGES_2],
    CONTEXTS,
    [OPEN_BADGES_1],
    [OPEN_BADGES_1, OPEN_BADGES],
    [DATA_INTEGRITY],
    [MULTIKEY, DATA_MODEL],
)

_CHARACTERS = st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\t\n\r"
)
# Few words, so that objects look alike often.
_FEW = st.sampled_from(["x", "y", 'say "no"', "back\\slash", "two\nlines", "Käse 🧀", "", "@x"])
TEXTS = _FEW | st.text(_CHARACTERS, max_size=12)
IRIS = st.sampled_from(
    [
        "https://example.org/a",
        "https://example.org/b?c=d#e",
        "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "did:example:abcdefgh",
        "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
        "https://example.org/Käse",
        "data:image/png;base64,iVBORw0KGgo=",
        "mailto:a@example.org",
    ]
)
MOMENTS = st.sampled_from(["2026-01-01T00:00:00Z", "2026-05-31T12:30:00+02:00"])
SHORT_DECIMALS = (
    st.decimals(-1000, 1000, places=3, allow_nan=False)
    .map(float)
    .filter(lambda value: value == 0 or abs(value) >= 0.001)
    .map(abs)
)
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | SHORT_DECIMALS


def _thing(type_: str, **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    required: dict[str, st.SearchStrategy[Any]] = {"type": st.sampled_from([type_, [type_]])}
    return st.fixed_dictionaries(required, optional=optional)


def _several(of: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(of, min_size=1, max_size=3)


IMAGES = _thing("Image", id=IRIS, caption=TEXTS)
IDENTIFIERS = _thing("IdentifierEntry", identifier=TEXTS, identifierType=TEXTS)
PROFILES = _thing(
    "Profile",
    id=IRIS,
    name=TEXTS,
    url=IRIS,
    image=IRIS | IMAGES,
    otherIdentifier=_several(IDENTIFIERS),
    address=_thing("Address", addressCountry=TEXTS, geo=_thing("GeoCoordinates", latitude=NUMBERS)),
)
ALIGNMENTS = _thing("Alignment", targetCode=TEXTS, targetName=TEXTS, targetUrl=IRIS)
RESULT_DESCRIPTIONS = _thing(
    "ResultDescription",
    id=IRIS,
    name=TEXTS,
    allowedValue=_several(TEXTS),
    rubricCriterionLevel=_several(_thing("RubricCriterionLevel", level=TEXTS, points=TEXTS)),
)
ACHIEVEMENTS = _thing(
    "Achievement",
    id=IRIS,
    name=TEXTS,
    description=TEXTS,
    criteria=st.fixed_dictionaries({"narrative": TEXTS}) | st.fixed_dictionaries({"id": IRIS}),
    creator=PROFILES,
    creditsAvailable=NUMBERS,
    image=IMAGES,
    alignment=_several(ALIGNMENTS),
    resultDescription=_several(RESULT_DESCRIPTIONS),
    tag=_several(TEXTS),
)
RESULTS = _thing("Result", achievedLevel=IRIS, resultDescription=IRIS, status=TEXTS, value=TEXTS)
HOLDERS = _thing(
    "IdentityObject", hashed=st.booleans(), identityHash=TEXTS, identityType=TEXTS, salt=TEXTS
)
SUBJECTS = _thing(
    "AchievementSubject",
    id=IRIS,
    achievement=ACHIEVEMENTS,
    identifier=_several(HOLDERS),
    result=_several(RESULTS),
    creditsEarned=NUMBERS,
    activityStartDate=MOMENTS,
)
PROOFS = _thing(
    "DataIntegrityProof",
    id=IRIS,
    cryptosuite=st.just("eddsa-rdfc-2022"),
    created=MOMENTS,
    verificationMethod=IRIS,
    proofPurpose=st.sampled_from(["assertionMethod", "authentication"]),
    proofValue=TEXTS,
)
STATUSES = _thing(
    "BitstringStatusListEntry",
    id=IRIS,
    statusPurpose=st.just("revocation"),
    statusListIndex=st.just("94567"),
    statusListCredential=IRIS,
)
LOCALISED = st.fixed_dictionaries(
    {"@value": TEXTS}, optional={"@language": st.sampled_from(["en", "de-AT", "sr-Latn-RS"])}
)


def _credentials(type_: str, subject: st.SearchStrategy[Any], **more: Any) -> Any:
    return st.fixed_dictionaries(
        {
            "@context": st.just(CONTEXTS),
            "type": st.just(["VerifiableCredential", type_]),
            "issuer": IRIS | PROFILES,
            "credentialSubject": subject,
        },
        optional={
            "id": IRIS,
            "name": TEXTS | LOCALISED | st.lists(LOCALISED, min_size=2, max_size=2),
            "validFrom": MOMENTS,
            "validUntil": MOMENTS,
            "credentialStatus": STATUSES | st.lists(STATUSES, min_size=1, max_size=2),
            "evidence": _several(_thing("Evidence", id=IRIS, narrative=TEXTS, genre=TEXTS)),
            "proof": PROOFS | _several(PROOFS),
            **more,
        },
    )


ENDORSEMENTS = _credentials(
    "EndorsementCredential", _thing("EndorsementSubject", id=IRIS, endorsementComment=TEXTS)
)
CREDENTIALS: st.SearchStrategy[Json] = _credentials(
    "OpenBadgeCredential", SUBJECTS | _several(SUBJECTS), endorsement=_several(ENDORSEMENTS)
)


@st.composite
def documents(draw: st.DrawFn) -> Json:
    """Return an object that uses any terms and types of a list of contexts, in any places."""
    return draw(_nodes(INITIAL, depth=0, fresh=True))


@st.composite
def _nodes(draw: st.DrawFn, context: ActiveContext, *, depth: int, fresh: bool) -> Json:
    node: Json = {}
    if fresh:
        node["@context"] = draw(st.sampled_from(CONTEXT_LISTS))
        context = with_addresses(context, tuple(node["@context"]))
    if types := draw(
        st.lists(st.sampled_from(sorted(_classes(context))), max_size=2) | st.just([])
    ):
        typed = _inside(context, types)
        if typed is not None:
            node["type"], context = types, typed
    if draw(st.booleans()):
        node["id"] = draw(IRIS)
    names = st.sampled_from(sorted(name for name, term in context.terms.items() if _usable(term)))
    for name in draw(st.lists(names, min_size=1, max_size=4, unique=True)):
        values = _values(context, context.terms[name], depth)
        node[name] = draw(values | st.lists(values, min_size=1, max_size=3))
        if context.terms[name].is_list and not isinstance(node[name], list):
            node[name] = [node[name]]
    return node


def _inside(context: ActiveContext, types: list[str]) -> ActiveContext | None:
    try:
        typed = with_types(context, tuple(types))
    except TermConflict:
        return None
    return None if typed is None else typed.context


def _classes(context: ActiveContext) -> set[str]:
    return {name for name, term in context.terms.items() if name[0].isupper()}


def _usable(term: Term) -> bool:
    return term.kind not in (Kind.KEYWORD, Kind.JSON)


def _values(context: ActiveContext, term: Term, depth: int) -> st.SearchStrategy[Any]:
    inner = values_context(context, term)
    deeper = depth < 3
    nodes = _nodes(inner, depth=depth + 1, fresh=not inner.terms) if deeper else st.nothing()
    if term.is_set_of_graphs:
        return nodes if deeper else st.just({"@context": [DATA_MODEL], "name": "x"})
    if term.kind is Kind.IRI:
        return IRIS | nodes
    if term.kind is Kind.VOCABULARY:
        known = with_property(context, term).terms
        return st.sampled_from([name for name in known if _usable(known[name])])
    return TEXTS | NUMBERS | st.booleans() | LOCALISED | nodes
