"""Reading contributions: one's own, the queue of whoever may read it, and what is public."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.states import Role
from guildmark.apps.assignments import queries as assignments
from guildmark.apps.mail import queries as mail
from guildmark.cores.identifiers import IdRefused, read_id
from guildmark.cores.textkit import similarity

from . import search
from .models import Contribution as Contribution  # Others speak of contributions by this name.
from .models import Draft as Draft
from .models import Reply as Reply
from .models import Step as Step
from .models import Voice as Voice
from .states import Kind, Outcome, Standing, Trace

SUBJECT_KIND = "contributions.contribution"
READERS = {
    Kind.FEEDBACK: frozenset({Role.TRIAGE, Role.AUDITOR}),
    Kind.CONTACT: frozenset({Role.TRIAGE, Role.SUPPORT, Role.AUDITOR}),
}
"""Who may read the queue of each kind, but for what they have a conflict with."""
TRIAGERS = {
    Kind.FEEDBACK: frozenset({Role.TRIAGE}),
    Kind.CONTACT: frozenset({Role.TRIAGE, Role.SUPPORT}),
}
OPEN = Q(next_due__isnull=False)
"""The condition of what waits for a decision: the database holds that all else has no next step."""
SIMILAR_AT_MOST = 3
COMPARED_AT_MOST = 50
ALIKE_ENOUGH = 0.12
"""Below this two texts share no more than the words of their field."""


@dataclass(frozen=True, slots=True)
class Similar:
    """A contribution that may say the same, and how alike it is, from 0 to 1."""

    contribution: Contribution
    likeness: float


def by_number(typed: str) -> Contribution | None:
    """Return the contribution with a reference, or None for what is unknown or mistyped."""
    try:
        key = read_id(typed).key
    except IdRefused:
        return None
    return _related(Contribution.objects.filter(key=key)).first()


def visible_to(actor: Any, *, at: datetime) -> QuerySet[Contribution]:
    """Return the queue that an actor may read: the twin of `Permission.CONTRIBUTION_READ`.

    What the actor wrote, joined or has any other conflict with is not in it.
    """
    hidden = assignments.conflicted_ids(actor, SUBJECT_KIND, at=at)
    return _related(_of_readable_kinds(actor).exclude(pk__in=hidden))


def sizes(actor: Any, parts: dict[str, Q], *, at: datetime) -> dict[str, int]:
    """Return how many contributions that an actor may read are in each part of the queue.

    All are counted by an index alone, and then those taken off that the actor may not read, which
    are few: asking each row whether it is hidden takes a hundred times as long.
    """
    rows = _of_readable_kinds(actor)
    hidden = rows.filter(pk__in=assignments.conflicted_ids(actor, SUBJECT_KIND, at=at))
    few = hidden.aggregate(**{word: Count("pk", filter=part) for word, part in parts.items()})
    return {word: rows.filter(part).count() - few[word] for word, part in parts.items()}


def waiting_for(actor: Any, *, at: datetime, most: int) -> list[Contribution]:
    """Return what waits for an actor or for anybody, their own first, then by the day it is due."""
    rows = visible_to(actor, at=at).filter(OPEN, suspicion="").order_by("next_due", "pk")
    mine = list(rows.filter(claimed_by_id=actor.pk)[:most])
    return [*mine, *rows.filter(claimed_by=None)[: most - len(mine)]]


def waiting_count(actor: Any, *, at: datetime) -> int:
    """Return how much waits for an actor or for anybody."""
    free = Q(claimed_by=None) | Q(claimed_by_id=actor.pk)
    return sizes(actor, {"waiting": OPEN & Q(suspicion="") & free}, at=at)["waiting"]


def next_due(actor: Any, *, after: Contribution, at: datetime) -> Contribution | None:
    """Return what is due next after one of what is free for an actor, or the first of all."""
    rows = visible_to(actor, at=at).filter(OPEN, suspicion="").exclude(pk=after.pk)
    free = rows.filter(Q(claimed_by=None) | Q(claimed_by_id=actor.pk)).order_by("next_due", "pk")
    if after.next_due is None:
        return free.first()
    later = Q(next_due__gt=after.next_due) | Q(next_due=after.next_due, pk__gt=after.pk)
    return free.filter(later).first() or free.first()


def undecidable(*, at: datetime) -> frozenset[int]:
    """Return the keys of what waits and nobody who has the role may decide on.

    Few are left after the first person, so it costs little more than asking for that one.
    """
    left: set[int] = set()
    for kind, roles in TRIAGERS.items():
        rows = Contribution.objects.filter(OPEN, kind=kind.value, suspicion="").order_by()
        people = {each.pk: each for role in roles for each in accounts.people_with_role(role)}
        of_kind: set[int] | None = None
        for person in people.values():
            if of_kind is not None and not of_kind:
                break
            hidden = rows.filter(pk__in=assignments.conflicted_ids(person, SUBJECT_KIND, at=at))
            keys = set(hidden.values_list("pk", flat=True))
            of_kind = keys if of_kind is None else of_kind & keys
        left |= set(rows.values_list("pk", flat=True)) if of_kind is None else of_kind
    return frozenset(left)


def with_answers(rows: QuerySet[Contribution]) -> QuerySet[Contribution]:
    """Add `author_answered`: whether the last message about it came from its author."""
    last = Reply.objects.filter(contribution=OuterRef("pk")).order_by("-written_at", "-pk")
    return rows.annotate(author_answered=Subquery(last.values("from_author")[:1]))


def matching(rows: QuerySet[Contribution], text: str) -> QuerySet[Contribution]:
    """Return those of some contributions that hold every word, or that have this reference."""
    if not text.strip():
        return rows
    wanted = search.holding(text, within=search.EVERYTHING)
    if (named := by_number(text)) is not None:
        wanted |= Q(pk=named.pk)
    return rows.filter(wanted)


def overdue(on: date) -> Q:
    """Return the condition of what should have been answered or decided before a day."""
    return OPEN & Q(next_due__lt=on)


def own(person: Any) -> QuerySet[Contribution]:
    """Return what a person sent in, newest first."""
    return _related(Contribution.objects.filter(author_id=person.pk)).order_by("-received_at")


def joined(person: Any) -> QuerySet[Voice]:
    """Return the voices of a person that stand, newest first."""
    voices = Voice.objects.filter(person_id=person.pk, left_at=None)
    return voices.select_related("contribution").order_by("-joined_at")


def published() -> QuerySet[Contribution]:
    """Return the feedback that everybody may read of: its summary, target, dates and fate."""
    rows = Contribution.objects.filter(kind=Kind.FEEDBACK.value).exclude(public_summary="")
    return _related(rows)


def about(framework: str, *, requirement: str = "", domain: str = "") -> QuerySet[Contribution]:
    """Return the published feedback on a requirement or on a domain and all in it."""
    rows = published().filter(framework=framework)
    rows = rows.filter(requirement=requirement) if requirement else rows.filter(domain=domain)
    return rows.order_by("-received_at")


def with_voices(rows: QuerySet[Contribution]) -> QuerySet[Contribution]:
    """Add `joined`, the number of voices that stand beside the author's own."""
    voices = Voice.objects.filter(contribution=OuterRef("pk"), left_at=None).order_by()
    count = voices.values("contribution").annotate(n=Count("pk")).values("n")
    return rows.annotate(joined=Coalesce(Subquery(count), 0))


def similar_public(text: str, *, leaving_out: Any = None) -> list[Similar]:
    """Return at most three published contributions that may say the same, the likest first.

    `leaving_out` is a person whose own contributions are no news to them.
    """
    rows = published().exclude(outcome=Outcome.WITHDRAWN.value)
    if leaving_out is not None:
        rows = rows.exclude(author_id=leaving_out.pk)
    found = search.alike(text, within=search.PUBLIC)
    return _ranked(text, rows, found, lambda each: each.public_summary)


def similar_in_queue(row: Contribution, actor: Any, *, at: datetime) -> list[Similar]:
    """Return at most three contributions that this one may be a duplicate of, the likest first."""
    text = f"{row.summary}\n{row.details}"
    found = search.alike(text, within=search.EVERYTHING)
    rows = visible_to(actor, at=at).filter(kind=Kind.FEEDBACK.value, merged_into=None)
    rows = rows.exclude(pk__in=[row.pk, row.part_of_id or row.pk]).exclude(part_of=row)
    rows = rows.exclude(outcome=Outcome.WITHDRAWN.value)
    return _ranked(text, rows, found, lambda each: f"{each.summary}\n{each.details}")


def was_contested(row: Contribution) -> bool:
    """Whether its author has used the one contest that there is."""
    return row.steps.filter(move=Trace.CONTEST.value).exists()


def is_undecidable(row: Contribution, *, at: datetime) -> bool:
    """Whether it waits and nobody who has the role may decide on it."""
    return row.is_open and row.pk in undecidable(at=at)


def is_unreachable(row: Contribution) -> bool:
    """Whether mail about a contribution could not be delivered to its author."""
    address = row.author.email if row.author is not None else row.author_email
    return bool(address) and mail.given_up(address, about=row.number).exists()


def voice_count(row: Contribution) -> int:
    """Return how many people with a credential say this, those of its duplicates included."""
    return len({each.pk for each in people_behind(row, counted=True)})


def people_behind(row: Contribution, *, counted: bool = False) -> list[accounts.User]:
    """Return the authors and voices of a contribution and of its duplicates, each once.

    With `counted`, only those behind whom a credential stood.
    """
    rows = [row, *row.duplicates.select_related("author")]
    authors = [each.author for each in rows if each.standing != Standing.NONE or not counted]
    joined = Voice.objects.filter(contribution__in=rows, left_at=None).select_related("person")
    people = [*authors, *(each.person for each in joined)]
    return list({each.pk: each for each in people if each is not None}.values())


def drafts(person: Any) -> QuerySet[Draft]:
    """Return what a person began to write, the newest first."""
    return Draft.objects.filter(person_id=person.pk)


def steps(row: Contribution) -> QuerySet[Step]:
    """Return everything that happened to a contribution, oldest first."""
    return row.steps.select_related("actor", "other")


def _of_readable_kinds(actor: Any) -> QuerySet[Contribution]:
    roles = accounts.effective_roles(actor)
    kinds = [kind.value for kind, readers in READERS.items() if roles & readers]
    return Contribution.objects.filter(kind__in=kinds)


def _ranked(text: str, rows: QuerySet[Contribution], found: list[int], words: Any) -> list[Similar]:
    """Compare a text with the likest of those found that are among some rows."""
    known = {each.pk: each for each in rows.filter(pk__in=found)}
    likest = [known[key] for key in found if key in known][:COMPARED_AT_MOST]
    scored = [Similar(each, similarity(text, words(each))) for each in likest]
    good = [each for each in scored if each.likeness >= ALIKE_ENOUGH]
    return sorted(good, key=lambda each: (-each.likeness, each.contribution.pk))[:SIMILAR_AT_MOST]


def _related(rows: QuerySet[Contribution]) -> QuerySet[Contribution]:
    return rows.select_related("author", "claimed_by", "merged_into", "part_of", "rules")
