"""Somebody has a signed file checked, with a real worker, with and without scripts."""

import json
from datetime import UTC, datetime
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from guildmark.cores.vc.dids import PublishedKey, controller_document, did_web_url
from guildmark.cores.vc.proofs import add_proof
from tests.apps.credentials.foreign import BEGAN, KEY, PUBLIC, badge, self_issued
from tests.e2e.conftest import Server, Visit, Visitor
from tests.e2e.test_pages import SIZES, faults, keep_picture
from tests.e2e.test_staff_pages import every_view
from tests.processes import guildmark

PAGE = "/verify/file/"
UNKNOWN = "did:web:credentials.faculty-of-applied-sciences.university.example"
WITH_PATH = "did:web:university.example%3A8443:people:eve"
KNOWN = "did:web:known.example"
OTHERS = (UNKNOWN, WITH_PATH, KNOWN)
FETCHED = """
from django.core.cache import cache
from guildmark.apps.credentials import resolving
for url, document in {published!r}.items():
    cache.set(resolving._fetched(resolving._digest(url)), dict(document=document), 3600)
"""
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


def by_another(did: str) -> str:
    """A credential without a status list, by an issuer at this address."""
    signed = add_proof(
        badge(did, "https://other.example/badges/5"), signer=KEY,
        verification_method=f"{did}#first", created=BEGAN,
    )  # fmt: skip
    return json.dumps(signed)


@pytest.fixture(scope="module")
def others(server: Server) -> None:
    """Put what others publish where the worker would have put it: here is no public network."""
    keys = [PublishedKey("first", PUBLIC, BEGAN)]
    published = {did_web_url(each): controller_document(each, keys) for each in OTHERS}
    guildmark(
        server.environment, "shell", "--verbosity", "0", "-c", FETCHED.format(published=published)
    )


def choose(page: Page, content: bytes) -> None:
    page.get_by_label("File", exact=False).first.set_input_files(
        {"name": "badge.json", "mimeType": "application/json", "buffer": content}
    )
    page.get_by_role("main").get_by_role("button", name="Verify").click()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_sound(
    visit: Visit, server: Server, numbers: dict[str, str], others: None, scheme: str, size: str
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
        "key": json.dumps(self_issued()),
        "unrecognised": by_another(UNKNOWN),
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


def test_an_administrator_recognises_an_issuer_and_a_stranger_is_told(
    visit: Visit, others: None
) -> None:
    stranger, administrator = visit(), visit(reduced_motion="reduce")
    headline, told = answer_to(stranger, KNOWN)
    assert headline == "Signed by known.example"
    assert "Example Institute does not know this issuer" in told
    administrator.sign_in("admin@example.org")
    administrator.page.wait_for_url("**/2fa/authenticate/")
    administrator.enter_code()
    administrator.page.wait_for_url("**/desk/")
    page = administrator.goto("/registry/")
    page.get_by_role("link", name="Recognised issuers").click()
    page.get_by_label("Id of the issuer").fill(KNOWN)
    page.get_by_label("Name").fill("Known University")
    page.get_by_label("Note").fill("Rang up their registrar.")
    page.get_by_role("button", name="Recognise").click()
    assert seen(page, "issuers") == {}
    headline, told = answer_to(stranger, KNOWN)
    assert headline == "Valid"
    assert "Recognised by Example Institute as Known University." in told
    assert "Very Famous University" not in told
    assert seen(stranger.page, "file-recognised") == {}
    page.get_by_role("link", name="Known University").click()
    page.get_by_text("Recognise it no more").click()
    assert seen(page, "issuer") == {}
    page.get_by_label("Reason").fill("They closed.")
    page.get_by_role("button", name="Take it from the list").click()
    expect(page.get_by_role("main")).to_contain_text("No issuer yet")
    assert answer_to(stranger, KNOWN)[0] == "Signed by known.example"


def test_an_address_below_a_path_is_named_with_its_path(visit: Visit, others: None) -> None:
    headline, told = answer_to(visit(), WITH_PATH)
    assert headline == "Signed by university.example:8443/people/eve"
    assert WITH_PATH in told


def answer_to(visitor: Visitor, did: str) -> tuple[str, str]:
    """What a visitor is told of a credential by this issuer: the headline, and all of it."""
    page = visitor.goto(PAGE)
    page.get_by_label("paste its JSON").fill(by_another(did))
    page.get_by_role("main").get_by_role("button", name="Verify").click()
    expect(page).to_have_title("Verification of a file · Example Institute")
    status = page.get_by_role("status").first
    return status.get_by_role("heading").inner_text(), page.get_by_role("main").inner_text()


def seen(page: Page, name: str) -> dict[str, list[str]]:
    """Keep a picture of the open page in each view, and return what is wrong with it."""
    found = {}
    for view in every_view(page):
        keep_picture(page, f"{name}-{view}")
        found[view] = faults(page)
    return {view: each for view, each in found.items() if each}
