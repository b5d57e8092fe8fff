"""Taking an upload without ever writing it anywhere: it is read in memory, up to a size."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from .files import LARGEST


class InMemoryOnly(FileUploadHandler):
    """Keeps one byte more than a file may have, so that its reader sees that it is too large."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with nothing."""
        super().new_file(*args, **kwargs)
        self._file = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - its place
        """Keep a piece, as far as there is room."""
        self._file.write(raw_data[: LARGEST + 1 - self._file.tell()])

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:  # noqa: ARG002 - what was sent
        """Hand over what was kept."""
        size = self._file.tell()
        self._file.seek(0)
        return InMemoryUploadedFile(
            self._file, self.field_name, self.file_name or "", self.content_type or "", size, None
        )
