"""What is kept of a failure: its kind and its place, never its message, which may hold secrets."""

import traceback
from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """An exception's class, and the places (file, line, function) it passed, innermost last."""

    exception: str
    places: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The class and the innermost place, in at most 300 characters."""
        return f"{self.exception} at {self.places[-1] if self.places else 'an unknown place'}"[:300]


def describe(error: BaseException) -> Failure:
    """Return the kind and the places of an exception."""
    kind = type(error)
    frames = traceback.extract_tb(error.__traceback__)
    return Failure(
        exception=f"{kind.__module__}.{kind.__qualname__}",
        places=tuple(f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames),
    )
