"""What was typed into a password field can be shown, by pointer and by keyboard."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PASSWORD, Server, Visit, violations
from tests.e2e.test_sign_in import link_in, wait_for_mail

SHOW = re.compile("^Show ")


def switches(page: Page) -> Locator:
    return page.get_by_role("button", name=SHOW)


def test_the_keyboard_alone_shows_and_hides_the_password(visit: Visit) -> None:
    page = visit().goto("/account/login/")
    field = page.locator("input[type=password]")
    switch = page.get_by_role("button", name="Show Password", exact=True)
    expect(switch).to_have_attribute("aria-pressed", "false")
    field.focus()
    page.keyboard.type("typed-by-hand")
    page.keyboard.press("Tab")
    expect(switch).to_be_focused()
    page.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-pressed", "true")
    shown = page.locator("input[name=password]")
    expect(shown).to_have_attribute("type", "text")
    expect(shown).to_have_value("typed-by-hand")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(switch).to_have_attribute("aria-pressed", "false")
    expect(shown).to_have_attribute("type", "password")


def test_a_shown_password_signs_in_and_leaves_hidden(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto("/account/login/")
    page.evaluate(
        """document.addEventListener("submit", (event) =>
          sessionStorage.setItem("type", event.target.elements.password.type))"""
    )
    page.locator("input[type=email]").fill("member@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    switches(page).click()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
    assert page.evaluate("sessionStorage.getItem('type')") == "password"


@pytest.mark.parametrize("width", [375, 1360])
def test_each_password_field_has_a_switch_that_names_it(
    visit: Visit, server: Server, width: int
) -> None:
    visitor = visit(viewport={"width": width, "height": 812})
    page = visitor.goto("/account/signup/")
    assert switches(page).count() == page.locator("input[type=password]").count() > 0
    assert violations(page) == []
    visitor.sign_in("member@example.org")
    page.wait_for_url("**/desk/")
    visitor.goto("/account/password/change/")
    names = [each.aria_snapshot() for each in switches(page).all()]
    assert len(set(names)) == 3
    switches(page).last.click()
    assert page.locator("input[type=password]").count() == 2
    assert violations(page) == []
    reach = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert reach <= 0


def test_a_password_chosen_by_a_link_in_a_mail_can_be_shown(visit: Visit, server: Server) -> None:
    address = "second-member@example.org"
    visitor = visit()
    page = visitor.goto("/account/password/reset/")
    before = len(server.mail_to(address))
    page.locator("main input[type=email]").fill(address)
    page.get_by_role("main").locator("form button[type=submit]").first.click()
    page.wait_for_url("**/reset/done/")
    for _ in range(100):
        if len(server.mail_to(address)) > before:
            break
        page.wait_for_timeout(100)
    visitor.goto(link_in(wait_for_mail(server, page, address)))
    switches(page).first.click()
    expect(page.locator("input[name=password1]")).to_have_attribute("type", "text")
    assert violations(page) == []


def test_without_javascript_there_is_a_field_and_no_switch(visit: Visit) -> None:
    visitor = visit(java_script_enabled=False)
    visitor.page.goto(f"{visitor.url}/account/login/")
    expect(visitor.page.locator("input[type=password]")).to_be_visible()
    expect(switches(visitor.page)).to_have_count(0)
