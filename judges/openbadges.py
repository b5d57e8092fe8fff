"""Say what openbadgeslib and openvc-core think of our credentials and pictures.

Runs in .tools/judges, an environment of its own. Reads one request per line of standard input as
JSON and prints one verdict per line, in the same order. Nothing is fetched.

    {"mode": "verify", "judge": "openbadgeslib" or "openvc", "credential": {...},
     "documents": {DID or address: document}}
      -> {"accepted": true} or {"accepted": false, "error": "..."}
    {"mode": "bake", "kind": "png" or "svg", "picture": base64, "text": "..."}
      -> {"accepted": true, "picture": base64}
    {"mode": "unbake", "kind": "png" or "svg", "picture": base64}
      -> {"accepted": true, "text": "..." or null}

`documents` holds DID documents and status lists; a status is checked where the credential has one.
"""

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from openbadgeslib import baking
from openbadgeslib.ob3 import OB3LdpVerifier
from openvc import verify_credential
from openvc.did.base import DidResolverRegistry
from openvc.did.did_key import DidKeyResolver
from openvc.did.did_web import DidWebResolver
from openvc.resolvers import default_status_list_resolver

Request = Mapping[str, Any]
Json = dict[str, Any]


class NotFrozen(LookupError):
    """Something asked for a document that the request did not bring."""


def address(name: str) -> str:
    """Return where the document of `name`, a did:web or an address, would be fetched."""
    if not name.startswith("did:web:"):
        return name
    host, *path = (unquote(part) for part in name.removeprefix("did:web:").split(":"))
    return f"https://{host}/{'/'.join(path) or '.well-known'}/did.json"


def frozen(request: Request) -> Callable[[str], Any]:
    """Return a function that "fetches" the documents of the request, as values."""
    documents = {address(name): value for name, value in request.get("documents", {}).items()}

    def fetch(url: str) -> Any:
        if url not in documents:
            raise NotFrozen(url)
        return documents[url]

    return fetch


def contexts() -> dict[str, Json]:
    """Return the Open Badges contexts that openbadgeslib brings, for openvc that has none."""
    folder, base = files("openbadgeslib.ob3.contexts"), "https://purl.imsglobal.org/spec/ob/v3p0/"
    names = {f"context-3.0.{n}.json": f"ob-v3p0-context-3.0.{n}.json" for n in (1, 2, 3)}
    names["extensions.json"] = "ob-v3p0-extensions.json"
    return {base + name: json.loads((folder / file).read_text()) for name, file in names.items()}


def ask_openbadgeslib(request: Request) -> None:
    fetch, credential = frozen(request), request["credential"]
    # Its status lists are checked without their own proof, which it can only read as a JWT.
    OB3LdpVerifier.for_issuer_did(credential["issuer"]["id"]).verify(
        credential,
        check_status="credentialStatus" in credential,
        download=lambda url: json.dumps(fetch(url)).encode(),
        verify_status_list=False,
    )


def ask_openvc(request: Request) -> None:
    fetch = frozen(request)
    resolver = DidResolverRegistry([DidKeyResolver(), DidWebResolver(fetch)])
    extra = contexts()
    status = default_status_list_resolver(
        resolver=resolver, extra_contexts=extra, fetch=lambda url: json.dumps(fetch(url))
    )
    verify_credential(
        request["credential"], resolver=resolver, resolve_status_list=status, extra_contexts=extra
    )


def verify(request: Request) -> Json:
    judges = {"openbadgeslib": ask_openbadgeslib, "openvc": ask_openvc}
    judges[request["judge"]](request)
    return {}


def bake(request: Request) -> Json:
    picture, text = b64decode(request["picture"]), request["text"]
    if request["kind"] == "png":
        baked = baking.bake_png(picture, text, keyword=baking.ITXT_KEYWORD_OB3)
    else:
        element, namespace = baking.SVG_ELEMENT_OB3, baking.SVG_NS_OB3
        is_json = text.startswith("{")
        baked = baking.bake_svg(
            picture, text, element=element, namespace=namespace, as_text=is_json
        )
    return {"picture": b64encode(baked).decode()}


def unbake(request: Request) -> Json:
    picture = b64decode(request["picture"])
    if request["kind"] == "png":
        return {"text": baking.extract_png(picture, keyword=baking.ITXT_KEYWORD_OB3)}
    element = baking.SVG_ELEMENT_OB3
    return {"text": baking.extract_svg(picture, element=element, text_fallback=True)}


def judge(request: Request) -> Json:
    modes = {"verify": verify, "bake": bake, "unbake": unbake}
    try:
        return {"accepted": True, **modes[request["mode"]](request)}
    except Exception as error:  # noqa: BLE001 - whatever the judge raises is its verdict
        return {"accepted": False, "error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(judge(json.loads(line))), flush=True)  # noqa: T201 - its output
