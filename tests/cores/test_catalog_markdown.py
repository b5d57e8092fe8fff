from datetime import UTC, datetime

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token
from tests.strategies.catalog import catalogs

from guildmark.cores.catalog import (
    Catalog,
    ChangeClass,
    Domain,
    Edition,
    Framework,
    Lineage,
    LineageKind,
    Reference,
    Requirement,
    Status,
    WithdrawalReason,
    write_markdown,
)

pytestmark = pytest.mark.once

CATALOG = Catalog(
    framework=Framework(key="psf", code="PSF", name="Production Safety Framework"),
    edition=Edition(
        number="1.1", supersedes="1.0", released_at=datetime(2026, 9, 1, tzinfo=UTC), licence="X"
    ),
    domains=(
        Domain(
            key="input",
            label="PSF-1",
            title="Input",
            requirements=(
                Requirement(
                    key="a",
                    label="PSF-1.1",
                    title="Checked <b>",
                    statement="Inputs shall be:\n- checked\n- kept",
                    rationale="Because.",
                    references=(Reference(text="RFC", url="https://example.org"),),
                    section="First",
                ),
                Requirement(
                    key="b",
                    label="PSF-1.2",
                    status=Status.WITHDRAWN,
                    withdrawn_reason=WithdrawalReason.COVERED_BY,
                    successors=("a",),
                ),
            ),
        ),
    ),
    lineage=(
        Lineage(
            kind=LineageKind.MERGED,
            sources=("x", "y"),
            targets=("a",),
            confirmed=ChangeClass.SUBSTANTIVE,
            rationale="One was enough.\nTruly.",
        ),
    ),
)


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").parse(text)


def shown(token: Token) -> str:
    """Return the words of an inline token; hard breaks become new lines."""
    breaks = {"hardbreak": "\n", "softbreak": "?"}
    return "".join(breaks.get(each.type, each.content) for each in token.children or ())


def headings(text: str) -> list[str]:
    found = tokens(text)
    return [shown(found[n + 1]) for n, each in enumerate(found) if each.type == "heading_open"]


def test_a_document_reads_from_the_title_to_the_changes() -> None:
    assert (
        write_markdown(CATALOG)
        == """\
# PSF 1.1: Production Safety Framework

**Framework:** Production Safety Framework

**Released:** 2026-09-01

**Supersedes:** 1.0

**Licence:** X

## PSF-1 Input

### First

#### PSF-1.1 Checked \\<b\\>

**Status:** normative

Inputs shall be:\\
\\- checked\\
\\- kept

**Rationale:** Because.

**References:**

- [RFC](<https://example.org>)

#### PSF-1.2

**Status:** withdrawn, covered by PSF-1.1

## Changes since 1.0

- **merged:** x, y → PSF-1.1, substantive. One was enough.\\
  Truly.
"""
    )


def expected_headings(catalog: Catalog) -> list[str]:
    framework, edition = catalog.framework, catalog.edition
    found = [f"{framework.code} {edition.number}: {edition.title or framework.name}"]
    for domain in catalog.domains:
        found.append(f"{domain.label} {domain.title}")
        section = ""
        for each in domain.requirements:
            found += [each.section] if each.section and each.section != section else []
            section = each.section
            found.append(f"{each.label} {each.title}".rstrip())
    return [*found, f"Changes since {edition.supersedes}"] if catalog.lineage else found


@given(catalogs())
def test_no_text_makes_or_breaks_a_heading(catalog: Catalog) -> None:
    assert headings(write_markdown(catalog)) == expected_headings(catalog)


@given(catalogs())
def test_no_text_becomes_html_code_or_a_link_of_its_own(catalog: Catalog) -> None:
    found = tokens(write_markdown(catalog))
    inner = [child for each in found for child in each.children or ()]
    kinds = {each.type for each in [*found, *inner]}
    assert not kinds & {
        *("html_block", "html_inline", "code_block", "code_inline", "fence", "image", "em", "hr"),
        *("blockquote_open", "ordered_list_open", "table_open"),
    }
    links = [each.attrs["href"] for each in inner if each.type == "link_open"]
    urls = [ref.url for each in catalog.requirements for ref in each.references if ref.url]
    urls += [catalog.edition.licence_url] if catalog.edition.licence_url else []
    assert len(links) == len(urls)


@given(catalogs())
def test_every_statement_is_shown_word_for_word(catalog: Catalog) -> None:
    paragraphs = [shown(each) for each in tokens(write_markdown(catalog)) if each.type == "inline"]
    for requirement in catalog.requirements:
        for line in requirement.statement.split("\n"):
            bare = line.strip().replace("\t", "    ")
            assert any(bare in each for each in paragraphs)
