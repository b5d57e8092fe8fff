"""Somebody has a signed file checked, with a real worker, with and without scripts."""

import json
from datetime import UTC, datetime
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from guildmark.cores.vc.proofs import add_proof
from tests.apps.credentials.foreign import KEY, badge, self_issued
from tests.e2e.conftest import Server, Visit
from tests.e2e.test_pages import SIZES, faults, keep_picture

PAGE = "/verify/file/"
INSIDE = "did:web:localhost%3A8443"


def from_inside() -> str:
    """A credential whose issuer would be found inside the network of the server."""
    unsigned = badge(INSIDE, "https://other.example/badges/3")
    signed = add_proof(
        unsigned, signer=KEY, verification_method=f"{INSIDE}#first",
        created=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    return json.dumps(signed)


def signed_file(server: Server, number: str) -> bytes:
    """What the holder downloads."""
    with urlopen(f"{server.url}/verify/{number}/credential.json") as answer:
        body: bytes = answer.read()
    return body


def choose(page: Page, content: bytes) -> None:
    page.get_by_label("File", exact=False).first.set_input_files(
        {"name": "badge.json", "mimeType": "application/json", "buffer": content}
    )
    page.get_by_role("main").get_by_role("button", name="Verify").click()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_sound(
    visit: Visit, server: Server, numbers: dict[str, str], scheme: str, size: str
) -> None:
    visitor = visit(
        color_scheme=scheme, viewport=SIZES[size], reduced_motion="reduce", java_script_enabled=True
    )
    page = visitor.goto(PAGE)
    keep_picture(page, f"file-ask-{scheme}-{size}")
    found = {"ask": faults(page)}
    page.get_by_role("main").get_by_role("button", name="Verify").click()
    keep_picture(page, f"file-nothing-{scheme}-{size}")
    found["nothing"] = faults(page)
    for state in ("valid", "revoked"):
        page = visitor.goto(PAGE)
        choose(page, signed_file(server, numbers[state]))
        keep_picture(page, f"file-{state}-{scheme}-{size}")
        found[state] = faults(page)
    for name, text in {
        "unknown": json.dumps(self_issued()),
        "invalid": json.dumps({**self_issued(), "name": "Doctor"}),
    }.items():
        page = visitor.goto(PAGE)
        page.get_by_label("paste its JSON").fill(text)
        page.get_by_role("main").get_by_role("button", name="Verify").click()
        keep_picture(page, f"file-{name}-{scheme}-{size}")
        found[name] = faults(page)
    visitor.complaints.clear()
    assert {name: each for name, each in found.items() if each} == {}


def test_the_page_waits_by_itself_for_the_worker(visit: Visit) -> None:
    page = visit().goto(PAGE)
    page.get_by_label("paste its JSON").fill(from_inside())
    page.get_by_role("main").get_by_role("button", name="Verify").click()
    expect(page.get_by_role("heading", name="Asking the issuer")).to_be_visible()
    keep_picture(page, "file-waiting")
    assert faults(page) == []
    expect(page.get_by_role("heading", name="Could not check")).to_be_visible(timeout=10_000)
    assert "which is not public" in page.get_by_role("main").inner_text()
    expect(page).to_have_title("Verification of a file · Example Institute")
    assert faults(page) == []


def test_without_scripts_a_button_shows_the_answer(visit: Visit) -> None:
    page = visit(java_script_enabled=False).page
    page.goto(f"{visit().url}{PAGE}")
    page.get_by_label("paste its JSON").fill(from_inside().replace("badges/3", "badges/4"))
    page.get_by_role("main").get_by_role("button", name="Verify").click()
    for _ in range(10):
        if page.get_by_role("heading", name="Could not check").count():
            break
        page.wait_for_timeout(500)
        button = page.get_by_role("button", name="Show the answer")
        if button.count():
            button.click()
    expect(page.get_by_role("heading", name="Could not check")).to_be_visible()
