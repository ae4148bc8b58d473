"""Pulling a directory of 5,000 contacts from either side, against a bare loop that fetches the same pages."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from connectors import limits
from connectors.models import Connection
from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.qbo.query import select
from connectors.resource import Resource
from mapping.directory.refreshing import refresh_resource
from mapping.models import RemoteItem
from tests import worlds
from tests.bench.figures import best_seconds, note, seconds_of
from tests.conftest import point_at

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

CONTACTS, TIMES = 5000, 5
ROOT = Path(__file__).resolve().parents[2]
# The most pages of its largest size either vendor needs. QuickBooks does not say how long a list is, so a last page
# that is full is followed by one that is empty. Procore keeps inactive companies in a list of their own.
LEAST_CALLS = {"procore": 3 + 1, "quickbooks": 5 + 1}


@pytest.fixture(scope="module")
def big_pair() -> Iterator[Any]:
    command = [sys.executable, "-m", "tests.bench.many_contacts", str(CONTACTS)]
    program = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert program.stdin and program.stdout
    info = json.loads(program.stdout.readline())
    servers = {vendor: SimpleNamespace(url=info[vendor]["url"]) for vendor in ("procore", "qbo")}
    off = {"per_minute": 0, "per_second": 0, "batches_per_minute": 0}
    worlds.control(servers["qbo"], "limits", off)
    worlds.control(servers["procore"], "limits", {"hour": 0, "spike": 0})
    yield SimpleNamespace(info=info, **servers)
    program.stdin.close()
    program.stdout.close()
    program.wait(timeout=30)


@pytest.fixture
def connected_to_big_pair(
    transactional_db: None, scope: Any, big_pair: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Any:
    point_at(settings, big_pair.info)
    # What is measured is our own work: QuickBooks' limit alone would space six calls over half a second.
    monkeypatch.setattr(limits, "QBO_CALLS", ())
    connections = worlds.connect(scope, big_pair)
    return SimpleNamespace(pair=big_pair, procore=connections[0], quickbooks=connections[1])


def loop_over_procore(connection: Connection, url: str) -> int:
    """Every page of both company lists and their rows as values, with nothing around it; how many rows there were."""
    company = connection.account_id
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {connection.access_token}", "Procore-Company-Id": company})
    rows = 0
    for resource in (procore.VENDORS, procore.INACTIVE_VENDORS):
        page = 0
        while True:
            page += 1
            params = {"company_id": company, "page": page, "per_page": resource.page_size}
            answer = session.get(url + resource.path.format(company=company), params=params, timeout=60)
            rows += len(answer.json())
            if page * resource.page_size >= int(answer.headers["Total"]):
                break
    return rows


def loop_over_quickbooks(connection: Connection, url: str) -> int:
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {connection.access_token}", "Accept": "application/json"})
    rows, start = 0, 1
    while True:
        query = select("Vendor", ["Active IN (true, false)"], start=start)
        address = f"{url}/v3/company/{connection.account_id}/query"
        answer = session.get(address, params={"query": query}, timeout=60)
        found = answer.json()["QueryResponse"].get("Vendor", [])
        rows += len(found)
        if len(found) < 1000:
            return rows
        start += 1000


SIDES: list[tuple[str, str, Resource, Callable[[Connection, str], int]]] = [
    ("procore", "companies", procore.VENDORS, loop_over_procore),
    ("quickbooks", "vendors", qbo.VENDORS, loop_over_quickbooks),
]


@pytest.mark.parametrize(("side", "noun", "resource", "loop"), SIDES, ids=[side[0] for side in SIDES])
def test_pulling_five_thousand(
    connected_to_big_pair: Any, side: str, noun: str, resource: Resource, loop: Callable[[Connection, str], int]
) -> None:
    connection = getattr(connected_to_big_pair, side)
    server = connected_to_big_pair.pair.procore if side == "procore" else connected_to_big_pair.pair.qbo
    worlds.control(server, "calls", method="DELETE")
    first = seconds_of(lambda: refresh_resource(connection, resource))
    calls = len(worlds.control(server, "calls", method="GET"))
    assert RemoteItem.objects.filter(connection=connection, resource=resource.key).count() == CONTACTS
    assert calls == LEAST_CALLS[side]
    again = best_seconds(lambda: refresh_resource(connection, resource), times=TIMES)
    assert loop(connection, server.url) == CONTACTS
    bare = best_seconds(lambda: loop(connection, server.url), times=TIMES)
    note(f"pull_5000_{noun}_calls", calls, "calls", target=LEAST_CALLS[side])
    note(f"pull_5000_{noun}_first", first, "s", baseline=bare)
    note(f"pull_5000_{noun}_again", again, "s", baseline=bare)
