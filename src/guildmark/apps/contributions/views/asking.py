"""What the views of this context ask of a request, and how they answer a refusal."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.apps.contributions import queries, services
from guildmark.apps.contributions.queries import Contribution
from guildmark.apps.contributions.services import ContributionRefused
from guildmark.apps.standard import queries as standard

MISSING = gettext_lazy("There is no contribution with this reference, or you may not read it.")


def edition_asked(request: HttpRequest) -> standard.Edition | None:
    """Return the edition that an address names, or the one in force; None without a standard."""
    framework, number = request.GET.get("framework", ""), request.GET.get("edition", "")
    if not framework:
        own = standard.own_framework()
        return standard.newest(own) if own is not None else None
    for each in standard.frameworks().filter(key=framework):
        rows = {row.number: row for row in standard.editions(each)}
        if number in rows or not number:
            return rows.get(number) or standard.newest(each)
    raise Http404(_("There is no edition with this number."))


def token_asked(request: HttpRequest) -> UUID:
    """Return the token of the form that was sent or opened; a new form gets a new one."""
    try:
        return UUID(request.POST.get("draft") or request.GET.get("draft") or "")
    except ValueError:
        return uuid4()


def fresh_token(request: HttpRequest) -> tuple[UUID, Contribution | None]:
    """Return the token of a form that was sent, and what came in from it already, if anything did.

    Where other words came in from it, as after a step back in the browser, it is a new form.
    """
    token = token_asked(request)
    words = {name: request.POST.get(name, "") for name in ("summary", "details")}
    try:
        return token, services.sent_before(token, author=request.user, **words)
    except ContributionRefused:
        return uuid4(), None


def own_or_404(request: HttpRequest, number: str) -> Contribution:
    """Return a contribution that the person sent in."""
    row = queries.by_number(number)
    if row is None or row.author_id is None or row.author_id != request.user.pk:
        raise Http404(MISSING)
    return row


def published_or_404(number: str) -> Contribution:
    """Return feedback that everybody may read of."""
    found = queries.by_number(number)
    row = queries.published().filter(pk=found.pk).first() if found is not None else None
    if row is None:
        raise Http404(_("There is no published feedback with this reference."))
    return row


def queued_or_404(request: HttpRequest, number: str) -> Contribution:
    """Return a contribution of the queue that the person may read; nothing tells why not."""
    found = queries.by_number(number)
    key = found.pk if found is not None else 0
    row = queries.visible_to(request.user, at=timezone.now()).filter(pk=key).first()
    if row is None:
        raise Http404(MISSING)
    return row


def posted(request: HttpRequest) -> Any:
    """Return what was sent, or None for a page that is opened."""
    return request.POST if request.method == "POST" else None


def blame(form: forms.Form, refusal: Exception) -> None:
    """Show a refusal at the field that it is about, or above the form."""
    field = refusal.field if isinstance(refusal, ContributionRefused) else ""
    form.add_error(field if field in form.fields else None, str(refusal))
