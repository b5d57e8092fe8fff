"""Words of a text, and the forms under which two words count as one."""

import re
from functools import lru_cache

_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:['\u2019][^\W_]+)*")
_POSSESSIVE = re.compile(r"'s?$")
_BRITISH = (
    (re.compile(r"(?<=[a-z]{3})is(e|ed|es|er|ers|ing|ation|ations|ational)$"), r"iz\1"),
    (re.compile(r"(?<=[a-z]{3})ys(e|ed|es|ing)$"), r"yz\1"),
    (re.compile(r"(?<=[a-z]{2}[^aeou\W])our(s|ed|ing|al|able)?$"), r"or\1"),
    (re.compile(r"(?<=[a-z]{3})tre(s?)$"), r"ter\1"),
    (re.compile(r"(?<=[a-z]{3})ence(s?)$"), r"ense\1"),
    (re.compile(r"(?<=[a-z]{3})ll(ed|ing)$"), r"l\1"),
    (re.compile(r"(?<=[a-z]{3})ogue(s?)$"), r"og\1"),
    (re.compile(r"(?<=gr)amme(s?)$"), r"am\1"),
    (re.compile(r"(?<=dg)ement(s?)$"), r"ment\1"),
)
_IRREGULAR = {
    **dict.fromkeys(("am", "are", "is", "was", "were", "been", "being"), "be"),
    **dict.fromkeys(("has", "had", "having"), "have"),
    **dict.fromkeys(("does", "did", "done", "doing"), "do"),
    "built": "build",
    "chosen": "choose",
    "criterion": "criteria",
    "given": "give",
    "held": "hold",
    "kept": "keep",
    "known": "know",
    "made": "make",
    "sent": "send",
    "shown": "show",
    "taken": "take",
    "written": "write",
}
_VOWEL = re.compile(r"[aeiouy]")
# Suffixes that turn one word class into another. Those that name the one who acts (-er, -or,
# -ee) are left out on purpose: "assessor" for "assessment" is another actor, not grammar.
_DERIVED = re.compile(
    r"(?<=[a-z]{5})(?:izational|ization|ational|ication|ation|ition|ifi|ment|ance|ence|anse|ense|"
    r"ancy|ency|ability|ively|ity|able|ible|ive|ally|ial|al|ic|ly|ness|ion|iz|at|y)$"
)
_SHORTEST_STEM = 3


def words(text: str) -> tuple[str, ...]:
    """Return the words and numbers of `text` in lower case, in order.

    A hyphen parts words; an apostrophe, and a point or comma between digits, does not.

    >>> words("Re-check the user's 1,024-bit keys.")
    ('re', 'check', 'the', "user's", '1,024', 'bit', 'keys')
    """
    return tuple(_WORD.findall(text.replace("\u2019", "'").lower()))


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """Return what stays of a lower-case word without inflection and British spelling.

    Stems are for comparing, not for reading: "defines", "defined" and "defining" give "defin".
    """
    bare = _POSSESSIVE.sub("", word)
    if bare in _IRREGULAR:
        return _IRREGULAR[bare]
    if len(bare) <= _SHORTEST_STEM or not bare.isalpha():
        return bare
    for pattern, american in _BRITISH:
        bare = pattern.sub(american, bare)
    bare = _without_inflection(_singular(bare))
    return bare[:-1] if bare.endswith("e") and len(bare) > _SHORTEST_STEM else bare


@lru_cache(maxsize=16384)
def root(word: str) -> str:
    """Return the stem without suffixes of derivation: "documentation" and "document" agree.

    Five letters always stay, for unrelated words would meet in shorter ones.
    """
    bare = stem(word)
    while (shorter := _DERIVED.sub("", bare)) != bare:
        bare = shorter
    return bare


def _singular(word: str) -> str:
    if word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "shes", "ches", "xes")) else word[:-1]


def _without_inflection(word: str) -> str:
    if word.endswith("ied"):
        return word[:-3] + "y"
    for ending in ("ed", "ing"):
        bare = word.removesuffix(ending)
        if bare != word and len(bare) >= _SHORTEST_STEM and _VOWEL.search(bare):
            return _undoubled(bare)
    return _undoubled(word)


def _undoubled(word: str) -> str:
    """Make "planned" and "plan" agree; applied to every word, so "access" keeps its own kin."""
    return word[:-1] if word[-1] == word[-2] and word[-1] not in "aeiou" else word
