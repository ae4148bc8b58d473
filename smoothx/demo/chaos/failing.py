"""What makes a worker process fail on purpose: a step counted down to its end; and short waits.

For processes of the check alone: all of it changes modules in place.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection
from requests.adapters import HTTPAdapter

from connectors import http, limits, tokens
from smoothx.demo.chaos.strokes import Counted, Life

# A vendor that takes longer counts as silent.
READ_SECONDS = 0.6
LONGEST_SLEEP = 0.02
READING = ("GET", "HEAD")


class Failpoint:
    """Ends the process, unasked and at once, at its step."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.left = life.dies_at

    def install(self) -> None:
        connection.execute_wrappers.append(self._around_statement)
        send = HTTPAdapter.send
        failpoint = self

        def send_counted(adapter: HTTPAdapter, request: Any, **options: Any) -> Any:
            options["timeout"] = (READ_SECONDS, READ_SECONDS)
            return failpoint._around(lambda: send(adapter, request, **options), _kind_of(request))

        HTTPAdapter.send = send_counted  # type: ignore[method-assign, assignment]

    def _around_statement(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        return self._around(lambda: execute(sql, params, many, context), "steps")

    def _around(self, step: Callable[[], Any], kind: Counted) -> Any:
        is_counted = bool(self.life.dies_at) and self.life.counted in ("steps", kind)
        self.left -= is_counted
        is_end = is_counted and self.left == 0
        if is_end and self.life.when == "before":
            die()
        result = step()
        if is_end:
            die()
        return result


def _kind_of(request: Any) -> Counted:
    """As what a call is counted, beside being a step."""
    if "/oauth" in request.url:
        return "tokens"
    return "steps" if request.method in READING else "writes"


def die() -> None:
    """As by the kernel or a power cut: nothing is closed, nothing is caught."""
    os.kill(os.getpid(), signal.SIGKILL)


def hurry() -> None:
    """Waits that take nothing but time become short, and no call is spaced."""
    limits.QBO_CALLS = limits.QBO_BATCHES = ()
    # Who would have to wait for a limit, or for another's refresh of the token, comes back later instead.
    limits.acquire = partial(limits.acquire, wait_at_most=0.0)
    tokens.WAIT_SECONDS = READ_SECONDS
    http.FIRST_DELAY = LONGEST_SLEEP
    sleep = time.sleep

    def sleep_little(seconds: float) -> None:
        sleep(min(seconds, LONGEST_SLEEP))

    time.sleep = sleep_little  # type: ignore[assignment]
