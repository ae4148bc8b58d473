"""Runs the demo's programs side by side and takes all of them down together.

Every program runs below a minder of its own (see `smoothx.demo.minder`). All minders read one pipe whose other
end this process holds, so they stop their programs even when this process is killed outright.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from smoothx.embedded.ports import free_port
from smoothx.embedded.processes import read_tail

__all__ = ["Ending", "Interrupted", "NotReady", "Process", "Supervisor", "free_port"]

PROJECT_ROOT = Path(__file__).resolve().parents[2]
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_POLL_SECONDS = 0.05
# What a minder may take beyond its grace to end what its program left behind.
_MINDER_SECONDS = 10


class NotReady(Exception):
    """A program ended or stayed silent before it was ready; the text shows the end of its log."""


class Interrupted(SystemExit):
    """SIGINT or SIGTERM came while a supervisor was active. Uncaught it ends the process quietly with 128 + n."""

    def __init__(self, signum: signal.Signals) -> None:
        super().__init__(128 + signum)
        self.signum = signum


@dataclass(frozen=True)
class Process:
    """A program to run. `env` is added to this process's environment; `ready` is asked until it says True.

    An OSError from `ready` counts as not yet: nobody listens on the port so far.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Ending:
    """Why waiting ended: a program by its own (`name`, `exit_code`, `log`) or a signal to us (`signum`)."""

    name: str = ""
    exit_code: int = 0
    log: Path | None = None
    signum: signal.Signals | None = None

    def __str__(self) -> str:
        if self.signum is not None:
            return f"Stopped by {self.signum.name}."
        tail = f" The end of {self.log}:\n{read_tail(self.log)}" if self.log else ""
        return f"{self.name} {_describe(self.exit_code)}.{tail}"


@dataclass(frozen=True)
class _Child:
    name: str
    log: Path
    minder: subprocess.Popen[bytes]


class Supervisor:
    """Use as a context manager: leaving it stops every program, the last started first.

    A program gets SIGTERM and `grace_seconds` to end, then it and all that came from it are killed. A second
    signal while stopping kills at once. One supervisor per process; restarts nothing.
    """

    def __init__(self, *, log_dir: Path, grace_seconds: float = 10.0) -> None:
        self.log_dir = log_dir
        self.grace_seconds = grace_seconds
        self._children: list[_Child] = []
        self._is_stopping = False
        self._is_hurried = False
        self._handlers: dict[signal.Signals, Any] = {}
        self._lifeline: tuple[int, int] | None = None

    def __enter__(self) -> Supervisor:
        self.log_dir.mkdir(parents=True, exist_ok=True)
        self._lifeline = os.pipe()
        # Python lets only the main thread handle signals.
        if threading.current_thread() is threading.main_thread():
            self._handlers = {signum: signal.signal(signum, self._handle) for signum in _SIGNALS}
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._is_stopping = True
        try:
            self.stop()
        finally:
            for signum, handler in self._handlers.items():
                signal.signal(signum, handler)
            for end in self._lifeline or ():
                os.close(end)

    def start(self, process: Process, *, timeout_seconds: float = 60.0) -> None:
        """Start one program and return when it is ready. Raises NotReady; Interrupted when a signal arrives."""
        child = self._launch(process)
        if process.ready is None:
            return
        deadline = time.monotonic() + timeout_seconds
        while not _is_ready(process.ready):
            code = child.minder.poll()
            if code is not None:
                raise NotReady(f"{Ending(child.name, code)} It was not ready. {_show(child.log)}")
            if time.monotonic() > deadline:
                raise NotReady(f"{child.name} was not ready after {timeout_seconds:g} seconds. {_show(child.log)}")
            time.sleep(_POLL_SECONDS)

    def wait(self) -> Ending:
        """Block until a program ends or a signal arrives; which of them it was."""
        try:
            while True:
                for child in self._children:
                    code = child.minder.poll()
                    if code is not None:
                        return Ending(child.name, code, child.log)
                time.sleep(_POLL_SECONDS)
        except Interrupted as interruption:
            return Ending(signum=interruption.signum)

    def stop(self) -> None:
        """Stop every program in reverse order. Leaving the context does it."""
        while self._children:
            child = self._children.pop()
            child.minder.terminate()
            deadline = time.monotonic() + self.grace_seconds + _MINDER_SECONDS
            while child.minder.poll() is None:
                if self._is_hurried or time.monotonic() > deadline:
                    child.minder.send_signal(signal.SIGQUIT)
                time.sleep(_POLL_SECONDS)

    def _launch(self, process: Process) -> _Child:
        if self._lifeline is None:
            message = "A supervisor starts programs only inside its with block."
            raise RuntimeError(message)
        log = self.log_dir / f"{process.name}.log"
        lifeline, _ = self._lifeline
        minder = [sys.executable, "-m", "smoothx.demo.minder", str(lifeline), str(self.grace_seconds)]
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
            child = _Child(
                process.name,
                log,
                subprocess.Popen(  # noqa: S603
                    [*minder, *process.argv],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=PROJECT_ROOT,
                    env={**os.environ, **process.env},
                    pass_fds=[lifeline],
                    start_new_session=True,
                ),
            )
        self._children.append(child)
        return child

    def _handle(self, signum: int, _frame: FrameType | None) -> None:
        if self._is_stopping:
            self._is_hurried = True
        else:
            raise Interrupted(signal.Signals(signum))


def _is_ready(ready: Callable[[], bool]) -> bool:
    try:
        return ready()
    except OSError:
        return False


def _describe(exit_code: int) -> str:
    """Minders report signal n as 128 + n; a negative code is the minder's own."""
    number = exit_code - 128 if exit_code > 128 else -exit_code
    if exit_code == 0 or number not in set(signal.Signals):
        return f"ended with exit code {exit_code}"
    return f"was ended by {signal.Signals(number).name}"


def _show(log: Path) -> str:
    return f"The end of {log}:\n{read_tail(log)}"
