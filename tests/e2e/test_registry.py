"""Two registrars: one asks, the other decides, and everybody who checks is told at once."""

import re

import pytest
from playwright.sync_api import Page, expect

from guildmark.site.demo.people import MEMBER, REGISTRAR, SECOND_REGISTRAR, DemoPerson
from tests.e2e.conftest import Visit, Visitor
from tests.e2e.test_pages import SIZES, faults, keep_picture, schemes


def enter(visitor: Visitor, person: DemoPerson) -> Page:
    return visitor.enter(person.email, person.secret)


def test_an_award_needs_two_registrars_and_is_verified_by_a_stranger(
    visit: Visit, numbers: dict[str, str]
) -> None:
    first, second, stranger = visit(), visit(), visit()
    enter(first, REGISTRAR)
    page = first.goto("/registry/award/")
    option = page.locator("#id_type option", has_text="CPAA").get_attribute("value")
    page.locator("#id_type").select_option(option)
    page.locator("#id_email").fill("joan@example.org")
    page.locator("#id_name").fill("Joan Clarke")
    page.locator("#id_reason").fill("Portfolio and panel passed.")
    page.get_by_role("main").get_by_role("button", name="Award").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("second|waits"))
    enter(second, SECOND_REGISTRAR)
    page = second.goto("/desk/")
    page.get_by_role("main").get_by_role("link", name=re.compile("Award")).first.click()
    page.locator("#id_reason").fill("Seen the file.")
    page.get_by_role("button", name="Approve").click()
    number = re.search(r"CPAA-\d{4}-\w{11}", page.get_by_role("main").inner_text())
    assert number is not None
    answer = stranger.goto(f"/verify/{number[0]}").get_by_role("status")
    expect(answer.get_by_role("heading")).to_have_text("Valid")


def test_a_registrar_records_a_component_and_the_person_sees_what_is_missing(
    visit: Visit, numbers: dict[str, str]
) -> None:
    registrar, person = visit(), visit()
    enter(registrar, REGISTRAR)
    page = registrar.goto("/registry/components/")
    page.locator("#id_email").fill(MEMBER.email)
    option = page.locator("#id_component option[value^='CPAA:']").first.get_attribute("value")
    assert option is not None
    page.locator("#id_component").select_option(option)
    page.locator("#id_taken_on").fill("2026-02-03")
    page.locator("#id_source").fill("Protocol 7")
    page.locator("#id_reason").fill("An exam on paper.")
    page.get_by_role("main").get_by_role("button", name="Record").click()
    expect(page.locator("body")).to_contain_text("Still missing for CPAA")
    keep_picture(page, "registrar-components-recorded")
    person.sign_in(MEMBER.email)
    person.page.wait_for_url("**/desk/")
    page = person.goto("/desk/")
    keep_picture(page, "desk-on-the-way")
    page = person.goto("/credentials/progress/")
    expect(page.get_by_role("main")).to_contain_text("Protocol 7")
    keep_picture(page, "progress-light")
    assert faults(page) == []
    page.set_viewport_size({"width": 375, "height": 800})
    page.emulate_media(color_scheme="dark")
    keep_picture(page, "progress-dark-narrow")
    assert faults(page) == []


@pytest.mark.parametrize("size", SIZES)
def test_the_registrars_pages_are_sound(visit: Visit, numbers: dict[str, str], size: str) -> None:
    visitor = visit(viewport=SIZES[size], reduced_motion="reduce")
    enter(visitor, REGISTRAR)
    found = {}
    for scheme in schemes(size):
        visitor.page.emulate_media(color_scheme=scheme)
        for name, path in {
            "registry": "/registry/",
            "nothing found": "/registry/?q=zzz",
            "award": "/registry/award/",
            "kept": f"/registry/{numbers['valid']}/",
            "renew": f"/registry/{numbers['expired']}/renew/",
            "renew revoked": f"/registry/{numbers['revoked']}/renew/",
            "components": "/registry/components/",
            "kept revoked": f"/registry/{numbers['revoked']}/",
        }.items():
            page = visitor.goto(path)
            keep_picture(page, f"registrar-{name}-{scheme}-{size}")
            found[f"{name} {scheme}"] = faults(page)
    assert {name: each for name, each in found.items() if each} == {}
