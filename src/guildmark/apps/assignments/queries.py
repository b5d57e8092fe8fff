"""Conflicts of interest: for one subject with their reasons, and for lists as a subquery.

Both ask the same conditions of the same table, and a property test holds them together.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from guildmark.apps.accounts.queries import User
from guildmark.apps.practitioners import queries as practitioners

from .models import Relation as Relation
from .models import Tie as Tie
from .states import OWN, ConflictKind, RelationKind

MONTHS_BACK = timedelta(days=731)
"""24 months, never a day less."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why a person can't act on a subject."""

    kind: ConflictKind

    @property
    def reason(self) -> Promise:
        """The sentence that tells the person why."""
        return self.kind.reason

    @property
    def reason_of_another(self) -> Promise:
        """The sentence that tells somebody else why this person can't act."""
        return self.kind.reason_of_another


def conflicts(
    person: Any, subject_kind: str, subject_id: int, *, at: datetime
) -> tuple[Conflict, ...]:
    """Return every conflict of a person with one subject; none means that they may act on it."""
    if getattr(person, "pk", None) is None:
        return ()
    rows = _in_force(subject_kind, at).filter(subject_id=subject_id)
    conditions = _conditions(person, at)
    found = [kind for kind, condition in conditions if rows.filter(condition).exists()]
    return tuple(Conflict(kind) for kind in dict.fromkeys(found))


def conflicted_ids(person: Any, subject_kind: str, *, at: datetime) -> QuerySet[Relation, Any]:
    """Return the keys of all subjects that a person has a conflict with, as a subquery.

    One select for each kind of conflict, put together: a database finds each by an index, and
    would read every relation for one select with all conditions. Keys may come more than once.
    """
    rows = _in_force(subject_kind, at).order_by()
    if getattr(person, "pk", None) is None:
        return rows.none().values_list("subject_id", flat=True)
    own = rows.filter(person_id=person.pk, kind__in=[each.value for each in OWN])
    derived = [
        rows.filter(condition)
        for kind, condition in _conditions(person, at)
        if kind not in OWN.values()
    ]
    keys = [each.values_list("subject_id", flat=True) for each in (own, *derived)]
    return keys[0].union(*keys[1:], all=True)


def has_role_in(person: Any, subject_kind: str, subject_id: int) -> bool:
    """Whether a person ever had anything to do with a subject, also as who decided on it."""
    rows = roles_of(person).filter(subject_kind=subject_kind, subject_id=subject_id)
    return rows.exists()


def roles_of(person: Any) -> QuerySet[Relation]:
    """Return whatever a person ever was to any subject; having stated no conflict is no role."""
    rows = Relation.objects.filter(person_id=person.pk).exclude(kind=RelationKind.NONE.value)
    return rows.order_by()


def people_with(subject_kind: str, subject_id: int, kind: RelationKind) -> list[User]:
    """Return the people who are or were this to a subject."""
    rows = Relation.objects.filter(subject_kind=subject_kind, subject_id=subject_id, kind=kind)
    return [each.person for each in rows.select_related("person") if each.person is not None]


def authors(subject_kind: str, subject_id: int) -> frozenset[int]:
    """Return the keys of the people who wrote a subject."""
    rows = Relation.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    found = rows.filter(kind=RelationKind.AUTHOR).values_list("person_id", flat=True)
    return frozenset(each for each in found if each is not None)


def recusals(subject_kind: str, subject_id: int) -> QuerySet[Relation]:
    """Return who recused themselves from a subject, for those who may see it."""
    rows = Relation.objects.filter(subject_kind=subject_kind, subject_id=subject_id, until=None)
    return rows.filter(kind=RelationKind.RECUSED).select_related("person")


def declared_by(person: Any) -> QuerySet[Relation]:
    """Return what a person declared about subjects, newest first, and what was taken back too."""
    kinds = (RelationKind.DECLARED, RelationKind.RECUSED, RelationKind.NONE)
    rows = Relation.objects.filter(person_id=person.pk, kind__in=kinds)
    return rows.order_by("-since", "-pk")


def stated_none(person: Any, subject_kind: str, subject_id: int) -> Relation | None:
    """Return the statement of a person that they have no conflict with a subject, if it stands."""
    rows = declared_by(person).filter(subject_kind=subject_kind, subject_id=subject_id, until=None)
    return rows.filter(kind=RelationKind.NONE.value).first()


def own_counts(person: Any, *, at: datetime) -> dict[tuple[str, RelationKind], int]:
    """Return how many subjects of each kind a person wrote or joined; these they know anyway."""
    kinds = (RelationKind.AUTHOR, RelationKind.VOICE)
    rows = _current(Relation.objects.filter(person_id=person.pk, kind__in=kinds), at)
    counted = rows.order_by().values_list("subject_kind", "kind").annotate(Count("pk"))
    return {(subject, RelationKind(kind)): number for subject, kind, number in counted}


def ties(person: Any) -> QuerySet[Tie]:
    """Return the ties that a person declared, newest first."""
    return Tie.objects.filter(declared_by_id=person.pk).select_related("other")


def ties_named_in(person: Any) -> QuerySet[Tie]:
    """Return the ties with a person that others declared, newest first."""
    return Tie.objects.filter(other_id=person.pk).select_related("declared_by")


def _in_force(subject_kind: str, at: datetime) -> QuerySet[Relation]:
    return _current(Relation.objects.filter(subject_kind=subject_kind), at)


def _current(rows: QuerySet[Relation], at: datetime) -> QuerySet[Relation]:
    return rows.filter(Q(until__isnull=True) | Q(until__gt=at))


def _conditions(person: Any, at: datetime) -> list[tuple[ConflictKind, Q]]:
    """Return the conditions on the relations of a subject, each with its kind of conflict.

    None holds an "or" between two subqueries, for which no database uses an index.
    """
    today = timezone.localdate(at)
    mine = Q(person_id=person.pk)
    wrote = Q(kind=RelationKind.AUTHOR.value)
    firm = Q(kind=RelationKind.FIRM.value)
    back = today - MONTHS_BACK
    colleagues = practitioners.colleagues(person, since=back, until=today)
    return [
        *((kind, mine & Q(kind=relation.value)) for relation, kind in OWN.items()),
        (ConflictKind.EMPLOYER, wrote & Q(person_id__in=colleagues)),
        (ConflictKind.VENDOR, wrote & Q(person_id__in=_at_vendors_of(person, back, today))),
        (ConflictKind.FIRM, firm & Q(firm_id__in=_firms_of(person, back, today))),
        (ConflictKind.TIE, wrote & Q(person_id__in=_tied(person))),
        (ConflictKind.TIE, wrote & Q(person_id__in=_tying(person))),
    ]


def _at_vendors_of(person: Any, since: date, until: date) -> QuerySet[Any, Any]:
    families = practitioners.vendor_families(person, on=until)
    return practitioners.people_of(families, since=since, until=until)


def _firms_of(person: Any, since: date, until: date) -> QuerySet[Any, Any]:
    """Return the firms of all families that a person works for or has an interest in."""
    worked = Q(family_id__in=practitioners.families(person, since=since, until=until))
    bound = Q(family_id__in=practitioners.vendor_families(person, on=until))
    return practitioners.register().filter(worked | bound).order_by().values("pk")


def _tied(person: Any) -> QuerySet[Tie, Any]:
    rows = Tie.objects.filter(declared_by_id=person.pk, ended_at=None).order_by()
    return rows.annotate(tied=F("other_id")).values_list("tied", flat=True)


def _tying(person: Any) -> QuerySet[Tie, Any]:
    rows = Tie.objects.filter(other_id=person.pk, ended_at=None).order_by()
    return rows.annotate(tying=F("declared_by_id")).values_list("tying", flat=True)
