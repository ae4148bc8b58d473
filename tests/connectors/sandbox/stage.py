"""Servers that outlive the sandbox they serve: starting and ending one takes longer than most tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from connectors.sandbox.frame import Sandbox
from connectors.sandbox.server import RunningServer, serve


class Stage:
    """What such a server calls: the sandbox that stands on it now."""

    def __init__(self) -> None:
        self.sandbox: Any = None

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        answer: Iterable[bytes] = self.sandbox(environ, start_response)
        return answer

    def refuse(self, *refused: Any) -> Any:
        return self.sandbox.refuse(*refused)


_free: list[tuple[RunningServer, Stage]] = []


@contextmanager
def staged(sandbox: Sandbox) -> Iterator[RunningServer]:
    """The sandbox, served at an address of its own as long as this lasts."""
    server, stage = _free.pop() if _free else _open()
    server.app = stage.sandbox = sandbox
    try:
        yield server
    finally:
        sandbox.close()
        _free.append((server, stage))


def _open() -> tuple[RunningServer, Stage]:
    stage = Stage()
    return serve(stage), stage
