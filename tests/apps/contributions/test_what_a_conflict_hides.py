"""Who has a conflict learns nothing: canaries are searched in every answer that they can get.

The author of some feedback has a name, an address, a handle and an employer that stand nowhere
else. A colleague who triages, a decision maker who works there too, and people without a role ask
every address of the context, also for numbers that they know from elsewhere.
"""

from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.cases.queries import Case
from guildmark.apps.contributions import queries, services
from guildmark.apps.contributions.models import Attachment
from guildmark.apps.contributions.queries import Contribution
from tests.apps.accounts.factories import member, signed_in, staff
from tests.apps.contributions.factories import acknowledged, certified, declined, feedback
from tests.apps.practitioners.factories import employer, works

pytestmark = pytest.mark.django_db

CANARIES = (b"Quillfeather", b"quill@feather.example", b"Zymurgon", b"xylocanary", b"wordcanary")
PAGES = (
    "/advisory/", "/feedback/", "/feedback/mine/", "/feedback/all/", "/feedback/all/?q=xylocanary",
    "/feedback/all/?q=Quillfeather", "/feedback/reasons/", "/feedback/{number}/",
    "/feedback/{number}/join/", "/feedback/mine/{number}/", "/feedback/mine/{number}/contest/",
    "/feedback/similar/?summary=xylocanary+wordcanary+tool+calls", "/feedback/files/{file}/",
    "/contact/", "/contact/{number}/guess/", "/queue/", "/queue/?show=waiting", "/queue/?show=late",
    "/queue/?show=decided", "/queue/?show=mine", "/queue/?show=suspect", "/queue/?q=xylocanary",
    "/queue/?q={number}", "/queue/?q=Quillfeather&show=decided", "/queue/?page=2",
    "/queue/{number}/", "/queue/{number}/decide/", "/queue/{number}/merge/", "/queue/{number}/aim/",
    "/queue/{number}/split/", "/queue/{number}/convert/", "/queue/{number}/undo/",
    "/queue/{other}/", "/queue/{other}/merge/?into={number}", "/cases/", "/cases/{case}/",
    "/cases/{case}/admit/", "/cases/{case}/decide/", "/desk/", "/ledger/", "/",
)  # fmt: skip
PUBLIC = ("/feedback/{number}/", "/feedback/{number}/join/")
"""What everybody may read, so that nothing is hidden by it."""
UNKNOWN = "FB-2026-GP1XF3A7QYW"
"""Well written, and of nothing."""
POSTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/queue/{number}/claim/", {}),
    ("/queue/{number}/release/", {}),
    ("/queue/{number}/review/", {}),
    ("/queue/{number}/acknowledge/", {"public_summary": "A"}),
    ("/queue/{number}/reply/", {"text": "A"}),
    ("/queue/{number}/decide/", {"reason_code": "declined:covered-already", "text": "A"}),
    ("/queue/{other}/merge/", {"into": "{number}", "text": "A"}),
    ("/feedback/mine/{number}/withdraw/", {}),
    ("/cases/{case}/admit/", {"reason": "A"}),
)


@pytest.fixture
def author(edition: Any, at: datetime) -> User:
    """Whose name, address and employer stand nowhere else."""
    person = certified("quill@feather.example", at=at)
    person.display_name = "Quillfeather"
    person.save()
    works(person, employer(actor=person, at=at, name="Zymurgon"), at=at, begins=date(2025, 1, 1))
    return person


@pytest.fixture
def places(author: User, holder: User, triager: User, at: datetime) -> dict[str, Any]:
    """Numbers of the hidden feedback, its file and case, and of other feedback."""
    row = feedback(author, at=at, summary="Tool calls", details="xylocanary wordcanary")
    file = SimpleUploadedFile("xylocanary.txt", b"wordcanary")
    draft = services.save_draft(_token(), "feedback", {}, actor=author, at=at)
    kept = services.attach(draft, file, actor=author, at=at)
    Attachment.objects.filter(pk=kept.pk).update(draft=None, contribution=row)
    declined(acknowledged(row, actor=triager, at=at), actor=triager, at=at)
    services.contest(row, statement="xylocanary", actor=author, at=at)
    other = feedback(holder, at=at, summary="Tool calls again")
    return {
        "number": row.number,
        "file": kept.pk,
        "case": Case.objects.get().number,
        "other": other.number,
    }


def _token() -> Any:
    from uuid import uuid4

    return uuid4()


def colleague(role: Role | None, author: User, at: datetime) -> User:
    """Somebody with a role who works where the author works."""
    person = staff(role) if role is not None else member()
    firm = author.employments.get().employer
    works(person, firm, at=at, begins=date(2025, 1, 1))
    return person


@pytest.mark.parametrize("role", [Role.TRIAGE, Role.AUDITOR, Role.DECISION_MAKER, Role.SUPPORT])
def test_a_colleague_of_the_author_finds_no_canary_anywhere(
    role: Role, client: Client, author: User, places: dict[str, Any], at: datetime
) -> None:
    person = colleague(role, author, at)
    _ask_everything(signed_in(client, person), places)


def test_somebody_without_a_role_and_nobody_find_none_either(
    client: Client, places: dict[str, Any]
) -> None:
    _ask_everything(client, places)
    _ask_everything(signed_in(client, member()), places)


@pytest.mark.parametrize(
    "page", [each for each in PAGES if "{number}" in each and each not in PUBLIC]
)
def test_what_is_hidden_takes_as_many_questions_as_what_never_was(
    client: Client, author: User, places: dict[str, Any], at: datetime, page: str
) -> None:
    browser = signed_in(client, colleague(Role.TRIAGE, author, at))
    hidden = _asked(browser, page, places)
    assert hidden == _asked(browser, page, {**places, "number": UNKNOWN})


def _asked(client: Client, page: str, places: dict[str, Any]) -> tuple[int, int]:
    """Return the status of an answer and how many statements it took, once caches are filled."""
    client.get(page.format(**places))
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(page.format(**places))
    return answer.status_code, len(asked)


def _ask_everything(client: Client, places: dict[str, Any]) -> None:
    for page in PAGES:
        answer = client.get(page.format(**places))
        assert answer.status_code < 500, page
        _search(page, answer)
    for page, data in POSTS:
        sent = {name: value.format(**places) for name, value in data.items()}
        answer = client.post(page.format(**places), sent)
        assert answer.status_code in (302, 400, 403, 404), page
        _search(page, answer)
    row = Contribution.objects.get(number=places["number"])
    assert (row.claimed_by, row.outcome) == (None, "declined")


def _search(page: str, answer: Any) -> None:
    """What was asked for may be shown again: in the field of a search, in the way to sign-in."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    heads = " ".join(f"{name}: {value}" for name, value in answer.headers.items()).encode()
    asked = page.partition("?")[2].encode()
    wanted = [each for each in CANARIES if each not in asked]
    assert not [each for each in wanted if each in body + heads], page


def test_the_canaries_are_there_for_who_may_read_them(
    client: Client, places: dict[str, Any], triager: User
) -> None:
    answer = signed_in(client, triager).get(f"/queue/{places['number']}/")
    assert b"xylocanary" in answer.content


def test_numbers_of_the_queue_do_not_count_what_is_hidden(
    client: Client, author: User, places: dict[str, Any], at: datetime, triager: User
) -> None:
    person = colleague(Role.TRIAGE, author, at)
    seen = signed_in(client, person).get("/queue/?show=decided")
    assert b"Decided (0)" in seen.content
    assert b"Decided (1)" in signed_in(Client(), triager).get("/queue/?show=decided").content


def test_a_hidden_number_is_answered_word_for_word_like_an_unknown_one(
    client: Client, author: User, places: dict[str, Any], at: datetime
) -> None:
    person = colleague(Role.TRIAGE, author, at)
    signed_in(client, person)
    hidden = client.get(f"/queue/{places['number']}/")
    unknown = client.get("/queue/FB-2026-0000000000X/")
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    same = _plain(hidden).replace(places["number"], "FB-2026-0000000000X")
    assert same == _plain(unknown)


def _plain(answer: Any) -> str:
    text: str = answer.content.decode()
    return text[text.index("<main") : text.index("</main")]


def test_a_page_that_may_be_read_tells_nothing_of_a_hidden_duplicate(
    client: Client, author: User, holder: User, at: datetime, edition: Any
) -> None:
    main = feedback(holder, at=at)
    hidden = feedback(author, at=at, summary="xylocanary")
    second = staff(Role.TRIAGE)
    joined = services.merge(hidden, main, text="wordcanary", actor=second, at=at)
    services.unmerge(joined, reason="wordcanary", actor=second, at=at)
    person = colleague(Role.TRIAGE, author, at)
    answer = signed_in(client, person).get(f"/queue/{main.number}/")
    assert answer.status_code == 200
    _search(f"/queue/{main.number}/", answer)
    assert hidden.number not in answer.content.decode()


def test_similar_feedback_in_the_queue_leaves_out_what_is_hidden(
    author: User, holder: User, at: datetime, edition: Any
) -> None:
    person = colleague(Role.TRIAGE, author, at)
    feedback(author, at=at, details="An agent called tools for a week, said the log.")
    shown = feedback(holder, at=at)
    assert queries.similar_in_queue(shown, person, at=at) == []
    assert len(queries.similar_in_queue(shown, staff(Role.TRIAGE), at=at)) == 1
