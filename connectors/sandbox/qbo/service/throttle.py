"""Request limits per company, over sliding windows of the sandbox clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

WINDOWS = {"per_minute": 60.0, "per_second": 1.0, "batches_per_minute": 60.0}


@dataclass(slots=True)
class Limits:
    """0 is off."""

    per_minute: int = 500
    per_second: int = 10
    batches_per_minute: int = 40


class Throttle:
    def __init__(self, now: Callable[[], float]) -> None:
        self.limits = Limits()
        self._now = now
        self._seen: dict[tuple[str, str], deque[float]] = {}

    def set(self, values: dict[str, Any]) -> None:
        """Raises ValueError for a limit that does not exist."""
        unknown = set(values) - set(WINDOWS)
        if unknown:
            raise ValueError(f"unknown limits: {', '.join(sorted(unknown))}; known: {', '.join(WINDOWS)}")
        for name, value in values.items():
            setattr(self.limits, name, int(value or 0))

    def as_dict(self) -> dict[str, int]:
        return asdict(self.limits)

    def admit(self, realm_id: str, *, is_batch: bool) -> bool:
        """True when the call fits every window, and then it is counted."""
        now = self._now()
        names = [name for name in WINDOWS if is_batch or name != "batches_per_minute"]
        windows = [(name, self._window(realm_id, name, now)) for name in names]
        if any(0 < getattr(self.limits, name) <= len(window) for name, window in windows):
            return False
        for _, window in windows:
            window.append(now)
        return True

    def _window(self, realm_id: str, name: str, now: float) -> deque[float]:
        window = self._seen.setdefault((realm_id, name), deque())
        while window and window[0] <= now - WINDOWS[name]:
            window.popleft()
        return window
