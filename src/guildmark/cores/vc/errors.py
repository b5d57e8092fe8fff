"""What is raised when a credential, a key or a list cannot be accepted."""


class Refused(ValueError):
    """A document is not acceptable.

    `code` is one stable word for programs, `where` a JSON pointer (RFC 6901) to the place, empty
    for the whole document, and the message says in plain English what is wrong and what to do.
    """

    def __init__(self, code: str, message: str, *, where: str = "") -> None:
        self.code = code
        self.where = where
        super().__init__(f"{where}: {message}" if where else message)
