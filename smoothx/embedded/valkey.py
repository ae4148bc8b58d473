"""The private Valkey: in memory only, on a free port of 127.0.0.1, behind a random password."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from smoothx.embedded.ports import free_port
from smoothx.embedded.processes import PidFile, StopSteps, die_with_parent, read_tail, stop_child, wait_until
from smoothx.embedded.programs import ServicesUnavailable, find_valkey_program

_STOP_STEPS: StopSteps = ((signal.SIGTERM, 5), (signal.SIGKILL, 5))
_START_SECONDS = 20
_PORT_TRIES = 5


@dataclass
class Valkey:
    """One server per keeper. Started again after a crash it keeps its port and password when it can."""

    keeper_dir: Path
    log: Path
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """One URL for redis-py and for Celery's broker: that is why it is TCP and not a socket file."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def ensure(self) -> str:
        """Start the server unless it answers; its URL. Raises ServicesUnavailable."""
        if not self.is_answering():
            self.stop()
            self._pid_file.stop_leftover(mention=str(self._config), steps=_STOP_STEPS)
            self._start()
        return self.url

    def stop(self) -> None:
        if self.process is not None:
            stop_child(self.process, _STOP_STEPS)
            self.process = None
            self._pid_file.path.unlink(missing_ok=True)

    def is_answering(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            return False
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return _receive(connection, length=12) == b"+OK\r\n+PONG\r\n"
        except OSError:
            return False

    @property
    def _pid_file(self) -> PidFile:
        return PidFile(self.keeper_dir / "valkey.pid")

    @property
    def _config(self) -> Path:
        return self.keeper_dir / "valkey.conf"

    def _start(self) -> None:
        # Between choosing a port and listening on it somebody else may take it: then the next one.
        for _ in range(_PORT_TRIES):
            self.port = self.port or free_port()
            self._launch()
            wait_until(lambda: self._has_ended() or self.is_answering(), seconds=_START_SECONDS)
            if self.is_answering():
                return
            self.stop()
            self.port = 0
        message = f"Valkey did not start. The end of {self.log}:\n{read_tail(self.log)}"
        raise ServicesUnavailable(message)

    def _launch(self) -> None:
        program = find_valkey_program()
        self._config.write_text(self._settings(), encoding="utf-8", errors="surrogateescape")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [program, self._config],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self._pid_file.write(self.process.pid)

    def _has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def _settings(self) -> str:
        directory = str(self.keeper_dir).replace("\\", "\\\\").replace('"', '\\"')
        return (
            f"bind 127.0.0.1\nport {self.port}\nprotected-mode yes\nrequirepass {self.password}\n"
            f'dir "{directory}"\ndaemonize no\nsave ""\nappendonly no\nmaxmemory-policy noeviction\n'
            # The pid file's proof reads the command line, which the server would otherwise replace.
            "set-proc-title no\ntcp-backlog 128\nloglevel warning\n"
        )


def _receive(connection: socket.socket, *, length: int) -> bytes:
    answer = b""
    while len(answer) < length:
        part = connection.recv(length - len(answer))
        if not part:
            break
        answer += part
    return answer
