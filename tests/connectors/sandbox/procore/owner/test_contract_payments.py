"""Payments in both directions and the sums they move."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.connectors.sandbox.procore.conftest import Procore
from tests.connectors.sandbox.procore.openapi import list_absent_members, list_schema_problems
from tests.connectors.sandbox.procore.owner.conftest import application_id, prime, snapshot

LOCKED = "The Contract Payment cannot be edited or deleted because it is synced with an ERP system"


def listed(procore: Procore, contract_id: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = procore.read(
        "contract_payments", project_id=procore.project(), contract_id=contract_id
    )
    return rows


def create(procore: Procore, contract_id: int, **attributes: Any) -> requests.Response:
    body = {"project_id": procore.project(), "contract_id": contract_id, "contract_payment": attributes}
    return procore.post("contract_payments", body)


def update(procore: Procore, payment: dict[str, Any], **attributes: Any) -> requests.Response:
    names = ("project_id", "contract_id")
    body = {**{name: payment[name] for name in names}, "contract_payment": attributes}
    return procore.patch(f"contract_payments/{payment['id']}", body)


def delete(procore: Procore, payment: dict[str, Any]) -> requests.Response:
    query = f"project_id={payment['project_id']}&contract_id={payment['contract_id']}"
    return procore.call("DELETE", f"contract_payments/{payment['id']}?{query}")


def test_issued_and_received_have_the_published_form(procore: Procore) -> None:
    [issued], [received] = listed(procore, procore.commitment()), listed(procore, prime(procore))
    for payment in (issued, received):
        assert list_schema_problems("GET", "/rest/v1.0/contract_payments", 200, [payment]) == []
        assert list_absent_members("GET", "/rest/v1.0/contract_payments", 200, [payment]) == []
    known = {
        "amount": "21600.00",
        "check_number": "1044",
        "date": "2026-08-31",
        "invoice_number": "EC-1001",
        "draw_request_number": 1,
        "payment_number": 1,
        "requisition_id": procore.requisition(1),
        "notes": "",
        "external_payment_id": None,
        "status": None,
    }
    assert {name: issued[name] for name in known} == known
    assert (received["requisition_id"], received["invoice_number"]) == (None, "OW-1")
    path = f"contract_payments/{issued['id']}"
    assert procore.read(path, project_id=procore.project(), contract_id=procore.commitment()) == issued


@pytest.mark.parametrize("missing", ["project_id", "contract_id"])
def test_both_ids_are_needed(procore: Procore, missing: str) -> None:
    [payment] = listed(procore, prime(procore))
    ids = {"project_id": procore.project(), "contract_id": prime(procore)}
    del ids[missing]
    assert procore.get("contract_payments", **ids).status_code == 400
    assert procore.get(f"contract_payments/{payment['id']}", **ids).status_code == 400
    assert procore.post("contract_payments", {**ids, "contract_payment": {"amount": "1"}}).status_code == 400


def test_other_contracts_and_projects_are_unknown(procore: Procore) -> None:
    [payment] = listed(procore, prime(procore))
    path = f"contract_payments/{payment['id']}"
    assert procore.get(path, project_id=procore.project(), contract_id=procore.commitment()).status_code == 404
    school = procore.project("School")
    assert procore.get(path, project_id=school, contract_id=prime(procore)).status_code == 404
    assert procore.get("contract_payments", project_id=school, contract_id=prime(procore)).status_code == 404


def test_payment_moves_the_sums_of_the_commitment(procore: Procore) -> None:
    claim = procore.requisition(2)
    answer = create(
        procore, procore.commitment(), amount=29700, date="2026-09-30", requisition_id=claim, payment_method="check"
    )
    made = answer.json()
    assert answer.status_code == 201
    assert list_schema_problems("POST", "/rest/v1.0/contract_payments", 201, made) == []
    assert (made["amount"], made["payment_number"]) == ("29700.00", 2)
    assert (made["invoice_number"], made["draw_request_number"]) == ("EC-1002", 2)
    assert not {"invoice_date", "payment_method"} & set(made)
    shown = procore.read(f"work_order_contracts/{procore.commitment()}", project_id=procore.project())
    assert (shown["total_payments"], shown["percentage_paid"]) == ("51300.0", "48.86")
    assert shown["remaining_balance_outstanding"] == "53700.0"
    assert [row["id"] for row in shown["payments_issued"]] == [
        row["id"] for row in listed(procore, procore.commitment())
    ]
    assert delete(procore, made).status_code == 200
    shown = procore.read(f"work_order_contracts/{procore.commitment()}", project_id=procore.project())
    assert shown["total_payments"] == "21600.0"


def test_payment_moves_the_sums_of_the_prime_contract_and_its_invoice(procore: Procore) -> None:
    create(procore, prime(procore), amount="100.5", draw_request_number=2)
    create(procore, prime(procore), amount="-0.5", invoice_number="OW-2")
    path = f"payment_applications/{application_id(procore, 2)}"
    assert procore.read(path, project_id=procore.project())["total_amount_paid"] == "100.00"
    [contract] = procore.read("prime_contracts", project_id=procore.project())
    assert (contract["total_payments"], contract["outstanding_balance"]) == ("21700.0", "83300.0")


@pytest.mark.parametrize(
    "attributes",
    [
        {"amount": "much"},
        {"amount": {"a": 1}},
        {"amount": "NaN"},
        {"amount": "1e40"},
        {"amount": "1", "payment_method": "barter"},
        {"amount": "1", "requisition_id": 5},
        {"amount": "1", "payment_number": "first"},
        {"amount": "1", "origin_id": [1]},
        {},
    ],
)
def test_bad_payments_are_refused_and_change_nothing(procore: Procore, attributes: dict[str, Any]) -> None:
    before = snapshot(procore)
    assert create(procore, procore.commitment(), **attributes).status_code == 422
    assert create(procore, procore.commitment(), **{**attributes, "notes": "x"}).status_code == 422
    assert snapshot(procore) == before


def test_malformed_date_becomes_null(procore: Procore) -> None:
    assert create(procore, prime(procore), amount="1", date="next week").json()["date"] is None


def test_origin_id_leaves_only_files_and_origin_open(procore: Procore) -> None:
    [payment] = listed(procore, prime(procore))
    assert update(procore, payment, origin_id="qb-1").json()["origin_id"] == "qb-1"
    before = snapshot(procore)
    for answer in (
        update(procore, payment, amount="5"),
        update(procore, payment, notes="x"),
        delete(procore, payment),
    ):
        assert (answer.status_code, answer.json()) == (422, {"errors": {"base": [LOCKED]}})
    assert snapshot(procore) == before
    [issued] = listed(procore, procore.commitment())
    assert update(procore, issued, origin_id="qb-1").status_code == 409
    assert update(procore, payment, origin_data="{}").status_code == 200
    assert update(procore, payment, origin_id="qb-2").json()["origin_id"] == "qb-2"
    assert update(procore, payment, origin_id=None).status_code == 200
    assert update(procore, payment, amount="5").json()["amount"] == "5.00"
