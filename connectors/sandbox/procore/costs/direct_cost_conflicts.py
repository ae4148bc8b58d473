"""Direct costs cannot be written by two requests at once: the one that comes second gets 409.

Two requests meet when the second arrives before the first is answered, which a fault that delays the first makes
certain. A hold of `act_hold_direct_cost` stands for a writer that takes its time, by the sandbox's clock.
"""

from __future__ import annotations

import re
import threading
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.control import ActRefused
from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.errors import Refused
from connectors.sandbox.procore.tables import Row

_PARENT = re.compile(r"/rest/v1\.[01]/projects/\d+/direct_costs/(\d{1,18})(?:/|$)")
_WRITES = ("POST", "PATCH", "DELETE")
_MEETING = "sandbox.is_second_writer"
LONGEST_HOLD = 86_400.0


class DirectCostConflicts(Core):
    _writers_lock = threading.Lock()

    def clear(self) -> None:
        super().clear()
        self._writers: dict[int, int] = {}

    def _answer_call(self, request: Request) -> Response:
        match = _PARENT.match(request.path) if request.method in _WRITES else None
        if match is None:
            return super()._answer_call(request)
        cost_id = int(match[1])
        with self._writers_lock:
            writers = self._writers
            request.environ[_MEETING] = writers.get(cost_id, 0) > 0
            writers[cost_id] = writers.get(cost_id, 0) + 1
        try:
            return super()._answer_call(request)
        finally:
            with self._writers_lock:
                writers[cost_id] -= 1
                if not writers[cost_id]:
                    del writers[cost_id]

    def check_only_writer(self, request: Request, cost: Row) -> None:
        """Refuse with 409 while somebody else writes the direct cost."""
        until = cost["written_until"]
        if request.environ.get(_MEETING) or (until is not None and self.clock.epoch() < until):
            raise refuse_conflict()

    def check_not_written(self, cost: Row) -> None:
        """As `check_only_writer`, for a request that writes several and announces none in its path."""
        until = cost["written_until"]
        if self._writers.get(cost["id"]) or (until is not None and self.clock.epoch() < until):
            raise refuse_conflict()

    def act_hold_direct_cost(self, direct_cost_id: int, seconds: Any = 10) -> dict[str, Any]:
        """Let a direct cost be written by somebody else for `seconds` of the sandbox's clock; 0 ends it."""
        cost = self.act_row("direct_costs", direct_cost_id, "direct cost")
        length = self.act_amount(seconds, "seconds")
        if not 0 <= length <= LONGEST_HOLD:
            raise ActRefused(f"seconds are between 0 and {LONGEST_HOLD:.0f}")
        cost["written_until"] = self.clock.epoch() + float(length) if length else None
        return {"id": cost["id"], "written_until": cost["written_until"]}


def refuse_conflict() -> Refused:
    """The status is published, the words of the body are unverified."""
    return Refused(409, {"errors": {"base": ["The direct cost is being updated or deleted by another request"]}})
