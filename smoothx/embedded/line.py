"""A user's end of the connection to the keeper: lines of JSON both ways."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

# First start on a slow disk, or recovery after a crash.
_ANSWER_SECONDS = 180
_STOP_SECONDS = 60


class Line:
    """Open as long as this process uses the servers; the keeper counts open ones."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._connection.settimeout(_ANSWER_SECONDS)
        self._lines = connection.makefile("rb")

    @classmethod
    def connect(cls, path: Path) -> Line | None:
        """None unless the keeper says hello: a stopping one may still take a connection without reading it."""
        connection = socket.socket(socket.AF_UNIX)
        line = cls(connection)
        try:
            connection.connect(str(path))
        except OSError:
            line.close()
            return None
        if line.read() is None:
            line.close()
            return None
        return line

    def write(self, message: dict[str, Any]) -> None:
        """Send; a keeper that is gone shows when the answer is read."""
        try:
            self._connection.sendall(json.dumps(message).encode() + b"\n")
        except (BrokenPipeError, ConnectionResetError):
            return

    def read(self) -> dict[str, Any] | None:
        """The keeper's next message; None when it has gone or does not answer."""
        try:
            text = self._lines.readline()
        except OSError:
            return None
        message: dict[str, Any] | None = json.loads(text) if text else None
        return message

    def release(self) -> None:
        """Say that we are done, and wait until the keeper has no more to do for us."""
        self._connection.settimeout(_STOP_SECONDS)
        try:
            self._connection.shutdown(socket.SHUT_WR)
        except OSError:
            return
        while self.read() is not None:
            continue

    def close(self) -> None:
        self._lines.close()
        self._connection.close()
