"""The register of employers as its keepers see and change it."""

from datetime import datetime

import pytest
from django.test import Client

from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.practitioners import queries, services
from guildmark.apps.practitioners.models import Employer, EmployerDomain
from guildmark.apps.practitioners.naming import domain_of, fold_name
from guildmark.apps.practitioners.services import PractitionerRefused
from tests.apps.accounts.factories import administrator, member, signed_in, staff
from tests.apps.practitioners.factories import employer

WHY = "Seen in the company register."


def post(client: Client, row: Employer, change: str, **fields: str) -> str:
    data = {f"{change}-{name}": value for name, value in fields.items()}
    answer = client.post(f"/employers/{row.pk}/", {"change": change, **data}, follow=True)
    assert answer.status_code == 200
    row.refresh_from_db()
    return answer.content.decode()


@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.ASSESSOR_LEAD, Role.TRIAGE])
def test_who_does_not_keep_the_register_does_not_see_its_pages(
    client: Client, person: User, registrar: User, at: datetime, role: Role | None
) -> None:
    row = employer(actor=registrar, at=at)
    page = signed_in(client, staff(role, "x@example.org") if role else person)
    for place in ("/employers/", f"/employers/{row.pk}/"):
        assert page.get(place).status_code == 403
        assert page.post(place, {"name": "X", "change": "check"}).status_code == 403


def test_a_keeper_checks_renames_and_describes_an_employer(
    client: Client, person: User, registrar: User, at: datetime
) -> None:
    row = employer(actor=person, at=at, name="Nrod Bank")
    page = signed_in(client, registrar)
    assert "Nrod Bank" in page.get("/employers/?unchecked=yes").content.decode()
    assert "Employers not checked yet: 1" in page.get("/desk/").content.decode()
    page.post(f"/employers/{row.pk}/", {"change": "check"})
    post(page, row, "rename", name="Nord Bank", country="de", reason=WHY)
    post(page, row, "alias", name="NB")
    shown = post(
        page, row, "domains", domains="https://www.nord.example/x\n nord2.example", reason=WHY
    )
    assert (row.name, row.country, row.checked_by) == ("Nord Bank", "DE", registrar)
    assert queries.mail_domains(row) == {"nord.example", "nord2.example"}
    for told in ("Nrod Bank", "NB", "nord.example", WHY):
        assert told in shown
    for typed in ("nrod", "nb", "nord"):
        assert queries.employers_like(typed) == [row]
    assert "Nord Bank" not in page.get("/employers/?unchecked=yes").content.decode()


@pytest.mark.parametrize("role", [None, *Role])
def test_the_desk_of_a_keeper_leads_to_the_register_also_while_nothing_waits(
    client: Client, institute: None, role: Role | None
) -> None:
    person = staff(role) if role else member()
    desk = signed_in(client, person).get("/desk/").content.decode()
    assert ('href="/employers/"' in desk) == (role in {Role.REGISTRAR, Role.ADMINISTRATOR})
    assert "Employers not checked yet" not in desk


def test_a_keeper_sets_parents_merges_and_undoes(
    client: Client, registrar: User, at: datetime
) -> None:
    one, two, three = (employer(actor=registrar, at=at, name=f"Firm {n}") for n in "ABC")
    page = signed_in(client, registrar)
    post(page, one, "parent", other=str(two.pk), reason=WHY)
    assert (one.parent, one.family) == (two, two)
    refused = post(page, two, "parent", other="Firm A", reason=WHY)
    assert "belongs to" in refused
    assert WHY in refused
    post(page, two, "merge", other="Firm C", reason=WHY)
    one.refresh_from_db()
    assert (two.resolved, one.family) == (three, three)
    assert queries.employers_like("Firm B") == [three]
    post(page, two, "undo", reason="Not the same.")
    one.refresh_from_db()
    assert (two.resolved, one.family) == (two, two)
    post(page, one, "parent", other="", reason=WHY)
    assert (one.parent, one.family) == (None, one)


def test_another_employer_is_named_without_doubt(
    client: Client, registrar: User, at: datetime
) -> None:
    one, two, three = (employer(actor=registrar, at=at, name=f"Firm {n}") for n in "ABC")
    page = signed_in(client, registrar)
    refused = post(page, one, "merge", other="firm", reason=WHY)
    assert f"Firm B ({two.pk})" in refused
    assert f"Firm C ({three.pk})" in refused
    assert one.merged_into is None


@pytest.mark.parametrize("domain", ["gmail.com", "not a domain", "localhost", "-x.example"])
def test_a_mail_domain_that_shows_nothing_is_refused(
    registrar: User, at: datetime, domain: str
) -> None:
    row = employer(actor=registrar, at=at)
    with pytest.raises(PractitionerRefused) as refusal:
        services.set_mail_domains(row, [domain], actor=registrar, at=at, reason=WHY)
    assert refusal.value.field == "domains"
    assert not EmployerDomain.objects.exists()


def test_the_same_name_is_added_once_and_found_through_a_merge(
    registrar: User, person: User, at: datetime
) -> None:
    first = employer(actor=registrar, at=at, name="Nord Bank AG")
    assert employer(actor=person, at=at, name="NORD  BANK") == first
    other = employer(actor=registrar, at=at, name="Nordbank")
    services.merge_employers(first, other, actor=registrar, at=at, reason=WHY)
    assert employer(actor=person, at=at, name="Nord Bank") == other


def test_an_administrator_keeps_the_register_too(client: Client, standard: None) -> None:
    page = signed_in(client, administrator())
    answer = page.post("/employers/", {"name": "New Firm", "country": "XX"})
    assert "no country" in answer.content.decode()
    page.post("/employers/", {"name": "New Firm", "country": "FR"})
    assert Employer.objects.get().checked_at is not None


def test_nobody_fills_the_register_alone(person: User, at: datetime) -> None:
    for number in range(10):
        employer(actor=person, at=at, name=f"Firm {number}")
    with pytest.raises(PractitionerRefused, match="10 employers within a day"):
        employer(actor=person, at=at, name="Firm more")


@pytest.mark.once
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller & Söhne GmbH", "muller sohne"),
        ("ACME, Inc.", "acme"),
        ("O'Neil Ltd.", "oneil"),
        ("A.B.C. S.p.A.", "abc"),
    ],
)
def test_names_are_compared_without_accents_signs_and_legal_forms(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.once
def test_a_legal_form_alone_is_a_name() -> None:
    assert fold_name("SAS") == "sas"


@pytest.mark.once
@pytest.mark.parametrize(
    "typed",
    ["x@nord.example", "nord.example", " HTTPS://www.NORD.example:443/a?b", "nord.example."],
)
def test_the_domain_of_an_address_is_read_however_it_is_given(typed: str) -> None:
    assert domain_of(typed) == "nord.example"


def test_the_best_match_comes_first_however_many_there_are(registrar: User, at: datetime) -> None:
    rows = [
        Employer(name=f"A{n} Nord", folded=f"a{n} nord", added_at=at) for n in range(150)
    ]  # fmt: skip
    for each in Employer.objects.bulk_create(rows):
        Employer.objects.filter(pk=each.pk).update(resolved=each.pk, family=each.pk)
    begins = employer(actor=registrar, at=at, name="Nord Zeta")
    exact = employer(actor=registrar, at=at, name="Nord")
    assert queries.employers_like("nord")[:2] == [exact, begins]
    assert len(queries.employers_like("nord")) == 10
