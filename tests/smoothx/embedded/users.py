"""Processes that use the embedded servers, and what the tests ask about them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg

from smoothx.embedded import processes

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 60

_USE_SERVICES = """
import json, sys
from smoothx.embedded import ServicesUnavailable, ensure_services
said = []
wants = json.loads(sys.argv[1])
try:
    services = ensure_services(say=said.append, **wants)
except ServicesUnavailable as error:
    answer = {"error": str(error)}
else:
    answer = {"database": services.database_url, "redis": services.redis_url, "said": said}
sys.stdout.write(json.dumps(answer) + "\\n")
sys.stdout.flush()
sys.stdin.read()
"""


def bare_environment(local_dir: Path) -> dict[str, str]:
    """This environment with no service configured, for servers that need not survive a power cut."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "REDIS_"))}
    return env | {"SMOOTHX_LOCAL_DIR": str(local_dir), "SMOOTHX_EMBEDDED_FAST": "1", "PYTHONPATH": str(ROOT)}


class User:
    """A process that calls ensure_services and keeps what it got until it is let go."""

    def __init__(self, local_dir: Path, **wants: bool) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _USE_SERVICES, json.dumps(wants)],
            env=bare_environment(local_dir),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def leave(self) -> int:
        self.process.communicate()
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextlib.contextmanager
def using(local_dir: Path, **wants: bool) -> Iterator[dict[str, Any]]:
    """What one user was answered, while it stays."""
    user = User(local_dir, **wants)
    try:
        yield user.answer()
    finally:
        user.leave()


@contextlib.contextmanager
def replaced(path: Path, text: str) -> Iterator[None]:
    before = path.read_text()
    path.write_text(text)
    try:
        yield
    finally:
        path.write_text(before)


def find_processes(directory: Path) -> list[str]:
    """Command lines of living processes that mention the directory."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = " ".join(process.info["cmdline"] or [])
        if str(directory) in line and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(line)
    return found


def becomes(done: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> bool:
    return processes.wait_until(done, seconds=seconds)


def recorded_pid(local_dir: Path, name: str) -> int:
    pid: int = json.loads((local_dir / "keeper" / f"{name}.pid").read_text())["pid"]
    return pid


def is_gone(pid: int) -> bool:
    return processes.identify(pid) is None


def ask(url: str, sql: str) -> Any:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else None
