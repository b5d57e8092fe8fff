"""What the core says about a file is told in the language of the visitor."""

import json
import struct
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import translation
from django.utils.translation import trans_real

from guildmark.apps.credentials import examining, resolving
from guildmark.apps.credentials.files import FileRefused, text_in
from guildmark.apps.credentials.resolving import FetchedDocuments
from guildmark.apps.credentials.sayings import translated
from guildmark.cores.vc.sentences import sentence
from guildmark.cores.vc.verification import Unavailable
from tests.apps.credentials.foreign import self_issued

ESPERANTO = {
    "The PNG picture is damaged: %(what)s. Upload the original file.": (
        "La PNG-bildo estas difektita: %(what)s. Alŝutu la originalon."
    ),
    "it is cut off": "ĝi estas tranĉita",
    "Values are nested deeper than %(most)s.": "Valoroj estas tro profundaj: %(most)s.",
    "The credential was valid until %(moment)s.": "Valida ĝis %(moment)s.",
    "The host %(host)s has the address %(address)s, which is not public. Nothing is fetched from "
    "inside a network.": "%(host)s havas la adreson %(address)s.",
}
MAGIC = 0x950412DE
HEADER = "Content-Type: text/plain; charset=UTF-8\n"


def catalogue(messages: Mapping[str, str]) -> bytes:
    """A file of translations, as the program msgfmt makes it."""
    pairs = sorted((key.encode(), text.encode()) for key, text in {"": HEADER, **messages}.items())
    places, texts, start = [], b"", 28 + 16 * len(pairs)
    for column in (0, 1):
        for pair in pairs:
            places += [len(pair[column]), start + len(texts)]
            texts += pair[column] + b"\0"
    head = [MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 28 + 16 * len(pairs)]
    return struct.pack(f"<{len(head) + len(places)}I", *head, *places) + texts


@pytest.fixture
def esperanto(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A visitor who reads Esperanto, and a catalogue with some sentences."""
    folder = tmp_path / "eo" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(catalogue(ESPERANTO))
    settings.LOCALE_PATHS = [tmp_path]
    monkeypatch.setattr(trans_real, "_translations", {})
    with translation.override("eo"):
        yield


@pytest.mark.once
def test_without_a_catalogue_a_sentence_is_told_as_it_is() -> None:
    told = sentence("No %(what)s.", what=sentence("key")).at("/proof")
    assert translated(told) == str(told) == "/proof: No key."


@pytest.mark.once
def test_a_refused_file_is_told_in_the_language_of_the_visitor(esperanto: None) -> None:
    with pytest.raises(FileRefused) as refusal:
        text_in(b"\x89PNG\r\n\x1a\n")
    assert str(refusal.value) == (
        "La PNG-bildo estas difektita: ĝi estas tranĉita. Alŝutu la originalon."
    )


@pytest.mark.django_db
def test_a_check_is_told_in_the_language_of_the_visitor(esperanto: None, at: datetime) -> None:
    found = examining.examine(self_issued(validUntil="2026-01-02T00:00:00Z"), at=at)
    reasons = {each.name: each.reason for each in found.checks}
    assert reasons["dates"] == "Valida ĝis 2026-01-02T00:00:00Z."
    assert json.dumps(found.as_json(), ensure_ascii=False).count("Valida ĝis") == 1


@pytest.mark.django_db
def test_what_the_worker_found_in_its_language_is_told_in_that_of_the_visitor(
    esperanto: None, at: datetime
) -> None:
    cache.clear()
    url = "https://127.0.0.1/did.json"
    with translation.override("en"):
        word = resolving.note_asked(url, visitor="192.0.2.1", at=at)
        assert word is not None
        assert resolving.fetch_asked(word)
    with pytest.raises(Unavailable) as reason:
        FetchedDocuments()(url)
    assert translated(reason.value.sentence) == "127.0.0.1 havas la adreson 127.0.0.1."
