"""The pages of the standard: what they show, where they lead, and what they answer to nonsense."""

import re
from collections.abc import Iterable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guildmark.apps.standard import queries
from guildmark.apps.standard.queries import Edition
from guildmark.apps.standard.services import record_lineage
from guildmark.apps.standard.slots import Action, Panel, PanelItem
from guildmark.apps.standard.views import reading
from guildmark.cores.catalog import (
    Catalog,
    ChangeClass,
    LineageKind,
    Reference,
    Status,
    WithdrawalReason,
)
from guildmark.cores.slots import Slot

from .factories import (
    DOMAINS,
    FIRST,
    LOG,
    a_catalog,
    a_requirement,
    beside,
    changed,
    edited,
    following,
    record,
    release,
    rows,
    without,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("institute")]

TOLD = "Ninety days were more than anybody needed."
SECOND = following(
    FIRST,
    "1.1",
    beside(
        without(
            edited(
                edited(
                    FIRST, "log", statement=LOG.replace("ninety", "sixty"), guidance="Any form."
                ),
                "review",
                label="EX-1.9",
            ),
            "erasure",
        ),
        a_requirement("drill", "EX-1.2", title="Fire drill", status=Status.WATCH),
    ),
    changed("log", ChangeClass.CLARIFICATION, rationale=TOLD),
    record(LineageKind.MOVED, ["review"], ["review"], confirmed=ChangeClass.EDITORIAL),
    record(LineageKind.WITHDRAWN, ["erasure"], ["consent"], reason=WithdrawalReason.COVERED_BY),
    record(LineageKind.NEW, targets=["drill"]),
    summary="Shorter logs.",
)
BASE = "/standard/example/"
OLD, NEW, BOTH = f"{BASE}edition/1.0/", f"{BASE}edition/1.1/", f"{BASE}compare/1.0/1.1/"


@pytest.fixture
def both(institute: None) -> tuple[Edition, Edition]:
    """Two editions of the institute's own framework."""
    return release(FIRST), release(SECOND)


def page(client: Client, url: str, **query: str) -> str:
    """What a page shows, with its HTML."""
    answer = client.get(url, query)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def missing(client: Client, url: str) -> str:
    """What is shown where nothing is found, with its HTML."""
    answer = client.get(url)
    assert answer.status_code == 404, (url, answer.status_code)
    return answer.content.decode()


def text(html: str) -> str:
    """What people read between masthead and footer, in one line."""
    main = html[html.index("<main") : html.index("<footer")]
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", main).split()))


PAGES = {
    "/standard/": ["Example Standard", "EX 1.1", "kept by this institute"],
    BASE: ["Edition 1.1", "in force", "What changed since 1.0", "Running", "3 requirements"],
    NEW: ["Edition 1.1", "Shorter logs.", "Supersedes"],
    OLD: ["Edition 1.0", "There is a newer edition.", "4 requirements"],
    f"{BASE}editions/": ["Editions", "supersedes 1.0", "The first edition here."],
    f"{BASE}search/": ["Search"],
    f"{BASE}search/?q=sixty": ["1 requirement of edition 1.1", "EX-1.1"],
    f"{BASE}search/?q=ninety&edition=1.0": ["1 requirement of edition 1.0"],
    f"{BASE}search/?q=unheardof": ["Nothing found"],
    f"{NEW}whole/": ["EX-1 Running", "Fire drill", "sixty days"],
    f"{NEW}domain/running/": ["domain 1 of 2", "Fire drill", "Why it changed in 1.1", TOLD],
    f"{OLD}domain/data/": ["This is edition 1.0.", "Consent", "Erasure"],
    f"{NEW}requirement/log/": ["EX-1.1", "Any form.", "sixty days", TOLD, "Permanent key"],
    f"{OLD}requirement/erasure/": ["In 1.1 this requirement is: Withdrawn"],
    f"{NEW}requirement/drill/": ["Watch", "Not binding", "Edition 1.1, EX-1.2 New"],
    f"{NEW}cite/": ["Example Institute", "BibTeX", "@techreport"],
    f"{NEW}cite/log/": ["EX-1.1 Log", "https://institute.example" + NEW + "requirement/log/"],
    f"{BASE}compare/": ["Compare editions"],
    BOTH: ["Changes 1.0 → 1.1", "ninety", "sixty", TOLD, "Fire drill", "covered by", "EX-2.1"],
    f"{BASE}compare/1.1/1.0/": ["Changes 1.1 → 1.0"],
    f"{BASE}compare/1.0/1.0/": ["Nothing changed here"],
    f"{BOTH}log/": ["Change 1.0 → 1.1", "Guidance", "Any form.", TOLD, "computed: Substantive"],
    f"{BOTH}erasure/": ["Withdrawn", "is no longer there"],
    f"{BOTH}drill/": ["New", "was not there"],
}  # fmt: skip


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("url", PAGES)
def test_each_page_shows_what_it_is_for(client: Client, url: str) -> None:
    shown = text(page(client, url))
    assert [each for each in PAGES[url] if each not in shown] == []


def test_before_the_first_edition_the_standard_says_so(client: Client) -> None:
    assert "No edition has been released yet" in text(page(client, "/standard/"))


def test_with_one_edition_there_is_nothing_to_compare_or_to_supersede(client: Client) -> None:
    release(FIRST)
    assert "There is only one edition" in text(page(client, f"{BASE}compare/"))
    assert "What changed since" not in page(client, BASE)


def test_an_edition_of_others_is_not_in_force_here(client: Client) -> None:
    release(a_catalog("4", external=True, licence="CC0", licence_url="https://example.org/l"))
    assert "in force" not in text(page(client, BASE))
    assert "imported here" in text(page(client, "/standard/"))
    assert 'href="https://example.org/l"' in page(client, BASE)


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("label", ["EX-1.2", "ex-1.2"])
def test_the_address_by_label_leads_to_the_one_by_key(client: Client, label: str) -> None:
    old = client.get(f"{OLD}requirement/{label}/")
    new = client.get(f"{NEW}requirement/{label}/")
    assert (old.status_code, old["Location"]) == (302, f"{OLD}requirement/review/")
    assert (new.status_code, new["Location"]) == (302, f"{NEW}requirement/drill/")


@pytest.mark.usefixtures("both")
def test_the_address_without_an_edition_leads_to_the_newest_that_has_it(client: Client) -> None:
    assert client.get(f"{BASE}requirement/log/")["Location"] == f"{NEW}requirement/log/"
    assert client.get(f"{BASE}requirement/erasure/")["Location"] == f"{OLD}requirement/erasure/"


@pytest.mark.usefixtures("both")
def test_the_page_of_a_requirement_names_its_permanent_address(client: Client) -> None:
    html = page(client, f"{NEW}requirement/log/")
    assert f'rel="canonical" href="https://institute.example{NEW}requirement/log/"' in html


MISSING = {
    "/standard/nothing/": "no framework “nothing”",
    "/standard/nothing/edition/1.0/": "no framework “nothing”",
    f"{BASE}edition/9.9/": "“example” has no edition 9.9",
    f"{BASE}edition/9.9/whole/": "“example” has no edition 9.9",
    f"{NEW}domain/nothing/": "no domain “nothing”",
    f"{NEW}requirement/nothing/": "no requirement “nothing”",
    f"{NEW}requirement/erasure/": "no requirement “erasure”",
    f"{NEW}cite/nothing/": "no requirement “nothing”",
    f"{BASE}requirement/nothing/": "No edition of “example” has a requirement “nothing”",
    f"{BASE}compare/1.0/9.9/": "“example” has no edition 9.9",
    f"{BASE}compare/9.9/1.0/changes.json": "“example” has no edition 9.9",
    f"{BOTH}nothing/": "Neither 1.0 nor 1.1 has a requirement “nothing”",
    f"{BASE}edition/9.9/download/json": "“example” has no edition 9.9",
}


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("url", MISSING)
def test_what_is_not_there_is_answered_with_a_sentence(client: Client, url: str) -> None:
    assert MISSING[url] in unescape(missing(client, url))


@pytest.mark.usefixtures("both")
def test_a_format_that_is_not_offered_is_answered_with_those_that_are(client: Client) -> None:
    answer = client.get(f"{NEW}download/xml")
    assert answer.status_code == 404
    assert "There is no format “xml”; there are: oscal.json, json, csv, md." in str(answer.json())


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize(
    "url",
    [
        f"{BASE}edition/%00/", f"{NEW}domain/%00/", f"{NEW}requirement/%00/",
        f"{NEW}requirement/log%00/", f"{BASE}requirement/%00/", f"{BOTH}%00/", f"{NEW}cite/%00/",
        f"{BASE}compare/%00/1.0/", f"{NEW}requirement/{'x' * 3000}/", f"{NEW}domain/%F0%9F%A7%80/",
        f"{NEW}requirement/%ED%A0%80/", f"{NEW}download/%00",
    ],
)  # fmt: skip
def test_addresses_that_nobody_could_mean_are_not_found(client: Client, url: str) -> None:
    missing(client, url)


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("odd", ["", "0", "-1", "999", "one", "1.5", "\0", "٣", "' OR 1=1", "🧀"])
def test_odd_pages_filters_and_domains_never_fail(client: Client, odd: str) -> None:
    for url in (BOTH, f"{NEW}domain/running/", f"{BASE}search/", f"{BASE}compare/", NEW):
        query = dict.fromkeys(("page", "class", "domain", "q", "edition", "older", "newer"), odd)
        page(client, url, **query)


def test_only_reading_is_possible(client: Client, both: object) -> None:
    for url in (BASE, BOTH, f"{NEW}requirement/log/", f"{NEW}download/json"):
        assert client.post(url).status_code == 405


# Comparing


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("query", [
    {"older": "1.0", "newer": "1.0"}, {"older": "1.0", "newer": "9.9"}, {"older": "1.0"},
    {"newer": "1.1"}, {"older": "<script>", "newer": "\0"},
])  # fmt: skip
def test_a_choice_that_makes_no_sense_is_asked_for_again(
    client: Client, query: dict[str, str]
) -> None:
    html = page(client, f"{BASE}compare/", **query)
    assert 'role="alert"' in html
    assert "Choose two different editions from the lists." in text(html)
    assert "<script>" not in html[html.index("<main") : html.index("</main>")]


@pytest.mark.usefixtures("both")
def test_a_choice_leads_to_its_comparison_in_either_order(client: Client) -> None:
    there = client.get(f"{BASE}compare/", {"older": "1.0", "newer": "1.1"})
    back = client.get(f"{BASE}compare/", {"older": "1.1", "newer": "1.0"})
    assert (there["Location"], back["Location"]) == (BOTH, f"{BASE}compare/1.1/1.0/")


def chosen(html: str) -> list[str]:
    """What is selected in the two lists of editions."""
    return re.findall(r"<option selected>([^<]*)</option>", html)


@pytest.mark.usefixtures("both")
def test_the_two_newest_editions_are_chosen_until_somebody_chooses(client: Client) -> None:
    html = page(client, f"{BASE}compare/")
    assert 'role="alert"' not in html
    assert chosen(html) == ["1.0", "1.1"]
    assert chosen(page(client, f"{BASE}compare/1.1/1.0/")) == ["1.1", "1.0"]


def articles(html: str) -> list[str]:
    """The keys of the changes on a page, in order."""
    return re.findall(r'<article class="change" id="([^"]*)"', html)


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({}, ["log", "review", "drill", "erasure"]),
        ({"class": "clarification"}, ["log"]),
        ({"class": "substantive"}, []),
        ({"class": "moved"}, ["review"]),
        ({"class": "editorial"}, ["review"]),
        ({"class": "new"}, ["drill"]),
        ({"class": "withdrawn"}, ["erasure"]),
        ({"class": "unchanged"}, ["consent"]),
        ({"class": "all"}, ["log", "review", "drill", "consent", "erasure"]),
        ({"domain": "data"}, ["erasure"]),
        ({"domain": "running"}, ["log", "review", "drill"]),
        ({"domain": "running", "class": "new"}, ["drill"]),
        ({"domain": "data", "class": "new"}, []),
        ({"domain": "unheard-of"}, []),
        ({"class": "unheard-of"}, []),
    ],
)
def test_changes_are_shown_by_class_and_by_domain(
    client: Client, query: dict[str, str], keys: list[str]
) -> None:
    html = page(client, BOTH, **query)
    assert articles(html) == keys
    assert ("Nothing changed here" in html) == (not keys)


def links(html: str, pattern: str) -> Iterable[tuple[str, int]]:
    """Addresses and numbers of the filters on a page."""
    found: list[tuple[str, str]] = re.findall(pattern, html, re.DOTALL)
    return [(unescape(url), int(number)) for url, number in found]


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("query", ["", "?domain=running", "?class=new", "?class=moved&domain=data"])
def test_each_filter_shows_as_many_changes_as_it_says(client: Client, query: str) -> None:
    html = page(client, f"{BOTH}{query}")
    kinds = list(links(html, r'<a href="(\?[^"]*)"[^>]*>[^<]*<span class="filters__count">(\d+)'))
    assert kinds
    for url, number in kinds:
        assert len(articles(page(client, f"{BOTH}{url}"))) == number, url


@pytest.mark.usefixtures("both")
def test_confirmed_and_computed_class_stand_side_by_side_where_they_differ(client: Client) -> None:
    html = page(client, f"{BOTH}log/")
    assert "Clarified" in text(html)
    assert "computed: Substantive" in text(html)
    assert "computed:" not in text(page(client, f"{BOTH}review/"))


def test_changes_come_page_by_page(client: Client) -> None:
    release(a_catalog("4", external=True, domains={"all": rows(23)}))
    release(a_catalog("5", external=True, supersedes="4", domains={"all": rows(23, title="Other")}))
    url = f"{BASE}compare/4/5/"
    pages = [articles(page(client, url, page=str(number), domain="all")) for number in (1, 2, 3, 4)]
    assert [len(each) for each in pages] == [10, 10, 3, 3]
    assert len({key for each in pages for key in each}) == 23
    html = page(client, url, domain="all")
    assert '?domain=all&amp;page=2"' in html


def notice(html: str) -> str:
    """What the notice about labels says; "" without one."""
    heading = "Labels that now mean something else"
    notices = html.split('<div class="notice notice--danger"')[1:]
    loud = next((each for each in notices if heading in each), "").partition("</div>")[0]
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", loud).split()))


@pytest.mark.usefixtures("both")
def test_a_label_that_means_something_else_is_told_loudly_with_both_titles(client: Client) -> None:
    told = notice(page(client, BOTH))
    assert "EX-1.2 : Review → Fire drill" in told
    assert "named another requirement in 1.0" in told
    assert notice(page(client, BOTH, domain="running"))
    assert not notice(page(client, BOTH, domain="data"))


def test_without_reused_labels_there_is_no_such_warning(client: Client) -> None:
    release(FIRST)
    release(following(FIRST, "1.1", without(FIRST, "erasure"), SECOND.lineage[2]))
    assert not notice(page(client, BOTH))


def test_a_reused_label_is_told_in_its_domain_however_many_there_are_before(client: Client) -> None:
    def reusing(prefix: str, number: str, **edition: Any) -> Catalog:
        many = [a_requirement(f"{prefix}-{n}", f"EX-1.{n}") for n in range(1, 16)]
        last = a_requirement(f"{prefix}-last", "EX-2.1")
        domains = {"running": many, "data": [last]}
        return a_catalog(number, external=True, domains=domains, **edition)

    release(reusing("old", "4"))
    release(reusing("new", "5", supersedes="4"))
    url = f"{BASE}compare/4/5/"
    assert "And 4 more" in notice(page(client, url))
    assert "EX-2.1" in notice(page(client, url, domain="data"))


# Suggestions


def nearest(html: str) -> list[str]:
    """The suggestions on a page."""
    found = re.search(r'<div class="nearest">.*?</div>', html, re.DOTALL)
    return re.findall(r"<li>.*?</li>", found[0], re.DOTALL) if found else []


def test_at_most_three_suggestions_stand_where_no_record_does(client: Client) -> None:
    old = release(a_catalog("4", external=True, domains={"all": ["log"]}))
    alike = [a_requirement(f"v5-{n}", str(n), title="Log", statement=LOG) for n in range(5)]
    new = release(a_catalog("5", external=True, supersedes="4", domains={"all": alike}))
    html = page(client, f"{BASE}compare/4/5/log/")
    assert len(nearest(html)) == 3
    assert "by computed similarity, not by decision" in text(html)
    assert len(nearest(page(client, f"{BASE}compare/4/5/"))) == 3
    assert not nearest(page(client, f"{BASE}compare/4/5/v5-1/"))
    gone = record(LineageKind.WITHDRAWN, ["log"], reason=WithdrawalReason.INCORRECT)
    record_lineage(old, new, [gone], actor=None, at=old.released_at)
    assert not nearest(page(client, f"{BASE}compare/4/5/log/"))


@pytest.mark.usefixtures("both")
def test_no_suggestions_stand_beside_a_record(client: Client) -> None:
    assert not nearest(page(client, BOTH))


def test_nothing_is_suggested_from_nothing(client: Client) -> None:
    release(a_catalog("4", external=True, domains={"all": ["log"]}))
    release(a_catalog("5", external=True, supersedes="4", domains={"all": []}))
    assert not nearest(page(client, f"{BASE}compare/4/5/"))


# Texts that are no HTML

SCRIPT = "<script>alert('x')</script>"
EVIL = f'{SCRIPT} "quoted" & {{{{ 7|add:7 }}}} {{% now "Y" %}} <b>b</b> {{# c #}}'


def evil(number: str, mark: str, **edition: Any) -> Catalog:
    """An edition with HTML, quotes and template code in every text."""
    words = f"{EVIL} {mark}"
    one = a_requirement(
        "evil", "<1>", title=words, statement=f"The operator shall {words}", intent=words,
        guidance=words, evidence=words, rationale=words, alternatives=words, section=words[:200],
        references=(Reference(text=words, url="https://example.org/?a=1&b=2"),), tags=("<i>&",),
        related=("other",),
    )  # fmt: skip
    gone = a_requirement(
        "gone", "<2>", title=words, statement=words, status=Status.WITHDRAWN,
        withdrawn_reason=WithdrawalReason.COVERED_BY, successors=("other",),
    )  # fmt: skip
    lost = a_requirement(f"lost-{mark}", f"<{mark}>", title=words, statement=words)
    catalog = a_catalog(
        number, external=True, domains={"all": [one, a_requirement("other", "<3>"), gone, lost]},
        title=words[:200], summary=words, licence=words[:200],
        licence_url="https://example.org/?a=1&b=2", attribution=words, **edition,
    )  # fmt: skip
    [domain] = catalog.domains
    domain = replace(domain, label="<d>", title=words, summary=words, rationale=words)
    framework = replace(catalog.framework, name=words, code="<EX>", summary=words)
    return replace(catalog, framework=framework, domains=(domain,))


EVIL_PAGES = [
    "/standard/", BASE, f"{BASE}editions/", f"{BASE}edition/5/", f"{BASE}edition/4/",
    f"{BASE}edition/5/whole/", f"{BASE}edition/5/domain/all/", f"{BASE}edition/5/requirement/evil/",
    f"{BASE}edition/4/requirement/evil/", f"{BASE}edition/5/requirement/gone/",
    f"{BASE}edition/5/cite/", f"{BASE}edition/5/cite/evil/", f"{BASE}search/?q=alert",
    f"{BASE}search/?q=%3Cscript%3Ealert('x')%3C/script%3E", f"{BASE}compare/",
    f"{BASE}compare/4/5/", f"{BASE}compare/4/5/?domain=all", f"{BASE}compare/4/5/evil/",
    f"{BASE}compare/4/5/lost-old/", f"{BASE}compare/4/5/lost-new/", "/",
]  # fmt: skip


@pytest.fixture
def odd_texts(institute: None) -> None:
    """Two editions full of what is no HTML."""
    release(evil("4", "old"))
    told = changed("evil", ChangeClass.EDITORIAL, rationale=EVIL)
    release(replace(evil("5", "new", supersedes="4"), lineage=(told,)))


@pytest.mark.usefixtures("odd_texts")
@pytest.mark.parametrize("url", EVIL_PAGES)
def test_every_text_is_shown_as_it_is_and_never_as_html(client: Client, url: str) -> None:
    html = page(client, url)
    assert "<script>alert" not in html
    assert "<b>b</b>" not in html
    assert "&amp;lt;" not in html
    assert "&amp;amp;" not in html
    assert "&amp;quot;" not in html
    assert " 14 " not in text(html)


@pytest.mark.usefixtures("odd_texts")
@pytest.mark.parametrize(
    "url", [f"{BASE}edition/5/requirement/evil/", f"{BASE}edition/5/domain/all/",
            f"{BASE}edition/5/whole/"],
)  # fmt: skip
def test_a_statement_reads_as_it_was_written(client: Client, url: str) -> None:
    html = page(client, url)
    shown = unescape(html)
    assert f"The operator shall {EVIL} new" in shown


def test_paragraphs_and_lines_of_a_statement_are_kept(client: Client) -> None:
    lines = "The operator shall:\n  a. log;\n  b. review.\n\nNothing else."
    release(edited(FIRST, "log", statement=lines))
    for url in (f"{OLD}requirement/log/", f"{OLD}domain/running/", f"{OLD}whole/"):
        assert lines in unescape(page(client, url))


@pytest.mark.parametrize("number", ["Rev. 5", "2026-09 final", "=1", "5?x#y", "5%2", "ü"])
def test_any_number_that_an_edition_may_have_is_an_address(client: Client, number: str) -> None:
    release(a_catalog("4", external=True))
    release(a_catalog(number, external=True, supersedes="4"))
    page(client, BASE)
    for name in ("edition", "whole", "cite"):
        page(client, reverse(f"standard:{name}", args=["example", number]))
    page(client, reverse("standard:comparison", args=["example", "4", number]))
    answer = client.get(reverse("standard:download", args=["example", number, "json"]))
    assert answer.status_code == 200
    assert re.fullmatch(r"attachment; filename\*?=\S.*", answer["Content-Disposition"])
    assert answer["Content-Disposition"].count('"') in (0, 2)


# Work for the database


def asked(client: Client, url: str) -> int:
    """How many queries a page takes when it is asked for the second time."""
    page(client, url)
    with CaptureQueriesContext(connection) as found:
        page(client, url)
    return len(found)


QUERIED = [
    f"{BASE}edition/5/domain/all/", f"{BASE}edition/5/requirement/item-2/", f"{BASE}compare/4/5/",
    f"{BASE}edition/5/", f"{BASE}edition/5/whole/", f"{BASE}search/?q=operator",
    f"{BASE}compare/4/5/item-2/",
]  # fmt: skip


def of_size(key: str, count: int) -> None:
    """Two editions of a framework with so many requirements."""
    old = rows(count, related=())
    new = [replace(each, title="Other", related=(rows(1)[0].key,) if each.key != "item-1" else ())
           for each in old]  # fmt: skip
    release(a_catalog("4", key=key, external=True, domains={"all": old}))
    release(a_catalog("5", key=key, external=True, domains={"all": new}, supersedes="4"))


@pytest.mark.parametrize("url", QUERIED)
def test_a_page_asks_no_more_of_the_database_for_more_requirements(
    client: Client, url: str
) -> None:
    of_size("example", 3)
    of_size("larger", 12)
    assert asked(client, url.replace("example", "larger")) <= asked(client, url)


def test_parts_and_neighbours_of_a_requirement_are_linked(client: Client) -> None:
    text_ = a_catalog(domains={"running": ["log", a_requirement("part", "P", parent="log"), "end"]})
    release(edited(text_, "end", related=("log",)))
    html = page(client, f"{OLD}requirement/log/")
    assert "Parts of it" in html
    assert f'rel="next" href="{OLD}requirement/part/"' in html
    assert 'rel="prev"' not in html
    part = page(client, f"{OLD}requirement/part/")
    assert f'rel="prev" href="{OLD}requirement/log/"' in part
    assert "Part of" in text(part)
    assert f'href="{OLD}requirement/log/"' in page(client, f"{OLD}requirement/end/")


def test_a_withdrawn_requirement_says_why_and_what_stands_in_its_place(client: Client) -> None:
    gone = {"status": Status.WITHDRAWN, "withdrawn_reason": WithdrawalReason.COVERED_BY}
    release(edited(FIRST, "log", successors=("review",), **gone))
    shown = text(page(client, f"{OLD}requirement/log/"))
    assert "Reason: covered by" in shown
    assert "In its place: EX-1.2 Review" in shown


@pytest.mark.usefixtures("both")
def test_the_home_page_and_the_masthead_lead_to_the_standard(client: Client) -> None:
    html = page(client, "/")
    assert f'href="{BASE}"' in html
    assert f'href="{BOTH}"' in html
    assert 'href="/standard/"' in html


def test_before_the_first_edition_nothing_leads_to_the_standard(client: Client) -> None:
    assert "/standard/" not in page(client, "/")


def test_an_edition_with_an_empty_domain_is_shown(client: Client) -> None:
    release(a_catalog(domains={**DOMAINS, "empty": []}))
    assert "No requirements" in page(client, f"{OLD}domain/empty/")


@pytest.mark.usefixtures("both")
def test_the_comparison_for_machines_says_what_the_page_says(client: Client) -> None:
    answer = client.get(f"{BOTH}changes.json").json()
    old, new = queries.editions(queries.frameworks()[0]).reverse()
    assert answer == queries.comparison_document(old, new, queries.comparison(old, new))
    assert [each["class"] for each in answer["changes"]] == [
        "clarification",
        "editorial",
        None,
        None,
    ]
    assert answer["changes"][0]["computed"] == "substantive"
    assert answer["changes"][0]["rationale"] == TOLD
    assert answer["changes"][3]["withdrawal_reason"] == "covered by"
    assert answer["reused_labels"] == [{"label": "EX-1.2", "older": "review", "newer": "drill"}]


def test_a_search_without_result_says_in_which_edition_there_is_one(client: Client) -> None:
    release(a_catalog("4", external=True, domains={"all": ["zebra"]}))
    release(a_catalog("5", external=True, supersedes="4", domains={"all": ["horse"]}))
    html = page(client, f"{BASE}search/", q="zebra")
    assert "It is found in:" in html
    assert "edition=4" in html


def test_a_comparison_backwards_leads_to_the_one_forwards(client: Client) -> None:
    release(a_catalog("4", external=True))
    release(a_catalog("5", external=True, supersedes="4"))
    assert f"{BASE}compare/4/5/" in page(client, f"{BASE}compare/5/4/")
    assert "comparing backwards" not in page(client, f"{BASE}compare/4/5/")


def test_two_editions_without_any_record_or_key_in_common_are_called_so(client: Client) -> None:
    release(a_catalog("4", external=True, domains={"all": ["zebra"]}))
    release(a_catalog("5", external=True, supersedes="4", domains={"all": ["horse"]}))
    assert "Nothing is recorded between" in page(client, f"{BASE}compare/4/5/")


def test_a_change_of_force_says_from_what_to_what(client: Client) -> None:
    text = {"statement": "The operator shall log each call."}
    release(edited(a_catalog("4", external=True), "log", **text))
    other = {"statement": "The operator should log each call."}
    release(edited(a_catalog("5", external=True, supersedes="4"), "log", **other))
    assert "shall → should" in page(client, f"{BASE}compare/4/5/log/")


def test_contexts_above_put_evidence_and_actions_on_the_page_of_a_requirement(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    panels: Slot[Any] = Slot("requirement panels")
    actions: Slot[Any] = Slot("requirement actions")
    panels.register(
        lambda _request, asked: Panel("Gaps", [PanelItem(f"Gap of {asked.key}", "/gaps/1/")]),
        name="gaps",
    )
    actions.register(lambda _request, _asked: [Action("Send feedback", "/send/")], name="send")
    monkeypatch.setattr(reading, "requirement_panels", panels)
    monkeypatch.setattr(reading, "requirement_actions", actions)
    release(FIRST)
    html = page(client, f"{OLD}requirement/log/")
    assert '<a href="/gaps/1/">Gap of log</a>' in html
    assert '<a href="/send/">Send feedback</a>' in html
    assert "Nothing from the field" not in html
