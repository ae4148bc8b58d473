"""Watches every answer that a test gets from the Procore sandbox, and checks it against the published description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore import ProcoreSandbox
from tests.connectors.sandbox.procore.openapi import find_operation, list_schema_problems

SUCCESSES = (200, 201, 202)
# Per operation and test, and rows per list: more of the same shape would only take time.
MOST_ANSWERS, MOST_ROWS = 3, 5


class Watch:
    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[str, str, int, bytes]]] = {}

    def note(self, request: Request, response: Response) -> None:
        if response.status_code not in SUCCESSES or "json" not in (response.content_type or ""):
            return
        operation = find_operation(request.method, request.path, response.status_code)
        if operation is None:
            return
        kept = self.answers.setdefault(operation, [])
        text = response.get_data()
        if len(kept) < MOST_ANSWERS and text:
            kept.append((request.method, request.path, response.status_code, text))

    def list_problems(self) -> list[str]:
        found = []
        for kept in self.answers.values():
            for method, path, status, text in kept:
                found += list_schema_problems(method, path, status, cut_lists(json.loads(text)))
        return sorted(set(found))


def cut_lists(body: Any) -> Any:
    if isinstance(body, list):
        return body[:MOST_ROWS]
    if isinstance(body, dict) and isinstance(body.get("data"), list):
        return {**body, "data": body["data"][:MOST_ROWS]}
    return body


@contextmanager
def watching(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    watch = Watch()
    # The part that answers first, so that the server class itself stays as it is.
    owner: Any = next(part for part in ProcoreSandbox.__mro__ if "_answer_call" in vars(part))
    answer_call = owner._answer_call

    def answer_and_note(app: Any, request: Request) -> Response:
        response = answer_call(app, request)
        # What a fault makes up is nobody's description.
        if not app.faults.as_list():
            watch.note(request, response)
        return response

    monkeypatch.setattr(owner, "_answer_call", answer_and_note)
    yield watch
