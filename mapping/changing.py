"""One change of the settings: however many defaults and switches it touches, it is kept whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction
from django.dispatch import Signal

# Sent inside the transaction, once per change: `actor`, `what` ("changed", "restored", "imported") and `detail`.
settings_changed = Signal()
# Sent inside the transaction before anything is changed.
settings_changing = Signal()
_is_open: ContextVar[bool] = ContextVar("a change of the settings is open", default=False)


@contextmanager
def one_change(actor: Any, *, what: str = "changed", detail: str = "") -> Iterator[None]:
    """All that is chosen or switched inside belongs to one change. Inside another one it joins that."""
    if _is_open.get():
        with transaction.atomic():
            yield
        return
    token = _is_open.set(True)
    try:
        with transaction.atomic():
            settings_changing.send(sender=None)
            yield
            settings_changed.send(sender=None, actor=actor, what=what, detail=detail)
    finally:
        _is_open.reset(token)
