"""Full-text search over requirements. The only module that knows the two databases' dialects.

On SQLite an FTS5 table, on PostgreSQL a table of weighted `tsvector` with a GIN index; neither
needs an extension. Words are read and stemmed here, for both alike: a requirement is found when
each word of the query, or its stem, begins a word or a stem of the text. Matches in label and
title come first.
"""

import re
from collections.abc import Iterable

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import QuerySet

from guildmark.cores.textkit import stem

from .models import Edition, Requirement

WORD = re.compile(r"\w+")
MOST_WORDS = 12
# They stand in nearly every text, so they narrow nothing down.
COMMON = frozenset(
    "a an and are as at be by for from in is it of on or that the to with".split()  # noqa: SIM905
)
BODY = ("section", "intent", "guidance", "evidence", "rationale", "alternatives")


def create_index(editor: BaseDatabaseSchemaEditor) -> None:
    """Make the search table; called by a migration."""
    for statement in _CREATE[editor.connection.vendor]:
        editor.execute(statement)


def drop_index(editor: BaseDatabaseSchemaEditor) -> None:
    """Remove the search table; called when that migration is taken back."""
    editor.execute("DROP TABLE standard_search")


def index(edition: Edition) -> None:
    """Make the requirements of an edition findable. Its texts never change, so once is enough."""
    rows = [_row(each) for each in _requirements(edition)]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM standard_search WHERE edition_id = %s", [edition.pk])
        cursor.executemany(_INSERT[connection.vendor], rows)


def find(text: str, *, edition: Edition) -> list[int]:
    """Return the ids of the requirements of an edition that match, the best first.

    `text` is what a person typed; signs that are no part of a word are passed over. No words, no
    matches.
    """
    typed = _words(text)[:MOST_WORDS]
    found = [word for word in typed if word not in COMMON] or typed
    if not found:
        return []
    query = _QUERY[connection.vendor](found)
    with connection.cursor() as cursor:
        cursor.execute(_FIND[connection.vendor], {"query": query, "edition": edition.pk})
        return [row[0] for row in cursor.fetchall()]


def _requirements(edition: Edition) -> QuerySet[Requirement]:
    return Requirement.objects.filter(edition=edition).select_related("domain")


def _row(requirement: Requirement) -> tuple[int, int, str, str, str]:
    heading = _indexed(f"{requirement.label} {requirement.key} {requirement.title}")
    more = [getattr(requirement, name) for name in BODY]
    body = "\n".join([requirement.domain.title, *filter(None, more), *requirement.tags])
    return (
        requirement.pk,
        requirement.edition_id,
        heading,
        _indexed(requirement.statement),
        _indexed(body),
    )


def _words(text: str) -> list[str]:
    """Return the words of a text in lower case; labels such as PSF-2.3 are three."""
    return WORD.findall(text.replace("_", " ").lower())


def _indexed(text: str) -> str:
    """Return the words of a text, each with its stem beside it where that differs."""
    return " ".join(form for word in _words(text) for form in dict.fromkeys((word, stem(word))))


def _fts_query(found: Iterable[str]) -> str:
    return " AND ".join(f'("{word}"* OR "{stem(word)}"*)' for word in found)


def _ts_query(found: Iterable[str]) -> str:
    return " & ".join(f"({word}:* | {stem(word)}:*)" for word in found)


_FTS_TABLE = """
CREATE VIRTUAL TABLE standard_search
USING fts5(edition_id UNINDEXED, heading, statement, body, tokenize = 'unicode61')
"""
_VECTOR_TABLE = """
CREATE TABLE standard_search
(requirement_id bigint PRIMARY KEY, edition_id bigint NOT NULL, document tsvector)
"""
_CREATE = {
    "sqlite": [_FTS_TABLE],
    "postgresql": [
        _VECTOR_TABLE,
        "CREATE INDEX standard_search_document ON standard_search USING gin (document)",
        "CREATE INDEX standard_search_edition ON standard_search (edition_id)",
    ],
}
_INSERT = {
    "sqlite": """
INSERT INTO standard_search (rowid, edition_id, heading, statement, body)
VALUES (%s, %s, %s, %s, %s)
""",
    "postgresql": """
INSERT INTO standard_search (requirement_id, edition_id, document)
VALUES (%s, %s, setweight(to_tsvector('simple', %s), 'A')
    || setweight(to_tsvector('simple', %s), 'B') || setweight(to_tsvector('simple', %s), 'C'))
""",
}
_QUERY = {"sqlite": _fts_query, "postgresql": _ts_query}
_FIND = {
    "sqlite": """
SELECT rowid FROM standard_search
WHERE standard_search MATCH %(query)s AND edition_id = %(edition)s
ORDER BY bm25(standard_search, 0.0, 8.0, 4.0, 1.0), rowid
""",
    "postgresql": """
SELECT requirement_id FROM standard_search, to_tsquery('simple', %(query)s) AS query
WHERE document @@ query AND edition_id = %(edition)s
ORDER BY ts_rank('{0.1, 0.1, 0.4, 1.0}', document, query) DESC, requirement_id
""",
}
