"""Webhooks out: a background thread that posts events late, twice, out of order or not at all, as vendors do."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import requests

logger = logging.getLogger(__name__)

MODES = ("normal", "duplicate", "reorder", "drop", "off")
POST_TIMEOUT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST to make."""

    url: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Pending:
    delivery: Delivery
    due: float
    attempt: int = 1


class Courier:
    """Queues events, lets the vendor turn a few of them into requests, posts those and retries what failed.

    Modes: normal; duplicate (each request twice); reorder (events of a window backwards); drop (every second event,
    from the first, is lost); off. `retry_delays` are seconds on the sandbox clock, so moving the clock brings a
    retry forward; an answer whose status is not in `accepts` counts as failed.
    """

    def __init__(
        self,
        pack: Callable[[list[Any]], Iterable[Delivery]],
        *,
        now: Callable[[], float],
        retry_delays: tuple[float, ...] = (),
        accepts: range = range(200, 300),
    ) -> None:
        self.mode = "normal"
        self.window_seconds = 0.02
        self._pack = pack
        self._now = now
        self._retry_delays = retry_delays
        self._accepts = accepts
        self._events: deque[Any] = deque()
        self._pending: list[_Pending] = []
        self._log: deque[dict[str, Any]] = deque(maxlen=5000)
        self._seen = 0
        self._is_busy = False
        self._is_closed = False
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def emit(self, event: Any) -> None:
        """Queue one event; cheap, never blocks on the network."""
        with self._wake:
            self._seen += 1
            if self._is_closed or self.mode == "off" or (self.mode == "drop" and self._seen % 2 == 1):
                return
            self._events.append(event)
            self._start()
            self._wake.notify_all()

    def set_mode(self, mode: str) -> None:
        """Raises ValueError for a mode that does not exist."""
        if mode not in MODES:
            raise ValueError(f"mode is one of {', '.join(MODES)}")
        with self._wake:
            self.mode, self._seen = mode, 0

    def clear(self) -> None:
        with self._wake:
            self._events.clear()
            self._pending.clear()
            self._log.clear()
            self.mode, self._seen = "normal", 0

    def close(self) -> None:
        with self._wake:
            self._is_closed = True
            self._wake.notify_all()

    def wait(self, timeout: float) -> bool:
        """True once nothing is queued or being posted; requests waiting for a later retry do not count."""
        deadline = time.monotonic() + timeout
        with self._wake:
            while self._events or self._is_busy or self._due():
                if time.monotonic() >= deadline:
                    return False
                self._wake.wait(timeout=0.05)
        return True

    def state(self) -> dict[str, Any]:
        with self._wake:
            return {"mode": self.mode, "queued": len(self._events) + len(self._pending), "deliveries": list(self._log)}

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sandbox-webhooks", daemon=True)
            self._thread.start()

    def _due(self) -> list[_Pending]:
        now = self._now()
        return [item for item in self._pending if item.due <= now]

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._events or self._due() or self._is_closed):
                    self._wake.wait(timeout=0.1 if self._pending else None)
                if self._is_closed:
                    return
                self._is_busy = True
            try:
                self._work()
            except Exception:
                logger.exception("webhook packing failed")
            finally:
                with self._wake:
                    self._is_busy = False
                    self._wake.notify_all()

    def _work(self) -> None:
        # A short wait gathers the events of one change into one request, as vendors do; shuffling needs a longer one.
        time.sleep(self.window_seconds * (10 if self.mode == "reorder" else 1))
        with self._wake:
            events = list(self._events)
            self._events.clear()
            mode = self.mode
            due = self._due()
            self._pending = [item for item in self._pending if item not in due]
        for item in due:
            self._post(item)
        if not events:
            return
        deliveries = list(self._pack(events[::-1] if mode == "reorder" else events))
        for delivery in deliveries[::-1] if mode == "reorder" else deliveries:
            for _ in range(2 if mode == "duplicate" else 1):
                self._post(_Pending(delivery, self._now()))

    def _post(self, item: _Pending) -> None:
        status = self._send(item.delivery)
        with self._wake:
            self._log.append(
                {
                    "url": item.delivery.url,
                    "status": status,
                    "attempt": item.attempt,
                    "body": item.delivery.body.decode(),
                    "at": self._now(),
                }
            )
            if status not in self._accepts and item.attempt <= len(self._retry_delays):
                due = self._now() + self._retry_delays[item.attempt - 1]
                self._pending.append(_Pending(item.delivery, due, item.attempt + 1))

    def _send(self, delivery: Delivery) -> int:
        try:
            answer = requests.post(
                delivery.url,
                data=delivery.body,
                headers=delivery.headers,
                timeout=POST_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            logger.info("webhook to %s failed: %s", delivery.url, error)
            return 0
        return answer.status_code
