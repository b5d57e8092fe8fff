"""The pages of an administrator, and those that members reach only now and then."""

import re
from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PASSWORD, Visit, Visitor
from tests.e2e.test_pages import SIZES, faults, keep_picture

ADMINISTRATOR = {
    "people": "/account/people/",
    "person": "/account/people/2/",
    "entry": "/ledger/entry/0/",
    "factors": "/account/2fa/",
    "codes": "/account/2fa/recovery-codes/generate/",
    "keys": "/account/2fa/webauthn/",
    "add-key": "/account/2fa/webauthn/add/",
    "forget-app": "/account/2fa/totp/deactivate/",
    "disable": "/account/people/2/disable/",
}
MEMBER = {
    "preferences": "/account/preferences/",
    "data": "/account/data/",
    "close": "/account/close/",
    "app": "/account/2fa/totp/activate/",
    "not-allowed": "/preferences/theme/",
}
STRANGER = {
    "reset-done": "/account/password/reset/done/",
    "reset-key": "/account/password/reset/key/1-forged/",
    "key-done": "/account/password/reset/key/done/",
    "confirm-sent": "/account/confirm-email/",
    "confirm-forged": "/account/confirm-email/forged/",
    "inactive": "/account/inactive/",
    "unsubscribe-forged": "/account/mail/unsubscribe/forged/",
}


def every_view(page: Page) -> Iterator[str]:
    """Show the open page in light and dark, wide and on a phone."""
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
            yield f"{scheme}-{size}"


def all_faults(visitor: Visitor, pages: dict[str, str]) -> dict[str, list[str]]:
    """Visit the pages and return what is wrong with them."""
    found = {}
    for name, path in pages.items():
        page = visitor.goto(path)
        if "reauthenticate" in page.url:
            reauthenticate(visitor)
        for view in every_view(page):
            keep_picture(page, f"{name}-{view}")
            if wrong := faults(page):
                found[f"{name}-{view}"] = wrong
    return found


def reauthenticate(visitor: Visitor) -> None:
    """Enter a code, or the password of who has none, as changes that matter ask for."""
    if "/2fa/" in visitor.page.url:
        visitor.enter_code()
    else:
        visitor.page.locator("input[type=password]").fill(PASSWORD)
        visitor.page.get_by_role("main").get_by_role("button", name="Confirm").click()
    visitor.page.wait_for_url(re.compile(r"^(?!.*/(2fa/)?reauthenticate/).*$"))


def test_an_administrator_signs_in_with_a_code_and_all_pages_are_sound(visit: Visit) -> None:
    visitor = visit(reduced_motion="reduce")
    visitor.sign_in("admin@example.org")
    visitor.page.wait_for_url("**/2fa/authenticate/")
    for view in every_view(visitor.page):
        assert faults(visitor.page) == [], view
    visitor.enter_code()
    visitor.page.wait_for_url("**/desk/")
    assert all_faults(visitor, ADMINISTRATOR) == {}


def test_a_members_rarer_pages_are_sound(visit: Visit) -> None:
    visitor = visit(reduced_motion="reduce")
    visitor.sign_in("member@example.org")
    visitor.page.wait_for_url("**/desk/")
    assert all_faults(visitor, MEMBER) == {}


def test_a_strangers_rarer_pages_are_sound(visit: Visit) -> None:
    assert all_faults(visit(reduced_motion="reduce"), STRANGER) == {}


def test_what_a_person_changes_on_their_account_is_kept(visit: Visit) -> None:
    visitor = visit()
    visitor.sign_in("changing@example.org")
    visitor.page.wait_for_url("**/desk/")
    page = visitor.goto("/account/preferences/")
    page.get_by_label("Display name").fill("Ada")
    page.get_by_role("main").get_by_role("button", name="Save").click()
    visitor.goto("/account/preferences/")
    expect(page.get_by_label("Display name")).to_have_value("Ada")
