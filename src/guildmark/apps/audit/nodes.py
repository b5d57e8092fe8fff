"""The ledger's tree in the database."""

from collections.abc import Collection, Mapping

from django.db.models import Q

from guildmark.cores import ledger as tree

from .models import LedgerNode


class StoredNodes:
    """The tree's hashes in the database, read and written as the ledger core asks."""

    def read_nodes(
        self, addresses: Collection[tree.NodeAddress], /
    ) -> Mapping[tree.NodeAddress, bytes]:
        """Return the hashes of these nodes; those that are not stored are left out."""
        wanted = Q()
        for address in addresses:
            wanted |= Q(level=address.level, index=address.index)
        found = LedgerNode.objects.filter(wanted) if addresses else LedgerNode.objects.none()
        return {tree.NodeAddress(node.level, node.index): bytes(node.hash) for node in found}

    def write_nodes(self, nodes: Mapping[tree.NodeAddress, bytes], /) -> None:
        """Store new nodes; the database refuses one that exists."""
        LedgerNode.objects.bulk_create(
            [LedgerNode(level=at.level, index=at.index, hash=nodes[at]) for at in nodes],
            batch_size=200,
        )
