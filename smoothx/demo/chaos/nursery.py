"""A process that has everything loaded and brings forth workers by forking: a worker lives in no time.

Run as `python -m smoothx.demo.chaos.nursery`. It reads orders, a line of JSON each, and answers each with a line:
{"volley": [[life, ...], ...], "clock_off": seconds} with {"ends": [...], "passed": seconds}, how each worker ended and
what the clocks were moved by, when all have;
{"rest": tenant id, "is_last": ..., "clock_off": seconds} with {"rest": {"clock_off": seconds}} when the engine is at
rest.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import django

from smoothx.demo.chaos.strokes import Life
from smoothx.embedded.processes import die_with_parent

logger = logging.getLogger(__name__)
# Of a life and how far the clocks have been moved for it.
Live = Callable[[Life, int], Any]

POLL_SECONDS = 0.005
# No worker has so much to do; one that does not end hangs, and that is a finding.
MOST_SECONDS = 60.0


def main(orders: Iterable[str]) -> None:
    django.setup()
    # The models exist only now.
    worker = import_module("smoothx.demo.chaos.worker")
    worker.warm_up()
    for line in orders:
        sys.stdout.write(json.dumps(carry_out(worker, json.loads(line))) + "\n")
        sys.stdout.flush()


def carry_out(worker: Any, order: Mapping[str, Any]) -> dict[str, Any]:
    off = order["clock_off"]
    if "rest" in order:
        is_last = order["is_last"]
        return {"rest": rest(lambda: worker.come_to_rest(order["rest"], clock_off=off, is_last=is_last))}
    slots = [[Life(**life) for life in slot] for slot in order["volley"]]
    ends = play(slots, lambda life, passed: worker.live(life, clock_off=off + passed))
    return {"ends": ends, "passed": sum(life.rests for slot in slots for life in slot)}


@dataclass(slots=True)
class _Slot:
    """A place for one worker at a time. `ends` tells how each life in it ended."""

    lives: Sequence[Life]
    ends: list[str]
    pid: int = 0
    began_at: float = 0.0

    @property
    def life(self) -> Life:
        return self.lives[len(self.ends)]

    @property
    def passed(self) -> int:
        """How far the clocks were moved in this place."""
        return sum(life.rests for life in self.lives[: len(self.ends) + 1])

    def watch(self, live: Live) -> bool:
        """Bring forth, shoot or bury, as it is time to; True when the last life has ended."""
        if not self.pid:
            self.pid, self.began_at = _fork(lambda: live(self.life, self.passed)), time.monotonic()
        passed = time.monotonic() - self.began_at
        if passed > MOST_SECONDS or 0 < self.life.shot_after_ms / 1000 < passed:
            os.kill(self.pid, signal.SIGKILL)
        ended, status = os.waitpid(self.pid, os.WNOHANG)
        if not ended:
            return False
        hung = passed > MOST_SECONDS
        self.ends.append("hung" if hung else name_end(os.waitstatus_to_exitcode(status)))
        self.pid = 0
        return len(self.ends) == len(self.lives)


def play(slots: Sequence[Sequence[Life]], live: Live) -> list[str]:
    """All slots side by side; how every life ended."""
    waiting = [_Slot(lives, []) for lives in slots]
    ends = []
    while waiting:
        for slot in list(waiting):
            if slot.watch(live):
                ends += slot.ends
                waiting.remove(slot)
        time.sleep(POLL_SECONDS)
    return ends


def rest(come_to_rest: Callable[[], float]) -> dict[str, Any]:
    """Have a worker come to rest; what it answered, {} when it failed."""
    reader, writer = os.pipe()

    def tell() -> None:
        os.write(writer, str(come_to_rest()).encode())

    pid = _fork(tell)
    os.close(writer)
    with os.fdopen(reader) as answer:
        told = answer.read()
    os.waitpid(pid, 0)
    return {"clock_off": float(told)} if told else {}


def _fork(act: Callable[[], Any]) -> int:
    follow_parent = die_with_parent(signal.SIGKILL)
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        follow_parent()
        # What a worker prints, such as mails, must not be taken for an answer.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        act()
        code = 0
    except BaseException:
        logger.exception("chaos.failed")
    finally:
        os._exit(code)


def name_end(code: int) -> str:
    return {0: "done", -signal.SIGKILL: "killed"}.get(code, f"failed with {code}")


if __name__ == "__main__":
    main(sys.stdin)
