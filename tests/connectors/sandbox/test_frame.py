from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any

import pytest
import requests
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.control import ActRefused
from connectors.sandbox.firm.contractor import Contractor
from connectors.sandbox.frame import Clock, Sandbox
from connectors.sandbox.server import RunningServer, serve
from connectors.sandbox.webhook import Delivery
from connectors.sandbox.wire import decode, encode, json_response
from tests.connectors.sandbox.listener import listen

FIRM = Contractor("Summit Builders", 1, 2, "10", date(2026, 1, 1))


class Tally(Sandbox):
    """The smallest vendor there is: it counts."""

    vendor = "tally"
    url_map = Map(
        [
            Rule("/count", endpoint="add_one", methods=["POST"]),
            Rule("/count/<realm_id>", endpoint="read"),
            Rule("/broken", endpoint="break_down"),
            Rule("/oauth", endpoint="oauth_open"),
            Rule("/", endpoint="page_home"),
        ]
    )

    def clear(self) -> None:
        self.count = 0
        self.hook = ""

    def load(self, contractor: Contractor) -> None:
        self.count = len(contractor.name)

    def dump(self) -> dict[str, Any]:
        return {"count": self.count, "amount": Decimal("10.00")}

    def restore(self, dump: dict[str, Any]) -> None:
        self.count = dump["count"]

    def authorise(self, request: Request) -> Response | None:
        return None if request.headers.get("Authorization") else json_response({"error": "who"}, 401)

    def issue_token(self, account_id: str) -> dict[str, Any]:
        if account_id != "10":
            raise ValueError("no such account")
        return {"access_token": "t"}

    def set_webhooks(self, *, url: str = "", **unknown: Any) -> None:
        super().set_webhooks(**unknown)
        self.hook = url

    def pack_deliveries(self, events: list[Any]) -> list[Delivery]:
        return [Delivery(self.hook, encode(events).encode())] if self.hook else []

    def act_add(self, amount: int) -> dict[str, Any]:
        if amount < 0:
            raise ActRefused("only up")
        self.count += amount
        return {"count": self.count}

    def add_one(self, request: Request) -> Response:
        # Two threads would lose an increment here if the frame did not hold its lock.
        before = self.count
        time.sleep(0.001)
        self.count = before + 1
        self.emit({"count": self.count})
        return json_response({"count": self.count})

    def account_of(self, request: Request, arguments: dict[str, Any]) -> str:
        return str(arguments.get("realm_id") or request.headers.get("Account", ""))

    def read(self, request: Request, realm_id: str) -> Response:
        if realm_id == "0":
            raise NotFound
        return json_response({"count": self.count})

    def break_down(self, request: Request) -> Response:
        raise RuntimeError("a bug")

    def oauth_open(self, request: Request) -> Response:
        return json_response({"open": True})

    def page_home(self, request: Request) -> Response:
        return Response("hello")


@pytest.fixture
def tally() -> Iterator[RunningServer]:
    server = serve(Tally(FIRM))
    yield server
    server.stop()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers["Authorization"] = "Bearer t"
        yield session


def inject(server: RunningServer, *faults: dict[str, Any]) -> None:
    answer = requests.post(f"{server.url}/_control/faults", json=list(faults), timeout=10)
    assert answer.status_code == 200, answer.text


def read_calls(server: RunningServer) -> list[tuple[str, str, str, int, str]]:
    calls = requests.get(f"{server.url}/_control/calls", timeout=10).json()
    return [(call["method"], call["path"], call["query"], call["status"], call["account"]) for call in calls]


def test_the_clock_runs_with_real_time_and_jumps_ahead() -> None:
    clock = Clock()
    before = clock.now()
    clock.advance(3600)

    assert 3600 <= (clock.now() - before).total_seconds() < 3610
    assert abs(clock.epoch() - clock.now().timestamp()) < 1
    assert clock.now().tzinfo is not None


def test_decimals_go_over_the_wire_as_they_are_spelled() -> None:
    text = encode(
        {"a": Decimal("639.00"), "b": Decimal("-0.5306667"), "c": 0, "d": 'say "1.00"', "e": date(2026, 1, 2)}
    )
    assert text == '{"a":639.00,"b":-0.5306667,"c":0,"d":"say \\"1.00\\"","e":"2026-01-02"}'
    assert str(decode(text)["a"]) == "639.00"


def test_a_fault_before_leaves_no_effect_and_one_after_does(tally: RunningServer, session: requests.Session) -> None:
    headers = {"Retry-After": "7"}
    inject(
        tally, {"method": "POST", "path": "/count$", "status": 503, "times": 1, "body": {"a": 1}, "headers": headers}
    )
    before = session.post(f"{tally.url}/count", timeout=10)
    count_before = session.get(f"{tally.url}/count/10", timeout=10).json()["count"]
    inject(
        tally,
        {"path": "/count$", "when": "after", "status": 500, "times": 1, "body": "oops", "content_type": "text/plain"},
    )
    after = session.post(f"{tally.url}/count", timeout=10)
    count_after = session.get(f"{tally.url}/count/10", timeout=10).json()["count"]

    assert (before.status_code, before.json(), before.headers["Retry-After"]) == (503, {"a": 1}, "7")
    assert (after.status_code, after.text) == (500, "oops")
    assert (count_before, count_after) == (15, 16)
    assert session.post(f"{tally.url}/count", timeout=10).json() == {"count": 17}


@pytest.mark.parametrize(("when", "count"), [("before", 15), ("after", 16)])
def test_a_dropped_call_gets_no_answer_at_all(
    tally: RunningServer, session: requests.Session, when: str, count: int
) -> None:
    inject(tally, {"method": "POST", "when": when, "drop": True, "times": 1})
    with pytest.raises(requests.ConnectionError):
        session.post(f"{tally.url}/count", timeout=10)

    assert session.get(f"{tally.url}/count/10", timeout=10).json() == {"count": count}
    assert [call[3] for call in read_calls(tally)] == [0, 200]


def test_a_delay_alone_only_delays(tally: RunningServer, session: requests.Session) -> None:
    inject(tally, {"path": "/count", "delay_ms": 150, "times": 1})
    started = time.monotonic()
    answer = session.get(f"{tally.url}/count/10", timeout=10)

    assert (answer.status_code, time.monotonic() - started >= 0.15) == (200, True)


def test_faults_are_matched_by_method_path_query_and_chance(tally: RunningServer, session: requests.Session) -> None:
    inject(
        tally,
        {"path": r"/count/10\?page=2", "status": 502},
        {"method": "post", "path": "/count", "status": 503},
        {"path": "/count/11", "status": 504, "probability": 0.5},
    )
    statuses = [
        session.get(f"{tally.url}/count/10", timeout=10).status_code,
        session.get(f"{tally.url}/count/10?page=2", timeout=10).status_code,
        session.post(f"{tally.url}/count", timeout=10).status_code,
    ]
    chances = [session.get(f"{tally.url}/count/11", timeout=10).status_code for _ in range(60)]
    listed = requests.get(f"{tally.url}/_control/faults", timeout=10).json()
    requests.delete(f"{tally.url}/_control/faults", timeout=10)

    assert statuses == [200, 502, 503]
    assert set(chances) == {200, 504}
    assert [fault["used"] for fault in listed] == [1, 1, chances.count(504)]
    assert session.post(f"{tally.url}/count", timeout=10).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"path": "("}, {"status": 500, "colour": "red"}, {"path": "/x"}, {"status": 500, "when": "later"}, "500"],
)
def test_a_fault_that_makes_no_sense_is_refused(tally: RunningServer, wrong: Any) -> None:
    if isinstance(wrong, dict) and "path" in wrong and wrong["path"] == "(":
        wrong = {**wrong, "status": 500}
    answer = requests.post(f"{tally.url}/_control/faults", json=[wrong], timeout=10)
    assert answer.status_code == 400
    assert "error" in answer.json()


def test_calls_are_logged_without_pages_and_control(tally: RunningServer, session: requests.Session) -> None:
    session.get(f"{tally.url}/count/10?a=1&b=2", timeout=10)
    session.post(f"{tally.url}/count", headers={"Account": "598"}, timeout=10)
    requests.post(f"{tally.url}/count", timeout=10)
    session.get(f"{tally.url}/nowhere", timeout=10)
    session.get(f"{tally.url}/count/0", timeout=10)
    requests.get(f"{tally.url}/oauth", timeout=10)
    requests.get(f"{tally.url}/", timeout=10)

    assert read_calls(tally) == [
        ("GET", "/count/10", "a=1&b=2", 200, "10"),
        ("POST", "/count", "", 200, "598"),
        ("POST", "/count", "", 401, ""),
        ("GET", "/nowhere", "", 404, ""),
        ("GET", "/count/0", "", 404, "0"),
        ("GET", "/oauth", "", 200, ""),
    ]
    requests.delete(f"{tally.url}/_control/calls", timeout=10)
    assert read_calls(tally) == []


def test_acts_answer_refuse_and_are_listed(tally: RunningServer) -> None:
    def act(**body: Any) -> tuple[int, Any]:
        answer = requests.post(f"{tally.url}/_control/act", json=body, timeout=10)
        return answer.status_code, answer.json()

    assert act(do="add", amount=5) == (200, {"count": 20})
    assert act(do="add", amount=-1) == (409, {"error": "only up"})
    assert act(do="nothing") == (400, {"error": "no act named 'nothing'", "known": ["add"]})
    status, body = act(do="add", much=1)
    assert status == 400
    assert body["error"].startswith("add(amount")


def test_the_control_surface_says_what_it_knows(tally: RunningServer) -> None:
    health = requests.get(f"{tally.url}/_control/health", timeout=10)
    unknown = requests.get(f"{tally.url}/_control/nothing", timeout=10)
    token = requests.post(f"{tally.url}/_control/token", json={"company": 10}, timeout=10)
    nobody = requests.post(f"{tally.url}/_control/token", json={"realm": "11"}, timeout=10)
    state = requests.get(f"{tally.url}/_control/state", timeout=10)
    not_json = requests.post(f"{tally.url}/_control/act", data="{", timeout=10)

    assert (health.status_code, health.json()) == (200, {"ok": True})
    assert unknown.status_code == 404
    assert "POST /_control/act" in unknown.json()["known"]
    assert token.json() == {"access_token": "t"}
    assert (nobody.status_code, nobody.json()) == (400, {"error": "no such account"})
    assert state.text == '{"count":15,"amount":10.00}'
    assert not_json.status_code == 400


def test_a_reset_builds_the_named_firm_and_forgets_the_rest(tally: RunningServer, session: requests.Session) -> None:
    asked: list[tuple[str, int, int]] = []

    def build(name: str, *, size: int, seed: int) -> Contractor:
        asked.append((name, size, seed))
        return Contractor("Ace", 1, 2, "10", date(2026, 1, 1))

    without = requests.post(f"{tally.url}/_control/reset", json={"scenario": "demo"}, timeout=10)
    tally.app.scenario_builder = build
    inject(tally, {"path": "/count", "status": 500})
    session.get(f"{tally.url}/count/10", timeout=10)
    requests.post(f"{tally.url}/_control/reset", json={"scenario": "demo", "size": 2, "seed": 7}, timeout=10)

    assert without.status_code == 400
    assert asked == [("demo", 2, 7)]
    assert read_calls(tally) == []
    assert session.get(f"{tally.url}/count/10", timeout=10).json() == {"count": 3}


def test_a_state_is_taken_in_place_of_the_firm() -> None:
    assert Tally(FIRM, state={"count": 4}).count == 4


def test_a_bug_in_a_handler_is_a_500_and_logged(
    tally: RunningServer, session: requests.Session, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = session.get(f"{tally.url}/broken", timeout=10)

    assert answer.status_code == 500
    assert "tally sandbox failed on GET /broken" in caplog.text


def test_handlers_run_one_at_a_time(tally: RunningServer) -> None:
    def hammer() -> None:
        with requests.Session() as session:
            for _ in range(20):
                session.post(f"{tally.url}/count", headers={"Authorization": "x"}, timeout=10)

    threads = [threading.Thread(target=hammer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert tally.app.count == 15 + 120


def test_a_connection_is_kept_and_the_port_is_free_after_stop() -> None:
    server = serve(Tally(FIRM))
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    sockets = []
    for _ in range(3):
        connection.request("GET", "/oauth")
        assert connection.getresponse().read() == b'{"open":true}'
        sockets.append(connection.sock)
    assert sockets[0] is not None
    assert sockets == [sockets[0]] * 3

    server.stop()
    server.stop()
    again = serve(Tally(FIRM), port=server.port)
    assert requests.get(f"{again.url}/oauth", timeout=10).status_code == 200
    with pytest.raises(OSError, match="in use"):
        serve(Tally(FIRM), port=server.port)
    again.stop()


def test_events_are_gathered_and_posted(tally: RunningServer, session: requests.Session) -> None:
    with listen() as listener:
        requests.post(f"{tally.url}/_control/webhooks", json={"url": listener.url}, timeout=10)
        for _ in range(3):
            session.post(f"{tally.url}/count", timeout=10)
        state = requests.get(f"{tally.url}/_control/webhooks?wait=10", timeout=20).json()

        assert (state["idle"], state["queued"], state["mode"]) == (True, 0, "normal")
        counts = [event["count"] for _, body in listener.received for event in json.loads(body)]
        assert counts == [16, 17, 18]


def test_a_webhook_that_reaches_nobody_is_given_up_without_retries(
    tally: RunningServer, session: requests.Session
) -> None:
    with listen() as listener:
        url = listener.url
    requests.post(f"{tally.url}/_control/webhooks", json={"url": url}, timeout=10)
    session.post(f"{tally.url}/count", timeout=10)
    state = requests.get(f"{tally.url}/_control/webhooks?wait=10", timeout=20).json()

    assert [(each["status"], each["attempt"]) for each in state["deliveries"]] == [(0, 1)]
    assert state["queued"] == 0
