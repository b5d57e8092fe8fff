"""A holder takes a credential away, chooses how to be shown, and prints the certificate."""

import re
from urllib.parse import urlsplit

import pypdfium2
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


def test_a_holder_downloads_the_certificate_as_a_file(
    visit: Visit, numbers: dict[str, str]
) -> None:
    visitor = visit()
    visitor.sign_in(MEMBER.email)
    page = visitor.goto(f"/credentials/held/{numbers['valid']}/")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="PDF certificate").click()
    assert waiting.value.suggested_filename == f"{numbers['valid']}.pdf"
    document = pypdfium2.PdfDocument(waiting.value.path().read_bytes())
    assert len(document) == 1
    assert MEMBER.name in document[0].get_textpage().get_text_bounded()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_holder_shows_the_name_to_one_person_and_takes_it_back(
    visit: Visit, numbers: dict[str, str], scheme: str, size: str
) -> None:
    look = {"color_scheme": scheme, "viewport": SIZES[size], "reduced_motion": "reduce"}
    holder, receiver = visit(**look), visit(**look)
    number, who, sound = numbers["expired"], f"Readers with {scheme} {size}", {}
    holder.sign_in(MEMBER.email)
    page = holder.goto(f"/credentials/held/{number}/")
    page.get_by_label("by the id only").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Show my name to one person").click()
    page.get_by_label("For whom").fill(who)
    page.get_by_label("7 days").check()
    sound["form"] = faults(page)
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("Link that shows your name").input_value()
    keep_picture(page, f"holder-link-made-{scheme}-{size}")
    sound["made"] = faults(page)
    shown = receiver.goto(urlsplit(link).path)
    expect(shown.get_by_role("main")).to_contain_text(MEMBER.name)
    keep_picture(shown, f"named-{scheme}-{size}")
    sound["named"] = faults(shown)
    page.get_by_role("link", name="Back to the credential").click()
    expect(page.get_by_role("listitem").filter(has_text=who)).to_contain_text("Opened 1 time")
    keep_picture(page, f"holder-consents-{scheme}-{size}")
    sound["consents"] = faults(page)
    page.get_by_role("button", name=f"Take it back from {who}").click()
    expect(page.get_by_text("does not show your name any more")).to_be_visible()
    over = receiver.goto(urlsplit(link).path)
    expect(over.get_by_role("main")).not_to_contain_text(MEMBER.name)
    expect(over.get_by_text("This link does not show the name")).to_be_visible()
    keep_picture(over, f"named-ended-{scheme}-{size}")
    sound["ended"] = faults(over)
    assert {name: each for name, each in sound.items() if each} == {}


def test_a_private_link_is_told_to_no_other_page(visit: Visit, numbers: dict[str, str]) -> None:
    page = visit().goto(f"/verify/{numbers['valid']}/named/no-such-secret/")
    with page.expect_request(lambda asked: asked.is_navigation_request()) as waiting:
        page.get_by_role("link", name="Verify another credential").click()
    assert "referer" not in waiting.value.all_headers()


def test_the_certificate_prints_on_one_sheet(visit: Visit, numbers: dict[str, str]) -> None:
    visitor = visit()
    visitor.sign_in(MEMBER.email)
    page = visitor.goto(f"/credentials/held/{numbers['valid']}/certificate/")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
