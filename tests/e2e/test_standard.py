"""The reader's way through the standard: by pointer, by keyboard, on a phone, without scripts."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, Visitor
from tests.e2e.test_pages import SIZES, faults, keep_picture

PAGES = {
    "standard": "/standard/",
    "framework": "/standard/psf/",
    "older edition": "/standard/psf/edition/1.0/",
    "editions": "/standard/psf/editions/",
    "domain": "/standard/psf/edition/1.1/domain/human-oversight/",
    "requirement": "/standard/psf/edition/1.1/requirement/agent-kill-switch/",
    "older requirement": "/standard/psf/edition/1.0/requirement/manual-takeover/",
    "whole": "/standard/psf/edition/1.1/whole/",
    "cite": "/standard/psf/edition/1.1/cite/agent-kill-switch/",
    "choose": "/standard/psf/compare/",
    "comparison": "/standard/psf/compare/1.0/1.1/",
    "comparison of a domain": "/standard/psf/compare/1.0/1.1/?domain=data-protection",
    "nothing of a kind": "/standard/psf/compare/1.0/1.1/?class=split",
    "one change": "/standard/psf/compare/1.0/1.1/autonomy-level/",
    "search": "/standard/psf/search/?q=kill+switch",
    "search without result": "/standard/psf/search/?q=zebra",
    "no such edition": "/standard/psf/edition/9.9/",
}
WAY = ["See what changed in 1.1, and why", "Human Oversight"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_standard_are_sound(visit: Visit, scheme: str, size: str) -> None:
    visitor = visit(color_scheme=scheme, viewport=SIZES[size], reduced_motion="reduce")
    found = {}
    for name, path in PAGES.items():
        page = visitor.goto(path)
        keep_picture(page, f"standard-{name}-{scheme}-{size}")
        found[name] = faults(page)
    assert {name: each for name, each in found.items() if each} == {}


def tells_what_changed_and_why(page: Page) -> None:
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", level=1)).to_have_text("Human Oversight")
    expect(main.locator("ins", has_text="shall").first).to_be_visible()
    expect(main.locator("del", has_text="should").first).to_be_visible()
    expect(main.get_by_text("Why", exact=True).first).to_be_visible()
    expect(main.get_by_role("link", name="Kill switch for agents").first).to_be_visible()


def test_what_changed_for_human_oversight_is_three_clicks_away_on_a_phone(visit: Visit) -> None:
    page = visit(viewport=SIZES["phone"], has_touch=True).goto("/")
    page.get_by_role("link", name=WAY[0]).tap()
    page.locator(".side-nav__fold > summary").tap()
    page.locator(".side-nav__fold").get_by_role("link", name=re.compile("Human Oversight")).tap()
    tells_what_changed_and_why(page)


def test_what_changed_is_two_clicks_away_on_a_wide_screen_without_javascript(visit: Visit) -> None:
    visitor = visit(java_script_enabled=False, viewport=SIZES["wide"])
    page = visitor.page
    page.goto(visitor.url)
    page.get_by_role("link", name=WAY[0]).click()
    page.get_by_role("link", name=re.compile("Human Oversight")).first.click()
    tells_what_changed_and_why(page)


def press_tab_to(page: Page, name: str) -> None:
    """Go on with the Tab key until a link with this name has the focus, and see that it shows."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        if name in (focus.text_content() or ""):
            width = focus.evaluate("e => parseFloat(getComputedStyle(e).outlineWidth)")
            assert width >= 3
            return
    raise AssertionError(f"the keyboard never reached {name}")


@pytest.mark.parametrize("size", SIZES)
def test_the_same_way_goes_by_keyboard_alone(visit: Visit, size: str) -> None:
    page = visit(viewport=SIZES[size]).goto("/")
    press_tab_to(page, WAY[0])
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare/1.0/1.1/")
    if size == "phone":
        press_tab_to(page, "Domains")
        page.keyboard.press("Enter")
    press_tab_to(page, WAY[1])
    page.keyboard.press("Enter")
    page.wait_for_url("**domain=human-oversight*")
    tells_what_changed_and_why(page)


def test_a_reused_label_is_told_before_anything_else_can_be_read(visit: Visit) -> None:
    page = visit().goto("/standard/psf/compare/1.0/1.1/?domain=output-validation")
    warning = page.locator(".notice--danger")
    expect(warning).to_contain_text("Labels that now mean something else")
    expect(warning).to_contain_text("PSF-2.3")
    box, first = warning.bounding_box(), page.locator(".change").first.bounding_box()
    assert box
    assert first
    assert box["y"] < first["y"]


def test_a_reader_chooses_editions_finds_searches_and_takes_away(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto("/standard/psf/")
    page.get_by_role("searchbox").fill("kill switch")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Kill switch for agents").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kill switch for agents")
    page.get_by_role("link", name="Cite it").click()
    cited = page.locator("pre").first.text_content() or ""
    page.goto(cited)
    expect(page.get_by_role("heading", level=1)).to_have_text("Kill switch for agents")
    page = visitor.goto("/standard/psf/compare/")
    page.get_by_label("From edition").select_option("1.1")
    page.get_by_label("to edition").select_option("1.0")
    page.get_by_role("button", name="Compare").click()
    assert urlsplit(page.url).path == "/standard/psf/compare/1.1/1.0/"
    page = visitor.goto("/standard/psf/")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Markdown").click()
    assert taken.value.suggested_filename == "psf-1.1.md"


def test_a_printed_edition_starts_with_its_title_and_shows_no_controls(visit: Visit) -> None:
    visitor: Visitor = visit(viewport=SIZES["wide"])
    page = visitor.goto("/standard/psf/edition/1.1/whole/")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".masthead__nav")).to_be_hidden()
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("name", ["framework", "domain", "comparison", "whole", "search"])
def test_a_first_view_stays_under_a_hundred_kilobytes(visit: Visit, name: str) -> None:
    visitor = visit(java_script_enabled=False)
    sizes: dict[str, int] = {}
    visitor.page.on(
        "requestfinished",
        lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}),
    )
    visitor.page.goto(f"{visitor.url}{PAGES[name]}", wait_until="networkidle")
    without_fonts = {url: size for url, size in sizes.items() if not url.endswith(".woff2")}
    assert without_fonts
    assert sum(without_fonts.values()) < 100_000
