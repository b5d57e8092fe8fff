"""A request that closing the account has overtaken brings nothing of the person back."""

from collections.abc import Callable
from datetime import datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.test import Client, RequestFactory
from django.urls import reverse

from guildmark.apps.accounts import queries, services
from guildmark.apps.accounts.middleware import SessionActivity
from guildmark.apps.accounts.models import AccountIsClosed, User
from guildmark.apps.audit.models import Event

from .factories import administrator, member, reauthenticated

pytestmark = pytest.mark.django_db


@pytest.fixture
def stale(at: datetime) -> User:
    """A person as a request read them before the account was closed."""
    ada = member("ada@example.org", display_name="Ada Lovelace")
    services.close_account(ada, actor=ada, at=at)
    return ada


LATE: list[Callable[[User, datetime], object]] = [
    lambda ada, _at: services.change_preferences(
        ada, display_name="Ada Lovelace", time_zone="", language=""
    ),
    lambda ada, at: services.export_personal_data(ada, at=at),
    lambda ada, at: services.note_account_opened(ada, at=at),
    lambda ada, at: services.note_sign_in(ada, method="password", at=at),
    lambda ada, at: services.note_email_change(ada, at=at),
    lambda ada, at: services.note_password_change(ada, how="reset", session_key=None, at=at),
    lambda ada, at: services.note_second_factor_added(ada, kind="totp", session_key=None, at=at),
    lambda ada, at: services.note_second_factor_removed(ada, kind="totp", at=at),
    lambda ada, _at: ada.save(),
    lambda ada, _at: ada.save(update_fields=["last_login"]),
]


@pytest.mark.parametrize("late", LATE)
def test_what_comes_late_is_refused_and_nothing_returns(
    late: Callable[[User, datetime], object], stale: User, at: datetime
) -> None:
    recorded = Event.objects.count()
    with pytest.raises(AccountIsClosed, match="This account is closed"):
        late(stale, at)
    row = User.objects.get(pk=stale.pk)
    assert (row.display_name, row.last_login) == ("", None)
    assert "ada" not in row.email
    assert Event.objects.count() == recorded


def test_a_page_of_allauth_that_comes_late_is_refused(client: Client, at: datetime) -> None:
    ada = member("ada@example.org")
    reauthenticated(client, ada)
    client.get(reverse("account_email"))

    def close_meanwhile(_request: object) -> User:
        services.close_account(ada, actor=ada, at=at)
        return ada

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.contrib.auth.middleware.get_user", close_meanwhile)
        page = client.post(
            reverse("account_email"), {"email": "second@example.org", "action_add": ""}
        )
    assert page.status_code == 403
    assert not EmailAddress.objects.exists()


def test_a_visit_that_comes_late_leaves_no_address(stale: User) -> None:
    request = RequestFactory().get("/")
    client = Client()
    request.session, request.user = client.session, stale
    with pytest.raises(AccountIsClosed):
        SessionActivity(lambda _request: pytest.fail("answered"))(request)
    assert not UserSession.objects.exists()


def test_a_closed_person_is_not_found_to_be_written_to(at: datetime) -> None:
    ada = member()
    services.disable_account(ada, actor=administrator(), at=at, reason="For the test.")
    assert queries.open_person_by_actor(ada.actor_id) == ada
    User.objects.filter(pk=ada.pk).update(closed_at=at)
    assert queries.open_person_by_actor(ada.actor_id) is None
