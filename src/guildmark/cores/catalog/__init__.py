"""Editions of frameworks as values: their soundness, their numbers, and the formats of files."""

from guildmark.cores.catalog.asvs_format import read_asvs
from guildmark.cores.catalog.asvs_mapping import read_mapping
from guildmark.cores.catalog.csv_format import read_csv, write_csv
from guildmark.cores.catalog.document import (
    edition_document,
    framework_document,
    from_document,
    read_edition,
    read_framework,
    to_document,
)
from guildmark.cores.catalog.json_format import read_json, write_json
from guildmark.cores.catalog.markdown_format import write_markdown
from guildmark.cores.catalog.model import (
    Catalog,
    ChangeClass,
    Domain,
    Edition,
    Framework,
    Lineage,
    LineageKind,
    Reference,
    Requirement,
    Status,
    WithdrawalReason,
)
from guildmark.cores.catalog.numbering import Level, level, next_number
from guildmark.cores.catalog.oscal import Reading, read_oscal, reading, write_oscal
from guildmark.cores.catalog.problems import CatalogRefused, Problem
from guildmark.cores.catalog.rules import checked

__all__ = [
    "Catalog",
    "CatalogRefused",
    "ChangeClass",
    "Domain",
    "Edition",
    "Framework",
    "Level",
    "Lineage",
    "LineageKind",
    "Problem",
    "Reading",
    "Reference",
    "Requirement",
    "Status",
    "WithdrawalReason",
    "checked",
    "edition_document",
    "framework_document",
    "from_document",
    "level",
    "next_number",
    "read_asvs",
    "read_csv",
    "read_edition",
    "read_framework",
    "read_json",
    "read_mapping",
    "read_oscal",
    "reading",
    "to_document",
    "write_csv",
    "write_json",
    "write_markdown",
    "write_oscal",
]
