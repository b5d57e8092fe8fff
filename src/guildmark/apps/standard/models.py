"""Frameworks and what was released of them. Rows of an edition never change: triggers see to it."""

from django.db import models
from django.db.models.functions import Length
from django.utils.functional import cached_property

from guildmark.apps.audit.immutability import protect
from guildmark.cores.catalog import ChangeClass, LineageKind, Status, WithdrawalReason

models.CharField.register_lookup(Length)


class Framework(models.Model):
    """A body of requirements that is published in editions; `key` names it for ever."""

    key = models.CharField(max_length=60, unique=True)
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    external = models.BooleanField(default=False)

    class Meta:
        ordering = ["external", "name", "key"]
        constraints = [
            models.CheckConstraint(name="framework_has_key", condition=models.Q(key__length__gt=0))
        ]

    def __str__(self) -> str:
        return self.name


class Edition(models.Model):
    """One released text of a framework.

    `position` counts the editions of the framework as they came in, from 1. What an edition
    supersedes is kept by its number, because a foreign edition may come in before the one that it
    follows. `digest` is the SHA-256 of the canonical text (`catalogs.digest_of`), 64 hexadecimal
    digits.
    """

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="editions")
    number = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=300, blank=True)
    released_at = models.DateTimeField()
    supersedes_number = models.CharField(max_length=40, blank=True)
    summary = models.TextField(blank=True)
    licence = models.CharField(max_length=300, blank=True)
    licence_url = models.CharField(max_length=500, blank=True)
    attribution = models.TextField(blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["framework", "position"]
        constraints = [
            models.UniqueConstraint(fields=["framework", "number"], name="edition_is_unique"),
            models.UniqueConstraint(fields=["framework", "position"], name="edition_has_place"),
            models.CheckConstraint(
                name="edition_has_digest", condition=models.Q(digest__length=64)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.framework.code} {self.number}"

    @cached_property
    def supersedes(self) -> "Edition | None":
        """The edition that this one follows, if it is here."""
        return self._sibling(number=self.supersedes_number) if self.supersedes_number else None

    @cached_property
    def superseded_by(self) -> "Edition | None":
        """The first edition here that follows this one."""
        return self._sibling(supersedes_number=self.number)

    def _sibling(self, **wanted: str) -> "Edition | None":
        rows = Edition.objects.filter(framework_id=self.framework_id, **wanted)
        return rows.select_related("framework").order_by("position").first()


class Domain(models.Model):
    """A part of one edition; `key` is the same in every edition, label and title need not be."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="domains")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=100)
    label = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    rationale = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="domain_is_unique"),
            models.UniqueConstraint(fields=["edition", "position"], name="domain_has_place"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.title}"


class Requirement(models.Model):
    """One requirement as one edition words it; `key` is permanent, `label` is the edition's."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="requirements")
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="requirements")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=100, db_index=True)
    label = models.CharField(max_length=60)
    title = models.CharField(max_length=300, blank=True)
    statement = models.TextField(blank=True)
    intent = models.TextField(blank=True)
    guidance = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    rationale = models.TextField(blank=True)
    alternatives = models.TextField(blank=True)
    references = models.JSONField(default=list, blank=True)
    related = models.JSONField(default=list, blank=True)
    tags = models.JSONField(default=list, blank=True)
    section = models.CharField(max_length=300, blank=True)
    parent = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=10, default=Status.NORMATIVE.value)
    withdrawn_reason = models.CharField(max_length=20, blank=True)
    successors = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="requirement_is_unique"),
            models.UniqueConstraint(fields=["edition", "label"], name="requirement_has_label"),
            models.UniqueConstraint(fields=["edition", "position"], name="requirement_has_place"),
            models.CheckConstraint(
                name="requirement_status_is_known",
                condition=models.Q(status__in=[each.value for each in Status]),
            ),
            models.CheckConstraint(
                name="requirement_reason_is_known",
                condition=models.Q(
                    withdrawn_reason__in=["", *(each.value for each in WithdrawalReason)]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.title}".strip()

    @property
    def is_withdrawn(self) -> bool:
        """Whether it stands here only to say that it is no longer asked for."""
        return self.status == Status.WITHDRAWN


class Lineage(models.Model):
    """What became of requirements between `older` and `newer`; one record, read both ways."""

    older = models.ForeignKey(Edition, models.PROTECT, related_name="lineage_onwards")
    newer = models.ForeignKey(Edition, models.PROTECT, related_name="lineage_back")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    reason = models.CharField(max_length=20, blank=True)
    confirmed = models.CharField(max_length=15, blank=True)
    rationale = models.TextField(blank=True)

    class Meta:
        ordering = ["newer", "older", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["older", "newer", "position"], name="lineage_has_place"
            ),
            models.CheckConstraint(
                name="lineage_kind_is_known",
                condition=models.Q(kind__in=[each.value for each in LineageKind]),
            ),
            models.CheckConstraint(
                name="lineage_reason_is_known",
                condition=models.Q(reason__in=["", *(each.value for each in WithdrawalReason)]),
            ),
            models.CheckConstraint(
                name="lineage_class_is_known",
                condition=models.Q(confirmed__in=["", *(each.value for each in ChangeClass)]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.older_id} to {self.newer_id}"


class LineageEnd(models.Model):
    """A requirement that a lineage record speaks of: one it starts from, or one it leads to."""

    lineage = models.ForeignKey(Lineage, models.PROTECT, related_name="ends")
    requirement = models.ForeignKey(Requirement, models.PROTECT, related_name="lineage_ends")
    is_target = models.BooleanField()
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["lineage", "is_target", "requirement"], name="lineage_end_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{'to' if self.is_target else 'from'} {self.requirement_id}"


for _model in (Edition, Domain, Requirement, Lineage, LineageEnd):
    protect(_model)
protect(Framework, except_columns=["code", "name", "summary"])
