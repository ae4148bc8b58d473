"""Faults a test or a demo injects: what a vendor's servers do on a bad day, on demand."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from werkzeug.wrappers import Response

from connectors.sandbox.wire import encode


@dataclass(slots=True)
class Fault:
    """One rule. `times` None means until deleted; with neither status nor drop it only delays."""

    method: str = ""
    path: str = ""
    when: Literal["before", "after"] = "before"
    status: int | None = None
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
        if fault.when not in ("before", "after"):
            raise ValueError('"when" is "before" or "after"')
        if fault.status is None and not fault.drop and not fault.delay_ms:
            raise ValueError('a fault needs "status", "drop" or "delay_ms"')
        try:
            re.compile(fault.path)
        except re.error as error:
            raise ValueError(f'"path" is not a regular expression: {error}') from error
        return fault

    @property
    def replaces_answer(self) -> bool:
        return self.drop or self.status is not None

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
