"""What is raised when a credential, a key or a list cannot be accepted."""

from guildmark.cores.vc.sentences import Sentence


class Refused(ValueError):
    """A document is not acceptable.

    `code` is one stable word for programs, `where` a JSON pointer (RFC 6901) to the place, empty
    for the whole document, and `sentence` says what is wrong and what to do.
    """

    def __init__(self, code: str, message: Sentence, *, where: str = "") -> None:
        self.code = code
        self.where = where
        self.sentence = message.at(where)
        super().__init__(str(self.sentence))
