"""A holder takes a credential away, chooses how to be shown, and prints the certificate."""

import re

import pytest
from playwright.sync_api import expect

from guildmark.site.demo.people import MEMBER
from tests.e2e.conftest import Visit
from tests.e2e.test_pages import SIZES, faults, keep_picture


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_holders_pages_are_sound(
    visit: Visit, numbers: dict[str, str], scheme: str, size: str
) -> None:
    visitor = visit(color_scheme=scheme, viewport=SIZES[size], reduced_motion="reduce")
    visitor.sign_in(MEMBER.email)
    found = {}
    for name, path in {
        "held": f"/credentials/held/{numbers['valid']}/",
        "held expired": f"/credentials/held/{numbers['expired']}/",
        "certificate": f"/credentials/held/{numbers['valid']}/certificate/",
        "claim": "/credentials/claim/",
        "desk": "/desk/",
    }.items():
        page = visitor.goto(path)
        keep_picture(page, f"holder-{name}-{scheme}-{size}")
        found[name] = faults(page)
    assert {name: each for name, each in found.items() if each} == {}


def test_a_holder_hides_the_name_and_a_stranger_sees_it_no_more(
    visit: Visit, numbers: dict[str, str]
) -> None:
    holder, stranger = visit(), visit()
    holder.sign_in(MEMBER.email)
    page = holder.goto("/desk/")
    page.get_by_role("link", name=numbers["valid"]).click()
    for choice, is_named in (("by the id only", False), ("by name", True)):
        page.get_by_label(choice).check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("This is what others see from now on")).to_be_visible()
        shown = stranger.goto(f"/verify/{numbers['valid']}").get_by_role("main")
        if is_named:
            expect(shown).to_contain_text(MEMBER.name)
        else:
            expect(shown).not_to_contain_text(MEMBER.name)


def test_a_holder_downloads_the_badge_with_the_credential_inside(
    visit: Visit, numbers: dict[str, str]
) -> None:
    visitor = visit()
    visitor.sign_in(MEMBER.email)
    page = visitor.goto(f"/credentials/held/{numbers['valid']}/")
    for name, ending in (("PNG", "png"), ("SVG", "svg")):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name).click()
        assert waiting.value.suggested_filename == f"{numbers['valid']}.{ending}"
        assert b"proofValue" in waiting.value.path().read_bytes()


def test_the_certificate_prints_on_one_sheet(visit: Visit, numbers: dict[str, str]) -> None:
    visitor = visit()
    visitor.sign_in(MEMBER.email)
    page = visitor.goto(f"/credentials/held/{numbers['valid']}/certificate/")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
