"""Contested decisions and conflicts of interest, as who contests, who decides, who administers."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server, Visit, Visitor
from tests.e2e.test_pages import SIZES, faults, keep_picture, schemes
from tests.processes import guildmark

SETUP = Path(__file__).parent / "cases.py"
OPENER = ("ona@cases.example", "")
TRIAGER = ("tess@cases.example", "GUILDMARKTESTTESSTESSTESSTESSTES")
DECIDER = ("dora@cases.example", "GUILDMARKTESTDORADORADORADORADOR")
SECOND = ("emil@cases.example", "GUILDMARKTESTEMILEMILEMILEMILEMI")
EVERYBODY_TOOK_PART = """
from django.utils import timezone
from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.states import Role
from guildmark.apps.assignments import services
from guildmark.apps.assignments.states import RelationKind
from guildmark.apps.cases import queries
case = queries.by_number("{number}")
for person in accounts.people_with_role(Role.DECISION_MAKER):
    services.record_relation(
        person, case.subject_kind, case.subject_id, RelationKind.DECIDER, at=timezone.now()
    )
"""


@pytest.fixture(scope="session")
def contested(server: Server) -> dict[str, str]:
    """People and contested decisions; returns the numbers of the cases."""
    printed = guildmark(
        server.environment, "shell", "--verbosity", "0", "-c", SETUP.read_text("utf-8")
    )
    found: dict[str, str] = json.loads(printed.strip().splitlines()[-1])
    return found


def enter(visitor: Visitor, person: tuple[str, str]) -> Page:
    return visitor.enter(*person)


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_are_sound(visit: Visit, contested: dict[str, str], size: str) -> None:
    found = {}
    case = {name: f"/cases/{number}/" for name, number in contested.items()}
    people = {
        OPENER: {
            "own": "/cases/", "own late": case["late"], "own closed": case["closed"],
            "own desk": "/desk/", "conflicts": "/conflicts/", "close": "/conflicts/people/add/",
        },
        DECIDER: {
            "waiting": "/cases/", "new": case["new"], "given": case["given"],
            "recused": case["recused"], "admit": f"{case['new']}admit/",
            "refuse": f"{case['new']}refuse/", "assign": f"{case['given']}assign/",
            "extend": f"{case['new']}extend/", "deciding desk": "/desk/",
            "impartial": f"/conflicts/about/{contested['new']}/", "mine": "/conflicts/",
            "check": f"/conflicts/check/?person=milo-builds&number={contested['new']}",
            "check nobody": "/conflicts/check/?person=nobody&number=1",
        },
        SECOND: {"decide": f"{case['given']}decide/"},
    }  # fmt: skip
    for person, pages in people.items():
        visitor = visit(viewport=SIZES[size], reduced_motion="reduce")
        enter(visitor, person)
        for scheme in schemes(size):
            visitor.page.emulate_media(color_scheme=scheme)
            for name, path in pages.items():
                page = visitor.goto(path)
                keep_picture(page, f"cases-{name}-{scheme}-{size}")
                found[f"{name} {scheme}"] = faults(page)
    assert {name: each for name, each in found.items() if each} == {}


def test_a_case_goes_from_the_desk_to_its_end_and_the_opener_follows(
    visit: Visit, contested: dict[str, str]
) -> None:
    opener, decider = visit(java_script_enabled=False), visit()
    page = enter(decider, DECIDER)
    page.get_by_role("main").get_by_role("link", name=contested["new"]).click()
    for title, filled in (
        ("Acknowledge", ""),
        ("Admit", "It is about the decision."),
    ):
        page.get_by_role("link", name=title, exact=True).click()
        if filled:
            page.get_by_label("Reason").fill(filled)
        page.get_by_role("button", name=title, exact=True).click()
    page.get_by_role("link", name="Take more time").click()
    page.get_by_label("Working days more").fill("3")
    page.get_by_label("Reason").fill("The photo is late.")
    page.get_by_role("button", name="Take more time").click()
    page.get_by_role("link", name="Choose who decides").click()
    expect(page.get_by_label("Emil")).to_be_visible()
    page.get_by_label("Dora").check()
    page.get_by_role("button", name="Choose who decides").click()
    page.get_by_role("link", name="Decide", exact=True).click()
    page.get_by_label(re.compile("^not upheld")).check()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_label(re.compile("^not upheld"))).to_be_checked()
    page.get_by_label("Reason").fill("6.4 asks for labels, too.")
    page.get_by_role("button", name="Decide").click()
    decider.goto("/cases/")
    expect(page.get_by_role("main")).to_contain_text("To be closed")
    decider.goto(f"/cases/{contested['new']}/")
    page.get_by_role("link", name="Close", exact=True).click()
    page.get_by_role("button", name="Close", exact=True).click()
    opener.page.goto(f"{opener.url}/account/login/?next=/cases/{contested['new']}/")
    opener.page.get_by_label("E-mail address").first.fill(OPENER[0])
    opener.page.get_by_label("Password", exact=False).first.fill("correct horse battery staple")
    opener.page.get_by_role("main").get_by_role("button", name="Sign in").first.click()
    main = opener.page.get_by_role("main")
    for words in ("6.4 asks for labels, too.", "The photo is late.", "Closed"):
        expect(main).to_contain_text(words)
    expect(main).not_to_contain_text("Dora")


def test_who_steps_back_finds_the_case_no_more_and_the_others_read_why(
    visit: Visit, contested: dict[str, str]
) -> None:
    second, decider = visit(), visit()
    page = enter(second, SECOND)
    second.goto(f"/cases/{contested['late']}/")
    page.get_by_role("link", name="Step back from this case").click()
    page.get_by_label("I step back from it").check()
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_role("main")).to_contain_text("Say in one or two sentences")
    page.get_by_label("Reason").fill("I advise the same firm.")
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_role("main")).to_contain_text("I advise the same firm.")
    expect(second.goto("/cases/").get_by_role("main")).not_to_contain_text(contested["late"])
    enter(decider, DECIDER)
    shown = decider.goto(f"/cases/{contested['late']}/").get_by_role("main")
    expect(shown).to_contain_text("I advise the same firm.")


def test_a_triager_looks_before_asking_somebody(visit: Visit, contested: dict[str, str]) -> None:
    visitor = visit()
    page = enter(visitor, TRIAGER)
    visitor.goto("/conflicts/check/")
    page.get_by_label("Person").fill("milo-builds")
    page.get_by_label("Reference").fill(contested["given"])
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("main")).to_contain_text("you may not read it")
    expect(page.get_by_label("Person")).to_have_value("milo-builds")


@pytest.mark.parametrize("size", SIZES)
def test_where_nobody_is_independent_the_opener_and_the_administrators_are_told(
    visit: Visit, server: Server, contested: dict[str, str], size: str
) -> None:
    code = EVERYBODY_TOOK_PART.format(number=contested["stuck"])
    guildmark(server.environment, "shell", "--verbosity", "0", "-c", code)
    opener, decider = (visit(viewport=SIZES[size], reduced_motion="reduce") for _person in range(2))
    page = enter(opener, OPENER)
    opener.goto(f"/cases/{contested['stuck']}/")
    expect(page.get_by_role("main")).to_contain_text("Nobody can decide on this now")
    keep_picture(page, f"cases-stuck-light-{size}")
    assert faults(page) == []
    enter(decider, DECIDER)
    decider.goto(f"/cases/{contested['stuck']}/")
    expect(decider.page.get_by_role("main")).to_contain_text("There is no case with this number")
