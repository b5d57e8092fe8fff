"""The words with which a requirement obliges: "shall", "is recommended to", "need not"."""

import re
from enum import IntEnum


class Strength(IntEnum):
    """How strongly a claim obliges."""

    MAY = 1
    SHOULD = 2
    SHALL = 3


_ADVERB = r"(?: (?:\w+ly|also|always|still|then|therefore|thus))?"
_BE = r"(?:is|are|be|being|been)" + _ADVERB
_NOT = _ADVERB + r" (?:not|never)"
# Ordered: a negated form is tried before the verb it contains. "May not" and "must not" forbid
# alike; "need not" leaves free.
VERBS: tuple[tuple[Strength, str], ...] = (
    (Strength.MAY, rf"(?:shall|must|will){_NOT} be (?:required|obliged)(?: to)?"),
    (Strength.MAY, r"(?:shall|must|will) be (?:permitted|allowed|free) to"),
    (Strength.SHALL, rf"(?:shall|must|will|may|can){_NOT}"),
    (Strength.SHALL, rf"{_BE} (?:prohibited|forbidden|not (?:permitted|allowed))"),
    (Strength.SHOULD, rf"should{_NOT}|ought{_NOT}(?: to)?"),
    (Strength.SHOULD, rf"{_BE} (?:discouraged|not (?:recommended|advised|encouraged))"),
    (Strength.MAY, r"need not|(?:do|does) not (?:need|have) to"),
    (Strength.MAY, rf"{_BE} not (?:required|obliged|obligated|mandatory)(?: to)?"),
    (Strength.SHALL, r"shall|must|will|(?:has|have|need|needs) to|(?:is|are) to(?= be\b)"),
    (Strength.SHALL, rf"{_BE} (?:required|obliged|obligated|mandated)(?: to)?"),
    (Strength.SHALL, rf"{_BE} (?:mandatory|compulsory|obligatory)"),
    (Strength.SHOULD, rf"should|ought to|{_BE} (?:recommended|advised|encouraged)(?: to)?"),
    (Strength.SHOULD, rf"{_BE} advisable"),
    (Strength.MAY, rf"may(?! \d)|might|can|could|{_BE} (?:permitted|allowed|free) to"),
    (Strength.MAY, rf"{_BE} (?:optional|voluntary)"),
)
VERB_PATTERN = (
    r"\b(?=(?:shall|should|must|may|might|will|can|could|ought|needs?|do|does|has|have|is|are|be|"
    r"been|being) |(?:shall|should|must|may|might|will|can|could)\b)(?:"
    + "|".join(f"(?P<v{i}>{pattern})" for i, (_, pattern) in enumerate(VERBS))
    + r")(?![\w-])"
)
"""A verb of obligation in a plain text of single blanks; the group "v3" belongs to VERBS[3].

The look ahead is for speed only: most words of a text begin none of the verbs.
"""
_VERB = re.compile(VERB_PATTERN)
# One of these stands in every verb of obligation. Asking for them first is ten times as fast.
_TRACES = (
    *("shall", "should", "must", "may", "might", "will", "can", "could", "ought", "need"),
    *("has to", "have to", " to be", "requir", "oblig", "mandat", "compuls", "recommend", "advis"),
    *("courag", "permit", "allow", "free to", "option", "volunt", "prohibit", "forbid"),
)
_NEGATIVE = re.compile(r"\b(?:not|never|prohibited|forbidden|discouraged)\b")
OBLIGING: dict[str, Strength] = {
    "must": Strength.SHALL,
    "should": Strength.SHOULD,
    "may": Strength.MAY,
    **dict.fromkeys(
        ("require", "requires", "required", "requiring", "requirement", "requirements"),
        Strength.SHALL,
    ),
    **dict.fromkeys(("mandatory", "compulsory", "obligatory", "mandates"), Strength.SHALL),
    **dict.fromkeys(
        ("recommend", "recommends", "recommended", "recommending", "recommendation"),
        Strength.SHOULD,
    ),
    **dict.fromkeys(("advisable", "encourages", "encouraged", "advises"), Strength.SHOULD),
    **dict.fromkeys(("optional", "optionally", "voluntary"), Strength.MAY),
}
"""Words that oblige, the plain verbs and those beside a verb: "the required level".

Where one took the place of another the force changed; by themselves they may mean other things.
"""
_PLAIN_VERB = {Strength.SHALL: "must", Strength.SHOULD: "should", Strength.MAY: "may"}


def has_verb(text: str) -> bool:
    """Whether a plain text of single blanks has a verb of obligation."""
    return any(trace in text for trace in _TRACES) and _VERB.search(text) is not None


def with_plain_verbs(text: str) -> str:
    """Return a plain text with "must", "should" or "may" for each verb of obligation.

    What says the same in other words ("is required to", "shall") then reads the same.
    """
    return _VERB.sub(_plain_verb, text) if any(trace in text for trace in _TRACES) else text


def are_exchangeable(old: str, new: str) -> bool:
    """Whether two words of OBLIGING differ in strength and can take each other's place.

    "Must" stands where "should" can; "required" where "recommended" can.
    """
    verbs = _PLAIN_VERB.values()
    return OBLIGING[old] != OBLIGING[new] and (old in verbs) == (new in verbs)


def strength_of(match: re.Match[str]) -> Strength | None:
    """Return how strongly a match obliges whose groups are those of VERB_PATTERN; None if not."""
    return VERBS[int(match.lastgroup[1:])][0] if match.lastgroup else None


def plain_verb(verb: str) -> str:
    """Return "must", "should" or "may" for a verb of obligation; anything else as it is."""
    return with_plain_verbs(verb).removesuffix(" not")


def _plain_verb(match: re.Match[str]) -> str:
    verb = _PLAIN_VERB[strength_of(match) or Strength.SHALL]
    return f"{verb} not" if _NEGATIVE.search(match.group()) and verb != "may" else verb
