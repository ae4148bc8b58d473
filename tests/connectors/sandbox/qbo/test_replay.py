"""Recorded calls against the stock company, answered again: status, members, values, number spelling, order of rows.

Each file of `tests/wire/qbo/replay` holds a request, the answer the vendor gave and, where the call was not the first
of its day, what comes before it: other files' requests, requests of its own, acts. What may differ is named in the
file with its reason: `volatile` members must be there and be of the same kind, `extra` members may be there beside the
recorded ones, `absent` ones are not there.

Recorded, but not answered again:
- Deposit change capture and batch, an opening-balance invoice, a journal code, a draft transfer (Java SDK, 2015):
  multicurrency and French companies whose accounts and customers are not known.
- Everything of quickbooks-ruby: recorded as XML in other companies, so neither values nor number spelling remain.
- Invoice, batch and customer lists of the vendor's pages and everything of fyle-qbo-api: edited by hand.
- Everything of qbo-sdk-py: lists of another company, anonymised; their order is covered by the query tests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.sandbox.firm.scenarios import build
from connectors.sandbox.frame import Clock
from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.server import RunningServer
from tests.connectors.sandbox.stage import staged

REPLAY = Path(__file__).resolve().parents[3] / "wire" / "qbo" / "replay"
NAMES = sorted(path.stem for path in REPLAY.glob("*.json"))
RECORDED_REALM = "1234567890"
RECORDED_HOST = "https://c50.sandbox.qbo.intuit.com/qbo50"
# Of every answer: when it was given.
ALWAYS_VOLATILE = ("time", "Header.Time")
SHAPES = {
    "stamp": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[78]:00"),
    "moment": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-0[78]:00"),
    "id": re.compile(r"\d+"),
}


class Number(str):
    """A JSON number as it is spelled, so that 100.00 and 100 differ."""


def read(name: str) -> dict[str, Any]:
    recording: dict[str, Any] = spell((REPLAY / f"{name}.json").read_text())
    body_of = recording["response"].pop("body_of", None)
    if body_of:
        recording["response"]["body"] = read(body_of)["response"]["body"]
    return recording


def spell(text: str) -> Any:
    return json.loads(text, parse_float=Number, parse_int=Number)


class Player:
    """Sends recorded requests to one sandbox whose clock stands at the time of the recording."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.realm = next(iter(server.app.books))
        token = requests.post(f"{server.url}/_control/token", json={"realm": self.realm}, timeout=10).json()
        self.token = token["access_token"]

    def prepare(self, earlier: Any) -> requests.Response:
        """A step before the recorded call: another recording by name, a request, or an act of the bookkeeper."""
        if isinstance(earlier, str):
            return self.play(read(earlier))
        if "act" in earlier:
            return requests.post(f"{self.server.url}/_control/act", json=earlier["act"], timeout=10)
        return self.play({"request": earlier})

    def play(self, recording: dict[str, Any]) -> requests.Response:
        request = recording["request"]
        headers = {"Accept": "application/json", "Authorization": f"Bearer {request.get('token', self.token)}"}
        options: dict[str, Any] = {"params": request["query"]}
        if "text" in request:
            options["data"] = request["text"].encode()
            headers["Content-Type"] = request["content_type"]
        elif "body" in request:
            options["data"] = write_numbers(request["body"])
            headers["Content-Type"] = "application/json;charset=UTF-8"
        url = f"{self.server.url}/v3/company/{self.realm}/{request['path']}"
        return requests.request(request["method"], url, headers=headers, timeout=10, **options)


def write_numbers(value: Any) -> str:
    """JSON with every number as it was spelled."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{write_numbers(member)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write_numbers(item) for item in value) + "]"
    return str(value) if isinstance(value, Number) else json.dumps(value)


@pytest.fixture
def player(name: str) -> Iterator[Player]:
    recorded_at = datetime.fromisoformat(read(name)["recorded"])
    sandbox = QboSandbox(build("stock"), clock=Clock((recorded_at - datetime.now(UTC)).total_seconds()))
    sandbox.set_limits(per_minute=0, per_second=0, batches_per_minute=0)
    with staged(sandbox) as server:
        yield Player(server)


def list_differences(expected: Any, answered: Any, recording: dict[str, Any], path: str = "") -> Iterator[str]:
    """What is told apart, one line each, by the path of the member."""
    if _is_named(path, [*ALWAYS_VOLATILE, *recording.get("volatile", {})]):
        if not _is_alike(expected, answered):
            yield f"{path}: expected something like {expected!r}, got {answered!r}"
    elif isinstance(expected, dict) and isinstance(answered, dict):
        yield from _compare_members(expected, answered, recording, path)
    elif isinstance(expected, list) and isinstance(answered, list):
        if len(expected) != len(answered):
            yield f"{path}: expected {len(expected)} rows, got {len(answered)}"
        for number, (one, other) in enumerate(zip(expected, answered, strict=False)):
            yield from list_differences(one, other, recording, f"{path}.{number}".lstrip("."))
    elif type(expected) is not type(answered) or expected != answered:
        yield f"{path}: expected {expected!r}, got {answered!r}"


def _compare_members(expected: dict[str, Any], answered: dict[str, Any], recording: Any, path: str) -> Iterator[str]:
    for member in expected.keys() | answered.keys():
        here = f"{path}.{member}".lstrip(".")
        if member not in answered and _is_named(here, recording.get("absent", {})):
            continue
        if member not in answered:
            yield f"{here}: missing"
        elif member in expected:
            yield from list_differences(expected[member], answered[member], recording, here)
        elif not _is_named(here, recording.get("extra", {})):
            yield f"{here}: not recorded, got {answered[member]!r}"


def _is_named(path: str, patterns: Any) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _is_alike(expected: Any, answered: Any) -> bool:
    """The same kind of value: a time for a time, an id for an id, otherwise any value of the type."""
    if not isinstance(expected, str):
        return type(expected) is type(answered)
    shape = next((shape for shape in SHAPES.values() if shape.fullmatch(expected)), None)
    return isinstance(answered, str) and (shape is None or bool(shape.fullmatch(answered)))


@pytest.mark.parametrize("name", NAMES)
def test_recorded_call_is_answered_again(name: str, player: Player) -> None:
    recording = read(name)
    for earlier in recording["after"]:
        answer = player.prepare(earlier)
        assert answer.status_code == 200, answer.text

    answer = player.play(recording)

    expected = recording["response"]
    assert str(answer.status_code) == expected["status"], answer.text
    for header, value in expected["headers"].items():
        assert answer.headers.get(header) == value, f"header {header}"
    if expected["body"] == "<binary pdf>":
        assert answer.content.startswith(b"%PDF-")
        return
    text = answer.text.replace(player.server.url, RECORDED_HOST).replace(player.realm, RECORDED_REALM)
    differences = sorted(list_differences(expected["body"], spell(text), recording))
    assert not differences, "\n".join(differences)
