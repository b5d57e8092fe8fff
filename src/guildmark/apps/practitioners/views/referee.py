"""The page to which a referee's link leads. No account is needed; only an answer is sent."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.apps.practitioners import policies, queries, services
from guildmark.apps.practitioners.forms.verifying import AnswerForm
from guildmark.apps.practitioners.models import Reference
from guildmark.apps.practitioners.policies import AnswerAt
from guildmark.apps.practitioners.states import Identity

from .request import attempt, posted


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def referee(request: HttpRequest, token: str) -> HttpResponse:
    """Show what somebody asks to be confirmed, and take the answer."""
    row = queries.reference_by_token(token)
    if row is None:
        raise Http404(_("This link leads nowhere: it was used, replaced or withdrawn."))
    actor, now = request.user, timezone.now()
    refusal = policies.REFERENCE_ANSWER.refusal(actor, AnswerAt(row, now))
    if refusal is not None:
        context = {"refusal": refusal}
        status = HTTPStatus.FORBIDDEN
        return _private(render(request, "practitioners/referee_not.html", context, status=status))
    form = AnswerForm(posted(request), keys=row.experience.keys)
    if form.is_valid():
        answered = attempt(
            form,
            lambda at: services.answer_reference(row, form.wanted(), actor=actor, at=at),
        )
        if answered is not None:
            done = {"answered": answered}
            return _private(render(request, "practitioners/referee_done.html", done))
    return _private(_page(request, row, form, token))


def _page(request: HttpRequest, row: Reference, form: AnswerForm, token: str) -> HttpResponse:
    identity = services.identity_of(row, actor=request.user, at=timezone.now())
    name, _line, words = row.statement.partition("\n")
    context = {
        "form": form,
        "name": name,
        "words": words,
        "row": row,
        "token": token,
        "by_domain": identity is Identity.MAIL_DOMAIN,
        "by_holder": identity is Identity.HOLDER,
    }
    return render(request, "practitioners/referee.html", context)


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the address, which holds a secret, from search engines and from other sites."""
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response
