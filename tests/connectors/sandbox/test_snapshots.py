"""A snapshot brings both sandboxes back to where they were, tokens and answers included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.sandbox.pairs import Pair, start_pair
from connectors.sandbox.wire import encode

REST = "/rest/v1.0"


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    running = start_pair(scenario="demo")
    yield running
    running.stop()


def control(url: str, what: str, status: int = 200, /, **members: Any) -> Any:
    answer = requests.post(f"{url}/_control/{what}", json=members, timeout=30)
    assert answer.status_code == status, answer.text
    return answer.json()


def read_state(url: str) -> Any:
    return requests.get(f"{url}/_control/state", timeout=30).text


def test_procore_goes_back_to_a_snapshot(pair: Pair) -> None:
    url, company = pair.info["procore"]["url"], pair.info["procore"]["companies"][0]["id"]
    token = control(url, "token", company=company)["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Procore-Company-Id": str(company)}
    control(url, "snapshot", name="before")
    before = read_state(url)
    vendors = requests.get(f"{url}{REST}/vendors", params={"company_id": company}, headers=headers, timeout=30)

    body = {"company_id": company, "vendor": {"name": "Delta Rigging"}}
    made = requests.post(f"{url}{REST}/vendors", json=body, headers=headers, timeout=30)
    control(url, "act", do="add_project", name="Depot", number="26-900")
    assert made.status_code == 201
    assert read_state(url) != before

    control(url, "restore", name="before")
    assert read_state(url) == before
    again = requests.get(f"{url}{REST}/vendors", params={"company_id": company}, headers=headers, timeout=30)
    assert (again.status_code, again.text) == (200, vendors.text)
    remade = requests.post(f"{url}{REST}/vendors", json=body, headers=headers, timeout=30)
    assert remade.json()["id"] == made.json()["id"]


def test_quickbooks_goes_back_to_a_snapshot(pair: Pair) -> None:
    url, realm = pair.info["qbo"]["url"], pair.info["qbo"]["realms"][0]["id"]
    token = control(url, "token", realm=realm)["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    company = f"{url}/v3/company/{realm}"
    control(url, "snapshot", name="before")
    before = read_state(url)

    made = requests.post(f"{company}/vendor", json={"DisplayName": "Delta Rigging"}, headers=headers, timeout=30)
    vendor_id = made.json()["Vendor"]["Id"]
    control(url, "act", do="add_card_expense", amount="12.50", vendor_id=vendor_id)
    control(url, "act", do="close_books", date="2026-01-31")
    assert read_state(url) != before

    control(url, "restore", name="before")
    assert read_state(url) == before
    gone = requests.get(f"{company}/vendor/{vendor_id}", headers=headers, timeout=30)
    assert gone.json()["Fault"]["Error"][0]["code"] == "610"
    remade = requests.post(f"{company}/vendor", json={"DisplayName": "Delta Rigging"}, headers=headers, timeout=30)
    assert remade.json()["Vendor"]["Id"] == vendor_id


def test_an_unknown_snapshot_changes_nothing(pair: Pair) -> None:
    url = pair.info["qbo"]["url"]
    before = read_state(url)
    assert "there is no snapshot" in control(url, "restore", 400, name="never")["error"]
    assert read_state(url) == before


def test_a_dump_stays_what_it_was_while_the_servers_go_on(pair: Pair) -> None:
    apps = (pair.procore.app, pair.qbo.app)
    dumps = [app.dump_kept() for app in apps]
    texts = [encode(dump) for dump in dumps]
    project, vendor = (next(apps[0].tables.iterate(table))["id"] for table in ("projects", "vendors"))
    control(pair.procore.url, "act", do="rename_vendor", vendor_id=vendor, name="Renamed")
    apps[0].leave_project(vendor, project)
    apps[0].join_project(vendor, project)
    control(pair.qbo.url, "act", do="add_card_expense", amount="12.50", vendor_id=first_vendor(pair))
    assert [encode(dump) for dump in dumps] == texts
    assert [encode(app.dump_kept()) for app in apps] != texts


def first_vendor(pair: Pair) -> str:
    return str(next(iter(pair.qbo.app.find_book().records["Vendor"])))
