"""Every address, asked by nobody, by a member and by an administrator, gives what is expected."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from guildmark.apps.accounts.models import RoleGrant, User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.cases.queries import Case
from guildmark.apps.credentials.queries import RecognisedIssuer
from guildmark.apps.credentials.recognising import IssuerDescription, recognise
from guildmark.apps.credentials.services import Award, award
from guildmark.apps.institute.services import found_institute
from guildmark.apps.practitioners import services as practitioners
from guildmark.apps.practitioners.services import ProfileDescription
from guildmark.apps.standard.providers import SECTION
from guildmark.site.demo.institute import PROGRAMME
from tests.apps.accounts.factories import administrator, member, reauthenticated, staff
from tests.apps.contributions.factories import a_whole_story
from tests.apps.credentials.factories import a_type, awarded
from tests.apps.practitioners.factories import employer, experience, works

pytestmark = pytest.mark.django_db

SIGN_IN = "to sign-in"
DESK = "to the desk"
ELSEWHERE = "elsewhere"


class Expected(NamedTuple):
    """What a GET gives to each: a status, or where it leads."""

    nobody: int | str
    member: int | str
    administrator: int | str


PUBLIC = Expected(200, 200, 200)
SIGNED_IN = Expected(SIGN_IN, 200, 200)
STAFF = Expected(SIGN_IN, 403, 200)
POST_ONLY = Expected(405, 405, 405)
ENTRANCE = Expected(200, DESK, DESK)
GONE = Expected(404, 404, 404)
EMPTY_LEDGER = Expected(404, 404, 404)

LEADS_ON = Expected(ELSEWHERE, ELSEWHERE, ELSEWHERE)
EDITION = "standard/<slug:framework>/edition/<word:number>"
COMPARISON = "standard/<slug:framework>/compare/<word:older>/<word:newer>"

VERIFY = "verify/<path:number>"
HELD = "credentials/held/<path:number>"
REFUSED = Expected(SIGN_IN, 403, 403)
NOT_MINE = Expected(SIGN_IN, 404, 404)
POST_NOT_MINE = Expected(SIGN_IN, 405, 405)
CREDENTIALS: dict[str, tuple[str, Expected]] = {
    "verify/": ("/verify/", PUBLIC),
    "verify/file/": ("/verify/file/", PUBLIC),
    "verify/many/": ("/verify/many/", PUBLIC),
    VERIFY: ("/verify/{number}", PUBLIC),
    f"{VERIFY}.json": ("/verify/{number}.json", PUBLIC),
    f"{VERIFY}/credential.json": ("/verify/{number}/credential.json", PUBLIC),
    f"{VERIFY}/badge.svg": ("/verify/{number}/badge.svg", PUBLIC),
    f"{VERIFY}/named/<str:secret>/": ("/verify/{number}/named/forged/", PUBLIC),
    f"{VERIFY}/name/": ("/verify/{number}/name/", POST_ONLY),
    "credentials/": ("/credentials/", PUBLIC),
    "credentials/types/<str:code>/": ("/credentials/types/CPAP/", PUBLIC),
    "credentials/status/<int:number>": ("/credentials/status/1", PUBLIC),
    ".well-known/did.json": ("/.well-known/did.json", PUBLIC),
    f"{HELD}/": ("/credentials/held/{number}/", NOT_MINE),
    f"{HELD}/shown/": ("/credentials/held/{number}/shown/", POST_NOT_MINE),
    f"{HELD}/surrender/": ("/credentials/held/{number}/surrender/", POST_NOT_MINE),
    f"{HELD}/badge.png": ("/credentials/held/{number}/badge.png", NOT_MINE),
    f"{HELD}/badge.svg": ("/credentials/held/{number}/badge.svg", NOT_MINE),
    f"{HELD}/links/": ("/credentials/held/{number}/links/", POST_NOT_MINE),
    f"{HELD}/links/<int:pk>/withdraw/": (
        "/credentials/held/{number}/links/1/withdraw/",
        POST_NOT_MINE,
    ),
    f"{HELD}/certificate.pdf": ("/credentials/held/{number}/certificate.pdf", NOT_MINE),
    f"{HELD}/certificate/": ("/credentials/held/{number}/certificate/", NOT_MINE),
    "credentials/claim/": ("/credentials/claim/", SIGNED_IN),
    "credentials/progress/": ("/credentials/progress/", SIGNED_IN),
    "registry/": ("/registry/", STAFF),
    "registry/components/": ("/registry/components/", STAFF),
    "registry/award/": ("/registry/award/", REFUSED),
    "registry/proposals/<int:pk>/": ("/registry/proposals/{proposal}/", STAFF),
    "registry/issuers/": ("/registry/issuers/", STAFF),
    "registry/issuers/<int:pk>/": ("/registry/issuers/{issuer}/", STAFF),
    "registry/<path:number>/renew/": ("/registry/{number}/renew/", REFUSED),
    "registry/<path:number>/": ("/registry/{number}/", STAFF),
}

FATE, QUEUE = "feedback/<str:number>", "queue/<str:number>"
CONTRIBUTIONS: dict[str, tuple[str, Expected]] = {
    "advisory/": ("/advisory/", PUBLIC),
    "feedback/": ("/feedback/", PUBLIC),
    "feedback/similar/": ("/feedback/similar/", SIGNED_IN),
    "feedback/credential/": ("/feedback/credential/", SIGNED_IN),
    "feedback/draft/": ("/feedback/draft/", POST_NOT_MINE),
    "feedback/draft/<uuid:token>/drop/": (
        "/feedback/draft/6f0e7a52-3c1f-4b6e-9d52-2f6f0c8a1b11/drop/",
        POST_NOT_MINE,
    ),
    "feedback/files/<int:pk>/": ("/feedback/files/1/", NOT_MINE),
    "feedback/mine/": ("/feedback/mine/", SIGNED_IN),
    "feedback/mine/<str:number>/": ("/feedback/mine/{feedback}/", NOT_MINE),
    "feedback/mine/<str:number>/withdraw/": (
        "/feedback/mine/{feedback}/withdraw/",
        POST_NOT_MINE,
    ),
    "feedback/mine/<str:number>/contest/": ("/feedback/mine/{feedback}/contest/", NOT_MINE),
    "feedback/all/": ("/feedback/all/", PUBLIC),
    "feedback/reasons/": ("/feedback/reasons/", PUBLIC),
    f"{FATE}/": ("/feedback/{feedback}/", PUBLIC),
    f"{FATE}/join/": ("/feedback/{feedback}/join/", Expected(SIGN_IN, ELSEWHERE, ELSEWHERE)),
    f"{FATE}/leave/": ("/feedback/{feedback}/leave/", POST_NOT_MINE),
    "contact/": ("/contact/", PUBLIC),
    "contact/<str:number>/<str:token>/": ("/contact/{feedback}/forged/", GONE),
    "queue/": ("/queue/", REFUSED),
    f"{QUEUE}/": ("/queue/{feedback}/", NOT_MINE),
    f"{QUEUE}/decide/": ("/queue/{feedback}/decide/", NOT_MINE),
    f"{QUEUE}/merge/": ("/queue/{feedback}/merge/", NOT_MINE),
    f"{QUEUE}/split/": ("/queue/{feedback}/split/", NOT_MINE),
    f"{QUEUE}/aim/": ("/queue/{feedback}/aim/", NOT_MINE),
    f"{QUEUE}/convert/": ("/queue/{feedback}/convert/", NOT_MINE),
    f"{QUEUE}/undo/": ("/queue/{feedback}/undo/", NOT_MINE),
    f"{QUEUE}/<str:act>/": ("/queue/{feedback}/claim/", NOT_MINE),
    "cases/": ("/cases/", SIGNED_IN),
    "cases/<str:number>/": ("/cases/{case}/", NOT_MINE),
    "cases/<str:number>/<str:move>/": ("/cases/{case}/close/", NOT_MINE),
    "conflicts/": ("/conflicts/", SIGNED_IN),
    "conflicts/people/add/": ("/conflicts/people/add/", SIGNED_IN),
    "conflicts/people/<int:pk>/end/": ("/conflicts/people/1/end/", POST_NOT_MINE),
    "conflicts/check/": ("/conflicts/check/", REFUSED),
    "conflicts/about/<str:number>/": ("/conflicts/about/{case}/", NOT_MINE),
    "conflicts/<int:pk>/withdraw/": ("/conflicts/1/withdraw/", POST_NOT_MINE),
}
EXPERIENCE = "profile/experience/<int:pk>/"
PRACTITIONERS: dict[str, tuple[str, Expected]] = {
    "people/<slug:handle>/": ("/people/robin/", PUBLIC),
    "profile/": ("/profile/", SIGNED_IN),
    "profile/expertise/": ("/profile/expertise/", SIGNED_IN),
    "profile/work/": ("/profile/work/", SIGNED_IN),
    "profile/work/add/": ("/profile/work/add/", SIGNED_IN),
    "profile/work/<int:pk>/": ("/profile/work/{work}/", NOT_MINE),
    "profile/interests/add/": ("/profile/interests/add/", SIGNED_IN),
    "profile/interests/<int:pk>/": ("/profile/interests/1/", NOT_MINE),
    "profile/experience/": ("/profile/experience/", SIGNED_IN),
    "profile/experience/add/": ("/profile/experience/add/", SIGNED_IN),
    EXPERIENCE: ("/profile/experience/{experience}/", NOT_MINE),
    f"{EXPERIENCE}referee/": ("/profile/experience/{experience}/referee/", NOT_MINE),
    "profile/availability/": ("/profile/availability/", SIGNED_IN),
    "profile/record/": ("/profile/record/", SIGNED_IN),
    "referee/<str:token>/": ("/referee/forged/", GONE),
    "checks/": ("/checks/", REFUSED),
    "checks/<int:pk>/": ("/checks/{check}/", REFUSED),
    "verifications/<int:pk>/end/": ("/verifications/{verification}/end/", REFUSED),
    "employers/": ("/employers/", STAFF),
    "employers/find/": ("/employers/find/?employer_text=nord", SIGNED_IN),
    "employers/<int:pk>/": ("/employers/{employer}/", STAFF),
}
EXPECTED: dict[str, tuple[str, Expected]] = {
    "": ("/", PUBLIC),
    "desk/": ("/desk/", SIGNED_IN),
    "style/": ("/style/", PUBLIC),
    "preferences/theme/": ("/preferences/theme/", POST_ONLY),
    "health/live": ("/health/live", PUBLIC),
    "health/ready": ("/health/ready", PUBLIC),
    "account/": ("/account/", SIGNED_IN),
    "account/preferences/": ("/account/preferences/", SIGNED_IN),
    "account/data/": ("/account/data/", SIGNED_IN),
    "account/close/": ("/account/close/", SIGNED_IN),
    "account/mail/": ("/account/mail/", SIGNED_IN),
    "account/mail/unsubscribe/<str:token>/": (
        "/account/mail/unsubscribe/forged/",
        Expected(400, 400, 400),
    ),
    "account/people/": ("/account/people/", STAFF),
    "account/people/<int:person_id>/": ("/account/people/{person}/", STAFF),
    "account/people/<int:person_id>/grant/": (
        "/account/people/{person}/grant/",
        STAFF,
    ),
    "account/people/<int:person_id>/roles/<int:grant_id>/end/": (
        "/account/people/{person}/roles/{grant}/end/",
        STAFF,
    ),
    "account/people/<int:person_id>/disable/": ("/account/people/{person}/disable/", STAFF),
    "account/people/<int:person_id>/enable/": (
        "/account/people/{person}/enable/",
        Expected(SIGN_IN, 403, 403),
    ),
    "account/people/<int:person_id>/second-factors/reset/": (
        "/account/people/{person}/second-factors/reset/",
        STAFF,
    ),
    "account/people/<int:person_id>/close/": ("/account/people/{person}/close/", STAFF),
    "account/login/": ("/account/login/", ENTRANCE),
    "account/logout/": ("/account/logout/", Expected(ELSEWHERE, 200, 200)),
    "account/inactive/": ("/account/inactive/", PUBLIC),
    "account/signup/": ("/account/signup/", ENTRANCE),
    "account/reauthenticate/": ("/account/reauthenticate/", Expected(SIGN_IN, 200, ELSEWHERE)),
    "account/email/": ("/account/email/", SIGNED_IN),
    "account/confirm-email/": ("/account/confirm-email/", PUBLIC),
    "account/password/change/": ("/account/password/change/", SIGNED_IN),
    "account/password/set/": ("/account/password/set/", Expected(SIGN_IN, ELSEWHERE, ELSEWHERE)),
    "account/password/reset/": ("/account/password/reset/", PUBLIC),
    "account/login/code/confirm/": ("/account/login/code/confirm/", Expected(SIGN_IN, DESK, DESK)),
    r"account/^confirm-email/(?P<key>[-:\w]+)/$": ("/account/confirm-email/forged/", PUBLIC),
    "account/password/reset/key/done/": ("/account/password/reset/key/done/", PUBLIC),
    "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (
        "/account/password/reset/key/1-forged/",
        PUBLIC,
    ),
    "account/password/reset/done/": ("/account/password/reset/done/", PUBLIC),
    "account/2fa/": ("/account/2fa/", SIGNED_IN),
    "account/2fa/authenticate/": ("/account/2fa/authenticate/", Expected(SIGN_IN, DESK, DESK)),
    "account/2fa/reauthenticate/": (
        "/account/2fa/reauthenticate/",
        Expected(SIGN_IN, ELSEWHERE, 200),
    ),
    "account/2fa/totp/activate/": (
        "/account/2fa/totp/activate/",
        Expected(SIGN_IN, 200, ELSEWHERE),
    ),
    "account/2fa/totp/deactivate/": ("/account/2fa/totp/deactivate/", Expected(SIGN_IN, 404, 200)),
    "account/2fa/recovery-codes/": ("/account/2fa/recovery-codes/", Expected(SIGN_IN, 404, 404)),
    "account/2fa/recovery-codes/generate/": ("/account/2fa/recovery-codes/generate/", SIGNED_IN),
    "account/2fa/recovery-codes/download/": (
        "/account/2fa/recovery-codes/download/",
        Expected(SIGN_IN, 404, 404),
    ),
    "account/2fa/webauthn/": ("/account/2fa/webauthn/", SIGNED_IN),
    "account/2fa/webauthn/add/": ("/account/2fa/webauthn/add/", SIGNED_IN),
    "account/2fa/webauthn/reauthenticate/": (
        "/account/2fa/webauthn/reauthenticate/",
        Expected(SIGN_IN, ELSEWHERE, ELSEWHERE),
    ),
    "account/2fa/webauthn/keys/<int:pk>/remove/": (
        "/account/2fa/webauthn/keys/1/remove/",
        Expected(SIGN_IN, 404, 404),
    ),
    "account/2fa/webauthn/keys/<int:pk>/edit/": (
        "/account/2fa/webauthn/keys/1/edit/",
        Expected(SIGN_IN, 404, 404),
    ),
    "account/2fa/webauthn/login/": ("/account/2fa/webauthn/login/", Expected(SIGN_IN, DESK, DESK)),
    "account/sessions/": ("/account/sessions/", SIGNED_IN),
    "ledger/": ("/ledger/", PUBLIC),
    "ledger/entry/<int:index>/": ("/ledger/entry/7/", EMPTY_LEDGER),
    "ledger/checkpoint": ("/ledger/checkpoint", EMPTY_LEDGER),
    "ledger/vkey": ("/ledger/vkey", EMPTY_LEDGER),
    "ledger/proof/inclusion": (
        "/ledger/proof/inclusion?index=0&size=1",
        EMPTY_LEDGER,
    ),
    "standard/": ("/standard/", PUBLIC),
    "standard/<slug:framework>/": ("/standard/psf/", PUBLIC),
    "standard/<slug:framework>/editions/": ("/standard/psf/editions/", PUBLIC),
    "standard/<slug:framework>/search/": ("/standard/psf/search/?q=switch", PUBLIC),
    "standard/<slug:framework>/feed.atom": ("/standard/psf/feed.atom", PUBLIC),
    "standard/<slug:framework>/requirement/<word:word>/": (
        "/standard/psf/requirement/agent-kill-switch/",
        LEADS_ON,
    ),
    f"{EDITION}/": ("/standard/psf/edition/1.1/", PUBLIC),
    f"{EDITION}/whole/": ("/standard/psf/edition/1.1/whole/", PUBLIC),
    f"{EDITION}/domain/<word:key>/": (
        "/standard/psf/edition/1.1/domain/human-oversight/",
        PUBLIC,
    ),
    f"{EDITION}/requirement/<word:word>/": (
        "/standard/psf/edition/1.1/requirement/agent-kill-switch/",
        PUBLIC,
    ),
    f"{EDITION}/cite/": ("/standard/psf/edition/1.1/cite/", PUBLIC),
    f"{EDITION}/cite/<word:word>/": (
        "/standard/psf/edition/1.1/cite/agent-kill-switch/",
        PUBLIC,
    ),
    f"{EDITION}/download/<word:form>": (
        "/standard/psf/edition/1.1/download/oscal.json",
        PUBLIC,
    ),
    "standard/<slug:framework>/compare/": ("/standard/psf/compare/", PUBLIC),
    f"{COMPARISON}/": ("/standard/psf/compare/1.0/1.1/", PUBLIC),
    f"{COMPARISON}/changes.json": ("/standard/psf/compare/1.0/1.1/changes.json", PUBLIC),
    f"{COMPARISON}/<word:key>/": ("/standard/psf/compare/1.0/1.1/agent-kill-switch/", PUBLIC),
    **CREDENTIALS,
    **PRACTITIONERS,
    **CONTRIBUTIONS,
    "ledger/proof/consistency": ("/ledger/proof/consistency?old=1&new=2", EMPTY_LEDGER),
}


def routes(
    patterns: list[URLPattern | URLResolver] | None = None, prefix: str = ""
) -> Iterator[str]:
    """Walk all routes of the site."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def outcome(answer: HttpResponseBase) -> int | str:
    """Say in a word what an answer is."""
    if answer.status_code not in (301, 302, 303):
        return answer.status_code
    place = answer["Location"].split("?")[0]
    return {reverse("account_login"): SIGN_IN, reverse("desk"): DESK}.get(place, ELSEWHERE)


def visit_all(client: Client, places: dict[str, int | str]) -> dict[str, int | str]:
    return {
        route: outcome(client.get(path.format(**places))) for route, (path, _) in EXPECTED.items()
    }


@pytest.fixture
def places(at: datetime) -> dict[str, int | str]:
    """Real ids for addresses that name a person or a grant, and the demo's standard."""
    person = administrator()
    programme = json.loads(PROGRAMME.read_text(encoding="utf-8"))
    SECTION.load(programme["sections"]["standard"], actor=None, at=at)
    return {
        "person": person.pk,
        "grant": RoleGrant.objects.get(user=person).pk,
        **_a_credential(at),
        **_a_practitioner(at),
        **_a_contest(at),
    }


def _a_contest(at: datetime) -> dict[str, int | str]:
    """Send feedback that is declined, and contest that."""
    row = a_whole_story(at)
    return {"feedback": row.number, "case": Case.objects.get().number}


def _a_credential(at: datetime) -> dict[str, int | str]:
    """Award a credential, and ask for another that needs a second person."""
    found_institute(
        name="Example Institute",
        origin="https://example.org",
        contact_email="office@example.org",
        actor=SYSTEM,
        at=at,
    )
    registrar = staff(Role.REGISTRAR)
    made = awarded(a_type("CPAP", at=at, second_person=()), actor=registrar, at=at)
    wanted = Award(a_type("CPAA", at=at), "other@example.org", "Other", "Passed.")
    recognise(IssuerDescription("did:web:other.example", "Other"), actor=SYSTEM, at=at)
    return {
        "number": made.number,
        "proposal": award(wanted, actor=registrar, at=at).pk,
        "issuer": RecognisedIssuer.objects.get().pk,
    }


def _a_practitioner(at: datetime) -> dict[str, int | str]:
    """Let somebody tell about themselves, publicly, and ask the institute to check it."""
    robin = member()
    practitioners.edit_profile(ProfileDescription("robin", is_public=True), actor=robin, at=at)
    where = employer(actor=robin, at=at)
    told = experience(robin, where, at=at)
    made = practitioners.verify_by_portfolio(
        told, domains=told.keys, source="portfolio:1", actor=SYSTEM, at=at
    )
    return {
        "work": works(robin, where, at=at, begins=date(2024, 1, 1)).pk,
        "experience": told.pk,
        "verification": made.pk,
        "check": practitioners.ask_checker(told, actor=robin, at=at).pk,
        "employer": where.pk,
    }


def test_every_address_is_in_the_table() -> None:
    assert sorted(set(routes())) == sorted(EXPECTED)


def test_nobody_gets_public_pages_only(client: Client, places: dict[str, int | str]) -> None:
    expected = {route: each.nobody for route, (_, each) in EXPECTED.items()}
    assert visit_all(client, places) == expected


@pytest.mark.parametrize("who", ["member", "administrator"])
def test_each_person_gets_what_they_may(
    client: Client, places: dict[str, int | str], who: str
) -> None:
    person: User = member() if who == "member" else administrator()
    found = {}
    for route, (path, _) in EXPECTED.items():
        reauthenticated(client, person)
        found[route] = outcome(client.get(path.format(**places)))
    assert found == {route: getattr(each, who) for route, (_, each) in EXPECTED.items()}


def test_every_answer_carries_the_strict_policy(client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert client.get("/no/such/page/")["Content-Security-Policy"] == policy


def test_a_host_that_is_not_ours_is_refused_with_a_page_and_a_probe_is_answered(
    client: Client,
) -> None:
    answer = client.get("/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert b"<h1" in answer.content
    assert client.get("/health/live", headers={"host": "10.0.0.7"}).status_code == 200


def test_a_method_that_is_not_taken_is_explained_on_a_page(client: Client) -> None:
    answer = client.get("/preferences/theme/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert b"<h1" in answer.content
