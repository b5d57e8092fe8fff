"""A stranger with a certificate in hand learns on a phone what it is worth."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.test_pages import SIZES, faults, keep_picture

SECONDS_TO_VERIFY = 20
WORDS = {
    "valid": ("Valid", "it holds today"),
    "expired": ("Expired", "its time is over"),
    "suspended": ("Suspended", "under investigation"),
    "revoked": ("Revoked", "issued in error"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_verification_are_sound(
    visit: Visit, numbers: dict[str, str], scheme: str, size: str
) -> None:
    visitor = visit(color_scheme=scheme, viewport=SIZES[size], reduced_motion="reduce")
    paths = {state: f"/verify/{number}" for state, number in numbers.items()}
    paths |= {
        "ask": "/verify/",
        "nothing typed": "/verify/?id=",
        "unknown": "/verify/PSF-1234",
        "mistyped": f"/verify/{numbers['valid'][:-1]}{'A' if numbers['valid'][-1] != 'A' else 'B'}",
        "types": "/credentials/",
        "type": "/credentials/types/CPAP/",
    }
    found = {}
    for name, path in paths.items():
        page = visitor.goto(path)
        keep_picture(page, f"verify-{name}-{scheme}-{size}")
        found[name] = faults(page)
    visitor.complaints.clear()  # Pages that say "unknown" are answered as not found, on purpose.
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("state", WORDS)
def test_who_was_handed_a_certificate_verifies_it_on_a_phone_in_time(
    visit: Visit, numbers: dict[str, str], state: str
) -> None:
    page = visit(viewport=SIZES["phone"], has_touch=True).goto("/")
    began = time.monotonic()
    page.get_by_role("main").get_by_role("link", name="Verify a credential").first.tap()
    typed = numbers[state].lower().replace("-", " ")
    page.get_by_label("Id of the credential").press_sequentially(typed, delay=150)
    page.get_by_role("main").get_by_role("button", name="Verify").tap()
    word, sentence = WORDS[state]
    expect(page.get_by_role("status").get_by_role("heading")).to_have_text(word)
    expect(page.get_by_role("status")).to_contain_text(sentence)
    assert time.monotonic() - began <= SECONDS_TO_VERIFY


def test_the_answer_is_reached_by_keyboard_alone(visit: Visit, numbers: dict[str, str]) -> None:
    page = visit().goto("/verify/")
    field = page.get_by_label("Id of the credential")
    for _ in range(30):
        page.keyboard.press("Tab")
        if field.evaluate("each => each === document.activeElement"):
            break
    page.keyboard.type(numbers["valid"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_role("heading")).to_have_text("Valid")
    expect(page).to_have_url(re.compile(f"/verify/{numbers['valid']}$"))


def test_a_slip_is_told_apart_from_an_unknown_id(visit: Visit, numbers: dict[str, str]) -> None:
    visitor = visit()
    wrong = numbers["valid"][:-1] + ("A" if numbers["valid"][-1] != "A" else "B")
    main = visitor.goto(f"/verify/{wrong}").get_by_role("main")
    expect(main).to_contain_text("a character is wrong, missing or two are exchanged")
    main = visitor.goto("/verify/PSF-1234").get_by_role("main")
    expect(main).to_contain_text("has no credential with the id “PSF-1234”")
    visitor.complaints.clear()


# Chromium on Linux can't read codes by itself; so here stands what it reads elsewhere.
READS = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return [{ rawValue: window.inFrontOfTheCamera }]; }
};
"""


def test_a_code_in_front_of_the_camera_is_verified(visit: Visit, numbers: dict[str, str]) -> None:
    visitor = visit(permissions=["camera"])
    address = f"https://elsewhere.example/verify/{numbers['valid']}"
    visitor.page.add_init_script(f"{READS} window.inFrontOfTheCamera = {address!r};")
    page = visitor.goto("/verify/")
    page.get_by_role("button", name="Scan a QR code").click()
    expect(page.get_by_role("status").get_by_role("heading")).to_have_text("Valid")
    expect(page).to_have_url(re.compile(f"{visitor.url}/verify/{numbers['valid']}$"))


def test_without_a_camera_one_is_told_to_type(visit: Visit) -> None:
    visitor = visit()
    visitor.page.add_init_script(READS)
    page = visitor.goto("/verify/")
    page.get_by_role("button", name="Scan a QR code").click()
    expect(page.get_by_text("Allow it in your browser, or type the id")).to_be_visible()
