"""What reading a source is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sync.models import Entry
from sync.work import Work

# The record one entry stands for. Raises Missing when it is gone or no longer visible.
Reader = Callable[[Work, Entry], Any]
# Those of many entries, by the entry's pk; what is gone is left out.
SetReader = Callable[[Work, Sequence[Entry]], Mapping[int, Any]]
