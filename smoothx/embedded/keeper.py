"""The keeper process: starts the servers when asked and stops them when the last connection to it has closed.

Run as `python -m smoothx.embedded.keeper LOCAL_DIR`; it answers 0 when a keeper listens, this one or another.
A user reads {"hello": pid} when it is counted, writes one line of JSON, {"want": ["database", "redis"], "fast": bool},
and reads {"say": text} any number of times, then {"urls": {"database": url, "redis": url}} or {"error": text}.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from smoothx.embedded.ground import Account, drop_socket_dir, make_socket_dir
from smoothx.embedded.local import SOCKET_NAME, keeper_dir, lock_keeper, socket_link
from smoothx.embedded.postgres import Postgres
from smoothx.embedded.programs import ServicesUnavailable
from smoothx.embedded.valkey import Valkey

# How long a keeper without any user waits for the process that started it.
_FIRST_USER_SECONDS = 20
_SEND_SECONDS = 5
_LARGEST_LOG = 1_000_000


@dataclass
class Keeper:
    """Serves one local directory, one request at a time: that is what makes two starters get one server."""

    local_dir: Path
    listener: socket.socket
    users: dict[socket.socket, bytes] = field(default_factory=dict)
    # The last user's connection stays open until this process ends, so that it can wait for that.
    leaving: list[socket.socket] = field(default_factory=list)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def __post_init__(self) -> None:
        own, logs = keeper_dir(self.local_dir), self.local_dir / "log"
        self.postgres = Postgres(self.local_dir, own, logs / "postgres.log")
        self.valkey = Valkey(own, logs / "valkey.log")
        self.selector.register(self.listener, selectors.EVENT_READ)

    def serve(self) -> None:
        """Return when the last user has gone. The servers are stopped whatever ends this."""
        try:
            has_had_users = False
            while self.users or not has_had_users:
                ready = self.selector.select(timeout=None if self.users else _FIRST_USER_SECONDS)
                if not ready and not self.users:
                    return
                for key, _ in ready:
                    self._attend(key.fileobj)
                if self.users:
                    has_had_users = True
                    self._let_go()
        finally:
            self._close()

    def _attend(self, source: Any) -> None:
        if source is self.listener:
            self._admit()
            return
        try:
            received = source.recv(65_536)
        except OSError:
            received = b""
        if not received:
            self.selector.unregister(source)
            del self.users[source]
            self.leaving.append(source)
            return
        *lines, self.users[source] = (self.users[source] + received).split(b"\n")
        for line in lines:
            self._answer(source, json.loads(line))

    def _admit(self) -> None:
        user, _ = self.listener.accept()
        user.settimeout(_SEND_SECONDS)
        self.users[user] = b""
        self.selector.register(user, selectors.EVENT_READ)
        _send(user, {"hello": os.getpid()})

    def _let_go(self) -> None:
        while self.leaving:
            self.leaving.pop().close()

    def _answer(self, user: socket.socket, request: dict[str, Any]) -> None:
        try:
            answer: dict[str, Any] = {"urls": self._start(user, request)}
        except (ServicesUnavailable, OSError, subprocess.SubprocessError) as error:
            traceback.print_exc()
            answer = {"error": str(error)}
        _send(user, answer)

    def _start(self, user: socket.socket, request: dict[str, Any]) -> dict[str, str]:
        urls = {}
        if "redis" in request["want"]:
            urls["redis"] = self.valkey.ensure()
        if "database" in request["want"]:
            urls["database"] = self.postgres.ensure(
                fast=bool(request["fast"]), say=lambda text: _send(user, {"say": text})
            )
        return urls

    def _close(self) -> None:
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, signal.SIG_IGN)
        Path(self.listener.getsockname()).unlink(missing_ok=True)
        self.listener.close()
        drop_socket_dir(socket_link(self.local_dir))
        self.valkey.stop()
        self.postgres.close()


def _send(user: socket.socket, message: dict[str, Any]) -> None:
    """Write one line; a user who left meanwhile is noticed when its connection is read."""
    try:
        user.sendall(json.dumps(message).encode() + b"\n")
    except OSError:
        sys.stderr.write("keeper: a user left before it was answered\n")


def _listen(local_dir: Path) -> socket.socket:
    path = make_socket_dir(socket_link(local_dir), name=SOCKET_NAME, account=Account()) / SOCKET_NAME
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(64)
    return listener


def _open_log(path: Path) -> int:
    is_large = path.is_file() and path.stat().st_size > _LARGEST_LOG
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if is_large else 0), 0o600)


def _redirect_output(log_dir: Path) -> None:
    log_dir.mkdir(exist_ok=True)
    for name in ("postgres.log", "valkey.log"):
        os.close(_open_log(log_dir / name))
    log = _open_log(log_dir / "keeper.log")
    for stream in (1, 2):
        os.dup2(log, stream)
    os.close(log)


def _end(_signum: int, _frame: FrameType | None) -> None:
    raise SystemExit


def main(local_dir: Path) -> int:
    """Become the keeper in the background, once it can be connected to."""
    os.umask(0o077)
    if lock_keeper(local_dir) is None:
        return 0
    listener = _listen(local_dir)
    if os.fork():
        return 0
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _redirect_output(local_dir / "log")
    try:
        Keeper(local_dir, listener).serve()
    except (Exception, SystemExit) as end:
        traceback.print_exception(end)
    # Lock and connections go with the process, all at once: whoever waited for us finds nothing left of us.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
