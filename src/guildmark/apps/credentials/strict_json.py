"""Reading JSON that two readers can't read in two ways."""

import json
from collections.abc import Mapping
from typing import Any

from guildmark.cores.vc.sentences import Sentence
from guildmark.cores.vc.sentences import sentence as _

from .sayings import translated


class JsonRefused(ValueError):
    """A text is no JSON that is read here; the message and `sentence` say why."""

    def __init__(self, message: Sentence) -> None:
        self.sentence = message
        super().__init__(translated(message))


def read_value(text: str | bytes) -> Any:
    """Return the value of a JSON text in UTF-8. Raises `JsonRefused`.

    An object that has a name twice is refused: one program takes the first value, another the last.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_each_name_once, parse_constant=_refuse_constant)
        _refuse_half_characters(text, value)
    except UnicodeDecodeError:
        raise JsonRefused(_("The text is not in UTF-8.")) from None
    except json.JSONDecodeError as fault:
        raise JsonRefused(
            _(
                "This is not JSON: line %(line)s, column %(column)s can't be read.",
                line=fault.lineno,
                column=fault.colno,
            )
        ) from None
    except RecursionError:
        raise JsonRefused(_("The JSON is nested too deep.")) from None
    except JsonRefused:
        raise
    except ValueError:  # A number of thousands of digits.
        raise JsonRefused(_("The JSON holds a number that is too long.")) from None
    return value


def read_object(text: str | bytes) -> Mapping[str, Any]:
    """Return the object of a JSON text. Raises `JsonRefused`."""
    value = read_value(text)
    if not isinstance(value, dict):
        raise JsonRefused(_("The JSON is no object, which begins with {."))
    return value


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise JsonRefused(
                _(
                    "An object has the name “%(name)s” twice, so its meaning is not certain.",
                    name=name[:100],
                )
            )
        found[name] = value
    return found


def _refuse_half_characters(text: str, value: Any) -> None:
    """Refuse what is no text: halves of surrogate pairs, which JSON can only write escaped."""
    if "\\ud" not in text.lower():
        return
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise JsonRefused(_("A text holds half a character, so it is no text.")) from None


def _refuse_constant(name: str) -> Any:
    raise JsonRefused(_("“%(name)s” is no JSON number.", name=name))
