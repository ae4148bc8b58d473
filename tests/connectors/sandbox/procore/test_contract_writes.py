"""Writing subcontracts and purchase orders."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.connectors.sandbox.procore.conftest import Procore
from tests.connectors.sandbox.procore.openapi import list_schema_problems

ORDERS, POS = "work_order_contracts", "purchase_order_contracts"
KEYS = {ORDERS: "work_order_contract", POS: "purchase_order_contract"}


def create(procore: Procore, path: str = ORDERS, **attributes: Any) -> requests.Response:
    return procore.post(path, {"project_id": procore.project(), KEYS[path]: attributes})


def update(procore: Procore, contract_id: int, path: str = ORDERS, **attributes: Any) -> requests.Response:
    return procore.patch(f"{path}/{contract_id}", {"project_id": procore.project(), KEYS[path]: attributes})


def delete(procore: Procore, contract_id: int, path: str = ORDERS) -> requests.Response:
    return procore.call("DELETE", f"{path}/{contract_id}", params={"project_id": procore.project()})


def list_numbers(procore: Procore, path: str = ORDERS, **query: Any) -> list[str]:
    return [row["number"] for row in procore.read(path, project_id=procore.project(), **query)]


def test_new_contract_has_the_defaults(procore: Procore) -> None:
    answer = create(procore, title="Drywall", vendor_id=procore.vendor(), retainage_percent="7.5")
    contract = answer.json()
    assert answer.status_code == 201
    assert (contract["number"], contract["status"], contract["accounting_method"]) == ("SC-002", "Draft", "amount")
    assert (contract["retainage_percent"], contract["grand_total"]) == ("7.5", "0.0")
    assert (contract["executed"], contract["private"], contract["deleted_at"]) == (False, False, None)
    assert contract["vendor"] == {
        "id": procore.vendor(),
        "company": "Example Concrete LLC",
        "origin_id": None,
        "origin_data": None,
    }
    assert procore.read(f"{ORDERS}/{contract['id']}", project_id=procore.project()) == contract
    assert list_schema_problems("POST", f"/rest/v1.0/{ORDERS}", 201, contract) == []


def test_purchase_order_has_what_only_orders_have(procore: Procore) -> None:
    given = {"delivery_date": "2026-11-01", "ship_via": "Truck", "payment_terms": "Net 30", "status": "Submitted"}
    order = create(procore, POS, inclusions="none", **given).json()
    assert {name: order[name] for name in given} == given
    assert order["number"] == "PO-001"
    assert (order["bill_to_address"], order["assignee"]) == ("", None)
    assert "inclusions" not in order
    assert list_schema_problems("POST", f"/rest/v1.0/{POS}", 201, {**order, "attachments": None}) == []


def test_contract_may_have_no_vendor(procore: Procore) -> None:
    contract = create(procore).json()
    assert contract["vendor"] is None
    [_, thin] = procore.read("commitments", project_id=procore.project())
    assert thin["vendor"] is None
    body = {"project_id": procore.project(), "commitment_id": contract["id"], "requisition": {"status": "draft"}}
    answer = procore.post("requisitions", body)
    assert (answer.status_code, answer.json()) == (
        422,
        {"errors": {"base": ["The contract must have a contract company"]}},
    )


@pytest.mark.parametrize(
    ("path", "status", "is_taken"),
    [
        (ORDERS, "Out For Bid", True),
        (ORDERS, "Void", True),
        (ORDERS, "Submitted", False),
        (ORDERS, "approved", False),
        (ORDERS, ["Draft"], False),
        (POS, "Partially Received", True),
        (POS, "Closed", True),
        (POS, "Out For Bid", False),
    ],
)
def test_each_kind_has_statuses_of_its_own(procore: Procore, path: str, status: Any, is_taken: bool) -> None:
    answer = create(procore, path, status=status)
    if is_taken:
        assert answer.json()["status"] == status
        return
    assert (answer.status_code, answer.json()) == (422, {"errors": {"status": ["is not included in the list"]}})
    assert len(procore.app.tables.all("commitments")) == 2


@pytest.mark.parametrize(
    "attributes",
    [
        {"retainage_percent": "101"},
        {"retainage_percent": -1},
        {"retainage_percent": "lots"},
        {"retainage_percent": {"a": []}},
        {"vendor_id": 5},
        {"vendor_id": [1]},
        {"accounting_method": "hours"},
        {"number": "SC-001"},
    ],
)
def test_bad_attributes_are_refused_and_make_nothing(procore: Procore, attributes: dict[str, Any]) -> None:
    before = procore.app.tables.dump()
    answer = create(procore, **attributes)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == list(attributes)
    assert procore.app.tables.dump() == before


@pytest.mark.parametrize("body", ["[]", '{"project_id": %d}', '{"project_id": %d, "work_order_contract": []}'])
def test_body_has_to_hold_the_contract(procore: Procore, body: str) -> None:
    text = body.replace("%d", str(procore.project()))
    answer = procore.call("POST", ORDERS, data=text, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_update_writes_what_is_given_only(procore: Procore) -> None:
    contract = create(procore, title="Drywall", description="<p>All of it</p>").json()
    given = {"contract_date": "2026-10-01", "execution_date": "soon", "executed": True, "inclusions": "Tape"}
    answer = update(procore, contract["id"], **given)
    changed = answer.json()
    assert (changed["title"], changed["description"]) == ("Drywall", "<p>All of it</p>")
    assert (changed["contract_date"], changed["execution_date"]) == ("2026-10-01", None)
    assert (changed["executed"], changed["inclusions"]) == (True, "Tape")
    assert list_schema_problems("PATCH", f"/rest/v1.0/{ORDERS}/{{id}}", 200, changed) == []


def test_approved_contract_keeps_its_vendor_and_cannot_be_deleted(procore: Procore) -> None:
    contract_id = procore.commitment()
    other = procore.vendor("City of Bend")
    assert update(procore, contract_id, vendor_id=other).json() == {
        "errors": {"vendor_id": ["cannot be changed while the contract is Approved"]}
    }
    assert update(procore, contract_id, vendor_id=procore.vendor(), title="Concrete").status_code == 200
    assert delete(procore, contract_id).json() == {
        "errors": {"base": ["A contract that is Approved cannot be deleted"]}
    }
    assert update(procore, contract_id, status="Draft").status_code == 200
    assert delete(procore, contract_id).status_code == 422
    assert list_numbers(procore) == ["SC-001"]


def test_deleted_contract_is_listed_only_when_asked_for(procore: Procore) -> None:
    contract = create(procore, title="Drywall", origin_id="E-7").json()
    answer = delete(procore, contract["id"])
    assert (answer.status_code, answer.content) == (200, b"")
    assert procore.get(f"{ORDERS}/{contract['id']}", project_id=procore.project()).status_code == 404
    assert list_numbers(procore) == ["SC-001"]
    assert list_numbers(procore, **{"filters[include_deleted]": "with"}) == ["SC-001", "SC-002"]
    query = {"filters[include_deleted]": "only", "view": "extended"}
    [gone] = procore.read(ORDERS, project_id=procore.project(), **query)
    assert gone["deleted_at"] == gone["updated_at"]
    assert gone["line_items"] == []
    assert create(procore, origin_id="E-7").status_code == 201


def test_origin_id_is_unique(procore: Procore) -> None:
    first = create(procore, origin_id="E-1", origin_code="C1", origin_data='{"a": 1}').json()
    assert (first["origin_id"], first["origin_code"], first["origin_data"]) == ("E-1", "C1", '{"a": 1}')
    assert create(procore, origin_id="E-1").status_code == 409
    assert update(procore, procore.commitment(), origin_id="E-1").status_code == 409
    assert update(procore, first["id"], origin_id="E-1").status_code == 200
    query = {"filters[origin_id]": "E-1"}
    assert list_numbers(procore, **query) == ["SC-002"]


def test_sync_creates_updates_and_reports(procore: Procore) -> None:
    first = create(procore, origin_id="E-1", title="One").json()
    updates = [
        {"origin_id": "E-1", "title": "One again"},
        {"origin_id": "E-2", "title": "Two"},
        {"id": first["id"], "origin_id": "E-3"},
        {"id": 5, "title": "Nobody"},
        {"title": "Three", "status": "Received"},
        "no object",
    ]
    answer = procore.patch(f"{ORDERS}/sync", {"project_id": procore.project(), "updates": updates})
    body = answer.json()
    assert answer.status_code == 200
    assert [row["title"] for row in body["entities"]] == ["One again", "Two", "One again"]
    assert body["entities"][2]["origin_id"] == "E-3"
    assert [row["errors"] for row in body["errors"]] == [
        {"id": ["Entity with this ID not found"]},
        {"status": ["is not included in the list"]},
        {"base": ["must be an object"]},
    ]
    assert "line_items" not in body["entities"][0]
    assert list_numbers(procore) == ["SC-001", "SC-002", "SC-003"]
    assert list_schema_problems("PATCH", f"/rest/v1.0/{ORDERS}/sync", 200, {**body, "errors": []}) == []


def test_custom_fields_are_read_below_their_own_key(procore: Procore) -> None:
    rows = procore.app.tables.iterate("custom_field_definitions")
    field = next(row["id"] for row in rows if row["data_type"] == "string")
    contract = create(procore, **{f"custom_field_{field}": "Casey", "custom_fields": {"x": 1}}).json()
    assert contract["custom_fields"] == {f"custom_field_{field}": {"data_type": "string", "value": "Casey"}}


def test_contract_of_another_project_is_not_there(procore: Procore) -> None:
    body = {"project_id": procore.project("School"), "work_order_contract": {"title": "Mine"}}
    assert procore.patch(f"{ORDERS}/{procore.commitment()}", body).status_code == 404
    assert procore.patch(f"{POS}/{procore.commitment()}", {**body, KEYS[POS]: {}}).status_code == 404


def test_sums_follow_lines_change_orders_and_invoices(procore: Procore) -> None:
    [row] = procore.read(ORDERS, project_id=procore.project())
    assert row["remaining_balance_outstanding"] == "105000.0"
    assert row["total_payments"] == "0.0"
    assert (row["percentage_paid"], row["pending_revised_contract"]) == ("0.0", "105000.0")


def test_webhooks_hear_of_contracts(procore: Procore) -> None:
    heard: list[tuple[str, str, int]] = []
    app = procore.app
    known = app.announce

    def listen(name: str, event: str, row_id: int, **rest: Any) -> None:
        heard.append((name, event, row_id))
        known(name, event, row_id, **rest)

    app.announce = listen
    try:
        contract = create(procore).json()
        order = create(procore, POS).json()
        update(procore, contract["id"], title="x")
        delete(procore, order["id"], POS)
    finally:
        del app.announce
    assert heard == [
        ("Work Order Contracts", "create", contract["id"]),
        ("Purchase Order Contracts", "create", order["id"]),
        ("Work Order Contracts", "update", contract["id"]),
        ("Purchase Order Contracts", "delete", order["id"]),
    ]


def test_written_state_survives_a_restart(procore: Procore) -> None:
    create(procore, title="Drywall", origin_id="E-1")
    state = procore.app.dump()
    again = type(procore.app)(procore.app.contractor, state=state)
    assert again.dump() == state
    assert again.tables.find_origin("commitments", "E-1")["title"] == "Drywall"
    again.close()


def test_payment_shows_on_the_contract_and_on_its_invoice(procore: Procore) -> None:
    paid = {"date": "2026-10-01", "amount": "20000.5", "invoice_number": "EC-1001", "requisition_id": None}
    body = {"project_id": procore.project(), "contract_id": procore.commitment(), "contract_payment": paid}
    assert procore.post("contract_payments", body).status_code == 201
    [row] = procore.read(ORDERS, project_id=procore.project(), view="extended")
    assert (row["total_payments"], row["remaining_balance_outstanding"]) == ("20000.5", "84999.5")
    assert row["percentage_paid"] == "19.05"
    assert [payment["invoice_number"] for payment in row["payments_issued"]] == ["EC-1001"]
    path = f"/rest/v1.1/requisitions/{procore.requisition(1)}"
    claim = procore.read(path, project_id=procore.project())
    assert claim["payment_summary"] == {"total_paid": "20000.50", "remaining_balance": "1599.50"}
