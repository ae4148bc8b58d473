"""Getting the two service URLs: from the environment, or from servers of our own."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from smoothx.embedded.line import Line
from smoothx.embedded.local import SOCKET_NAME, keeper_dir, lock_keeper, socket_link
from smoothx.embedded.processes import PidFile, identify, read_tail, wait_until
from smoothx.embedded.programs import ServicesUnavailable, find_postgres_programs, find_valkey_program
from smoothx.lib.env import env_flag, env_text

PROJECT_ROOT = Path(__file__).resolve().parents[2]
_VARIABLES = {"database": "DATABASE_URL", "redis": "REDIS_URL"}
_FIND_PROGRAM = {"database": find_postgres_programs, "redis": find_valkey_program}
_CONNECT_SECONDS = 60
_RETRY_SECONDS = 0.05


@dataclass(frozen=True)
class Services:
    """Where the two servers are. Empty for one that was not wanted and is not configured either."""

    database_url: str
    redis_url: str


@dataclass(frozen=True)
class _Hold:
    """This process's line to the keeper, and the variables it set because of it."""

    line: Line
    process_id: int
    variables: dict[str, str]


_holds: list[_Hold] = []


def _say_on_stderr(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def ensure_services(
    *, say: Callable[[str], None] = _say_on_stderr, want_database: bool = True, want_redis: bool = True
) -> Services:
    """The URLs of both servers; what DATABASE_URL or REDIS_URL (or NAME_FILE) names is used untouched.

    For a wanted one that is not set, start our own or join the running one, set its variable so that child
    processes use it too, and keep it until this process ends or calls `stop_services`. `say` hears what takes
    seconds: only the very first start. SMOOTHX_LOCAL_DIR says where they live, SMOOTHX_EMBEDDED_FAST=1 gives up
    surviving a power cut. Raises ServicesUnavailable.
    """
    wants = {"database": want_database, "redis": want_redis}
    missing = [name for name, variable in _VARIABLES.items() if wants[name] and not env_text(variable)]
    if missing:
        _hold(missing, say)
    return Services(database_url=env_text("DATABASE_URL"), redis_url=env_text("REDIS_URL"))


def stop_services() -> None:
    """Give up the servers this process got from `ensure_services`; they stop if nobody else uses them.

    Returns when they have stopped, at once when somebody else goes on. Runs by itself at exit.
    """
    while _holds:
        hold = _holds.pop()
        for variable, value in hold.variables.items():
            if os.environ.get(variable) == value:
                del os.environ[variable]
        # A forked child shares the connection: shutting it down would end it for the parent too.
        if hold.process_id == os.getpid():
            hold.line.release()
        hold.line.close()


def crash_database() -> None:
    """End the PostgreSQL of our own at once, as a crash would, and start it again at the same address.

    Raises ServicesUnavailable, also when this process did not start or join one.
    """
    hold = next((each for each in _holds if "DATABASE_URL" in each.variables), None)
    if hold is None:
        message = "only a PostgreSQL of our own can be crashed"
        raise ServicesUnavailable(message)
    local_dir = _local_dir()
    pid = PidFile(keeper_dir(local_dir) / "postgres.pid").read()
    if pid is not None:
        os.kill(pid, signal.SIGQUIT)
        wait_until(lambda: identify(pid) is None, seconds=_CONNECT_SECONDS)
    _ask(hold.line, ["database"], local_dir=local_dir, say=_say_on_stderr)


def _local_dir() -> Path:
    return Path(env_text("SMOOTHX_LOCAL_DIR") or PROJECT_ROOT / ".local").resolve()


def _hold(names: list[str], say: Callable[[str], None]) -> None:
    for name in names:
        _FIND_PROGRAM[name]()
    local_dir = _local_dir()
    line = _connect(local_dir)
    try:
        urls = _ask(line, names, local_dir=local_dir, say=say)
    except BaseException:
        line.close()
        raise
    variables = {_VARIABLES[name]: urls[name] for name in names}
    os.environ.update(variables)
    _holds.append(_Hold(line, os.getpid(), variables))
    atexit.register(stop_services)


def _connect(local_dir: Path) -> Line:
    """A line to this directory's keeper, which is started when there is none."""
    _make_own_dir(local_dir)
    deadline = time.monotonic() + _CONNECT_SECONDS
    while time.monotonic() < deadline:
        line = Line.connect(Path(os.path.realpath(socket_link(local_dir))) / SOCKET_NAME)
        if line is not None:
            return line
        # None yet, one that was killed, or one that is stopping: then its lock is still held.
        lock = lock_keeper(local_dir)
        if lock is None:
            time.sleep(_RETRY_SECONDS)
            continue
        os.close(lock)
        _start_keeper(local_dir)
    message = f"The servers in {local_dir} neither answer nor stop. See {_keeper_log(local_dir)}."
    raise ServicesUnavailable(message)


def _make_own_dir(local_dir: Path) -> None:
    try:
        local_dir.mkdir(parents=True, exist_ok=True)
        keeper_dir(local_dir).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        message = f"{local_dir} cannot be used: {error.strerror}. Set SMOOTHX_LOCAL_DIR to another directory."
        raise ServicesUnavailable(message) from error
    if not os.access(keeper_dir(local_dir), os.R_OK | os.W_OK | os.X_OK):
        message = f"{local_dir} was made by another user. Set SMOOTHX_LOCAL_DIR to another directory."
        raise ServicesUnavailable(message)


def _start_keeper(local_dir: Path) -> None:
    """Returns when it can be connected to."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "smoothx.embedded.keeper", local_dir],
        cwd=PROJECT_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        check=False,
    )
    if done.returncode != 0:
        message = f"The embedded servers did not start:\n{done.stderr.decode(errors='replace').strip()[-2000:]}"
        raise ServicesUnavailable(message)


def _ask(line: Line, names: list[str], *, local_dir: Path, say: Callable[[str], None]) -> dict[str, str]:
    line.write({"want": names, "fast": env_flag("SMOOTHX_EMBEDDED_FAST", default=False)})
    while message := line.read():
        if "say" in message:
            say(message["say"])
        elif "urls" in message:
            urls: dict[str, str] = message["urls"]
            return urls
        else:
            raise ServicesUnavailable(message["error"])
    log = _keeper_log(local_dir)
    problem = f"The embedded servers ended while starting. The end of {log}:\n{read_tail(log)}"
    raise ServicesUnavailable(problem)


def _keeper_log(local_dir: Path) -> Path:
    return local_dir / "log" / "keeper.log"
