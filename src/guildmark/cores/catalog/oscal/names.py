"""Names of our own in OSCAL files; `docs/reference` publishes them for other programs.

OSCAL has no place for the rationale of a requirement, for the evidence that shows it, for lineage
or for classes of changes. Properties and parts of this namespace and resources of the back matter
carry them, so that other programs may ignore them and ours loses nothing.
"""

from uuid import NAMESPACE_URL, UUID, uuid5

NAMESPACE = "urn:guildmark:ns:oscal:1"
IDENTITY: UUID = uuid5(NAMESPACE_URL, NAMESPACE)
OSCAL_VERSION = "1.2.1"

# The property that says what a resource of the back matter holds.
HOLDS = "holds"
RESOURCE_TEXTS = ("evidence", "rationale", "alternatives")
