"""What the terms of a document mean at each place: JSON-LD 1.1 context processing, closed world.

An `ActiveContext` is the meaning of all terms at one place of a document. It is derived from
another one by a list of known context addresses, by the types of an object (type-scoped contexts,
which hold for that object only) or by a property (property-scoped contexts). Derived contexts are
kept in bounded caches, so a document with the usual contexts costs look-ups only.

Source of the rules: JSON-LD 1.1 API, sections 4.1 (context processing), 4.2 (create term
definition) and 5.2 (IRI expansion), https://www.w3.org/TR/json-ld11-api/.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache, lru_cache
from typing import Any

from guildmark.cores.vc.contexts import compiled_contexts

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"

# Bounds what a stream of unusual documents can make the process keep.
CONTEXTS_KEPT = 512

# RFC 3987 with a scheme, less strict about where percent signs stand, but without any character
# that N-Quads would have to escape, without white space and without control characters.
_IRI = re.compile(
    r"""[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20\x7f-\x9f<>"{}|\\^`\ud800-\udfff\ufffe\uffff]+"""
)
is_iri = _IRI.fullmatch


class Kind(IntEnum):
    """What a string under a term is."""

    TEXT = 0
    IRI = 1
    VOCABULARY = 2
    JSON = 3
    KEYWORD = 4


class TermConflict(Exception):
    """A context gives another meaning to a protected term; `term` is its name."""

    def __init__(self, term: str) -> None:
        self.term = term
        super().__init__(term)


class Scope:
    """A set of term definitions that a context brings: a file, or a context inside a term."""

    __slots__ = ("empties", "terms")

    def __init__(self, source: Mapping[str, Any] | None) -> None:
        self.empties = source is None
        self.terms: tuple[Term, ...] = tuple(
            _term(name, facts) for name, facts in (source or {"terms": {}})["terms"].items()
        )


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One term: what it stands for and how its values are read.

    `predicate` (" <iri> "), `opening` (' <iri> "') and `closing` ('"' or '"^^<datatype>') are the
    parts of an N-Quads statement that a literal value stands between. `meaning` is equal for two
    terms exactly if JSON-LD regards their definitions as the same.
    """

    name: str
    iri: str
    kind: Kind
    datatype: str
    predicate: str
    opening: str
    closing: str
    is_set_of_graphs: bool
    is_list: bool
    is_prefix: bool
    is_protected: bool
    scope: Scope | None
    meaning: str


class ActiveContext:
    """The meaning of terms at one place.

    `terms` maps names to terms, `prefixes` is the part of it that compact IRIs may start with,
    `outer` is the context that objects further inside go back to (None: this one holds for them
    too). Never changed once made.
    """

    __slots__ = ("outer", "prefixes", "terms")

    def __init__(self, terms: Mapping[str, Term], outer: "ActiveContext | None" = None) -> None:
        self.terms = terms
        self.outer = outer
        self.prefixes = {name: term.iri for name, term in terms.items() if term.is_prefix}

    def iri(self, value: str) -> str | None:
        """Return the IRI that an identifier stands for, None if it is no absolute IRI."""
        if self.prefixes:
            value = _expanded(value, self.prefixes)
        return value if is_iri(value) else None

    def vocabulary_iri(self, value: str) -> str | None:
        """Return the IRI that a type or a word of the vocabulary stands for, None if unknown."""
        term = self.terms.get(value)
        if term is None:
            return self.iri(value)
        return None if term.kind is Kind.KEYWORD else term.iri


INITIAL = ActiveContext({})


@dataclass(frozen=True, slots=True, eq=False)
class TypedContext:
    """The context inside an object of given types, and the N-Quads statements of the types."""

    context: ActiveContext
    statements: tuple[str, ...]


@lru_cache(maxsize=CONTEXTS_KEPT)
def with_addresses(base: ActiveContext, addresses: tuple[str, ...]) -> ActiveContext:
    """Return `base` with the contexts of known `addresses` added in order.

    Raises KeyError with the address that is not known, TermConflict for a protected term.
    """
    for address in addresses:
        base = _derived(base, _file_scope(address))
    return base


def with_types(base: ActiveContext, types: tuple[str, ...]) -> TypedContext | None:
    """Return the context inside an object of `types`; None if one of the types is unknown.

    A type is a term or an absolute IRI. Raises TermConflict if two types give one protected term
    different meanings.
    """
    try:
        return _with_known_types(base, types)
    except KeyError:
        return _with_foreign_types(base, types)


@lru_cache(maxsize=CONTEXTS_KEPT)
def _with_known_types(base: ActiveContext, types: tuple[str, ...]) -> TypedContext:
    # A type that is no term ends in KeyError, so foreign words never fill the cache.
    context = base
    for term in [base.terms[name] for name in sorted(types)]:
        if term.kind is Kind.KEYWORD:
            raise KeyError(term.name)
        if term.scope is not None:
            context = _derived(context, term.scope, stays=True)
    return TypedContext(context, tuple(_type_statement(base.terms[name].iri) for name in types))


def _with_foreign_types(base: ActiveContext, types: tuple[str, ...]) -> TypedContext | None:
    iris = [base.vocabulary_iri(name) for name in types]
    if None in iris:
        return None
    known = tuple(name for name in types if name in base.terms)
    statements = tuple(_type_statement(str(iri)) for iri in iris)
    return TypedContext(_with_known_types(base, known).context, statements)


def _type_statement(iri: str) -> str:
    return f" <{RDF}type> <{iri}>"


@lru_cache(maxsize=CONTEXTS_KEPT)
def with_property(base: ActiveContext, term: Term) -> ActiveContext:
    """Return `base` with the context that the property `term` brings for its values."""
    return base if term.scope is None else _derived(base, term.scope, override=True)


def values_context(context: ActiveContext, term: Term) -> ActiveContext:
    """Return the context for objects that are values of `term` in an object with `context`."""
    base = context.outer or context
    return base if term.scope is None else with_property(base, term)


@cache
def _file_scope(address: str) -> Scope:
    return Scope(compiled_contexts()[address])


def _derived(
    base: ActiveContext, scope: Scope, *, stays: bool = False, override: bool = False
) -> ActiveContext:
    """Apply one scope: `stays` for an effect on one object only, `override` to replace even
    protected terms."""
    outer = (base.outer or base) if stays else base.outer
    if scope.empties:
        if not override and (held := _first_protected(base.terms.values())):
            raise TermConflict(held)
        return ActiveContext({}, outer)
    terms = dict(base.terms)
    for term in scope.terms:
        terms[term.name] = _redefined(base, term, override=override)
    return ActiveContext(terms, outer)


def _redefined(base: ActiveContext, term: Term, *, override: bool) -> Term:
    if base.prefixes:
        term = _resolved(term, base.prefixes)
    earlier = base.terms.get(term.name)
    if earlier is None or override or not earlier.is_protected:
        return term
    if earlier.meaning != term.meaning:
        raise TermConflict(term.name)
    return earlier


@lru_cache(maxsize=CONTEXTS_KEPT)
def list_element(term: Term) -> Term:
    """Return the term that each element of the list `term` is read with."""
    first = f"{RDF}first"
    return replace(term, is_list=False, predicate=f" <{first}> ", opening=f' <{first}> "')


def _first_protected(terms: Iterable[Term]) -> str | None:
    return next((term.name for term in terms if term.is_protected), None)


def _resolved(term: Term, prefixes: Mapping[str, str]) -> Term:
    """Return `term` with the prefixes of an earlier context put in: a datatype may use one."""
    datatype = _expanded(term.datatype, prefixes)
    if datatype == term.datatype:
        return term
    meaning = term.meaning.replace(json.dumps(term.datatype), json.dumps(datatype))
    return replace(term, datatype=datatype, closing=_closing(datatype), meaning=meaning)


def _expanded(value: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, rest = value.partition(":")
    if colon and prefix in prefixes and not rest.startswith("//"):
        return prefixes[prefix] + rest
    return value


_KINDS = {"@id": Kind.IRI, "@vocab": Kind.VOCABULARY, "@json": Kind.JSON}


def _term(name: str, facts: Mapping[str, Any]) -> Term:
    iri, coercion = facts["iri"], facts.get("type", "")
    kind = Kind.KEYWORD if iri.startswith("@") else _KINDS.get(coercion, Kind.TEXT)
    datatype = coercion if kind is Kind.TEXT else ""
    same = {key: fact for key, fact in facts.items() if key != "protected"}
    return Term(
        name=name,
        iri=iri,
        kind=kind,
        datatype=datatype,
        predicate=f" <{iri}> ",
        opening=f' <{iri}> "',
        closing=_closing(datatype),
        is_set_of_graphs=facts.get("container") == "@graph",
        is_list=facts.get("container") == "@list",
        is_prefix="prefix" in facts,
        is_protected="protected" in facts,
        scope=Scope(facts["context"]) if "context" in facts else None,
        meaning=json.dumps(same, sort_keys=True),
    )


def _closing(datatype: str) -> str:
    # RDF 1.1 writes a literal of type xsd:string without its type.
    return f'"^^<{datatype}>' if datatype not in ("", f"{XSD}string") else '"'
