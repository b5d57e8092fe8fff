"""The registrar's pages, as each person who may and may not."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.credentials import services
from guildmark.apps.credentials.models import Credential, CredentialType, Proposal, StateChange
from guildmark.apps.credentials.services import Award, Change
from guildmark.apps.credentials.states import CAUSES, Cause, Move, ProposalState, ShownAs, State
from guildmark.apps.mail.models import Message
from tests.apps.accounts.factories import member, signed_in, staff
from tests.apps.credentials.factories import a_type, awarded, moved

AWARD: dict[str, str] = {
    "type": "CPAP",
    "email": "holder@example.org",
    "name": "Ada Example",
    "reason": "Passed everything.",
}


@pytest.fixture
def made(cpap: CredentialType, registrar: User, holder: User, at: datetime) -> Credential:
    """A credential that one registrar alone can change."""
    return awarded(cpap, actor=registrar, at=at)


@pytest.fixture
def guarded(registrar: User, second: User, holder: User, at: datetime) -> Credential:
    """A credential whose award two people made, and whose revocation takes two people."""
    asked = asked_award(a_type("CPAA", at=at), actor=registrar, at=at)
    row = services.approve(asked, reason="Seen the file.", actor=second, at=at)
    assert isinstance(row, Credential)
    return row


def asked_award(kind: CredentialType, *, actor: User, at: datetime) -> Proposal:
    """An award that waits for a second registrar."""
    wanted = Award(kind, "holder@example.org", "Ada Example", "Passed everything.")
    asked = services.award(wanted, actor=actor, at=at)
    assert isinstance(asked, Proposal)
    return asked


def asked_revocation(row: Credential, *, actor: User, at: datetime) -> Proposal:
    """A revocation that waits for a second registrar."""
    wanted = Change(Move.REVOKE, Cause.MISCONDUCT, "Two reports.", "See the code of conduct.")
    asked = services.change(row, wanted, actor=actor, at=at)
    assert isinstance(asked, Proposal)
    return asked


def kept(row: Credential) -> str:
    """The page of a credential."""
    return reverse("credentials:kept", args=[row.number])


def page_of(asked: Proposal) -> str:
    """The page of what was asked for."""
    return reverse("credentials:proposal", args=[asked.pk])


def sent(move: Move, **facts: str) -> dict[str, str]:
    """What the form of a move sends, for the first of its causes."""
    values = {"cause": CAUSES[move][0].value, "reason": "For a test.", **facts}
    return {"move": move.value, **{f"{move.value}-{name}": text for name, text in values.items()}}


def every_page(row: Credential, asked: Proposal) -> list[str]:
    """All pages of the registry."""
    return [
        reverse("credentials:registry"),
        reverse("credentials:award"),
        kept(row),
        page_of(asked),
    ]


# Who may


def test_strangers_are_led_to_sign_in_and_change_nothing(
    client: Client, guarded: Credential, registrar: User, at: datetime
) -> None:
    asked = asked_revocation(guarded, actor=registrar, at=at)
    for url in every_page(guarded, asked):
        for answer in (client.get(url), client.post(url, {"decision": "approve", **AWARD})):
            if answer.status_code == 405:
                continue
            assert answer.status_code == 302, url
            assert answer.headers["Location"].startswith(reverse("account_login"))
    asked.refresh_from_db()
    assert asked.state == ProposalState.OPEN


def test_members_are_refused_with_the_role_that_they_lack(
    client: Client, guarded: Credential, holder: User, registrar: User, at: datetime
) -> None:
    asked = asked_revocation(guarded, actor=registrar, at=at)
    signed_in(client, holder)
    for url in every_page(guarded, asked):
        page = client.get(url)
        assert page.status_code == 403, url
        assert "This needs the role" in page.text


def test_members_do_not_learn_which_credentials_exist(client: Client, institute: None) -> None:
    signed_in(client, member())
    for name, args in (("kept", ["CPAP-1"]), ("proposal", [987])):
        assert client.get(reverse(f"credentials:{name}", args=args)).status_code == 403


def test_a_role_that_sleeps_opens_nothing(client: Client, institute: None) -> None:
    signed_in(client, staff(Role.REGISTRAR, second_factor=False))
    page = client.get(reverse("credentials:registry"))
    assert page.status_code == 403
    assert "sleeps until you set up a second factor" in page.text


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_auditors_and_administrators_read_without_any_form(
    client: Client, guarded: Credential, registrar: User, at: datetime, role: Role
) -> None:
    asked = asked_revocation(guarded, actor=registrar, at=at)
    signed_in(client, staff(role))
    listed = client.get(reverse("credentials:registry"))
    assert guarded.number in listed.text
    assert reverse("credentials:award") not in listed.text
    for url in (kept(guarded), page_of(asked)):
        page = client.get(url)
        assert page.status_code == 200
        assert "This needs the role registrar" in page.text
        assert "<textarea" not in page.text
        assert 'name="decision"' not in page.text


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_auditors_and_administrators_change_nothing(
    client: Client, guarded: Credential, registrar: User, at: datetime, role: Role
) -> None:
    asked = asked_revocation(guarded, actor=registrar, at=at)
    signed_in(client, staff(role))
    decided = [{"decision": word, "reason": "So."} for word in ("approve", "refuse", "withdraw")]
    answers = [
        client.get(reverse("credentials:award")),
        client.post(reverse("credentials:award"), AWARD),
        client.post(kept(guarded), sent(Move.SUSPEND)),
        client.post(kept(guarded), {"move": "suspend"}),
        *(client.post(page_of(asked), each) for each in decided),
    ]
    assert {answer.status_code for answer in answers} == {403}
    asked.refresh_from_db()
    guarded.refresh_from_db()
    assert (asked.state, guarded.state) == (ProposalState.OPEN, State.ACTIVE)
    assert Credential.objects.count() == 1


def test_nobody_changes_their_own_credential_and_the_page_says_so(
    client: Client, cpap: CredentialType, registrar: User, second: User, at: datetime
) -> None:
    mine = awarded(cpap, actor=registrar, at=at, email="second@example.org")
    signed_in(client, second)
    page = client.get(kept(mine))
    assert "Nobody changes their own credential" in page.text
    assert "<textarea" not in page.text
    assert client.post(kept(mine), sent(Move.SUSPEND)).status_code == 403


def test_an_address_of_ones_own_that_is_not_confirmed_is_refused_in_the_form(
    client: Client, registrar: User, second: User, at: datetime
) -> None:
    EmailAddress.objects.create(user=second, email="other@example.org")
    kind = a_type("CPAA", at=at, second_person=("award",))
    wanted = Award(kind, "other@example.org", "Second Person", "Passed everything.")
    asked = services.award(wanted, actor=registrar, at=at)
    assert isinstance(asked, Proposal)
    signed_in(client, second)
    for decision in ("approve", "refuse"):
        page = client.post(page_of(asked), {"decision": decision, "reason": "Kept as typed."})
        assert "This address is yours" in page.text
        assert "Kept as typed." in page.text
    third = staff(Role.REGISTRAR)
    row = services.approve(asked, reason="Seen the file.", actor=third, at=at)
    assert isinstance(row, Credential)
    page = client.post(kept(row), sent(Move.SUSPEND, reason="Kept as typed."))
    assert "This address is yours" in page.text
    assert "Kept as typed." in page.text
    row.refresh_from_db()
    assert row.state == State.ACTIVE


# The list


def test_search_finds_by_name_address_and_beginning_of_the_id(
    client: Client, cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    other = services.award(
        Award(cpap, "grace@example.org", "Grace Hopper", "Passed."), actor=registrar, at=at
    )
    assert isinstance(other, Credential)
    signed_in(client, registrar)
    for text in ("ADA", "holder@", made.number[:16].lower()):
        page = client.get(reverse("credentials:registry"), {"q": text}).text
        assert made.number in page
        assert other.number not in page
    assert "Nothing found" in client.get(reverse("credentials:registry"), {"q": "zzz"}).text


def test_the_list_can_be_kept_to_one_state(
    client: Client, cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    first, other = (awarded(cpap, actor=registrar, at=at) for _ in range(2))
    moved(first, Move.SUSPEND, actor=registrar, at=at)
    signed_in(client, registrar)
    page = client.get(reverse("credentials:registry"), {"state": "suspended"}).text
    assert re.search(r'aria-current="true">Suspended<', page)
    assert first.number in page
    assert other.number not in page


def test_an_unknown_state_is_refused_and_the_search_is_kept(
    client: Client, made: Credential, registrar: User
) -> None:
    signed_in(client, registrar)
    page = client.get(reverse("credentials:registry"), {"q": "ada", "state": "lost"})
    assert page.status_code == 200
    assert "lost is not one of the available choices" in page.text
    assert made.number in page.text


def test_the_list_has_pages_that_keep_the_search(
    client: Client, cpap: CredentialType, registrar: User, at: datetime
) -> None:
    rows = [awarded(cpap, actor=registrar, at=at, email=f"p{i}@example.org") for i in range(26)]
    signed_in(client, registrar)
    first = client.get(reverse("credentials:registry"), {"q": "ada", "state": "valid"})
    assert rows[0].number not in first.text
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following is not None
    url = reverse("credentials:registry") + following.group(1).replace("&amp;", "&")
    assert "q=ada&state=valid" in url
    assert rows[0].number in client.get(url).text


def test_the_list_takes_as_many_queries_for_many_as_for_one(
    client: Client, cpap: CredentialType, registrar: User, at: datetime
) -> None:
    signed_in(client, registrar)
    counts = []
    for _ in range(2):
        awarded(cpap, actor=registrar, at=at)
        client.get(reverse("credentials:registry"))
        with CaptureQueriesContext(connection) as made:
            client.get(reverse("credentials:registry"))
        counts.append(len(made))
    assert counts[0] == counts[1]


def test_an_empty_registry_says_what_will_appear(client: Client, registrar: User) -> None:
    signed_in(client, registrar)
    assert "No credential yet" in client.get(reverse("credentials:registry")).text


def test_the_list_shows_what_waits_for_a_second_registrar(
    client: Client, registrar: User, holder: User, at: datetime
) -> None:
    asked = asked_award(a_type("CPAA", at=at), actor=registrar, at=at)
    signed_in(client, registrar)
    page = client.get(reverse("credentials:registry")).text
    assert "Award CPAA to Ada Example" in page
    assert page_of(asked) in page


def test_registrars_are_led_to_the_registry_from_every_page(
    client: Client, registrar: User
) -> None:
    link = f'href="{reverse("credentials:registry")}"'
    for actor, shown in ((registrar, True), (member(), False)):
        signed_in(client, actor)
        assert (link in client.get(reverse("desk")).text) is shown


# Awarding


def test_a_registrar_awards_and_is_led_to_the_credential(
    client: Client, cpap: CredentialType, registrar: User, holder: User
) -> None:
    signed_in(client, registrar)
    page = client.post(reverse("credentials:award"), AWARD, follow=True)
    made = Credential.objects.get()
    assert page.redirect_chain == [(kept(made), 302)]
    assert f"{made.number} is awarded." in page.text
    assert made.holder == holder
    assert Message.objects.filter(recipient="holder@example.org").exists()


def test_an_award_begins_at_midnight_utc_of_the_day_that_was_given(
    client: Client, cpap: CredentialType, registrar: User
) -> None:
    signed_in(client, registrar)
    client.post(reverse("credentials:award"), {**AWARD, "valid_from": "2026-01-15"})
    assert Credential.objects.get().valid_from == datetime(2026, 1, 15, tzinfo=UTC)


def test_the_form_says_beforehand_which_awards_need_a_second_registrar(
    client: Client, cpap: CredentialType, registrar: User, at: datetime
) -> None:
    signed_in(client, registrar)
    url = reverse("credentials:award")
    assert "A second registrar has to approve" not in client.get(url).text
    a_type("CPAA", at=at)
    page = client.get(url).text
    assert "A second registrar has to approve an award of CPAA; until then it waits." in page


def test_an_award_that_needs_a_second_registrar_waits_and_says_so(
    client: Client, registrar: User, at: datetime
) -> None:
    a_type("CPAA", at=at)
    signed_in(client, registrar)
    page = client.post(reverse("credentials:award"), {**AWARD, "type": "CPAA"}, follow=True)
    assert page.redirect_chain == [(page_of(Proposal.objects.get()), 302)]
    assert "This waits for a second registrar." in page.text
    assert not Credential.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("type", "", "This field is required"),
        ("type", "NONE", "not one of the available choices"),
        ("email", "holder", "valid email address"),
        ("email", "asking@example.org", "This address is yours"),
        ("name", "  ", "This field is required"),
        ("reason", "", "This field is required"),
        ("reason", "x" * 501, "at most 500 characters"),
        ("valid_from", "9999-01-01", "Give a day from 2000 to the end of"),
        ("valid_from", "1999-12-31", "Give a day from 2000 to the end of"),
        ("valid_from", "soon", "Enter a valid date"),
    ],
)
def test_what_is_wrong_with_an_award_stands_at_its_field_and_nothing_typed_is_lost(
    client: Client, cpap: CredentialType, registrar: User, field: str, value: str, problem: str
) -> None:
    signed_in(client, registrar)
    page = client.post(reverse("credentials:award"), {**AWARD, field: value})
    assert page.status_code == 200
    assert re.search(rf'<a href="#id_{field}">[^<]*{problem}', page.text)
    for name in {"email", "name", "reason"} - {field}:
        assert AWARD[name] in page.text
    assert not Credential.objects.exists()


def test_an_award_that_is_sent_twice_is_made_once(
    client: Client, cpap: CredentialType, registrar: User, at: datetime
) -> None:
    a_type("CPAA", at=at)
    signed_in(client, registrar)
    for code in ("CPAP", "CPAA"):
        for _ in range(2):
            page = client.post(reverse("credentials:award"), {**AWARD, "type": code})
        assert "Tick the box if you mean another one" in page.text
        assert 'href="#id_again"' in page.text
    assert Credential.objects.count() == 1
    assert Proposal.objects.count() == 1


def test_another_award_of_the_same_type_is_made_where_it_is_meant(
    client: Client, made: Credential, registrar: User
) -> None:
    signed_in(client, registrar)
    client.post(reverse("credentials:award"), {**AWARD, "again": "on"})
    assert Credential.objects.count() == 2


def test_after_a_revocation_the_same_can_be_awarded_again(
    client: Client, made: Credential, registrar: User, at: datetime
) -> None:
    moved(made, Move.REVOKE, actor=registrar, at=at)
    signed_in(client, registrar)
    client.post(reverse("credentials:award"), AWARD)
    assert Credential.objects.count() == 2


# One credential


def test_what_a_holder_did_themselves_stands_in_the_history(
    client: Client, cpap: CredentialType, registrar: User, at: datetime
) -> None:
    row = awarded(cpap, actor=registrar, at=at, email="later@example.org")
    person = member("later@example.org", display_name="Ada")
    services.show_as(services.claim(row, actor=person, at=at), ShownAs.NAME, actor=person, at=at)
    signed_in(client, registrar)
    page = client.get(kept(row)).text
    assert "Claimed by its holder" in page
    assert "Shown by name" in page


def test_the_page_of_a_credential_tells_facts_history_and_public_answer(
    client: Client, guarded: Credential, registrar: User, second: User, at: datetime
) -> None:
    moved(guarded, Move.SUSPEND, actor=registrar, at=at, public_text="Under review.")
    asked = asked_revocation(guarded, actor=registrar, at=at)
    services.refuse(asked, reason="One report is wrong.", actor=second, at=at)
    signed_in(client, staff(Role.AUDITOR))
    page = client.get(kept(guarded)).text
    for text in (
        "Ada Example",
        "holder@example.org",
        "by the id only",
        reverse("credentials:verified", args=[guarded.number]),
        "Suspended: under investigation",
        "Told to everybody: Under review.",
        "For a test.",
        "Passed everything.",
        "asking@example.org",
        "second person: second@example.org",
        "second person: Seen the file.",
        "Revoke: asked for by asking@example.org, refused",
        "One report is wrong.",
    ):
        assert text in page, text


def test_an_id_is_read_as_people_type_it(client: Client, made: Credential, registrar: User) -> None:
    signed_in(client, registrar)
    typed = made.number.lower().replace("-", " ")
    assert client.get(reverse("credentials:kept", args=[typed])).status_code == 200
    for odd in ("CPAP-2026-0000000000X", "(?)"):
        assert client.get(reverse("credentials:kept", args=[odd])).status_code == 404


def test_only_the_moves_that_are_possible_are_offered_with_their_causes(
    client: Client, made: Credential, registrar: User, at: datetime
) -> None:
    signed_in(client, registrar)
    assert offered(client, made) == {"suspend", "revoke", "supersede", "surrender"}
    moved(made, Move.SUSPEND, actor=registrar, at=at)
    assert offered(client, made) == {"reinstate", "revoke"}
    page = client.get(kept(made)).text
    assert f'value="{Cause.CLEARED.value}"' in page
    assert f'value="{Cause.RENEWED.value}"' not in page
    moved(made, Move.REVOKE, actor=registrar, at=at)
    assert offered(client, made) == set()
    assert "This state is final" in client.get(kept(made)).text


def offered(client: Client, row: Credential) -> set[str]:
    """The moves that the page of a credential has a button for."""
    return set(re.findall(r'name="move" value="([a-z]+)"', client.get(kept(row)).text))


def test_a_registrar_suspends_and_everybody_reads_the_public_text(
    client: Client, made: Credential, registrar: User
) -> None:
    signed_in(client, registrar)
    assert "Everybody who checks this credential reads it" in client.get(kept(made)).text
    values = sent(Move.SUSPEND, public_text="We look into it.", reason="A report came in.")
    page = client.post(kept(made), values, follow=True)
    assert f"{made.number} is suspended now." in page.text
    change = StateChange.objects.get()
    assert (change.actor, change.second_person) == (registrar, None)
    answer = Client().get(reverse("credentials:verified", args=[made.number])).text
    assert "We look into it." in answer
    assert "A report came in." not in answer


def test_a_move_that_is_sent_twice_is_made_once(
    client: Client, made: Credential, registrar: User
) -> None:
    signed_in(client, registrar)
    for _ in range(2):
        page = client.post(kept(made), sent(Move.REVOKE), follow=True)
        assert f"{made.number} is revoked now." in page.text
    assert StateChange.objects.count() == 1


def test_a_move_that_somebody_else_made_impossible_is_refused_and_what_was_typed_stays(
    client: Client, made: Credential, registrar: User, second: User, at: datetime
) -> None:
    moved(made, Move.SUSPEND, actor=second, at=at)
    signed_in(client, registrar)
    page = client.post(kept(made), sent(Move.SURRENDER, reason="Asked by letter."))
    assert page.status_code == 200
    assert "This is not possible any more: the credential is suspended now." in page.text
    assert "Asked by letter." in page.text


@pytest.mark.parametrize(
    ("move", "values", "field", "problem"),
    [
        (Move.SUSPEND, {"cause": ""}, "cause_0", "This field is required"),
        (Move.SUSPEND, {"cause": Cause.RENEWED}, "cause_0", "not one of the available"),
        (Move.SUSPEND, {"reason": " "}, "reason", "This field is required"),
        (Move.SUSPEND, {"public_text": "x" * 501}, "public_text", "at most 500 characters"),
        (Move.SUPERSEDE, {}, "successor", "This field is required"),
        (Move.SUPERSEDE, {"successor": "(?)"}, "successor", "can&#x27;t be an id"),
        (Move.SUPERSEDE, {"successor": "OLD-1"}, "successor", "has no credential"),
    ],
)
def test_what_is_wrong_with_a_move_stands_at_its_field(
    client: Client, made: Credential, registrar: User, move: Move, values: dict[str, str],
    field: str, problem: str,
) -> None:  # fmt: skip
    signed_in(client, registrar)
    page = client.post(kept(made), {**sent(move), **sent(move, **values)})
    link = rf'<a href="#id_{move.value}-{field.removesuffix("_0")}(_0)?">[^<]*{re.escape(problem)}'
    assert re.search(link, page.text)
    made.refresh_from_db()
    assert made.state == State.ACTIVE


def test_a_successor_is_another_active_credential(
    client: Client, cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    old, new, gone = (awarded(cpap, actor=registrar, at=at) for _ in range(3))
    moved(gone, Move.REVOKE, actor=registrar, at=at)
    signed_in(client, registrar)
    page = client.post(kept(old), sent(Move.SUPERSEDE, successor=gone.number)).text
    assert f"{gone.number} is revoked. Name an active credential." in page
    page = client.post(kept(old), sent(Move.SUPERSEDE, successor=old.number)).text
    assert "take its own place" in page
    client.post(kept(old), sent(Move.SUPERSEDE, successor=new.number.lower()))
    old.refresh_from_db()
    assert (old.state, old.successor) == (State.SUPERSEDED, new)
    assert kept(new) in client.get(kept(old)).text


@pytest.mark.parametrize("move", ["", "award", "destroy"])
def test_a_move_that_is_none_is_a_bad_request(
    client: Client, made: Credential, registrar: User, move: str
) -> None:
    signed_in(client, registrar)
    assert client.post(kept(made), {"move": move}).status_code == 400


def test_a_move_that_needs_a_second_registrar_says_so_before_and_waits_after(
    client: Client, guarded: Credential, registrar: User
) -> None:
    signed_in(client, registrar)
    page = client.get(kept(guarded)).text
    assert page.count("A second registrar has to approve.") == 3
    assert "Revoke: ask a second registrar" in page
    for _ in range(2):
        page = client.post(kept(guarded), sent(Move.REVOKE), follow=True).text
        assert "This waits for a second registrar." in page
    asked = Proposal.objects.get(action="revoke")
    guarded.refresh_from_db()
    assert guarded.state == State.ACTIVE
    page = client.get(kept(guarded)).text
    assert "A second registrar has to decide" in page
    assert page_of(asked) in page


def test_while_something_waits_one_registrar_can_still_suspend_at_once(
    client: Client, guarded: Credential, registrar: User, at: datetime
) -> None:
    asked_revocation(guarded, actor=registrar, at=at)
    signed_in(client, registrar)
    assert offered(client, guarded) == {"suspend"}
    client.post(kept(guarded), sent(Move.SUSPEND))
    guarded.refresh_from_db()
    assert guarded.state == State.SUSPENDED


def test_nothing_is_asked_for_twice_by_two_registrars(
    client: Client, guarded: Credential, registrar: User, second: User, at: datetime
) -> None:
    asked_revocation(guarded, actor=registrar, at=at)
    signed_in(client, second)
    page = client.post(kept(guarded), sent(Move.REVOKE, reason="Kept as typed."))
    assert page.status_code == 200
    assert "waits for a second person already" in page.text
    assert "Kept as typed." in page.text


# What waits for a second person


def test_a_second_registrar_reads_what_was_asked_and_approves(
    client: Client, registrar: User, second: User, holder: User, at: datetime
) -> None:
    asked = asked_award(a_type("CPAA", at=at), actor=registrar, at=at)
    signed_in(client, second)
    page = client.get(page_of(asked)).text
    for text in ("holder@example.org", "Ada Example", "Passed everything.", "asking@example.org"):
        assert text in page
    decided = {"decision": "approve", "reason": "Seen the file."}
    answer = client.post(page_of(asked), decided, follow=True)
    made = Credential.objects.get()
    assert answer.redirect_chain == [(kept(made), 302)]
    assert "Seen the file." in client.get(page_of(asked)).text
    assert kept(made) in client.get(page_of(asked)).text
    assert client.post(page_of(asked), decided).status_code == 302  # Sent twice.
    assert Credential.objects.count() == 1


def test_a_change_is_approved_with_both_names(
    client: Client, guarded: Credential, registrar: User, second: User, at: datetime
) -> None:
    asked = asked_revocation(guarded, actor=registrar, at=at)
    signed_in(client, second)
    page = client.get(page_of(asked)).text
    for text in ("breach of the code of conduct", "See the code of conduct.", "Two reports."):
        assert text in page
    client.post(page_of(asked), {"decision": "approve", "reason": "Read both."})
    change = StateChange.objects.get()
    assert (change.target, change.actor, change.second_person) == ("revoked", registrar, second)
    page = client.get(kept(guarded)).text
    assert "second person: Read both." in page
    assert page_of(asked) in page


@pytest.mark.parametrize("decision", ["approve", "refuse"])
def test_a_decision_needs_a_reason(
    client: Client, guarded: Credential, registrar: User, second: User, at: datetime, decision: str
) -> None:
    asked = asked_revocation(guarded, actor=registrar, at=at)
    signed_in(client, second)
    page = client.post(page_of(asked), {"decision": decision, "reason": " "})
    assert 'href="#id_reason"' in page.text
    asked.refresh_from_db()
    assert asked.state == ProposalState.OPEN


def test_a_refusal_changes_nothing_and_is_told_with_its_reason(
    client: Client, guarded: Credential, registrar: User, second: User, at: datetime
) -> None:
    asked = asked_revocation(guarded, actor=registrar, at=at)
    signed_in(client, second)
    page = client.post(
        page_of(asked), {"decision": "refuse", "reason": "One report is wrong."}, follow=True
    ).text
    assert "Refused. Nothing was changed." in page
    assert "One report is wrong." in page
    guarded.refresh_from_db()
    assert guarded.state == State.ACTIVE


def test_who_asked_can_withdraw_but_not_decide_and_is_told_why(
    client: Client, guarded: Credential, registrar: User, at: datetime
) -> None:
    asked = asked_revocation(guarded, actor=registrar, at=at)
    signed_in(client, registrar)
    page = client.get(page_of(asked)).text
    assert "A second person decides, never the one who asked." in page
    assert 'value="approve"' not in page
    refused = client.post(page_of(asked), {"decision": "approve", "reason": "Me."})
    assert refused.status_code == 403
    page = client.post(page_of(asked), {"decision": "withdraw"}, follow=True).text
    assert "Withdrawn. Nothing was changed." in page
    asked.refresh_from_db()
    assert asked.state == ProposalState.WITHDRAWN


def test_nobody_decides_on_their_own_credential(
    client: Client, registrar: User, second: User, at: datetime
) -> None:
    kind = a_type("CPAA", at=at)
    wanted = Award(kind, "second@example.org", "Second Person", "Passed everything.")
    asked = services.award(wanted, actor=registrar, at=at)
    assert isinstance(asked, Proposal)
    signed_in(client, second)
    assert "Nobody decides on their own credential." in client.get(page_of(asked)).text


def test_what_became_impossible_is_told_and_stays_open(
    client: Client, guarded: Credential, registrar: User, second: User, at: datetime
) -> None:
    asked = asked_revocation(guarded, actor=registrar, at=at)
    services.surrender(guarded, reason="Enough.", actor=guarded.holder, at=at)
    signed_in(client, second)
    page = client.post(page_of(asked), {"decision": "approve", "reason": "Kept as typed."})
    assert "the credential is surrendered now" in page.text
    assert "Kept as typed." in page.text
    asked.refresh_from_db()
    assert asked.state == ProposalState.OPEN


@pytest.mark.parametrize("values", [{}, {"decision": "postpone"}])
def test_a_decision_that_is_none_is_a_bad_request(
    client: Client, guarded: Credential, registrar: User, second: User, at: datetime,
    values: dict[str, Any],
) -> None:  # fmt: skip
    asked = asked_revocation(guarded, actor=registrar, at=at)
    signed_in(client, second)
    assert client.post(page_of(asked), values).status_code == 400


def test_a_proposal_that_nobody_made_is_not_found(client: Client, registrar: User) -> None:
    signed_in(client, registrar)
    assert client.get(reverse("credentials:proposal", args=[987])).status_code == 404
