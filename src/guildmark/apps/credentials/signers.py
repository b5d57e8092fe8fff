"""Who signed a credential, in words that a reader can compare with what they know."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote

from guildmark.apps.institute import queries as institutes
from guildmark.cores.vc.sentences import sentence as _
from guildmark.cores.vc.verification import (
    ADDRESS_PROVEN,
    BARE_KEY,
    ISSUER_UNKNOWN,
    Check,
    Outcome,
    Report,
)

from .models import RecognisedIssuer
from .resolving import our_did

DID_WEB, HTTPS = "did:web:", "https://"


def known_issuer(
    report: Report, recognised: Mapping[str, RecognisedIssuer]
) -> RecognisedIssuer | None:
    """Return the issuer as the institute recognises it, if it is one whom it does."""
    if report.recognition.outcome is not Outcome.HOLDS:
        return None
    return recognised.get(report.issuer_id or "")


def issuer_check(report: Report) -> Check:
    """Return the check of the issuer with our own name, or the place that a reader may know."""
    if report.issuer.code == BARE_KEY:
        sentence = _("It is a bare key, which says nothing about who stands behind it.")
    elif report.issuer.code != ADDRESS_PROVEN:
        sentence = report.issuer.sentence
    elif report.issuer_id == our_did():
        sentence = _("This institute, %(name)s.", name=institutes.institute().name)
    else:
        at = place(report.issuer_id or "")
        sentence = _("%(place)s says that this key is its own.", place=at)
    return replace(report.issuer, sentence=sentence)


def recognition_check(report: Report, known: RecognisedIssuer | None) -> Check:
    """Return the check whether the issuer is known, with who knows it, and by which name."""
    check, us = report.recognition, institutes.institute().name
    if check.code == ISSUER_UNKNOWN:
        sentence = _("%(institute)s does not know this issuer.", institute=us)
    elif check.outcome is not Outcome.HOLDS:
        sentence = check.sentence
    elif report.issuer_id == our_did():
        sentence = _("It is this institute itself.")
    elif known is not None:
        sentence = _("Recognised by %(institute)s as %(name)s.", institute=us, name=known.name)
    else:
        sentence = _("You named it as an issuer that you know.")
    return replace(check, sentence=sentence)


def place(issuer: str) -> str:
    """Return the host, and what follows it, of a name that leads to a place."""
    if issuer.startswith(DID_WEB):
        host, *path = issuer.removeprefix(DID_WEB).split(":")
        return "/".join([unquote(host), *path])
    return issuer.removeprefix(HTTPS)
