"""The two rate windows: one hour and the 10-second spike. The counters are fixed windows of the sandbox's clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response

WINDOW_SECONDS = {"hour": 3600, "spike": 10}
DEFAULT_LIMITS: dict[str, int] = {"hour": 3600, "spike": 100}
# Which words belong to the spike window is unverified: both are seen.
SURPASSED = {
    "hour": "You have surpassed the max number of requests for an hour. Please wait until your limit resets.",
    "spike": "You have surpassed the max number of requests for your rate limit. Please wait until your limit resets.",
}


class RateLimiter:
    """Counts calls per caller. A refused call is not counted (unverified), so waiting for the reset always helps."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.limits = dict(DEFAULT_LIMITS)
        self._counts: dict[tuple[str, str], tuple[int, int]] = {}

    def set(self, **limits: Any) -> dict[str, Any]:
        """Set "hour" and "spike" (0 or None: off). Raises ValueError for another name."""
        unknown = set(limits) - set(WINDOW_SECONDS)
        if unknown:
            raise ValueError(f"unknown limits: {', '.join(sorted(unknown))}, there are hour and spike")
        for name, limit in limits.items():
            self.limits[name] = int(limit or 0)
        self._counts.clear()
        return dict(self.limits)

    def take(self, caller: str) -> Response | None:
        """Count one call of `caller`, or answer the 429."""
        windows = {name: self._read(caller, name) for name, limit in self.limits.items() if limit}
        full = [name for name, (_, count) in windows.items() if count >= self.limits[name]]
        if full:
            # Procore's guides disagree on Retry-After for 429; the reset header is the one both name.
            return Response(SURPASSED[full[0]], status=429, content_type="text/plain; charset=utf-8")
        for name, (index, count) in windows.items():
            self._counts[caller, name] = index, count + 1
        return None

    def headers(self, caller: str) -> dict[str, str]:
        """The X-Rate-Limit headers of the window `caller` is going to hit first."""
        states = []
        for name, limit in self.limits.items():
            if limit:
                index, count = self._read(caller, name)
                states.append((limit - count, (index + 1) * WINDOW_SECONDS[name], limit))
        if not states:
            return {}
        # Of two that are used up the later reset counts: before it no call gets through.
        remaining, reset, limit = max((state for state in states if state[0] <= 0), default=min(states))
        return {
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(remaining),
            "X-Rate-Limit-Reset": str(reset),
        }

    def _read(self, caller: str, name: str) -> tuple[int, int]:
        index = int(self._now() // WINDOW_SECONDS[name])
        kept_index, count = self._counts.get((caller, name), (index, 0))
        return index, count if kept_index == index else 0
