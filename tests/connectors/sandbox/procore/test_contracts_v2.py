"""Commitments in version 2.0, and their PDF."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.connectors.sandbox.procore.conftest import COMPANY, OTHER_COMPANY, Procore
from tests.connectors.sandbox.procore.openapi import list_schema_problems
from tests.connectors.sandbox.procore.test_contract_lines import cost_code


def base(procore: Procore, project: str = "Clinic", company: int = COMPANY) -> str:
    return f"/rest/v2.0/companies/{company}/projects/{procore.project(project)}/commitment_contracts"


def create(procore: Procore, **attributes: Any) -> dict[str, Any]:
    answer = procore.post(base(procore), {"type": "WorkOrderContract", **attributes})
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def test_ids_are_text_and_the_other_kind_is_left_out(procore: Procore) -> None:
    [contract] = procore.read(base(procore))["data"]
    assert contract["id"] == str(procore.commitment())
    assert contract["vendor"] == {"id": str(procore.vendor()), "name": "Example Concrete LLC"}
    assert (contract["type"], contract["grand_total"]) == ("WorkOrderContract", "100000.0")
    assert {"inclusions", "actual_completion_date"} <= set(contract)
    assert {"delivery_date", "ship_via", "bill_to_address"}.isdisjoint(contract)
    [order] = procore.read(base(procore, "School"))["data"]
    assert {"inclusions", "contract_start_date"}.isdisjoint(order)
    assert (order["bill_to_address"], order["delivery_date"]) == ("", None)
    assert procore.read(f"{base(procore)}/{contract['id']}") == {"data": contract}


def test_lists_have_ten_rows_unless_asked(procore: Procore) -> None:
    for number in range(12):
        create(procore, title=str(number), vendor_id=str(procore.vendor()), status="Out For Bid")
    answer = procore.get(base(procore))
    assert len(answer.json()["data"]) == 10
    assert (answer.headers["Total"], answer.headers["Per-Page"]) == ("13", "10")
    assert len(procore.read(base(procore), per_page=500)["data"]) == 13
    query = {"filters[status]": "Out For Bid", "filters[vendor_id]": procore.vendor(), "per_page": 100}
    assert len(procore.read(base(procore), **query)["data"]) == 12
    assert procore.read(base(procore), **{"filters[type]": "PurchaseOrderContract"}) == {"data": []}
    assert procore.read(base(procore), **{"filters[vendor_id]": 5}) == {"data": []}


def test_contract_without_a_vendor_has_no_such_member(procore: Procore) -> None:
    assert "vendor" not in create(procore)


def test_both_versions_write_the_same_records(procore: Procore) -> None:
    contract = create(procore, title="Doors", retainage_percent="5", ssr_enabled=True, contract_date="2026-10-01")
    assert (contract["status"], contract["ssr_enabled"], contract["retainage_percent"]) == ("Draft", True, "5.0")
    path = f"{base(procore)}/{contract['id']}"
    assert procore.patch(path, {"title": "Windows"}).json()["data"]["title"] == "Windows"
    first = procore.read(f"work_order_contracts/{contract['id']}", project_id=procore.project())
    assert (first["title"], first["contract_date"]) == ("Windows", "2026-10-01")
    answer = procore.call("DELETE", path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert procore.get(path).status_code == 404


@pytest.mark.parametrize(
    ("attributes", "source"),
    [
        ({"type": None}, "type"),
        ({"type": "Lease"}, "type"),
        ({"status": "Received"}, "status"),
        ({"vendor_id": "5"}, "vendor_id"),
    ],
)
def test_refusals_have_the_form_of_the_second_version(
    procore: Procore, attributes: dict[str, Any], source: str
) -> None:
    answer = procore.post(base(procore), {"type": "WorkOrderContract", **attributes})
    error = answer.json()["error"]
    assert answer.status_code == 422
    assert set(error) == {"code", "message", "details"}
    assert [row["source"] for row in error["details"]] == [source]
    assert len(procore.app.tables.all("commitments")) == 2


def test_lines(procore: Procore) -> None:
    contract = create(procore)
    path = f"{base(procore)}/{contract['id']}/line_items"
    rows = procore.app.tables.of("wbs_codes", procore.project())
    wbs = next(row["id"] for row in rows if row["cost_code_id"] == cost_code(procore))
    answer = procore.post(path, {"amount": "100.5", "description": "Doors", "wbs_code_id": str(wbs)})
    line = answer.json()["data"]
    assert (answer.status_code, line["amount"], line["wbs_code_id"]) == (200, "100.5", str(wbs))
    assert line["wbs_code"]["id"] == str(wbs)
    assert {"uom", "quantity", "extended_type"}.isdisjoint(line)
    counted = procore.post(path, {"quantity": "3", "unit_cost": "7", "uom": "ea", "wbs_code_id": wbs}).json()["data"]
    assert (counted["amount"], counted["quantity"], counted["extended_type"]) == ("21.0", "3.0", "calculated")
    assert procore.read(path) == {"data": [line, counted]}
    assert list_schema_problems("GET", path, 200, {"data": [line, counted]}) == []
    assert procore.patch(f"{path}/{line['id']}", {"amount": 7}).json()["data"]["amount"] == "7.0"
    assert procore.call("DELETE", f"{path}/{line['id']}").status_code == 204
    assert procore.read(f"{path}/{counted['id']}") == {"data": counted}
    error = procore.post(path, {"amount": "1"}).json()["error"]
    assert [row["source"] for row in error["details"]] == ["wbs_code_id"]


def test_summary(procore: Procore) -> None:
    path = f"{base(procore)}/{procore.commitment()}/summary"
    answer = procore.read(path)
    assert answer["data"]["approved_change_total"] == "5000.0"
    assert answer["data"]["total_invoices_amount"] == "51300.0"
    assert list_schema_problems("GET", path, 200, answer) == []


def test_other_company_sees_nothing(procore: Procore) -> None:
    path = f"{base(procore, company=OTHER_COMPANY)}/{procore.commitment()}"
    assert procore.get(path).status_code == 404


def test_pdf_is_asked_for_and_fetched(procore: Procore) -> None:
    path = f"{base(procore)}/{procore.commitment()}/pdf"
    assert procore.get(path).status_code == 404
    asked = procore.post(path, {})
    assert (asked.status_code, asked.headers["Location"]) == (202, f"{procore.server.url}{path}")
    answers = [procore.get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 302]
    found = procore.call("GET", answers[2].headers["Location"].removeprefix(procore.server.url))
    pdf = requests.get(found.headers["Location"], timeout=10)
    assert b"SC-001 Structural concrete" in pdf.content


# --- commitment change orders


def test_commitment_change_order_is_package_and_request_in_one(procore: Procore) -> None:
    path = f"/rest/v1.0/projects/{procore.project()}/commitment_change_orders"
    [loaded] = procore.read(path)
    assert (loaded["status"], loaded["grand_total"], loaded["executed"]) == ("approved", "5000.0", True)
    given = {"contract_id": procore.commitment(), "title": "Doors", "private": True, "reference": "RFI 7"}
    answer = procore.post(path, {"change_order": given})
    made = answer.json()
    assert (answer.status_code, made["type"], made["status"]) == (201, "CommitmentChangeOrder", "draft")
    assert (made["private"], made["reference"], made["number"]) == (True, "RFI 7", "002")
    assert list_schema_problems("POST", path, 201, made) == []
    packages = procore.read("change_order_packages", project_id=procore.project())
    assert [row["id"] for row in packages] == [loaded["legacy_package_id"], made["legacy_package_id"]]
    lines = f"/rest/v2.0/companies/{COMPANY}{path.removeprefix('/rest/v1.0')}/{made['id']}/line_items"
    wbs = procore.app.tables.of("wbs_codes", procore.project())[0]["id"]
    line = procore.post(lines, {"amount": "75", "wbs_code_id": str(wbs)}).json()["data"]
    assert procore.read(lines) == {"data": [line]}
    changed = procore.patch(f"{path}/{made['id']}", {"change_order": {"status": "approved"}}).json()
    assert (changed["status"], changed["grand_total"]) == ("approved", "75.0")
    assert procore.call("DELETE", f"{path}/{made['id']}").status_code == 422
    assert procore.patch(f"{lines}/{line['id']}", {"amount": "80"}).status_code == 422
    assert [row["title"] for row in procore.read(path, **{"filters[contract_id]": procore.commitment()})] == [
        "Thicker slab",
        "Doors",
    ]
    assert procore.read(path, **{"filters[vendor_id]": 5}) == []


def test_commitment_change_order_can_be_deleted_while_open(procore: Procore) -> None:
    path = f"/rest/v1.0/projects/{procore.project()}/commitment_change_orders"
    before = procore.app.tables.dump()["rows"]
    made = procore.post(path, {"change_order": {"contract_id": procore.commitment()}}).json()
    assert procore.call("DELETE", f"{path}/{made['id']}").status_code == 204
    assert procore.app.tables.dump()["rows"] == before
    assert procore.get(f"{path}/{made['id']}").status_code == 404
    assert procore.post(path, {"change_order": {"contract_id": 5}}).status_code == 422
    assert procore.post(path, {"change_order": {}}).status_code == 400
