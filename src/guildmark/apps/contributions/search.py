"""Full-text search over contributions. The only module here that knows the databases' dialects.

Two texts of each are indexed apart: the public summary, which everybody may find it by, and all
that was sent, for who reads the queue. Words are read and stemmed by `textkit`, for both databases
alike. Unlike a search box, `alike` asks for any of the rarer words, because it looks for what says
the same in other words; its callers rank what it finds. How rare a word is, SQLite counts, and
PostgreSQL has estimated when it last analysed the table.
"""

import re
from typing import Any

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BigIntegerField, F, Func, Q
from django.db.models.expressions import RawSQL
from django.db.models.lookups import In

from guildmark.cores.textkit import stem

from .models import Contribution

WORD = re.compile(r"\w+")
MOST_WORDS = 24
SHORTEST = 3
RANKED_AT_MOST, ALIKE_AT_MOST = 2_000, 150
"""So many texts that share a rarer word are ranked, and the likest returned."""
EVERYTHING, PUBLIC = "everything", "public"
# They stand in nearly every text, so they tell none from another.
COMMON = frozenset(
    WORD.findall(
        "a about all also an and any are as at be been but by can do does for from had has have "
        "how i if in into is it its may more no not of on one only or other our should so such "
        "than that the their them then there these they this those to up us use used was we were "
        "what when which while who will with you your"
    )
)


def create_index(editor: BaseDatabaseSchemaEditor) -> None:
    """Make the search table; called by a migration."""
    for statement in _CREATE[editor.connection.vendor]:
        editor.execute(statement)


def drop_index(editor: BaseDatabaseSchemaEditor) -> None:
    """Remove the search table; called when that migration is taken back."""
    editor.execute("DROP TABLE contributions_search")


def index(*rows: Contribution) -> None:
    """Make contributions findable as they are now."""
    with connection.cursor() as cursor:
        keys = [[each.pk] for each in rows]
        cursor.executemany(_DELETE[connection.vendor], keys)
        cursor.executemany(_INSERT[connection.vendor], [_row(each) for each in rows])


def holding(text: str, *, within: str) -> Q:
    """Return the condition that a contribution holds every word that was typed."""
    typed = words(text)[:MOST_WORDS]
    found = [word for word in typed if word not in COMMON] or typed
    if not found:
        return Q(pk__in=[])
    query = _HOLDING[connection.vendor](found, within)
    keys = RawSQL(_FIND[connection.vendor][within], [query], BigIntegerField())  # noqa: S611 - texts of ours
    return Q(In(_OfEachRow(F("pk")), keys))


def alike(text: str, *, within: str) -> list[int]:
    """Return the keys of feedback that shares telling words with a text, the likest first.

    What was joined to another is found as that one; what was taken back is not found.
    """
    found = _rarest(telling(text), within)
    if not found:
        return []
    query = _SHARING[connection.vendor](found, within)
    with connection.cursor() as cursor:
        cursor.execute(_RANK[connection.vendor][within], {"query": query, "most": ALIKE_AT_MOST})
        return list(dict.fromkeys(row[0] for row in cursor.fetchall()))


def words(text: str) -> list[str]:
    """Return the words of a text in lower case; labels such as PSF-2.3 are three."""
    return WORD.findall(text.replace("_", " ").lower())


def telling(text: str) -> list[str]:
    """Return the stems of a text that can tell it from others, each once, at most `MOST_WORDS`."""
    long = (word for word in words(text) if len(word) >= SHORTEST and word not in COMMON)
    return list(dict.fromkeys(stem(word) for word in long))[:MOST_WORDS]


def _row(row: Contribution) -> tuple[int, str, str]:
    texts = (row.number, row.target_label, row.summary, row.details, row.seen, row.proposed)
    sent = "\n".join(texts)
    return row.pk, _indexed(row.public_summary), _indexed(sent)


def _indexed(text: str) -> str:
    return " ".join(form for word in words(text) for form in dict.fromkeys((word, stem(word))))


class _OfEachRow(Func):
    """A key that SQLite asks of each row, for it would rather fetch the row of each key.

    That takes several times as long where many rows hold a word, and nothing tells SQLite how many.
    """

    template = "+%(expressions)s"
    output_field = BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """PostgreSQL knows."""
        return self.as_sql(compiler, connection, template="%(expressions)s", **more)


def _rarest(found: list[str], within: str) -> list[str]:
    """Return the words that few texts have, as long as those to be compared stay few."""
    counts = _COUNT[connection.vendor](found, within)
    chosen: list[str] = []
    rows = 0
    for word in sorted(found, key=lambda each: counts[each]):
        rows += counts[word]
        if chosen and rows > RANKED_AT_MOST:
            break
        chosen.append(word)
    return chosen


def _count_in_sqlite(found: list[str], within: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for word in found:
            cursor.execute(_SQLITE_COUNT, [_fts_sharing([word], within), RANKED_AT_MOST])
            counts[word] = int(cursor.fetchone()[0])
    return counts


def _estimate_in_postgresql(found: list[str], within: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRESQL_ESTIMATE, [_COLUMNS[within], found])
        return {**dict.fromkeys(found, 0), **{word: int(rows) for word, rows in cursor.fetchall()}}


def _beginnings(word: str) -> list[str]:
    """Return what a word that is meant may begin with; a stem mostly begins the word itself."""
    short = stem(word)
    return [short] if word.startswith(short) else [word, short]


def _fts_holding(found: list[str], within: str) -> str:
    either = [" OR ".join(f'"{form}"*' for form in _beginnings(word)) for word in found]
    return f"{_COLUMNS[within]} : ({' AND '.join(f'({each})' for each in either)})"


def _fts_sharing(found: list[str], within: str) -> str:
    asked = " OR ".join(f'"{word}"' for word in found)
    return f"{_COLUMNS[within]} : ({asked})"


def _ts_holding(found: list[str], _within: str) -> str:
    either = [" | ".join(f"{form}:*" for form in _beginnings(word)) for word in found]
    return " & ".join(f"({each})" for each in either)


def _ts_sharing(found: list[str], _within: str) -> str:
    return " | ".join(found)


_COLUMNS = {PUBLIC: "summary", EVERYTHING: "sent"}
_CREATE = {
    "sqlite": [
        """
CREATE VIRTUAL TABLE contributions_search
USING fts5(summary, sent, tokenize = 'unicode61')
"""
    ],
    "postgresql": [
        """
CREATE TABLE contributions_search
(contribution_id bigint PRIMARY KEY, summary tsvector, sent tsvector)
""",
        "CREATE INDEX contributions_search_summary ON contributions_search USING gin (summary)",
        "CREATE INDEX contributions_search_sent ON contributions_search USING gin (sent)",
    ],
}
_DELETE = {
    "sqlite": "DELETE FROM contributions_search WHERE rowid = %s",
    "postgresql": "DELETE FROM contributions_search WHERE contribution_id = %s",
}
_INSERT = {
    "sqlite": "INSERT INTO contributions_search (rowid, summary, sent) VALUES (%s, %s, %s)",
    "postgresql": """
INSERT INTO contributions_search (contribution_id, summary, sent)
VALUES (%s, to_tsvector('simple', %s), to_tsvector('simple', %s))
""",
}
_HOLDING = {"sqlite": _fts_holding, "postgresql": _ts_holding}
_SHARING = {"sqlite": _fts_sharing, "postgresql": _ts_sharing}
_COUNT = {"sqlite": _count_in_sqlite, "postgresql": _estimate_in_postgresql}
_SQLITE_FIND = "SELECT rowid FROM contributions_search WHERE contributions_search MATCH %s"
_FIND = {
    "sqlite": {PUBLIC: _SQLITE_FIND, EVERYTHING: _SQLITE_FIND},
    "postgresql": {
        within: f"""
SELECT contribution_id FROM contributions_search WHERE {column} @@ to_tsquery('simple', %s)
"""  # noqa: S608 - columns of ours
        for within, column in _COLUMNS.items()
    },
}
_SQLITE_COUNT = f"SELECT count(*) FROM ({_SQLITE_FIND} LIMIT %s)"  # noqa: S608 - a text of ours
_POSTGRESQL_ESTIMATE = """
SELECT word, share * (SELECT reltuples FROM pg_class WHERE oid = 'contributions_search'::regclass)
FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS known(word, share)
WHERE schemaname = current_schema() AND tablename = 'contributions_search' AND attname = %s
AND word = ANY(%s)
"""
_IS_FEEDBACK = "c.kind = 'feedback' AND c.outcome <> 'withdrawn'"
_SQLITE_RANK = f"""
SELECT COALESCE(c.merged_into_id, c.id)
FROM contributions_search s CROSS JOIN contributions_contribution c ON c.id = s.rowid
WHERE contributions_search MATCH %(query)s AND {_IS_FEEDBACK}
ORDER BY s.rank, c.id DESC LIMIT %(most)s
"""  # noqa: S608 - a condition of ours
_RANK = {
    "sqlite": {PUBLIC: _SQLITE_RANK, EVERYTHING: _SQLITE_RANK},
    "postgresql": {
        within: f"""
SELECT COALESCE(c.merged_into_id, c.id)
FROM to_tsquery('simple', %(query)s) AS query
JOIN contributions_search s ON s.{column} @@ query
JOIN contributions_contribution c ON c.id = s.contribution_id
WHERE {_IS_FEEDBACK}
ORDER BY ts_rank(s.{column}, query) DESC, c.id DESC LIMIT %(most)s
"""  # noqa: S608 - columns and a condition of ours
        for within, column in _COLUMNS.items()
    },
}
