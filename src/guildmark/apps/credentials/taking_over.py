"""Taking over an older registry from a CSV file: all rows or none, and every fault with its row."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.apps.audit import services as audit
from guildmark.cores.identifiers import IdProblem, IdRefused, read_id

from . import policies, queries, ready_answers
from .events import RegistryTakenOver
from .models import LONGEST_ID, Credential, CredentialType
from .periods import months_after
from .states import State

NEEDED = ("id", "type", "name", "issued")
OPTIONAL = ("email", "valid_until", "state", "text")
STATES = {each.value for each in (State.ACTIVE, State.SUSPENDED, State.REVOKED, State.SURRENDERED)}
WITHOUT_END = "none"
"""Says in the column valid_until that a credential never ends, whatever its type says."""
WHY_NO_ID = {
    IdProblem.EMPTY: gettext_lazy("there is no letter and no digit in it."),
    IdProblem.TOO_LONG: gettext_lazy("it is far too long."),
    IdProblem.CHARACTER: gettext_lazy("the character “%(character)s” never stands in one."),
    IdProblem.MISTYPED: gettext_lazy("it looks like one of ours, and its check does not fit."),
}
LONGEST_NAME, LONGEST_TEXT = 200, 500
_LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in a row; rows are counted as a spreadsheet does, the heading is row 1."""

    row: int
    column: str
    text: str


class RegistryRefused(ValueError):
    """A file can't be taken over; `problems` says where and why, all of them."""

    def __init__(self, problems: Iterable[RowProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "\n".join(f"row {each.row}, {each.column}: {each.text}" for each in self.problems)
        )


@dataclass(frozen=True, slots=True)
class TakenOver:
    """How many credentials came in, and how many were there already."""

    added: int
    known: int


def take_over(text: str, *, actor: Any, at: datetime, dry_run: bool = False) -> TakenOver:
    """Take the credentials of an older registry over, all of them or none.

    A row that is here already, with the same facts, is passed over, so the same file can come
    twice. With `dry_run` everything is checked and nothing is kept. Raises `RegistryRefused`
    and `PermissionRefused`.
    """
    policies.REGISTRY_TAKE_OVER.require(actor)
    with transaction.atomic():
        rows = _Rows(at)
        wanted = list(rows.read(text))
        if rows.problems:
            raise RegistryRefused(rows.problems)
        fresh = [each for each in wanted if each.pk is None]
        if fresh and not dry_run:
            Credential.objects.bulk_create(fresh, batch_size=500)
            ready_answers.write(each.key for each in fresh)
            event = RegistryTakenOver(len(fresh))
            audit.record(event, actor=actor, subject="credentials.registry:1", at=at)
    return TakenOver(len(fresh), len(wanted) - len(fresh))


class _Rows:
    """Reads the rows of a file, and gathers what is wrong with them."""

    def __init__(self, at: datetime) -> None:
        self.problems: list[RowProblem] = []
        self._at = at
        self._types = {each.code: each for each in queries.types()}
        self._seen: dict[str, int] = {}
        self._row = 1

    def read(self, text: str) -> Iterator[Credential]:
        """Yield a credential per row, saved ones for those that are here already."""
        text = text.removeprefix("\ufeff")
        delimiter = max(",;\t", key=text.partition("\n")[0].count)
        reader = csv.DictReader(io.StringIO(text), strict=True, delimiter=delimiter)
        if not self._has_columns(reader.fieldnames or []):
            return
        try:
            for number, values in enumerate(reader, 2):
                self._row = number
                if (found := self._credential(values)) is not None:
                    yield found
        except csv.Error as fault:
            self._row += 1
            self._refuse("row", _("This is no CSV: %(fault)s.") % {"fault": fault})

    def _has_columns(self, names: Iterable[str]) -> bool:
        given = list(names)
        for name in NEEDED:
            if name not in given:
                self._refuse(name, _("This column is missing in the heading."))
        for name in given:
            if name not in NEEDED + OPTIONAL:
                known = ", ".join(NEEDED + OPTIONAL)
                text = _("This column is unknown. There are: %(known)s.")
                self._refuse(str(name), text % {"known": known})
        return not self.problems

    def _credential(self, values: Mapping[str | None, Any]) -> Credential | None:
        before = len(self.problems)
        if None in values or None in values.values():
            self._refuse("row", _("The row has more or fewer values than the heading."))
            return None
        told = {str(name): value.strip() for name, value in values.items()}
        key, kind = self._key(told["id"]), self._type(told["type"])
        name = self._text(told, "name", LONGEST_NAME, needed=True)
        text = self._text(told, "text", LONGEST_TEXT)
        email, state = self._email(told.get("email", "")), self._state(told.get("state", ""))
        issued, ends = self._day(told, "issued"), self._day(told, "valid_until")
        if len(self.problems) > before or kind is None or issued is None:
            return None
        if (
            ends is None
            and told.get("valid_until") != WITHOUT_END
            and kind.validity_months is not None
        ):
            ends = months_after(issued, kind.validity_months)
        if ends is not None and ends <= issued:
            self._refuse("valid_until", _("It ends before it begins."))
            return None
        wanted = Credential(
            key=key, number=told["id"], type=kind, holder_name=name, holder_email=email,
            state=state, public_text=text, awarded_at=issued, valid_from=issued,
            valid_until=ends, changed_at=self._at, taken_over=True,
        )  # fmt: skip
        return self._same_or_new(wanted)

    def _same_or_new(self, wanted: Credential) -> Credential | None:
        known = Credential.objects.filter(key=wanted.key).select_related("type").first()
        if known is None:
            return wanted
        facts = ("number", "type_id", "valid_from", "valid_until", "taken_over")
        if any(getattr(known, name) != getattr(wanted, name) for name in facts):
            text = _("“%(id)s” is here already with other facts. Change it in the registry.")
            self._refuse("id", text % {"id": known.number})
            return None
        return known

    def _key(self, typed: str) -> str:
        try:
            key = read_id(typed).key
        except IdRefused as refusal:
            words = {
                "id": typed,
                "why": WHY_NO_ID[refusal.problem] % {"character": refusal.character},
            }
            self._refuse("id", _("“%(id)s” can be no id: %(why)s") % words)
            return ""
        if len(typed) > LONGEST_ID or _LINE_BREAKS.search(typed):
            self._refuse("id", _("An id has at most %(most)s characters.") % {"most": LONGEST_ID})
        if key in self._seen:
            text = _("“%(id)s” reads like the id in row %(row)s.")
            self._refuse("id", text % {"id": typed, "row": self._seen[key]})
        self._seen.setdefault(key, self._row)
        return key

    def _type(self, code: str) -> CredentialType | None:
        found = self._types.get(code.upper())
        if found is None:
            known = ", ".join(self._types) or "-"
            text = _("There is no type “%(code)s”. There are: %(known)s.")
            self._refuse("type", text % {"code": code, "known": known})
        return found

    def _text(
        self, told: Mapping[str, str], column: str, longest: int, *, needed: bool = False
    ) -> str:
        text = told.get(column, "")
        if needed and not text:
            self._refuse(column, _("This is needed."))
        if len(text) > longest or _LINE_BREAKS.search(text):
            message = _("Give one line of at most %(most)s characters.")
            self._refuse(column, message % {"most": longest})
        return text

    def _email(self, address: str) -> str:
        try:
            if address:
                validate_email(address)
        except ValidationError:
            text = _("“%(address)s” is not an e-mail address.")
            self._refuse("email", text % {"address": address})
        return address.lower()

    def _state(self, state: str) -> str:
        if state and state not in STATES:
            text = _("“%(state)s” is no state. There are: %(known)s; expiry follows from the date.")
            self._refuse("state", text % {"state": state, "known": ", ".join(sorted(STATES))})
        return state or State.ACTIVE.value

    def _day(self, told: Mapping[str, str], column: str) -> datetime | None:
        text = told.get(column, "")
        if column != "issued" and text in ("", WITHOUT_END):
            return None
        try:
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        except ValueError:
            message = _("“%(text)s” is no day. Write it as 2026-03-31.")
            self._refuse(column, message % {"text": text})
            return None

    def _refuse(self, column: str, text: str) -> None:
        self.problems.append(RowProblem(self._row, column, text))
