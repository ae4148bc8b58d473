"""The private PostgreSQL: made once with its role and database, reached through a socket only its owner can open."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from smoothx.embedded.ground import Account, Ground, choose_ground, drop_socket_dir, make_socket_dir
from smoothx.embedded.processes import (
    PidFile,
    StopSteps,
    die_with_parent,
    read_command_line,
    read_tail,
    stop_child,
    wait_until,
)
from smoothx.embedded.programs import POSTGRES_VERSION, ServicesUnavailable

# No TCP port is taken: this only names the socket file, and keeps PGPORT out of it.
SOCKET_PORT = 54018
_SOCKET_NAME = f".s.PGSQL.{SOCKET_PORT}"
# Fast shutdown, immediate shutdown, kill.
_STOP_STEPS: StopSteps = ((signal.SIGINT, 30), (signal.SIGQUIT, 5), (signal.SIGKILL, 5))
_START_SECONDS = 120
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

# The owner of its databases that row-level security still binds; Django's test databases are made by it too.
_BOOTSTRAP_SQL = """\
CREATE ROLE smoothx LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE DATABASE smoothx OWNER smoothx;
"""

# Small enough to idle on a laptop beside a browser: few processes, little memory, little write-ahead log.
_SETTINGS = {
    "listen_addresses": "",
    "port": str(SOCKET_PORT),
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "huge_pages": "off",
    "max_connections": "100",
    "io_method": "sync",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "max_logical_replication_workers": "0",
    # Parallel queries use /dev/shm, which containers keep at 64 MB.
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
_FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class Postgres:
    """One server per keeper. `fast` gives up surviving a power cut, which tests do not need."""

    local_dir: Path
    keeper_dir: Path
    log: Path
    process: subprocess.Popen[bytes] | None = None
    _socket_link: Path = field(default_factory=Path)
    _socket_dir: Path = field(default_factory=Path)
    _data_dir: Path = field(default_factory=Path)

    @property
    def url(self) -> str:
        return f"postgresql://smoothx@/smoothx?host={quote(str(self._socket_dir), safe='')}&port={SOCKET_PORT}"

    def ensure(self, *, fast: bool, say: Callable[[str], None]) -> str:
        """Start the server unless it answers, making its data directory if there is none; its URL.

        Raises ServicesUnavailable.
        """
        if not self.is_answering():
            self.stop()
            ground = choose_ground(self.local_dir)
            self._data_dir = ground.base / "postgres"
            self._pid_file.stop_leftover(mention=str(self._data_dir), steps=_STOP_STEPS)
            if not self._data_dir.is_dir():
                say(f"Starting PostgreSQL in {_shorten(self._data_dir)} (first time, a few seconds)")
                _make_data_dir(self._data_dir, ground=ground, fast=fast)
            self._check_data_dir(ground.runs_as)
            self._start(ground, fast=fast)
        return self.url

    def stop(self) -> None:
        if self.process is not None:
            stop_child(self.process, _STOP_STEPS)
            self.process = None
            self._pid_file.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        drop_socket_dir(self._socket_link)

    def is_answering(self) -> bool:
        if self.process is None or self.process.poll() is not None or not self._is_ready():
            return False
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self._socket_dir / _SOCKET_NAME))
        except OSError:
            return False
        return True

    @property
    def _pid_file(self) -> PidFile:
        return PidFile(self.keeper_dir / "postgres.pid")

    def _check_data_dir(self, account: Account) -> None:
        status = self._data_dir.stat()
        if status.st_uid != (os.geteuid() if account.user_id is None else account.user_id):
            message = f"{self._data_dir} belongs to another user. Run as that user, or delete it to start afresh."
            raise ServicesUnavailable(message)
        version = (self._data_dir / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != POSTGRES_VERSION:
            message = f"{self._data_dir} was made by PostgreSQL {version}. Delete it to start afresh."
            raise ServicesUnavailable(message)
        _disown_stale_lock(self._data_dir)

    def _start(self, ground: Ground, *, fast: bool) -> None:
        self._socket_link = ground.base / "postgres-run"
        self._socket_dir = make_socket_dir(self._socket_link, name=_SOCKET_NAME, account=ground.runs_as)
        for leftover in self._socket_dir.glob(".s.PGSQL.*"):
            leftover.unlink()
        self._launch(ground, fast=fast)
        wait_until(lambda: self._has_ended() or self.is_answering(), seconds=_START_SECONDS)
        if not self.is_answering():
            self.stop()
            message = f"PostgreSQL did not start. The end of {self.log}:\n{read_tail(self.log)}"
            raise ServicesUnavailable(message)

    def _launch(self, ground: Ground, *, fast: bool) -> None:
        settings = {**_SETTINGS, **(_FAST_SETTINGS if fast else {})}
        settings["unix_socket_directories"] = '"{}"'.format(str(self._socket_dir).replace('"', '""'))
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [ground.programs / "postgres", "-D", self._data_dir, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_ENVIRONMENT,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
                **ground.runs_as.popen_options,
            )
        self._pid_file.write(self.process.pid)

    def _has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def _is_ready(self) -> bool:
        """Whether postmaster.pid, line 1 the pid and line 8 the state, says that ours takes connections."""
        lines = _read_lock(self._data_dir)
        is_ours = self.process is not None and lines[:1] == [str(self.process.pid)]
        return is_ours and len(lines) >= 8 and lines[7].strip() == "ready"


def _shorten(path: Path) -> Path:
    """Relative to the project, where the keeper runs."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _make_data_dir(data_dir: Path, *, ground: Ground, fast: bool) -> None:
    """Make it aside and rename it when complete, so that an interrupted try is never taken for a database."""
    prefix = f"{data_dir.name}.new-"
    for interrupted in data_dir.parent.glob(f"{prefix}*"):
        shutil.rmtree(interrupted, ignore_errors=True)
    half = Path(tempfile.mkdtemp(prefix=prefix, dir=data_dir.parent))
    ground.made_by.own(half)
    initdb: list[str | Path] = [
        ground.programs / "initdb",
        "-D",
        half,
        "-U",
        "postgres",
        "--encoding=UTF8",
        "--no-instructions",
    ]
    # The built-in locale sorts and folds alike on every machine. Only the socket is opened, and its directory
    # admits one user, so a password would prove nothing more.
    initdb += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    initdb += ["--auth-local=trust", "--auth-host=reject", *(["--no-sync"] if fast else [])]
    _run(initdb, ground.made_by)
    # Stand-alone mode: nobody else can connect before the role and the database exist.
    alone: list[str | Path] = [
        ground.programs / "postgres",
        "--single",
        "-D",
        half,
        "-c",
        "exit_on_error=on",
        "postgres",
    ]
    _run(alone, ground.made_by, text=_BOOTSTRAP_SQL)
    ground.runs_as.own(half)
    half.rename(data_dir)


def _run(command: list[str | Path], account: Account, *, text: str = "") -> None:
    done = subprocess.run(  # noqa: S603
        command,
        input=text.encode(),
        capture_output=True,
        check=False,
        cwd="/",
        env=_ENVIRONMENT,
        preexec_fn=die_with_parent(signal.SIGKILL),
        **account.popen_options,
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode(errors="replace")
        message = f"PostgreSQL's data directory could not be made:\n{said.strip()[-2000:]}"
        raise ServicesUnavailable(message)


def _read_lock(data_dir: Path) -> list[str]:
    try:
        return (data_dir / "postmaster.pid").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []


def _disown_stale_lock(data_dir: Path) -> None:
    """Make a postmaster.pid left by a dead server harmless when another program has its pid now.

    PostgreSQL would believe the pid and refuse to start. It never believes its own parent's pid, so that one is
    written instead of deleting the file: the shared memory id on line 7 then still guards the data directory.
    """
    lines = _read_lock(data_dir)
    if not lines or not lines[0].isdigit():
        return
    if str(data_dir) in " ".join(read_command_line(int(lines[0]))):
        message = f"Another PostgreSQL (process {lines[0]}) uses {data_dir}. Stop it first."
        raise ServicesUnavailable(message)
    text = "\n".join([str(os.getpid()), *lines[1:], ""])
    (data_dir / "postmaster.pid").write_text(text, encoding="utf-8", errors="surrogateescape")
