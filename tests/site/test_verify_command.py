"""`guildmark verify`: what it prints and the codes it ends with."""

import json
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.credentials.models import Credential
from guildmark.apps.credentials.recognising import IssuerDescription, recognise
from guildmark.apps.credentials.states import Move
from guildmark.apps.institute.services import found_institute
from guildmark.cores.vc import baking
from guildmark.cores.vc.status_list import Standing
from tests.apps.accounts.factories import staff
from tests.apps.credentials.factories import a_type, awarded, moved
from tests.apps.credentials.foreign import EMAIL, Foreign, self_issued, serving
from tests.apps.credentials.test_files import SVG, a_picture
from tests.site.test_cli import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def institute(db: None, at: datetime) -> None:
    """Found the institute that asks."""
    found_institute(
        name="Example Institute",
        origin="https://example.org",
        contact_email="office@example.org",
        actor=SYSTEM,
        at=at,
    )


@pytest.fixture
def registrar(institute: None) -> User:
    """Who awards."""
    return staff(Role.REGISTRAR)


@pytest.fixture
def made(registrar: User, at: datetime) -> Credential:
    """A credential of ours, awarded now."""
    return awarded(a_type("CPAP", at=at, second_person=()), actor=registrar, at=timezone.now())


@pytest.fixture
def foreign(tmp_path: Path, settings: Any, institute: None) -> Iterator[Foreign]:
    """Another issuer that can be asked."""
    with serving(tmp_path) as server:
        settings.GUILDMARK_TESTS_AUTHORITY = server.authority
        server.publish_list(at=timezone.now())
        yield server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the credential lies."""
    return tmp_path / "credential"


def verify(file: Path | str, *options: str) -> tuple[int, str]:
    """The exit code of the command, and what it prints."""
    output = StringIO()
    try:
        call_command("verify", str(file), *options, stdout=output)
    except SystemExit as end:
        return int(str(end.code)), output.getvalue()
    except CommandError as refusal:
        return refusal.returncode, str(refusal)
    return 0, output.getvalue()


def write(file: Path, document: Any) -> Path:
    """Put a credential into the file."""
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


@pytest.mark.parametrize("form", ["json", "png", "svg"])
def test_a_credential_of_ours_holds_in_every_form(made: Credential, file: Path, form: str) -> None:
    contents = {
        "json": made.document.encode(),
        "png": baking.bake_png(a_picture(), made.document),
        "svg": baking.bake_svg(SVG, made.document).encode(),
    }
    file.write_bytes(contents[form])
    code, told = verify(file, "--offline")
    assert code == 0
    assert "holds        Signature:" in told
    assert "not asked    Person:" in told
    assert "CPAP, issued by Example Institute" in told
    assert told.splitlines()[-1].startswith("Valid (checked ")


def test_standard_input_is_read_too(made: Credential, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = TextIOWrapper(BytesIO(baking.bake_png(a_picture(), made.document)))
    monkeypatch.setattr("sys.stdin", pipe)
    assert verify("-")[0] == 0


def test_a_revoked_one_does_not_hold(made: Credential, registrar: User, file: Path) -> None:
    moved(made, Move.REVOKE, actor=registrar, at=timezone.now())
    file.write_text(made.document, encoding="utf-8")
    code, told = verify(file)
    assert code == 1
    assert "FAILS        Our registry:" in told
    assert told.splitlines()[-1].startswith("Revoked (checked ")


def test_a_tampered_one_does_not_hold(made: Credential, file: Path) -> None:
    write(file, {**json.loads(made.document), "name": "Doctor"})
    code, told = verify(file)
    assert code == 1
    assert "Doctor" not in told
    assert told.splitlines()[-1].startswith("Does not hold")


def test_another_issuer_is_asked_and_holds_for_who_trusts_it(foreign: Foreign, file: Path) -> None:
    write(file, foreign.credential())
    code, told = verify(file)
    assert code == 3
    assert f"holds        Issuer: localhost:{foreign.port} says that this key is its own." in told
    assert "not known    Known here: Example Institute does not know this issuer." in told
    assert "Holds, by an issuer that is not known here (checked " in told
    assert verify(file, "--trust", foreign.did, "--email", EMAIL)[0] == 0
    assert verify(file, "--trust", foreign.did, "--email", "other@example.org")[0] == 1
    foreign.publish_list(Standing.REVOKED, at=timezone.now())
    assert verify(file, "--trust", foreign.did)[0] == 1


def test_an_issuer_that_the_institute_recognises_holds_by_the_name_it_has_here(
    foreign: Foreign, file: Path
) -> None:
    write(file, foreign.credential())
    known = IssuerDescription(foreign.did, "University of Somewhere")
    recognise(known, actor=SYSTEM, at=timezone.now())
    code, told = verify(file, "--format", "json")
    document = json.loads(told)
    assert code == 0
    assert document["verdict"] == "valid"
    assert document["issuer"] == {
        "id": foreign.did, "name": "University of Somewhere",
        "place": f"localhost:{foreign.port}", "recognisedAs": "University of Somewhere",
        "trusted": True,
    }  # fmt: skip


def test_programs_are_told_apart_who_signed_and_whether_they_are_known(
    foreign: Foreign, file: Path
) -> None:
    write(file, foreign.credential())
    code, told = verify(file, "--format", "json")
    document = json.loads(told)
    assert code == 3
    assert (document["verdict"], document["outcome"]) == ("unrecognised", "could_not_check")
    assert document["checks"]["issuer"]["outcome"] == "holds"
    assert document["checks"]["recognition"]["code"] == "issuer_unknown"
    assert document["issuer"]["trusted"] is False


def test_one_run_asks_each_address_once(foreign: Foreign, file: Path) -> None:
    verify(write(file, foreign.credential()))
    assert sorted(foreign.asked) == ["/.well-known/did.json", "/status/1"]


def test_offline_nobody_is_asked(foreign: Foreign, file: Path) -> None:
    code, told = verify(write(file, foreign.credential()), "--offline", "--trust", foreign.did)
    assert code == 3
    assert "no network was to be used" in told
    assert foreign.asked == []


def test_without_an_institute_the_credentials_of_others_can_be_checked(
    db: None, file: Path
) -> None:
    document = self_issued()
    assert verify(write(file, document))[0] == 3
    assert verify(file, "--trust", document["issuer"]["id"])[0] == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 1),
        (b"Dear Sir", 1),
        (b"[{}, {}]", 1),
        (b" " * 1_000_001 + b"x", 1),
        (b"eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2ln", 3),
    ],
)
def test_what_is_no_credential_does_not_hold_and_what_is_not_read_here_is_not_checked(
    institute: None, file: Path, content: bytes, code: int
) -> None:
    file.write_bytes(content)
    assert verify(file)[0] == code


def test_a_file_that_is_not_there_could_not_be_checked(institute: None, file: Path) -> None:
    code, told = verify(file)
    assert code == 3
    assert "can't be read: No such file" in told


def test_programs_get_one_json_document(made: Credential, file: Path) -> None:
    file.write_text(made.document, encoding="utf-8")
    code, told = verify(file, "--format", "json")
    document = json.loads(told)
    assert code == 0
    assert document["ok"] is True
    assert document["verdict"] == "valid"
    assert document["checks"]["registry"]["outcome"] == "holds"
    assert document["issuer"] == {
        "id": "did:web:example.org", "name": "Example Institute", "place": "example.org",
        "trusted": True,
    }  # fmt: skip
    file.write_text("{ odd", encoding="utf-8")
    code, told = verify(file, "--format", "json")
    assert code == 1
    assert json.loads(told)["ok"] is False


def test_a_database_without_tables_is_no_verdict(tmp_path: Path, file: Path) -> None:
    write(file, self_issued())
    done = run("verify", str(file), "--offline", GUILDMARK_VAR=str(tmp_path / "var"))
    assert done.returncode == 3
    assert "database" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_reference_lists_the_codes_and_every_check() -> None:
    page = Path("docs/reference/verification.md").read_text(encoding="utf-8")
    for word in ("`0`", "`1`", "`2`", "`3`", "format", "signature", "issuer", "dates", "registry"):
        assert word in page
