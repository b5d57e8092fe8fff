"""A requirement's text as the classifier reads it: words with their clause and their role."""

import re
from dataclasses import dataclass
from functools import lru_cache

from guildmark.cores.textkit.obligation import with_plain_verbs
from guildmark.cores.textkit.tokens import stem

CACHED_TEXTS = 4096
"""Texts whose reading is remembered: two editions are read for the wording and for each class."""

_LINK = re.compile(r"\(\[[^\]]*\]\([^)]*\)\)|(?<=\])\(https?:[^)]*\)")
_LABEL = re.compile(
    r"^[ \t]*(?:(?:\(?(?:[a-z0-9]{1,2}|[ivx]{2,4})[.)]|\d+(?:\.\d+)+[.)]?|[-*\u2022\u2013])[ \t]+)+"
    r"|(?<!\S)\((?:[a-z0-9]|[ivx]{2,4}|\d\d)\)(?=\s)"
    r"|\n[ \t]*\n",
    re.IGNORECASE | re.MULTILINE,
)
_ABBREVIATIONS = (
    (re.compile(r"\be\.\s?g\.,?"), "for example"),
    (re.compile(r"\bi\.\s?e\.,?"), "that is"),
    (re.compile(r"\betc\."), "etc"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\bcannot\b"), "can not"),
    (re.compile(r"(?<=\w)\((e?s)\)"), r"\1"),
    (re.compile(r"%"), " percent "),
)
_ABOUT = re.compile(
    r"\b(?:with|in) (?:regard|respect) to\b|\bas regards\b|\b(?:regarding|concerning)\b"
)
_DEFINED = re.compile(r"(?<=\w )\(([a-z]{2,6})\)")
_PARTS = re.compile(r"[^\W_]+")
_BLANKS = re.compile(r"[^\S\x1f]+")
_BREAK = "\x1f"
WORD_PATTERN = (
    r"\[(?:[^\[\]]|\[[^\[\]]*\])*\]|\d+(?:[.,]\d+)+|[^\W_]+(?:'[^\W_]+)*|[<>\u2264\u2265]"
)
"""A parameter, a number, a word or a comparison of a plain text."""
MARK_PATTERN = f"[.;:{_BREAK}]"
"""What ends a clause of a plain text."""
_TOKEN = re.compile(f"{WORD_PATTERN}|{MARK_PATTERN}|[,()]")
ANNOUNCING = frozenset(("following",))
"""Words after which a text names what it lists next."""
_CHOICE = re.compile(r"\[\s*(?:choice|selection)\b[^:]*:")
_ASIDE = {"(": 1, ")": -1}
_ARTICLES = frozenset(("a", "an", "the"))
_CLAUSE_ENDS = frozenset(f".;:{_BREAK}")
_EXAMPLE_ENDS = frozenset(f".;){_BREAK}")
_EXAMPLE_STARTS = frozenset(
    (("such", "as"), ("for", "example"), ("for", "instance"), ("that", "is"))
)
_EXAMPLE_WORDS = frozenset(("including", "namely", "notably"))
_NUMERALS = {
    "zero": "0",
    "one": "1",
    "once": "1",
    "two": "2",
    "twice": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a text without articles, list labels and marks, as parallel tuples.

    `keys` are stems; a parameter (words in square brackets) is one word, its key is made of the
    stems inside. `surface` are the words in lower case; `clauses` number the clause (up to a full
    stop, semicolon, colon or list label) each word stands in; `examples` tell whether it stands in
    a list of examples or in round brackets, and `announced` whether it stands after "the
    following" and so names what is listed next.
    """

    keys: tuple[str, ...]
    surface: tuple[str, ...]
    clauses: tuple[int, ...]
    examples: tuple[bool, ...]
    announced: tuple[bool, ...]


@lru_cache(maxsize=CACHED_TEXTS)
def plain(text: str) -> str:
    """Return the text in lower case and single blanks, without links.

    List labels and empty lines become a mark that ends a clause. Common abbreviations are
    written out, so a full stop left in the text ends a sentence.
    """
    bare = _LABEL.sub(f" {_BREAK} ", _LINK.sub("", text.replace("\u2019", "'"))).lower()
    for pattern, written_out in _ABBREVIATIONS:
        bare = pattern.sub(written_out, bare)
    return _spelled_out(_ABOUT.sub("about", _BLANKS.sub(" ", bare)))


def _spelled_out(text: str) -> str:
    """Return the text with abbreviations that it defines itself, as in "health check (HC)"."""
    for match in reversed(list(_DEFINED.finditer(text))):
        short = match[1]
        parts = list(_PARTS.finditer(text, 0, match.start()))[-len(short) :]
        if "".join(part[0][0] for part in parts) == short:
            long = text[parts[0].start() : match.start()].strip()
            rest = re.sub(rf"\b{short}\b", long, text[match.end() :])
            text = text[: match.start()].rstrip() + rest
    return text


def _key(word: str) -> str:
    if is_parameter(word):
        return f"[{' '.join(read(inside(word)).keys)}]"
    return _NUMERALS.get(word) or stem(word)


def inside(parameter: str) -> str:
    """Return what stands between the brackets of a parameter."""
    return parameter[1:-1]


def is_parameter(key: str) -> bool:
    """Whether a key or surface of a reading belongs to a parameter."""
    return key[0] == "["


def is_choice(parameter: str) -> bool:
    """Whether a parameter offers choices: "[choice: daily; weekly]", "[selection (one): ...]"."""
    return _CHOICE.match(parameter) is not None


def is_number(key: str) -> bool:
    """Whether a key of a reading counts or measures something; "three" has the key "3"."""
    return key[0].isdigit()


@lru_cache(maxsize=CACHED_TEXTS)
def read(text: str) -> Reading:
    """Return the reading of a text."""
    rows, clause, in_examples, announced, previous = [], 0, False, False, ""
    aside = 0
    for item in _TOKEN.findall(with_plain_verbs(plain(text))):
        aside = max(0, aside + _ASIDE.get(item, 0))
        if item in _CLAUSE_ENDS or item == ")":
            clause += item != ")"
            announced = announced and item == ")"
            in_examples = in_examples and item not in _EXAMPLE_ENDS
        elif item not in _ARTICLES and item not in ",(":
            in_examples = in_examples or _starts_examples(previous, item)
            announced = announced or item in ANNOUNCING
            rows.append((_key(item), item, clause, in_examples or aside > 0, announced))
        previous = item
    columns = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return Reading(*map(tuple, columns))


def _starts_examples(previous: str, word: str) -> bool:
    return word in _EXAMPLE_WORDS or (previous, word) in _EXAMPLE_STARTS
