"""Who can verify experience, what of it counts, and until when."""

import re
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit import queries as audit
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.models import LedgerPending
from guildmark.apps.mail.models import Message
from guildmark.apps.practitioners import queries, services
from guildmark.apps.practitioners.models import (
    CheckRequest,
    Experience,
    Reference,
    Verification,
)
from guildmark.apps.practitioners.periods import years_after
from guildmark.apps.practitioners.queries import Employer
from guildmark.apps.practitioners.services import Answer, Asked, PractitionerRefused
from guildmark.apps.practitioners.services.experience import subject
from guildmark.apps.practitioners.states import Identity, Relation
from tests.apps.accounts.factories import member, signed_in, staff
from tests.apps.credentials.factories import a_type, awarded
from tests.apps.practitioners.factories import (
    INPUT,
    OUTPUT,
    attestation,
    employer,
    experience,
    rolled_back,
    works,
)

BOSS = "boss@nord.example"
WHY = "Seen on their web page."
YES = Answer("confirm", "Bo Boss", (INPUT,))


@pytest.fixture
def bank(registrar: User, at: datetime) -> Employer:
    """An employer that was checked, with a mail domain."""
    row = employer(actor=registrar, at=at, name="Nord Bank")
    return services.set_mail_domains(row, ["nord.example"], actor=registrar, at=at, reason=WHY)


@pytest.fixture
def row(person: User, bank: Employer, at: datetime) -> Experience:
    """Experience in two domains."""
    return experience(person, bank, at=at, domains=(INPUT, OUTPUT))


def asked(row: Experience, email: str = BOSS, *, at: datetime) -> Reference:
    wanted = Asked(email, Relation.MANAGER, "Robin R.")
    return services.ask_referee(row, wanted, actor=row.person, at=at)


def token_of(email: str = BOSS) -> str:
    """The secret of the link in the last mail to an address."""
    mail = Message.objects.filter(recipient=email).latest("pk")
    found = re.search(r"/referee/([\w-]+)/", mail.text)
    assert found is not None
    return found[1]


def test_a_referee_at_the_employer_verifies_the_domains_they_name(
    client: Client, row: Experience, person: User, at: datetime
) -> None:
    reference = asked(row, at=at)
    place = f"/referee/{token_of()}/"
    page = client.get(place)
    shown = page.content.decode()
    assert "Robin R." in shown
    assert "Screened every text" in shown
    assert "Your address belongs to the employer" in shown
    assert page["X-Robots-Tag"] == "noindex"
    reference.refresh_from_db()
    assert reference.state == "asked"  # Opening the page, as mail scanners do, is no answer.
    done = client.post(place, {"answer": "confirm", "domains": [INPUT], "typed_name": "Bo Boss"})
    assert "counts as verified" in done.content.decode()
    now = datetime.now(UTC)
    assert queries.verified_domains(person, now) == {INPUT}
    assert queries.attested_domains(person, now) == {INPUT, OUTPUT}
    assert client.get(place).status_code == 404
    told = Message.objects.filter(recipient=person.email).latest("pk")
    assert "confirmed your experience. It is verified" in told.text


def test_what_was_signed_is_kept_and_its_digest_is_in_the_ledger(
    row: Experience, at: datetime
) -> None:
    done = services.answer_reference(asked(row, at=at), YES, actor=None, at=at)
    assert sha256(done.answer.encode()).hexdigest() == done.digest
    for words in ("Robin R.", "Screened every text", "Bo Boss", BOSS, "Input Governance"):
        assert words in done.answer
    event = audit.events_of(subject(row)).get(name="practitioners:reference:answered")
    assert event.payload == {
        "state": "confirmed", "identity": "mail domain", "digest": done.digest
    }  # fmt: skip
    assert LedgerPending.objects.filter(event=event).exists()


def test_the_secret_of_a_link_is_kept_nowhere_but_in_the_mail(
    row: Experience, at: datetime
) -> None:
    reference = asked(row, at=at)
    token = token_of()
    assert len(token) >= 43
    kept = Reference.objects.filter(pk=reference.pk).values().get()
    assert token not in str(kept)
    assert queries.reference_by_token(token) == reference
    assert queries.reference_by_token(token[:-1] + "x") is None
    assert queries.reference_by_token("") is None


def test_an_address_elsewhere_confirms_but_does_not_verify(
    client: Client, row: Experience, person: User, at: datetime
) -> None:
    asked(row, "someone@gmail.com", at=at)
    place = f"/referee/{token_of('someone@gmail.com')}/"
    assert "Nothing shows yet who you are" in client.get(place).content.decode()
    done = client.post(place, {"answer": "confirm", "domains": [INPUT], "typed_name": "Bo"})
    assert "confirmed, but not verified" in done.content.decode()
    reference = Reference.objects.get()
    assert (reference.state, reference.identity) == ("confirmed", "not checked")
    assert not Verification.objects.exists()
    page = signed_in(client, person).get(f"/profile/experience/{row.pk}/").content.decode()
    assert "Confirmed, but not verified" in page


def test_the_domain_of_an_employer_that_nobody_checked_shows_nothing(
    person: User, registrar: User, at: datetime
) -> None:
    mine = employer(actor=person, at=at, name="My own shell")
    services.set_mail_domains(mine, ["shell.example"], actor=registrar, at=at, reason=WHY)
    reference = asked(experience(person, mine, at=at), "me2@shell.example", at=at)
    assert services.identity_of(reference, actor=None, at=at) is Identity.NOT_CHECKED
    services.check_employer(mine, actor=registrar, at=at)
    assert services.identity_of(reference, actor=None, at=at) is Identity.MAIL_DOMAIN


def test_a_merge_carries_the_mail_domains_and_its_undoing_takes_them_back(
    row: Experience, bank: Employer, registrar: User, at: datetime
) -> None:
    other = employer(actor=registrar, at=at, name="Nord Banking Group")
    services.set_mail_domains(other, ["nbg.example"], actor=registrar, at=at, reason=WHY)
    reference = asked(row, "boss@nbg.example", at=at)
    found = []
    for change in (services.merge_employers, None, services.undo_merge):
        if change is services.merge_employers:
            change(bank, other, actor=registrar, at=at, reason=WHY)
        elif change is not None:
            services.undo_merge(bank, actor=registrar, at=at, reason=WHY)
        fresh = Reference.objects.get(pk=reference.pk)
        found.append(services.identity_of(fresh, actor=None, at=at))
    assert found == [Identity.MAIL_DOMAIN, Identity.MAIL_DOMAIN, Identity.NOT_CHECKED]


def test_another_holder_of_an_active_credential_verifies_when_signed_in(
    client: Client, row: Experience, person: User, other: User, registrar: User, at: datetime
) -> None:
    kind = a_type("CPAP", at=at, second_person=())
    awarded(kind, actor=registrar, at=at, email=other.email)
    asked(row, "friend@gmail.com", at=at)
    place = f"/referee/{token_of('friend@gmail.com')}/"
    page = signed_in(client, other).get(place).content.decode()
    assert "signed in as the holder" in page
    client.post(place, {"answer": "confirm", "domains": [INPUT], "typed_name": "O"})
    made = Verification.objects.get()
    assert (made.by, made.way) == (other, "referee")
    assert Reference.objects.get().identity == "holder"


@pytest.mark.parametrize("what", ["none", "expired", "revoked"])
def test_a_credential_that_does_not_hold_now_shows_nothing(
    row: Experience, other: User, registrar: User, at: datetime, what: str
) -> None:
    if what != "none":
        made = awarded(
            a_type("CPAP", at=at, second_person=()), actor=registrar, at=at, email=other.email
        )
        if what == "revoked":
            type(made).objects.filter(pk=made.pk).update(state="revoked")
    later = at + timedelta(days=29)
    reference = asked(row, "friend@gmail.com", at=at)
    when = years_after(at, 3) if what == "expired" else later
    assert services.identity_of(reference, actor=other, at=when) is Identity.NOT_CHECKED


def test_nobody_is_their_own_referee(
    client: Client, row: Experience, person: User, registrar: User, at: datetime
) -> None:
    EmailAddress.objects.create(user=person, email="second@nord.example", verified=False)
    own = ["person@elsewhere.example", " Person+x@ELSEWHERE.example", "second@nord.example"]
    for email in own:
        with pytest.raises(PractitionerRefused, match="This address is yours"):
            asked(row, email, at=at)
    reference = asked(row, at=at)
    awarded(a_type("CPAP", at=at, second_person=()), actor=registrar, at=at, email=person.email)
    page = signed_in(client, person).get(f"/referee/{token_of()}/")
    assert page.status_code == 403
    assert "Nobody confirms their own work" in page.content.decode()
    with pytest.raises(PermissionRefused, match="their own work"):
        services.answer_reference(reference, YES, actor=person, at=at)
    assert services.identity_of(reference, actor=person, at=at) is not Identity.HOLDER


@pytest.mark.parametrize("transition", ["refuse", "pass"])
def test_a_referee_who_does_not_confirm_verifies_nothing(
    row: Experience, person: User, at: datetime, transition: str
) -> None:
    reference = asked(row, at=at)
    services.answer_reference(reference, Answer(transition, "Bo"), actor=None, at=at)
    assert queries.verified_domains(person, at) == frozenset()
    told = Message.objects.filter(recipient=person.email).latest("pk")
    assert "did not confirm" in told.text


def test_a_link_is_good_for_thirty_days_and_for_one_answer(row: Experience, at: datetime) -> None:
    reference = asked(row, at=at)
    end = at + timedelta(days=30)
    with pytest.raises(PermissionRefused, match="older than 30 days"):
        services.answer_reference(reference, YES, actor=None, at=end)
    services.answer_reference(reference, YES, actor=None, at=end - timedelta(seconds=1))
    with pytest.raises(PermissionRefused):
        services.answer_reference(reference, YES, actor=None, at=at)
    assert Verification.objects.count() == 1


def test_asking_again_makes_a_new_link_and_withdrawing_leads_nowhere(
    row: Experience, person: User, other: User, at: datetime
) -> None:
    reference = asked(row, at=at)
    first = token_of()
    with pytest.raises(PractitionerRefused, match="within the last day"):
        services.ask_again(reference, actor=person, at=at + timedelta(hours=1))
    with pytest.raises(PermissionRefused, match="Only who asked"):
        services.ask_again(reference, actor=other, at=at + timedelta(days=2))
    services.ask_again(reference, actor=person, at=at + timedelta(days=2))
    second = token_of()
    assert queries.reference_by_token(first) is None
    assert queries.reference_by_token(second) == reference
    services.withdraw_reference(reference, actor=person, at=at + timedelta(days=3))
    assert queries.reference_by_token(second) is None


def test_referees_are_not_flooded(
    row: Experience, person: User, bank: Employer, at: datetime
) -> None:
    for number in range(3):
        asked(row, f"boss{number}@nord.example", at=at)
    with pytest.raises(PractitionerRefused, match="3 referees are asked"):
        asked(row, "more@nord.example", at=at)
    with pytest.raises(PractitionerRefused, match="asked about this already"):
        asked(row, "Boss0+x@nord.example", at=at)
    second = experience(person, bank, at=at)
    for number in range(2):
        asked(second, f"boss{number}@nord.example", at=at)
    with pytest.raises(PractitionerRefused, match="5 referees within a day"):
        asked(second, "more@nord.example", at=at)
    asked(second, "more@nord.example", at=at + timedelta(days=1, seconds=1))


def test_a_referee_is_asked_at_most_three_times(
    row: Experience, person: User, at: datetime
) -> None:
    reference = asked(row, at=at)
    for day in (2, 4):
        services.ask_again(reference, actor=person, at=at + timedelta(days=day))
    with pytest.raises(PractitionerRefused, match="3 times"):
        services.ask_again(reference, actor=person, at=at + timedelta(days=6))


def test_withdrawing_experience_ends_what_was_verified_and_every_link(
    row: Experience, person: User, at: datetime
) -> None:
    services.answer_reference(asked(row, at=at), YES, actor=None, at=at)
    asked(row, "other@nord.example", at=at)
    token = token_of("other@nord.example")
    services.ask_checker(row, actor=person, at=at)
    later = at + timedelta(days=1)
    services.withdraw_experience(row, actor=person, at=later)
    assert queries.verified_domains(person, later) == frozenset()
    assert queries.verified_domains(person, at) == {INPUT}
    assert queries.reference_by_token(token) is None
    assert CheckRequest.objects.get().state == "withdrawn"


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.ASSESSOR_LEAD])
def test_a_named_checker_records_what_they_saw(
    client: Client, row: Experience, person: User, at: datetime, role: Role
) -> None:
    checker = staff(role, "checker@example.org")
    check = services.ask_checker(row, actor=person, at=at)
    page = signed_in(client, checker)
    assert person.email in page.get("/checks/").content.decode()
    assert "Screened every text" in page.get(f"/checks/{check.pk}/").content.decode()
    sent = {"decision": "verify", "domains": [OUTPUT], "seen": "Release notes, on a call."}
    assert page.post(f"/checks/{check.pk}/", sent)["Location"] == "/checks/"
    made = Verification.objects.get()
    assert (made.by, made.way, made.seen) == (checker, "checker", "Release notes, on a call.")
    assert queries.verified_domains(person, datetime.now(UTC)) == {OUTPUT}
    assert "Release notes" not in str(
        list(audit.events_of(subject(row)).values_list("payload", flat=True))
    )


def test_a_checker_who_is_not_convinced_says_why(
    client: Client, row: Experience, person: User, lead: User, at: datetime
) -> None:
    check = services.ask_checker(row, actor=person, at=at)
    page = signed_in(client, lead)
    sent = {"decision": "decline", "seen": "No record of the rollout was shown."}
    page.post(f"/checks/{check.pk}/", sent)
    check.refresh_from_db()
    assert (check.state, check.decided_by) == ("declined", lead)
    told = Message.objects.filter(recipient=person.email).latest("pk")
    assert "No record of the rollout" in told.text
    assert queries.verified_domains(person, at) == frozenset()


@pytest.mark.parametrize("role", [None, Role.ADMINISTRATOR, Role.AUDITOR, Role.DECISION_MAKER])
def test_who_is_no_checker_reads_and_decides_nothing(
    client: Client, row: Experience, person: User, at: datetime, role: Role | None
) -> None:
    someone = staff(role, "x@example.org") if role else member("x@example.org")
    check = services.ask_checker(row, actor=person, at=at)
    page = signed_in(client, someone)
    assert page.get("/checks/").status_code == 403
    assert page.get(f"/checks/{check.pk}/").status_code == 403
    with pytest.raises(PermissionRefused):
        services.verify_by_checker(check, domains=[INPUT], seen="x", actor=someone, at=at)


def test_nobody_checks_their_own_experience(
    client: Client, bank: Employer, lead: User, at: datetime
) -> None:
    mine = experience(lead, bank, at=at)
    check = services.ask_checker(mine, actor=lead, at=at)
    assert not queries.waiting_checks(lead, at).exists()
    assert signed_in(client, lead).get(f"/checks/{check.pk}/").status_code == 403
    with pytest.raises(PermissionRefused, match="their own"):
        services.verify_by_checker(check, domains=[INPUT], seen="x", actor=lead, at=at)


@pytest.mark.parametrize(
    ("ends", "are_colleagues"),
    [(None, True), (date(2024, 3, 1), True), (date(2024, 2, 1), False)],
)
def test_a_colleague_of_the_last_two_years_is_no_checker(
    row: Experience,
    person: User,
    bank: Employer,
    lead: User,
    at: datetime,
    ends: date | None,
    are_colleagues: bool,
) -> None:
    works(person, bank, at=at, begins=date(2023, 1, 1))
    works(lead, bank, at=at, begins=date(2020, 1, 1), ends=ends)
    check = services.ask_checker(row, actor=person, at=at)
    assert queries.waiting_checks(lead, at).exists() is not are_colleagues
    if are_colleagues:
        with pytest.raises(PermissionRefused, match="24 months"):
            services.verify_by_checker(check, domains=[INPUT], seen="x", actor=lead, at=at)
    else:
        services.verify_by_checker(check, domains=[INPUT], seen="x", actor=lead, at=at)


def test_a_portfolio_verifies_once_and_never_by_the_person_themselves(
    row: Experience, person: User, at: datetime
) -> None:
    with pytest.raises(PermissionRefused, match="their own"):
        services.verify_by_portfolio(row, domains=[INPUT], source="p:1", actor=person, at=at)
    with pytest.raises(PractitionerRefused, match="does not name"):
        services.verify_by_portfolio(
            row, domains=["human-oversight"], source="p:1", actor=SYSTEM, at=at
        )
    first = services.verify_by_portfolio(row, domains=[INPUT], source="p:1", actor=SYSTEM, at=at)
    again = services.verify_by_portfolio(row, domains=[INPUT], source="p:1", actor=SYSTEM, at=at)
    assert first == again
    assert Verification.objects.count() == 1


def test_a_verification_that_was_false_is_ended_by_a_registrar_with_a_reason(
    client: Client, row: Experience, person: User, registrar: User, lead: User, at: datetime
) -> None:
    made = services.verify_by_portfolio(row, domains=[INPUT], source="p:1", actor=SYSTEM, at=at)
    page = signed_in(client, registrar)
    listed = page.get("/checks/", {"q": person.email}).content.decode()
    assert f"/verifications/{made.pk}/end/" in listed
    assert signed_in(client, lead).get(f"/verifications/{made.pk}/end/").status_code == 403
    page = signed_in(client, registrar)
    page.post(f"/verifications/{made.pk}/end/", {"reason": "The portfolio was copied."})
    now = datetime.now(UTC) + timedelta(seconds=1)
    assert queries.verified_domains(person, now) == frozenset()
    assert queries.attested_domains(person, now) == {INPUT, OUTPUT}
    shown = signed_in(client, person).get(f"/profile/experience/{row.pk}/").content.decode()
    assert "The portfolio was copied." in shown
    with pytest.raises(PractitionerRefused, match="already"):
        services.end_verification(made, reason="x", actor=registrar, at=now)


def test_nobody_ends_the_verification_of_their_own_experience(
    bank: Employer, registrar: User, at: datetime
) -> None:
    mine = experience(registrar, bank, at=at)
    made = services.verify_by_portfolio(mine, domains=[INPUT], source="p:1", actor=SYSTEM, at=at)
    with pytest.raises(PermissionRefused, match="their own"):
        services.end_verification(made, reason="x", actor=registrar, at=at)


DAYS = st.integers(0, 365 * 5)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    verified=st.lists(
        st.tuples(DAYS, st.sampled_from([(INPUT,), (OUTPUT,), (INPUT, OUTPUT)]), st.none() | DAYS),
        max_size=5,
    ),
    asked_on=DAYS,
)
def test_what_counts_on_a_day_is_what_was_verified_in_the_three_years_before(
    row: Experience,
    person: User,
    registrar: User,
    verified: list[tuple[int, tuple[str, ...], int | None]],
    asked_on: int,
) -> None:
    begun = datetime(2024, 2, 28, 12, tzinfo=UTC)
    now, expected = begun + timedelta(days=asked_on), set()
    with rolled_back():
        for number, (day, domains, ended) in enumerate(verified):
            when = begun + timedelta(days=day)
            made = services.verify_by_portfolio(
                row, domains=domains, source=f"p:{number}", actor=SYSTEM, at=when
            )
            lapses = when.replace(year=when.year + 3, day=min(when.day, 28)) if (
                when.month == 2
            ) else when.replace(year=when.year + 3)  # fmt: skip
            over = ended is not None and begun + timedelta(days=ended) <= now
            if ended is not None:
                end = begun + timedelta(days=ended)
                services.end_verification(made, reason="False.", actor=registrar, at=end)
            if when <= now < lapses and not over:
                expected |= set(domains)
        assert queries.verified_domains(person, now) == expected
        for domain in (INPUT, OUTPUT):
            found = set(queries.verified_in(domain, now))
            assert found == ({person.pk} if domain in expected else set())
        told = {each.domain for each in queries.coarse(person, now) if each.until}
        assert told == (expected if queries.attested_domains(person, now) else set())


def test_what_lapses_within_ninety_days_stands_on_the_desk(
    row: Experience, person: User, at: datetime
) -> None:
    services.verify_by_portfolio(row, domains=[INPUT], source="p:1", actor=SYSTEM, at=at)
    end = years_after(at, 3)
    for days, is_told in ((91, False), (90, True), (1, True), (0, False)):
        when = end - timedelta(days=days)
        found = queries.lapsing(person, at=when, within=timedelta(days=90))
        assert bool(found) is is_told, days


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"domains": ()}, "domains"),
        ({"domains": ("no-such-domain",)}, "domains"),
        ({"role": " "}, "role"),
        ({"description": ""}, "description"),
        ({"begins": date(2026, 4, 1), "ends": None}, "begins"),
        ({"ends": date(2022, 1, 1)}, "ends"),
        ({"ends": date(2026, 4, 1)}, "ends"),
    ],
)
def test_a_refused_attestation_names_the_field(
    person: User, bank: Employer, at: datetime, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(PractitionerRefused) as refusal:
        services.attest(attestation(bank, **facts), actor=person, at=at)
    assert refusal.value.field == field
    assert not Experience.objects.exists()


def test_verified_in_leaves_out_whose_account_is_disabled(
    row: Experience, person: User, at: datetime
) -> None:
    services.verify_by_portfolio(row, domains=[INPUT], source="p:1", actor=SYSTEM, at=at)
    assert list(queries.verified_in(INPUT, at)) == [person.pk]
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert not queries.verified_in(INPUT, at).exists()


def test_a_withdrawn_request_can_be_made_again_but_not_without_end(
    row: Experience, person: User, bank: Employer, at: datetime
) -> None:
    for day in range(0, 10, 2):
        reference = asked(row, at=at + timedelta(days=day))
        services.withdraw_reference(reference, actor=person, at=at + timedelta(days=day))
    with pytest.raises(PractitionerRefused, match="5 times within 30 days"):
        asked(experience(person, bank, at=at), at=at + timedelta(days=10))


def test_a_referee_who_answered_is_not_asked_about_the_same_again(
    row: Experience, at: datetime
) -> None:
    services.answer_reference(asked(row, at=at), Answer("refuse", "Bo"), actor=None, at=at)
    with pytest.raises(PractitionerRefused, match="answered already"):
        asked(row, at=at + timedelta(days=5))
