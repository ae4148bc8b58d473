"""The requests that the server is answering: a page that polls has one under way when its journey ends."""

from __future__ import annotations

import threading
from typing import Any

from django.core.signals import request_finished, request_started

PATIENCE_SECONDS = 60


class InFlight:
    """Counts what the server's own threads answer, from `start` on."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def start(self) -> None:
        request_started.connect(self._begin)
        request_finished.connect(self._end)

    def stop(self) -> None:
        request_started.disconnect(self._begin)
        request_finished.disconnect(self._end)

    def wait(self) -> bool:
        """Whether nothing is being answered any more; waits for it, as the database is emptied next."""
        with self._changed:
            return self._changed.wait_for(lambda: self._count == 0, timeout=PATIENCE_SECONDS)

    def _begin(self, **_: Any) -> None:
        self._add(1)

    def _end(self, **_: Any) -> None:
        self._add(-1)

    def _add(self, number: int) -> None:
        # The test's own client calls from the main thread, and is never left alone.
        if threading.current_thread() is threading.main_thread():
            return
        with self._changed:
            self._count += number
            self._changed.notify_all()
