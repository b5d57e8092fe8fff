"""The pages of a practitioner: everything works by forms, and nothing typed is lost."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import escape

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import services as credentials
from guildmark.apps.credentials.states import ShownAs
from guildmark.apps.practitioners import queries, services
from guildmark.apps.practitioners.models import Employment, Experience, Reference
from guildmark.apps.practitioners.services import ProfileDescription
from guildmark.apps.practitioners.slots import ProfileLine, ProfileSection
from guildmark.apps.practitioners.states import Level, Purpose
from guildmark.apps.practitioners.views import profiles
from guildmark.cores.slots import Slot
from tests.apps.accounts.factories import signed_in
from tests.apps.credentials.factories import a_type, awarded
from tests.apps.practitioners.factories import (
    INPUT,
    OUTPUT,
    employer,
    experience,
    works,
)
from tests.conftest import NOON

BEGUN = date(2024, 2, 1)


def profile(handle: str, **facts: Any) -> ProfileDescription:
    """A public profile that shows nothing but the handle and a text."""
    values = {"name": "Robin R.", "text": "I run models.", "is_public": True, **facts}
    return ProfileDescription(handle=handle, **values)


def without_token(page: str) -> str:
    """A page without the secret that differs in every answer."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def test_a_page_that_is_not_public_answers_like_one_that_is_not_there(
    client: Client, person: User, at: datetime
) -> None:
    hidden = profile("robin", is_public=False, shows_name=True)
    services.edit_profile(hidden, actor=person, at=at)
    answer = text(client, "/people/robin/", 404)
    unknown = text(client, "/people/nobody-x/", 404).replace("nobody-x", "robin")
    assert without_token(answer) == without_token(unknown)
    assert "Robin R." not in text(signed_in(client, person), "/people/robin/", 404)


def test_a_public_page_shows_what_was_chosen_and_nothing_else(
    client: Client, person: User, registrar: User, at: datetime
) -> None:
    where = employer(actor=registrar, at=at, name="Secretive Bank")
    row = experience(person, where, at=at, domains=(INPUT, OUTPUT), role="led the vault")
    services.verify_by_portfolio(row, domains=[INPUT], source="portfolio:1", actor=None, at=at)
    services.declare_expertise({INPUT: Level.LEADING}, actor=person, at=at)
    services.edit_profile(profile("robin"), actor=person, at=at)
    bare = text(client, "/people/robin/")
    for hidden in ("Robin R.", "Input Governance", "Output Validation", "leading"):
        assert hidden not in bare
    assert "I run models." in bare
    shown = {"shows_name": True, "shows_experience": True, "shows_expertise": True}
    services.edit_profile(profile("robin", **shown), actor=person, at=at)
    full = text(client, "/people/ROBIN/")
    verified, attested = full.split("Attested", 1)
    assert "Input Governance" in verified
    assert "until March 2029" in verified
    assert "Output Validation" in attested.split("Expertise")[0]
    assert "Input Governance" not in attested.split("Expertise")[0]
    for hidden in ("Secretive Bank", "led the vault", "Screened every text", person.email):
        assert hidden not in full


def test_what_lapsed_is_attested_again_on_the_public_page(
    client: Client, person: User, registrar: User, at: datetime
) -> None:
    row = experience(person, employer(actor=registrar, at=at), at=at)
    services.verify_by_portfolio(row, domains=[INPUT], source="portfolio:1", actor=None, at=at)
    services.edit_profile(profile("robin", shows_experience=True), actor=person, at=at)
    assert "until March 2029" in text(client, "/people/robin/")
    with time_machine.travel(NOON.replace(year=2029), tick=False):
        later = text(client, "/people/robin/")
    assert "until March" not in later
    assert "Input Governance" in later


def test_contributions_of_contexts_above_are_shown_where_the_person_wants_it(
    client: Client, person: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def provider(someone: object) -> ProfileSection:
        assert someone == person
        return ProfileSection("Comments", [ProfileLine("A comment on PSF-1", "/standard/")])

    fresh: Slot[Callable[[Any], ProfileSection | None]] = Slot("profile sections")
    fresh.register(provider, name="comments")
    monkeypatch.setattr(profiles, "profile_sections", fresh)
    services.edit_profile(profile("robin"), actor=person, at=at)
    assert "A comment on PSF-1" not in text(client, "/people/robin/")
    services.edit_profile(profile("robin", shows_contributions=True), actor=person, at=at)
    assert "A comment on PSF-1" in text(client, "/people/robin/")


def errors(client: Client, path: str, data: dict[str, Any]) -> str:
    answer = client.post(path, data)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Please look at this again" in page
    return page


def test_a_profile_is_saved_by_its_page_and_a_refusal_loses_nothing(
    client: Client, person: User, other: User, at: datetime
) -> None:
    services.edit_profile(profile("robin"), actor=other, at=at)
    page = signed_in(client, person)
    sent = {"handle": "r0bin", "name": "Rob <b>", "text": "Mine & theirs", "is_public": "on"}
    refused = errors(page, "/profile/", sent)
    assert "reads like one that is" in refused
    for kept in sent.values():
        assert escape(kept) in refused
    answer = page.post("/profile/", {**sent, "handle": "sparrow"})
    assert answer["Location"] == "/profile/"
    found = queries.profile(person)
    assert found is not None
    assert (found.handle, found.is_public, found.shows_name) == ("sparrow", True, False)
    assert "sparrow" in text(page, "/profile/")


def test_the_pages_of_a_newcomer_say_what_will_appear(client: Client, person: User) -> None:
    page = signed_in(client, person)
    assert "Nothing told yet" in text(page, "/profile/experience/")
    assert "No work told yet" in text(page, "/profile/work/")
    record = text(page, "/profile/record/")
    assert "Nothing recorded yet" in record
    assert "does not say yet what counts" in record
    assert "Your profile and experience" in text(page, "/desk/")


def test_an_employer_is_found_by_typing_without_javascript(
    client: Client, person: User, registrar: User, at: datetime
) -> None:
    bank = employer(actor=registrar, at=at, name="Nord Bank AG")
    employer(actor=registrar, at=at, name="Nordic Air")
    services.add_name(bank, "NB Group", actor=registrar, at=at)
    page = signed_in(client, person)
    sent = {"employer_text": "nord", "role": "engineer", "begins": "2024-02", "ends": ""}
    offered = errors(page, "/profile/work/add/", sent)
    assert "Nord Bank AG" in offered
    assert "Nordic Air" in offered
    assert 'value="engineer"' in offered
    page.post("/profile/work/add/", {**sent, "employer": str(bank.pk)})
    page.post("/profile/work/add/", {**sent, "employer_text": "nord bank"})
    assert [each.employer for each in Employment.objects.all()] == [bank, bank]
    by_alias = errors(page, "/profile/work/add/", {**sent, "employer_text": "nb gr"})
    assert "Nord Bank AG" in by_alias


def test_who_finds_no_employer_adds_one_that_counts_as_not_checked(
    client: Client, person: User
) -> None:
    page = signed_in(client, person)
    sent = {"employer_text": "Tiny Start-up", "employer": "new", "role": "x", "begins": "3/2025"}
    assert page.post("/profile/work/add/", sent)["Location"] == "/profile/work/"
    made = Employment.objects.get().employer
    assert (made.name, made.checked_at, made.added_by) == ("Tiny Start-up", None, person)
    assert "(not checked yet)" in text(page, "/profile/work/")


def test_an_employer_that_was_not_offered_is_not_taken(
    client: Client, person: User, other: User, at: datetime
) -> None:
    theirs = services.work_for_oneself(actor=other, at=at)
    sent = {"employer_text": "x", "employer": str(theirs.pk), "role": "x", "begins": "2024-01"}
    assert "Choose one from the list" in errors(
        signed_in(client, person), "/profile/work/add/", sent
    )


def test_the_list_that_helps_while_typing_is_a_piece_of_the_form(
    client: Client, person: User, registrar: User, at: datetime
) -> None:
    employer(actor=registrar, at=at, name="Nord <Bank>")
    page = signed_in(client, person)
    found = text(page, "/employers/find/?employer_text=nord")
    assert "Nord &lt;Bank&gt;" in found
    assert "<html" not in found
    assert 'value="self"' in found
    assert 'value="self"' not in text(page, "/employers/find/?employer_text=nord&self=no")


def test_a_line_of_work_is_ended_once_and_withdrawn_but_never_changed(
    client: Client, person: User, registrar: User, at: datetime
) -> None:
    line = works(person, employer(actor=registrar, at=at), at=at, begins=BEGUN)
    page, place = signed_in(client, person), f"/profile/work/{line.pk}/"
    assert "before the month in which it began" in errors(page, place, {"ends": "2023-05"})
    page.post(place, {"ends": "2024-05"})
    line.refresh_from_db()
    assert line.ends == date(2024, 5, 31)
    assert "has an end already" in errors(page, place, {"ends": "2024-06"})
    page.post(place, {"action": "withdraw"})
    line.refresh_from_db()
    assert line.withdrawn_at == at
    assert page.get(place).status_code == 404


def test_what_binds_one_to_a_vendor_counts_on_its_days(
    client: Client, person: User, registrar: User, at: datetime
) -> None:
    vendor = employer(actor=registrar, at=at, name="Model Maker")
    page = signed_in(client, person)
    sent = {"employer_text": "model maker", "kind": "owns shares", "begins": "2024-02"}
    page.post("/profile/interests/add/", sent)
    found = queries.vendor_interests(person, BEGUN).get()
    assert (found.vendor, found.kind) == (vendor, "owns shares")
    assert not queries.vendor_interests(person, BEGUN - timedelta(days=1)).exists()
    page.post(f"/profile/interests/{found.pk}/", {"ends": "2024-03"})
    assert queries.vendor_interests(person, date(2024, 3, 31)).exists()
    assert not queries.vendor_interests(person, date(2024, 4, 1)).exists()


def test_experience_is_told_shown_and_withdrawn_by_its_pages(
    client: Client, person: User, registrar: User, at: datetime
) -> None:
    employer(actor=registrar, at=at, name="Nord Bank")
    page = signed_in(client, person)
    sent = {
        "employer_text": "Nord Bank", "domains": [INPUT, OUTPUT], "system": "assistant",
        "role": "led the rollout", "begins": "2023-04", "ends": "2025-06", "scale": "thousands",
        "description": 'Screened "every" text.',
    }  # fmt: skip
    refused = errors(page, "/profile/experience/add/", {**sent, "domains": []})
    assert "led the rollout" in refused
    page.post("/profile/experience/add/", sent)
    row = Experience.objects.get()
    place = f"/profile/experience/{row.pk}/"
    shown = text(page, place)
    assert "Attested" in shown
    assert "Screened &quot;every&quot; text." in shown
    again = text(page, f"/profile/experience/add/?like={row.pk}")
    assert 'value="led the rollout"' in again
    page.post(place, {"action": "withdraw"})
    assert page.get(place).status_code == 404
    assert queries.attested_domains(person, at) == frozenset()


@pytest.mark.parametrize("action", ["withdraw", "ask checker", "ask again"])
def test_nobody_reads_or_touches_the_experience_of_another(
    client: Client, person: User, other: User, registrar: User, at: datetime, action: str
) -> None:
    row = experience(person, employer(actor=registrar, at=at), at=at)
    for visitor in (other, registrar):
        page = signed_in(client, visitor)
        assert page.get(f"/profile/experience/{row.pk}/").status_code == 404
        sent = page.post(f"/profile/experience/{row.pk}/", {"action": action})
        assert sent.status_code == 404
    row.refresh_from_db()
    assert row.withdrawn_at is None


def test_opt_ins_are_chosen_on_their_page_and_hold_at_once(
    client: Client, person: User, at: datetime
) -> None:
    page = signed_in(client, person)
    place = "/profile/availability/"
    sent = {"purpose": "assessing", "assessing-domains": [INPUT], "assessing-most": "3"}
    assert page.post(place, sent)["Location"] == place
    assert list(queries.opted_in(Purpose.ASSESSING, INPUT, at)) == [person.pk]
    assert queries.load_cap(person, Purpose.ASSESSING) == 3
    page.post(place, {"purpose": "assessing", "assessing-domains": []})
    assert not queries.opted_in(Purpose.ASSESSING, INPUT, at + timedelta(seconds=1)).exists()
    assert "What you offered so far" in text(page, place)


def test_absences_are_added_and_removed(client: Client, person: User) -> None:
    page, place = signed_in(client, person), "/profile/availability/"
    refused = errors(
        page, place, {"purpose": "absence", "begins": "2026-05-05", "ends": "2026-05-01"}
    )
    assert 'value="2026-05-05"' in refused
    page.post(place, {"purpose": "absence", "begins": "2026-05-01", "ends": "2026-05-05"})
    assert list(queries.unavailable(date(2026, 5, 5))) == [person.pk]
    row = queries.unavailabilities(person).get()
    page.post(place, {"action": "remove", "absence": str(row.pk)})
    assert not queries.unavailable(date(2026, 5, 5)).exists()


def test_expertise_is_declared_on_its_page(client: Client, person: User) -> None:
    page = signed_in(client, person)
    page.post("/profile/expertise/", {"level_0": "working"})
    assert [(each.domain, each.level) for each in queries.expertise(person)] == [(INPUT, "working")]
    page.post("/profile/expertise/", {"level_0": ""})
    assert not queries.expertise(person).exists()


def test_a_referee_is_asked_from_the_page_of_the_experience(
    client: Client, person: User, registrar: User, at: datetime
) -> None:
    row = experience(person, employer(actor=registrar, at=at), at=at)
    page, place = signed_in(client, person), f"/profile/experience/{row.pk}/referee/"
    assert "Screened every text" in text(page, place)
    sent = {"email": person.email, "relation": "manager", "name": "Robin"}
    assert "This address is yours" in errors(page, place, sent)
    page.post(place, {**sent, "email": "boss@bank.example"})
    asked = Reference.objects.get()
    assert asked.email == "boss@bank.example"
    shown = text(page, f"/profile/experience/{row.pk}/")
    assert "boss@bank.example" in shown
    assert "boss@bank.example" in text(page, "/desk/")
    page.post(
        f"/profile/experience/{row.pk}/", {"action": "withdraw reference", "reference": asked.pk}
    )
    asked.refresh_from_db()
    assert asked.state == "withdrawn"


SHOWN_CREDENTIALS = [
    (ShownAs.NAME, "", True, True),
    (ShownAs.NAME, "", False, False),
    (ShownAs.HANDLE, "Robin", False, True),
    (ShownAs.HANDLE, "another", True, False),
    (ShownAs.ID_ONLY, "", True, False),
]


@pytest.mark.parametrize("case", SHOWN_CREDENTIALS)
def test_a_page_shows_no_credential_that_names_its_holder_otherwise(
    client: Client,
    person: User,
    registrar: User,
    at: datetime,
    case: tuple[ShownAs, str, bool, bool],
) -> None:
    shown_as, handle, shows_name, is_shown = case
    kind = a_type("CPAP", at=at, second_person=())
    made = awarded(kind, actor=registrar, at=at, email=person.email)
    credentials.show_as(made, shown_as, actor=person, at=at, handle=handle)
    wanted = profile("robin", shows_name=shows_name, shows_credentials=True)
    services.edit_profile(wanted, actor=person, at=at)
    assert (made.number in text(client, "/people/robin/")) is is_shown
    services.edit_profile(profile("robin", shows_name=shows_name), actor=person, at=at)
    assert made.number not in text(client, "/people/robin/")
