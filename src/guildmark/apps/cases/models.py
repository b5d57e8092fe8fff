"""Cases, who decides on them, and everything that happened."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.functional import Promise

from guildmark.apps.audit.immutability import protect

from .states import ENDED, EXTENDED, OPENED, Move, Outcome, State

TEXT_AT_MOST = 8000


class Clocks(models.Model):
    """How many working days each step may take; a new version for every change.

    A case runs by the version that was in force when it was opened.
    """

    version = models.PositiveIntegerField(unique=True)
    acknowledge_days = models.PositiveSmallIntegerField()
    admissibility_days = models.PositiveSmallIntegerField()
    decide_days = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["version"]

    def __str__(self) -> str:
        return f"Clocks {self.version}"


class Case(models.Model):
    """A contest, an appeal or a complaint, about a row of another context.

    `number` is what people call it by. `due` is the day by which the next step is due.
    """

    number = models.CharField(max_length=40)
    key = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=30)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    statement = models.TextField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    opened_at = models.DateTimeField()
    clocks = models.ForeignKey(Clocks, models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, default=State.RECEIVED.value)
    outcome = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    due = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["opened_at", "pk"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="case_of_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id", "opened_by"],
                name="case_is_opened_once",
            ),
            models.CheckConstraint(
                name="case_state_is_known",
                condition=models.Q(state__in=[each.value for each in State]),
            ),
            models.CheckConstraint(
                name="case_outcome_is_known",
                condition=models.Q(outcome__in=["", *(each.value for each in Outcome)]),
            ),
            models.CheckConstraint(
                name="case_outcome_has_reason",
                condition=models.Q(outcome="") | ~models.Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def state_label(self) -> Promise:
        """Where it stands, as people read it."""
        return State(self.state).label

    @property
    def outcome_label(self) -> Promise | str:
        """What was found, as people read it."""
        return Outcome(self.outcome).label if self.outcome else ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act on it."""
        return self.state not in ENDED

    def is_late(self, on: date) -> bool:
        """Whether the next step should have been made before a day."""
        return self.due is not None and self.due < on


class Member(models.Model):
    """Somebody who decides on a case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()

    class Meta:
        ordering = ["assigned_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "person"], name="member_is_assigned_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} on {self.case}"


class Step(models.Model):
    """One thing that happened to a case; never changed, never deleted."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    move = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="case_step_is_known",
                condition=models.Q(move__in=[OPENED, EXTENDED, *(each.value for each in Move)]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.move}"


protect(
    Case,
    except_columns=["opened_by_id", "state", "outcome", "reason", "decided_at", "due", "version"],
)
protect(Clocks)
protect(Member)
protect(Step)
