"""Sentences about documents in plain English, ready to be told in another language.

A sentence keeps apart what is always the same from what it speaks of, so whoever shows it can look
the first up in a catalogue of translations. The function `sentence` is imported as `_`, which is
where programs that collect sentences for translators look for them.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias

Part: TypeAlias = "str | int | Sentence"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: `text` with places such as %(name)s, and what belongs there as `parts`.

    `where` is a JSON pointer (RFC 6901) to the place it speaks of, empty for none.
    """

    text: str
    parts: tuple[tuple[str, Part], ...] = ()
    where: str = ""

    def __str__(self) -> str:
        told = self.text % dict(self.parts)
        return f"{self.where}: {told}" if self.where else told

    def at(self, where: str) -> "Sentence":
        """Return the same sentence about another place."""
        return replace(self, where=where)


def sentence(text: str, /, **parts: Part) -> Sentence:
    """Return a sentence with its parts; `text` is a literal, so that it can be collected."""
    return Sentence(text, tuple(parts.items()))
