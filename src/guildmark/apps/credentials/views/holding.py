"""A holder's own credentials: take them away, choose how to be shown, give them back, claim."""

from http import HTTPStatus
from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guildmark.apps.accounts.queries import User, confirmed_addresses
from guildmark.apps.credentials import (
    answers,
    certificates,
    issuing,
    pictures,
    queries,
    services,
    slots,
)
from guildmark.apps.credentials.queries import Credential
from guildmark.apps.credentials.states import ShownAs, Standing
from guildmark.apps.institute.queries import institute
from guildmark.cores.identifiers import IdRefused
from guildmark.cores.lifecycle import TransitionRefused

HOLDING = (Standing.VALID, Standing.NOT_YET_VALID)
PICTURES = {"png": "image/png", "svg": "image/svg+xml"}


@login_required
@require_safe
def credential(request: HttpRequest, number: str) -> HttpResponse:
    """Show a holder what can be done with a credential."""
    row = held_or_404(request, number)
    return held_page(request, row)


@login_required
@require_POST
def shown(request: HttpRequest, number: str) -> HttpResponse:
    """Save how the holder wants to be named."""
    row = held_or_404(request, number)
    choice = request.POST.get("shown_as", "")
    if choice not in {each.value for each in ShownAs}:
        return held_page(request, row, choice_problem=_("Choose how you want to be shown."))
    handle = request.POST.get("handle", "")
    try:
        services.show_as(row, ShownAs(choice), actor=request.user, at=timezone.now(), handle=handle)
    except services.CredentialRefused as refusal:
        return held_page(request, row, handle_problem=str(refusal), handle=handle, choice=choice)
    messages.success(request, _("Saved. This is what others see from now on."))
    return redirect("credentials:held", number=row.number)


@login_required
@require_POST
def surrender(request: HttpRequest, number: str) -> HttpResponse:
    """Give a credential back, for ever."""
    row = held_or_404(request, number)
    reason = request.POST.get("reason", "")
    try:
        services.surrender(row, reason=reason, actor=request.user, at=timezone.now())
    except services.CredentialRefused as refusal:
        return held_page(request, row, reason=reason, reason_problem=str(refusal))
    except TransitionRefused:  # It was changed at this very moment; the page says how.
        return redirect("credentials:held", number=row.number)
    messages.success(request, _("You gave the credential back. It can't be taken back."))
    return redirect("credentials:held", number=row.number)


@login_required
@require_safe
def badge(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Answer the picture of a credential, with the signed credential inside."""
    row = held_or_404(request, number)
    if not row.document:
        raise Http404(_("This credential has not been signed yet."))
    content = pictures.baked_svg(row) if form == "svg" else pictures.baked_png(row)
    name = content_disposition_header(as_attachment=True, filename=f"{row.number}.{form}")
    return HttpResponse(
        content, content_type=PICTURES[form], headers={"Content-Disposition": name or ""}
    )


@login_required
@require_safe
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """Show the certificate as it is printed, on one sheet."""
    return _certificate(request, held_or_404(request, number))


@login_required
@require_safe
@never_cache
def certificate_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Answer the certificate as a file; where it can't be made, the page to print says why."""
    row, now = held_or_404(request, number), timezone.now()
    if row.standing(now) not in HOLDING:
        return redirect("credentials:certificate", number=row.number)
    try:
        content = certificates.certificate_pdf(row, at=now)
    except certificates.LettersMissing as refusal:
        return _certificate(request, row, pdf_problem=str(refusal))
    name = content_disposition_header(as_attachment=True, filename=f"{row.number}.pdf")
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": name or ""}
    )


def _certificate(request: HttpRequest, row: Credential, pdf_problem: str = "") -> HttpResponse:
    address = issuing.address("credentials:verified", row.number)
    found = answers.answer_about(row, at=timezone.now())
    context = {
        "credential": row,
        "answer": found,
        "holds": found.state in HOLDING,
        "address": address,
        "code": mark_safe(pictures.qr_svg(address)),  # noqa: S308 - drawn here, of an address of ours
        "pdf_problem": pdf_problem,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if pdf_problem else HTTPStatus.OK
    return render(request, "credentials/certificate.html", context, status=status)


@login_required
def claim(request: HttpRequest) -> HttpResponse:
    """Take credentials that were awarded to a confirmed address of this person."""
    actor = cast("User", request.user)
    confirmed = confirmed_addresses(actor)
    found = list(queries.waiting_for_claim(confirmed))
    if request.method == "POST" and found:
        for row in found:
            services.claim(row, actor=actor, at=timezone.now())
        messages.success(request, _("These credentials are yours now."))
        return redirect("desk")
    return render(request, "credentials/claim.html", {"found": found, "confirmed": confirmed})


def held_page(request: HttpRequest, row: Credential, **problem: str) -> HttpResponse:
    """Show a holder the page of a credential, with what was wrong about what was typed."""
    now = timezone.now()
    context = {
        "credential": row,
        "answer": answers.answer_about(row, at=now),
        "consents": [each for provider in slots.consents for each in provider(row, now)],
        "link_days": [str(each) for each in services.DAYS],
        "chosen_days": problem.get("days", str(services.DAYS[1])),
        "choices": [(each.value, each.label) for each in ShownAs],
        "address": issuing.address("credentials:verified", row.number),
        "live_badge": issuing.address("credentials:live_badge", row.number),
        "profile_url": _profile_url(row),
        "holds": row.standing(now) in HOLDING,
        **problem,
    }
    status = HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK
    return render(request, "credentials/held.html", context, status=status)


def _profile_url(row: Credential) -> str:
    """Return the address at which LinkedIn adds a certificate to the profile of who opens it."""
    ends = row.valid_until
    told = {
        "startTask": "CERTIFICATION_NAME",
        "name": str(row.type),
        "organizationName": institute().name,
        "issueYear": row.valid_from.year,
        "issueMonth": row.valid_from.month,
        "certUrl": issuing.address("credentials:verified", row.number),
        "certId": row.number,
        **({"expirationYear": ends.year, "expirationMonth": ends.month} if ends else {}),
    }
    return f"https://www.linkedin.com/profile/add?{urlencode(told)}"


def held_or_404(request: HttpRequest, number: str) -> Credential:
    """Return a credential that the person at the screen holds."""
    try:
        row = queries.lookup(number)
    except IdRefused:
        row = None
    if row is None or row.holder_id != request.user.pk:
        raise Http404(_("You hold no credential with this id."))
    return row
