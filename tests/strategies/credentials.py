"""Credentials as hypothesis draws them: what an institute could put into one, and odder things."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from guildmark.cores.vc.open_badges import (
    Achievement,
    AchievementCredential,
    Alignment,
    Evidence,
    IdentityObject,
    Image,
    Profile,
    Subject,
    hashed_identity,
    named_identity,
)

ISSUER = "did:web:institute.example"
BASE = "https://institute.example"

# Everything that may be written: no control characters but line feeds, no lone surrogates.
_CHARACTERS = st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\n"
)
texts = st.text(_CHARACTERS, min_size=1, max_size=40)
_slugs = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)


def _moments(first: int, last: int) -> st.SearchStrategy[datetime]:
    start = datetime(first, 1, 1, tzinfo=UTC)
    return st.integers(0, 365 * (last - first)).map(lambda days: start + timedelta(days, 3661))


def _addresses(path: str) -> st.SearchStrategy[str]:
    return _slugs.map(lambda slug: f"{BASE}/{path}/{slug}")


def _maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.just("") | strategy


images = st.builds(Image, id=_addresses("images"), caption=_maybe(texts))
profiles = st.builds(
    Profile,
    id=st.just(ISSUER),
    name=texts,
    url=_maybe(st.just(BASE)),
    email=_maybe(st.just("office@institute.example")),
    description=_maybe(texts),
    image=st.none() | images,
)
alignments = st.builds(
    Alignment,
    target_name=texts,
    target_url=_addresses("requirements"),
    target_framework=_maybe(texts),
    target_code=_maybe(texts),
    target_description=_maybe(texts),
    target_type=st.sampled_from(["", "CFItem", "ceasn:Competency", "ext:Requirement"]),
)
achievements = st.builds(
    Achievement,
    id=_addresses("achievements"),
    name=texts,
    description=texts,
    criteria_narrative=texts,
    criteria_id=_maybe(_addresses("criteria")),
    achievement_type=st.sampled_from(["Certification", "Membership", "ext:Reviewer"]),
    alignments=st.lists(alignments, max_size=4).map(tuple),
    image=st.none() | images,
    version=_maybe(texts),
)


def _identities() -> st.SearchStrategy[IdentityObject]:
    hashed = st.builds(
        lambda name, salt: hashed_identity(f"{name}@example.org", salt), _slugs, _slugs
    )
    return hashed | texts.map(named_identity)


subjects = st.builds(
    Subject,
    id=st.just("did:example:holder"),
    identifiers=st.lists(_identities(), max_size=2).map(tuple),
    license_number=_maybe(_slugs),
) | st.builds(
    Subject,
    identifiers=st.lists(_identities(), min_size=1, max_size=2).map(tuple),
)
evidence = st.builds(
    Evidence,
    id=_maybe(_addresses("evidence")),
    name=texts,
    narrative=_maybe(texts),
    description=_maybe(texts),
    genre=_maybe(texts),
)
credentials = st.builds(
    AchievementCredential,
    id=_addresses("credentials"),
    name=texts,
    issuer=profiles,
    subject=subjects,
    achievement=achievements,
    valid_from=_moments(2000, 2020),
    valid_until=st.none() | _moments(2090, 2110),
    evidence=st.lists(evidence, max_size=3).map(tuple),
    description=_maybe(texts),
)
