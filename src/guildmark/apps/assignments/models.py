"""Relations between people and subjects, ties between people, and what somebody declared."""

from django.conf import settings
from django.db import models
from django.utils.functional import Promise

from guildmark.apps.audit.immutability import protect

from .states import RelationKind, TieKind

LONGEST_REASON = 500


class Relation(models.Model):
    """A person is something to a subject, such as its author, from a moment on.

    The subject is a row of another context: `subject_kind` such as "contributions.contribution",
    and its key. `until` is set when it no longer counts. A row of the kind "firm" has an employer
    of the register (`practitioners`) in the place of a person: the subject is about it.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    firm_id = models.BigIntegerField(null=True)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["since", "pk"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="relation_of_subject"),
            models.Index(fields=["person", "subject_kind", "kind"], name="relation_of_person"),
            models.Index(
                fields=["firm_id", "subject_kind"],
                name="relation_of_firm",
                condition=models.Q(firm_id__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "subject_kind", "subject_id", "kind", "since"],
                name="relation_is_told_once",
            ),
            models.CheckConstraint(
                name="relation_is_of_person_or_firm",
                condition=models.Q(person__isnull=False, firm_id__isnull=True)
                & ~models.Q(kind=RelationKind.FIRM.value)
                | models.Q(
                    person__isnull=True, firm_id__isnull=False, kind=RelationKind.FIRM.value
                ),
            ),
            models.CheckConstraint(
                name="relation_kind_is_known",
                condition=models.Q(kind__in=[each.value for each in RelationKind]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_kind}:{self.subject_id}"

    @property
    def label(self) -> Promise:
        """The relation as the person reads it."""
        return RelationKind(self.kind).label


class Tie(models.Model):
    """Two people are close to one another, as one of them declared."""

    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    other = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-declared_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="tie_kind_is_known",
                condition=models.Q(kind__in=[each.value for each in TieKind]),
            ),
            models.CheckConstraint(
                name="tie_is_between_two",
                condition=~models.Q(declared_by=models.F("other")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def label(self) -> Promise:
        """The tie as people read it."""
        return TieKind(self.kind).label


protect(Relation, except_columns=["until", "reason"])
protect(Tie, except_columns=["ended_at"])
