"""Processes: who a process id really is, how one is ended, and how one follows its parent."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.02
_LIBC = ctypes.CDLL(None, use_errno=True)

StopSteps = Sequence[tuple[signal.Signals, float]]
Identify = Callable[[int], str | None]


def die_with_parent(signum: signal.Signals) -> Callable[[], None]:
    """A preexec_fn that has the kernel send `signum` when the parent dies; nothing outside Linux.

    The caller must be single-threaded: the kernel means the parent's thread, not its process.
    """
    parent = os.getpid()

    def follow_parent() -> None:
        if sys.platform != "linux":
            return
        _LIBC.prctl(PR_SET_PDEATHSIG, int(signum))
        if os.getppid() != parent:
            os._exit(1)

    return follow_parent


def identify(pid: int) -> str | None:
    """What tells this process from every other that ever had its id; None when it is gone or a zombie."""
    if sys.platform == "linux":
        return _identify_by_proc(pid)
    return _identify_by_ps(pid)


def _identify_by_proc(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    # The name in parentheses may hold spaces: the numbers start after the last one. 0 is the state, 19 the start.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else f"{boot} {fields[19]}"


def _identify_by_ps(pid: int) -> str | None:
    state, _, started = _ask_ps(pid, "stat=", "lstart=").partition(" ")
    return None if not state or state.startswith("Z") else " ".join(started.split())


def read_command_line(pid: int) -> list[str]:
    """The program and its arguments; empty when the process is gone."""
    if sys.platform != "linux":
        return _ask_ps(pid, "command=").split()
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")[:-1]
    except OSError:
        return []


def _ask_ps(pid: int, *columns: str) -> str:
    options = [word for column in columns for word in ("-o", column)]
    command = ["/bin/ps", "-ww", *options, "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


@dataclass(frozen=True)
class PidFile:
    """A server's pid with what proves later that it is still the same process and not one that re-used the id."""

    path: Path

    def write(self, pid: int) -> None:
        self.path.write_text(json.dumps({"pid": pid, "identity": identify(pid)}), encoding="utf-8")

    def read(self) -> int | None:
        """The recorded process while it still runs."""
        try:
            record = json.loads(self.path.read_text(encoding="utf-8"))
            pid = int(record["pid"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return pid if identify(pid) == record.get("identity") else None

    def stop_leftover(self, *, mention: str, steps: StopSteps) -> None:
        """End the recorded process if it still runs and its command line mentions `mention`; then forget it."""
        try:
            record = json.loads(self.path.read_text(encoding="utf-8"))
            pid, identity = int(record["pid"]), record["identity"]
        except (OSError, ValueError, KeyError, TypeError):
            self.path.unlink(missing_ok=True)
            return
        if identity and mention in " ".join(read_command_line(pid)):
            _stop_recorded(pid, identity, steps)
        self.path.unlink(missing_ok=True)


def _stop_recorded(pid: int, identity: str, steps: StopSteps) -> None:
    for signum, seconds in steps:
        if identify(pid) != identity:
            return
        os.kill(pid, signum)
        wait_until(lambda: identify(pid) != identity, seconds=seconds)


def stop_child(process: subprocess.Popen[bytes], steps: StopSteps) -> None:
    """Signal the child step by step, each time waiting so many seconds for it to end."""
    for signum, seconds in steps:
        if process.poll() is not None:
            return
        process.send_signal(signum)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            continue


def wait_until(done: Callable[[], bool], *, seconds: float) -> bool:
    """Ask until `done` or the time is over; says which."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def read_tail(path: Path, *, lines: int = 20) -> str:
    """The last lines of a log, for an error message."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "(no log)"
    return "\n".join(text.splitlines()[-lines:]) or "(the log is empty)"
