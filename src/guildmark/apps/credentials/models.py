"""Types of credentials, credentials, and everything that happened to them."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from guildmark.apps.audit.immutability import protect

from . import telling
from .states import Action, Cause, Move, Outcome, ProposalState, ShownAs, Standing, State

models.CharField.register_lookup(Length)
LONGEST_ID = 60
LONGEST_ISSUER = 500
LONGEST_SOURCE = 200
LONGEST_RECEIVER = 120


class CredentialType(models.Model):
    """A kind of credential that the institute awards: programme data, edited and exported.

    `components` names what must have been passed, such as exam or portfolio. `validity_months`
    empty means without end. `domains` are permanent keys of domains in which holders are taken
    for specialists. `second_person` lists the actions that one person alone can't do.
    """

    code = models.CharField(max_length=10, unique=True)
    folded = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=200, blank=True)
    level = models.CharField(max_length=60, blank=True)
    description = models.TextField()
    criteria = models.TextField()
    components = models.JSONField(default=list)
    validity_months = models.PositiveSmallIntegerField(null=True, blank=True)
    domains = models.JSONField(default=list)
    second_person = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name or self.code

    def needs_second_person(self, action: Action) -> bool:
        """Whether one person alone can't do this."""
        return action.value in self.second_person


class StatusList(models.Model):
    """A published list of states for whoever checks offline; one entry per credential.

    `revision` counts what changed in it. The signed text was made for `signed_revision` and is
    good until `valid_until`; it is made anew when either has passed.
    """

    number = models.PositiveIntegerField(unique=True)
    size = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=1)
    document = models.TextField(blank=True)
    signed_revision = models.PositiveIntegerField(default=0)
    signed_at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"status list {self.number}"


class Credential(models.Model):
    """A credential that was awarded, or taken over from an older registry.

    `key` is the id as it is looked up (`identifiers.fold`), `number` as it is printed. `document`
    is the signed Open Badge, byte for byte as it was made at the award; a credential that was
    taken over has none until its holder claims it. `handle` is the public name that the holder
    chose to be shown by. `version` grows with every change that a
    verifier can see.
    """

    key = models.CharField(max_length=LONGEST_ID, unique=True)
    number = models.CharField(max_length=LONGEST_ID)
    type = models.ForeignKey(CredentialType, models.PROTECT, related_name="credentials")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="credentials"
    )
    holder_name = models.CharField(max_length=200, blank=True)
    holder_email = models.EmailField(blank=True)
    shown_as = models.CharField(
        max_length=10,
        choices=[(each.value, each.label) for each in ShownAs],
        default=ShownAs.ID_ONLY.value,
    )
    handle = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=20, default=State.ACTIVE.value)
    public_text = models.CharField(max_length=500, blank=True)
    awarded_at = models.DateTimeField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    taken_over = models.BooleanField(default=False)
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="predecessors")
    status_list = models.ForeignKey(StatusList, models.PROTECT, null=True, related_name="+")
    status_index = models.PositiveIntegerField(null=True, blank=True)
    document = models.TextField(blank=True)

    class Meta:
        ordering = ["-awarded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="credential_state_is_known",
                condition=models.Q(state__in=[each.value for each in State]),
            ),
            models.CheckConstraint(
                name="credential_shown_as_is_known",
                condition=models.Q(shown_as__in=[each.value for each in ShownAs]),
            ),
            models.CheckConstraint(
                name="credential_ends_after_it_begins",
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            models.UniqueConstraint(
                fields=["status_list", "status_index"], name="credential_has_place_in_list"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_published(self) -> bool:
        """Whether everybody can have the signed text: the twin of `queries.PUBLISHED`."""
        return bool(self.document and (self.holder_id is not None or self.holder_email))

    def standing(self, at: datetime) -> Standing:
        """Return what a verifier is told at a moment: the state first, then the clock."""
        return telling.standing(self.state, self.valid_from, self.valid_until, at)


class ReadyAnswer(models.Model):
    """What a verifier is told of a credential, ready to be sent: see `telling.Prepared`.

    A copy of what other rows say, for speed alone: `ready_answers` writes it anew with each of
    their changes. Only the name of a type can change without that, for many credentials at once;
    so an answer counts while `type_name` is still the name.
    """

    number = models.CharField(max_length=LONGEST_ID, primary_key=True)
    type = models.ForeignKey(CredentialType, models.PROTECT, related_name="+", db_index=False)
    type_name = models.CharField(max_length=200, blank=True)
    begins = models.BigIntegerField()
    ends = models.BigIntegerField()
    tag = models.CharField(max_length=40)
    text = models.TextField()

    def __str__(self) -> str:
        return self.number


class RecognisedIssuer(models.Model):
    """Another issuer that the institute knows: programme data, edited and exported.

    `identifier` is how its credentials name it, a DID or an https address. `name` is what
    everybody is told who has one of its credentials verified, `note` is for the file.
    """

    identifier = models.CharField(max_length=LONGEST_ISSUER, unique=True)
    name = models.CharField(max_length=200)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["name", "identifier"]

    def __str__(self) -> str:
        return self.name


class StateChange(models.Model):
    """One move of a credential from state to state; never changed, never deleted."""

    credential = models.ForeignKey(Credential, models.PROTECT, related_name="changes")
    move = models.CharField(max_length=20)
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    cause = models.CharField(max_length=40)
    public_text = models.CharField(max_length=500, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    second_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="state_change_move_is_known",
                condition=models.Q(move__in=[each.value for each in Move]),
            ),
            models.CheckConstraint(
                name="state_change_cause_is_known",
                condition=models.Q(cause__in=[each.value for each in Cause]),
            ),
            models.CheckConstraint(
                name="state_change_second_is_another",
                condition=models.Q(second_person__isnull=True)
                | ~models.Q(second_person=models.F("actor")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credential}: {self.move}"


class NameLink(models.Model):
    """A private address that shows the holder's name to whom the holder gave it, for some days.

    Of the secret in the address only the SHA-256 is kept, in hexadecimal. `receiver` is a note of
    the holder for themselves. `opened` counts how often the name was shown to others, and
    `last_opened_on` is the last day of that, in UTC; who they were is not kept.
    """

    credential = models.ForeignKey(Credential, models.PROTECT, related_name="name_links")
    receiver = models.CharField(max_length=LONGEST_RECEIVER)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    opened = models.PositiveIntegerField(default=0)
    last_opened_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="name_link_has_receiver", condition=models.Q(receiver__length__gt=0)
            ),
            models.CheckConstraint(
                name="name_link_ends_after_it_begins",
                condition=models.Q(expires_at__gt=models.F("made_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credential}: link {self.pk}"

    def is_open(self, at: datetime) -> bool:
        """Whether it shows the name at a moment: the twin of `queries.open_name_links`."""
        return self.withdrawn_at is None and at < self.expires_at


class ExpiryReminder(models.Model):
    """A holder was told that a credential ends within so many days; each is told once."""

    credential = models.ForeignKey(Credential, models.PROTECT, related_name="reminders")
    days = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["credential", "days"], name="reminder_is_sent_once")
        ]

    def __str__(self) -> str:
        return f"{self.credential}: {self.days} days"


class Proposal(models.Model):
    """Something that one person wants done and another one decides on.

    `details` is what the action needs, as the asking person gave it. `asked_by` is empty for an
    award that followed by itself, when the last component was recorded.
    """

    action = models.CharField(max_length=20)
    type = models.ForeignKey(CredentialType, models.PROTECT, related_name="+")
    credential = models.ForeignKey(Credential, models.PROTECT, null=True, related_name="proposals")
    details = models.JSONField()
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=20, default=ProposalState.OPEN.value)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="proposal_action_is_known",
                condition=models.Q(action__in=[each.value for each in Action]),
            ),
            models.CheckConstraint(
                name="proposal_state_is_known",
                condition=models.Q(state__in=[each.value for each in ProposalState]),
            ),
            models.CheckConstraint(
                name="proposal_has_reason", condition=models.Q(reason__length__gt=0)
            ),
            models.CheckConstraint(
                name="proposal_is_not_approved_by_who_asked",
                condition=~models.Q(state=ProposalState.APPROVED.value)
                | ~models.Q(decided_by=models.F("asked_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.credential or self.type}"

    @property
    def asker(self) -> str:
        """Who asked, as people read it."""
        return str(self.asked_by or _("the system"))

    @property
    def decider(self) -> str:
        """Who decided, as people read it."""
        return str(self.decided_by or _("the system"))

    @property
    def asked_for(self) -> str:
        """What is to be done, as events name it."""
        return "renew" if self.renews else self.action

    @property
    def renews(self) -> bool:
        """Whether a new credential is to take the place of this one, and both happen at once."""
        return bool(self.details.get("renews"))


class ComponentOutcome(models.Model):
    """What became of a component of a type for a person, such as an exam; never changed or deleted.

    `source` says where it is documented: a reference such as "exams.sitting:17", or what a
    registrar wrote. Only the link to the person and the source go when the account is closed.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="components"
    )
    type = models.ForeignKey(CredentialType, models.PROTECT, related_name="+")
    component = models.TextField()
    outcome = models.CharField(max_length=10)
    taken_at = models.DateTimeField()
    source = models.CharField(max_length=LONGEST_SOURCE)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-taken_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="component_outcome_is_known",
                condition=models.Q(outcome__in=[each.value for each in Outcome]),
            ),
            models.UniqueConstraint(
                fields=["person", "type", "component", "source"],
                name="component_is_recorded_once_per_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type.code} {self.component}: {self.outcome}"

    @property
    def outcome_label(self) -> str:
        """The outcome as people read it."""
        return str(Outcome(self.outcome).label)


protect(
    Credential,
    except_columns=[
        "holder_id",
        "holder_name",
        "holder_email",
        "shown_as",
        "handle",
        "state",
        "public_text",
        "version",
        "changed_at",
        "successor_id",
        "status_list_id",
        "status_index",
        "document",
    ],
)
protect(StateChange)
protect(ComponentOutcome, except_columns=["person_id", "source"])
