"""Every page, in light and dark, wide and on a phone: no axe violation, no sideways scrolling."""

import os
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.conftest import Visit, violations

# A folder here keeps the pictures, to be looked at: SCREENSHOTS=shots make test
PICTURES = os.environ.get("SCREENSHOTS")
PUBLIC = {
    "home": "/",
    "style": "/style/",
    "sign-in": "/account/login/",
    "sign-up": "/account/signup/",
    "reset": "/account/password/reset/",
    "ledger": "/ledger/",
    "missing": "/no/such/page/",
}
MEMBER = {
    "desk": "/desk/",
    "account": "/account/",
    "email": "/account/email/",
    "password": "/account/password/change/",
    "factors": "/account/2fa/",
    "sessions": "/account/sessions/",
    "mail": "/account/mail/",
    "sign-out": "/account/logout/",
    "refused": "/account/people/",
}
SIZES: dict[str, ViewportSize] = {
    "wide": {"width": 1360, "height": 900},
    "phone": {"width": 375, "height": 812},
}


def schemes(size: str) -> tuple[Literal["light", "dark"], ...]:
    """The colours to look at in a size: both once, for no colour depends on the width."""
    return ("light", "dark") if size == "wide" else ("dark",)


def keep_picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page where one was asked for."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def faults(page: Page) -> list[str]:
    """Return what is wrong with the open page for anybody."""
    wider = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    sideways = [f"scrolls sideways by {wider} px"] if wider > 0 else []
    return [*violations(page), *sideways]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_public_pages_are_sound(visit: Visit, scheme: str, size: str) -> None:
    visitor = visit(color_scheme=scheme, viewport=SIZES[size], reduced_motion="reduce")
    found = {}
    for name, path in PUBLIC.items():
        page = visitor.goto(path)
        keep_picture(page, f"{name}-{scheme}-{size}")
        found[name] = faults(page)
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_members_pages_are_sound(visit: Visit, scheme: str, size: str) -> None:
    visitor = visit(color_scheme=scheme, viewport=SIZES[size], reduced_motion="reduce")
    visitor.sign_in("member@example.org")
    visitor.page.wait_for_url("**/desk/")
    found = {}
    for name, path in MEMBER.items():
        page = visitor.goto(path)
        keep_picture(page, f"{name}-{scheme}-{size}")
        found[name] = faults(page)
    assert {name: each for name, each in found.items() if each} == {}


def test_the_chosen_colours_last_without_javascript(visit: Visit) -> None:
    visitor = visit(java_script_enabled=False, color_scheme="light")
    page = visitor.page
    page.goto(visitor.url)
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(f"{visitor.url}/ledger/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_keyboard_alone_reaches_the_content_and_shows_where_it_is(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto("/")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_attribute("href", "#main")
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
    assert width >= 3


def test_a_first_view_of_the_home_page_stays_under_a_hundred_kilobytes(visit: Visit) -> None:
    visitor = visit(java_script_enabled=False)
    sizes: dict[str, int] = {}
    visitor.page.on(
        "requestfinished",
        lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}),
    )
    visitor.page.goto(visitor.url, wait_until="networkidle")
    without_fonts = {url: size for url, size in sizes.items() if not url.endswith(".woff2")}
    assert without_fonts
    assert sum(without_fonts.values()) < 100_000
