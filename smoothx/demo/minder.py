"""Runs one program and leaves nothing of it behind, whoever dies first: the program, or the supervisor above.

Run as `python -m smoothx.demo.minder LIFELINE GRACE_SECONDS PROGRAM ARGUMENT...`. LIFELINE is the number of an
open file whose other end only the supervisor holds: it reaches its end when the supervisor is gone, kill -9
included. SIGTERM stops the program gently, SIGQUIT at once. Exits with the program's code, 128 + n for signal n.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from smoothx.embedded.processes import die_with_parent

PR_SET_CHILD_SUBREAPER = 36
COULD_NOT_RUN = 127
# For what the program left behind, after the program itself has ended.
_ORPHAN_SECONDS = 2.0
_POLL_SECONDS = 0.02


@dataclass
class Minder:
    """One program, as the leader of its own session."""

    lifeline: int
    grace_seconds: float
    program_pid: int = 0
    exit_code: int | None = None
    signals: set[int] = field(default_factory=set)

    def run(self, argv: list[str]) -> int:
        """Start the program and return its exit code when it and all its descendants are gone."""
        wakeup = self._catch_signals()
        _adopt_orphans()
        try:
            self._start(argv)
        except OSError as error:
            sys.stderr.write(f"{argv[0]} cannot be run: {error.strerror}\n")
            return COULD_NOT_RUN
        watched = [self.lifeline, wakeup]
        while not self._reap() and not self._must_stop(watched):
            continue
        self._stop()
        return 0 if self.exit_code is None else self.exit_code

    def _catch_signals(self) -> int:
        # Handlers, not SIG_IGN: a program inherits what is ignored.
        for signum in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(signum, self._note)
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        return reader

    def _note(self, signum: int, _frame: FrameType | None) -> None:
        self.signals.add(signum)

    def _start(self, argv: list[str]) -> None:
        process = subprocess.Popen(  # noqa: S603
            argv, start_new_session=True, preexec_fn=die_with_parent(signal.SIGTERM)
        )
        self.program_pid = process.pid
        # Children are reaped here, orphans among them, so subprocess must not wait for its own.
        process.returncode = 0

    def _must_stop(self, watched: list[int]) -> bool:
        """Sleep until something happens; whether it was the supervisor's end or its order to stop."""
        ready, _, _ = select.select(watched, [], [])
        for source in ready:
            with contextlib.suppress(BlockingIOError):
                if not os.read(source, 512):
                    return True
        return bool(self.signals & {signal.SIGTERM, signal.SIGQUIT})

    def _reap(self) -> bool:
        """Collect whoever has ended; whether the program is among them."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return self.exit_code is not None
            if pid == 0:
                return self.exit_code is not None
            if pid == self.program_pid:
                code = os.waitstatus_to_exitcode(status)
                self.exit_code = code if code >= 0 else 128 - code

    def _stop(self) -> None:
        """First the program alone, which knows how to stop its own children, then what is left of them."""
        if self.exit_code is None and not self._is_hurried():
            os.kill(self.program_pid, signal.SIGTERM)
            self._wait(self._reap, self.grace_seconds)
        if not self._is_hurried() and self._signal_rest(signal.SIGTERM):
            self._wait(lambda: not self._signal_rest(None), _ORPHAN_SECONDS)
        while self._signal_rest(signal.SIGKILL):
            time.sleep(_POLL_SECONDS)

    def _is_hurried(self) -> bool:
        return signal.SIGQUIT in self.signals

    def _wait(self, done: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not done() and not self._is_hurried() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)

    def _signal_rest(self, signum: signal.Signals | None) -> bool:
        """Signal every process that came from the program; whether there was one. None only asks."""
        self._reap()
        number = signum or 0
        if sys.platform != "linux":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.program_pid, number)
                return True
            return False
        descendants = list(_list_descendants(os.getpid()))
        for pid in descendants:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return bool(descendants)


def _adopt_orphans() -> None:
    """On Linux a process whose parent dies becomes our child, so that leaving the session hides nobody."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _list_descendants(root: int) -> Iterator[int]:
    """Living processes below `root`, found by their parents' ids."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    waiting = children.get(root, [])
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting.extend(children.get(pid, []))


def main(arguments: list[str]) -> int:
    lifeline, grace_seconds, *argv = arguments
    return Minder(int(lifeline), float(grace_seconds)).run(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
