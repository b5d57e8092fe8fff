"""The contract of the search, which both databases keep."""

import pytest
from django.test import Client

from guildmark.apps.standard import queries, search
from guildmark.apps.standard.queries import Edition
from guildmark.cores.catalog import Status

from .factories import DOMAINS, FIRST, a_catalog, a_requirement, edited, following, release
from .factories import changed as told

pytestmark = pytest.mark.django_db

TEXT = edited(
    edited(
        edited(
            edited(FIRST, "log", title="Call logs", tags=("level 2",), section="Watching"),
            "review",
            intent="Failures stay unseen.",
            guidance="Validation of a sample helps.",
        ),
        "consent",
        evidence="Screenshots",
        rationale="Courts demanded it.",
        alternatives="Opting out",
    ),
    "erasure",
    label="EX-2.3",
)


@pytest.fixture
def edition(db: None) -> Edition:
    """An edition in which every field holds a word of its own."""
    return release(TEXT)


def found(edition: Edition, text: str) -> list[str]:
    """The keys of what is found, the best first."""
    return [each.key for each in queries.matches(edition, text)]


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("ninety", "log"),
        ("NINETY", "log"),
        ("every call", "log"),
        ("call every", "log"),
        ("watching", "log"),
        ("level", "log"),
        ("unseen", "review"),
        ("sample", "review"),
        ("screenshots", "consent"),
        ("courts", "consent"),
        ("opting", "consent"),
        ("erasure", "erasure"),
    ],
)
def test_a_requirement_is_found_by_any_of_its_words(edition: Edition, words: str, key: str) -> None:
    assert found(edition, words) == [key]


@pytest.mark.parametrize(
    ("form", "key"),
    [
        ("output", "review"),
        ("outputs", "review"),
        ("logs", "log"),
        ("failure", "review"),
        ("courts demand", "consent"),
        ("prompting", "consent"),
        ("validate", "review"),
        ("validations", "review"),
    ],
)
def test_a_requirement_is_found_by_another_form_of_its_word(
    edition: Edition, form: str, key: str
) -> None:
    assert found(edition, form) == [key]


@pytest.mark.parametrize(
    "beginning", ["va", "val", "valid", "valida", "validat", "validati", "validatio", "validation"]
)
def test_a_requirement_is_found_by_every_beginning_of_its_word(
    edition: Edition, beginning: str
) -> None:
    assert "review" in found(edition, beginning)


def test_the_middle_and_the_end_of_a_word_find_nothing(edition: Edition) -> None:
    assert found(edition, "inety") == []
    assert found(edition, "alidation") == []


@pytest.mark.parametrize("label", ["EX-2.3", "ex-2.3", " EX-2.3 ", "EX-2.3\n"])
def test_a_label_finds_its_requirement_before_all_others(edition: Edition, label: str) -> None:
    assert found(edition, label)[0] == "erasure"


def test_a_label_is_first_even_where_others_say_it_more_often() -> None:
    rows = [a_requirement(f"r-{n}", f"EX-1.{n}") for n in (1, 2, 3)]
    rows.append(
        a_requirement("loud", "EX-1.4", title="EX-1.2 EX-1.2", guidance="EX-1.2 " * 30 + ".")
    )
    edition = release(a_catalog(domains={"all": rows}))
    assert found(edition, "EX-1.2")[:2] == ["r-2", "loud"]
    assert len(found(edition, "EX-1.2")) == len(set(found(edition, "EX-1.2")))


def test_a_key_finds_its_requirement() -> None:
    edition = release(a_catalog(domains={"all": ["kill-switch", "switch-board"]}))
    assert found(edition, "kill-switch") == ["kill-switch"]
    assert sorted(found(edition, "switch")) == ["kill-switch", "switch-board"]


def test_all_words_must_match(edition: Edition) -> None:
    assert found(edition, "operator consent") == ["consent"]
    assert found(edition, "ninety consent") == []
    assert found(edition, "ninety unheardof") == []


def test_a_word_that_stands_in_every_text_narrows_nothing_down(edition: Edition) -> None:
    assert found(edition, "the screenshots of a court") == ["consent"]


def test_what_stands_in_the_title_comes_before_what_stands_elsewhere() -> None:
    rows = [
        a_requirement("c", "C", title="Three", guidance="A canary sings."),
        a_requirement("b", "B", title="Two", statement="The operator shall keep a canary."),
        a_requirement("a", "A", title="Canary", statement="The operator shall keep a bird."),
    ]
    assert found(release(a_catalog(domains={"all": rows})), "canary") == ["a", "b", "c"]


@pytest.mark.parametrize("nonsense", ["xyzzy", "qqq", "log xyzzy", "日本", "ß"])
def test_nonsense_finds_nothing(edition: Edition, nonsense: str) -> None:
    assert found(edition, nonsense) == []


ODD = [
    "", " ", '"', '"log', "'", "''", "log'", "*", "log*", "**", "AND", "log AND", "NOT log",
    "OR", "NEAR(log, 3)", "log NEAR call", "^log", "log:*", "heading:log", "-log", "log | call",
    "log & call", "!log", "<->", "(", ")", "((", "log)", "\\", "\\\\", "%", "_", "__", "{", "}",
    "🧀", "log 🧀", "\u0000", "log\u0000", "\u202e", "²", "ª", "½", "é", "e\u0301", "ǅ", "ﬁ", "İ",
    "٣", "क्", "log;DROP TABLE standard_search", "?!.,;:", "…", "“log”", "log\nlog", "log\tlog",
    "x" * 5000, "log " * 1250, "%s %(edition)s", "\U0001d54f", "\ud83d", "1", "1.2.3.4",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text)[:24])
def test_odd_input_never_fails(edition: Edition, text: str) -> None:
    assert set(search.find(text, edition=edition)) <= {
        each.pk for each in queries.requirements(edition)
    }


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text)[:24])
def test_the_page_answers_to_odd_input(edition: Edition, client: Client, text: str) -> None:
    word = text.encode("utf-8", "replace").decode()
    answer = client.get("/standard/example/search/", {"q": word, "page": word[:9], "edition": word})
    assert answer.status_code == 200


@pytest.mark.parametrize("text", ["", " ", "🧀", "?!.,;:", '"', "*", "__"])
def test_what_holds_no_word_finds_nothing(edition: Edition, text: str) -> None:
    assert found(edition, text) == []


def test_marks_around_words_are_passed_over(edition: Edition) -> None:
    for text in ('"ninety"', "ninety*", "(ninety)", "ninety!", "“ninety”", "🧀 ninety"):
        assert found(edition, text) == ["log"]


def test_an_operator_of_the_database_is_a_word_like_any_other() -> None:
    rows = [
        a_requirement("one", "A", title="One", statement="Backup and restore."),
        a_requirement("two", "B", title="Two", statement="Backup only."),
    ]
    edition = release(a_catalog(domains={"all": rows}))
    assert "two" not in found(edition, "backup NOT restore")
    assert found(edition, "backup OR unheardof") == []
    assert found(edition, "backup NEAR restore") == []


def test_accents_do_not_hide_a_word() -> None:
    rows = [a_requirement("one", "A", title="Käse")]
    assert found(release(a_catalog(domains={"all": rows})), "käse") == ["one"]


def test_only_the_edition_that_is_asked_is_searched(edition: Edition) -> None:
    sung = "The operator shall sing."
    newer = edited(TEXT, "log", statement=sung, title="Song")
    second = release(following(TEXT, "1.1", newer, told("log")))
    other = release(a_catalog("1.0", key="other", external=True, domains={"all": ["ninety-nine"]}))
    assert found(edition, "ninety") == ["log"]
    assert found(second, "ninety") == []
    assert found(second, "sing") == ["log"]
    assert found(edition, "sing") == []
    assert found(other, "ninety") == ["ninety-nine"]


def test_withdrawn_requirements_are_found_too() -> None:
    gone = edited(
        a_catalog("5", external=True, domains=DOMAINS),
        "log",
        status=Status.WITHDRAWN,
        statement="Gone.",
    )
    assert found(release(gone), "gone") == ["log"]


def test_a_refused_edition_leaves_nothing_to_be_found(edition: Edition) -> None:
    before = found(edition, "operator")
    with pytest.raises(ValueError, match="lineage"):
        release(following(TEXT, "1.1", edited(TEXT, "log", title="Song"), told("review")))
    assert found(edition, "operator") == before
