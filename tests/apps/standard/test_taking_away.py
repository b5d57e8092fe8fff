"""Files, citations and the feed: what leaves the site in other formats."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from guildmark.apps.standard import services
from guildmark.apps.standard.citation import Cited, apa, bibtex, csl
from guildmark.apps.standard.exchange import DOWNLOADS
from guildmark.apps.standard.queries import Edition
from guildmark.cores.catalog import (
    Catalog,
    ChangeClass,
    LineageKind,
    read_csv,
    read_json,
    read_oscal,
)

from .factories import (
    FIRST,
    LOG,
    a_catalog,
    a_requirement,
    changed,
    edited,
    following,
    record,
    release,
)

BASE = "/standard/example/"
ATOM = "{http://www.w3.org/2005/Atom}"
SECOND = following(
    FIRST,
    "1.1",
    edited(FIRST, "log", statement=LOG.replace("ninety", "sixty")),
    changed("log"),
    summary="Shorter logs & <more>.",
)


@pytest.fixture
def edition(institute: None) -> Edition:
    """The second edition of the institute's own framework."""
    release(FIRST)
    return release(SECOND)


@pytest.mark.django_db
@pytest.mark.parametrize("ending", DOWNLOADS)
def test_a_file_says_what_it_is_and_is_kept_until_it_differs(
    client: Client, edition: Edition, ending: str
) -> None:
    url = f"{BASE}edition/1.1/download/{ending}"
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith(DOWNLOADS[ending].media_type)
    assert answer["Content-Disposition"] == f'attachment; filename="example-1.1.{ending}"'
    assert answer["Cache-Control"] == "public, no-cache"
    assert client.get(url).content == answer.content
    tag = answer["ETag"]
    assert re.fullmatch(r'"[^"]+"', tag)
    for known in (tag, f'"another", {tag}', f"W/{tag}"):
        kept = client.get(url, headers={"If-None-Match": known})
        assert (kept.status_code, kept.content) == (304, b""), known
        assert (kept["ETag"], kept["Cache-Control"]) == (tag, answer["Cache-Control"])
    assert client.get(url, headers={"If-None-Match": '"another"'}).status_code == 200
    assert client.head(url)["ETag"] == tag


@pytest.mark.django_db
def test_a_file_to_which_lineage_may_be_added_is_asked_for_again(
    client: Client, institute: None
) -> None:
    release(a_catalog("4", external=True))
    answer = client.get(f"{BASE}edition/4/download/json")
    assert answer["Cache-Control"] == "public, no-cache"
    known = {"If-None-Match": answer["ETag"]}
    assert client.get(f"{BASE}edition/4/download/json", headers=known).status_code == 304


@pytest.mark.django_db
def test_each_format_and_each_edition_has_a_tag_of_its_own(
    client: Client, edition: Edition
) -> None:
    urls = [f"{BASE}edition/{n}/download/{form}" for n in ("1.0", "1.1") for form in DOWNLOADS]
    assert len({client.get(url)["ETag"] for url in urls}) == len(urls)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ending", "read"), [("json", read_json), ("csv", read_csv), ("oscal.json", read_oscal)]
)
def test_a_file_holds_the_edition(
    client: Client, edition: Edition, ending: str, read: Callable[[str], Catalog]
) -> None:
    answer = client.get(f"{BASE}edition/1.1/download/{ending}")
    assert read(answer.content.decode()) == SECOND


@pytest.mark.django_db
def test_the_tag_changes_with_what_the_file_holds(
    client: Client, institute: None, at: datetime
) -> None:
    old = release(a_catalog("4", external=True))
    new = release(a_catalog("5", external=True, supersedes="4", domains={"all": ["v5-log"]}))
    url = f"{BASE}edition/5/download/json"
    before = client.get(url)
    told = [record(LineageKind.MOVED, ["log"], ["v5-log"])]
    services.record_lineage(old, new, told, actor=None, at=at)
    after = client.get(url)
    assert (before.content != after.content) == (before["ETag"] != after["ETag"])
    renamed = replace(FIRST.framework, external=True, name="Another Name")
    services.describe_framework(renamed, actor=None, at=at)
    last = client.get(url)
    assert (last.content != after.content) == (last["ETag"] != after["ETag"])


@pytest.mark.django_db
def test_markdown_shows_texts_and_no_html(client: Client, institute: None) -> None:
    text = edited(
        FIRST, "log", title="<script>alert(1)</script>", statement="# a & <b>b</b> [x](y)"
    )
    release(text)
    found = client.get(f"{BASE}edition/1.0/download/md").content.decode()
    assert "<script>" not in found.replace(r"\<", "")
    assert not re.search(r"(?<!\\)<(?:script|b)\b", found)
    assert not re.search(r"^# a", found, re.MULTILINE)
    assert r"\# a \& \<b\>b\</b\> \[x\](y)" in found


@pytest.mark.django_db
def test_the_table_is_one_row_for_each_requirement_and_safe_to_open(
    client: Client, institute: None
) -> None:
    release(edited(FIRST, "log", statement="=HYPERLINK(1)"))
    found = client.get(f"{BASE}edition/1.0/download/csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(found)))
    assert sum(each["record"] == "requirement" for each in rows) == 4
    assert not any(cell.startswith(("=", "+", "@")) for each in rows for cell in each.values())


# The feed


def entries(client: Client) -> list[dict[str, str]]:
    """The entries of the feed, each with its texts."""
    answer = client.get(f"{BASE}feed.atom")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = ET.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    assert [root.find(f"{ATOM}{name}") is None for name in ("id", "title", "updated")] == [
        False
    ] * 3
    return [
        {each.tag.removeprefix(ATOM): each.text or "" for each in entry}
        | {"link": next(each.attrib["href"] for each in entry.iter(f"{ATOM}link"))}
        for entry in root.iter(f"{ATOM}entry")
    ]


@pytest.mark.django_db
def test_the_feed_has_an_entry_for_each_edition_the_newest_first(
    client: Client, edition: Edition
) -> None:
    found = entries(client)
    assert [each["title"] for each in found] == ["EX 1.1", "EX 1.0"]
    address = "https://institute.example/standard/example/edition/1.1/"
    assert (found[0]["link"], found[0]["id"]) == (address, address)
    assert found[0]["updated"] == "2026-03-02T12:00:00+00:00"
    summary = "Shorter logs & <more>. Since 1.0: 1 Substantive, 3 Unchanged."
    assert [each["summary"] for each in found] == [summary, ""]


@pytest.mark.django_db
def test_the_feed_stays_well_formed_whatever_the_texts_are(client: Client, institute: None) -> None:
    odd = replace(a_catalog("4", external=True, title="]]>", summary="<b> & ]]> \" '"))
    framework = replace(odd.framework, name="<script> & co", code="<EX>", summary="a\n\nb & c")
    release(replace(odd, framework=framework))
    [entry] = entries(client)
    assert (entry["title"], entry["summary"]) == ("<EX> 4", "<b> & ]]> \" '")


@pytest.mark.django_db
def test_a_framework_that_is_not_here_has_no_feed(client: Client) -> None:
    assert client.get("/standard/nothing/feed.atom").status_code == 404


# Citations

CITED = Cited(
    identifier="psf-1.1-log",
    title="Production Safety Framework",
    edition="1.1",
    released=date(2026, 3, 2),
    url="https://example.org/standard/psf/edition/1.1/",
    author="Example Institute",
)
PART = replace(CITED, part="PSF-1.1 Log")
DAY, WHOLE = "(2026, March 2)", "Production Safety Framework (Edition 1.1)"
ODD = [
    "a & b", "50 %", "#1", "a_b", "~", "^", "$x$", "\\", "{", "}", "}{", "{{", "a\\{b", '"quoted"',
    "Käse 🧀", "<script>", "@techreport{x,", "trailing\\",
]  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        (CITED, f"Example Institute. {DAY}. {WHOLE}. "),
        (PART, f"Example Institute. {DAY}. PSF-1.1 Log. In {WHOLE}. "),
        (replace(CITED, author=""), f"{WHOLE}. {DAY}. "),
        (replace(CITED, author="Example Inc."), f"Example Inc. {DAY}. {WHOLE}. "),
    ],
)
def test_apa_names_author_day_title_edition_and_address(cited: Cited, expected: str) -> None:
    assert apa(cited) == expected + CITED.url


def fields(entry: str) -> dict[str, str]:
    """The fields of a BibTeX entry, found by counting braces as BibTeX does."""
    head = re.match(r"@techreport\{([A-Za-z0-9:.-]+),\n", entry)
    assert head is not None
    found, place = {"key": head[1]}, head.end()
    while entry[place] != "}":
        name = re.compile(r"\s*(\w+) = \{").match(entry, place)
        assert name is not None, entry[place:]
        depth, end = 1, name.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(entry[end], 0)
            end += 1
        found[name[1]] = entry[name.end() : end - 1]
        place = end + len(re.match(r",?\n", entry[end:])[0])  # type: ignore[index]
    assert entry[place:] == "}\n"
    return found


@pytest.mark.once
def test_bibtex_has_the_fields_of_a_report() -> None:
    assert fields(bibtex(CITED)) == {
        "key": "psf-1.1-log",
        "title": "{Production Safety Framework}",
        "author": "{Example Institute}",
        "institution": "Example Institute",
        "type": "Standard",
        "number": "Edition 1.1",
        "year": "2026",
        "month": "3",
        "url": CITED.url,
    }
    assert fields(bibtex(PART))["title"] == "{PSF-1.1 Log. Production Safety Framework}"
    assert "author" not in fields(bibtex(replace(CITED, author="")))


@pytest.mark.once
@pytest.mark.parametrize("odd", ODD)
def test_the_braces_of_bibtex_balance_whatever_the_texts_are(odd: str) -> None:
    found = fields(bibtex(replace(CITED, title=odd, author=odd, edition=odd, part=odd)))
    assert set(found) == set(fields(bibtex(CITED)))
    bare = re.sub(r"\\[&%#_$]", "", found["title"])
    assert not re.search(r"[&%#_$~^]", bare)


@pytest.mark.once
def test_a_key_of_bibtex_is_made_of_plain_signs() -> None:
    assert fields(bibtex(replace(CITED, identifier="x-5 {final}, a=b")))["key"] == "x-5-final-a-b"


@pytest.mark.once
def test_csl_holds_a_standard_with_its_dates_as_numbers() -> None:
    [item] = csl(replace(PART, accessed=date(2026, 4, 1)))
    assert item == {
        "id": "psf-1.1-log",
        "type": "standard",
        "title": "PSF-1.1 Log",
        "container-title": "Production Safety Framework",
        "author": [{"literal": "Example Institute"}],
        "publisher": "Example Institute",
        "edition": "1.1",
        "issued": {"date-parts": [[2026, 3, 2]]},
        "accessed": {"date-parts": [[2026, 4, 1]]},
        "URL": CITED.url,
    }
    [whole] = csl(replace(CITED, author=""))
    assert whole.keys() == {"id", "type", "title", "edition", "issued", "URL"}


@pytest.mark.django_db
def test_citations_are_offered_as_files(client: Client, edition: Edition) -> None:
    url = f"{BASE}edition/1.1/cite/log/"
    bib = client.get(url, {"format": "bibtex"})
    assert bib["Content-Type"].startswith("application/x-bibtex")
    assert bib["Content-Disposition"] == 'attachment; filename="example-1.1-log.bib"'
    assert fields(bib.content.decode())["url"].endswith(
        "/standard/example/edition/1.1/requirement/log/"
    )
    [item] = json.loads(client.get(url, {"format": "csl-json"}).content)
    assert (item["title"], item["container-title"]) == ("EX-1.1 Log", "Example Standard")
    assert item["URL"] == fields(bib.content.decode())["url"]
    [whole] = json.loads(client.get(f"{BASE}edition/1.1/cite/?format=csl-json").content)
    assert whole["title"] == "Example Standard"
    assert client.get(url, {"format": "unheard-of"}).status_code == 200


@pytest.mark.django_db
def test_the_institute_is_no_author_of_what_others_keep(client: Client, institute: None) -> None:
    released = datetime(2020, 5, 1, tzinfo=UTC)
    text = a_catalog("4", external=True, released_at=released, domains={"all": ["log"]})
    release(edited(text, "log", title="{Log} & 100 % _x_"))
    found = client.get(f"{BASE}edition/4/cite/log/", {"format": "bibtex"}).content.decode()
    assert "author" not in fields(found)
    assert fields(found)["year"] == "2020"


@pytest.mark.django_db
def test_another_label_of_the_same_text_cites_the_same_address(
    client: Client, edition: Edition
) -> None:
    by_label = client.get(f"{BASE}edition/1.1/cite/EX-1.1/", {"format": "bibtex"})
    by_key = client.get(f"{BASE}edition/1.1/cite/log/", {"format": "bibtex"})
    assert by_label.content == by_key.content


@pytest.mark.django_db
def test_a_requirement_that_moved_is_cited_as_its_edition_words_it(
    client: Client, edition: Edition
) -> None:
    text = edited(SECOND, "log", label="EX-7", title="Other title")
    moved = record(LineageKind.MOVED, ["log"], ["log"], confirmed=ChangeClass.EDITORIAL)
    release(following(SECOND, "1.1.1", text, moved))
    titles = [
        json.loads(client.get(f"{BASE}edition/{n}/cite/log/?format=csl-json").content)[0]["title"]
        for n in ("1.1", "1.1.1")
    ]
    assert titles == ["EX-1.1 Log", "EX-7 Other title"]


@pytest.mark.once
def test_a_requirement_without_a_title_is_cited_by_its_label() -> None:
    untitled = a_requirement("log", "1.2.3", title="")
    assert csl(replace(CITED, part=untitled.label))[0]["title"] == "1.2.3"
