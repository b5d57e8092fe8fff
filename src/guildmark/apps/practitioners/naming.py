"""Names of employers as they are compared, and mail domains as they are kept."""

import re
import unicodedata

LEGAL_FORMS = frozenset(
    {
        "ab", "ag", "as", "asa", "aps", "bv", "co", "corp", "corporation", "gmbh", "inc",
        "incorporated", "kg", "kgaa", "limited", "llc", "llp", "ltd", "nv", "oy", "oyj", "plc",
        "pte", "pty", "sa", "sarl", "sas", "se", "spa", "srl",
    }
)  # fmt: skip
EVERYBODYS = frozenset(
    {
        "aol.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com",
        "icloud.com", "live.com", "mail.com", "me.com", "outlook.com", "proton.me",
        "protonmail.com", "qq.com", "t-online.de", "web.de", "yahoo.com", "yandex.com",
        "yandex.ru", "ymail.com", "zoho.com", "163.com",
    }
)  # fmt: skip
"""Where everybody can get a mailbox, so that an address shows nothing about an employer."""
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
LONGEST_DOMAIN = 253


def tidy(text: str) -> str:
    """Return a text on one line, without blanks around it."""
    return " ".join(text.split())


def fold_name(name: str) -> str:
    """Return a name as it is compared: no accents, no punctuation, no legal form at its end.

    >>> fold_name("Müller & Söhne GmbH") == fold_name("muller sohne")
    True
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    words = re.sub(r"(?<=\w)[.'\u2019](?=\w|\s|$)", "", plain)
    kept = re.findall(r"\w+", words)
    while len(kept) > 1 and kept[-1] in LEGAL_FORMS:
        kept.pop()
    return " ".join(kept)


def domain_of(address: str) -> str:
    """Return the domain of a mail address, or of a web address, in small letters."""
    bare = address.strip().lower().rpartition("@")[2]
    bare = re.sub(r"^[a-z]+://", "", bare)
    return re.split(r"[/:?#]", bare, maxsplit=1)[0].removeprefix("www.").rstrip(".")


def is_domain(text: str) -> bool:
    """Whether a text is a domain with at least two parts."""
    return len(text) <= LONGEST_DOMAIN and bool(DOMAIN.fullmatch(text))


def bare_address(address: str) -> str:
    """Return a mail address as it is compared: what stands behind a plus is the same mailbox."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
