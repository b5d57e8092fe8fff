"""A stranger with a certificate in hand learns on a phone what it is worth."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import expect

from guildmark.site.demo.people import MEMBER
from tests.e2e.conftest import Launch, Visit, Visitor
from tests.e2e.film import code_of, film
from tests.e2e.test_pages import SIZES, faults, keep_picture

SECONDS_TO_VERIFY = 20
WORDS = {
    "valid": ("Valid", "it holds today"),
    "expired": ("Expired", "its time is over"),
    "suspended": ("Suspended", "under investigation"),
    "revoked": ("Revoked", "issued in error"),
    "superseded": ("Superseded", "renewed"),
    "surrendered": ("Surrendered", "gave it back"),
    "not yet valid": ("Not yet valid", "its time has not begun"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_verification_are_sound(
    visit: Visit, numbers: dict[str, str], scheme: str, size: str
) -> None:
    visitor = visit(color_scheme=scheme, viewport=SIZES[size], reduced_motion="reduce")
    assert set(numbers) == set(WORDS)
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


Look = Callable[[bytes], Visitor]


@pytest.fixture
def look(launch: Launch, visit: Visit, tmp_path: Path) -> Iterator[Look]:
    """Open the page of verification in a Chromium whose camera sees a code (PNG).

    On Linux it has no reader of its own, so it fetches the one that Safari and Firefox fetch.
    """
    with ExitStack() as opened:

        def looking(code: bytes) -> Visitor:
            shown = film(tmp_path / "camera.y4m", code)
            chromium = launch(f"--use-file-for-fake-video-capture={shown}")
            opened.callback(chromium.close)
            visitor = visit(through=chromium, permissions=["camera"])
            visitor.goto("/verify/")
            assert not visitor.page.evaluate("'BarcodeDetector' in window")
            return visitor

        yield looking


def test_the_code_of_a_printed_certificate_is_verified_with_the_camera(
    visit: Visit, look: Look, numbers: dict[str, str]
) -> None:
    holder = visit(device_scale_factor=3)
    holder.sign_in(MEMBER.email)
    page = holder.goto(f"/credentials/held/{numbers['valid']}/certificate/")
    printed = page.get_by_role("img", name="QR code").screenshot()
    visitor = look(printed)
    page = visitor.page
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.get_by_role("button", name="Scan a QR code").click()
    expect(page.get_by_role("status").get_by_role("heading")).to_have_text("Valid")
    expect(page).to_have_url(re.compile(f"{visitor.url}/verify/{numbers['valid']}$"))
    assert any(url.endswith("vendor/qr/decode.js") for url in fetched)


def test_a_code_that_leads_elsewhere_is_still_asked_of_this_registry(
    look: Look, numbers: dict[str, str]
) -> None:
    visitor = look(code_of(f"https://elsewhere.example/verify/{numbers['revoked']}"))
    visitor.page.get_by_role("button", name="Scan a QR code").click()
    expect(visitor.page.get_by_role("status").get_by_role("heading")).to_have_text("Revoked")
    assert visitor.page.url.startswith(visitor.url)


@pytest.mark.parametrize("text", ["https://elsewhere.example/menu", "WIFI:T:WPA;S:Guest;;"])
def test_a_code_of_something_else_is_said_to_be_so_and_the_page_stays(
    look: Look, text: str
) -> None:
    visitor = look(code_of(text))
    page = visitor.page
    page.get_by_role("button", name="Scan a QR code").click()
    expect(page.get_by_role("status")).to_contain_text(f"This QR code says “{text}”")
    keep_picture(page, "verify-camera-other")
    assert faults(page) == []
    page.get_by_role("button", name="Stop the camera").click()
    expect(page.get_by_role("status")).to_have_text("The camera is off.")
    expect(page).to_have_url(f"{visitor.url}/verify/")
    expect(page.get_by_role("button", name="Scan a QR code")).to_be_visible()


def test_who_does_not_allow_the_camera_is_told_what_to_do(visit: Visit) -> None:
    page = visit().goto("/verify/")
    page.get_by_role("button", name="Scan a QR code").click()
    expect(page.get_by_role("status")).to_contain_text("Allow it in the settings of the browser")
    expect(page.get_by_role("button", name="Scan a QR code")).to_be_visible()


def test_a_reader_that_does_not_arrive_leaves_the_field(visit: Visit) -> None:
    visitor = visit(permissions=["camera"])
    page = visitor.goto("/verify/")
    page.route("**/vendor/qr/**", lambda route: route.abort())
    page.get_by_role("button", name="Scan a QR code").click()
    expect(page.get_by_role("status")).to_contain_text("look whether you are connected")
    visitor.complaints.clear()  # The browser tells that a file did not arrive, on purpose.
