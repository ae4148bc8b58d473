"""The caller's end of the process that workers come from."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from select import select
from types import TracebackType
from typing import IO, Any

from smoothx.demo.chaos.clocks import ENVIRONMENT
from smoothx.embedded.processes import die_with_parent

ROOT = Path(__file__).resolve().parents[3]
STOP_SECONDS = 60


class Ended(Exception):
    """The process ended before it answered; the text says where its log is."""


class Nursery:
    """A context manager. `clock_off` is what the clocks of all workers are ahead of the machine's, in seconds."""

    def __init__(self, log: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        self.clock_off = 0.0
        self._read_to = 0
        follow_parent = die_with_parent(signal.SIGKILL)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "smoothx.demo.chaos.nursery"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                cwd=ROOT,
                env={**environment, **ENVIRONMENT},
                text=True,
                preexec_fn=follow_parent,
            )

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for end in (self._process.stdin, self._process.stdout):
            if end is not None:
                end.close()
        self._process.wait(timeout=STOP_SECONDS)

    def read_log(self) -> str:
        """What was written since it was last read."""
        with self.log.open("rb") as log:
            log.seek(self._read_to)
            text = log.read()
        self._read_to += len(text)
        return text.decode(errors="replace")

    def order(self, **order: Any) -> None:
        """Give an order; `answer` waits until it is carried out."""
        pipe: IO[str] = self._process.stdin  # type: ignore[assignment]
        pipe.write(json.dumps({"clock_off": self.clock_off, **order}) + "\n")
        pipe.flush()

    def has_answered(self, *, within: float) -> bool:
        """Whether the answer is there after at most so many seconds."""
        pipe: IO[str] = self._process.stdout  # type: ignore[assignment]
        return bool(select([pipe], [], [], max(within, 0.0))[0])

    def answer(self) -> dict[str, Any]:
        """Raises Ended."""
        pipe: IO[str] = self._process.stdout  # type: ignore[assignment]
        line = pipe.readline()
        if not line:
            message = f"the workers' process ended, see {self.log}"
            raise Ended(message)
        answer: dict[str, Any] = json.loads(line)
        return answer
