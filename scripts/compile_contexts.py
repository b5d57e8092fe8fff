"""Compile JSON-LD context files into the term tables that `guildmark.cores.vc` works with.

    python scripts/compile_contexts.py [--check]

Reads the context files that the outside judge openbadgeslib carries (`.tools/judges`, beside
`src`) and writes `src/guildmark/cores/vc/contexts/compiled.json`. What is kept are facts: the
SHA-256 of each source file and what every term means. With `--check` nothing is written, and the
exit code is 1 if the written file differs. Nothing is ever read from the network.

A feature of JSON-LD that the closed world does not know stops the compilation (ValueError), so a
new context cannot bring in a meaning that the canonicaliser would not see.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
COMPILED = ROOT / "src/guildmark/cores/vc/contexts/compiled.json"
FOLDER = "lib/python*/site-packages/openbadgeslib/ob3/contexts"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/"
SOURCES = {
    "https://www.w3.org/ns/credentials/v2": "credentials-v2.json",
    f"{OPEN_BADGES}context-3.0.1.json": "ob-v3p0-context-3.0.1.json",
    f"{OPEN_BADGES}context-3.0.2.json": "ob-v3p0-context-3.0.2.json",
    f"{OPEN_BADGES}context-3.0.3.json": "ob-v3p0-context-3.0.3.json",
    f"{OPEN_BADGES}extensions.json": "ob-v3p0-extensions.json",
    "https://w3id.org/security/data-integrity/v2": "security-data-integrity-v2.json",
    "https://w3id.org/security/multikey/v1": "security-multikey-v1.json",
}
# Two contents circulate under this address, and only one of them has these terms. A credential
# that uses them would be valid for some verifiers and broken for others.
OMITTED = {f"{OPEN_BADGES}context-3.0.3.json": ("endorsementJwt", "jti")}

KEYWORDS = {"id": "@id", "type": "@type"}
CONTAINERS = ("@set", "@list", "@graph")
FACTS = {"@id", "@type", "@container", "@context", "@protected"}


def contexts_folder(root: Path = ROOT) -> Path | None:
    """Return the folder of context files in the installed judge, or None where it is absent."""
    return next((root / ".tools/judges").glob(FOLDER), None)


def compiled(folder: Path) -> str:
    """Return the text of compiled.json made from the context files in `folder`."""
    tables = {url: _file(folder / name, OMITTED.get(url, ())) for url, name in SOURCES.items()}
    return json.dumps(tables, sort_keys=True, separators=(",", ":"), ensure_ascii=True) + "\n"


def _file(path: Path, omitted: tuple[str, ...]) -> dict[str, Any]:
    source = path.read_bytes()
    table = _context(json.loads(source)["@context"], {})
    for term in omitted:
        del table["terms"][term]
    digest = {"sha256": hashlib.sha256(source).hexdigest()}
    return digest | ({"omitted": sorted(omitted)} if omitted else {}) | table


def _context(source: Mapping[str, Any], outer: Mapping[str, Any]) -> dict[str, Any]:
    """Return one context; `outer` holds the definitions that are in scope around it."""
    settings = {key for key in source if key.startswith("@")}
    if settings - {"@protected"}:
        raise ValueError(f"The context uses {sorted(settings)}, which is not known here.")
    scope = {**outer, **source}
    protected = bool(source.get("@protected", False))
    terms = {
        name: _term(name, definition, scope, protected)
        for name, definition in source.items()
        if name not in settings
    }
    return {"terms": terms}


def _term(name: str, source: Any, scope: Mapping[str, Any], protected: bool) -> dict[str, Any]:
    definition = {"@id": source} if isinstance(source, str) else source
    if set(definition) - FACTS:
        raise ValueError(f'Term "{name}" uses {sorted(set(definition) - FACTS)}: not known here.')
    iri = _expanded(definition.get("@id", name), scope)
    if (iri.startswith("@") or name in KEYWORDS) and KEYWORDS.get(name) != iri:
        raise ValueError(f'Term "{name}" means {iri}: only id and type may stand for keywords.')
    term: dict[str, Any] = {"iri": iri}
    if definition.get("@protected", protected):
        term["protected"] = True
    if isinstance(source, str) and iri[-1] in ":/?#[]@":
        term["prefix"] = True
    return term | _coercions(name, definition, scope)


def _coercions(
    name: str, definition: Mapping[str, Any], scope: Mapping[str, Any]
) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if "@type" in definition:
        facts["type"] = _expanded(definition["@type"], scope)
    if "@container" in definition:
        facts["container"] = definition["@container"]
        if facts["container"] not in CONTAINERS:
            raise ValueError(f'Term "{name}" has the container {facts["container"]}.')
    if "@context" in definition:
        inner = definition["@context"]
        facts["context"] = inner if inner is None else _context(inner, scope)
    return facts


def _expanded(value: str, scope: Mapping[str, Any]) -> str:
    """Return the IRI or keyword that `value` stands for within its own file."""
    if value.startswith("@"):
        return value
    prefix, colon, rest = value.partition(":")
    if not colon:
        return _expanded(_identifier(value, scope), scope)
    if prefix in scope and not rest.startswith("//"):
        return _identifier(prefix, scope) + rest
    return value


def _identifier(term: str, scope: Mapping[str, Any]) -> str:
    definition = scope[term]
    return str(definition if isinstance(definition, str) else definition["@id"])


def main(arguments: list[str] | None = None) -> int:
    """Write or check compiled.json; return the exit code."""
    parser = argparse.ArgumentParser(description="Compile JSON-LD contexts into term tables.")
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    wanted = parser.parse_args(arguments)
    folder = contexts_folder()
    if folder is None:
        print("The judge openbadgeslib is not in .tools/judges; install the judges first.")
        return 1
    text = compiled(folder)
    if not wanted.check:
        COMPILED.write_text(text, encoding="utf-8")
        return 0
    return 0 if COMPILED.read_text(encoding="utf-8") == text else 1


if __name__ == "__main__":
    sys.exit(main())
