"""Practitioners tell what they did, a referee confirms it, and keepers keep the register."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from guildmark.site.demo.people import MEMBER, REGISTRAR
from tests.e2e.conftest import Server, Visit, Visitor
from tests.e2e.test_pages import faults, keep_picture, schemes
from tests.e2e.test_registry import enter
from tests.processes import guildmark

SETUP = Path(__file__).parent / "practitioners.py"
SIZES: dict[str, ViewportSize] = {
    "wide": {"width": 1280, "height": 900},
    "phone": {"width": 375, "height": 812},
}
Told = dict[str, int]


@pytest.fixture(scope="session")
def told(server: Server, numbers: dict[str, str]) -> Told:
    """Let the demo's practitioners tell about themselves, and return what to visit."""
    printed = guildmark(
        server.environment, "shell", "--verbosity", "0", "-c", SETUP.read_text("utf-8")
    )
    found: Told = json.loads(printed.strip().splitlines()[-1])
    return found


def link_to(server: Server, visitor: Visitor, address: str) -> str:
    """Wait for the mail to a referee and return the path of the link in it."""
    for _ in range(60):
        for mail in server.mail_to(address):
            if found := re.search(r"/referee/[\w-]+/", mail.replace("=\n", "")):
                return found[0]
        visitor.page.wait_for_timeout(250)
    raise AssertionError(f"no mail to {address}")


def look(visitor: Visitor, pages: dict[str, str], name: str) -> dict[str, list[str]]:
    """Visit pages in light and dark and return what is wrong with each."""
    found = {}
    for scheme in schemes(name):
        visitor.page.emulate_media(color_scheme=scheme)
        for title, path in pages.items():
            page = visitor.goto(path)
            keep_picture(page, f"practitioner-{title}-{scheme}-{name}")
            found[f"{title} {scheme}"] = faults(page)
    return {title: each for title, each in found.items() if each}


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_about_oneself_are_sound(visit: Visit, told: Told, size: str) -> None:
    visitor = visit(viewport=SIZES[size], reduced_motion="reduce")
    visitor.enter(MEMBER.email)
    pages = {
        "profile": "/profile/",
        "work": "/profile/work/",
        "work add": "/profile/work/add/",
        "work line": f"/profile/work/{told['line']}/",
        "interest add": "/profile/interests/add/",
        "experiences": "/profile/experience/",
        "experience": f"/profile/experience/{told['verified']}/",
        "experience running": f"/profile/experience/{told['running']}/",
        "attest": f"/profile/experience/add/?like={told['verified']}",
        "referee ask": f"/profile/experience/{told['running']}/referee/",
        "expertise": "/profile/expertise/",
        "availability": "/profile/availability/",
        "record": "/profile/record/",
        "desk": "/desk/",
    }
    assert look(visitor, pages, size) == {}


@pytest.mark.parametrize("size", SIZES)
def test_public_pages_of_people_are_sound(visit: Visit, told: Told, size: str) -> None:
    visitor = visit(viewport=SIZES[size], reduced_motion="reduce")
    pages = {
        "mira": "/people/mira/",
        "night-shift": "/people/night-shift/",
        "hidden": "/people/edo-writes/",
        "link that is used": "/referee/used-or-wrong/",
    }
    assert look(visitor, pages, size) == {}


@pytest.mark.parametrize("size", SIZES)
def test_the_keepers_pages_are_sound(visit: Visit, told: Told, size: str) -> None:
    visitor = visit(viewport=SIZES[size], reduced_motion="reduce")
    enter(visitor, REGISTRAR)
    pages = {
        "employers": "/employers/",
        "employer": f"/employers/{told['bank']}/",
        "employer unchecked": f"/employers/{told['unchecked']}/",
        "checks": "/checks/?q=mira",
        "check": f"/checks/{told['check']}/",
        "verification end": f"/verifications/{told['verification']}/end/",
    }
    assert look(visitor, pages, size) == {}


def test_an_employer_is_found_while_typing(visit: Visit, told: Told) -> None:
    visitor = visit()
    visitor.enter(MEMBER.email)
    page = visitor.goto("/profile/work/add/")
    page.get_by_label("Employer").press_sequentially("åkeri")
    choice = page.get_by_label("Lindqvist Logistics, SE")
    choice.check()
    page.get_by_label("What you were there").fill("advisor")
    page.get_by_label("From").fill("2020-01")
    page.get_by_label("Until").fill("2020-06")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("main")).to_contain_text("advisor")


def fill_experience(page: Page) -> None:
    page.get_by_label("Employer", exact=False).first.fill("Lindqvist Logistics")
    page.get_by_label("Security", exact=False).check()
    page.get_by_label("Kind of system").select_option("retrieval")
    page.get_by_label("What you did").fill("closed the holes in the search")
    page.get_by_label("From").fill("2025-01")
    page.get_by_label("How many people").select_option("hundreds")
    page.get_by_label("Description").fill("Found and closed seven ways to read what is secret.")


def test_a_referee_verifies_what_somebody_told_all_without_javascript(
    visit: Visit, told: Told, server: Server
) -> None:
    person, referee = visit(java_script_enabled=False), visit(java_script_enabled=False)
    page = person.page
    page.goto(f"{person.url}/account/login/")
    page.get_by_label("E-mail address").first.fill(MEMBER.email)
    page.get_by_label("Password", exact=False).first.fill("correct horse battery staple")
    page.get_by_role("main").get_by_role("button", name="Sign in").first.click()
    page.goto(f"{person.url}/profile/experience/add/")
    fill_experience(page)
    page.get_by_role("button", name="Attest").click()
    page.get_by_role("link", name="Ask a referee").click()
    page.get_by_label("E-mail address of the referee").fill("cto@lindqvist.example")
    page.get_by_label("my manager").check()
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("main")).to_contain_text("Waits for an answer")
    place = page.url
    path = link_to(server, person, "cto@lindqvist.example")
    page = referee.page
    page.goto(f"{referee.url}{path}")
    expect(page.get_by_role("main")).to_contain_text("closed seven ways")
    page.get_by_label("Yes, as far as I saw it").check()
    page.get_by_label("Your name").fill("Cilla Chief")
    page.get_by_role("button", name="Sign and send").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the domains")
    expect(page.get_by_label("Your name")).to_have_value("Cilla Chief")
    page.get_by_label("Security", exact=False).check()
    page.get_by_role("button", name="Sign and send").click()
    expect(page.get_by_role("main")).to_contain_text("counts as verified for three years")
    page = person.page
    page.goto(place)
    expect(page.get_by_role("main")).to_contain_text("By a referee on")


@pytest.mark.parametrize("size", SIZES)
def test_the_page_of_a_referee_is_sound(
    visit: Visit, told: Told, server: Server, size: str
) -> None:
    person, referee = visit(), visit(viewport=SIZES[size], reduced_motion="reduce")
    person.enter(MEMBER.email)
    page = person.goto(f"/profile/experience/{told['running']}/referee/")
    address = f"night-{size}@lindqvist.example"
    page.get_by_label("E-mail address of the referee").fill(address)
    page.get_by_label("a colleague").check()
    page.get_by_role("button", name="Send the request").click()
    path = link_to(server, person, address)
    assert look(referee, {"referee": path}, size) == {}
    page = referee.page
    page.get_by_label("I can't tell").check()
    page.get_by_label("Your name").fill("Nils Night")
    page.get_by_role("button", name="Sign and send").click()
    keep_picture(page, f"practitioner-referee done-dark-{size}")
    assert faults(page) == []
