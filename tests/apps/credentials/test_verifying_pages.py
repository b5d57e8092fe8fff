"""Anybody who types an id is told where the credential stands, as a page and as JSON."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import answers, services
from guildmark.apps.credentials.queries import Credential, CredentialType
from guildmark.apps.credentials.services import Award, Change
from guildmark.apps.credentials.states import Cause, Move, ShownAs
from guildmark.cores.identifiers import IdProblem, fold
from tests.apps.credentials.factories import a_type, awarded, moved

LATER = timedelta(days=40)
Case = tuple["Make", str, str, str]
Make = Callable[[CredentialType, User, User, datetime], Credential]


def valid(kind: CredentialType, registrar: User, _holder: User, at: datetime) -> Credential:
    return awarded(kind, actor=registrar, at=at)


def not_yet_valid(kind: CredentialType, registrar: User, _holder: User, at: datetime) -> Credential:
    begins = at + timedelta(days=365)
    wanted = Award(kind, "holder@example.org", "Ada Example", "Passed everything.", begins)
    made = services.award(wanted, actor=registrar, at=at)
    assert isinstance(made, Credential)
    return made


def expired(kind: CredentialType, registrar: User, _holder: User, at: datetime) -> Credential:
    return awarded(kind, actor=registrar, at=at - timedelta(days=3 * 365))


def suspended(kind: CredentialType, registrar: User, _holder: User, at: datetime) -> Credential:
    made = awarded(kind, actor=registrar, at=at)
    wanted = Change(Move.SUSPEND, Cause.INVESTIGATION, "Secret complaint.", "A complaint came.")
    services.change(made, wanted, actor=registrar, at=at)
    return made


def reinstated(kind: CredentialType, registrar: User, holder: User, at: datetime) -> Credential:
    made = suspended(kind, registrar, holder, at)
    made.refresh_from_db()
    moved(made, Move.REINSTATE, actor=registrar, at=at)
    return made


def revoked(kind: CredentialType, registrar: User, _holder: User, at: datetime) -> Credential:
    made = awarded(kind, actor=registrar, at=at)
    moved(made, Move.REVOKE, actor=registrar, at=at)
    return made


def superseded(kind: CredentialType, registrar: User, _holder: User, at: datetime) -> Credential:
    old, new = (awarded(kind, actor=registrar, at=at) for _ in range(2))
    moved(old, Move.SUPERSEDE, actor=registrar, at=at, successor=new)
    return old


def surrendered(kind: CredentialType, registrar: User, holder: User, at: datetime) -> Credential:
    made = awarded(kind, actor=registrar, at=at)
    services.surrender(made, reason="Secret wish.", actor=holder, at=at)
    return made


CASES: list[Case] = [
    (valid, "valid", "", "it holds today"),
    (not_yet_valid, "not yet valid", "", "from 2 March 2027 on"),
    (expired, "expired", "", "since 3 March 2025"),
    (suspended, "suspended", "under investigation", "since 2 March 2026"),
    (reinstated, "valid", "", "it holds today"),
    (revoked, "revoked", "issued in error", "took it back for good"),
    (superseded, "superseded", "renewed", "another credential took its place"),
    (surrendered, "surrendered", "asked for by the holder", "the holder gave it back"),
]


def address(made: Credential) -> str:
    return reverse("credentials:verified", args=[made.number])


def json_address(made: Credential) -> str:
    return reverse("credentials:verified_json", args=[made.number])


def get_at(client: Client, moment: datetime, path: str, **headers: Any) -> HttpResponse:
    with time_machine.travel(moment, tick=False):
        return client.get(path, **headers)  # type: ignore[return-value]


@pytest.mark.parametrize("case", CASES)
def test_the_page_says_where_the_credential_stands(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime,
    case: Case,
) -> None:  # fmt: skip
    make, state, _cause, sentence = case
    made = make(cpap, registrar, holder, at)
    page = get_at(client, at + LATER, address(made)).text
    assert page.count('class="verdict ') == 1
    assert f"verdict--{state.replace(' ', '-')}" in page
    assert sentence in " ".join(page.split())
    assert made.number in page
    assert "Secret" not in page
    assert ("A complaint came." in page) is (state == "suspended")


@pytest.mark.parametrize("case", CASES)
def test_programs_are_told_the_same_at_an_address_and_by_accept(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime,
    case: Case,
) -> None:  # fmt: skip
    make, state, cause, _sentence = case
    made = make(cpap, registrar, holder, at)
    moment = at + LATER
    answer = get_at(client, moment, json_address(made))
    accept = {"Accept": "application/json"}
    same = get_at(client, moment, address(made), headers=accept)
    told = json.loads(answer.content)
    assert json.loads(same.content) == told
    assert answer["Content-Type"] == same["Content-Type"] == "application/json"
    assert "Accept" in same["Vary"]
    assert (told["id"], told["state"], told["type"]) == (made.number, state, "CPAP")
    assert told.get("cause", "") == cause
    assert "checkedAt" not in told  # Equal tags mean equal bytes.
    assert told["page"] == f"https://example.org{address(made)}"
    assert ("supersededBy" in told) is (state == "superseded")
    assert None not in told.values()
    assert "Secret" not in answer.text


@pytest.mark.parametrize("moves", [[Move.SUSPEND, Move.REINSTATE], [Move.SURRENDER], [Move.REVOKE]])
def test_the_public_text_of_the_last_change_is_told_whatever_the_state(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime,
    moves: list[Move],
) -> None:  # fmt: skip
    made = awarded(cpap, actor=registrar, at=at)
    for move in moves:
        moved(made, move, actor=registrar, at=at, public_text=f"For everybody: {move}.")
        made.refresh_from_db()
    text = f"For everybody: {moves[-1]}."
    assert text in client.get(address(made)).text
    assert client.get(json_address(made)).json()["text"] == text


def test_a_superseded_credential_leads_to_its_successor(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    made = superseded(cpap, registrar, holder, at)
    made.refresh_from_db()
    assert made.successor is not None
    assert f'href="{address(made.successor)}"' in client.get(address(made)).text


def test_the_clock_alone_lets_a_credential_begin_and_expire(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    made = not_yet_valid(cpap, registrar, holder, at)
    assert made.valid_until is not None
    second = timedelta(seconds=1)
    moments = [made.valid_from - second, made.valid_from, made.valid_until - second]
    moments.append(made.valid_until)
    states = [get_at(client, each, json_address(made)).json()["state"] for each in moments]  # type: ignore[attr-defined]
    assert states == ["not yet valid", "valid", "valid", "expired"]
    made.refresh_from_db()
    assert (made.state, made.version) == ("active", 1)
    assert not made.changes.exists()


def test_a_revocation_of_an_older_registry_is_told_although_nobody_noted_its_day(
    cpap: CredentialType, client: Client, at: datetime
) -> None:
    old = Credential.objects.create(
        key="AB12", number="AB-12", type=cpap, holder_name="Ada Example", state="revoked",
        public_text="Taken back in 2019.", awarded_at=at, valid_from=at, changed_at=at,
        taken_over=True,
    )  # fmt: skip
    page = " ".join(client.get(address(old)).text.split())
    assert "verdict--revoked" in page
    assert "Taken back in 2019." in page
    assert "since" not in page.split('class="verdict ')[1].split("</section>")[0]
    assert "Ada Example" not in page
    assert client.get(reverse("credentials:document", args=["ab12"])).status_code == 404


def test_what_was_taken_back_is_not_told_as_expired_later(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    made = revoked(cpap, registrar, holder, at)
    page = get_at(client, at + timedelta(days=3000), address(made)).text
    assert "verdict--revoked" in page
    assert "verdict--expired" not in page


def test_a_change_of_something_else_does_not_move_the_day_of_the_suspension(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    made = suspended(cpap, registrar, holder, at)
    services.show_as(made, ShownAs.NAME, actor=holder, at=at + LATER)
    assert "since 2 March 2026" in " ".join(client.get(address(made)).text.split())
    assert client.get(json_address(made)).json()["changedAt"] == "2026-03-02T12:00:00Z"


def tag(client: Client, moment: datetime, made: Credential) -> str:
    return get_at(client, moment, json_address(made))["ETag"]


def test_the_tag_changes_with_everything_that_is_told_and_with_nothing_else(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    tags = [tag(client, at, made)]
    assert tag(client, at + LATER, made) == tags[0]

    def note() -> None:
        made.refresh_from_db()
        tags.append(tag(client, at, made))

    for shown_as in (ShownAs.NAME, ShownAs.HANDLE):
        services.show_as(made, shown_as, actor=holder, at=at, handle="operator-of-night")
        note()
    for move in (Move.SUSPEND, Move.REINSTATE, Move.SUSPEND, Move.REVOKE):
        moved(made, move, actor=registrar, at=at)
        note()
    assert len(set(tags)) == len(tags)


def test_the_tag_changes_when_the_clock_lets_it_expire(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    assert made.valid_until is not None
    before, after = (
        tag(client, each, made)
        for each in (made.valid_until - timedelta(seconds=1), made.valid_until)
    )
    assert before != after


def test_the_tag_changes_with_the_name_of_the_type(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    before = tag(client, at, made)
    a_type("CPAP", at=at, second_person=(), name="Certified Operator")
    assert tag(client, at, made) != before


def test_who_has_the_answer_already_is_told_that_it_still_holds(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    held = {"If-None-Match": tag(client, at, made)}
    again = get_at(client, at, json_address(made), headers=held)
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == held["If-None-Match"]
    moved(made, Move.SUSPEND, actor=registrar, at=at)
    assert get_at(client, at, json_address(made), headers=held).status_code == 200


def test_answers_may_be_kept_only_as_long_as_they_are_asked_for_again(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    assert client.get(json_address(made))["Cache-Control"] == "public, no-cache"
    assert client.get(address(made))["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["credentials:verified", "credentials:verified_json"])
def test_an_unknown_id_is_not_found_and_the_answer_is_not_kept(
    cpap: CredentialType, client: Client, name: str
) -> None:
    for number in ("CPAA-2019-17", "AB12"):
        response = client.get(reverse(name, args=[number]))
        assert response.status_code == 404
        assert response["Cache-Control"] == "no-store"
        assert number in response.text
    page = client.get(reverse("credentials:verified", args=["AB12"])).text
    assert "verdict--unknown" in page
    assert "has no credential with the id" in page


MISTYPED = {
    "CPAP-2026-7Q4M2X9KDTA": (IdProblem.MISTYPED, "a character is wrong, missing or two"),
    "CPAP-2026-7Q4M!": (IdProblem.CHARACTER, "the character “!” never stands in one"),
    "CPAP-é": (IdProblem.CHARACTER, "the character “É” never stands in one"),
    "---": (IdProblem.EMPTY, "no letter and no digit"),
    " ": (IdProblem.EMPTY, "no letter and no digit"),
    "A" * 201: (IdProblem.TOO_LONG, "far too long for an id"),
    "<script>alert(1)</script>": (IdProblem.CHARACTER, "never stands in one"),
    "\x00": (IdProblem.CHARACTER, "never stands in one"),
}


@pytest.mark.parametrize("typed", MISTYPED)
def test_a_mistyped_id_is_told_apart_from_an_unknown_one_and_not_looked_up(
    institute: None, client: Client, typed: str
) -> None:
    problem, sentence = MISTYPED[typed]
    with CaptureQueriesContext(
        connection,
    ) as made:
        page = client.get(reverse("credentials:verified", args=[typed]))
        answer = client.get(reverse("credentials:verified_json", args=[typed]))
    assert not [each for each in made.captured_queries if "credentials_" in each["sql"]]
    assert (page.status_code, answer.status_code) == (404, 404)
    assert page["Cache-Control"] == answer["Cache-Control"] == "no-store"
    assert sentence in page.text
    assert "has no credential with the id" not in page.text
    assert "<script>alert" not in page.text
    told = answer.json()
    assert (told["state"], told["problem"]) == ("mistyped", problem.value)
    assert len(told.get("id", "")) <= answers.LONGEST_SHOWN


def with_slips(number: str) -> list[str]:
    """The same id as hands and eyes change it."""
    return [
        number.lower(),
        number.replace("-", " "),
        f"  {number.replace('-', '')}  ",
        number.replace("0", "O").replace("1", "l").replace("V", "u"),
        "\u2013".join(number.split("-")),
    ]


def test_an_id_may_be_typed_in_any_case_with_blanks_and_with_letters_that_look_alike(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    assert fold(with_slips(made.number)[3]) == made.key
    for typed in with_slips(made.number):
        led = client.get(reverse("credentials:verify"), {"id": typed})
        assert (led.status_code, led["Location"]) == (302, address(made))
        page = client.get(reverse("credentials:verified", args=[typed]))
        assert page.status_code == 200
        assert made.number in page.text


@pytest.mark.parametrize("typed", [*MISTYPED, "AB12", "a\nb", "../..", "x/../y", "AB12.json"])
def test_what_finds_nothing_is_answered_at_once_and_stays_in_the_field(
    institute: None, client: Client, typed: str
) -> None:
    page = client.get(reverse("credentials:verify"), {"id": typed})
    if not typed.strip():
        assert (page.status_code, "Type the id first." in page.text) == (400, True)
        return
    assert page.status_code == 404
    assert page["Cache-Control"] == "no-store"
    mistyped = typed in MISTYPED or typed == "../.."
    assert f"verdict--{'mistyped' if mistyped else 'unknown'}" in page.text
    if typed.isalnum() and len(typed) < answers.LONGEST_SHOWN:
        assert f'value="{typed}"' in page.text


def test_whoever_types_nothing_is_asked_to_type_the_id_first(
    institute: None, client: Client
) -> None:
    asked = client.get(reverse("credentials:verify"))
    assert asked.status_code == 200
    assert "Type the id first." not in asked.text
    refused = client.get(reverse("credentials:verify"), {"id": ""})
    assert (refused.status_code, "Type the id first." in refused.text) == (400, True)


@pytest.mark.parametrize("shown_as", list(ShownAs))
def test_a_stranger_gets_of_the_holder_what_the_holder_chose_and_no_more(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime,
    shown_as: ShownAs,
) -> None:  # fmt: skip
    holder.display_name = "operator-of-night"
    holder.save(update_fields=["display_name"])
    made = awarded(cpap, actor=registrar, at=at)
    if shown_as is not ShownAs.ID_ONLY:
        services.show_as(made, shown_as, actor=holder, at=at, handle="operator-of-night")
    accepts = ["application/json", "application/vc"]
    texts = [client.get(address(made), headers={"Accept": each}).text for each in accepts]
    texts += [client.get(address(made)).text, client.get(json_address(made)).text]
    names = {ShownAs.HANDLE: "operator-of-night", ShownAs.NAME: "Ada Example"}
    for told in texts:
        for secret in ("holder@example.org", str(holder.actor_id), "asking@example.org"):
            assert secret not in told
    for choice, name in names.items():
        assert [name in told for told in texts] == [
            choice is shown_as, False, choice is shown_as, choice is shown_as
        ]  # fmt: skip
    assert ("is not named here" in texts[2]) is (shown_as is ShownAs.ID_ONLY)


def test_without_a_handle_nobody_can_choose_to_be_shown_by_it(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    with pytest.raises(services.CredentialRefused, match="Give the handle"):
        services.show_as(made, ShownAs.HANDLE, actor=holder, at=at)
    assert "holder" not in client.get(json_address(made)).json()


def test_scripts_of_any_site_may_read_the_answer_also_that_there_is_none(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    unknown = reverse("credentials:verified_json", args=["AB12"])
    for path in (json_address(made), unknown):
        assert client.get(path)["Access-Control-Allow-Origin"] == "*"


def test_the_head_of_an_answer_is_that_of_the_answer(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    for path in (address(made), json_address(made)):
        head = client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head["Content-Type"] == client.get(path)["Content-Type"]
        assert client.post(path).status_code == 405
    assert client.head(json_address(made))["ETag"] == client.get(json_address(made))["ETag"]


def test_the_page_of_an_answer_is_not_for_search_engines(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    assert '<meta name="robots" content="noindex">' in client.get(address(made)).text


def test_the_types_and_what_they_stand_for_can_be_read(
    cpap: CredentialType, client: Client
) -> None:
    assert reverse("credentials:type", args=["CPAP"]) in client.get("/credentials/").text
    for code in ("CPAP", "cpap"):
        page = client.get(reverse("credentials:type", args=[code]))
        assert "runs AI systems in production" in page.text
    for code in ("NONE", "%00", "a" * 300):
        assert client.get(f"/credentials/types/{code}/").status_code == 404


def test_where_nothing_is_awarded_yet_the_page_says_what_will_appear(
    institute: None, client: Client
) -> None:
    assert "No credentials yet" in client.get("/credentials/").text
