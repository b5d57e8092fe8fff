"""One's own cases, those that one may decide on, and every step."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.assignments import queries as assignments
from guildmark.apps.cases import policies, queries, services, slots
from guildmark.apps.cases.forms import AssignForm, ExtendForm, FindingForm, ReasonForm
from guildmark.apps.cases.queries import SUBJECT_KIND, Case, Step
from guildmark.apps.cases.services import CaseRefused
from guildmark.apps.cases.states import CASE, EXTENDED, OPENED, Move, State
from guildmark.cores.lifecycle import TransitionRefused

TITLES: dict[str, Promise] = {
    Move.ACKNOWLEDGE: _("Acknowledge"),
    Move.ADMIT: _("Admit"),
    Move.REFUSE: _("Do not admit"),
    Move.ASSIGN: _("Choose who decides"),
    Move.DECIDE: _("Decide"),
    Move.CLOSE: _("Close"),
    EXTENDED: _("Take more time"),
}
HELP: dict[str, Promise] = {
    Move.ACKNOWLEDGE: _("Say that you have read it. Who opened the case is told."),
    Move.ADMIT: _(
        "It is about something that can be decided here. Say so; then it is given to those who "
        "decide."
    ),
    Move.REFUSE: _("Say why it can't be decided here, in words that help who opened the case."),
    Move.ASSIGN: _("Yourself or others. Any of them decides for all, so let them talk first."),
    Move.DECIDE: _("The reason is the answer. Name nobody in it, and write it for an outsider."),
    Move.CLOSE: _("Everything has followed. Who opened the case is told that it is closed."),
    EXTENDED: _("Who opened the case is told the new day and your reason."),
}
WAY = (State.RECEIVED, State.ACKNOWLEDGED, State.ADMISSIBLE, State.ASSIGNED, State.DECIDED)


@login_required
@never_cache
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """List one's own cases, and those that wait for somebody who may decide."""
    now = timezone.now()
    context = {
        "own": _listed(queries.own(request.user)),
        "waiting": _listed(queries.waiting_for(request.user, at=now)),
        "to_close": _listed(queries.to_close(request.user, at=now)),
        "decides": policies.is_decision_maker.test(request.user),
        "today": timezone.localdate(now),
    }
    return render(request, "cases/cases.html", context)


@login_required
@never_cache
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show one case, and what can be done with it."""
    row = _visible_or_404(request, number)
    handles = policies.CASE_HANDLE.allows(request.user, row)
    context = {
        "case": row,
        **_matter(row),
        "steps": _steps(row),
        "history": _history(row, named=handles),
        "handles": handles,
        "late": row.is_late(timezone.localdate()),
        "stuck": queries.is_stuck(row, at=timezone.now()),
        **(_for_deciders(request.user, row) if handles else {}),
    }
    return render(request, "cases/case.html", context)


def _for_deciders(actor: Any, row: Case) -> dict[str, Any]:
    """Return what only those who may decide on a case read."""
    now = timezone.now()
    given = list(queries.members(row))
    left = row.state == State.ASSIGNED and not queries.deciders(row, at=now)
    return {
        "opener": row.opened_by,
        "members": given,
        "nobody_left": left,
        "recused": assignments.recusals(SUBJECT_KIND, row.pk),
        "moves": _moves(actor, row),
    }


def _history(row: Case, *, named: bool) -> list[dict[str, Any]]:
    return [
        {
            "when": each.at,
            "title": _title(each),
            "text": each.text,
            "who": each.actor if named else "",
        }
        for each in queries.steps(row)
    ]


def _listed(rows: Iterable[Case]) -> list[dict[str, Any]]:
    return [
        {
            "case": each,
            "kind": slots.title_of(each.kind),
            "subject": slots.told(each.kind, each.subject_id)[0],
        }
        for each in rows
    ]


@login_required
@never_cache
def step(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Make one step; each asks for what it needs."""
    row = _visible_or_404(request, number)
    if not policies.CASE_HANDLE.allows(request.user, row) or move not in TITLES:
        raise Http404(_missing())
    form = _form(request, row, move)
    if request.method == "POST" and form.is_valid():
        try:
            _carry_out(move, row, form, request.user)()
        except (CaseRefused, PermissionRefused) as refusal:
            field = getattr(refusal, "field", "")
            form.add_error(field if field in form.fields else None, str(refusal))
        except TransitionRefused:
            messages.error(request, _("It was changed in the meantime. Look at it again."))
            return redirect("cases:case", number=row.number)
        else:
            messages.success(request, _("Done. Who opened the case is told."))
            return redirect("cases:case", number=row.number)
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    context = {"case": row, "form": form, "title": TITLES[move], "help": HELP.get(move, "")}
    if move == Move.ASSIGN:
        context["hindered"] = _hindered(row)
    if move == Move.DECIDE:
        context |= _matter(row)
    return render(request, "cases/step.html", context, status=status)


def _matter(row: Case) -> dict[str, Any]:
    """Return what a case is about."""
    title, text = slots.told(row.kind, row.subject_id)
    return {"kind": slots.title_of(row.kind), "subject": title, "subject_text": text}


def _visible_or_404(request: HttpRequest, number: str) -> Case:
    row = queries.by_number(number)
    if row is None or not policies.CASE_READ.allows(request.user, row):
        raise Http404(_missing())
    return row


def _hindered(row: Case) -> list[dict[str, Any]]:
    found = queries.hindered_people(row, at=timezone.now())
    return [{"who": who, "why": why.reason_of_another} for who, why in found]


def _missing() -> str:
    return str(_("There is no case with this number, or you may not read it."))


def _moves(actor: Any, row: Case) -> list[dict[str, Any]]:
    """Return what can be done now, the main thing first."""
    moves: list[str] = list(CASE.available(row.state))
    if policies.CASE_DECIDE.allows(actor, row):
        moves.sort(key=lambda each: each != Move.DECIDE)
    else:
        moves = [each for each in moves if each != Move.DECIDE]
    if row.due is not None:
        moves.append(EXTENDED)
    return [{"name": each, "title": TITLES[each]} for each in moves]


def _form(request: HttpRequest, row: Case, move: str) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    if move == Move.ASSIGN:
        people = queries.independent_people(row, at=timezone.now())
        given = set(queries.members(row).values_list("person_id", flat=True))
        return AssignForm(data, people=[each for each in people if each.pk not in given])
    kinds: dict[str, type[forms.Form]] = {
        Move.ADMIT: ReasonForm,
        Move.REFUSE: ReasonForm,
        Move.DECIDE: FindingForm,
        EXTENDED: ExtendForm,
    }
    return kinds.get(move, forms.Form)(data)


def _carry_out(move: str, row: Case, form: Any, actor: Any) -> Callable[[], Any]:
    now, data = timezone.now(), form.cleaned_data
    services_of: dict[str, Callable[[], Any]] = {
        Move.ACKNOWLEDGE: lambda: services.acknowledge(row, actor=actor, at=now),
        Move.ADMIT: lambda: services.admit(row, reason=data["reason"], actor=actor, at=now),
        Move.REFUSE: lambda: services.refuse(row, reason=data["reason"], actor=actor, at=now),
        Move.ASSIGN: lambda: services.assign(row, form.chosen(), actor=actor, at=now),
        Move.DECIDE: lambda: services.decide(row, form.finding(), actor=actor, at=now),
        Move.CLOSE: lambda: services.close(row, actor=actor, at=now),
        EXTENDED: lambda: services.extend(
            row, data["days"], reason=data["reason"], actor=actor, at=now
        ),
    }
    return services_of[move]


def _steps(row: Case) -> list[dict[str, Any]]:
    if row.state == State.REFUSED or (row.state == State.CLOSED and not row.outcome):
        way: tuple[State, ...] = (State.RECEIVED, State.ACKNOWLEDGED, State.REFUSED)
    else:
        way = WAY
    here = way.index(State(row.state)) if row.state in way else len(way)
    done = len(way) if row.state in (State.DECIDED, State.REFUSED, State.CLOSED) else here
    return [
        {
            "label": each.label,
            "state": "done" if n < done else "current" if n == here else "upcoming",
        }
        for n, each in enumerate(way)
    ]


def _title(entry: Step) -> str | Promise:
    if entry.move == OPENED:
        return _("Opened")
    return _("More time was taken") if entry.move == EXTENDED else Move(entry.move).label
