"""The PDF certificate: one sheet with the facts, a code that leads back, and no letter lost."""

import json
import random
from dataclasses import dataclass
from datetime import datetime

import pypdfium2
import pytest
import zxingcpp
from django.test import Client
from django.urls import reverse
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdfium2 import raw

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import certificates, issuing, services
from guildmark.apps.credentials.certificates import FONTS, LettersMissing, certificate_pdf
from guildmark.apps.credentials.models import Credential, CredentialType
from guildmark.apps.credentials.services import Award
from guildmark.apps.credentials.states import Move
from guildmark.apps.institute.queries import Institute
from tests.apps.accounts.factories import member, signed_in
from tests.apps.credentials.factories import awarded, moved

A4_LANDSCAPE = (842, 595)


@dataclass(frozen=True)
class Sheet:
    """What a reader finds in a PDF."""

    pages: int
    size: tuple[int, int]
    text: str
    codes: list[str]
    facts: dict[str, str]
    is_tagged: bool


def read(content: bytes) -> Sheet:
    """Read a PDF, and the codes in a picture of its first page."""
    document = pypdfium2.PdfDocument(content)
    page = document[0]
    picture = page.render(scale=2).to_pil()
    width, height = page.get_size()
    text = page.get_textpage().get_text_bounded()
    return Sheet(
        pages=len(document),
        size=(round(width), round(height)),
        text=" ".join(text.split()),
        codes=[code.text for code in zxingcpp.read_barcodes(picture)],
        facts=document.get_metadata_dict(),
        is_tagged=bool(raw.FPDFCatalog_IsTagged(document.raw)),
    )


def pdf_of(credential: Credential) -> str:
    return reverse("credentials:certificate_pdf", args=[credential.number])


@pytest.fixture
def made(cpap: CredentialType, registrar: User, holder: User, at: datetime) -> Credential:
    """What the holder holds."""
    return awarded(cpap, actor=registrar, at=at)


def named(made: Credential, name: str) -> Credential:
    """The same credential with another name, in memory only."""
    made.holder_name = name
    return made


def test_a_holder_downloads_one_sheet_with_the_facts_and_a_code_that_leads_to_the_answer(
    made: Credential, holder: User, client: Client
) -> None:
    signed_in(client, holder)
    held = client.get(reverse("credentials:held", args=[made.number])).text
    assert f'href="{pdf_of(made)}"' in held
    answer = client.get(pdf_of(made))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="{made.number}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    sheet = read(answer.content)
    assert (sheet.pages, sheet.size) == (1, A4_LANDSCAPE)
    assert sheet.codes == [f"https://example.org/verify/{made.number}"]
    for text in (
        "Example Institute", "Ada Example", "CPAP", made.number, "2 March 2026", "2 March 2028",
        "Passed the exam", f"https://example.org/verify/{made.number}", "no proof by itself",
    ):  # fmt: skip
        assert text in sheet.text


def test_the_file_says_what_it_is_who_made_it_and_when_and_can_be_read_aloud(
    made: Credential, at: datetime
) -> None:
    content = certificate_pdf(made, at=at)
    sheet = read(content)
    assert sheet.is_tagged
    assert sheet.facts["Title"] == f"Certificate {made.number}"
    assert sheet.facts["Author"] == "Example Institute"
    assert sheet.facts["CreationDate"] == "D:20260302120000Z"
    assert b"/Lang(en)" in content.replace(b" ", b"") or b"/Lang (en" in content
    assert certificate_pdf(made, at=at) == content


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Łukasiewicz-Şahin Ørsted", "Müller-Lüdenscheidt", "Nguyễn Thị Thảo", "Ægir Þórsson",
        "Αθηνά Παππά", "Іван Щербаков", "Jose\u0301 Pen\u0303a",
        "O\u2019Neill #1 *bold* _it_ $x$ @ref",
    ],
)  # fmt: skip
def test_letters_of_many_languages_and_marks_of_the_typesetter_print_as_they_are(
    made: Credential, at: datetime, name: str
) -> None:
    sheet = read(certificate_pdf(named(made, name), at=at))
    shown = name.replace("e\u0301", "é").replace("n\u0303", "ñ")
    assert shown in sheet.text


@pytest.mark.parametrize(
    ("name", "missing"), [("李雷", "李 雷"), ("Ada \U0001d50a שרה", "\U0001d50a ש ר ה")]
)
def test_a_name_that_the_fonts_lack_is_refused_and_can_be_printed_from_the_page(
    cpap: CredentialType, registrar: User, holder: User, client: Client, at: datetime, name: str,
    missing: str,
) -> None:  # fmt: skip
    wanted = Award(cpap, "holder@example.org", name, "Passed everything.")
    made = services.award(wanted, actor=registrar, at=at)
    assert isinstance(made, Credential)
    with pytest.raises(LettersMissing, match=missing):
        certificate_pdf(made, at=at)
    answer = signed_in(client, holder).get(pdf_of(made))
    assert answer.status_code == 422
    assert f"its fonts have no letter for {missing}" in answer.text
    assert "<svg" in answer.text
    assert name in answer.text


def test_texts_of_any_length_stay_on_one_sheet(made: Credential, at: datetime) -> None:
    long = named(made, "Wolfeschlegelsteinhausenbergerdorff " * 5)
    long.type.name = "Long " * 40
    for criteria in ("Words and words. " * 60, "Words and words.\n" * 500, ""):
        long.type.criteria = criteria
        sheet = read(certificate_pdf(long, at=at))
        assert sheet.pages == 1
        assert sheet.codes == [f"https://example.org/verify/{made.number}"]
        told_elsewhere = "https://example.org/credentials/types/CPAP/" in sheet.text
        assert told_elsewhere == (len(criteria) > 5000)


def test_the_longest_id_and_origin_stay_on_the_sheet(
    made: Credential, holder: User, at: datetime
) -> None:
    Institute.objects.update(origin=f"https://{'long-' * 11}name.{'sub-domain.' * 10}example.org")
    made.number = "OLD-REGISTRY-" + "2019-000000-" * 3 + "12345678901"
    sheet = read(certificate_pdf(made, at=at))
    assert (sheet.pages, len(made.number)) == (1, 60)
    assert sheet.codes == [issuing.address("credentials:verified", made.number)]
    assert made.number in sheet.text.replace("- ", "-")


@pytest.mark.parametrize("move", [Move.SUSPEND, Move.REVOKE])
def test_there_is_no_file_of_a_credential_that_does_not_hold(
    made: Credential, registrar: User, holder: User, client: Client, at: datetime, move: Move
) -> None:
    moved(made, move, actor=registrar, at=at)
    answer = signed_in(client, holder).get(pdf_of(made), follow=True)
    assert answer.redirect_chain == [(reverse("credentials:certificate", args=[made.number]), 302)]
    assert "There is no certificate to print" in answer.text
    assert pdf_of(made) not in answer.text


def test_nobody_but_the_holder_downloads_it(
    made: Credential, registrar: User, client: Client
) -> None:
    assert client.get(pdf_of(made))["Location"].startswith(reverse("account_login"))
    for person in (member(), registrar):
        assert signed_in(client, person).get(pdf_of(made)).status_code == 404


@pytest.mark.once
def test_the_letters_that_are_named_are_those_that_every_font_has() -> None:
    told = json.loads((FONTS / "manifest.json").read_text("utf-8"))
    cmaps = [set(TTFont(FONTS / each["file"]).getBestCmap()) for each in told["files"]]
    named = {code for first, last in told["letters"] for code in range(first, last + 1)}
    assert named == set.intersection(*cmaps)


@pytest.mark.once
@given(st.text(max_size=50))
def test_a_text_is_lacking_exactly_the_letters_that_are_not_named(text: str) -> None:
    missing = certificates.lacking([text])
    assert len(set(missing)) == len(missing)
    assert certificates.lacking([text.translate(dict.fromkeys(map(ord, missing)))]) == ""


@settings(deadline=None, max_examples=15)
@given(st.randoms(use_true_random=False))
def test_every_letter_that_is_named_can_be_typeset(chance: random.Random) -> None:
    import typst

    letters = chance.sample(sorted(certificates._letters()), 60)
    source = '#set text(font: ("Guildmark Serif"), fallback: false)\n#set document(title: "T")\n'
    content = typst.Compiler(
        f"{source}#text(sys.inputs.letters)".encode(),
        font_paths=certificates._fonts(),
        sys_inputs={"letters": " ".join(letters)},
    ).compile(format="pdf", pdf_standards="ua-1")
    assert isinstance(content, bytes)
