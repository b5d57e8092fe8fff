"""Ways to spoil a credential: each takes a document apart at one random place."""

import copy
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

Json = dict[str, Any]
Mutation = Callable[[Json, Random], None]

UNDEFINED = [
    "Name",
    "policyId",
    "name ",
    "issued-by",
    "x",
    "endorsementJwt",
    "jti",
    "alsoKnownAs",
]
KEYWORDS = [
    "@id", "@type", "@graph", "@included", "@reverse", "@nest", "@index", "@json", "@value",
    "@list", "@set", "@language", "@vocab", "@base", "@propagate", "@foo", "@",
]  # fmt: skip
RELATIVE = [
    "relative", "/path", "a b", "https://x.example/a b", "https://x.example/<a>", "", "#part",
    "//x", "_:b0", "_:", ":", "x:", "1:2", "did:", "https:", "https://x.example/{a}",
    "https://x.example/\\a", "https://é.example/ü", "urn:x:1", "https://x.example/%zz",
    'https://x.example/a"b', "name", "Achievement", "@id", "https://x.example/\u00a0",
    "https://x.example/`", "https://x.example/^",
]  # fmt: skip
TYPES = [
    "Undefined", "https://x.example/Type", "type", "achievement", "id", "@id", "", "a b", "x:y",
    "Person", "name", "_:t", "Alignment", "Image", "VerifiablePresentation", "@json", "@none",
]  # fmt: skip
TEXTS = [
    "\0",
    "\x07",
    "\t",
    "\r",
    "\n",
    "\x7f",
    "\x85",
    "\ufffe",
    '"',
    "\\",
    "\u2028",
    "🎖",
    "",
    "é",
]
NUMBERS: list[Any] = [
    0, 1, -1, 1.0, 0.5, 0.1, -0.0, 1e-7, 1e20, 1e21, 1e22, 2**53 + 1, 2**63, 10**30, 1.5e300,
    5e-324, 1e16, 123456789.123, 0.30000000000000004, True, False,
]  # fmt: skip
VALUES: list[Any] = [
    None, [], {}, [[]], [None], ["a", ["b"]], "", "x", {"x": "y"}, {"id": "x"}, {"id": None},
    {"type": "Profile"}, {"id": "https://x.example/a"}, ["a", "a"], ["a", {"id": "https://x.example"}],
    {"@value": "x"}, {"@value": "x", "@language": "en"}, {"@value": "x", "@language": "not a tag"},
    {"@value": "x", "@language": "e_n"}, {"@value": "x", "@direction": "rtl"}, {"@value": None},
    {"@value": 1, "@type": "x"}, {"@value": "x", "@type": "https://x.example/T"}, {"@value": {}},
    {"@list": ["a"]}, {"@set": ["a"]}, {"@id": "https://x.example/a"}, {"@id": "relative"},
    {"@type": "@json", "@value": {"a": 1}}, {"@language": "en"}, {"@graph": []}, {"en": "x"},
]  # fmt: skip
CONTEXTS: list[Any] = [
    "https://x.example/unknown", "https://www.w3.org/2018/credentials/v1", None, {}, "relative", 1,
    {"@vocab": "https://x.example/"}, {"Name": "https://x.example/N"}, {"name": "https://x.example/n"},
    {"@base": "https://x.example/"}, {"@language": "en"}, {"@version": 1.1}, {"id": None}, [],
    "https://www.w3.org/ns/credentials/undefined-terms/v2", "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    "https://w3id.org/security/data-integrity/v2",
]  # fmt: skip


def objects(value: Any) -> Iterator[Json]:
    """Yield every object inside `value`, itself first."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from objects(each)


def _place(document: Json, random: Random) -> Json:
    return random.choice(list(objects(document)))


def _member(place: Json, random: Random) -> str:
    return random.choice([name for name in place if name != "@context"] or ["name"])


def undefined_term(document: Json, random: Random) -> None:
    place = _place(document, random)
    found = random.choice([*VALUES, "text", place.get("name", "x")])
    place[random.choice(UNDEFINED)] = copy.deepcopy(found)


def keyword(document: Json, random: Random) -> None:
    value = random.choice([*VALUES, "https://x.example/a", "x", 1])
    _place(document, random)[random.choice(KEYWORDS)] = copy.deepcopy(value)


def renamed(document: Json, random: Random) -> None:
    place = _place(document, random)
    name = _member(place, random)
    names = [name + "s", name.upper(), f"https://schema.org/{name}", f"x:{name}", f"_:{name}"]
    place[random.choice([*names, *UNDEFINED])] = place.pop(name, "x")


def identifier(document: Json, random: Random) -> None:
    place = _place(document, random)
    names = [name for name in place if name in ("id", "targetUrl", "url", "issuer")] or ["id"]
    value = random.choice(RELATIVE)
    place[random.choice(names)] = random.choice([value, value, [value], {"id": value}])


def kind(document: Json, random: Random) -> None:
    place = _place(document, random)
    types = place.get("type", [])
    known = types if isinstance(types, list) else [types]
    odd: Any = random.choice([*TYPES, None, 1, {}, ["x"]])
    place["type"] = random.choice([[*known, odd], [odd], odd, [odd, *known], [odd, odd]])


def text(document: Json, random: Random) -> None:
    place = _place(document, random)
    name = _member(place, random)
    place[name] = f"{place.get(name, '')}{random.choice(TEXTS)}"


def number(document: Json, random: Random) -> None:
    place = _place(document, random)
    names = [_member(place, random), "creditsEarned", "creditsAvailable", "statusSize", "hashed"]
    place[random.choice(names)] = random.choice(NUMBERS)


def replaced(document: Json, random: Random) -> None:
    place = _place(document, random)
    place[_member(place, random)] = copy.deepcopy(random.choice(VALUES))


def contexts(document: Json, random: Random) -> None:
    place = random.choice([document, _place(document, random)])
    found = list(place.get("@context", []))
    extra = copy.deepcopy(random.choice(CONTEXTS))
    place["@context"] = random.choice(
        [[*found, extra], [extra, *found], [extra], extra, found[::-1], found[:1], found * 2]
    )


def moved(document: Json, random: Random) -> None:
    """Put a member where its term may mean something else, or nothing."""
    source, target = _place(document, random), _place(document, random)
    name = _member(source, random)
    target[name] = copy.deepcopy(source.get(name, "x"))


def exchanged(document: Json, random: Random) -> None:
    source, target = _place(document, random), _place(document, random)
    name, other = _member(source, random), _member(target, random)
    copies = copy.deepcopy((source.get(name, "x"), target.get(other, "x")))
    source[name], target[other] = copies[1], copies[0]


def left_out(document: Json, random: Random) -> None:
    place = _place(document, random)
    place.pop(random.choice(list(place) or ["name"]), None)


MUTATIONS: tuple[Mutation, ...] = (
    undefined_term, keyword, renamed, identifier, kind, text, number, replaced, contexts, moved,
    exchanged, left_out,
)  # fmt: skip


def mutated(document: Json, mutation: Mutation, random: Random) -> Json:
    """Return a copy of `document` that `mutation` has gone over."""
    # Through JSON, so that no two places of the copy are one object.
    spoilt: Json = json.loads(json.dumps(document))
    mutation(spoilt, random)
    return spoilt
