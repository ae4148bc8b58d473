"""The sandboxes with 50,000 cost lines: how heavy they are, and how long each kind of read takes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from tests.bench.figures import note

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[2]
# Thousands of cost lines.
SIZE = 50
MOST_MEGABYTES, MOST_MILLISECONDS = 600.0, 50.0
TRIES = 5


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[dict[str, Any], psutil.Process]]:
    command = [sys.executable, "manage.py", "sandbox", "--scenario", "large", "--size", str(SIZE)]
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert program.stdout
    info = json.loads(program.stdout.readline())
    yield info, psutil.Process(program.pid)
    program.terminate()
    program.wait(timeout=30)


def open_session(url: str, account: dict[str, Any]) -> requests.Session:
    token = requests.post(f"{url}/_control/token", json=account, timeout=30).json()
    requests.post(f"{url}/_control/limits", json=NO_LIMITS["realm" in account], timeout=30)
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {token['access_token']}", "Accept": "application/json"})
    return session


NO_LIMITS: dict[bool, dict[str, int]] = {
    True: {"per_minute": 0, "per_second": 0, "batches_per_minute": 0},
    False: {"hour": 0, "spike": 0},
}


def time_reads(session: requests.Session, reads: dict[str, tuple[str, dict[str, Any]]]) -> dict[str, float]:
    """Median milliseconds by name."""
    took = {}
    for name, (url, params) in reads.items():
        times = []
        for _ in range(TRIES):
            started = time.perf_counter()
            answer = session.get(url, params=params, timeout=30)
            times.append((time.perf_counter() - started) * 1000)
            assert answer.status_code == 200, (name, answer.text[:300])
        took[name] = round(statistics.median(times), 1)
    sys.stdout.write(f"\n{took}")
    return took


def test_memory_stays_below_600_megabytes(servers: Any) -> None:
    _, process = servers
    megabytes = process.memory_info().rss / 2**20
    note("sandboxes, 50,000 cost lines", round(megabytes), "MB", target=MOST_MEGABYTES)
    assert megabytes < MOST_MEGABYTES


def test_procore_reads_take_less_than_50_milliseconds(servers: Any) -> None:
    info, _ = servers
    url, company = info["procore"]["url"], info["procore"]["companies"][0]["id"]
    session = open_session(url, {"company": company})
    session.headers["Procore-Company-Id"] = str(company)
    rest = f"{url}/rest/v1.0"
    projects = session.get(f"{rest}/projects", params={"company_id": company, "per_page": 300}, timeout=30).json()
    project = projects[len(projects) // 2]["id"]
    of_project, of_company = {"project_id": project}, {"company_id": company}
    contract = session.get(f"{rest}/work_order_contracts", params=of_project, timeout=30).json()[0]["id"]
    claim = session.get(f"{url}/rest/v1.1/requisitions", params=of_project, timeout=30).json()[0]["id"]
    took = time_reads(
        session,
        {
            "vendors": (f"{rest}/vendors", {**of_company, "per_page": 100}),
            "vendor search": (f"{rest}/vendors", {**of_company, "filters[search]": "steel", "per_page": 20}),
            "projects": (f"{rest}/projects", {**of_company, "per_page": 100}),
            "project": (f"{rest}/projects/{project}", of_company),
            "cost codes": (f"{rest}/cost_codes", {**of_project, "per_page": 100}),
            "contracts": (f"{rest}/work_order_contracts", of_project),
            "contract": (f"{rest}/work_order_contracts/{contract}", of_project),
            "lines": (f"{rest}/work_order_contracts/{contract}/line_items", of_project),
            "invoices": (f"{url}/rest/v1.1/requisitions", of_project),
            "invoice": (f"{url}/rest/v1.1/requisitions/{claim}", {**of_project, "view": "extended"}),
            "detail": (f"{rest}/requisitions/{claim}/detail", of_project),
            "direct costs": (f"{rest}/projects/{project}/direct_costs", {}),
            "direct cost lines": (f"{rest}/projects/{project}/direct_costs/line_items", {}),
            "owner invoices": (f"{rest}/payment_applications", of_project),
            "prime contracts": (f"{rest}/prime_contracts", of_project),
        },
    )
    note("Procore sandbox, slowest read", max(took.values()), "ms", target=MOST_MILLISECONDS)
    assert {name: ms for name, ms in took.items() if ms > MOST_MILLISECONDS} == {}


def test_quickbooks_reads_take_less_than_50_milliseconds(servers: Any) -> None:
    info, _ = servers
    url, realm = info["qbo"]["url"], info["qbo"]["realms"][0]["id"]
    session = open_session(url, {"realm": realm})
    base = f"{url}/v3/company/{realm}"

    def query(statement: str) -> tuple[str, dict[str, Any]]:
        return f"{base}/query", {"query": statement}

    first = session.get(f"{base}/query", params={"query": "select Id from Vendor maxresults 1"}, timeout=30).json()
    vendor = first["QueryResponse"]["Vendor"][0]["Id"]
    took = time_reads(
        session,
        {
            "vendors": query("select * from Vendor maxresults 1000"),
            "vendor by name": query("select * from Vendor where DisplayName = 'Coastal Office Products'"),
            "customers": query("select * from Customer maxresults 1000"),
            "expenses": query("select * from Purchase maxresults 1000"),
            "expenses by date": query("select * from Purchase where TxnDate > '2026-08-01' orderby Id maxresults 100"),
            "count": query("select count(*) from Purchase"),
            "changes": (f"{base}/cdc", {"entities": "Bill,Vendor,Purchase", "changedSince": "2026-11-01"}),
            "one vendor": (f"{base}/vendor/{vendor}", {}),
        },
    )
    note("QuickBooks sandbox, slowest read", max(took.values()), "ms", target=MOST_MILLISECONDS)
    assert {name: ms for name, ms in took.items() if ms > MOST_MILLISECONDS} == {}
