"""Messages to the institute, also from people without an account.

Machines are told apart without puzzles: a field that people don't see, a form that was sent faster
than anybody types, too many from one network. What looks like a machine goes in set apart, and
nobody is written to because of it; nothing is lost.
"""

from hmac import compare_digest
from http import HTTPStatus

from django.contrib import messages
from django.core import signing
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from guildmark.apps.contributions import queries, ruling, services
from guildmark.apps.contributions.forms import LetterForm, ReplyForm
from guildmark.apps.contributions.queries import Contribution
from guildmark.apps.contributions.services import ContributionRefused
from guildmark.apps.credentials.misses import network_of

from .asking import MISSING, blame, fresh_token, posted, token_asked
from .telling import author_history, steps_of

TRAP = "website"
"""The name of the field that only machines fill in."""
SALT = "contributions.contact"
FASTEST_SECONDS = 3
LONGEST_SECONDS = 24 * 3600
AN_HOUR = 3600
FROM_ONE_NETWORK = 10


@never_cache
def contact(request: HttpRequest) -> HttpResponse:
    """Show the form for a message, or send it."""
    rules, known = ruling.in_force(), request.user.is_authenticated
    form = LetterForm(posted(request), rules=rules, signed_in=known)
    once = fresh_token(request)[0] if request.method == "POST" else token_asked(request)
    if request.method == "POST" and form.is_valid():
        token = "" if known else services.secret_of(once)
        suspicion = "" if known else _suspicion(request)
        try:
            row = services.send_letter(
                form.wanted(suspicion, once), actor=request.user, at=timezone.now(), token=token
            )
        except ContributionRefused as refusal:
            blame(form, refusal)
        else:
            messages.success(
                request, _("Your message is with us: %(number)s.") % {"number": row.number}
            )
            if known:
                return redirect("contributions:own", number=row.number)
            return redirect("contributions:letter", number=row.number, token=token)
    context = {
        "form": form,
        "rules": rules,
        "trap": TRAP,
        "stamp": request.POST.get("stamp") or signing.dumps(0, salt=SALT),
        "token": once,
    }
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return render(request, "contributions/contact.html", context, status=status)


@never_cache
def letter(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """Show a message and its answer to who has the secret link, and take more from them."""
    row = _written_or_404(number, token)
    form = ReplyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.reply_as_stranger(row, form.cleaned_data["text"], at=timezone.now())
        except ContributionRefused as refusal:
            blame(form, refusal)
        else:
            messages.success(request, _("Your message is with us."))
            return redirect("contributions:letter", number=number, token=token)
    reason = ruling.reason_text(row.rules, row.outcome, row.reason_code) if row.outcome else ""
    context = {
        "contribution": row,
        "reply": form,
        "replies": row.replies.all(),
        "history": author_history(row),
        "steps": steps_of(row),
        "reason": reason,
    }
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    answer = render(request, "contributions/letter.html", context, status=status)
    answer["Referrer-Policy"] = "same-origin"  # The form of the page needs its origin.
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _written_or_404(number: str, token: str) -> Contribution:
    row = queries.by_number(number)
    kept = row.secret if row is not None else ""
    if row is None or not kept or not compare_digest(kept, services.digest(token)):
        raise Http404(MISSING)
    return row


def _suspicion(request: HttpRequest) -> str:
    if request.POST.get(TRAP):
        return "filled in the hidden field"
    try:
        signing.loads(request.POST.get("stamp", ""), salt=SALT, max_age=LONGEST_SECONDS)
    except signing.SignatureExpired:
        pass  # Somebody who leaves a form open overnight is a person.
    except signing.BadSignature:
        return "without the stamp of the form"
    else:
        if _is_fresh(request.POST.get("stamp", "")):
            return "sent faster than anybody types"
    return "too many from one network" if _too_many(request) else ""


def _is_fresh(stamp: str) -> bool:
    try:
        signing.loads(stamp, salt=SALT, max_age=FASTEST_SECONDS)
    except signing.BadSignature:
        return False
    return True


def _too_many(request: HttpRequest) -> bool:
    hour = int(timezone.now().timestamp()) // AN_HOUR
    network = network_of(request.META.get("REMOTE_ADDR", ""))
    key = f"contributions:letters:{services.digest(f'{network} {hour}')}"
    seen = cache.get(key, 0) + 1
    cache.set(key, seen, AN_HOUR)
    return bool(seen > FROM_ONE_NETWORK)
