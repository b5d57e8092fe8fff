"""A session that ends over a form loses nothing that was typed."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guildmark.apps.accounts import kept_forms
from guildmark.apps.accounts.models import RoleGrant
from tests.apps.accounts.factories import (
    administrator,
    member,
    reauthenticated,
    session_ended,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("institute")]

REASON = "She has kept the minutes of three cycles."
PREFERENCES = "/account/preferences/"
CLOSE = "/account/close/"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("page", ["grant", "disable"])
def test_after_signing_in_again_the_reason_stands_in_the_form(client: Client, page: str) -> None:
    person = member()
    path = f"/account/people/{person.pk}/{page}/"
    keeper = session_ended(client, administrator())
    refused = client.post(path, {"role": "editor", "reason": REASON})
    assert refused["Location"].endswith(f"?next={path}")
    assert b"What you typed is kept" in client.get(refused["Location"]).content
    reauthenticated(client, keeper)
    for _opened in range(2):  # A page that is loaded again, or a browser that crashed.
        assert f"{REASON}</textarea>" in client.get(path).text
    assert not RoleGrant.objects.filter(user=person).exists()


def test_what_was_sent_is_not_shown_any_more(client: Client) -> None:
    path = f"/account/people/{member().pk}/grant/"
    keeper = session_ended(client, administrator())
    client.post(path, {"role": "editor", "reason": REASON})
    reauthenticated(client, keeper)
    client.post(path, {"role": "", "reason": "Another one."})
    assert REASON not in client.get(path).text


def test_a_page_that_has_no_form_for_it_shows_what_was_typed_and_sends_it_again(
    client: Client,
) -> None:
    person = session_ended(client, member())
    client.post(
        PREFERENCES, {"display_name": "Ada <Lovelace>", "time_zone": "", "more": ["1", "2"]}
    )
    signed_in(client, person)
    page = client.get(PREFERENCES)
    assert "<dt>Display name</dt><dd>Ada &lt;Lovelace&gt;</dd>" in page.text
    assert "no-store" in page["Cache-Control"]
    for hidden in (
        '<input type="hidden" name="display_name" value="Ada &lt;Lovelace&gt;">',
        '<input type="hidden" name="more" value="1"><input type="hidden" name="more" value="2">',
    ):
        assert hidden in page.text
    person.refresh_from_db()
    assert person.display_name != "Ada <Lovelace>"
    client.post(PREFERENCES, {"display_name": "Ada <Lovelace>", "time_zone": ""})
    assert "nothing was done yet" not in client.get(PREFERENCES).text


def test_what_was_typed_is_thrown_away_when_its_owner_says_so(client: Client) -> None:
    person = session_ended(client, member())
    client.post(PREFERENCES, {"display_name": "Ada"})
    signed_in(client, person)
    assert f'action="{PREFERENCES}?kept-form=thrown-away"' in client.get(PREFERENCES).text
    assert client.post(f"{PREFERENCES}?kept-form=thrown-away")["Location"] == "/desk/"
    assert kept_forms.KEPT not in client.session


def test_what_was_typed_on_one_page_does_not_appear_on_another(client: Client) -> None:
    first, second = member(), member()
    keeper = session_ended(client, administrator())
    client.post(f"/account/people/{first.pk}/grant/", {"role": "editor", "reason": REASON})
    reauthenticated(client, keeper)
    assert REASON not in client.get(f"/account/people/{second.pk}/grant/").text


def test_another_browser_of_the_same_person_sees_nothing(client: Client) -> None:
    client.post(PREFERENCES, {"display_name": "Ada"})
    person, other = member(), Client()
    signed_in(other, person)
    assert "nothing was done yet" not in other.get(PREFERENCES).text


def test_who_may_not_see_the_page_is_refused_as_ever(client: Client) -> None:
    path = f"/account/people/{member().pk}/grant/"
    client.post(path, {"role": "editor", "reason": REASON})
    signed_in(client, member())
    page = client.get(path)
    assert page.status_code == 403
    assert REASON not in page.text


def test_after_two_hours_it_is_not_shown_any_more(client: Client) -> None:
    person = member()
    for late, is_there in ((timedelta(minutes=119), True), (timedelta(minutes=121), False)):
        with time_machine.travel(NOON, tick=False):
            session_ended(client, person)
            client.post(PREFERENCES, {"display_name": "Ada"})
        with time_machine.travel(NOON + late, tick=False):
            signed_in(client, person)
            assert ("nothing was done yet" in client.get(PREFERENCES).text) is is_there


def test_passwords_and_codes_are_never_kept(client: Client) -> None:
    secrets = {"password1": "hunter2!", "code": "123456", "csrfmiddlewaretoken": "x"}
    client.post(PREFERENCES, {"display_name": "Ada", **secrets})
    assert client.session[kept_forms.KEPT]["fields"] == [["display_name", "Ada"]]
    other = Client()
    other.post("/account/password/change/", {"oldpassword": "hunter2!", "hint": "a hunter"})
    assert kept_forms.KEPT not in other.session


def test_a_stranger_cannot_fill_the_session_table_and_is_told_to_copy(client: Client) -> None:
    refused = client.post(PREFERENCES, {"display_name": "x" * kept_forms.LONGEST})
    assert kept_forms.KEPT not in client.session
    assert "too long to be kept here" in client.get(refused["Location"]).text


def test_what_a_script_sends_in_the_background_replaces_nothing(client: Client) -> None:
    client.post(PREFERENCES, {"display_name": "Ada"})
    client.post(CLOSE, {"understood": "on"}, headers={"sec-fetch-mode": "cors"})
    assert client.session[kept_forms.KEPT]["path"] == PREFERENCES


def test_a_form_without_any_word_is_not_kept(client: Client) -> None:
    client.post(CLOSE, {"understood": ""})
    assert kept_forms.KEPT not in client.session


def test_nobody_else_who_signs_in_with_the_browser_is_shown_it(client: Client) -> None:
    session_ended(client, member())
    client.post(PREFERENCES, {"display_name": "Ada Lovelace"})
    signed_in(client, member())
    assert "Ada Lovelace" not in client.get(PREFERENCES).text
    assert kept_forms.KEPT not in client.session


def test_a_browser_in_which_nobody_was_signed_in_shows_nothing(client: Client) -> None:
    client.post(PREFERENCES, {"display_name": "Ada Lovelace"})
    signed_in(client, member())
    assert "Ada Lovelace" not in client.get(PREFERENCES).text


def test_files_are_said_not_to_be_kept(client: Client) -> None:
    person = session_ended(client, member())
    client.post(PREFERENCES, {"display_name": "Ada", "file": SimpleUploadedFile("a.txt", b"a")})
    signed_in(client, person)
    assert "Choose them again on the next page." in client.get(PREFERENCES).text
