"""Who may offer what, what an offer means at a moment, and what contributions count."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.models import Event
from guildmark.apps.credentials.states import Move
from guildmark.apps.practitioners import queries, services
from guildmark.apps.practitioners.models import Contribution, OptIn
from guildmark.apps.practitioners.services import PractitionerRefused
from guildmark.apps.practitioners.states import Purpose
from tests.apps.accounts.factories import administrator, signed_in
from tests.apps.credentials.factories import a_type, awarded, moved
from tests.apps.practitioners.factories import INPUT, OUTPUT

SECOND = timedelta(seconds=1)


def specialist(person: User, registrar: User, at: datetime, **facts: Any) -> Any:
    """Make somebody a specialist in one domain."""
    kind = a_type("CAIS", at=at, second_person=(), domains=(INPUT,), level="Specialist", **facts)
    return awarded(kind, actor=registrar, at=at, email=person.email)


def opted(purpose: Purpose, domain: str, at: datetime) -> set[int]:
    return set(queries.opted_in(purpose, domain, at))


@pytest.mark.parametrize("purpose", [Purpose.ITEM_VALIDATION, Purpose.ASSESSING])
def test_an_offer_is_off_by_default_and_holds_from_its_moment_to_its_end(
    person: User, at: datetime, purpose: Purpose
) -> None:
    assert opted(purpose, INPUT, at) == set()
    services.choose_opt_ins(purpose, [INPUT], actor=person, at=at)
    later = at + timedelta(days=3)
    services.choose_opt_ins(purpose, [OUTPUT], actor=person, at=later)
    assert opted(purpose, INPUT, at - SECOND) == set()
    assert opted(purpose, INPUT, at) == opted(purpose, INPUT, later - SECOND) == {person.pk}
    assert opted(purpose, INPUT, later) == set()
    assert opted(purpose, OUTPUT, later) == {person.pk}
    assert OptIn.objects.count() == 2


def test_choosing_the_same_again_changes_nothing(person: User, at: datetime) -> None:
    for _ in range(2):
        services.choose_opt_ins(Purpose.ASSESSING, [INPUT], actor=person, at=at)
    assert OptIn.objects.count() == 1
    assert Event.objects.filter(name="practitioners:opt-in:chosen").count() == 1


def test_drafts_are_reviewed_by_specialists_of_the_domain_only(
    person: User, other: User, registrar: User, at: datetime
) -> None:
    specialist(person, registrar, at)
    services.choose_opt_ins(Purpose.DRAFT_REVIEW, [INPUT], actor=person, at=at)
    assert opted(Purpose.DRAFT_REVIEW, INPUT, at) == {person.pk}
    for who, domain in ((person, OUTPUT), (other, INPUT)):
        with pytest.raises(PractitionerRefused, match="specialist credential"):
            services.choose_opt_ins(Purpose.DRAFT_REVIEW, [domain], actor=who, at=at)


@pytest.mark.parametrize("what", ["expires", "suspended", "revoked"])
def test_an_offer_to_review_drafts_sleeps_without_the_credential(
    person: User, registrar: User, at: datetime, what: str
) -> None:
    made = specialist(person, registrar, at)
    services.choose_opt_ins(Purpose.DRAFT_REVIEW, [INPUT], actor=person, at=at)
    when = at + timedelta(days=1)
    if what == "expires":
        when = made.valid_until
    else:
        move = Move.SUSPEND if what == "suspended" else Move.REVOKE
        moved(made, move, actor=registrar, at=at)
    assert opted(Purpose.DRAFT_REVIEW, INPUT, when) == set()
    assert queries.may_review_drafts(person, INPUT, when) is False
    if what == "suspended":
        made.refresh_from_db()
        moved(made, Move.REINSTATE, actor=registrar, at=at)
        assert opted(Purpose.DRAFT_REVIEW, INPUT, when) == {person.pk}


def test_an_offer_of_a_disabled_account_is_no_offer(person: User, at: datetime) -> None:
    services.choose_opt_ins(Purpose.ASSESSING, [INPUT], actor=person, at=at)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert opted(Purpose.ASSESSING, INPUT, at) == set()


def test_the_page_says_what_is_closed_and_who_could_open_it(
    client: Client, person: User, registrar: User, at: datetime
) -> None:
    specialist(person, registrar, at)
    a_type("CALLS", at=at, level="Specialist")
    a_type("AIDA", at=at, level="Associate")
    page = signed_in(client, person)
    shown = page.get("/profile/availability/").content.decode()
    assert "Not open to you" in shown
    assert "no type of credential is mapped to it" in shown
    assert "CALLS has no domains yet" in shown
    assert "An administrator can define them, in the programme." in shown
    assert "AIDA has no domains" not in shown
    sent = {"purpose": "draft review", "draft_review-domains": [OUTPUT]}
    answer = page.post("/profile/availability/", sent)
    assert answer.status_code == 200
    assert "Please look at this again" in answer.content.decode()
    page.post("/profile/availability/", {**sent, "draft_review-domains": [INPUT]})
    assert opted(Purpose.DRAFT_REVIEW, INPUT, at) == {person.pk}


def test_who_lost_the_credential_can_still_take_the_offer_back(
    client: Client, person: User, registrar: User, at: datetime
) -> None:
    made = specialist(person, registrar, at)
    services.choose_opt_ins(Purpose.DRAFT_REVIEW, [INPUT], actor=person, at=at)
    moved(made, Move.REVOKE, actor=registrar, at=at)
    page = signed_in(client, person)
    assert 'name="draft_review-domains"' in page.get("/profile/availability/").content.decode()
    page.post("/profile/availability/", {"purpose": "draft review"})
    assert not OptIn.objects.filter(until=None).exists()


def test_a_load_cap_is_a_small_number_or_nothing(person: User, at: datetime) -> None:
    for most in (0, -1, 51):
        with pytest.raises(PractitionerRefused):
            services.set_load_cap(Purpose.ASSESSING, most, actor=person, at=at)
    services.set_load_cap(Purpose.ASSESSING, 4, actor=person, at=at)
    assert queries.load_cap(person, Purpose.ASSESSING) == 4
    assert queries.load_cap(person, Purpose.DRAFT_REVIEW) is None
    services.set_load_cap(Purpose.ASSESSING, None, actor=person, at=at)
    assert queries.load_cap(person, Purpose.ASSESSING) is None


def test_absences_count_on_both_their_days_and_are_nobody_elses(
    person: User, other: User, at: datetime
) -> None:
    first, last = date(2026, 5, 1), date(2026, 5, 3)
    row = services.add_absence(first, last, actor=person, at=at)
    days = {day: set(queries.unavailable(date(2026, 5, day))) for day in (1, 3, 4)}
    assert days == {1: {person.pk}, 3: {person.pk}, 4: set()}
    with pytest.raises(PractitionerRefused, match="not yours"):
        services.remove_absence(row, actor=other, at=at)
    with pytest.raises(PractitionerRefused, match="are over"):
        services.add_absence(date(2026, 2, 1), date(2026, 3, 1), actor=person, at=at)


def test_a_contribution_counts_once_and_what_the_programme_said_then(
    person: User, at: datetime
) -> None:
    services.define_points({"comment": ("Comment on a draft", 3)}, {}, actor=SYSTEM, at=at)
    facts: dict[str, Any] = {"subject": "drafts:1", "title": "A comment", "at": at}
    first = services.record_contribution(person, "comment", **facts)
    assert services.record_contribution(person, "comment", **facts) == first
    services.define_points({"comment": ("Comment on a draft", 9)}, {}, actor=SYSTEM, at=at)
    assert services.record_contribution(person, "comment", **facts).points == 3
    other = services.record_contribution(person, "talk", **facts, points=7)
    unknown = services.record_contribution(person, "odd", **facts)
    assert (other.points, unknown.points) == (7, 0)
    assert Contribution.objects.count() == 3
    with pytest.raises(PractitionerRefused, match="less than nothing"):
        services.record_contribution(person, "talk", subject="x", title="x", points=-1, at=at)


def test_my_record_counts_what_was_done_since_each_credential_began(
    client: Client, person: User, registrar: User, at: datetime
) -> None:
    made = specialist(person, registrar, at)
    services.define_points({"comment": ("Comment", 5)}, {"CAIS": 12}, actor=SYSTEM, at=at)
    for number, when in enumerate((at - SECOND, at, at + SECOND), start=1):
        services.record_contribution(
            person, "comment", subject=f"drafts:{number}", title=f"Comment {number}", at=when
        )
    (record,) = queries.record_of(person, at + timedelta(days=1))
    assert (record.credential, record.points, record.needed) == (made, 10, 12)
    assert (record.missing, record.percent) == (2, 83)
    shown = signed_in(client, person).get("/profile/record/").content.decode()
    for told in ("Comment 1", "Comment 3", "2 points are missing", "5 points"):
        assert told in shown


def test_points_are_defined_by_an_administrator_and_the_operator_only(
    person: User, registrar: User, at: datetime
) -> None:
    for who in (person, registrar):
        with pytest.raises(PermissionRefused):
            services.define_points({}, {"CPAP": 1}, actor=who, at=at)
    assert services.define_points({}, {"CPAP": 1}, actor=administrator(), at=at)
    assert not services.define_points({}, {"CPAP": 1}, actor=None, at=at)
    assert services.define_points({}, {}, actor=None, at=at)
