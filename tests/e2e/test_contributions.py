"""Feedback, contact and the queue, as a holder, a triager, a stranger and a decision maker."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import Server, Visit, Visitor
from tests.e2e.test_pages import SIZES, faults, keep_picture, schemes
from tests.processes import guildmark

SETUP = Path(__file__).parent / "contributions.py"
REQUIREMENT = "/standard/psf/edition/1.1/requirement/agent-kill-switch/"
TRIAGER = ("triage@staff.example", "GUILDMARKTESTTRIAGETRIAGETRIAGEA")
DECIDER = ("decision-maker@staff.example", "GUILDMARKTESTDECIDERDECIDERDECID")


@pytest.fixture(scope="session")
def sent(server: Server) -> dict[str, str]:
    """People and contributions; returns the references."""
    printed = guildmark(
        server.environment, "shell", "--verbosity", "0", "-c", SETUP.read_text("utf-8")
    )
    found: dict[str, str] = json.loads(printed.strip().splitlines()[-1])
    return found


def as_holder(visitor: Visitor, name: str = "holder") -> Page:
    return visitor.enter(f"{name}@practice.example")


def as_staff(visitor: Visitor, person: tuple[str, str]) -> Page:
    return visitor.enter(*person)


def fill_in(page: Page, summary: str, details: str = "Nobody noticed for a week.") -> None:
    page.get_by_label("Something is missing").check()
    page.get_by_label("In one line").fill(summary)
    page.get_by_label("What is missing or wrong").fill(details)


def test_feedback_from_a_requirement_on_a_phone_takes_few_taps(
    visit: Visit, sent: dict[str, str]
) -> None:
    visitor = visit(viewport=SIZES["phone"], has_touch=True)
    page = as_holder(visitor, "another")
    visitor.goto(REQUIREMENT)
    taps = 0
    page.get_by_role("link", name="Send feedback on this requirement").tap()
    taps += 1
    expect(page.locator("#id_about")).to_have_value("agent-kill-switch")
    required = page.locator("form.form [required]").evaluate_all(
        "found => new Set(found.map(each => each.name)).size"
    )
    assert required <= 5
    page.get_by_label("Something is missing").tap()
    page.get_by_label("In one line").tap()
    page.keyboard.type("The switch does not stop scheduled runs")
    page.get_by_label("What is missing or wrong").tap()
    page.keyboard.type("A run at night went on although the switch was pulled.")
    taps += 3
    button = page.get_by_role("button", name="Send", exact=True)
    screens = button.evaluate("it => (it.getBoundingClientRect().bottom + scrollY) / innerHeight")
    keep_picture(page, "feedback-typed-phone")
    button.tap()
    taps += 1
    page.wait_for_url("**/feedback/mine/**")
    print(f"taps {taps}, required fields {required}, screens {screens:.1f}")
    assert taps <= 5
    assert screens <= 2
    expect(page.get_by_role("main")).to_contain_text("The switch does not stop scheduled runs")


def test_what_others_said_is_shown_while_typing_and_can_be_joined(
    visit: Visit, sent: dict[str, str]
) -> None:
    visitor = visit()
    page = as_holder(visitor, "another")
    visitor.goto("/feedback/")
    page.get_by_label("What is missing or wrong").fill("Two workers went on here.")
    page.get_by_label("In one line").press_sequentially("kill switch leaves helpers of an agent")
    similar = page.locator("#similar")
    expect(similar).to_contain_text("leaves its helpers running")
    similar.get_by_role("link", name=re.compile("Me too")).first.click()
    expect(page.get_by_label("What did you see yourself?")).to_have_value(
        "Two workers went on here."
    )
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("main")).to_contain_text("You joined it.")


def test_no_word_is_lost_when_the_browser_crashes_or_the_line_is_cut(
    visit: Visit, sent: dict[str, str]
) -> None:
    visitor = visit()
    page = as_holder(visitor, "typist")
    visitor.goto("/feedback/?about=agent-kill-switch&framework=psf&edition=1.1")
    fill_in(page, "Words before the crash", "A long text that took ten minutes.")
    expect(page.locator("[data-draft-status]")).to_contain_text("on the server")
    page.get_by_label("In one line").fill("Words at the very last moment")
    visitor.complaints.clear()
    crashed = visitor.context.new_page()
    page.close()  # Without a word to the page: what a crash leaves is what was stored.
    visitor.page = crashed
    visitor.goto("/feedback/?about=agent-kill-switch&framework=psf&edition=1.1")
    expect(crashed.get_by_label("In one line")).to_have_value("Words at the very last moment")
    expect(crashed.get_by_label("What is missing or wrong")).to_have_value(
        "A long text that took ten minutes."
    )
    expect(crashed.get_by_label("Something is missing")).to_be_checked()
    visitor.context.set_offline(True)
    crashed.get_by_label("In one line").fill("Words without a line")
    expect(crashed.locator("[data-draft-status]")).to_contain_text("No connection")
    visitor.context.set_offline(False)
    expect(crashed.locator("[data-draft-status]")).to_contain_text("on the server", timeout=20_000)
    visitor.complaints.clear()  # The browser tells of the cut line.
    visitor.goto("/feedback/mine/")
    crashed.get_by_role("link", name="Words without a line").click()
    expect(crashed.get_by_label("In one line")).to_have_value("Words without a line")
    crashed.get_by_role("button", name="Send", exact=True).click()
    crashed.wait_for_url("**/feedback/mine/**")
    visitor.goto("/feedback/?about=agent-kill-switch&framework=psf&edition=1.1")
    expect(crashed.get_by_label("In one line")).to_have_value("")


def test_a_draft_is_the_same_wherever_it_is_opened_and_gone_once_it_is_thrown_away(
    visit: Visit, sent: dict[str, str]
) -> None:
    visitor = visit()
    page = as_holder(visitor, "typist")
    line, saved = page.get_by_label("In one line"), page.locator("[data-draft-status]")
    visitor.goto("/feedback/?about=quality-canary")
    line.fill("Version A")
    expect(saved).to_contain_text("on the server")
    visitor.goto("/feedback/mine/")
    page.get_by_role("link", name="Version A").click()
    line.fill("Version B")
    expect(saved).to_contain_text("on the server")
    visitor.goto("/feedback/?about=quality-canary")
    expect(line).to_have_value("Version B")
    line.fill("Version C")
    expect(saved).to_contain_text("on the server")
    visitor.goto("/feedback/mine/")
    page.get_by_role("link", name="Version C").click()
    expect(line).to_have_value("Version C")
    visitor.goto("/feedback/mine/")
    page.locator("summary", has_text="Throw away Version C").click()
    page.get_by_role("button", name="Throw away for good").click()
    expect(page.get_by_text("The draft is thrown away.")).to_be_visible()
    visitor.goto("/feedback/?about=quality-canary")
    expect(line).to_have_value("")


def test_a_newer_draft_of_another_device_is_shown_and_the_words_of_this_one_are_offered(
    visit: Visit, sent: dict[str, str]
) -> None:
    here, there = visit(), visit()
    one, other = as_holder(here, "typist"), as_holder(there, "typist")
    here.goto("/feedback/?about=tested-fallback")
    one.get_by_label("In one line").fill("Begun on the phone")
    expect(one.locator("[data-draft-status]")).to_contain_text("on the server")
    here.context.set_offline(True)
    one.get_by_label("In one line").fill("Gone on with on the train")
    expect(one.locator("[data-draft-status]")).to_contain_text("No connection")
    there.goto("/feedback/mine/")
    other.get_by_role("link", name="Begun on the phone").click()
    other.get_by_label("In one line").fill("Gone on with at the desk")
    expect(other.locator("[data-draft-status]")).to_contain_text("on the server")
    address = other.url
    one.close()
    here.page = one = here.context.new_page()
    here.context.set_offline(False)
    here.complaints.clear()  # The browser tells of the cut line.
    one.goto(address)
    expect(one.get_by_label("In one line")).to_have_value("Gone on with at the desk")
    one.get_by_role("button", name="Show what I typed last on this device").click()
    expect(one.get_by_label("In one line")).to_have_value("Gone on with on the train")


def test_enter_sends_and_removes_no_file(visit: Visit, sent: dict[str, str]) -> None:
    visitor = visit()
    page = as_holder(visitor, "typist")
    visitor.goto("/feedback/?about=nothing&nothing=1")
    page.locator("summary", has_text="Add more").click()
    file = FilePayload(name="log.txt", mimeType="text/plain", buffer=b"a line")
    page.get_by_label("Files that show it").set_input_files(file)
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_role("main")).to_contain_text("log.txt")
    page.locator("#id_about").select_option("nothing")
    fill_in(page, "Sent by the key")
    page.get_by_label("In one line").press("Enter")
    page.wait_for_url("**/feedback/mine/**")
    expect(page.get_by_role("link", name="log.txt")).to_be_visible()


def test_half_written_words_of_who_triages_outlive_another_button(
    visit: Visit, sent: dict[str, str]
) -> None:
    visitor = visit()
    page = as_staff(visitor, TRIAGER)
    visitor.goto(f"/queue/{sent['late']}/")
    page.get_by_label("Message").fill("Which vendor was that?")
    page.get_by_role("button", name="Take it on").click()
    expect(page.get_by_role("main")).to_contain_text("Taken on by Triage")
    expect(page.get_by_label("Message")).to_have_value("Which vendor was that?")
    page.get_by_role("link", name="Decide at once").click()
    page.get_by_label("Answer to the author").fill("We looked into it.")
    page.get_by_role("link", name="Back").click()
    page.get_by_role("link", name="Decide at once").click()
    expect(page.get_by_label("Answer to the author")).to_have_value("We looked into it.")
    page.get_by_role("link", name="Back").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Your message is on its way to the author.")).to_be_visible()
    expect(page.get_by_label("Message")).to_have_value("")
    page.get_by_role("button", name="Give it back").click()


def test_no_word_is_lost_when_the_session_ends(visit: Visit, sent: dict[str, str]) -> None:
    visitor = visit()
    page = as_holder(visitor, "typist")
    visitor.goto("/feedback/?about=nothing")
    page.locator("#id_about").select_option("nothing")
    fill_in(page, "Written while the session ended")
    visitor.context.clear_cookies()
    visitor.complaints.clear()
    page.get_by_role("button", name="Send", exact=True).click()
    visitor.complaints.clear()
    visitor.sign_in("typist@practice.example")
    visitor.goto("/feedback/?about=nothing")
    expect(page.get_by_label("In one line")).to_have_value("Written while the session ended")
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**/feedback/mine/**")


def test_a_stranger_writes_without_an_account_and_reads_the_answer_by_the_link(
    visit: Visit, sent: dict[str, str], server: Server
) -> None:
    stranger, support = visit(), visit()
    page = stranger.goto("/contact/")
    page.locator("#id_topic").select_option("question")
    page.get_by_label("In one line").fill("May I translate the standard?")
    page.get_by_label("Your message").fill("Into Portuguese, for my team.")
    page.get_by_label("Your e-mail address").fill("translator@elsewhere.example")
    page.wait_for_timeout(3100)  # Machines are faster than that.
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/contact/**/**")
    number = re.search(r"CM-\d{4}-\w{11}", page.url)
    assert number is not None
    queue = as_staff(support, TRIAGER)
    support.goto(f"/queue/{number[0]}/decide/")
    queue.get_by_label("The question was answered.").check()
    queue.get_by_label("Answer to the author").fill("Yes, under the licence of the edition.")
    queue.get_by_role("button", name="Decide").click()
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("Yes, under the licence")
    page.get_by_label("Message").fill("Thank you.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("main")).to_contain_text("Thank you.")


def test_a_triager_sorts_and_the_author_contests(visit: Visit, sent: dict[str, str]) -> None:
    triager, holder, decider = visit(), visit(), visit()
    page = as_staff(triager, TRIAGER)
    expect(page.get_by_role("main")).to_contain_text("Waiting in the queue")
    triager.goto("/queue/?show=late")
    page.get_by_role("link", name="Nothing is said about switches of vendors").click()
    page.get_by_role("button", name="Take it on").click()
    page.get_by_label("Public summary").fill("Switches of vendors are not covered")
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_role("link", name="Decide").click()
    page.get_by_label("The edition in force covers it already.").check()
    page.get_by_label("Answer to the author").fill("See 6.4.")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("main")).to_contain_text("Declined")
    own = as_holder(holder)
    holder.goto(f"/feedback/mine/{sent['late']}/")
    own.get_by_role("link", name="Contest this decision").click()
    own.get_by_label("What is wrong with the decision?").fill("6.4 is about one's own switch.")
    own.get_by_role("button", name="Contest").click()
    expect(own.get_by_role("main")).to_contain_text("You contested")
    decides = as_staff(decider, DECIDER)
    decider.goto("/cases/")
    decides.get_by_role("main").get_by_role("link", name=re.compile("CASE-")).last.click()
    decides.get_by_role("link", name="Admit", exact=True).click()
    decides.get_by_label("Reason").fill("It is about the decision.")
    decides.get_by_role("button", name="Admit").click()
    decides.get_by_role("link", name="Choose who decides").click()
    decides.get_by_label("Decision-Maker").check()
    decides.get_by_role("button", name="Choose who decides").click()
    decides.get_by_role("link", name="Decide", exact=True).click()
    decides.get_by_label(re.compile("^upheld")).check()
    decides.get_by_label("Reason").fill("6.4 does not speak of vendors.")
    decides.get_by_role("button", name="Decide").click()
    expect(decides.get_by_role("main")).to_contain_text("did not stand")
    for _attempt in range(40):
        own.reload()
        if own.get_by_text("Opened again").count():
            break
        own.wait_for_timeout(500)
    holder.goto(f"/feedback/mine/{sent['late']}/")
    expect(own.get_by_role("main")).to_contain_text("Opened again")


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_are_sound(visit: Visit, sent: dict[str, str], size: str) -> None:
    found = {}
    people = {
        "stranger": (None, {
            "advisory": "/advisory/", "two ways": "/feedback/", "contact": "/contact/",
            "fates": "/feedback/all/",
            "fate": f"/feedback/{sent['open']}/", "fate decided": f"/feedback/{sent['decided']}/",
            "reasons": "/feedback/reasons/", "letter": f"/contact/{sent['letter']}/letters-secret/",
        }),
        "holder": ("holder@practice.example", {
            "feedback": "/feedback/", "mine": "/feedback/mine/",
            "own": f"/feedback/mine/{sent['open']}/",
            "own decided": f"/feedback/mine/{sent['decided']}/",
            "contest": f"/feedback/mine/{sent['open']}/contest/", "cases": "/cases/",
            "case": f"/cases/{sent['case']}/", "desk": "/desk/",
        }),
        "triager": (TRIAGER, {
            "queue": "/queue/", "late": "/queue/?show=late", "triage": f"/queue/{sent['open']}/",
            "decide": f"/queue/{sent['open']}/decide/", "merge": f"/queue/{sent['open']}/merge/",
            "split": f"/queue/{sent['open']}/split/", "aim": f"/queue/{sent['open']}/aim/",
            "convert": f"/queue/{sent['letter']}/convert/", "triage desk": "/desk/",
        }),
        "decider": (DECIDER, {"decider": "/cases/", "deciding": f"/cases/{sent['case']}/",
                              "refuse": f"/cases/{sent['case']}/refuse/"}),
    }  # fmt: skip
    for person, pages in people.values():
        visitor = visit(viewport=SIZES[size], reduced_motion="reduce")
        if isinstance(person, tuple):
            as_staff(visitor, person)
        elif person is not None:
            as_holder(visitor)
        for scheme in schemes(size):
            visitor.page.emulate_media(color_scheme=scheme)
            for name, path in pages.items():
                page = visitor.goto(path)
                keep_picture(page, f"contributions-{name}-{scheme}-{size}")
                found[f"{name} {scheme}"] = faults(page)
    assert {name: each for name, each in found.items() if each} == {}
