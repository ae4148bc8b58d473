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
# How much of an answer's body is kept.
MOST_BODY = 1000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST to make. While one of a `queue` waits to be repeated, the later ones of that queue wait behind it."""

    url: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    queue: str = ""
    tag: Any = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one POST; `status` is 0 where there was no answer, `is_last` where none will follow."""

    delivery: Delivery
    number: int
    status: int
    is_accepted: bool
    is_last: bool
    started_at: float
    completed_at: float
    headers: dict[str, str]
    body: str
    error: str | None


@dataclass(slots=True)
class _Pending:
    delivery: Delivery
    due: float
    attempt: int = 1
    first_at: float | None = None


class Courier:
    """Queues events, lets the vendor turn a few of them into requests, posts those and retries what failed.

    Modes: normal; duplicate (each request twice); reorder (events of a window backwards); drop (every second event,
    from the first, is lost); off. `retry_delays` are seconds on the sandbox clock, so moving the clock brings a
    retry forward; an answer whose status is not in `accepts` counts as failed. With `give_up_after` a queue that
    has not got through for so long is thrown away with all that waits in it. `report` hears of every attempt.
    """

    def __init__(
        self,
        pack: Callable[[list[Any]], Iterable[Delivery]],
        *,
        now: Callable[[], float],
        retry_delays: tuple[float, ...] = (),
        accepts: range = range(200, 300),
        timeout: float = POST_TIMEOUT_SECONDS,
        give_up_after: float | None = None,
        report: Callable[[Attempt], None] | None = None,
    ) -> None:
        self.mode = "normal"
        self.window_seconds = 0.02
        self._pack = pack
        self._now = now
        self._retry_delays = retry_delays
        self._accepts = accepts
        self._timeout = timeout
        self._give_up_after = give_up_after
        self._report = report
        self._events: deque[Any] = deque()
        self._pending: list[_Pending] = []
        self._paused: dict[str, float] = {}
        self._log: deque[dict[str, Any]] = deque(maxlen=5000)
        self._seen = 0
        self._is_busy = False
        self._is_closed = False
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def emit(self, event: Any) -> bool:
        """Queue one event; cheap, never blocks on the network. False where the mode loses it."""
        with self._wake:
            self._seen += 1
            if self._is_closed or self.mode == "off" or (self.mode == "drop" and self._seen % 2 == 1):
                return False
            self._events.append(event)
            self._start()
            self._wake.notify_all()
        return True

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
            self._paused.clear()
            self._log.clear()
            self.mode, self._seen = "normal", 0

    def close(self) -> None:
        with self._wake:
            self._is_closed = True
            self._wake.notify_all()
            thread = self._thread
        # A POST under way ends by itself.
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=1)

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
            chosen = {id(item) for item in due}
            self._pending = [item for item in self._pending if id(item) not in chosen]
        thrown_away: set[str] = set()
        for item in due:
            if item.delivery.queue in thrown_away:
                self._tell_discarded(item)
            elif self._post(item):
                thrown_away.add(item.delivery.queue)
        if not events:
            return
        for delivery in list(self._pack(events[::-1] if mode == "reorder" else events)):
            for _ in range(2 if mode == "duplicate" else 1):
                self._post(_Pending(delivery, self._now()))

    def _post(self, item: _Pending) -> bool:
        """Make a POST, unless its queue is paused; True where the queue was given up over it."""
        queue = item.delivery.queue
        with self._wake:
            resumes_at = self._paused.get(queue, 0.0) if queue else 0.0
            if resumes_at > self._now():
                item.due = resumes_at
                self._pending.append(item)
                return False
        started_at = self._now()
        first_at = started_at if item.first_at is None else item.first_at
        status, headers, body, error = self._send(item.delivery)
        is_accepted = status in self._accepts
        is_last = is_accepted or self._is_last(item, first_at)
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
            dropped = self._settle(item, first_at, is_accepted=is_accepted, is_last=is_last)
        done_at = self._now()
        self._tell(
            Attempt(
                item.delivery, item.attempt, status, is_accepted, is_last, started_at, done_at, headers, body, error
            )
        )
        for waiting in dropped:
            self._tell_discarded(waiting)
        return bool(queue) and is_last and not is_accepted

    def _tell_discarded(self, item: _Pending) -> None:
        now = self._now()
        self._tell(Attempt(item.delivery, 0, 0, False, True, now, now, {}, "", "discarded"))

    def _is_last(self, item: _Pending, first_at: float) -> bool:
        if item.attempt > len(self._retry_delays):
            return True
        return self._give_up_after is not None and self._now() - first_at >= self._give_up_after

    def _settle(self, item: _Pending, first_at: float, *, is_accepted: bool, is_last: bool) -> list[_Pending]:
        """Go on, pause, or give up; answers what was thrown away unsent."""
        queue = item.delivery.queue
        if is_accepted or is_last:
            self._paused.pop(queue, None)
            if is_accepted or not queue:
                return []
            dropped = [waiting for waiting in self._pending if waiting.delivery.queue == queue]
            self._pending = [waiting for waiting in self._pending if waiting.delivery.queue != queue]
            return dropped
        due = self._now() + self._retry_delays[item.attempt - 1]
        again = _Pending(item.delivery, due, item.attempt + 1, first_at)
        if queue:
            self._paused[queue] = due
            # In front: the later ones of the queue must not overtake it.
            self._pending.insert(0, again)
        else:
            self._pending.append(again)
        return []

    def _tell(self, attempt: Attempt) -> None:
        if self._report is not None:
            self._report(attempt)

    def _send(self, delivery: Delivery) -> tuple[int, dict[str, str], str, str | None]:
        """Status, headers and body of the answer, or 0 and what went wrong."""
        try:
            answer = requests.post(
                delivery.url,
                data=delivery.body,
                headers=delivery.headers,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except (requests.RequestException, ValueError) as error:
            logger.info("webhook to %s failed: %s", delivery.url, error)
            return 0, {}, "", type(error).__name__
        return answer.status_code, dict(answer.headers), answer.text[:MOST_BODY], None
