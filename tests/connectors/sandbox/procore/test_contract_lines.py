"""The schedule of values of contracts, and the details a line is broken into."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.connectors.sandbox.procore.conftest import Procore
from tests.connectors.sandbox.procore.openapi import list_schema_problems

ORDERS = "work_order_contracts"


def make_contract(procore: Procore, **attributes: Any) -> int:
    given = {"vendor_id": procore.vendor(), "retainage_percent": "10", **attributes}
    body = {"project_id": procore.project(), "work_order_contract": given}
    return int(procore.post(ORDERS, body).json()["id"])


def cost_code(procore: Procore, full_code: str = "03-300") -> int:
    rows = procore.app.tables.of("cost_codes", procore.project())
    return next(row["id"] for row in rows if row["full_code"] == full_code)


def add(procore: Procore, contract_id: int, **attributes: Any) -> requests.Response:
    given = {"cost_code_id": cost_code(procore), **attributes}
    return procore.post(f"{ORDERS}/{contract_id}/line_items", {"project_id": procore.project(), "line_item": given})


def change(procore: Procore, contract_id: int, line_id: int, **attributes: Any) -> requests.Response:
    path = f"{ORDERS}/{contract_id}/line_items/{line_id}"
    return procore.patch(path, {"project_id": procore.project(), "line_item": attributes})


def lines(procore: Procore, contract_id: int, **query: Any) -> list[dict[str, Any]]:
    return procore.read(f"{ORDERS}/{contract_id}/line_items", project_id=procore.project(), **query)


def total(procore: Procore, contract_id: int) -> str:
    return procore.read(f"{ORDERS}/{contract_id}", project_id=procore.project())["grand_total"]


def test_line_by_amount(procore: Procore) -> None:
    contract = make_contract(procore)
    answer = add(procore, contract, amount="1000.505", description="Slab")
    line = answer.json()
    assert answer.status_code == 201
    assert (line["amount"], line["extended_type"], line["position"]) == ("1000.51", "manual", 1)
    assert (line["line_item_type"]["base_type"], line["wbs_code"]["flat_code"]) == ("commitment", "03-300.C")
    assert line["holder"] == {"id": contract, "holder_type": "WorkOrderContract"}
    assert "uom" not in line
    assert lines(procore, contract) == [line]
    assert total(procore, contract) == "1000.51"
    path = "/rest/v1.0/work_order_contracts/{work_order_contract_id}/line_items"
    assert list_schema_problems("POST", path, 201, line) == []


def test_calculated_line_multiplies(procore: Procore) -> None:
    contract = make_contract(procore, accounting_method="unit")
    line = add(procore, contract, quantity="12.5", unit_cost="3.333", uom="ea").json()
    assert (line["amount"], line["extended_type"]) == ("41.66", "calculated")
    assert (line["quantity"], line["unit_cost"], line["uom"]) == ("12.5", "3.333", "ea")
    changed = change(procore, contract, line["id"], quantity=2).json()
    assert (changed["amount"], changed["uom"]) == ("6.67", "ea")
    manual = change(procore, contract, line["id"], amount=9, extended_type="manual").json()
    assert (manual["amount"], manual["quantity"]) == ("9.0", "2.0")


def test_budget_code_wins_over_cost_code_and_type(procore: Procore) -> None:
    contract = make_contract(procore)
    rows = procore.app.tables.of("wbs_codes", procore.project())
    wbs = next(row for row in rows if row["cost_code_id"] == cost_code(procore, "03-100"))
    line = add(procore, contract, amount="5", wbs_code_id=wbs["id"]).json()
    assert line["cost_code"]["full_code"] == "03-100"
    types = list(procore.app.tables.iterate("line_item_types"))
    labour = next(row for row in types if row["code"] == "L")
    line = add(procore, contract, amount="5", line_item_type_id=labour["id"]).json()
    assert line["wbs_code"]["flat_code"] == "03-300.L"


@pytest.mark.parametrize(
    "attributes",
    [
        {"amount": "lots"},
        {"amount": []},
        {"amount": "1e99"},
        {"amount": 1, "cost_code_id": 5},
        {"amount": 1, "cost_code_id": None},
        {"amount": 1, "wbs_code_id": 5},
        {"amount": 1, "line_item_type_id": 5},
        {"amount": 1, "tax_code_id": 5},
        {"amount": 1, "extended_type": "both"},
        {"quantity": "999999999999", "unit_cost": "999999999999", "extended_type": "calculated"},
    ],
)
def test_bad_lines_are_refused_and_make_nothing(procore: Procore, attributes: dict[str, Any]) -> None:
    contract = make_contract(procore)
    before = procore.app.tables.dump()
    assert add(procore, contract, **attributes).status_code == 422
    assert procore.app.tables.dump() == before


def test_approved_contract_locks_its_lines(procore: Procore) -> None:
    contract = procore.commitment()
    [slab, _] = lines(procore, contract)
    refused = {"errors": {"base": ["Line items cannot be changed while the contract is Approved"]}}
    assert add(procore, contract, amount="1").json() == refused
    assert change(procore, contract, slab["id"], amount="1").json() == refused
    path = f"{ORDERS}/{contract}/line_items"
    query = {"project_id": procore.project()}
    assert procore.call("DELETE", f"{path}/{slab['id']}", params=query).json() == refused
    body = {"updates": [{"id": slab["id"], "amount": "1"}, {"id": slab["id"], "origin_id": "L-1"}]}
    answer = procore.call("PATCH", f"{path}/sync", params=query, json=body).json()
    assert [row["errors"] for row in answer["errors"]] == [refused["errors"]]
    assert [row["origin_id"] for row in answer["entities"]] == ["L-1"]
    assert total(procore, contract) == "100000.0"


def test_line_can_be_deleted_until_it_is_billed(procore: Procore) -> None:
    contract = make_contract(procore)
    first, second = (add(procore, contract, amount=amount).json() for amount in ("10", "20"))
    query = {"project_id": procore.project()}
    answer = procore.call("DELETE", f"{ORDERS}/{contract}/line_items/{first['id']}", params=query)
    assert (answer.status_code, answer.content) == (200, b"")
    assert lines(procore, contract) == [second]
    procore.post("requisitions", {**query, "commitment_id": contract, "requisition": {"status": "draft"}})
    answer = procore.call("DELETE", f"{ORDERS}/{contract}/line_items/{second['id']}", params=query)
    assert answer.json() == {"errors": {"base": ["A line item that has been billed cannot be deleted"]}}


def test_lines_sync_in_bulk(procore: Procore) -> None:
    contract = make_contract(procore)
    code = cost_code(procore)
    updates = [{"origin_id": f"L-{number}", "amount": number, "cost_code_id": code} for number in range(1000)]
    path = f"{ORDERS}/{contract}/line_items/sync"
    query = {"project_id": procore.project()}
    answer = procore.call("PATCH", path, params=query, json={"updates": updates}).json()
    assert (len(answer["entities"]), answer["errors"]) == (1000, [])
    again = procore.call("PATCH", path, params=query, json={"updates": updates[:2]}).json()
    assert [row["id"] for row in again["entities"]] == [row["id"] for row in answer["entities"][:2]]
    assert total(procore, contract) == "499500.0"
    other = make_contract(procore)
    answer = procore.call("PATCH", f"{ORDERS}/{other}/line_items/sync", params=query, json={"updates": updates[:1]})
    assert answer.json()["errors"][0]["errors"] == {"origin_id": ["has already been taken"]}
    assert procore.call("PATCH", path, params=query, json={"updates": updates + updates[:1]}).status_code == 400


def test_source_lines_are_short(procore: Procore) -> None:
    [slab, _] = lines(procore, procore.commitment(), view="ssov_source_lines")
    assert set(slab) == {"id", "amount", "description", "position", "wbs_code", "currency_configuration"}
    assert procore.get(f"{ORDERS}/{procore.commitment()}/line_items", project_id=1, view="x").status_code == 404


def test_webhooks_hear_of_lines_and_their_parents(procore: Procore) -> None:
    heard: list[tuple[Any, ...]] = []

    def listen(name: str, event: str, row_id: int, **rest: Any) -> None:
        heard.append((name, event, row_id, rest["related"]))

    contract = make_contract(procore)
    app = procore.app
    app.announce = listen
    try:
        line = add(procore, contract, amount="10").json()["id"]
        change(procore, contract, line, amount="11")
        path = f"{ORDERS}/{contract}/line_items/{line}"
        procore.call("DELETE", path, params={"project_id": procore.project()})
    finally:
        del app.announce
    parent = (("Work Order Contracts", contract),)
    name = "Work Order Contract Line Items"
    assert heard == [(name, event, line, parent) for event in ("create", "update", "delete")]


# --- details


def add_detail(procore: Procore, contract: int, line_id: Any, amount: Any) -> requests.Response:
    given = {"line_item_id": line_id, "amount": amount, "description": f"Part {amount}"}
    body = {"project_id": procore.project(), "contract_detail_line_item": given}
    return procore.post(f"{ORDERS}/{contract}/line_item_contract_details", body)


def bill(procore: Procore, contract: int) -> dict[str, Any]:
    body = {"project_id": procore.project(), "commitment_id": contract, "requisition": {"status": "draft"}}
    return procore.post("/rest/v1.1/requisitions?view=extended", body).json()


def test_details_replace_their_line_once_they_add_up(procore: Procore) -> None:
    contract = make_contract(procore)
    split, whole = (add(procore, contract, amount=amount).json() for amount in ("100", "50"))
    first = add_detail(procore, contract, split["id"], "60").json()
    assert [item["item_type"] for item in bill(procore, contract)["items"]] == ["contract_item"] * 2
    claim = procore.app.tables.of("requisitions", contract)[0]
    procore.call("DELETE", f"requisitions/{claim['id']}", params={"project_id": procore.project()})
    second = add_detail(procore, contract, split["id"], "40").json()
    items = bill(procore, contract)["items"]
    assert [(item["item_type"], item["scheduled_value"]) for item in items] == [
        ("contract_detail_item", "60.00"),
        ("contract_detail_item", "40.00"),
        ("contract_item", "50.00"),
    ]
    assert [item["detail_line_item_id"] for item in items[:2]] == [first["id"], second["id"]]
    assert items[2]["line_item_id"] == whole["id"]
    assert [item["line_item_id"] for item in items[:2]] == [split["id"]] * 2


def test_billed_details_are_fixed(procore: Procore) -> None:
    contract = make_contract(procore)
    line = add(procore, contract, amount="100").json()
    detail = add_detail(procore, contract, line["id"], "100").json()
    item = bill(procore, contract)["items"][0]
    query = {"project_id": procore.project()}
    claim = procore.app.tables.of("requisitions", contract)[0]["id"]
    path = f"requisitions/{claim}/contract_detail_items/{item['id']}"
    body = {"requisition_contract_detail_item": {"work_completed_this_period": "30"}}
    assert procore.call("PATCH", path, params=query, json=body).json()["work_completed_this_period"] == "30.00"
    base = f"{ORDERS}/{contract}/line_item_contract_details"
    [listed] = procore.read(base, **query)
    assert (listed["billed_to_date"], listed["billed_against"]) == ("30.00", True)
    body = {**query, "contract_detail_line_item": {"amount": "90"}}
    assert procore.patch(f"{base}/{detail['id']}", body).status_code == 422
    assert procore.call("DELETE", f"{base}/{detail['id']}", params=query).status_code == 422
    assert change(procore, contract, line["id"], amount="90").status_code == 422
    assert add_detail(procore, contract, line["id"], "1").status_code == 422
    body = {**query, "contract_detail_line_item": {"description": "Renamed"}}
    assert procore.patch(f"{base}/{detail['id']}", body).json()["description"] == "Renamed"
    path = "/rest/v1.0/work_order_contracts/{work_order_contract_id}/line_item_contract_details"
    assert list_schema_problems("GET", path, 200, [listed]) == []


def test_detail_needs_a_line_of_the_contract(procore: Procore) -> None:
    contract = make_contract(procore)
    for line_id in (None, 5, "x", lines(procore, procore.commitment())[0]["id"]):
        assert add_detail(procore, contract, line_id, "1").status_code == 422
    assert procore.app.tables.all("contract_details") == []
