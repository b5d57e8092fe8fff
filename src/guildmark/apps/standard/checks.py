"""What the doctor looks at in the standard: that every edition still is the text it was."""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error

from guildmark.apps.audit.checks import examination

from .catalogs import catalog_of, digest_of
from .models import Edition


@examination
def check_digests() -> Iterator[CheckMessage]:
    """Report editions whose text no longer has the digest with which they were released."""
    rows = Edition.objects.select_related("framework").order_by("framework__key", "position")
    changed = [str(each) for each in rows if digest_of(catalog_of(each)) != each.digest]
    if changed:
        yield Error(
            f"The text is not the one that was released: {', '.join(changed)}.",
            hint="Somebody wrote to the database past Guildmark. Keep a copy of it for evidence, "
            "compare these editions with a backup or with a download, and restore them.",
            id="guildmark.standard.E001",
        )
