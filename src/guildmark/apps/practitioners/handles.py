"""Public handles: how they are written, which read alike, and which nobody can have."""

import re

SHORTEST, LONGEST = 3, 40
PATTERN = re.compile(r"[a-z](?:-?[a-z0-9])*")
ALIKE = str.maketrans({"-": "", "0": "o", "1": "l", "i": "l", "5": "s", "8": "b", "2": "z"})
PAIRS = (("rn", "m"), ("vv", "w"))
RESERVED_WORDS = (
    "about", "account", "admin", "administrator", "anonymous", "api", "appeals", "assessor",
    "auditor", "board", "certification", "closed", "contact", "council", "credentials",
    "decision-maker", "desk", "editor", "erased", "exam-officer", "guildmark", "help", "helpdesk",
    "info", "institute", "legal", "mail", "me", "moderator", "nobody", "none", "null", "office",
    "official", "people", "postmaster", "press", "privacy", "profile", "registrar", "registry",
    "root", "secretary", "security", "staff", "standard", "static", "support", "system", "team",
    "triage", "undefined", "verify", "webmaster", "www",
)  # fmt: skip


def written(handle: str) -> str:
    """Return a handle as it is kept: without blanks around it, in small letters."""
    return handle.strip().lower()


def is_well_formed(handle: str) -> bool:
    """Whether a handle is 3 to 40 small letters, digits and single hyphens, a letter first."""
    return SHORTEST <= len(handle) <= LONGEST and bool(PATTERN.fullmatch(handle))


def folded(handle: str) -> str:
    """Return what all handles have in common that read alike.

    >>> folded("ro-b1n") == folded("robin") == folded("r0bln")
    True
    """
    plain = written(handle).translate(ALIKE)
    for pair, letter in PAIRS:
        plain = plain.replace(pair, letter)
    return plain


RESERVED = frozenset(map(folded, RESERVED_WORDS))
