"""The JSON-LD contexts that are known here, compiled into term tables.

`compiled.json` is written by `scripts/compile_contexts.py`. It holds facts only: for each address
the SHA-256 of the source file and what every term means. Sources: W3C Verifiable Credentials Data
Model v2.0, Data Integrity 1.0 and Controlled Identifiers 1.0; 1EdTech Open Badges 3.0.1 to 3.0.3
and its extensions. Two contents circulate for Open Badges 3.0.3; the terms that only one of them
has are listed as `omitted` and are unknown here. A context is never loaded from the network.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def compiled_contexts() -> Mapping[str, Mapping[str, Any]]:
    """Return address -> {"sha256": hex digits, "terms": {...}, "omitted": [...] if any}.

    A term is {"iri", and where it has them "type", "container", "context", "protected",
    "prefix"}; "context" is {"terms": {...}}, or None for the empty context.
    """
    text = files(__package__).joinpath("compiled.json").read_text(encoding="utf-8")
    tables: Mapping[str, Mapping[str, Any]] = json.loads(text)
    return tables


def known_contexts() -> tuple[str, ...]:
    """Return the addresses of the known contexts, sorted."""
    return tuple(sorted(compiled_contexts()))
