"""Keys made from names, for files of others that give none."""

import re
import unicodedata


def slug(name: str, limit: int = 100) -> str:
    """Return `name` in lower case ASCII letters, digits and hyphens; empty if none are left.

    >>> slug("Access Control: Überblick")
    'access-control-uberblick'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:limit].rstrip("-")
