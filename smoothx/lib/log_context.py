"""What the running code is about, for whoever writes log lines: a flow, an entry, a task, a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_bound: ContextVar[dict[str, Any] | None] = ContextVar("log_fields", default=None)


@contextmanager
def bound(**fields: Any) -> Iterator[None]:
    """Every line written inside carries these fields beside those bound outside."""
    token = _bound.set({**(_bound.get() or {}), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


def note(**fields: Any) -> None:
    """Add fields to what is bound innermost; outside of any `bound` they are dropped."""
    current = _bound.get()
    if current is not None:
        current.update(fields)


def bound_fields() -> dict[str, Any]:
    return dict(_bound.get() or {})
