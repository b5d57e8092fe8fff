"""Pages about conflicts of interest: one's own, stepping back, and looking before one asks."""

import json
from datetime import date, datetime

import pytest
from django.test import Client

from guildmark.apps.accounts import services as accounts
from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.assignments import providers, queries, services, slots
from guildmark.apps.assignments.models import Relation, Tie
from guildmark.apps.assignments.slots import Found, SubjectKind
from guildmark.apps.assignments.states import RelationKind, TieKind
from guildmark.apps.audit.models import Event
from guildmark.apps.practitioners import services as practitioners
from guildmark.cores.slots import Slot
from tests.apps.accounts.factories import member, signed_in, staff
from tests.apps.practitioners.factories import employer, works

pytestmark = pytest.mark.django_db
KIND = "tests.wall"


def find(actor: User, number: str, at: datetime) -> Found | None:
    """Let everybody but recused people see the one wall."""
    hidden = set(queries.conflicted_ids(actor, KIND, at=at))
    return (
        Found(KIND, 7, "The north wall", "/desk/") if number == "W-7" and 7 not in hidden else None
    )


@pytest.fixture(autouse=True)
def walls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let walls be the only subjects."""
    fresh: Slot[SubjectKind] = Slot("kinds of subjects")
    fresh.register(SubjectKind(KIND, "wall", find, lambda key: f"W-{key}"), name=KIND)
    monkeypatch.setattr(slots, "subjects", fresh)


@pytest.fixture
def person(client: Client, db: None) -> User:
    """Who is signed in."""
    found = member("person@example.org")
    signed_in(client, found)
    return found


def shown(email: str, handle: str, at: datetime) -> User:
    """Somebody with a public profile."""
    found = member(email)
    wanted = practitioners.ProfileDescription(handle=handle, is_public=True)
    practitioners.edit_profile(wanted, actor=found, at=at)
    return found


def test_the_page_tells_what_follows_from_work_and_what_one_wrote(
    client: Client, person: User, at: datetime
) -> None:
    now = employer(actor=person, at=at, name="Nowadays")
    works(person, now, at=at, begins=date(2020, 1, 1))
    past = employer(actor=person, at=at, name="Longago")
    works(person, past, at=at, begins=date(2010, 1, 1), ends=date(2012, 1, 1))
    services.record_relation(person, KIND, 7, RelationKind.AUTHOR, at=at)
    services.record_relation(person, KIND, 8, RelationKind.EARLIER_ROLE, at=at)
    text = client.get("/conflicts/").content.decode()
    assert "Nowadays" in text
    assert "Longago" not in text
    assert "You wrote it: wall (1)" in text
    assert "You decided on it before:" not in text  # What is hidden is not counted.


def test_work_for_the_institute_itself_is_not_told_as_something_that_keeps_from_judging(
    client: Client, person: User, at: datetime
) -> None:
    registrar = staff(Role.REGISTRAR)
    house = employer(actor=registrar, at=at, name="Our House")
    works(person, house, at=at, begins=date(2020, 1, 1))
    assert "Our House" in client.get("/conflicts/").content.decode()
    practitioners.mark_institute(house, True, actor=registrar, at=at, reason="It is us.")
    assert "Our House" not in client.get("/conflicts/").content.decode()


def test_what_was_said_tells_about_what_by_number_and_by_title_to_who_may_still_see_it(
    client: Client, person: User, at: datetime
) -> None:
    services.declare_none(KIND, 7, actor=person, at=at)
    text = client.get("/conflicts/").content.decode()
    assert '<a href="/desk/">The north wall</a>' in text
    services.recuse(KIND, 7, reason="A cousin.", actor=person, at=at)
    text = client.get("/conflicts/").content.decode()
    assert "The north wall" not in text
    assert text.count('Wall <span class="identifier">W-7</span>') == 2
    assert "You stepped back, wall W-7," in text


def test_what_was_said_of_a_kind_without_numbers_stands_with_its_kind_and_day(
    client: Client, person: User, at: datetime
) -> None:
    services.recuse("gone.kind", 7, reason="A cousin.", actor=person, at=at)
    text = client.get("/conflicts/").content.decode()
    assert "Gone.kind · " in text


def test_the_reason_is_not_called_optional_where_a_choice_needs_it(
    client: Client, person: User
) -> None:
    text = client.get("/conflicts/about/W-7/").content.decode()
    assert "Reason, unless you have no conflict of interest" in text
    assert "(optional)" not in text
    assert " required" not in text.split("<textarea", 1)[1].split(">", 1)[0]


def test_somebody_close_is_declared_by_handle_and_reads_it_too(
    client: Client, person: User, at: datetime
) -> None:
    other = shown("other@example.org", "other-one", at)
    for handle, kind in (("nobody-here", "mentor"), ("", "mentor"), ("other-one", "")):
        answer = client.post("/conflicts/people/add/", {"handle": handle, "kind": kind})
        assert answer.status_code == 400
    client.post("/conflicts/people/add/", {"handle": "@other-one", "kind": "mentor"})
    tie = Tie.objects.get()
    assert (tie.declared_by, tie.other, tie.kind) == (person, other, TieKind.MENTOR)
    assert "other-one" in client.get("/conflicts/").content.decode()
    theirs = signed_in(Client(), other)
    assert "Others declared" in theirs.get("/conflicts/").content.decode()
    assert theirs.post(f"/conflicts/people/{tie.pk}/end/").status_code == 404
    client.post(f"/conflicts/people/{tie.pk}/end/")
    assert Tie.objects.get().ended_at is not None
    assert "Others declared" not in theirs.get("/conflicts/").content.decode()


def test_a_handle_that_its_owner_does_not_show_is_answered_like_no_handle(
    client: Client, person: User, at: datetime
) -> None:
    hidden = member()
    practitioners.edit_profile(
        practitioners.ProfileDescription(handle="hidden-one"), actor=hidden, at=at
    )
    answers = [
        client.post("/conflicts/people/add/", {"handle": handle, "kind": "mentor"})
        for handle in ("hidden-one", "unheard-of")
    ]
    texts = [each.content.decode() for each in answers]
    assert all("Nobody shows a profile with this handle" in each for each in texts)
    assert not Tie.objects.exists()


@pytest.mark.parametrize(
    ("saying", "kind"),
    [("recused", RelationKind.RECUSED), ("declared", RelationKind.DECLARED)],
)
def test_stepping_back_needs_a_reason_hides_the_subject_and_can_be_taken_back(
    saying: str, kind: RelationKind, client: Client, person: User
) -> None:
    page = "/conflicts/about/W-7/"
    assert "The north wall" in client.get(page).content.decode()
    assert client.post(page, {"saying": saying, "reason": " "}).status_code == 400
    client.post(page, {"saying": saying, "reason": "My cousin painted it."})
    row = Relation.objects.get()
    assert (row.person, row.kind, row.subject_id) == (person, kind, 7)
    assert client.get(page).status_code == 404
    assert "My cousin painted it." in client.get("/conflicts/").content.decode()
    event = Event.objects.get(name="assignments:conflict:declared")
    assert event.payload == {"kind": kind.value, "about": f"{KIND}:7"}
    stranger = signed_in(Client(), member())
    assert stranger.post(f"/conflicts/{row.pk}/withdraw/").status_code == 404
    client.post(f"/conflicts/{row.pk}/withdraw/")
    assert client.get(page).status_code == 200
    assert "taken back on" in client.get("/conflicts/").content.decode()


def test_stating_no_conflict_needs_no_reason_and_hides_nothing(
    client: Client, person: User
) -> None:
    client.post("/conflicts/about/W-7/", {"saying": "none", "reason": ""})
    assert queries.stated_none(person, KIND, 7) is not None
    assert client.get("/conflicts/about/W-7/").status_code == 200


@pytest.mark.parametrize("role", [None, *Role])
def test_only_who_gives_work_looks_at_the_conflicts_of_others(
    role: Role | None, client: Client
) -> None:
    person = staff(role) if role else member()
    allowed = {Role.TRIAGE, Role.EDITOR, Role.EXAM_OFFICER, Role.ASSESSOR_LEAD, Role.DECISION_MAKER}
    answer = signed_in(client, person).get("/conflicts/check/")
    assert answer.status_code == (200 if role in allowed else 403)
    link = b"/conflicts/check/" in client.get("/conflicts/").content
    assert link == (role in allowed)


def test_a_check_gives_every_reason_and_only_about_what_one_may_read(
    client: Client, at: datetime
) -> None:
    checker, other = staff(Role.TRIAGE), shown("other@example.org", "other-one", at)
    author = member()
    services.record_relation(author, KIND, 7, RelationKind.AUTHOR, at=at)
    signed_in(client, checker)

    def look(person: str, number: str = "W-7") -> str:
        return client.get(f"/conflicts/check/?person={person}&number={number}").content.decode()

    assert "can act on The north wall" in look("other-one")
    services.declare_none(KIND, 7, actor=other, at=at)
    assert "stated to have no conflict" in look("other@example.org")
    services.declare_tie(other, TieKind.FAMILY, actor=author, at=at)
    services.record_relation(other, KIND, 7, RelationKind.VOICE, at=at)
    text = look("other-one")
    assert "are close to one another" in text
    assert "added a voice" in text
    assert "There is nothing with this number" in look("other-one", "W-8")
    assert "Nobody here has this handle" in look("somebody-else")
    assert "Nobody here has this handle" in look("unknown@example.org")
    services.recuse(KIND, 7, reason="A cousin.", actor=checker, at=at)
    assert "There is nothing with this number" in look("other-one")


def test_what_people_declared_goes_with_them_and_its_reasons_are_erased(
    person: User, at: datetime
) -> None:
    other = member()
    services.recuse(KIND, 7, reason="My cousin painted it.", actor=person, at=at)
    services.declare_tie(other, TieKind.FAMILY, actor=person, at=at)
    services.declare_tie(person, TieKind.MENTOR, actor=other, at=at)
    data = json.loads(json.dumps(providers.personal_data(person)))
    assert [each["reason"] for each in data["conflicts"]] == ["My cousin painted it."]
    assert [each["kind"] for each in data["ties"]] == ["family"]
    assert [each["kind"] for each in data["ties_declared_by_others"]] == ["mentor"]
    accounts.close_account(person, actor=person, at=at)
    assert Relation.objects.get().reason == ""
    assert not Tie.objects.filter(ended_at=None).exists()
