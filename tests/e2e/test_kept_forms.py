"""A registrar's session ends over a form: signing in again brings every word back."""

from playwright.sync_api import Page, expect

from guildmark.site.demo.people import MEMBER, REGISTRAR
from tests.e2e.conftest import PASSWORD, Visit, Visitor
from tests.e2e.test_pages import SIZES, faults, keep_picture
from tests.e2e.test_registry import enter

REASON = "Two complaints arrived: one by letter,\none by telephone."


def session_ends(visitor: Visitor) -> None:
    """Take the session away, as its end would."""
    visitor.context.clear_cookies(name="session")


def enter_again(visitor: Visitor, email: str) -> Page:
    """Sign in on the page to which one was led."""
    page = visitor.page
    expect(page.get_by_text("What you typed is kept: sign in again.")).to_be_visible()
    page.get_by_label("E-mail address").first.fill(email)
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").first.click()
    return page


def test_a_registrar_loses_no_word_when_the_session_ends(
    visit: Visit, numbers: dict[str, str]
) -> None:
    visitor = visit(reduced_motion="reduce")
    enter(visitor, REGISTRAR)
    page = visitor.goto(f"/registry/{numbers['expired']}/")
    page.get_by_text("Revoke", exact=True).first.click()
    page.locator("#id_revoke-reason").fill(REASON)
    page.locator('[name="revoke-cause"][value="issued in error"]').check()
    session_ends(visitor)
    page.locator("form", has=page.locator("#id_revoke-reason")).get_by_role("button").click()
    enter_again(visitor, REGISTRAR.email)
    page.wait_for_url("**/2fa/authenticate/")
    visitor.enter_code(REGISTRAR.secret)
    expect(page.get_by_role("heading", level=1)).to_have_text("What you typed is kept")
    expect(page.get_by_role("main")).to_contain_text("Two complaints arrived")
    for size, scheme in ((size, scheme) for size in SIZES for scheme in ("light", "dark")):
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        keep_picture(page, f"kept-form-{scheme}-{size}")
        assert faults(page) == []
    page.get_by_role("button", name="Send it again").click()
    # It waits for a second registrar, so that the credential stays what other tests take it for.
    expect(page.get_by_role("main")).to_contain_text("A second person decides")
    expect(page.get_by_role("main")).to_contain_text("one by telephone.")


def test_a_holder_finds_the_typed_handle_again_and_may_throw_it_away(
    visit: Visit, numbers: dict[str, str]
) -> None:
    visitor = visit()
    visitor.sign_in(MEMBER.email)
    page = visitor.goto(f"/credentials/held/{numbers['valid']}/")
    page.get_by_role("textbox", name="Public handle").fill("turing")
    session_ends(visitor)
    page.get_by_role("button", name="Save").click()
    enter_again(visitor, MEMBER.email)
    expect(page.get_by_role("main")).to_contain_text("turing")
    page.get_by_role("button", name="Throw it away").click()
    page.wait_for_url("**/desk/")
    page = visitor.goto(f"/credentials/held/{numbers['valid']}/")
    expect(page.get_by_role("textbox", name="Public handle")).not_to_have_value("turing")
