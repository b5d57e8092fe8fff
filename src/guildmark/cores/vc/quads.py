"""From a JSON-LD document to RDF statements, in a closed world.

The walker knows the terms of the bundled contexts and nothing else. What it does not know it
refuses: a property or value that were silently dropped would be shown to readers without being
covered by the proof. The rules are those of JSON-LD 1.1 (expansion, deserialisation to RDF) for
the part of the language that credentials use; the rest is refused.

Blank nodes are numbered from 0. They are born here and nowhere else (a document cannot name
them), so the same document always gives the same numbers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.sentences import Sentence
from guildmark.cores.vc.sentences import sentence as _
from guildmark.cores.vc.terms import (
    INITIAL,
    RDF,
    XSD,
    ActiveContext,
    Kind,
    Term,
    TermConflict,
    TypedContext,
    list_element,
    values_context,
    with_addresses,
    with_property,
    with_types,
)

MAX_DEPTH = 64
MAX_NODES = 20_000  # objects, values of arrays
MAX_CONTEXTS = 16  # addresses in one @context
MAX_TYPES = 32  # types of one object
MAX_INTEGER = 2**53 - 1  # what every JSON reader keeps exactly
MAX_DIGITS = 15  # significant digits that a double keeps exactly

REST, NIL = f"<{RDF}rest>", f"<{RDF}nil>"

Node: TypeAlias = str | int
"""A part of a statement: N-Quads text, or the number of a blank node."""
Link: TypeAlias = tuple[Node, str, Node, Node | None]
"""Subject, predicate, object and graph (None: the default graph)."""
Path: TypeAlias = tuple[Any, str | int] | None
"""A place in the document: (path of the parent, step), None for the whole document."""

# Tab, line feed and carriage return have a place in text; other control characters, halves of
# characters and noncharacters do not: verifiers disagree on how to write them.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_PADDING = re.compile(r"(\d)0*E\+?(-?)0*(\d)")
_KEYWORDS = frozenset({"@context", "@id", "@type"})
_SAYS_NOTHING = frozenset({"@context", "@id", "id"})
_SHOWN = 80  # characters of a refused value that a message repeats
# Looked up once, because they are compared for every value of every document.
_TEXT, _JSON, _KEYWORD = Kind.TEXT, Kind.JSON, Kind.KEYWORD


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of a document, sorted by what their canonical form depends on.

    `ground`: finished N-Quads lines without blank nodes. `tails`: for blank node n, what follows
    it in those statements of the default graph whose object is no blank node. `bodies`: for blank
    graph g, the text before the graph's name in statements without another blank node. `links`:
    all other statements, each once. `blanks`: how many blank nodes there are.
    """

    ground: list[str] = field(default_factory=list)
    tails: dict[int, list[str]] = field(default_factory=dict)
    bodies: dict[int, list[str]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    blanks: int = 0


def statements(document: Mapping[str, Any]) -> Statements:
    """Return the RDF statements of a document as json.loads gives it.

    Raises Refused for everything outside the closed world; its `where` is the place.
    """
    if type(document) is not dict:
        _refuse(
            None, "not_json", _("The document is no JSON object. Give a dict as json.loads does.")
        )
    if "@context" not in document:
        _refuse(None, "no_context", _("The document has no @context, which gives words a meaning."))
    walker = _Walker()
    walker.root(document, None, INITIAL, None)
    return Statements(walker.ground, walker.tails, walker.bodies, walker.links, walker.blanks)


@dataclass(slots=True)
class _Place:
    """Where the values of an object belong: its subject, graph, context and statements so far."""

    subject: Node
    graph: int | None
    context: ActiveContext
    tails: list[str]


class _Walker:
    """Collects the statements of one document."""

    __slots__ = ("blanks", "bodies", "depth", "ground", "links", "nodes", "tails")

    def __init__(self) -> None:
        self.ground: list[str] = []
        self.tails: dict[int, list[str]] = {}
        self.bodies: dict[int, list[str]] = {}
        self.links: list[Link] = []
        self.blanks = self.nodes = self.depth = 0

    def root(
        self, source: dict[str, Any], graph: int | None, context: ActiveContext, path: Path
    ) -> None:
        """Walk an object that no property points to, so it has to say something itself."""
        if all(name in _SAYS_NOTHING for name in source):
            _refuse(
                path, "empty_object", _("The object says nothing. Give it a type or a property.")
            )
        self.node(source, graph, context, path)

    def node(
        self, source: dict[str, Any], graph: int | None, context: ActiveContext, path: Path
    ) -> Node:
        """Walk an object and return its subject."""
        self.enter(path)
        if "@context" in source:
            context = _with_local(context, source["@context"], (path, "@context"))
        subject = self.subject(source, context, path)
        tails: list[str] = []
        if "type" in source or "@type" in source:
            typed = _typed(source, context, path)
            context = typed.context
            tails += typed.statements
        place = _Place(subject, graph, context, tails)
        known = context.terms
        for name, value in source.items():
            if (term := known.get(name)) is None:
                if name not in _KEYWORDS:
                    _refuse_name(name, path)
            elif term.kind is not _KEYWORD:
                self.values(term, value, place, (path, name))
        self.keep(subject, graph, tails)
        self.depth -= 1
        return subject

    def enter(self, path: Path) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            _refuse(
                path, "too_deep", _("Objects are nested more than %(most)s deep.", most=MAX_DEPTH)
            )
        self.count(1, path)

    def subject(self, source: dict[str, Any], context: ActiveContext, path: Path) -> Node:
        key = _one_of("id", "@id", source, path)
        return self.blank() if key is None else _iri(source[key], context, (path, key))

    def values(self, term: Term, value: Any, place: _Place, path: Path) -> None:
        """Add the statements for one property."""
        if term.is_list:
            self.ordered(term, value, place, path)
        elif type(value) is list:
            if not value:
                _refuse(path, "empty_array", _("The array is empty: no proof would cover it."))
            self.count(len(value), path)
            for index, item in enumerate(value):
                self.value(term, item, place, (path, index))
        else:
            self.value(term, value, place, path)

    def value(self, term: Term, value: Any, place: _Place, path: Path) -> None:
        """Add the statement for one value."""
        if type(value) is str and term.kind is _TEXT:
            plain = value.isprintable() and '"' not in value and "\\" not in value
            text = value if plain else _escaped(value, path)
            place.tails.append(f"{term.opening}{text}{term.closing}")
        elif type(value) is dict and "@value" not in value and term.kind is not _JSON:
            inner = values_context(place.context, term)
            if term.is_set_of_graphs:
                self.link(place, term.predicate, self.graph(value, inner, path))
            else:
                self.link(place, term.predicate, self.node(value, place.graph, inner, path))
        else:
            place.tails.append(term.predicate + _literal(term, value, place.context, path))

    def link(self, place: _Place, predicate: str, found: Node) -> None:
        if type(found) is str:
            place.tails.append(predicate + found)
        else:
            self.links.append((place.subject, predicate[1:-1], found, place.graph))

    def graph(self, source: dict[str, Any], context: ActiveContext, path: Path) -> int:
        """Walk an object that stands in a graph of its own, and return the graph's name."""
        name = self.blank()
        self.root(source, name, context, path)
        return name

    def ordered(self, term: Term, value: Any, place: _Place, path: Path) -> None:
        """Add a list whose order counts: a chain of blank nodes that ends in rdf:nil."""
        if type(value) is not list:
            _refuse(
                path, "not_an_array", _("The value has to be an array, because its order counts.")
            )
        self.count(len(value), path)
        cells: list[Node] = [*(self.blank() for _item in value), NIL]
        self.link(place, term.predicate, cells[0])
        element = list_element(term)
        for index, item in enumerate(value):
            cell = _Place(cells[index], place.graph, place.context, [])
            self.value(element, item, cell, (path, index))
            self.link(cell, f" {REST} ", cells[index + 1])
            self.keep(cell.subject, cell.graph, cell.tails)

    def keep(self, subject: Node, graph: int | None, tails: list[str]) -> None:
        """Store what is said about one subject; statements that are equal are one statement."""
        if type(subject) is str:
            if graph is None:
                self.ground += [f"{subject}{tail} .\n" for tail in tails]
            else:
                self.bodies.setdefault(graph, []).extend([subject + tail for tail in tails])
        elif graph is None:
            self.tails[int(subject)] = list(dict.fromkeys(tails))
        else:
            for tail in dict.fromkeys(tails):
                _subject, predicate, value = tail.split(" ", 2)
                self.links.append((subject, predicate, value, graph))

    def blank(self) -> int:
        self.blanks += 1
        return self.blanks - 1

    def count(self, more: int, path: Path) -> None:
        self.nodes += more
        if self.nodes > MAX_NODES:
            _refuse(
                path,
                "too_large",
                _("The document has more than %(most)s objects and values.", most=MAX_NODES),
            )


def _one_of(alias: str, keyword: str, source: dict[str, Any], path: Path) -> str | None:
    if alias not in source:
        return keyword if keyword in source else None
    if keyword in source:
        _refuse(
            (path, keyword),
            "twice",
            _("The object has %(alias)s and %(keyword)s. Keep one.", alias=alias, keyword=keyword),
        )
    return alias


def _with_local(context: ActiveContext, source: Any, path: Path) -> ActiveContext:
    """Return the context inside an object that brings a @context of its own."""
    addresses = (source,) if type(source) is str else source
    if not addresses:
        _refuse(path, "empty_context", _("The @context is empty. Name the contexts that are used."))
    if type(addresses) not in (list, tuple) or {*map(type, addresses)} != {str}:
        _refuse(path, "inline_context", _("A @context has to be a list of addresses only."))
    if len(addresses) > MAX_CONTEXTS:
        _refuse(
            path,
            "too_large",
            _("The @context has more than %(most)s addresses.", most=MAX_CONTEXTS),
        )
    try:
        return with_addresses(context, tuple(addresses))
    except KeyError as unknown:
        _refuse(
            path,
            "unknown_context",
            _("The context %(address)s is not known.", address=_shown(unknown.args[0])),
        )
    except TermConflict as conflict:
        _refuse_conflict(conflict.term, path)


def _typed(source: dict[str, Any], context: ActiveContext, path: Path) -> TypedContext:
    """Return the context inside an object that has types, and their statements."""
    key = str(_one_of("type", "@type", source, path))
    path, value = (path, key), source[key]
    types = (value,) if type(value) is str else value
    if type(types) not in (list, tuple) or {*map(type, types)} != {str}:
        _refuse(path, "type", _("A type has to be one word or an array of words, at least one."))
    if len(types) > MAX_TYPES:
        _refuse(path, "too_large", _("The object has more than %(most)s types.", most=MAX_TYPES))
    try:
        typed = with_types(context, tuple(types))
    except TermConflict as conflict:
        _refuse_conflict(conflict.term, path)
    return typed or _refuse_type(types, context, path, several=types is value)


def _iri(value: Any, context: ActiveContext, path: Path) -> str:
    found = context.iri(value) if type(value) is str else None
    if found is None:
        message = _(
            "%(value)s is no absolute IRI, such as https://example.org/a or urn:b:c.",
            value=_shown(value),
        )
        _refuse(path, "not_an_iri", message)
    return f"<{found}>"


def _literal(term: Term, value: Any, context: ActiveContext, path: Path) -> str:
    """Return the N-Quads text of a value that is neither plain text nor an object."""
    if term.kind is _JSON:
        _refuse(
            path,
            "json_literal",
            _('Free JSON, as under "%(name)s", is not supported.', name=term.name),
        )
    if term.is_set_of_graphs:
        _refuse(
            path,
            "not_an_object",
            _('The value of "%(name)s" has to be a whole object.', name=term.name),
        )
    if type(value) is dict:
        return _value_object(value, path)
    if value is None:
        _refuse(
            path, "null", _("The value is null: no proof would cover it. Leave the property out.")
        )
    if type(value) is list:
        _refuse(path, "nested_array", _("An array stands inside an array."))
    if term.kind is Kind.IRI:
        return _iri(value, context, path)
    if term.kind is Kind.VOCABULARY:
        return _word(term, value, context, path)
    return _native(term, value, path)


def _word(term: Term, value: Any, context: ActiveContext, path: Path) -> str:
    known = with_property(context, term)
    found = known.vocabulary_iri(value) if type(value) is str else None
    if found is None:
        _refuse(
            path,
            "unknown_word",
            _('%(value)s is not a known value of "%(name)s".', value=_shown(value), name=term.name),
        )
    return f"<{found}>"


def _native(term: Term, value: Any, path: Path) -> str:
    """Return a number or truth value, with the datatype of the term if it has one."""
    if type(value) is bool:
        text, natural = ("true" if value else "false"), "boolean"
    elif type(value) in (int, float):
        text, natural = _number(value, path, as_double=term.datatype == f"{XSD}double")
    else:
        _refuse(
            path, "not_json", _("%(name)s is no type that JSON has.", name=type(value).__name__)
        )
    return f'"{text}{term.closing}' if term.datatype else f'"{text}"^^<{XSD}{natural}>'


def _number(value: float, path: Path, *, as_double: bool) -> tuple[str, str]:
    """Return the canonical text of a number and its natural datatype."""
    if type(value) is float and not _is_short(repr(value)):
        _refuse(
            path,
            "number",
            _(
                "The number %(value)s is not read alike everywhere. Use a short decimal number, or "
                "text.",
                value=_shown(value),
            ),
        )
    if abs(value) > MAX_INTEGER:
        _refuse(path, "number", _("The number is too large to be read alike everywhere. Use text."))
    if value == int(value) and not as_double:
        return str(int(value)), "integer"
    return _PADDING.sub(r"\1E\2\3", f"{value:.15E}"), "double"


def _is_short(number: str) -> bool:
    digits = number.replace("-", "").replace(".", "")
    return digits.isdecimal() and len(digits.strip("0")) <= MAX_DIGITS


def _value_object(source: dict[str, Any], path: Path) -> str:
    """Return text with a language: {"@value": text, "@language": tag}."""
    if more := sorted(source.keys() - {"@value", "@language"}):
        message = _("%(name)s beside @value is not supported.", name=_shown(more[0]))
        _refuse((path, more[0]), "value_object", message)
    text = source["@value"]
    if type(text) is not str:
        _refuse((path, "@value"), "value_object", _("The @value has to be text."))
    literal = f'"{_escaped(text, (path, "@value"))}"'
    if "@language" not in source:
        return literal
    language = source["@language"]
    if type(language) is not str or not _LANGUAGE.fullmatch(language):
        _refuse(
            (path, "@language"),
            "language",
            _("%(language)s is no language tag.", language=_shown(language)),
        )
    return f"{literal}@{language.lower()}"


def _escaped(text: str, path: Path) -> str:
    """Return text as it stands between quotation marks in canonical N-Quads."""
    if found := _FORBIDDEN.search(text):
        code = f"U+{ord(found[0]):04X}"
        _refuse(
            path,
            "control_character",
            _("The text has the character %(code)s. Take it out.", code=code),
        )
    return text.translate(_ESCAPES)


def _refuse_name(name: Any, path: Path) -> NoReturn:
    if type(name) is not str:
        _refuse(path, "not_json", _("The name %(name)s is no text.", name=_shown(name)))
    if name.startswith("@"):
        _refuse(
            (path, name),
            "keyword",
            _("%(name)s is not supported in credentials.", name=_shown(name)),
        )
    message = _(
        "No context of the document defines %(name)s here: no proof would cover it.",
        name=_shown(name),
    )
    _refuse((path, name), "unknown_term", message)


def _refuse_type(
    types: list[str] | tuple[str, ...], context: ActiveContext, path: Path, *, several: bool
) -> NoReturn:
    index = next(i for i, name in enumerate(types) if context.vocabulary_iri(name) is None)
    message = _("No context of the document defines the type %(name)s.", name=_shown(types[index]))
    _refuse((path, index) if several else path, "unknown_type", message)


def _refuse_conflict(term: str, path: Path) -> NoReturn:
    message = _(
        "%(term)s is protected by one context and gets another meaning here.", term=_shown(term)
    )
    _refuse(path, "context_conflict", message)


def _refuse(path: Path, code: str, message: Sentence) -> NoReturn:
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append("/" + str(step).replace("~", "~0").replace("/", "~1"))
    raise Refused(code, message, where="".join(reversed(steps)))


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else f"this {type(value).__name__}"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
