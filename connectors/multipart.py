"""A multipart body with one file, read in pieces while it is sent: a large file is never in memory as a whole."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

# QuickBooks gives up after two minutes itself, and whoever sends holds an entry for five.
LONGEST_SENDING_SECONDS = 90.0
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class LocalFile:
    """The bytes of a file while it crosses, in a temporary file that nobody else can open."""

    handle: BinaryIO
    size: int
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class TextPart:
    name: str
    text: str
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Multipart:
    """Texts, then the file under `file_field`. Its header says `safe_name`: the real name is told in the texts."""

    texts: Sequence[TextPart]
    file: LocalFile
    file_field: str
    file_type: str
    safe_name: str = "file"
    boundary: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"

    @property
    def told(self) -> str:
        """What is kept as evidence: the texts and the size, never the file."""
        shown = {part.name: part.text for part in self.texts}
        return json.dumps({**shown, self.file_field: f"{self.file.size} bytes"})

    def open(self) -> Reader:
        """The body from its start; a repeat opens it again."""
        self.file.handle.seek(0)
        head = b"".join(self._write_text(part) for part in self.texts) + self._write_head(
            f'name="{self.file_field}"; filename="{self.safe_name}"', self.file_type
        )
        tail = f"\r\n--{self.boundary}--\r\n".encode()
        return Reader((BytesIO(head), self.file.handle, BytesIO(tail)), len(head) + self.file.size + len(tail))

    def _write_text(self, part: TextPart) -> bytes:
        return self._write_head(f'name="{part.name}"', part.content_type) + part.text.encode() + b"\r\n"

    def _write_head(self, disposition: str, content_type: str) -> bytes:
        kind = f"Content-Type: {content_type}\r\n" if content_type else ""
        return f"--{self.boundary}\r\nContent-Disposition: form-data; {disposition}\r\n{kind}\r\n".encode()


class Reader:
    """What is sent, as a file of known length. Raises TimeoutError once sending has taken too long."""

    def __init__(self, parts: Sequence[BinaryIO], size: int) -> None:
        self._parts, self._size = list(parts), size
        self._end = time.monotonic() + LONGEST_SENDING_SECONDS

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(_PIECE):
            yield piece

    def read(self, size: int = -1) -> bytes:
        if time.monotonic() > self._end:
            message = "sending a file took too long"
            raise TimeoutError(message)
        while self._parts:
            piece = self._parts[0].read(size)
            if piece:
                return piece
            self._parts.pop(0)
        return b""
