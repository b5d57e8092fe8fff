"""What is kept of a person is given to them, and goes when the account is closed."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction

from guildmark.apps.accounts import services as accounts
from guildmark.apps.accounts.queries import User
from guildmark.apps.audit import immutability
from guildmark.apps.audit.models import EventDetail
from guildmark.apps.practitioners import queries, services
from guildmark.apps.practitioners.models import (
    CheckRequest,
    Contribution,
    Employment,
    Experience,
    ExperienceDomain,
    OptIn,
    Reference,
    VendorInterest,
    Verification,
    VerificationDomain,
    VerificationEnd,
)
from guildmark.apps.practitioners.services import Answer, Asked, ProfileDescription
from guildmark.apps.practitioners.services.experience import subject
from guildmark.apps.practitioners.states import InterestKind, Level, Purpose, Relation
from tests.apps.practitioners.factories import INPUT, OUTPUT, employer, experience, works

BEGUN = date(2024, 1, 1)
SECRETS = (
    "robin-of-the-wood", "Robin Hoode", "archer", "led the vault", "Screened every text",
    "boss@nord.example", "Bo Boss", "Saw the vault", "vault papers", "A comment on arrows",
)  # fmt: skip


@pytest.fixture
def told(person: User, other: User, registrar: User, lead: User, at: datetime) -> Experience:
    """A person who told everything that can be told."""
    bank = employer(actor=registrar, at=at, name="Nord Bank")
    services.set_mail_domains(bank, ["nord.example"], actor=registrar, at=at, reason="Seen.")
    by: dict[str, Any] = {"actor": person, "at": at}
    profile = ProfileDescription("robin-of-the-wood", "Robin Hoode", text="An archer.")
    services.edit_profile(profile, **by)
    services.declare_expertise({INPUT: Level.WORKING}, **by)
    alone = services.work_for_oneself(**by)
    for where in (bank, alone):
        works(person, where, at=at, begins=BEGUN)
    services.add_interest(bank, kind=InterestKind.OWNS, begins=BEGUN, ends=None, **by)
    row = experience(person, bank, at=at, domains=(INPUT, OUTPUT), role="led the vault")
    asked = services.ask_referee(
        row, Asked("boss@nord.example", Relation.MANAGER, "Robin Hoode"), **by
    )
    services.answer_reference(asked, Answer("confirm", "Bo Boss", (INPUT,)), actor=None, at=at)
    check = services.ask_checker(row, **by)
    made = services.verify_by_checker(
        check, domains=[OUTPUT], seen="Saw the vault.", actor=lead, at=at
    )
    services.end_verification(made, reason="False vault papers.", actor=registrar, at=at)
    services.choose_opt_ins(Purpose.ASSESSING, [INPUT], **by)
    services.set_load_cap(Purpose.ASSESSING, 3, **by)
    services.add_absence(date(2026, 5, 1), date(2026, 5, 2), **by)
    services.record_contribution(
        person, "comment", subject="drafts:1", title="A comment on arrows", points=2, at=at
    )
    return row


def everything() -> str:
    """Everything that the tables of this context hold."""
    found = []
    for model in apps.get_app_config("practitioners").get_models():
        found += list(model._default_manager.values())
    return str(found)


def test_a_person_gets_everything_that_they_told(
    told: Experience, person: User, at: datetime
) -> None:
    data = accounts.export_personal_data(person, at=at)
    given = json.dumps(json.loads(json.dumps(data))["practitioners"])
    for secret in SECRETS[:7]:
        assert secret in given, secret
    part = json.loads(given)
    assert part["work"][1]["name"] == "Nord Bank"
    assert part["opt_ins"][0]["purpose"] == "assessing"
    assert part["unavailable"] == [["2026-05-01", "2026-05-02"]]
    assert {each["way"] for each in part["experience"][0]["verifications"]} == {
        "referee", "checker"
    }  # fmt: skip


def test_somebody_else_gets_nothing_of_it(told: Experience, other: User, at: datetime) -> None:
    given = json.dumps(accounts.export_personal_data(other, at=at))
    for secret in SECRETS:
        assert secret not in given


def test_closing_erases_what_is_personal_and_cuts_verifications_loose(
    told: Experience, person: User, at: datetime
) -> None:
    before = everything()
    for secret in SECRETS[2:]:
        assert secret in before, secret
    accounts.close_account(person, actor=person, at=at)
    after = everything()
    for secret in SECRETS:
        assert secret not in after, secret
    row = Experience.objects.get(pk=told.pk)
    assert (row.person, row.role, row.description) == (None, "", "")
    assert Verification.objects.count() == 2
    assert queries.verified_domains(person, at) == frozenset()
    assert not queries.verified_in(INPUT, at).exists()
    assert not EventDetail.objects.filter(event__subject=subject(told)).exists()
    for model in (Employment, VendorInterest, OptIn, Contribution):
        assert not model._default_manager.exists()


def test_no_row_leads_to_a_person_whose_account_is_closed(
    told: Experience, person: User, at: datetime
) -> None:
    accounts.close_account(person, actor=person, at=at)
    for model in apps.get_app_config("practitioners").get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is User:
                rows = model._default_manager.filter(**{field.name: person})
                assert not rows.exists(), f"{model.__name__}.{field.name}"


def test_what_a_referee_or_checker_gave_to_others_stays_without_their_name(
    told: Experience, person: User, lead: User, at: datetime
) -> None:
    reference = Reference.objects.get()
    Reference.objects.filter(pk=reference.pk).update(answered_by=lead)
    accounts.close_account(lead, actor=lead, at=at)
    reference.refresh_from_db()
    assert (reference.typed_name, reference.email, reference.answered_by) == ("", "", None)
    assert reference.digest
    assert queries.verified_domains(person, at) == {INPUT}


def test_requests_that_wait_go_with_the_account(
    person: User, registrar: User, at: datetime
) -> None:
    row = experience(person, employer(actor=registrar, at=at), at=at)
    services.ask_referee(row, Asked("x@y.example", Relation.OTHER, "R"), actor=person, at=at)
    services.ask_checker(row, actor=person, at=at)
    accounts.close_account(person, actor=person, at=at)
    assert Reference.objects.get().state == "withdrawn"
    assert CheckRequest.objects.get().state == "withdrawn"
    assert not queries.waiting_checks(registrar, at).exists()


FIXED: list[tuple[type[models.Model], dict[str, Any]]] = [
    (Verification, {"lapses_at": datetime.fromisoformat("2099-01-01T00:00:00+00:00")}),
    (Verification, {"way": "portfolio", "source": "x"}),
    (VerificationDomain, {"domain": "another"}),
    (VerificationEnd, {"at": datetime.fromisoformat("2099-01-01T00:00:00+00:00")}),
    (Experience, {"begins": date(2000, 1, 1)}),
    (Experience, {"scale": "millions"}),
    (ExperienceDomain, {"domain": "another"}),
    (Employment, {"begins": date(2000, 1, 1)}),
    (VendorInterest, {"kind": "other"}),
    (OptIn, {"since": datetime.fromisoformat("2020-01-01T00:00:00+00:00")}),
    (Contribution, {"points": 99}),
]


@pytest.mark.parametrize(("model", "change"), FIXED)
def test_the_database_refuses_to_change_what_was_told(
    told: Experience, model: type[models.Model], change: dict[str, Any]
) -> None:
    assert model._default_manager.exists()
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        model._default_manager.update(**change)


@pytest.mark.parametrize(
    "model", [Verification, VerificationDomain, VerificationEnd, Experience, ExperienceDomain]
)
def test_the_database_refuses_to_delete_what_was_verified(
    told: Experience, model: type[models.Model]
) -> None:
    rows = model._default_manager.all()
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        rows._raw_delete(rows.db)


def test_every_protected_table_has_its_triggers(told: Experience) -> None:
    assert immutability.missing() == []


def test_a_request_that_waits_for_a_closed_account_is_withdrawn_without_its_address(
    person: User, other: User, registrar: User, at: datetime
) -> None:
    row = experience(person, employer(actor=registrar, at=at), at=at)
    services.ask_referee(row, Asked(other.email, Relation.OTHER, "R"), actor=person, at=at)
    accounts.close_account(other, actor=other, at=at)
    reference = Reference.objects.get()
    assert (reference.state, reference.email, reference.token_digest) == ("withdrawn", "", "")
