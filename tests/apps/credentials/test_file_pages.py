"""The page on which anybody has a signed file checked, and the wait for another issuer."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import StopUpload
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guildmark.apps.accounts.queries import User
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.jobs.runner import JobRunner
from guildmark.apps.audit.models import Event, Job
from guildmark.apps.credentials import file_forms, resolving
from guildmark.apps.credentials.models import Credential
from guildmark.apps.credentials.queries import CredentialType
from guildmark.apps.credentials.recognising import IssuerDescription, recognise
from guildmark.apps.credentials.states import Move
from guildmark.apps.credentials.uploads import READ_AT_MOST, InMemoryOnly
from guildmark.cores.vc import baking, status_list
from guildmark.cores.vc.status_list import Standing
from tests.apps.credentials.factories import awarded, moved
from tests.apps.credentials.foreign import EMAIL, Foreign, self_issued, serving
from tests.apps.credentials.test_files import SVG, a_picture

pytestmark = pytest.mark.django_db

PAGE = "/verify/file/"


@pytest.fixture(autouse=True)
def empty_cache(db: None) -> None:
    """Forget what was fetched before."""
    cache.clear()


@pytest.fixture
def made(cpap: CredentialType, registrar: User, holder: User) -> Credential:
    """A credential of ours, awarded now."""
    return awarded(cpap, actor=registrar, at=timezone.now())


@pytest.fixture
def foreign(tmp_path: Path, settings: Any, institute: None) -> Iterator[Foreign]:
    """Another issuer that can be asked."""
    with serving(tmp_path) as server:
        settings.GUILDMARK_TESTS_AUTHORITY = server.authority
        server.publish_list(at=timezone.now())
        yield server


def upload(client: Client, content: bytes, name: str = "badge.json", **fields: str) -> Any:
    """Send a file, as the form does."""
    return client.post(PAGE, {"file": SimpleUploadedFile(name, content), **fields})


def paste(client: Client, document: Any, **fields: str) -> Any:
    """Send a text, as the form does."""
    text = document if isinstance(document, str) else json.dumps(document)
    return client.post(PAGE, {"text": text, **fields})


def verdict(page: Any) -> str:
    """The word of the answer."""
    found = re.search(r'verdict__word" id="[^"]*">([^<]*)<', page.text)
    assert found is not None, page.text
    return found[1]


def outcome(page: Any, check: str) -> str:
    """How one check went, and its reason."""
    row = re.search(rf'<tr role="row" id="check-{check}">(.*?)</tr>', page.text, re.DOTALL)
    assert row is not None
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", row[1])).split())


def waiting_fields(page: Any) -> dict[str, str]:
    """What the waiting page would send by itself or by its button."""
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)
    assert text is not None
    hidden = re.findall(r'<input type="hidden" name="(email|waited)" value="([^"]*)"', page.text)
    return {"text": unescape(text[1]), **{name: unescape(value) for name, value in hidden}}


def work() -> int:
    """Do the jobs that wait, as the worker does."""
    runner = JobRunner("a worker of tests", timedelta(seconds=30))
    return sum(1 for _ in iter(runner.run_next, False))


def test_the_page_asks_for_a_file_and_says_that_nothing_is_stored(client: Client) -> None:
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "not stored" in page.text
    assert 'enctype="multipart/form-data"' in page.text
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert reverse("credentials:verify_file") == PAGE


def test_the_address_of_the_page_is_no_id(client: Client, institute: None) -> None:
    assert "What will be checked" not in client.get("/verify/file").text
    assert client.get(PAGE).resolver_match.url_name == "verify_file"


@pytest.mark.parametrize("form", ["json", "png", "svg", "paste"])
def test_our_credential_is_told_as_valid_in_every_form(
    client: Client, made: Credential, form: str
) -> None:
    text = made.document
    if form == "paste":
        page = paste(client, text)
    elif form == "png":
        page = upload(client, baking.bake_png(a_picture(), text), "badge.png")
    elif form == "svg":
        page = upload(client, baking.bake_svg(SVG, text).encode(), "badge.svg")
    else:
        page = upload(client, text.encode())
    assert page.status_code == 200
    assert verdict(page) == "Valid"
    assert made.number in page.text
    assert "Passed the exam" in page.text
    assert "not asked" in outcome(page, "subject")
    for check in ("format", "signature", "issuer", "dates", "status", "registry"):
        assert "holds" in outcome(page, check)


def test_the_signed_file_of_a_revoked_credential_is_told_as_revoked_with_the_cause(
    client: Client, made: Credential, registrar: User
) -> None:
    moved(made, Move.REVOKE, actor=registrar, at=timezone.now(), public_text="A wrong name.")
    page = paste(client, made.document)
    assert verdict(page) == "Revoked"
    assert "issued in error" in page.text
    assert "A wrong name." in page.text
    assert "fails" in outcome(page, "registry")
    assert "holds" in outcome(page, "signature")


def test_a_suspended_one_is_told_apart_from_a_revoked_one(
    client: Client, made: Credential, registrar: User
) -> None:
    moved(made, Move.SUSPEND, actor=registrar, at=timezone.now())
    assert verdict(paste(client, made.document)) == "Suspended"


def test_an_expired_one_is_told_with_its_day(client: Client, institute: None) -> None:
    page = paste(client, self_issued(validUntil="2026-01-02T00:00:00Z"))
    assert verdict(page) == "Expired"
    assert "since 2 January 2026" in page.text


def test_a_tampered_one_does_not_hold_and_nothing_it_says_is_shown(
    client: Client, made: Credential
) -> None:
    document = json.loads(made.document)
    document["name"] = "Doctor of Everything"
    page = paste(client, document)
    assert verdict(page) == "Does not hold"
    assert "changed after it was signed" in outcome(page, "signature")
    assert "Doctor of Everything" not in page.text
    assert "Passed the exam" not in page.text
    assert "no signature vouches for it" in page.text


def test_the_person_is_compared_and_another_person_is_no_valid_answer(
    client: Client, made: Credential
) -> None:
    right = paste(client, made.document, email="HOLDER@example.org")
    assert verdict(right) == "Valid"
    assert "holds" in outcome(right, "subject")
    wrong = paste(client, made.document, email="other@example.org")
    assert verdict(wrong) == "Does not hold"
    assert "not about" in outcome(wrong, "subject")


def test_an_issuer_that_nobody_knows_is_named_by_the_credential_alone_and_marked(
    client: Client, institute: None
) -> None:
    page = paste(client, self_issued())
    assert verdict(page) == "Could not check"
    assert "The credential itself says “Very Famous University”" in page.text
    assert "Nobody here vouches" in page.text


@pytest.mark.parametrize(
    "address",
    ["https://[", "http://localhost/", "https://example.org:22/", "did:x:y", "https://ü.example/"],
)
def test_an_odd_address_in_a_file_is_told_without_a_job(
    client: Client, institute: None, address: str
) -> None:
    status = status_list.entry("https://other.example/status", 1)
    page = paste(client, self_issued(credentialStatus={**status, "statusListCredential": address}))
    assert verdict(page) in ("Could not check", "Does not hold")
    assert not Job.objects.exists()


def test_times_and_salts_that_nobody_writes_do_no_harm(client: Client, institute: None) -> None:
    moments = {"validFrom": "0001-01-01T00:00:00+14:00", "validUntil": "9999-12-31T23:59:59-14:00"}
    assert paste(client, self_issued(**moments), email=EMAIL).status_code == 200
    text = json.dumps(self_issued()).replace("5a17", "\\ud800")
    assert "half a character" in paste(client, text, email=EMAIL).text


def test_what_the_credential_says_is_shown_as_text_only(client: Client, institute: None) -> None:
    page = paste(client, self_issued(name="<script>alert(1)</script>"))
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"Dear Sir", "not JSON"),
        (b"x" * 1_200_000, "1,000,000 bytes"),
        (b"x" * 4_000_000, "1,000,000 bytes"),
        (b"[{}, {}]", "holds 2 credentials"),
        (a_picture(), "no Open Badges 3.0 credential"),
    ],
)
def test_a_file_without_one_credential_is_explained_at_its_field(
    client: Client, content: bytes, words: str
) -> None:
    page = upload(client, content, email="ada@example.org")
    assert page.status_code == 400
    assert 'href="#id_file"' in page.text
    assert words in page.text
    assert 'value="ada@example.org"' in page.text


def test_nothing_or_both_is_explained_and_what_was_typed_stays(client: Client) -> None:
    assert "Choose a file, or paste" in client.post(PAGE, {}).text
    both = upload(client, b"{}", text='{"kept": "text"}')
    assert both.status_code == 400
    assert "not both" in both.text
    assert "&quot;kept&quot;" in both.text
    odd = paste(client, "{ odd", email="no address")
    assert "{ odd" in odd.text
    assert 'value="no address"' in odd.text


def test_a_forged_request_is_refused(made: Credential) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert paste(strict, made.document).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', strict.get(PAGE).text)
    assert token is not None
    assert paste(strict, made.document, csrfmiddlewaretoken=token[1]).status_code == 200


def test_an_upload_is_written_nowhere(
    client: Client, made: Credential, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a temporary file was made")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", never)
    before = Event.objects.count(), Job.objects.count()
    padded = made.document.encode() + b" " * 3_000_000
    assert upload(client, padded).status_code == 400
    assert verdict(upload(client, made.document.encode())) == "Valid"
    assert (Event.objects.count(), Job.objects.count()) == before


def parts(number: int, size: int, **fields: str) -> dict[str, Any]:
    """The fields of a request with so many files of so many bytes."""
    files = {f"file{each}": SimpleUploadedFile("x.json", b"x" * size) for each in range(number)}
    return {**fields, **files}


PAGES = [PAGE, "/verify/many/"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("number", "size"), [(90, 10), (4, 1_200_000), (1, 11_000_000)])
def test_a_request_with_more_than_one_file_can_hold_is_refused_before_it_is_kept(
    institute: None, page: str, number: int, size: int
) -> None:
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post(page, parts(number, size))
    assert refused.status_code == 413
    assert "000,000 bytes" in refused.text


@pytest.mark.parametrize("page", PAGES)
def test_a_request_that_announces_too_much_is_not_read(institute: None, page: str) -> None:
    kind = "multipart/form-data; boundary=x"
    refused = Client().generic("POST", page, b"", content_type=kind, CONTENT_LENGTH="100000000")
    assert refused.status_code == 413


@pytest.mark.once
def test_the_files_of_a_request_are_kept_up_to_one_size_for_all_together() -> None:
    alone = InMemoryOnly(largest=10)
    alone.new_file("file", "x.json", "text/plain", None)
    for start in (0, 20):
        alone.receive_data_chunk(b"x" * 20, start)
    assert alone.file_complete(40).size == 11
    together = InMemoryOnly(largest=10)
    together.new_file("file", "x.json", "text/plain", None)
    together.receive_data_chunk(b"x" * 6, 0)
    assert together.file_complete(6).size == 6
    together.new_file("file", "y.json", "text/plain", None)
    together.receive_data_chunk(b"x" * 4, 0)
    with pytest.raises(StopUpload):
        together.receive_data_chunk(b"x", 4)
    assert together.has_stopped


@pytest.mark.once
def test_a_file_without_an_end_is_stopped() -> None:
    handler = InMemoryOnly(largest=10)
    handler.new_file("file", "x.json", "text/plain", None)
    for start in range(READ_AT_MOST):
        handler.receive_data_chunk(b"x" * 10, start * 10)
    with pytest.raises(StopUpload):
        handler.receive_data_chunk(b"x", READ_AT_MOST * 10)


# Another issuer


def test_another_issuer_is_asked_by_the_worker_while_the_page_waits(
    client: Client, foreign: Foreign
) -> None:
    first = paste(client, foreign.credential(), email=EMAIL)
    assert "Asking the issuer" in first.text
    assert f"localhost:{foreign.port}" in first.text
    assert 'hx-trigger="load delay:1s"' in first.text
    assert foreign.asked == []
    second = client.post(PAGE, waiting_fields(first))
    assert "Asking the issuer" in second.text
    assert Job.objects.count() == 1
    while "Asking the issuer" in second.text:
        assert work() > 0
        second = client.post(PAGE, waiting_fields(second))
    place = f"localhost:{foreign.port}"
    assert verdict(second) == f"Signed by {place}"
    assert "verdict--valid" not in second.text
    assert "Everything that was checked holds, but Example Institute does not know" in second.text
    assert "holds" in outcome(second, "signature")
    assert "holds" in outcome(second, "status")
    assert "holds" in outcome(second, "subject")
    assert f"holds {place} says that this key is its own." in outcome(second, "issuer")
    assert "not known Example Institute does not know" in outcome(second, "recognition")
    assert "Nobody here vouches" in second.text
    assert "whoever runs localhost" in second.text
    assert len(foreign.asked) == 2


def checked_by_the_worker(client: Client, document: Any) -> Any:
    """The answer about a credential of another issuer, after the worker has asked."""
    page = paste(client, document)
    while "Asking the issuer" in page.text:
        assert work() > 0
        page = client.post(PAGE, waiting_fields(page))
    return page


def test_a_recognised_issuer_is_shown_by_the_name_that_the_institute_gave_it(
    client: Client, foreign: Foreign
) -> None:
    known = IssuerDescription(foreign.did, "University of Somewhere")
    recognise(known, actor=SYSTEM, at=timezone.now())
    page = checked_by_the_worker(client, foreign.credential())
    assert verdict(page) == "Valid"
    assert "Recognised by Example Institute as University of Somewhere." in page.text
    assert f"Signed by localhost:{foreign.port}." in page.text
    assert "It was not awarded by Example Institute." in page.text
    assert "Very Famous University" not in page.text


def test_a_host_that_looks_like_markup_or_another_host_is_shown_as_what_it_is(
    client: Client, foreign: Foreign
) -> None:
    page = checked_by_the_worker(client, foreign.credential(name="<b>University</b>"))
    assert "<b>University" not in page.text
    assert foreign.did in page.text


def test_neither_credential_nor_person_nor_address_is_kept_with_the_job(
    client: Client, foreign: Foreign
) -> None:
    paste(client, foreign.credential(), email=EMAIL)
    work()
    kept = json.dumps(list(Job.objects.values("args", "kwargs", "result", "message", "key")))
    for secret in ("Frameworks", EMAIL, EMAIL.lower(), "localhost", "did.json"):
        assert secret not in kept


def test_the_documents_are_used_again_for_the_next_visitor(
    client: Client, foreign: Foreign
) -> None:
    foreign.publish_list(Standing.REVOKED, at=timezone.now())
    page = paste(client, foreign.credential())
    while "Asking the issuer" in page.text:
        work()
        page = client.post(PAGE, waiting_fields(page))
    asked = list(foreign.asked)
    assert verdict(paste(Client(), foreign.credential())) == "Revoked"
    assert foreign.asked == asked


def test_without_a_worker_the_page_gives_up_after_a_while(client: Client, foreign: Foreign) -> None:
    page = paste(client, foreign.credential())
    for _ in range(file_forms.WAITS_AT_MOST + 1):
        if "Asking the issuer" not in page.text:
            break
        page = client.post(PAGE, waiting_fields(page))
    assert verdict(page) == "Could not check"
    assert "not fetched in time" in outcome(page, "signature")
    assert Job.objects.count() == 1


def test_an_issuer_that_is_away_is_told_as_not_checked(client: Client, foreign: Foreign) -> None:
    foreign.answers.clear()
    page = paste(client, foreign.credential())
    assert "Asking the issuer" in page.text
    work()
    page = client.post(PAGE, waiting_fields(page))
    assert verdict(page) == "Could not check"
    assert "no such document" in outcome(page, "signature")
    assert foreign.asked == ["/.well-known/did.json"]


def test_who_asks_for_too_much_gets_an_answer_without_it(
    client: Client, foreign: Foreign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolving, "ASKED_AT_MOST", 0)
    assert verdict(paste(client, foreign.credential())) == "Could not check"
    assert not Job.objects.exists()


def test_a_tampered_one_of_another_issuer_does_not_make_us_ask_for_its_list(
    client: Client, foreign: Foreign
) -> None:
    page = paste(client, {**foreign.credential(), "name": "Doctor of Everything"})
    while "Asking the issuer" in page.text:
        work()
        page = client.post(PAGE, waiting_fields(page))
    assert verdict(page) == "Does not hold"
    assert foreign.asked == ["/.well-known/did.json"]
