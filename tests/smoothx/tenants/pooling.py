"""A transaction-pooling proxy as small as it can be: every transaction of the client runs on the next server backend.

It speaks PostgreSQL's wire protocol (version 3): messages of a type byte and a length, ReadyForQuery tells whether a
transaction is open. Clients are let in unasked; the backends are connections psycopg has opened and signed in.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
from typing import Any

import psycopg

_READY, _IDLE = b"Z", b"I"
# After these the server answers with ReadyForQuery: a simple query, and the end of an extended one.
_ENDS_A_REQUEST = (b"Q", b"S")
_TERMINATE = b"X"
_SETTINGS = {
    "server_version": "18.0",
    "client_encoding": "UTF8",
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "integer_datetimes": "on",
    "standard_conforming_strings": "on",
}


class Wire:
    """One end of a connection, read and written message by message."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(True)
        self.end = end

    def read_exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self.end.recv(size - len(data))
            if not piece:
                raise ConnectionError
            data += piece
        return data

    def read(self) -> tuple[bytes, bytes]:
        """A message's type and what it holds."""
        head = self.read_exactly(5)
        return head[:1], self.read_exactly(struct.unpack("!I", head[1:])[0] - 4)

    def read_startup(self) -> None:
        self.read_exactly(struct.unpack("!I", self.read_exactly(4))[0] - 4)

    def write(self, kind: bytes, body: bytes) -> None:
        self.end.sendall(kind + struct.pack("!I", len(body) + 4) + body)


class TransactionPool:
    """Listens on 127.0.0.1:`port`. `requests` counts what clients asked, `served` names each transaction's backend."""

    def __init__(self, parameters: dict[str, Any], *, size: int = 2) -> None:
        self.connections = [psycopg.connect(**parameters, autocommit=True) for _ in range(size)]
        self.backends = [Wire(socket.socket(fileno=os.dup(each.fileno()))) for each in self.connections]
        self.backend_pids = [each.info.backend_pid for each in self.connections]
        self.served: list[int] = []
        self.requests = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=10)
        for wire, connection in zip(self.backends, self.connections, strict=True):
            wire.end.close()
            connection.close()

    def _serve(self) -> None:
        """One client after the other: enough for a test, and no two can ever share a backend."""
        while True:
            try:
                end, _ = self._listener.accept()
            except OSError:
                return
            with end:
                try:
                    self._attend(Wire(end))
                except ConnectionError:
                    continue

    def _attend(self, client: Wire) -> None:
        self._welcome(client)
        waiting: list[tuple[bytes, bytes]] = []
        is_open = False
        while True:
            kind, body = client.read()
            if kind == _TERMINATE:
                return
            waiting.append((kind, body))
            if kind not in _ENDS_A_REQUEST:
                continue
            self.requests += 1
            if not is_open:
                self.served.append(len(self.served) % len(self.backends))
            is_open = self._pass_on(waiting, client, self.backends[self.served[-1]])
            waiting = []

    @staticmethod
    def _welcome(client: Wire) -> None:
        client.read_startup()
        client.write(b"R", struct.pack("!I", 0))
        for name, value in _SETTINGS.items():
            client.write(b"S", f"{name}\0{value}\0".encode())
        client.write(b"K", struct.pack("!II", 0, 0))
        client.write(_READY, _IDLE)

    @staticmethod
    def _pass_on(request: list[tuple[bytes, bytes]], client: Wire, backend: Wire) -> bool:
        """Whether a transaction is open after the answer."""
        for kind, body in request:
            backend.write(kind, body)
        while True:
            kind, body = backend.read()
            client.write(kind, body)
            if kind == _READY:
                return body != _IDLE
