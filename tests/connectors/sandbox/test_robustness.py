"""Whatever is sent, to every path of both sandboxes: an answer below 500, and the state still reads."""

from __future__ import annotations

import random
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from connectors.sandbox.frame import Sandbox
from connectors.sandbox.procore import ProcoreSandbox
from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.qbo.books.table import KINDS
from connectors.sandbox.server import serve
from connectors.sandbox.wire import decode_own, encode
from tests.connectors.sandbox.junk import IDS, TEXT_IDS, TEXTS, VALUES, make_body, make_random, pick, spoil, to_bytes
from tests.connectors.sandbox.procore.conftest import FIRM as PROCORE_FIRM
from tests.connectors.sandbox.qbo.conftest import FIRM as QBO_FIRM

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE")


@dataclass(repr=False)
class Target:
    """One sandbox, called without a network, and the ids that are in it by table."""

    app: Sandbox
    account: str
    client: Client
    ids: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    token: str = ""

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> int:
        """The status of a call; the token is renewed, as any token in junk may have been revoked."""
        response = self.client.open(
            path,
            method=method,
            data=None if body is None else to_bytes(body),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "Procore-Company-Id": self.account,
                **headers,
            },
        )
        if response.status_code == 401:
            self.token = self.app.issue_token(self.account)["access_token"]
        assert response.status_code < 500, (method, path, body, headers, response.get_data(as_text=True)[:300])
        response.get_data()
        return response.status_code

    def check(self) -> None:
        assert self.client.get("/_control/state").status_code == 200


def open_target(app: Sandbox, account: str, **limits: int) -> Target:
    app.set_limits(**limits)
    target = Target(app, account, Client(app), token=app.issue_token(account)["access_token"])
    state = decode_own(encode(app.dump()))
    tables = state["tables"]["rows"] if "tables" in state else state["realms"][account]
    for name, rows in tables.items():
        listed = [row for row in (rows.values() if isinstance(rows, dict) else rows) if isinstance(row, dict)]
        target.rows[name] = listed[:20]
        target.ids[name] = [str(row.get("id", row.get("Id"))) for row in listed[:20]]
    return target


@pytest.fixture(scope="module")
def qbo() -> Iterator[Target]:
    app = QboSandbox(QBO_FIRM)
    yield open_target(app, QBO_FIRM.realm_id, per_minute=0, per_second=0, batches_per_minute=0)
    app.close()


@pytest.fixture(scope="module")
def procore() -> Iterator[Target]:
    app = ProcoreSandbox(PROCORE_FIRM)
    known = app.set_limits()
    target = open_target(app, str(PROCORE_FIRM.procore_company_id), **dict.fromkeys(known, 0))
    yield target
    app.close()


@pytest.fixture(scope="module", params=["qbo", "procore"])
def target(request: pytest.FixtureRequest) -> Target:
    found: Target = request.getfixturevalue(request.param)
    return found


def fill(rnd: random.Random, target: Target, rule: str, share: float = 0.8) -> str:
    """A rule as a path: mostly with ids that exist."""

    def put(match: re.Match[str]) -> str:
        before = rule[: match.start()].rstrip("/").rpartition("/")[2]
        if match[1] in ("realm_id", "company_id") and rnd.random() < 0.95:
            return target.account
        every = [record_id for ids in target.ids.values() for record_id in ids] or list(IDS)
        known = target.ids.get(before) or target.ids.get(f"{match[1].removesuffix('_id')}s") or every
        return rnd.choice(known if rnd.random() < share else every) if rnd.random() < share else rnd.choice(TEXT_IDS)

    return quote(re.sub(r"<(?:[^<>:]+:)?(\w+)>", put, rule), safe="/%")


def list_routes(target: Target) -> list[tuple[str, tuple[str, ...]]]:
    return [(rule.rule, tuple(sorted(rule.methods or METHODS))) for rule in target.app.url_map.iter_rules()]


def make_query(rnd: random.Random, target: Target) -> str:
    names = (
        "page",
        "per_page",
        "view",
        "sort",
        "filters[id]",
        "filters[updated_at]",
        "query",
        "entities",
        "operation",
    )
    more = ("changedSince", "requestid", "include", "start_date", "asofdate", "company_id", "sendTo", "minorversion")
    values = ("1", "0", "-1", "x", "9" * 30, "2026-01-01...2026-02-01", "...", "[1,2]", "%00", "%ff", "Bill", "a,b")
    pairs = [f"{quote(rnd.choice(names + more))}={rnd.choice(values)}" for _ in range(rnd.randrange(4))]
    if "projects" in target.ids and rnd.random() < 0.8:
        pairs.append(f"project_id={rnd.choice(target.ids['projects'])}&company_id={target.account}")
    return "&".join(pairs)


def test_every_path_takes_every_method_and_every_broken_text(target: Target) -> None:
    rnd = make_random(1)
    for rule, methods in list_routes(target):
        for method in {*methods, *rnd.sample(METHODS, 2)}:
            body = rnd.choice(TEXTS) if method not in ("GET", "HEAD") else None
            target.send(method, f"{fill(rnd, target, rule)}?{make_query(rnd, target)}", body)
        for method in sorted({"POST", "PATCH", "PUT"} & {*methods})[:1]:
            for body in rnd.sample(TEXTS, 8):
                target.send(method, fill(rnd, target, rule, 1), body)
    target.check()


def test_odd_paths_headers_and_types(target: Target) -> None:
    rnd = make_random(2)
    paths = [fill(rnd, target, rule, 1) for rule, _ in list_routes(target)]
    odd = (
        "/",
        "//",
        "/v3",
        "/v3/company",
        "/v3/company//query",
        "/rest",
        "/rest/v1.0/",
        "/%00",
        "/%ff%fe",
        "/a" * 2000,
    )
    for path in (*odd, *paths):
        types = (
            "text/xml",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "",
            "application/json; charset=x",
        )
        target.send("POST", path, b"--x\r\n\r\n", **{"Content-Type": rnd.choice(types)})
        target.send("GET", path, None, Authorization=rnd.choice(("", "Bearer", "Basic eA==", "Basic !", "\xe9 x")))
        target.send("GET", path, None, **{"Procore-Company-Id": rnd.choice(("", "x", "-1", "9" * 50, "1.5"))})
        target.send("GET", path, None, Host=rnd.choice(("x:y", "[", "a b", "example.com:99999", "")))
    target.check()


# Without the very long one: a dozen of it is more than hypothesis is ready to show.
PLAIN_VALUES = [each for each in VALUES if not isinstance(each, dict | list) and len(str(each)) < 100]
JSON = st.recursive(
    st.sampled_from(PLAIN_VALUES) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=18)
@given(seed=st.integers(0, 10**9), body=JSON)
def test_any_json_is_taken_or_refused(target: Target, seed: int, body: Any) -> None:
    rnd = make_random(seed)
    rule, methods = rnd.choice(list_routes(target))
    method = rnd.choice(methods)
    wrapper = rule.rstrip("/").rpartition("/")[2].rstrip("s")
    for each in (body, {wrapper: body}):
        target.send(method, f"{fill(rnd, target, rule)}?{make_query(rnd, target)}", each)


@settings(max_examples=18)
@given(seed=st.integers(0, 10**9))
def test_bodies_that_nearly_make_sense_quickbooks(qbo: Target, seed: int) -> None:
    rnd = make_random(seed)
    base = f"/v3/company/{qbo.account}"
    for _ in range(6):
        kind = rnd.choice(tuple(KINDS.values()))
        operation = rnd.choice(("", "", "", "delete", "void", "update", "create", "junk"))
        body = make_body(rnd, kind.name)
        if operation in ("delete", "void"):
            body = {"Id": rnd.choice(IDS), "SyncToken": rnd.choice("012")}
        path = f"{base}/{(kind.segment or kind.name).lower()}?operation={operation}&include={rnd.choice(('', 'void'))}"
        qbo.send("POST", path, body, Accept=rnd.choice(("application/json", "*/*")))
        item = {"bId": pick(rnd), "operation": rnd.choice(("create", "update", operation)), kind.name: body}
        reads = {"bId": "r", rnd.choice(("Query", "CDCQuery")): pick(rnd)}
        qbo.send("POST", f"{base}/batch", {"BatchItemRequest": [item, reads, pick(rnd)][: rnd.randrange(4)]})
    qbo.check()


@settings(max_examples=18)
@given(seed=st.integers(0, 10**9))
def test_bodies_that_nearly_make_sense_procore(procore: Target, seed: int) -> None:
    rnd = make_random(seed)
    routes = [(rule, methods) for rule, methods in list_routes(procore) if {"POST", "PATCH"} & {*methods}]
    for _ in range(8):
        rule, methods = rnd.choice(routes)
        path = fill(rnd, procore, rule, 0.97)
        segments = [part for part in path.split("/") if procore.rows.get(part)]
        table = segments[-1] if segments else rnd.choice([name for name, rows in procore.rows.items() if rows])
        row = spoil(rnd, rnd.choice(procore.rows[table]), 0.05)
        last = rule.rstrip("/").rpartition("/")[2]
        body = rnd.choice((row, {rnd.choice((table, last)).rstrip("s"): row}, {last: [row]}, {"updates": [row, row]}))
        method = rnd.choice(tuple({"POST", "PATCH"} & {*methods}))
        procore.send(method, f"{path}?{make_query(rnd, procore)}", body)
    procore.check()


@settings(max_examples=18)
@given(seed=st.integers(0, 10**9))
def test_the_control_surface_refuses_what_it_cannot_use(target: Target, seed: int) -> None:
    rnd = make_random(seed)
    acts = [name.removeprefix("act_") for name in dir(target.app) if name.startswith("act_")]
    act = {"do": rnd.choice(acts), rnd.choice(("realm", "amount", "name", "vendor_id", "x")): pick(rnd)}
    # A reset would take the ids away, and a window of waiting is not bad input.
    for name, body in (
        ("faults", [{"status": pick(rnd), "path": "/nowhere", "times": pick(rnd)}]),
        ("faults", {rnd.choice(("code", "headers", "drop", "probability")): pick(rnd), "path": "/nowhere"}),
        ("webhooks", {rnd.choice(("mode", "format", "x")): pick(rnd)}),
        ("clock", {"advance_seconds": rnd.choice((None, "x", -1, "NaN", 1e300, [], {}))}),
        ("limits", {rnd.choice(("nosuch", "x")): pick(rnd)}),
        ("snapshot", {"name": pick(rnd)}),
        ("restore", {"name": pick(rnd)}),
        ("token", {rnd.choice(("realm", "company")): pick(rnd)}),
        ("act", act),
        ("act", pick(rnd)),
        ("reset", {"scenario": rnd.choice((1, [], {}, "nosuch")), "size": pick(rnd)}),
    ):
        assert target.client.post(f"/_control/{name}", data=to_bytes(body)).status_code < 500, (name, body)
    target.app.faults.clear()
    target.check()


@settings(max_examples=18)
@given(seed=st.integers(0, 10**9))
def test_forms_of_any_content(target: Target, seed: int) -> None:
    rnd = make_random(seed)
    acts = [name.removeprefix("act_") for name in dir(target.app) if name.startswith("act_")]
    names = ("do", "back", "bill_id", "vendor_id", "name", "amount", "realm", "grant_type", "code", "token", "scope")
    values = ("", "1", "x", "%ff", "%00", "9" * 400, "NaN", "http://[", "//evil.example", *acts)
    form = "&".join(f"{rnd.choice(names)}={rnd.choice(values)}" for _ in range(rnd.randrange(6)))
    for rule, methods in list_routes(target):
        if "POST" in methods and rnd.random() < 0.2:
            form_type = {"Content-Type": "application/x-www-form-urlencoded"}
            target.send("POST", fill(rnd, target, rule, 1), form.encode(), **form_type)


def test_broken_http_gets_an_answer_or_a_closed_connection(target: Target) -> None:
    server = serve(target.app)
    try:
        for text in (
            b"\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"\x00\xff\xfe\r\n\r\n",
            b"GET /%zz%00 HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
            b"POST /v3/company/1/batch HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
            b"POST /v3/company/1/batch HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 20000 + b"\r\n",
        ):
            answer = exchange(server.port, text)
            assert not re.match(rb"HTTP/1\.[01] 5(?!01|05)", answer), (text[:60], answer[:200])
        assert exchange(server.port, b"GET /_control/health HTTP/1.0\r\n\r\n", 30).endswith(b'{"ok":true}')
    finally:
        # The sandbox goes on for the tests that follow.
        server.app = None
        server.stop()


def exchange(port: int, text: bytes, seconds: float = 0.3) -> bytes:
    """What comes back until the server closes, or nothing more comes for a while."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        received = b""
        try:
            connection.sendall(text)
            while chunk := connection.recv(65536):
                received += chunk
        except OSError:
            return received
        return received
