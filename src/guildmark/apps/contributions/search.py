"""Full-text search over contributions. The only module here that knows the databases' dialects.

Two texts of each are indexed apart: the public summary, which everybody may find it by, and all
that was sent, for who reads the queue. Words are read and stemmed by `textkit`, for both databases
alike. Unlike a search box, `alike` asks for any of the rarer words, because it looks for what says
the same in other words; its callers rank what it finds.
"""

import re

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from guildmark.cores.textkit import stem

from .models import Contribution

WORD = re.compile(r"\w+")
MOST_WORDS = 24
SHORTEST = 3
FOUND_AT_MOST, ALIKE_AT_MOST = 5_000, 200
"""A search finds everything that a person could page through; of what is alike, the likest."""
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


def find(text: str, *, within: str) -> list[int]:
    """Return the keys of contributions that hold every word that was typed, the newest first."""
    typed = words(text)[:MOST_WORDS]
    found = [word for word in typed if word not in COMMON] or typed
    return _asked(found, within, every=True)


def alike(text: str, *, within: str) -> list[int]:
    """Return the keys of contributions that share telling words with a text, the likest first."""
    return _asked(telling(text), within, every=False)


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


def _asked(found: list[str], within: str, *, every: bool) -> list[int]:
    if not found:
        return []
    query = _QUERY[connection.vendor](found, within, every)
    with connection.cursor() as cursor:
        most = FOUND_AT_MOST if every else ALIKE_AT_MOST
        cursor.execute(_FIND[connection.vendor][within], {"query": query, "most": most})
        return [row[0] for row in cursor.fetchall()]


def _fts_query(found: list[str], within: str, every: bool) -> str:
    joint = " AND " if every else " OR "
    asked = joint.join(
        f'("{word}"* OR "{stem(word)}"*)' if every else f'"{word}"' for word in found
    )
    return f"{_COLUMNS[within]} : ({asked})"


def _ts_query(found: list[str], _within: str, every: bool) -> str:
    if every:
        return " & ".join(f"({word}:* | {stem(word)}:*)" for word in found)
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
_QUERY = {"sqlite": _fts_query, "postgresql": _ts_query}
_SQLITE_FIND = """
SELECT rowid FROM contributions_search WHERE contributions_search MATCH %(query)s
ORDER BY rank, rowid DESC LIMIT %(most)s
"""
_FIND = {
    "sqlite": {PUBLIC: _SQLITE_FIND, EVERYTHING: _SQLITE_FIND},
    "postgresql": {
        within: f"""
SELECT contribution_id FROM contributions_search, to_tsquery('simple', %(query)s) AS query
WHERE {column} @@ query ORDER BY ts_rank({column}, query) DESC, contribution_id DESC LIMIT %(most)s
"""  # noqa: S608 - columns of ours
        for within, column in _COLUMNS.items()
    },
}
