"""People come in: they sign up, confirm, set up a second factor, and use a passkey."""

import re
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PASSWORD, Server, Visit, Visitor
from tests.e2e.test_pages import SIZES, faults, keep_picture

NEW_PASSWORD = "tidal-lantern-orchard-57"


def add_authenticator(visitor: Visitor) -> None:
    """Give the browser a virtual passkey device, as the DevTools protocol offers it."""
    tools = visitor.context.new_cdp_session(visitor.page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def link_in(mail: str) -> str:
    """Find the first link of a mail."""
    plain = mail.replace("=\n", "").replace("=3D", "=")
    found = re.search(r"http://localhost:\d+(/\S+)", plain)
    assert found is not None
    return found[1]


def wait_for_mail(server: Server, page: Page, address: str) -> str:
    """Wait until the worker has sent a mail to this address."""
    for _ in range(100):
        if arrived := server.mail_to(address):
            return arrived[-1]
        page.wait_for_timeout(100)
    raise AssertionError(f"no mail for {address}")


def test_a_stranger_signs_up_confirms_by_mail_and_signs_in(visit: Visit, server: Server) -> None:
    address = f"new-{uuid4().hex[:8]}@example.org"
    visitor = visit()
    page = visitor.goto("/account/signup/")
    page.get_by_label("E-mail address").first.fill(address)
    page.get_by_label("Password", exact=False).first.fill(NEW_PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/confirm-email/")
    visitor.goto(link_in(wait_for_mail(server, page, address)))
    page.get_by_role("main").get_by_role("button", name="Confirm").click()
    visitor.sign_in(address, NEW_PASSWORD)
    page.wait_for_url("**/desk/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_refused_form_keeps_what_was_typed_and_says_what_to_mend(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto("/account/signup/")
    page.get_by_label("E-mail address").first.fill("kept@example.org")
    page.get_by_label("Password", exact=False).first.fill("short")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    kept = page.get_by_label("E-mail address").first
    expect(kept).to_have_value("kept@example.org")
    expect(page.get_by_text("at least 12 characters").first).to_be_visible()


def test_a_person_adds_a_passkey_and_signs_in_with_it_alone(visit: Visit) -> None:
    visitor = visit()
    add_authenticator(visitor)
    visitor.sign_in("second-member@example.org")
    visitor.page.wait_for_url("**/desk/")
    page = visitor.goto("/account/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.get_by_label("Password", exact=False).first.fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Confirm").click()
        page.wait_for_url("**/webauthn/add/**")
    page.get_by_label("Name").fill("Virtual key")
    expect(page.get_by_label("without my password")).to_be_checked()
    page.get_by_role("main").get_by_role("button", name="Add").click()
    page.wait_for_url(re.compile(r"/2fa/(?!webauthn/add)"), wait_until="load")
    for name in ("webauthn", "recovery-codes"):
        page = visitor.goto(f"/account/2fa/{name}/")
        for size in SIZES.values():
            page.set_viewport_size(size)
            keep_picture(page, f"{name}-{size['width']}")
            assert faults(page) == [], name
    visitor.context.clear_cookies()
    visitor.goto("/account/login/")
    page.get_by_role("button", name="passkey").click()
    page.wait_for_url("**/desk/")
    expect(
        page.get_by_text("second-member@example.org").or_(page.get_by_text("Second-Member")).first
    ).to_be_attached()
