"""Reading cases: one's own, and those that one may decide on.

Whether somebody is independent is asked for one case (`hindrance`) and for lists
(`decidable_by`); a property test holds the two together.
"""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.states import Role
from guildmark.apps.assignments import queries as assignments
from guildmark.cores.identifiers import IdRefused, read_id

from .models import Case as Case  # Others speak of cases by this name.
from .models import Clocks, Member
from .models import Step as Step
from .states import ENDED, RULED, Hindrance, State

SUBJECT_KIND = "cases.case"
"""Of relations to a case itself: who opened it is its author, who steps back from it is recused."""
FIRST = 1
ACKNOWLEDGE_DAYS, ADMISSIBILITY_DAYS, DECIDE_DAYS = 5, 10, 30
BEGINNING = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def clocks_in_force() -> Clocks:
    """Return the newest clocks; the first ones are made when they are first needed."""
    found = Clocks.objects.order_by("-version").first()
    return found or Clocks.objects.get_or_create(
        version=FIRST,
        defaults={
            "acknowledge_days": ACKNOWLEDGE_DAYS,
            "admissibility_days": ADMISSIBILITY_DAYS,
            "decide_days": DECIDE_DAYS,
            "made_at": BEGINNING,
        },
    )[0]  # fmt: skip


def by_number(typed: str) -> Case | None:
    """Return the case with a number, or None for what is unknown or mistyped."""
    try:
        key = read_id(typed).key
    except IdRefused:
        return None
    return Case.objects.filter(key=key).select_related("opened_by", "clocks").first()


def own(person: Any) -> QuerySet[Case]:
    """Return what a person contested, newest first."""
    return Case.objects.filter(opened_by_id=person.pk).order_by("-opened_at", "-pk")


def decidable_by(actor: Any, *, at: datetime) -> QuerySet[Case]:
    """Return the cases that an actor could decide on: the twin of `Permission.CASE_HANDLE`.

    Those who ever had to do with the subject, or have a conflict with it or with who opened the
    case, don't see the case.
    """
    if not accounts.has_role(actor, Role.DECISION_MAKER):
        return Case.objects.none()
    subject = {"subject_kind": OuterRef("subject_kind"), "subject_id": OuterRef("subject_id")}
    others = Case.objects.filter(**subject).exclude(pk=OuterRef("pk"))
    rows = Case.objects.exclude(opened_by_id=actor.pk).filter(
        ~Exists(assignments.roles_of(actor).filter(**subject)),
        ~Exists(others.filter(_ruled_by(actor))),
    )
    rows = rows.exclude(_conflicted(actor, at)).select_related("opened_by", "clocks")
    return rows.order_by(F("due").asc(nulls_last=True), "pk")


def visible_to(actor: Any, *, at: datetime) -> QuerySet[Case]:
    """Return the cases that an actor may read: the twin of `Permission.CASE_READ`."""
    readable = decidable_by(actor, at=at).order_by().values("pk")
    rows = Case.objects.filter(Q(opened_by_id=actor.pk) | Q(pk__in=readable))
    return rows.select_related("opened_by", "clocks").order_by("-opened_at", "-pk")


def waiting_for(actor: Any, *, at: datetime) -> QuerySet[Case]:
    """Return what waits for an actor or for anybody who may decide, the next due first.

    A case that was given to others is left to them, unless none of them can decide any more.
    """
    rows = decidable_by(actor, at=at).exclude(state__in=[each.value for each in ENDED])
    given = Q(state=State.ASSIGNED.value)
    left = [each.pk for each in rows.filter(given) if not deciders(each, at=at)]
    mine = Q(pk__in=Member.objects.filter(person_id=actor.pk).values("case_id"))
    return rows.filter(~given | mine | Q(pk__in=left))


def to_close(actor: Any, *, at: datetime) -> QuerySet[Case]:
    """Return what an actor could close: decided or not admitted, oldest first."""
    ended = (State.REFUSED.value, State.DECIDED.value)
    return decidable_by(actor, at=at).filter(state__in=ended).order_by("opened_at", "pk")


def hindrance(person: Any, case: Case, *, at: datetime) -> Hindrance | None:
    """Return why a person can't act on a case, or None for who is independent."""
    if case.opened_by_id == person.pk:
        return Hindrance.OPENED
    subject = (case.subject_kind, case.subject_id)
    if assignments.has_role_in(person, *subject):
        return Hindrance.ROLE
    same = Case.objects.filter(subject_kind=case.subject_kind, subject_id=case.subject_id)
    others = same.exclude(pk=case.pk)
    if others.filter(_ruled_by(person)).exists():
        return Hindrance.DECIDED
    about = (subject, (SUBJECT_KIND, case.pk))
    if any(assignments.conflicts(person, *each, at=at) for each in about):
        return Hindrance.CONFLICT
    return None


def is_independent(person: Any, case: Case, *, at: datetime) -> bool:
    """Whether a person never had to do with the matter and has no conflict with it."""
    return hindrance(person, case, at=at) is None


def independent_people(case: Case, *, at: datetime) -> list[accounts.User]:
    """Return the decision makers who took no part and have no conflict."""
    people = accounts.people_with_role(Role.DECISION_MAKER)
    return [each for each in people if is_independent(each, case, at=at)]


def hindered_people(case: Case, *, at: datetime) -> list[tuple[accounts.User, Hindrance]]:
    """Return the decision makers who can't act on a case, each with the reason."""
    people = accounts.people_with_role(Role.DECISION_MAKER)
    found = [(each, hindrance(each, case, at=at)) for each in people]
    return [(each, why) for each, why in found if why is not None]


def deciders(case: Case, *, at: datetime) -> list[accounts.User]:
    """Return those of the people to whom a case was given who can still decide on it."""
    given = set(members(case).values_list("person_id", flat=True))
    return [each for each in independent_people(case, at=at) if each.pk in given]


def is_stuck(case: Case, *, at: datetime) -> bool:
    """Whether a case waits, and nobody may act on it."""
    return case.is_open and not independent_people(case, at=at)


def is_any_stuck(*, at: datetime) -> bool:
    """Whether there is a case that waits, and nobody may act on it.

    Asked for each decision maker, not for each case; most often the first may act on all.
    """
    open_ones = Case.objects.exclude(state__in=[each.value for each in ENDED])
    left = set(open_ones.values_list("pk", flat=True))
    for each in accounts.people_with_role(Role.DECISION_MAKER):
        if not left:
            break
        left -= set(decidable_by(each, at=at).filter(pk__in=open_ones).values_list("pk", flat=True))
    return bool(left)


def members(case: Case) -> QuerySet[Member]:
    """Return the people to whom a case was given."""
    return case.members.select_related("person")


def given_to(person: Any) -> QuerySet[Member]:
    """Return what was ever given to a person to decide."""
    return Member.objects.filter(person_id=person.pk).select_related("case")


def steps(case: Case) -> QuerySet[Step]:
    """Return everything that happened to a case, oldest first."""
    return case.steps.select_related("actor")


def _ruled_by(person: Any) -> Q:
    """Cases on which a person decided, alone or with others, or which the person did not admit."""
    moves = [each.value for each in RULED]
    ruled = Step.objects.filter(actor_id=person.pk, move__in=moves).values("case_id")
    shared = Member.objects.filter(person_id=person.pk).values("case_id")
    return Q(pk__in=ruled) | Q(pk__in=shared, decided_at__isnull=False)


def _conflicted(actor: Any, at: datetime) -> Q:
    found = Q(pk__in=assignments.conflicted_ids(actor, SUBJECT_KIND, at=at))
    for kind in Case.objects.order_by().values_list("subject_kind", flat=True).distinct():
        keys = assignments.conflicted_ids(actor, kind, at=at)
        found |= Q(subject_kind=kind, subject_id__in=keys)
    return found
