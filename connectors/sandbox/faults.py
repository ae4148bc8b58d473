"""Faults a test or a demo injects: what a vendor's servers do on a bad day, on demand.

`{"status": 503, "body": ...}` answers as told, `{"drop": true}` closes the connection, `{"delay_ms": 500}` waits, and
`{"code": "6190"}` answers the vendor's own refusal of that code, status, headers and spelling included (QuickBooks
only). "method", "path" (a regular expression over path and query), "times" and "probability" say which calls meet it,
"when": "after" lets the call have its effect first.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Self

from werkzeug.wrappers import Response

from connectors.sandbox.wire import encode

MAX_DELAY_MS = 120_000


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_line(value: Any) -> bool:
    """Text that may stand in a header."""
    return isinstance(value, str) and value.isascii() and value.isprintable()


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "method": _is_line,
    "path": lambda value: isinstance(value, str),
    "when": lambda value: value in ("before", "after"),
    "status": lambda value: value is None or (_is_count(value) and 200 <= value <= 599),
    "code": _is_line,
    "drop": lambda value: isinstance(value, bool),
    "delay_ms": lambda value: _is_count(value) and value <= MAX_DELAY_MS,
    "headers": lambda value: isinstance(value, dict) and all(map(_is_line, (*value, *value.values()))),
    "content_type": _is_line,
    "times": lambda value: value is None or _is_count(value),
    "probability": lambda value: isinstance(value, int | float | Decimal) and 0 <= value <= 1,
    "used": _is_count,
}


@dataclass(slots=True)
class Fault:
    """One rule. `times` None means until deleted; with neither status, code nor drop it only delays."""

    method: str = ""
    path: str = ""
    when: Literal["before", "after"] = "before"
    status: int | None = None
    code: str = ""
    drop: bool = False
    delay_ms: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    content_type: str = "application/json"
    times: int | None = None
    probability: float = 1.0
    used: int = 0

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Self:
        """A rule from its JSON form. Raises ValueError naming what is wrong."""
        unknown = set(data) - set(cls.__dataclass_fields__)
        if unknown:
            raise ValueError(f"unknown fault members: {', '.join(sorted(unknown))}")
        fault = cls(**data)
        for name, check in _CHECKS.items():
            if not check(getattr(fault, name)):
                raise ValueError(f'"{name}" cannot be {getattr(fault, name)!r}')
        if fault.status is None and not fault.code and not fault.drop and not fault.delay_ms:
            raise ValueError('a fault needs "status", "code", "drop" or "delay_ms"')
        try:
            re.compile(fault.path)
        except (re.error, RecursionError, OverflowError) as error:
            raise ValueError(f'"path" is not a regular expression: {error}') from error
        return fault

    @property
    def replaces_answer(self) -> bool:
        return self.drop or bool(self.code) or self.status is not None

    def matches(self, method: str, path: str, query: str) -> bool:
        if self.times is not None and self.used >= self.times:
            return False
        if self.method and self.method.upper() != method:
            return False
        return any(re.search(self.path, target) for target in (path, f"{path}?{query}"))

    def response(self) -> Response:
        body = "" if self.body is None else self.body if isinstance(self.body, str) else encode(self.body)
        response = Response(body, status=self.status or 500, content_type=self.content_type)
        response.headers.extend(self.headers)
        return response

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class FaultList:
    """The rules in force; the first that matches a call is used, one per call."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, faults: Iterable[Fault]) -> None:
        with self._lock:
            self._faults.extend(faults)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, method: str, path: str, query: str = "") -> Fault | None:
        """The fault this call meets, counted as used."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(method, path, query) and self._random.random() < fault.probability:
                    fault.used += 1
                    return fault
        return None

    def as_list(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.as_dict() for fault in self._faults]
