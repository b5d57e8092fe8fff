"""Files are read with what their names and the caller say, and written in each format."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from guildmark.apps.standard.exchange import (
    DOWNLOADS,
    READABLE,
    WRITERS,
    Format,
    Hints,
    from_file_name,
    read,
    write,
)
from guildmark.apps.standard.services import release_edition
from guildmark.cores.catalog import CatalogRefused

from .factories import FIRST, a_catalog, release

NAMES = {
    "nist-800-53-rev4": ("nist-800-53", "4"),
    "nist-800-53-rev5": ("nist-800-53", "5"),
    "NIST_SP-800-53_rev5": ("nist-sp-800-53", "5"),
    "nist-800-53-r5": ("nist-800-53", "5"),
    "asvs-4.0.3": ("asvs", "4.0.3"),
    "asvs-5.0.0": ("asvs", "5.0.0"),
    "ASVS v5.0": ("asvs", "5.0"),
    "OWASP Application Security 4.0.3": ("owasp-application-security", "4.0.3"),
    "psf": ("psf", ""),
    "psf_v1.1": ("psf", "1.1"),
    "psf-1.1": ("psf", "1.1"),
    "psf.1.1": ("psf", "1.1"),
    "psf-ed2": ("psf", "2"),
    "psf-ed-2": ("psf", "2"),
    "psf-Rev.5.1": ("psf", "5.1"),
    "iso-27001": ("iso-27001", ""),
    "nist-800-53": ("nist-800-53", ""),
    "v5": ("v5", ""),
    "5.0": ("5-0", ""),
    "server5": ("server5", ""),
    "harbour-v": ("harbour-v", ""),
    "Käse-1.0": ("k-se", "1.0"),
    "-_-": ("", ""),
    "": ("", ""),
}
ASVS = {
    "requirements": [
        {
            "chapter_id": "V1",
            "chapter_name": "Architecture",
            "section_id": "V1.1",
            "section_name": "Secure Development",
            "req_id": "V1.1.1",
            "req_description": "Verify that a life cycle is used.",
            "level1": "",
            "level2": "x",
            "level3": "x",
            "cwe": "",
            "nist": "",
        }
    ]
}


@pytest.mark.once
@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_tells_key_and_number(name: str) -> None:
    assert from_file_name(name) == NAMES[name]


@pytest.mark.once
@pytest.mark.parametrize("form", [Format.JSON, Format.CSV])
def test_what_is_written_reads_as_the_same(form: Format) -> None:
    assert read(write(FIRST, form), form).catalog == FIRST


@pytest.mark.django_db
def test_what_is_written_as_oscal_reads_as_the_same() -> None:
    assert read(write(FIRST, Format.OSCAL), Format.OSCAL).catalog == FIRST


@pytest.mark.once
def test_every_format_but_markdown_is_read_and_every_one_but_asvs_is_written() -> None:
    assert set(READABLE) == set(Format) - {Format.MARKDOWN}
    assert set(WRITERS) == set(Format) - {Format.ASVS}
    assert {each.format for each in DOWNLOADS.values()} == set(WRITERS)
    with pytest.raises(CatalogRefused, match="not read"):
        read("# Title", Format.MARKDOWN)


@pytest.mark.once
def test_what_the_caller_says_counts_more_than_what_the_file_says() -> None:
    said = Hints(
        key="other", code="XY", name="Other", number="7", supersedes="6", licence="CC0",
        attribution="Them",
    )  # fmt: skip
    found = read(write(FIRST, Format.JSON), Format.JSON, file="psf-9.9", hints=said).catalog
    assert found == replace(
        FIRST,
        framework=replace(FIRST.framework, key="other", code="XY", name="Other"),
        edition=replace(
            FIRST.edition, number="7", supersedes="6", licence="CC0", attribution="Them"
        ),
    )


@pytest.mark.django_db
def test_an_asvs_file_takes_key_and_number_from_its_name() -> None:
    found = read(json.dumps(ASVS), Format.ASVS, file="asvs-4.0.3").catalog
    assert (found.framework.key, found.edition.number) == ("asvs", "4.0.3")
    assert found.framework.external
    said = Hints(key="web", number="5")
    found = read(json.dumps(ASVS), Format.ASVS, file="asvs-4.0.3", hints=said).catalog
    assert (found.framework.key, found.edition.number) == ("web", "5")


@pytest.mark.django_db
def test_an_asvs_file_whose_edition_nobody_tells_is_refused_with_what_to_do() -> None:
    with pytest.raises(CatalogRefused, match="--edition"):
        read(json.dumps(ASVS), Format.ASVS, file="asvs")


@pytest.mark.django_db
def test_a_foreign_edition_follows_the_one_that_came_in_last_and_keeps_its_place(
    at: datetime,
) -> None:
    def came_in(number: str, **hints: Any) -> tuple[str, bool]:
        said = Hints(number=number, **hints)
        catalog = read(json.dumps(ASVS), Format.ASVS, file="asvs", hints=said).catalog
        return catalog.edition.supersedes, release_edition(catalog, actor=None, at=at).is_new

    assert came_in("4.0.2") == ("", True)
    assert came_in("4.0.3") == ("4.0.2", True)
    assert came_in("5.0.0") == ("4.0.3", True)
    assert came_in("4.0.2") == ("", False)
    assert came_in("4.0.3") == ("4.0.2", False)
    assert came_in("6", supersedes="4.0.3") == ("4.0.3", True)


@pytest.mark.django_db
def test_an_own_edition_as_oscal_follows_what_it_says_itself() -> None:
    release(FIRST)
    text = write(a_catalog("2.0"), Format.OSCAL)
    assert read(text, Format.OSCAL).catalog.edition.supersedes == ""


@pytest.mark.once
@pytest.mark.parametrize("form", [Format.JSON, Format.CSV, Format.ASVS])
@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\0", "a,b\n1,2", "{}"])
def test_what_is_no_such_file_is_refused(form: Format, text: str) -> None:
    with pytest.raises(CatalogRefused):
        read(text, form, file="asvs-1.0")
