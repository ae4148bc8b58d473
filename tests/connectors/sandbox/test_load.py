"""Many clients at once, large bodies, and a restart in between."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.sandbox.frame import MAX_BODY_BYTES
from connectors.sandbox.pairs import Pair, start_pair
from connectors.sandbox.server import MAX_UPLOAD_BYTES

CLIENTS = 64
WRITES = 5


@pytest.fixture
def pair() -> Any:
    pair = start_pair(scenario="empty")
    lift_limits(pair)
    yield pair
    pair.stop()


def lift_limits(pair: Pair) -> None:
    for server in (pair.procore, pair.qbo):
        limits = server.app.set_limits()
        server.app.set_limits(**dict.fromkeys((name for name in limits if not name.startswith("refresh")), 0))


def open_books(pair: Pair) -> tuple[requests.Session, str]:
    realm = pair.info["qbo"]["realms"][0]["id"]
    token = pair.qbo.app.issue_token(realm)["access_token"]
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})
    return session, f"{pair.qbo.url}/v3/company/{realm}"


def open_jobs(pair: Pair) -> tuple[requests.Session, str]:
    company = str(pair.info["procore"]["companies"][0]["id"])
    token = pair.procore.app.issue_token(company)["access_token"]
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {token}", "Procore-Company-Id": company})
    return session, f"{pair.procore.url}/rest/v1.0/vendors?company_id={company}"


def run_together(work: Callable[[int], list[str]]) -> list[str]:
    """What every client answered, all of them started at the same moment."""
    gate = threading.Barrier(CLIENTS)

    def start(number: int) -> list[str]:
        gate.wait(timeout=30)
        return work(number)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [each for answers in pool.map(start, range(CLIENTS)) for each in answers]


def test_64_clients_of_the_books_lose_no_write(pair: Pair) -> None:
    def work(number: int) -> list[str]:
        session, base = open_books(pair)
        ids = []
        for write in range(WRITES):
            vendor = session.post(f"{base}/vendor", json={"DisplayName": f"Sub {number}-{write}"}, timeout=60)
            assert vendor.status_code == 200, vendor.text
            ids.append(vendor.json()["Vendor"]["Id"])
            read = session.get(f"{base}/vendor/{ids[-1]}", timeout=60).json()["Vendor"]
            assert read == vendor.json()["Vendor"]
            page = session.get(f"{base}/query", params={"query": "select * from Vendor maxresults 20"}, timeout=60)
            assert page.status_code == 200
        return ids

    ids = run_together(work)
    session, base = open_books(pair)
    count = session.get(f"{base}/query", params={"query": "select count(*) from Vendor"}, timeout=60).json()

    assert len(set(ids)) == CLIENTS * WRITES
    assert count["QueryResponse"]["totalCount"] == CLIENTS * WRITES


def test_of_64_writes_with_one_token_only_one_wins(pair: Pair) -> None:
    session, base = open_books(pair)
    vendor = session.post(f"{base}/vendor", json={"DisplayName": "Contested"}, timeout=60).json()["Vendor"]
    change = {"Id": vendor["Id"], "SyncToken": "0", "sparse": True}

    def work(number: int) -> list[str]:
        own, _ = open_books(pair)
        answer = own.post(f"{base}/vendor", json={**change, "AcctNum": f"A-{number}"}, timeout=60).json()
        return [answer["Vendor"]["SyncToken"] if "Vendor" in answer else answer["Fault"]["Error"][0]["code"]]

    answers = run_together(work)
    assert sorted(answers) == ["1", *["5010"] * (CLIENTS - 1)]
    assert session.get(f"{base}/vendor/{vendor['Id']}", timeout=60).json()["Vendor"]["SyncToken"] == "1"


def test_64_clients_of_the_jobs_lose_no_write(pair: Pair) -> None:
    session, url = open_jobs(pair)
    before = int(session.get(url, timeout=60).headers["Total"])

    def work(number: int) -> list[str]:
        own, _ = open_jobs(pair)
        company = int(str(own.headers["Procore-Company-Id"]))
        body = {"company_id": company, "vendor": {"name": f"Sub {number}"}}
        made = own.post(url.split("?")[0], json=body, timeout=60)
        assert made.status_code == 201, made.text
        assert own.get(url, timeout=60).status_code == 200
        return [str(made.json()["id"])]

    assert len(set(run_together(work))) == CLIENTS
    assert int(session.get(url, timeout=60).headers["Total"]) == before + CLIENTS


def test_a_body_over_the_limit_is_refused_in_the_vendors_words(pair: Pair) -> None:
    session, base = open_books(pair)
    books = session.post(f"{base}/bill", data=b" " * (MAX_BODY_BYTES + 1), timeout=60)
    jobs, url = open_jobs(pair)
    job = jobs.post(url, data=b" " * (MAX_BODY_BYTES + 1), timeout=60)
    control = requests.post(f"{pair.qbo.url}/_control/act", data=b" " * (MAX_BODY_BYTES + 1), timeout=60)

    assert (books.status_code, books.json()["Fault"]["Error"][0]["code"]) == (413, "1040")
    assert (job.status_code, control.status_code) == (413, 413)


def test_an_upload_that_declares_too_much_is_refused_unread(pair: Pair) -> None:
    head = (
        f"POST /v3/company/1/upload HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {MAX_UPLOAD_BYTES + 1}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", pair.qbo.port), timeout=10) as connection:
        connection.sendall(head.encode())
        received = b""
        while chunk := connection.recv(65536):
            received += chunk

    assert received.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"1040"' in received


def test_a_restart_from_the_snapshot_answers_the_same_to_the_same_tokens(tmp_path: Path) -> None:
    first = start_pair(scenario="empty", snapshot=tmp_path / "state")
    lift_limits(first)
    session, base = open_books(first)
    vendor = session.post(f"{base}/vendor", json={"DisplayName": "Kept"}, timeout=60).json()["Vendor"]
    note = session.post(f"{base}/attachable?requestid=n1", json={"Note": "kept"}, timeout=60)
    jobs, url = open_jobs(first)
    paths = (f"/vendor/{vendor['Id']}", "/query?query=select * from Account", "/query?query=select * from Attachable")

    def read(pair: Pair) -> list[Any]:
        root = base.replace(first.qbo.url, pair.qbo.url)
        books = [session.get(f"{root}{path}", timeout=60).json() for path in paths]
        replay = session.post(f"{root}/attachable?requestid=n1", json={"Note": "again"}, timeout=60).text
        listed = jobs.get(url.replace(first.procore.url, pair.procore.url), timeout=60)
        assert listed.status_code == 200
        return [{**each, "time": ""} for each in books] + [replay, listed.json()]

    before = read(first)
    first.save()
    first.stop()
    second = start_pair(snapshot=tmp_path / "state")
    after = read(second)
    second.stop()

    assert after == before
    assert before[-2] == note.text
