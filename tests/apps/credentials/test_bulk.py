"""Organisations have many ids checked at once, and get for each what its own page says."""

import csv
import io
import zipfile
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import answers, bulk, misses, services
from guildmark.apps.credentials.bulk import Line, ListRefused
from guildmark.apps.credentials.queries import Credential, CredentialType
from guildmark.apps.credentials.states import Move
from guildmark.apps.credentials.views import bulk as views
from guildmark.apps.credentials.workbook import WIDEST, workbook
from tests.apps.credentials.factories import awarded, moved

UNKNOWN, MISTYPED = "CPAA-2019-17", "CPAP-2026-7Q4M2X9KDTA"
NONSENSE = [
    UNKNOWN,
    MISTYPED,
    "---",
    "A" * 201,
    "<script>",
    "\x00",
    "é",
    "  ab12 ",
    "CPAP-2026-7Q4M!",
]
PATH = "/verify/many/"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def all_states(
    cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> dict[str, Credential]:
    """One credential in each state, and one with a longer history."""
    names = ("valid", "expired", "suspended", "revoked", "superseded", "surrendered", "reinstated")
    long_ago = at - timedelta(days=3 * 365)
    made = {
        each: awarded(cpap, actor=registrar, at=long_ago if each == "expired" else at)
        for each in names
    }
    moved(made["suspended"], Move.SUSPEND, actor=registrar, at=at, public_text="A complaint came.")
    moved(made["revoked"], Move.REVOKE, actor=registrar, at=at)
    moved(made["superseded"], Move.SUPERSEDE, actor=registrar, at=at, successor=made["valid"])
    services.surrender(made["surrendered"], reason="Changed jobs.", actor=holder, at=at)
    for days, move in enumerate((Move.SUSPEND, Move.REINSTATE, Move.SUSPEND, Move.REINSTATE)):
        made["reinstated"].refresh_from_db()
        moved(made["reinstated"], move, actor=registrar, at=at + timedelta(days=days))
    return made


def send(client: Client, **fields: Any) -> HttpResponse:
    return client.post(PATH, fields)  # type: ignore[return-value]


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def told_csv(response: HttpResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline=""), strict=True))


def sheet_rows(content: bytes) -> list[list[str]]:
    """The texts of a workbook's sheet, found by way of its relations as a spreadsheet does."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        parts = {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}
    declared = [each.get("PartName") for each in parts["[Content_Types].xml"]]
    assert {"/xl/workbook.xml", "/xl/sheet.xml"} <= set(declared)
    book = parts["_rels/.rels"][0].get("Target")
    assert book == "xl/workbook.xml"
    target = parts["xl/_rels/workbook.xml.rels"][0].get("Target")
    cells = parts[f"xl/{target}"].iter(f"{SHEET}c")
    assert {each.get("t") for each in cells} == {"inlineStr"}
    return [
        [each.findtext(f"{SHEET}is/{SHEET}t") or "" for each in row]
        for row in parts[f"xl/{target}"].iter(f"{SHEET}row")
    ]


def alike(one: answers.Answer, other: answers.Answer) -> bool:
    return one == other and one.etag == other.etag and one.as_json() == other.as_json()


def slips(number: str) -> st.SearchStrategy[str]:
    wrong = number[:-1] + ("0" if number[-1] != "0" else "2")
    return st.sampled_from([
        number, number.lower(), f"  {number.replace('-', ' ')}\t", wrong, number[:-1]
    ])  # fmt: skip


def assert_hold_together(ids: list[str], moment: datetime) -> set[str]:
    """Many answers are each the one that is given alone; return their states."""
    many = list(answers.answers(ids, at=moment))
    for text, found in zip(ids, many, strict=True):
        assert alike(found, answers.answer(text, at=moment)), text
    return {each.state for each in many}


def test_each_of_many_answers_is_the_one_that_is_given_alone(
    all_states: dict[str, Credential], at: datetime
) -> None:
    numbers = sorted(each.number for each in all_states.values())
    known = st.sampled_from(numbers).flatmap(slips)
    typed = st.one_of(known, st.sampled_from(NONSENSE), st.text(max_size=12))
    moments = st.integers(-4 * 365, 4 * 365).map(lambda days: at + timedelta(days=days))

    @settings(max_examples=60, deadline=None)
    @given(ids=st.lists(typed, max_size=12), moment=moments)
    def hold_together(ids: list[str], moment: datetime) -> None:
        assert_hold_together(ids, moment)

    hold_together()
    later = at + timedelta(days=9)
    states = set(all_states) - {"reinstated"} | {"unknown", "mistyped"}
    assert assert_hold_together([*numbers, *NONSENSE], later) == states
    assert "not yet valid" in assert_hold_together(numbers, at - timedelta(days=1))


def test_every_state_is_told_as_on_its_own_page(
    all_states: dict[str, Credential], client: Client, at: datetime
) -> None:
    ids = [each.number for each in all_states.values()] + [UNKNOWN, MISTYPED]
    with time_machine.travel(at + timedelta(days=9), tick=False):
        rows = told_csv(send(client, text="\n".join(ids), **{"as": "csv"}))
        alone = [client.get(f"/verify/{each}.json").json() for each in ids]
    assert [row["asked"] for row in rows] == ids
    expected = [*all_states, "unknown", "mistyped"]
    assert [row["state"] for row in rows] == [
        "valid" if each == "reinstated" else each for each in expected
    ]
    names = {
        "id": "id", "state": "state", "name": "name", "code": "type", "valid_from": "validFrom",
        "valid_until": "validUntil", "changed": "changedAt",
    }  # fmt: skip
    for row, told in zip(rows[:-2], alone[:-2], strict=True):
        assert {name: row[name] for name in names} == {
            name: told.get(key, "") for name, key in names.items()
        }
        assert row["text"] == told.get("text", "")
    for row, told in zip(rows[-2:], alone[-2:], strict=True):
        assert (row["id"], row["state"]) == ("", told["state"])
    assert rows[2]["text"] == "A complaint came."
    assert "two are exchanged" in rows[-1]["text"]


def test_the_number_of_queries_grows_with_batches_and_not_with_ids(
    all_states: dict[str, Credential], at: datetime
) -> None:
    number = all_states["revoked"].number

    def queries(count: int) -> int:
        ids = [number, UNKNOWN, *(each.number for each in all_states.values())] * count
        with CaptureQueriesContext(connection) as made:
            for found in answers.answers(ids[:count], at=at):
                _ = (found.holder, bulk.line(number, found))
        return len(made.captured_queries)

    assert queries(2) == queries(answers.BATCH) == 2
    assert queries(1000) == 2 * 1000 / answers.BATCH


def test_only_a_batch_is_looked_up_before_it_is_wanted(
    all_states: dict[str, Credential], at: datetime
) -> None:
    ids = [UNKNOWN] * (3 * answers.BATCH)
    with CaptureQueriesContext(connection) as made:
        next(iter(answers.answers(ids, at=at)))
    assert len(made.captured_queries) <= 2


def test_duplicates_are_answered_each(all_states: dict[str, Credential], client: Client) -> None:
    number = all_states["revoked"].number
    rows = told_csv(send(client, text=f"{number}\n{number.lower()}\n{number}", **{"as": "csv"}))
    assert [row["state"] for row in rows] == ["revoked"] * 3
    assert [row["asked"] for row in rows] == [number, number.lower(), number]


def test_the_page_counts_first_and_then_lists_a_hundred(
    all_states: dict[str, Credential], client: Client
) -> None:
    ids = [all_states["revoked"].number] * 150 + [MISTYPED] * 51 + [UNKNOWN]
    first = send(client, text=",".join(ids))
    assert first.status_code == 200
    assert "no-store" in first["Cache-Control"]
    counted = "<dt>Unknown</dt><dd>1</dd><dt>Mistyped</dt><dd>51</dd>"
    assert f"<dt>Revoked</dt><dd>150</dd>{counted}" in first.text
    assert "<dt>Valid</dt>" not in first.text
    assert first.text.index(counted) < first.text.index("<table")
    assert "Answers to 202 ids" in first.text
    assert (first.text.count('<tr role="row">'), "Page 1 of 3" in first.text) == (101, True)
    for page, rows in ("2", 100), ("3", 2), ("99", 2), ("none", 100):
        turned = send(client, ids="\r\n".join(ids), page=page)
        assert turned.text.count('<tr role="row">') == rows + 1
        assert counted in turned.text


def hidden_ids(page: str) -> str:
    inside = page.partition('<textarea name="ids" hidden>\n')[2].partition("</textarea>")[0]
    return inside.replace("&#x27;", "'").replace("&lt;", "<").replace("&gt;", ">")


def test_what_the_page_sends_again_asks_for_the_same_ids(
    all_states: dict[str, Credential], client: Client
) -> None:
    number = all_states["valid"].number
    table = f'\r\nname;id\r\nAda;{number}\r\nBob;"a, b"\r\nEve;"c\nd"\r\nDan;id\r\n'
    first = send(client, file=upload("team.csv", table.encode()))
    rows = told_csv(send(client, ids=hidden_ids(first.text), **{"as": "csv"}))
    assert [row["asked"] for row in rows] == [number, "a, b", "c d", "id"]


def test_the_list_can_be_changed_without_typing_it_again(institute: None, client: Client) -> None:
    again = send(client, ids="AB12\r\nCD34", **{"as": "list"})
    assert again.status_code == 200
    assert ">\nAB12\nCD34</textarea>" in again.text
    assert "error-summary" not in again.text


READABLE: dict[str, tuple[str, bytes]] = {
    "lines": ("ids.txt", b"AB12\nCD34\nEF56"),
    "blank lines and blanks": ("ids.txt", b"\r\n  AB12 \r\n\r\n\r\nCD34\r\nEF56"),
    "separators": ("ids.txt", b"AB12, CD34;EF56,,;"),
    "tabs": ("ids.txt", b"AB12\tCD34\tEF56"),
    "one heading": ("ids.txt", b"Id\nAB12\nCD34, EF56"),
    "byte order mark": ("ids.txt", "\ufeffAB12\nCD34\nEF56".encode()),
    "UTF-16": ("ids.txt", "AB12\nCD34\nEF56".encode("utf-16")),
    "first column": ("ids.csv", b"AB12,Ada\nCD34,Bob\n,nobody\n,\nEF56\n"),
    "upper case name": ("IDS.CSV", b"AB12,Ada\nCD34,Bob\nEF56,Eve"),
    "named id": ("ids.csv", b"name,ID\nAda,AB12\nBob,CD34\nEve\nDan,EF56"),
    "named credential": ("ids.csv", b'name;" Credential"\nAda;AB12\n"B;b";CD34\nEve;EF56'),
    "table without its name": ("ids.txt", b"name\tid\nAda\tAB12\nBob\tCD34\nEve\tEF56"),
    "Windows-1252": ("ids.csv", "id,name\nAB12,André\nCD34,B\nEF56,C".encode("cp1252")),
}


@pytest.mark.parametrize("kind", READABLE)
def test_ids_are_read_from_lists_and_tables(institute: None, client: Client, kind: str) -> None:
    rows = told_csv(send(client, file=upload(*READABLE[kind]), **{"as": "csv"}))
    assert [row["asked"] for row in rows] == ["AB12", "CD34", "EF56"]


def test_a_pasted_list_is_read_as_a_file_is(institute: None, client: Client) -> None:
    for text in ("AB12\nCD34", "AB12;CD34", "name\tid\nAda\tAB12\nBob\tCD34", "id\r\nAB12\r\nCD34"):
        rows = told_csv(send(client, text=text, **{"as": "csv"}))
        assert [row["asked"] for row in rows] == ["AB12", "CD34"]


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "empty": ("ids.txt", b"", "There is no id in it."),
    "blank": ("ids.csv", b" \n,,\n", "There is no id in it."),
    "only a heading": ("ids.csv", b"id,name\n", "There is no id in it."),
    "workbook": ("ids.csv", workbook([["AB12"]]), "Save its sheet as CSV"),
    "picture": ("ids.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "This is no text."),
    "UTF-16 without its mark": ("ids.txt", "AB12".encode("utf-16-le"), "This is no text."),
    "open quote": ("ids.csv", b'id,name\nAB12,"Ada\nCD34,Bob', "This is no CSV in row 3"),
    "too many": ("ids.txt", b"AB12\n" * 10_001, "Here are 10,001 ids, and at most 10,000"),
    "too large": ("ids.txt", b"A" * 2_000_001, "more than 2,000,000 bytes"),
    "far too large": ("ids.txt", b"A\n" * 4_000_000, "more than 2,000,000 bytes"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_can_not_be_answered_is_refused_with_what_to_do(
    institute: None, client: Client, kind: str
) -> None:
    name, content, sentence = REFUSED[kind]
    refused = send(client, file=upload(name, content))
    assert refused.status_code == 400
    assert sentence in refused.text
    assert 'href="#id_file"' in refused.text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Paste the ids, or choose a file."),
        (" \n", "Paste the ids, or choose a file."),
        (",;\n", "There is no id in it."),
        ("AB12\n" * 10_001, "Here are 10,001 ids"),
        ("A" * 2_000_001, "more than 2,000,000 bytes"),
        ("AB12\x07", "This is no text."),
    ],
)
def test_a_text_that_can_not_be_answered_stays_in_the_field(
    institute: None, client: Client, text: str, sentence: str
) -> None:
    refused = send(client, text=text)
    assert refused.status_code == 400
    assert sentence in refused.text
    assert 'href="#id_text"' in refused.text
    assert f">\n{text}</textarea>" in refused.text


def test_a_text_that_is_not_even_read_leads_back_to_the_page_where_it_stands(
    institute: None, client: Client
) -> None:
    refused = send(client, text="A" * 3_000_000)
    assert refused.status_code == 413
    assert "more than 2,000,000 bytes" in refused.text
    assert "go back in your browser" in refused.text
    assert "Paste the ids" not in refused.text


def test_ids_come_in_one_way_only_and_the_typed_ones_stay(institute: None, client: Client) -> None:
    refused = send(client, text="AB12", file=upload("ids.txt", b"CD34"))
    assert refused.status_code == 400
    assert "not both" in refused.text
    assert ">\nAB12</textarea>" in refused.text


DANGEROUS = ["=1+1", "+1", "-AB12", "@SUM(A1)", "'=1", "=HYPERLINK(x)"]


def test_no_cell_of_the_table_can_be_taken_for_a_formula(institute: None, client: Client) -> None:
    rows = told_csv(send(client, text="\n".join(DANGEROUS), **{"as": "csv"}))
    assert [row["asked"] for row in rows] == [f"'{each}" for each in DANGEROUS]


@pytest.mark.once
@pytest.mark.parametrize("text", ["=1", "\t=1", "\r1", " =1", "@x", "plain", "a=1", "x\n-y"])
def test_any_cell_is_guarded_and_no_other(text: str) -> None:
    line = Line(text, "", "", "", "", "", "", "", text, "")
    (_heading, cells) = csv.reader(io.StringIO(bulk.as_csv([line]), newline=""), strict=True)
    guard = "" if text in ("plain", "a=1", "x\n-y") else "'"
    assert cells[0] == cells[8] == guard + text


def test_answers_can_be_sent_as_a_table_to_be_asked_again(
    all_states: dict[str, Credential], client: Client
) -> None:
    number = all_states["valid"].number
    ids = [number, UNKNOWN, *DANGEROUS, "it's"]
    first = send(client, ids="\n".join(ids), **{"as": "csv"})
    again = told_csv(send(client, file=upload("answers.csv", first.content), **{"as": "csv"}))
    assert [row["asked"] for row in again] == [row["asked"] for row in told_csv(first)]
    assert [row["state"] for row in again] == [row["state"] for row in told_csv(first)]


def test_the_workbook_holds_the_same_texts_as_the_table_and_nothing_but_texts(
    all_states: dict[str, Credential], client: Client, at: datetime
) -> None:
    ids = [*(each.number for each in all_states.values()), UNKNOWN, "=1+1", "<b>&amp;", "2026"]
    with time_machine.travel(at, tick=False):
        book, table = (send(client, ids="\n".join(ids), **{"as": each}) for each in ("xlsx", "csv"))
    rows = sheet_rows(book.content)
    guarded = {f"'{each}": each for each in DANGEROUS}
    assert rows[0] == list(Line._fields)
    assert rows[1:] == [
        [guarded.get(value, value) for value in row.values()] for row in told_csv(table)
    ]
    assert book["Content-Type"].endswith("spreadsheetml.sheet")
    assert book["Content-Disposition"] == 'attachment; filename="verification-2026-03-02.xlsx"'
    assert table["Content-Disposition"] == 'attachment; filename="verification-2026-03-02.csv"'
    assert "no-store" in book["Cache-Control"]


@pytest.mark.once
@given(
    rows=st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=26), min_size=1, max_size=5)
)
def test_any_text_stays_as_it_is_in_a_workbook_but_for_what_xml_has_no_place_for(
    rows: list[list[str]],
) -> None:
    def kept(text: str) -> str:
        allowed = "".join(
            each if each in "\t\n\r" or (each >= " " and each not in "\ufffe\uffff") else "\ufffd"
            for each in text
        )
        return allowed.replace("\r\n", "\n").replace("\r", "\n")  # As every reader of XML does.

    found = [[each.replace("_x005F_", "_") for each in row] for row in sheet_rows(workbook(rows))]
    assert found == [[kept(each) for each in row] for row in rows]


@pytest.mark.once
def test_a_text_like_an_escape_of_the_workbook_format_is_not_read_as_one() -> None:
    assert sheet_rows(workbook([["_x0041_", "_x_"]])) == [["_x005F_x0041_", "_x_"]]


def column_widths(content: bytes) -> list[float]:
    """How many characters a spreadsheet shows of each column."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = ET.fromstring(archive.read("xl/sheet.xml"))
    parts = [each.tag.removeprefix(SHEET) for each in sheet]
    assert parts == ["cols", "sheetData"]  # The schema asks for this order.
    columns = list(sheet.iter(f"{SHEET}col"))
    numbers = [(each.get("min"), each.get("max")) for each in columns]
    assert numbers == [(str(number), str(number)) for number in range(1, len(columns) + 1)]
    return [float(each.get("width") or 0) for each in columns]


def test_ids_and_moments_can_be_read_when_the_workbook_is_opened(
    all_states: dict[str, Credential], client: Client
) -> None:
    ids = [*(each.number for each in all_states.values()), UNKNOWN, "x" * 150]
    book = send(client, ids="\n".join(ids), **{"as": "xlsx"}).content
    columns = list(zip(*sheet_rows(book), strict=True))
    wide = column_widths(book)
    assert len(wide) == len(columns) == len(Line._fields)
    assert all(
        width > max(map(len, texts)) or width == WIDEST
        for width, texts in zip(wide, columns, strict=True)
    )
    assert wide[0] == WIDEST  # One very long text does not push all others from the screen.
    assert max(wide[1:]) < WIDEST


@pytest.mark.once
def test_rows_of_different_lengths_and_texts_of_several_lines_are_measured() -> None:
    assert column_widths(workbook([["a"], ["b", "long\nlonger one"]])) == [3.0, 12.0]


def test_what_was_typed_is_never_markup(institute: None, client: Client) -> None:
    page = send(client, text="<script>alert(1)</script>")
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_nobody_is_named_whatever_a_holder_chose(
    all_states: dict[str, Credential], holder: User, client: Client
) -> None:
    for each in all_states.values():
        each.shown_as = "name"
        each.save(update_fields=["shown_as"])
    ids = "\n".join(each.number for each in all_states.values())
    for wanted in ("", "csv"):
        told = send(client, ids=ids, **{"as": wanted}).text
        for secret in ("Ada Example", "holder@example.org", "Changed jobs", "For a test"):
            assert secret not in told


def test_nothing_that_is_sent_is_stored(institute: None, client: Client) -> None:
    with CaptureQueriesContext(connection) as made:
        for wanted in ("", "csv", "xlsx"):
            send(client, text="AB12\nCD34", **{"as": wanted})
            send(client, file=upload("ids.txt", b"AB12\nCD34"), **{"as": wanted})
    written = [
        each["sql"] for each in made.captured_queries
        if each["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE", "REPLACE")
    ]  # fmt: skip
    assert [each for each in written if "AB12" in each or "credentials_" in each] == []


def test_whoever_tries_ids_out_has_to_wait_and_keeps_the_list(
    all_states: dict[str, Credential], client: Client, at: datetime
) -> None:
    number = all_states["revoked"].number
    tried = [f"AB{each}" for each in range(views.UNKNOWN_IDS_OF_A_MISS * 6)]
    with time_machine.travel(at + timedelta(seconds=10), tick=False):
        for _each in range(misses.MISSES_AT_MOST // 6):
            assert send(client, text="\n".join(tried)).status_code == 200
        for wanted in ("", "csv", "xlsx"):
            refused = send(client, file=upload("a.txt", b"AB1,CD2"), **{"as": wanted})
            assert (refused.status_code, refused["Retry-After"]) == (429, "50")
            assert ">\nAB1\nCD2</textarea>" in refused.text
            assert "Send them again in 50 seconds." in refused.text
        assert send(client, text=number).status_code == 200
    with time_machine.travel(at + timedelta(seconds=60), tick=False):
        assert send(client, text="AB1").status_code == 200


def test_the_list_is_taken_from_our_own_pages_only(institute: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    for fields in ({"text": "AB12"}, {"file": upload("ids.txt", b"AB12")}):
        assert send(strict, **fields).status_code == 403
    page = strict.get(PATH)
    token = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    assert send(strict, text="AB12", csrfmiddlewaretoken=token).status_code == 200


def test_the_page_says_what_an_answer_says_and_what_it_does_not(
    institute: None, client: Client
) -> None:
    page = client.get(PATH)
    assert page.status_code == 200
    text = " ".join(page.text.split())
    for sentence in ("What an answer says", "What it does not say", "An id can be copied"):
        assert sentence in text
    assert client.put(PATH).status_code == 405
    assert client.head(PATH).status_code == 200


def test_the_page_links_to_each_credential_and_to_what_took_its_place(
    all_states: dict[str, Credential], client: Client
) -> None:
    page = send(client, text=all_states["superseded"].number).text
    for each in ("superseded", "valid"):
        assert f'href="{reverse("credentials:verified", args=[all_states[each].number])}"' in page
    assert "Answer to 1 id<" in page
    assert "Page 1 of" not in page


@pytest.mark.once
def test_a_list_of_unreadable_ids_is_never_refused_by_a_programming_error() -> None:
    @given(st.binary(max_size=60), st.booleans())
    def read(content: bytes, is_table: bool) -> None:
        try:
            found = bulk.ids_in(bulk.text_in(content), is_table=is_table)
        except ListRefused:
            return
        assert found
        assert bulk.ids_of_lines("\n".join(found)) == found

    read()
