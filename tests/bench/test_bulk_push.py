"""Pushing 3,000 companies to QuickBooks: calls, statements, seconds and memory, against a bare loop of batches."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from connectors import limits
from connectors.models import Connection
from connectors.procore import resources as procore
from connectors.qbo.client import BatchItem, QboClient
from mapping.directory.refreshing import refresh_resource
from mapping.models import Link, MappingRun
from mapping.pushing import runs
from mapping.screens import SECTIONS
from sync import push_runs
from sync.work import Work
from tests import worlds
from tests.bench.figures import note, seconds_of
from tests.conftest import point_at
from tests.sync.pushes import calls_to

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

ROWS = 3000
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def pair() -> Iterator[Any]:
    command = [sys.executable, "-m", "tests.bench.many_contacts", "1"]
    program = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert program.stdin and program.stdout
    info = json.loads(program.stdout.readline())
    servers = {vendor: SimpleNamespace(url=info[vendor]["url"]) for vendor in ("procore", "qbo")}
    worlds.control(servers["qbo"], "limits", {"per_minute": 0, "per_second": 0, "batches_per_minute": 0})
    worlds.control(servers["procore"], "limits", {"hour": 0, "spike": 0})
    yield SimpleNamespace(info=info, **servers)
    program.stdin.close()
    program.stdout.close()
    program.wait(timeout=30)


@pytest.fixture
def companies(
    transactional_db: None, scope: Any, pair: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Connection:
    """A directory of Procore companies that the books know none of."""
    point_at(settings, pair.info)
    monkeypatch.setattr(limits, "QBO_CALLS", ())
    monkeypatch.setattr(limits, "QBO_BATCHES", ())
    left, _ = worlds.connect(scope, pair)
    client = Work().procore
    names = [f"Trade Partner {number:05}, LLC" for number in range(ROWS)]
    address = {"address": "8510 SE Foundry Road", "city": "Olympia", "state_code": "WA", "zip": "98501"}
    for start in range(0, ROWS, 1000):
        client.sync(procore.VENDORS, [{"name": name, **address} for name in names[start : start + 1000]])
    refresh_resource(left, procore.VENDORS)
    return left


def bare_loop(connection: Connection) -> None:
    """What cannot be done without: as many batches, and nothing kept of their answers."""
    client = QboClient(connection)
    for start in range(0, ROWS, 30):
        items = [
            BatchItem(str(number), "create", "Vendor", {"DisplayName": f"Bare {number:05}"})
            for number in range(start, start + 30)
        ]
        client.batch(items)


def test_three_thousand_companies_become_vendors(companies: Connection, pair: Any, owner: Any) -> None:
    books = Connection.objects.get(vendor="qbo")
    bare = seconds_of(lambda: bare_loop(books))
    section = SECTIONS["contacts"]
    made: list[MappingRun] = []

    def begin() -> None:
        address = "/mapping/contacts/?tab=procore&q=trade+partner"
        run = runs.begin(section, "procore", role="vendor", ids=[], address=address, actor=owner)
        push_runs.work_off(seconds=120)
        made.append(run)

    note("preview_of_3000_seconds", seconds_of(begin), "s")
    run = made[0]
    run.refresh_from_db()
    assert (run.state, run.expected) == ("preview", ROWS)
    assert runs.confirm(run, owner)
    for server in (pair.qbo, pair.procore):
        worlds.control(server, "calls", method="DELETE")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with CaptureQueriesContext(database) as captured:
        # Kept statements would count as our own memory.
        database.queries_log.clear()
        seconds = seconds_of(lambda: push_runs.work_off(seconds=600))
        statements = len(captured)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run.refresh_from_db()
    assert (run.state, run.linked, Link.objects.count()) == ("done", ROWS, ROWS)
    assert calls_to(pair.qbo, "POST", "/batch") == ROWS // 30
    assert calls_to(pair.procore, "GET", "/vendors") <= 60
    note("bulk_push_rows_per_second", ROWS / seconds, "rows/s", baseline=ROWS / bare)
    note("bulk_push_statements_per_row", statements / ROWS, "statements", target=4)
    note("bulk_push_memory", (after - before) / 1024, "MB", target=150)
