"""Answers about credentials, kept as texts for the entry that must be fast.

An answer is written anew in the transaction that changes what it is made of, see `receivers`. Where
none is ready, or the one that is counts no more, Django makes it of the rows themselves: that costs
time, never truth.

Addresses stand in answers, so none is written before the origin is fixed for ever.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from guildmark.apps.institute import queries as institutes

from . import queries, telling
from .models import Credential, ReadyAnswer
from .telling import Known

BATCH = 500


def write(keys: Iterable[str]) -> None:
    """Write the answers about credentials anew."""
    waiting = iter(keys)
    with transaction.atomic():
        while batch := list(islice(waiting, BATCH)):
            ReadyAnswer.objects.filter(number__in=_locked(batch)).delete()
            ReadyAnswer.objects.bulk_create(_made(batch))


def write_missing() -> int:
    """Write the answers that are not ready, batch after batch, and return how many."""
    if not _is_origin_fixed():
        return 0
    ready = queries.ready_answers().filter(number=OuterRef("number"))
    missing = Credential.objects.filter(~Exists(ready)).order_by("pk").values_list("pk", "key")
    last = count = 0
    while batch := list(missing.filter(pk__gt=last)[:BATCH]):
        write(key for _pk, key in batch)
        last, count = batch[-1][0], count + len(batch)
    return count


def untrue() -> Iterator[str]:
    """Yield the ids of which another answer is ready than would be written now."""
    last = 0
    rows = Credential.objects.order_by("pk").values_list("pk", "key")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1][0]
        keys = [key for _pk, key in batch]
        if _differing(keys):
            with transaction.atomic():  # One may have been changed between the two looks.
                _locked(keys)
                differing = _differing(keys)
            yield from differing


def _differing(keys: list[str]) -> list[str]:
    true = {row.number: row for row in _made(keys)}
    ready = queries.ready_answers().filter(number__in=true)
    return [row.number for row in ready if _values(row) != _values(true[row.number])]


def _locked(keys: list[str]) -> list[str]:
    """Return the ids, and have whoever changes them wait: no answer overtakes a newer one."""
    rows = Credential.objects.select_for_update().filter(key__in=keys).order_by("pk")
    return list(rows.values_list("number", flat=True))


def _is_origin_fixed() -> bool:
    return institutes.institute().origin_fixed_at is not None


def _made(keys: list[str]) -> list[ReadyAnswer]:
    if not _is_origin_fixed():
        return []
    return [_answer(type_id, Known(*facts)) for type_id, *facts in queries.known(keys)]


def _answer(type_id: int, known: Known) -> ReadyAnswer:
    return ReadyAnswer(
        number=known.number,
        type_id=type_id,
        type_name=known.type_name,
        **telling.prepared(known)._asdict(),
    )


def _values(row: ReadyAnswer) -> list[Any]:
    return [getattr(row, field.attname) for field in ReadyAnswer._meta.concrete_fields]
