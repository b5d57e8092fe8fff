"""Catalogs as JSON files; `document` tells the shape."""

import json

from guildmark.cores.catalog.document import from_document, to_document
from guildmark.cores.catalog.json_text import parsed
from guildmark.cores.catalog.model import Catalog


def read_json(text: str) -> Catalog:
    """Return the sound catalog in `text`, or raise CatalogRefused with all that is wrong."""
    return from_document(parsed(text))


def write_json(catalog: Catalog) -> str:
    """Return a sound catalog as JSON text, the same text each time."""
    return json.dumps(to_document(catalog), ensure_ascii=False, indent=2) + "\n"
