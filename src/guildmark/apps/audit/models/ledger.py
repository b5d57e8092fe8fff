"""The ledger: entries, the hashes of their tree, signed checkpoints, and what waits to go in."""

from django.db import models

from guildmark.apps.audit.immutability import protect

from .events import Event


class LedgerHead(models.Model):
    """One row: how many entries the ledger has. Its row lock makes one sequencer of many."""

    size = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="ledger_is_one", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return f"Ledger of {self.size} entries"


class LedgerPending(models.Model):
    """An entry that waits for the sequencer: its content is fixed, its place is not."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="ledger_pending")
    leaf = models.BinaryField()

    def __str__(self) -> str:
        return f"Pending entry of event {self.event_id}"


class LedgerEntry(models.Model):
    """Entry number `index` (from 0): the canonical bytes that the tree commits to."""

    index = models.PositiveBigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="ledger_entry")
    leaf = models.BinaryField()

    class Meta:
        verbose_name_plural = "ledger entries"

    def __str__(self) -> str:
        return f"Ledger entry {self.index}"


class LedgerNode(models.Model):
    """The hash over a perfect subtree; level 0 holds the leaf hashes."""

    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="ledger_node_is_unique")
        ]

    def __str__(self) -> str:
        return f"Node {self.level}/{self.index}"


class Checkpoint(models.Model):
    """The signed statement of the ledger's size and root at one moment."""

    size = models.PositiveBigIntegerField(unique=True)
    root = models.BinaryField()
    origin = models.CharField(max_length=220)
    kid = models.CharField(max_length=60)
    note = models.TextField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Checkpoint at {self.size}"


for _model in (LedgerEntry, LedgerNode, Checkpoint):
    protect(_model)
