"""Which texts of a collection may have taken the place of a given one.

Texts become two vectors, one over stemmed words and word pairs and one over the four-letter
pieces of words, weighted by sublinear term frequency and inverse document frequency (G. Salton
and C. Buckley, Term-weighting approaches in automatic text retrieval, 1988). The score is the
mean of the two cosines.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt

from guildmark.cores.textkit.similarity import pieces
from guildmark.cores.textkit.tokens import stem, words

MOST_SHARED = 5
"""Words named as the reason of a match, at most."""
LEAST_SHARE_OF_HEAVIEST = 0.2
"""A word that adds less than this part of what the heaviest adds is no reason."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that may be the successor.

    `score` runs from 0.0 to 1.0. `shared` are up to five words of the document that speak most
    for the match, heaviest first, in lower case.
    """

    key: str
    score: float
    shared: tuple[str, ...]


class _Space:
    """The documents as unit vectors over one kind of feature, kept by feature."""

    def __init__(self, features: Mapping[str, Iterable[str]]) -> None:
        counts = {key: Counter(found) for key, found in features.items()}
        frequency = Counter(feature for found in counts.values() for feature in found)
        self._idf = {
            feature: log((1 + len(counts)) / (1 + number)) + 1
            for feature, number in frequency.items()
        }
        self.vectors = {key: self._unit(found) for key, found in counts.items()}
        self._postings: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for key, vector in self.vectors.items():
            for feature, weight in vector.items():
                self._postings[feature].append((key, weight))

    def vector(self, features: Iterable[str]) -> dict[str, float]:
        """Return the unit vector of a text over the features that documents have."""
        known = (feature for feature in features if feature in self._idf)
        return self._unit(Counter(known))

    def add_scores(self, vector: Mapping[str, float], scores: dict[str, float]) -> None:
        """Add half the cosine with each document that shares a feature."""
        for feature, weight in vector.items():
            half = weight / 2
            for key, other in self._postings[feature]:
                scores[key] += half * other

    def _unit(self, counts: Mapping[str, int]) -> dict[str, float]:
        weights = {
            feature: (1 + log(count)) * self._idf[feature] for feature, count in counts.items()
        }
        length = sqrt(sum(weight * weight for weight in weights.values()))
        return {feature: weight / length for feature, weight in weights.items()}


class SuccessorIndex:
    """An index over documents (texts by their keys) that ranks them for a text.

    >>> index = SuccessorIndex({"3.1": "Rotate keys yearly.", "3.2": "Log failed sign-ins."})
    >>> index.rank("Keys are rotated each year.")[0].key
    '3.1'
    """

    def __init__(self, documents: Mapping[str, str]) -> None:
        found = {key: words(text) for key, text in documents.items()}
        self._surface = {
            key: {stem(word): word for word in reversed(tokens)} for key, tokens in found.items()
        }
        self._words = _Space({key: _terms(tokens) for key, tokens in found.items()})
        self._pieces = _Space({key: _pieces(tokens) for key, tokens in found.items()})

    def rank(self, text: str, *, limit: int = 5) -> tuple[Candidate, ...]:
        """Return the `limit` best documents for `text`, best first, equal scores by key.

        Documents that share nothing with the text are left out. Raises ValueError if `limit`
        is below 1.
        """
        if limit < 1:
            raise ValueError(f"The limit is {limit}; ask for at least 1 candidate.")
        tokens = words(text)
        vector = self._words.vector(_terms(tokens))
        scores: dict[str, float] = defaultdict(float)
        self._words.add_scores(vector, scores)
        self._pieces.add_scores(self._pieces.vector(_pieces(tokens)), scores)
        best = sorted(scores, key=lambda key: (-scores[key], key))[:limit]
        return tuple(
            Candidate(key, min(scores[key], 1.0), self._shared(key, vector)) for key in best
        )

    def _shared(self, key: str, vector: Mapping[str, float]) -> tuple[str, ...]:
        """Return the document's words that add most to the cosine over words."""
        surface, document = self._surface[key], self._words.vectors[key]
        weights = {
            term: weight * document[term] for term, weight in vector.items() if term in surface
        }
        heaviest = sorted(weights, key=lambda term: (-weights[term], term))[:MOST_SHARED]
        return tuple(
            surface[term]
            for term in heaviest
            if weights[term] >= LEAST_SHARE_OF_HEAVIEST * weights[heaviest[0]]
        )


def _terms(tokens: tuple[str, ...]) -> list[str]:
    stems = [stem(word) for word in tokens]
    return [*stems, *(f"{first} {second}" for first, second in pairwise(stems))]


def _pieces(tokens: tuple[str, ...]) -> Iterable[str]:
    return (piece for word in tokens for piece in pieces(word))
