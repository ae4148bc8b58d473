"""Mapping by itself: what sync would answer is put aside, and each test says what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest

from mapping.pushing import pushes
from mapping.signals import count_documents, count_waiting


@pytest.fixture(autouse=True)
def pushed() -> Iterator[list[dict[str, Any]]]:
    """What was asked to be pushed; nothing is sent."""
    hooks = (count_documents, count_waiting)
    answers = [hook._answer for hook in hooks]
    registered = asdict(pushes._answers)
    asked: list[dict[str, Any]] = []

    def note(**wanted: Any) -> str:
        asked.append(wanted)
        return f"Sent as {wanted['role']}."

    for hook in hooks:
        hook.reset()
    pushes.register(note)
    yield asked
    pushes.register(**registered)
    for hook, answer in zip(hooks, answers, strict=True):
        hook._answer = answer
