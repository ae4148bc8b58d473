"""Change order packages, their potential change orders, and change order requests of commitments."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.connectors.sandbox.procore.conftest import Procore
from tests.connectors.sandbox.procore.openapi import list_schema_problems
from tests.connectors.sandbox.procore.test_contract_lines import bill, cost_code, make_contract

PACKAGES, POTENTIALS, REQUESTS = "change_order_packages", "potential_change_orders", "change_order_requests"


def create(procore: Procore, contract: int, path: str = PACKAGES, **attributes: Any) -> requests.Response:
    return procore.post(path, {"project_id": procore.project(), "contract_id": contract, "change_order": attributes})


def update(procore: Procore, path: str, **attributes: Any) -> requests.Response:
    return procore.patch(path, {"project_id": procore.project(), "change_order": attributes})


def find_pair(procore: Procore, package_id: int) -> int:
    rows = procore.app.tables.iterate("potential_change_orders")
    return int(next(row["id"] for row in rows if row["package_id"] == package_id))


def add_line(procore: Procore, pair: int, amount: str) -> requests.Response:
    line = {"amount": amount, "description": "Extra", "cost_code_id": cost_code(procore)}
    return procore.post(f"{POTENTIALS}/{pair}/line_items", {"project_id": procore.project(), "line_item": line})


def sums(procore: Procore, contract: int) -> tuple[str, ...]:
    row = procore.read(f"work_order_contracts/{contract}", project_id=procore.project())
    names = ("draft_change_orders_amount", "pending_change_orders", "approved_change_orders", "revised_contract")
    return tuple(row[name] for name in names)


def test_package_comes_with_its_potential_change_order(procore: Procore) -> None:
    contract = make_contract(procore)
    answer = create(procore, contract, title="Doors", due_date="2026-11-01", origin_code="X")
    package = answer.json()
    assert (answer.status_code, package["number"], package["status"]) == (201, "001", "draft")
    assert (package["due_date"], package["origin_code"], package["reviewed_at"]) == ("2026-11-01", "X", None)
    assert list_schema_problems("POST", f"/rest/v1.0/{PACKAGES}", 201, package) == []
    [pair] = procore.read(POTENTIALS, project_id=procore.project(), **{"filters[contract_id]": contract})
    assert (pair["title"], pair["status"], pair["contract_id"]) == ("Doors", "draft", contract)
    assert pair["change_order_package_acronym_number"] == "CCO #001"
    assert list_schema_problems("GET", f"/rest/v1.0/{POTENTIALS}", 200, [pair]) == []
    whole = procore.read(f"work_order_contracts/{contract}", project_id=procore.project())
    assert [row["id"] for row in whole["change_order_packages"]] == [package["id"]]
    assert [row["id"] for row in whole["potential_change_orders"]] == [pair["id"]]


def test_only_an_approved_change_order_is_billed(procore: Procore) -> None:
    contract = make_contract(procore)
    package = create(procore, contract, title="Doors").json()
    path = f"{PACKAGES}/{package['id']}"
    add_line(procore, find_pair(procore, package["id"]), "500.25")
    assert sums(procore, contract) == ("500.25", "0.0", "0.0", "0.0")
    update(procore, path, status="pending")
    assert sums(procore, contract) == ("0.0", "500.25", "0.0", "0.0")
    assert bill(procore, contract)["items"] == []
    approved = update(procore, path, status="approved").json()
    assert approved["reviewed_at"] is not None
    assert sums(procore, contract) == ("0.0", "0.0", "500.25", "500.25")
    claim = bill(procore, contract)
    assert [(row["item_type"], row["scheduled_value"]) for row in claim["items"]] == [("change_order_item", "500.25")]
    assert claim["summary"]["contract_sum_to_date"] == "500.25"
    assert update(procore, path, status="void").json() == {
        "errors": {"base": ["A change order that has been invoiced has to stay approved"]}
    }


def test_approved_change_order_locks_its_lines(procore: Procore) -> None:
    contract = make_contract(procore)
    package = create(procore, contract).json()
    pair = find_pair(procore, package["id"])
    line = add_line(procore, pair, "10").json()
    assert line["holder"] == {"id": package["id"], "holder_type": "ChangeOrderPackage"}
    update(procore, f"{PACKAGES}/{package['id']}", status="approved")
    refused = {"errors": {"base": ["Line items cannot be changed while the change order is approved"]}}
    assert add_line(procore, pair, "10").json() == refused
    path = f"{POTENTIALS}/{pair}/line_items/{line['id']}"
    body = {"project_id": procore.project(), "line_item": {"amount": "11"}}
    assert procore.patch(path, body).json() == refused
    assert procore.call("DELETE", path, params={"project_id": procore.project()}).json() == refused
    assert procore.read(path, project_id=procore.project()) == line


def test_change_order_without_lines_is_billed_whole(procore: Procore) -> None:
    contract = make_contract(procore)
    package = create(procore, contract, title="Credit", status="approved", grand_total="-250.5").json()
    assert (package["grand_total"], package["line_items"]) == ("-250.5", [])
    claim = bill(procore, contract)
    [item] = claim["items"]
    assert (item["item_type"], item["scheduled_value"]) == ("whole_change_order_item", "-250.50")
    assert (item["change_order_package_id"], item["cost_code_id"]) == (package["id"], None)
    assert claim["summary"]["negative_new_change_order_item_total"] == "-250.50"
    path = f"requisitions/{claim['id']}/whole_change_order_items/{item['id']}"
    body = {"requisition_whole_change_order_item": {"work_completed_this_period": "-100", "comment": "Half"}}
    query = {"project_id": procore.project()}
    changed = procore.call("PATCH", path, params=query, json=body).json()
    assert (changed["work_completed_retainage_retained_this_period"], changed["comment"]) == ("-10.00", "Half")
    template = "/rest/v1.0/requisitions/{requisition_id}/whole_change_order_items/{id}"
    assert list_schema_problems("PATCH", template, 200, changed) == []
    assert update(procore, f"{PACKAGES}/{package['id']}", grand_total="-300").status_code == 422


def test_contract_may_bill_change_orders_as_one_line(procore: Procore) -> None:
    contract = make_contract(procore, change_order_level_of_detail="change_order_package")
    package = create(procore, contract, title="Doors").json()
    pair = find_pair(procore, package["id"])
    add_line(procore, pair, "10")
    add_line(procore, pair, "20")
    update(procore, f"{PACKAGES}/{package['id']}", status="approved")
    [item] = bill(procore, contract)["items"]
    assert (item["item_type"], item["scheduled_value"]) == ("whole_change_order_item", "30.00")
    assert item["wbs_code"]["flat_code"] == "03-300.C"


@pytest.mark.parametrize(
    "attributes",
    [{"status": "Approved"}, {"status": []}, {"grand_total": "x"}, {"grand_total": 1e30}, {"origin_id": {}}],
)
def test_bad_change_orders_are_refused_and_make_nothing(procore: Procore, attributes: dict[str, Any]) -> None:
    contract = make_contract(procore)
    before = procore.app.tables.dump()
    for path in (PACKAGES, POTENTIALS, REQUESTS):
        assert create(procore, contract, path, **attributes).status_code == 422
    assert procore.app.tables.dump() == before


def test_change_order_needs_its_project_and_contract(procore: Procore) -> None:
    package = create(procore, procore.commitment()).json()
    body = {"project_id": procore.project("School"), "change_order": {"title": "x"}}
    assert procore.patch(f"{PACKAGES}/{package['id']}", body).status_code == 404
    query = {"project_id": procore.project(), "contract_id": procore.commitment("PO-001")}
    assert procore.get(f"{PACKAGES}/{package['id']}", **query).status_code == 404
    assert procore.post(PACKAGES, {"project_id": procore.project(), "change_order": {}}).status_code == 400


def test_potential_change_order_makes_and_changes_its_package(procore: Procore) -> None:
    contract = make_contract(procore)
    pair = create(procore, contract, POTENTIALS, title="Doors", number="PCO-7", origin_id="P-1").json()
    assert (pair["number"], pair["origin_id"], pair["void"]) == ("PCO-7", "P-1", False)
    assert pair["vendor"]["name"] == "Example Concrete LLC"
    assert list_schema_problems("POST", f"/rest/v1.0/{POTENTIALS}", 201, pair) == []
    body = {"project_id": procore.project(), "contract_id": contract, "change_order": {"status": "approved"}}
    assert procore.patch(f"{POTENTIALS}/{pair['id']}", body).json()["status"] == "approved"
    [package] = procore.read(PACKAGES, project_id=procore.project(), contract_id=contract)
    assert (package["number"], package["status"], package["origin_id"]) == ("PCO-7", "approved", None)
    query = {"project_id": procore.project(), "contract_id": contract}
    updates = [{"origin_id": "P-1", "title": "Windows"}, {"origin_id": "P-2"}, {"status": "gone"}]
    answer = procore.call("PATCH", f"{POTENTIALS}/sync", params=query, json={"updates": updates}).json()
    assert [row["title"] for row in answer["entities"]] == ["Windows", ""]
    assert [row["errors"] for row in answer["errors"]] == [{"status": ["is not included in the list"]}]
    assert procore.read(f"{POTENTIALS}/{pair['id']}", **query)["title"] == "Windows"


def test_request_stands_beside_the_sums(procore: Procore) -> None:
    contract = make_contract(procore)
    before = sums(procore, contract)
    made = create(procore, contract, REQUESTS, title="Doors", grand_total="99.5", status="pending").json()
    assert (made["number"], made["grand_total"], made["status"]) == ("001", "99.50", "pending")
    assert made["contract"]["vendor"]["name"] == "Example Concrete LLC"
    assert list_schema_problems("POST", f"/rest/v1.0/{REQUESTS}", 201, made) == []
    query = {"project_id": procore.project(), "contract_id": contract}
    body = {**query, "change_order": {"title": "Windows"}}
    assert procore.patch(f"{REQUESTS}/{made['id']}", body).json()["title"] == "Windows"
    assert procore.get(REQUESTS, project_id=procore.project()).status_code == 400
    [listed] = procore.read(REQUESTS, **query, **{"filters[not_status][]": "draft"})
    assert listed["title"] == "Windows"
    assert procore.read(REQUESTS, **query, **{"filters[not_status][]": "pending"}) == []
    updates = [{"id": made["id"], "title": "Roof"}, {"change_order_package_id": 5}]
    answer = procore.call("PATCH", f"{REQUESTS}/sync", params=query, json={"updates": updates}).json()
    assert [row["title"] for row in answer["entities"]] == ["Roof"]
    assert [row["errors"] for row in answer["errors"]] == [{"change_order_package_id": ["is invalid"]}]
    assert sums(procore, contract) == before


# --- acts


def test_person_adds_and_approves_a_change_order(procore: Procore) -> None:
    lines = [{"cost_code_id": cost_code(procore), "amount": "120"}]
    made = procore.act("add_change_order", commitment_id=procore.commitment(), title="Doors", lines=lines).json()
    assert (made["status"], made["grand_total"]) == ("pending", "120.0")
    answer = procore.act("approve_change_order", package_id=made["id"]).json()
    assert (answer["status"], answer["number"]) == ("approved", "002")
    before = procore.app.tables.dump()["rows"]
    refused = [
        procore.act("add_change_order", commitment_id=procore.commitment(), lines=[{"amount": "1"}]),
        procore.act("add_change_order", commitment_id=5),
        procore.act("add_change_order", commitment_id=procore.commitment(), lines="x"),
        procore.act("set_change_order_status", package_id=made["id"], status="gone"),
    ]
    assert [answer.status_code for answer in refused] == [409] * 4
    assert procore.app.tables.dump()["rows"] == before


def test_person_adds_a_contract_and_its_invoice(procore: Procore) -> None:
    lines = [{"cost_code_id": cost_code(procore), "amount": "1000", "description": "Doors"}]
    given = {"project_id": procore.project(), "vendor_id": procore.vendor(), "title": "Doors", "lines": lines}
    made = procore.act("add_contract", **given).json()
    assert (made["number"], made["status"], made["grand_total"]) == ("SC-002", "Approved", "1000.0")
    work = [{"line": 0, "work": "400"}]
    claim = procore.act("add_claim", commitment_id=made["id"], invoice_number="D-1", lines=work).json()
    assert claim["current_payment_due"] == "360.00"
    assert procore.act("release_retainage", requisition_id=claim["id"]).json()["current_payment_due"] == "400.00"
    assert (
        procore.act("edit_claim", requisition_id=claim["id"], invoice_number="D-2").json()["invoice_number"] == "D-2"
    )
    procore.act("approve_claim", requisition_id=claim["id"])
    assert procore.act("unapprove_claim", requisition_id=claim["id"]).json()["status"] == "under_review"
    assert procore.act("delete_contract", commitment_id=made["id"]).status_code == 409
    assert procore.act("add_contract", **{**given, "lines": [{"amount": "1"}]}).status_code == 409
    assert len(procore.app.tables.of("commitments", procore.project())) == 2
