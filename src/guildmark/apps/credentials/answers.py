"""What anybody is told about a credential: one answer for page, JSON, badge and bulk."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from guildmark.cores.identifiers import IdRefused, ReadId, read_id

from . import issuing, queries, telling
from .models import Credential, StateChange
from .states import Cause, State
from .telling import Known
from .telling import moment_text as moment_text  # Bulk answers write moments alike.

UNKNOWN = "unknown"
MISTYPED = "mistyped"
LONGEST_SHOWN = 200
"""Characters of what was typed that are shown again at most."""
BATCH = 500
"""Ids that are looked up at once; SQLite takes fewer than 1,000 values in one query everywhere."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verifier is told at a moment.

    `state` is a standing, "unknown", or "mistyped" with the `problem` of the id. `holder` is empty
    unless the holder lets a name or handle be shown. `cause` is for people, `cause_word` for
    programs. `since` is when the state was last changed, whatever else was changed later.
    """

    asked: str
    state: str
    checked_at: datetime
    credential: Credential | None = None
    problem: str = ""
    character: str = ""
    cause: str = ""
    cause_word: str = ""
    since: datetime | None = None

    @property
    def is_found(self) -> bool:
        """Whether the registry has it."""
        return self.credential is not None

    @property
    def holder(self) -> str:
        """The holder as they let themselves be shown, or nothing."""
        row = self.credential
        if row is None:
            return ""
        return telling.holder(row.shown_as, row.holder_name, row.handle)

    @property
    def etag(self) -> str:
        """A strong tag over everything in the answer but the moment of the check."""
        return self.written()[1]

    def written(self) -> tuple[str, str]:
        """Return the answer for programs as a text, and its tag."""
        if self.credential is None:
            text = json.dumps(self.as_json())
            return text, telling.text_tag(text)
        at = telling.microseconds(self.checked_at)
        return telling.written(telling.prepared(_known(self, self.credential)), at)

    def as_json(self) -> dict[str, Any]:
        """Return the answer for programs; what is unknown is left out."""
        if self.credential is not None:
            return telling.told(_known(self, self.credential), at=self.checked_at)
        told = {"id": self.asked, "state": self.state, "problem": self.problem}
        return {name: value for name, value in told.items() if value}


def answer(typed: str, *, at: datetime) -> Answer:
    """Return what is to be said about the id that somebody typed."""
    try:
        row = queries.lookup(typed)
    except IdRefused as refusal:
        return _mistyped(typed, refusal, at)
    return _unknown(typed, at) if row is None else answer_about(row, at=at)


def answer_about(row: Credential, *, at: datetime) -> Answer:
    """Return what is to be said about a credential of the registry."""
    return _told(row, row.changes.order_by("-at", "-pk").first(), at)


def answers(typed: Iterable[str], *, at: datetime) -> Iterator[Answer]:
    """Yield for each id, in their order, what `answer` says of it: two queries for 500 ids.

    They are looked up as they are taken, so that no more than a batch is in memory.
    """
    waiting = iter(typed)
    while batch := list(islice(waiting, BATCH)):
        yield from _batch(batch, at)


def _batch(typed: list[str], at: datetime) -> Iterator[Answer]:
    read = [_read(each) for each in typed]
    rows = _rows({each.key for each in read if isinstance(each, ReadId)})
    last = _last_changes(rows.values())
    for text, found in zip(typed, read, strict=True):
        if isinstance(found, IdRefused):
            yield _mistyped(text, found, at)
        elif (row := rows.get(found.key)) is None:
            yield _unknown(text, at)
        else:
            yield _told(row, last.get(row.pk), at)


def _read(typed: str) -> ReadId | IdRefused:
    try:
        return read_id(typed)
    except IdRefused as refusal:
        return refusal


def _rows(keys: set[str]) -> dict[str, Credential]:
    found = Credential.objects.select_related("type", "successor", "holder")
    return {row.key: row for row in found.filter(key__in=keys)}


def _last_changes(rows: Iterable[Credential]) -> dict[int, StateChange]:
    found = StateChange.objects.filter(credential__in=[row.pk for row in rows])
    return {each.credential_id: each for each in found.order_by("at", "pk")}


def _mistyped(typed: str, refusal: IdRefused, at: datetime) -> Answer:
    problem, character = refusal.problem.value, refusal.character
    return Answer(_shown(typed), MISTYPED, at, problem=problem, character=character)


def _unknown(typed: str, at: datetime) -> Answer:
    return Answer(_shown(typed), UNKNOWN, at)


def _told(row: Credential, last: StateChange | None, at: datetime) -> Answer:
    standing = row.standing(at).value
    if last is None:
        return Answer(row.number, standing, at, credential=row)
    cause = str(Cause(last.cause).label) if row.state != State.ACTIVE else ""
    return Answer(
        row.number,
        standing,
        at,
        credential=row,
        cause=cause,
        cause_word=last.cause,
        since=last.at,
    )


def _shown(typed: str) -> str:
    return typed.strip()[:LONGEST_SHOWN]


def _known(answer: Answer, row: Credential) -> Known:
    return Known(
        number=row.number,
        version=row.version,
        state=row.state,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        type_code=row.type.code,
        type_name=row.type.name,
        shown_as=row.shown_as,
        holder_name=row.holder_name,
        handle=row.handle,
        public_text=row.public_text,
        cause=answer.cause_word,
        changed_at=answer.since,
        successor=row.successor.number if row.successor else None,
        has_document=row.is_published,
        origin=issuing.origin(),
    )
