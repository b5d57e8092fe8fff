"""Taking an upload without ever writing it anywhere: it is read in memory, up to a size."""

from io import BytesIO
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

READ_AT_MOST = 5
"""How many times the size of a file is read of a request, so that a file that is too large can be
told at its field; nobody who wants an answer sends more."""


class RequestTooLarge(Exception):
    """A request is so large that it was not read to its end; it has no form to look at."""


class InMemoryOnly(FileUploadHandler):
    """Keeps files of `largest` bytes together, however many parts the request has.

    Of a single file one byte more is kept, so that its reader sees that it is too large. With
    files that are too large together, and with a request that does not end, it stops: then
    `has_stopped`.
    """

    def __init__(self, request: HttpRequest | None = None, *, largest: int) -> None:
        super().__init__(request)
        self.largest = largest
        self.has_stopped = False
        self._kept = 0
        self._received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with nothing."""
        super().new_file(*args, **kwargs)
        self._file = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece, as far as there is room. Raises `StopUpload`."""
        self._received += len(raw_data)
        is_endless = self._received > READ_AT_MOST * self.largest
        together = self._kept + start + len(raw_data)
        if is_endless or (self._kept and together > self.largest):
            self.has_stopped = True
            raise StopUpload(connection_reset=True)
        self._file.write(raw_data[: self.largest + 1 - self._file.tell()])

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:  # noqa: ARG002 - what was sent
        """Hand over what was kept."""
        size = self._file.tell()
        self._kept += size
        self._file.seek(0)
        return InMemoryUploadedFile(
            self._file, self.field_name, self.file_name or "", self.content_type or "", size, None
        )


def receive(request: HttpRequest, *, largest: int) -> None:
    """Read a form with a file of `largest` bytes into memory. Raises `RequestTooLarge`."""
    handler = InMemoryOnly(request, largest=largest)
    request.upload_handlers = [handler]
    if _announced(request) > READ_AT_MOST * largest:
        raise RequestTooLarge
    try:
        request.POST  # noqa: B018 - it is read when it is asked for
    except (RequestDataTooBig, TooManyFilesSent) as refusal:
        raise RequestTooLarge from refusal
    if handler.has_stopped:
        raise RequestTooLarge


def _announced(request: HttpRequest) -> int:
    """Return the length that the request gives itself; without one, no server reads a body."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0
