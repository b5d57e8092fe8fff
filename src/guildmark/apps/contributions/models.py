"""Contributions, the voices that joined them, their files, drafts, and everything that happened."""

from datetime import UTC, date

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise

from guildmark.apps.audit.immutability import protect

from .states import (
    AiHelp,
    Concern,
    Credit,
    Kind,
    Labelled,
    Move,
    Outcome,
    Standing,
    State,
    Trace,
)

SUMMARY_AT_MOST = 160
TEXT_AT_MOST = 8000
NAME_AT_MOST = 80


def _choices(words: type[Labelled]) -> list[tuple[str, str]]:
    return [(each.value, each.value) for each in words]


def _known(column: str, *words: type[Labelled], blank: bool = False) -> models.CheckConstraint:
    """A column holds one of the words, or nothing where it may be empty."""
    values = [each.value for kind in words for each in kind]
    return models.CheckConstraint(
        name=f"%(class)s_{column}_is_known",
        condition=models.Q(**{f"{column}__in": [*values, ""] if blank else values}),
    )


class Rules(models.Model):
    """One version of the rules of the queue: never changed, so that each decision keeps its own.

    `reasons` is a list of {"outcome", "code", "text"}, `topics` one of {"code", "title"}; the days
    are working days.
    """

    version = models.PositiveIntegerField(unique=True)
    first_answer_days = models.PositiveSmallIntegerField()
    disposition_days = models.PositiveSmallIntegerField()
    reasons = models.JSONField()
    topics = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        verbose_name_plural = "rules"

    def __str__(self) -> str:
        return f"version {self.version}"


class Contribution(models.Model):
    """Something that a person sent in, exactly as they sent it, and where it stands.

    `number` is the reference as it is printed, `key` as it is looked up. The target is a
    requirement or a domain of an edition, by permanent keys and with its label of that day, or
    nothing. `public_summary` is what everybody reads, from the acknowledgement on. Who wrote
    without an account has `author_email` and `author_name`, and `secret` is the SHA-256 of the
    token in the link that they were sent. `next_due` is the day of the next step
    while it is open. `sent_as` is the token of the form that it was sent with:
    what is sent twice comes in once.
    """

    key = models.CharField(max_length=40, unique=True)
    number = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=_choices(Kind))
    concern = models.CharField(max_length=30, choices=_choices(Concern), blank=True)
    topic = models.CharField(max_length=40, blank=True)
    framework = models.CharField(max_length=60, blank=True)
    edition = models.CharField(max_length=40, blank=True)
    domain = models.CharField(max_length=100, blank=True)
    requirement = models.CharField(max_length=100, blank=True)
    target_label = models.CharField(max_length=250, blank=True)
    summary = models.CharField(max_length=SUMMARY_AT_MOST)
    details = models.TextField()
    in_production = models.BooleanField(default=False)
    seen = models.TextField(blank=True)
    proposed = models.TextField(blank=True)
    ai_help = models.CharField(max_length=10, choices=_choices(AiHelp), default=AiHelp.NONE.value)
    credit = models.CharField(max_length=10, choices=_choices(Credit), default=Credit.NONE.value)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="contributions"
    )
    author_name = models.CharField(max_length=NAME_AT_MOST, blank=True)
    author_email = models.EmailField(blank=True)
    secret = models.CharField(max_length=64, blank=True)
    credential_number = models.CharField(max_length=60, blank=True)
    credential_type = models.CharField(max_length=10, blank=True)
    standing = models.CharField(
        max_length=10, choices=_choices(Standing), default=Standing.NONE.value
    )
    suspicion = models.CharField(max_length=100, blank=True)
    public_summary = models.CharField(max_length=SUMMARY_AT_MOST, blank=True)
    state = models.CharField(max_length=20, choices=_choices(State), default=State.RECEIVED.value)
    outcome = models.CharField(max_length=20, choices=_choices(Outcome), blank=True)
    reason_code = models.CharField(max_length=40, blank=True)
    reason_text = models.TextField(blank=True)
    received_at = models.DateTimeField(db_index=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    disposed_at = models.DateTimeField(null=True, blank=True)
    first_due = models.DateField()
    due = models.DateField()
    next_due = models.DateField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="duplicates")
    part_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")
    rules = models.ForeignKey(Rules, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    sent_as = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ["received_at", "pk"]
        indexes = [
            # The queue in its order, what was decided in its order, and all that counting needs.
            models.Index(
                fields=["next_due", "id", "kind", "suspicion", "claimed_by"],
                name="contribution_open",
                condition=models.Q(next_due__isnull=False),
            ),
            models.Index(fields=["-disposed_at", "-id"], name="contribution_disposed"),
            models.Index(
                fields=["state", "kind", "suspicion", "claimed_by", "next_due"],
                name="contribution_counted",
            ),
            models.Index(fields=["framework", "requirement"], name="contribution_requirement"),
            models.Index(fields=["kind", "received_at"], name="contribution_received"),
            # Few were joined or split: an index of all would hold nothing but rows without any.
            models.Index(
                fields=["merged_into"],
                name="contribution_joined",
                condition=models.Q(merged_into__isnull=False),
            ),
            models.Index(
                fields=["part_of"],
                name="contribution_part",
                condition=models.Q(part_of__isnull=False),
            ),
        ]
        constraints = [
            _known("kind", Kind),
            _known("concern", Concern, blank=True),
            _known("ai_help", AiHelp),
            _known("credit", Credit),
            _known("standing", Standing),
            _known("state", State),
            _known("outcome", Outcome, blank=True),
            models.CheckConstraint(
                name="contribution_disposed_has_reason",
                condition=(
                    models.Q(state=State.DISPOSED.value, disposed_at__isnull=False)
                    & ~models.Q(outcome="")
                    & ~models.Q(reason_code="")
                )
                | (~models.Q(state=State.DISPOSED.value) & models.Q(outcome="", reason_code="")),
            ),
            models.CheckConstraint(
                name="contribution_open_has_next_due",
                condition=models.Q(state=State.DISPOSED.value, next_due__isnull=True)
                | (~models.Q(state=State.DISPOSED.value) & models.Q(next_due__isnull=False)),
            ),
            models.CheckConstraint(
                name="contribution_duplicate_names_other",
                condition=models.Q(merged_into__isnull=False, outcome=Outcome.DUPLICATE.value)
                | (models.Q(merged_into__isnull=True) & ~models.Q(outcome=Outcome.DUPLICATE.value)),
            ),
            models.CheckConstraint(
                name="contribution_is_not_its_own_duplicate",
                condition=models.Q(merged_into__isnull=True)
                | ~models.Q(merged_into=models.F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a decision."""
        return self.state != State.DISPOSED.value

    @property
    def kind_label(self) -> Promise:
        """The kind as people read it."""
        return Kind(self.kind).label

    @property
    def state_label(self) -> Promise:
        """Where it stands, as people read it: how it ended once it has."""
        return Outcome(self.outcome).label if self.outcome else State(self.state).label

    @property
    def standing_label(self) -> Promise:
        """How the author's credential stood, as people read it."""
        return Standing(self.standing).label

    @property
    def credit_label(self) -> Promise:
        """How the author wants to be named, as people read it."""
        return Credit(self.credit).label

    @property
    def ai_label(self) -> Promise:
        """What part an AI system had, as people read it."""
        return AiHelp(self.ai_help).label

    @property
    def topic_title(self) -> str:
        """What a message is about, in the words of the rules it came in under."""
        return next((each["title"] for each in self.rules.topics if each["code"] == self.topic), "")

    @property
    def outcome_label(self) -> Promise | str:
        """How it ended, as people read it."""
        return Outcome(self.outcome).label if self.outcome else ""

    @property
    def concern_label(self) -> Promise | str:
        """What feedback says of its target, as people read it."""
        return Concern(self.concern).label if self.concern else ""

    @property
    def is_overdue(self) -> bool:
        """Whether the next step should have been taken before today, where the institute is."""
        today = timezone.localdate(timezone=timezone.get_default_timezone())
        return self.next_due is not None and self.next_due < today

    def next_step(self) -> date | None:
        """Return the day by which the next step is due in this state, or None when nothing is."""
        if not self.is_open:
            return None
        return self.first_due if self.state == State.RECEIVED.value else self.due


class Voice(models.Model):
    """Somebody who says the same, in their own words; `left_at` when they took it back."""

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="voices")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    words = models.TextField()
    in_production = models.BooleanField(default=False)
    credit = models.CharField(max_length=10, choices=_choices(Credit), default=Credit.NONE.value)
    credential_number = models.CharField(max_length=60, blank=True)
    credential_type = models.CharField(max_length=10, blank=True)
    standing = models.CharField(max_length=10, choices=_choices(Standing))
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["contribution", "person"], name="voice_joins_once"),
            _known("credit", Credit),
            _known("standing", Standing),
        ]

    def __str__(self) -> str:
        return f"voice {self.pk} on {self.contribution}"

    @property
    def credit_label(self) -> Promise:
        """How who joined wants to be named, as people read it."""
        return Credit(self.credit).label

    @property
    def standing_label(self) -> Promise:
        """How the voice's credential stood, as people read it."""
        return Standing(self.standing).label


class Draft(models.Model):
    """Something that is being written; `fields` is what was typed, by name, `token` the form's."""

    token = models.UUIDField(unique=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    form = models.CharField(max_length=20)
    fields = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-changed_at", "-pk"]

    def __str__(self) -> str:
        return f"draft {self.pk}"

    @property
    def stamp(self) -> str:
        """When it was saved, to compare with what a device has seen."""
        return self.changed_at.astimezone(UTC).isoformat()


class Attachment(models.Model):
    """A file that shows what a contribution says, with its draft until that is sent."""

    contribution = models.ForeignKey(
        Contribution, models.PROTECT, null=True, related_name="attachments"
    )
    draft = models.ForeignKey(Draft, models.CASCADE, null=True, related_name="attachments")
    name = models.CharField(max_length=150)
    media_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    content = models.FileField(upload_to="contributions/%Y/")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="attachment_belongs_to_one",
                condition=models.Q(contribution__isnull=True) ^ models.Q(draft__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Reply(models.Model):
    """A message between the institute and the author of a contribution."""

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="replies")
    from_author = models.BooleanField()
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    text = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["written_at", "pk"]
        verbose_name_plural = "replies"

    def __str__(self) -> str:
        return f"reply {self.pk} on {self.contribution}"


class Step(models.Model):
    """One thing that happened to a contribution; never changed, never deleted.

    `move` is a word of `Move` or `Trace`. `other` is the contribution that it was joined to or
    split from or into; `undoes` the step that this one takes back.
    """

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="steps")
    move = models.CharField(max_length=30)
    source = models.CharField(max_length=20, blank=True)
    target = models.CharField(max_length=20, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    reason_code = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    other = models.ForeignKey(Contribution, models.PROTECT, null=True, related_name="+")
    undoes = models.ForeignKey("self", models.PROTECT, null=True, related_name="undone_by")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [_known("move", Move, Trace)]

    def __str__(self) -> str:
        return f"{self.contribution}: {self.move}"


protect(Rules)
protect(
    Contribution,
    except_columns=[
        "framework",
        "edition",
        "domain",
        "requirement",
        "target_label",
        "author_id",
        "author_name",
        "author_email",
        "secret",
        "credential_number",
        "suspicion",
        "public_summary",
        "state",
        "outcome",
        "reason_code",
        "reason_text",
        "acknowledged_at",
        "disposed_at",
        "first_due",
        "due",
        "next_due",
        "escalated_at",
        "claimed_by_id",
        "claimed_at",
        "merged_into_id",
        "version",
    ],
)
protect(Voice, except_columns=["person_id", "credential_number", "left_at"])
protect(Reply)
protect(Step)
