"""Catalogs of NIST's Open Security Controls Assessment Language (OSCAL), in JSON."""

from guildmark.cores.catalog.oscal.names import NAMESPACE, OSCAL_VERSION
from guildmark.cores.catalog.oscal.reading import Reading, read_oscal, reading
from guildmark.cores.catalog.oscal.writing import write_oscal

__all__ = ["NAMESPACE", "OSCAL_VERSION", "Reading", "read_oscal", "reading", "write_oscal"]
