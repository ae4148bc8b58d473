"""Owner invoices: what they read as, how they are written, and that every figure follows from the lines."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.connectors.sandbox.procore.conftest import Procore
from tests.connectors.sandbox.procore.openapi import list_absent_members, list_schema_problems
from tests.connectors.sandbox.procore.owner.conftest import application_id, prime, snapshot

LIST = "/rest/v1.0/prime_contracts/{}/payment_applications"
# L3, L4, L5a, L5b, L6, L7, L8 and L9 of the worked example.
NAMES = (
    "contract_sum_to_date",
    "total_completed_and_stored_to_date",
    "completed_work_retainage_amount",
    "stored_materials_retainage_amount",
    "total_earned_less_retainage",
    "less_previous_certificates_for_payment",
    "current_payment_due",
    "balance_to_finish_including_retainage",
)


def show(procore: Procore, number: int) -> dict[str, Any]:
    path = f"payment_applications/{application_id(procore, number)}"
    body: dict[str, Any] = procore.read(path, project_id=procore.project())
    return body


def update(procore: Procore, number: int, **attributes: Any) -> requests.Response:
    path = f"{LIST.format(prime(procore))}/{application_id(procore, number)}"
    return procore.patch(path, {"project_id": procore.project(), "payment_application": attributes})


def write_line(procore: Procore, number: int, line: int, **amounts: Any) -> requests.Response:
    item = show(procore, number)["g703"][line]["id"]
    path = f"prime_contracts/{prime(procore)}/payment_application_line_items/{item}"
    return procore.patch(path, {"project_id": procore.project(), "payment_application_line_item": amounts})


@pytest.mark.parametrize(
    ("number", "figures"),
    [
        (1, ("100000.00", "24000.00", "2000.00", "400.00", "21600.00", "0.00", "21600.00", "78400.00")),
        (2, ("105000.00", "57000.00", "5700.00", "0.00", "51300.00", "21600.00", "29700.00", "53700.00")),
        (3, ("105000.00", "105000.00", "7500.00", "0.00", "97500.00", "51300.00", "46200.00", "7500.00")),
    ],
)
def test_figures_are_those_of_the_worked_example(procore: Procore, number: int, figures: tuple[str, ...]) -> None:
    assert tuple(show(procore, number)["g702"][name] for name in NAMES) == figures


def test_header_reads_as_published(procore: Procore) -> None:
    shown = show(procore, 1)
    assert list_schema_problems("GET", "/rest/v1.0/payment_applications/{id}", 200, shown) == []
    assert list_absent_members("GET", "/rest/v1.0/payment_applications/{id}", 200, shown) == []
    known = {
        "number": 1,
        "invoice_number": "OW-1",
        "status": "approved",
        "percent_complete": "24.00",
        "formatted_contract_company": "City of Bend",
        "total_amount_accrued_this_period": "24000.00",
        "total_amount_paid": "21600.00",
        "contract": {"id": prime(procore), "type": "PrimeContract", "title": "Clinic for the city"},
        "billing_period": {"start_date": "2026-07-01", "end_date": "2026-07-30"},
        "attachments": [],
    }
    assert {name: shown[name] for name in known} == known


def test_lines_name_what_they_bill(procore: Procore) -> None:
    structure, foundations, more = show(procore, 2)["g703"]
    line = procore.app.tables.get("prime_lines", structure["origin_id"])
    assert (line["description"], structure["origin_type"]) == ("Structure", "LineItem")
    assert (structure["added_from_source"], structure["added_from_source_id"]) == ("contract", prime(procore))
    assert structure["cost_code"]["full_code"] == "03-300"
    assert structure["work_completed_retainage_percent_this_period"] == "10.00"
    assert (foundations["item_number"], foundations["balance_to_finish"]) == (2, "30000.00")
    package = procore.app.tables.get("prime_packages", more["origin_id"])
    assert (more["origin_type"], more["description_of_work"]) == ("ChangeOrderPackage", "PCCO #001 - More rooms")
    assert (more["added_from_source"], more["added_from_source_id"]) == ("change_order", package["id"])
    assert (more["scheduled_value"], more["cost_code"], more["wbs_code"]) == ("5000.00", None, None)


def test_project_list_has_no_lines_and_no_filters(procore: Procore) -> None:
    rows = procore.read("payment_applications", project_id=procore.project(), **{"filters[id]": 5})
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert all("g703" not in row and "attachments" not in row for row in rows)
    assert list_schema_problems("GET", "/rest/v1.0/payment_applications", 200, rows) == []
    assert procore.read("payment_applications", project_id=procore.project("School")) == []


def test_contract_list_filters_by_id_and_last(procore: Procore) -> None:
    path, project = LIST.format(prime(procore)), procore.project()
    last = application_id(procore, 3)
    rows = procore.read(path, project_id=project, **{"filters[is_last]": "true"})
    assert [row["id"] for row in rows] == [last]
    assert list_schema_problems("GET", LIST.format("{x}"), 200, rows) == []
    assert [row["id"] for row in procore.read(path, project_id=project, **{"filters[id][]": last})] == [last]
    answer = procore.get(path, project_id=project)
    assert (answer.headers["Total"], answer.headers["Per-Page"]) == ("3", "30")


def test_created_invoice_carries_the_last_one_forward(procore: Procore) -> None:
    period = procore.app.tables.of("billing_periods", procore.project())[0]
    given = {"commitment_billing_period_id": period["id"], "invoice_number": 77, "billing_date": "never"}
    answer = procore.post(LIST.format(prime(procore)), {"project_id": procore.project(), "payment_application": given})
    made = answer.json()
    assert answer.status_code == 201
    assert list_schema_problems("POST", LIST.format("{x}"), 201, made) == []
    assert (made["number"], made["invoice_number"], made["status"]) == (4, "77", "draft")
    assert (made["period_start"], made["period_end"]) == (period["start_date"], period["end_date"])
    assert made["billing_date"] is None
    assert [row["work_completed_from_previous_application"] for row in made["g703"]] == [
        "60000.00",
        "40000.00",
        "5000.00",
    ]
    assert made["g702"]["current_payment_due"] == "0.00"


def test_line_takes_amounts_and_answers_itself(procore: Procore) -> None:
    answer = write_line(procore, 3, 0, work_completed_this_period=1000.05, materials_presently_stored="10")
    line = answer.json()
    assert answer.status_code == 200
    path = "/rest/v1.0/prime_contracts/{x}/payment_application_line_items/{id}"
    assert list_schema_problems("PATCH", path, 200, line) == []
    assert line["work_completed_retainage_retained_this_period"] == "100.01"
    assert line["materials_stored_retainage_retained_this_period"] == "1.00"
    assert line["total_completed_and_stored_to_date"] == "46010.05"


def test_nothing_is_retained_without_work_and_no_more_released_than_held(procore: Procore) -> None:
    line = write_line(procore, 3, 0, work_completed_this_period="0", work_completed_retainage_retained_this_period="5")
    assert line.json()["work_completed_retainage_retained_this_period"] == "0.00"
    before = snapshot(procore)
    answer = write_line(procore, 3, 0, work_completed_retainage_released_this_period="4500.01")
    message = "cannot be more than the retainage held (4500.00)"
    assert answer.status_code == 422
    assert answer.json() == {"errors": {"work_completed_retainage_released_this_period": [message]}}
    assert snapshot(procore) == before


def test_earlier_line_cannot_take_back_what_a_later_one_let_go(procore: Procore) -> None:
    assert write_line(procore, 2, 0, work_completed_retainage_retained_this_period="0").status_code == 200
    before = snapshot(procore)
    # 1,500.00 of the third invoice remain, and 2,000.00 of the first, of which the third let go 3,000.00.
    assert write_line(procore, 1, 0, work_completed_retainage_retained_this_period="1499.99").status_code == 422
    assert snapshot(procore) == before
    assert write_line(procore, 1, 0, work_completed_retainage_retained_this_period="1500").status_code == 200


@pytest.mark.parametrize("status", ["approved_as_noted", "rejected", 5, ["draft"]])
def test_other_statuses_are_refused(procore: Procore, status: Any) -> None:
    before = snapshot(procore)
    answer = update(procore, 3, status=status)
    assert (answer.status_code, answer.json()) == (422, {"errors": {"status": ["is not included in the list"]}})
    assert snapshot(procore) == before


def test_status_can_be_set_alone(procore: Procore) -> None:
    answer = update(procore, 3, status="approved")
    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    shown = procore.read(f"prime_contract/{prime(procore)}", project_id=procore.project())
    assert shown["owner_invoices_amount"] == "97500.0"


def test_origin_id_locks_until_it_is_cleared(procore: Procore) -> None:
    assert update(procore, 3, origin_id="inv-9").json()["origin_id"] == "inv-9"
    before = snapshot(procore)
    message = "This Payment Application cannot be edited because it has been synced with ERP"
    for answer in (
        update(procore, 3, status="approved"),
        update(procore, 3, origin_id="inv-8"),
        update(procore, 3, upload_ids=[]),
        write_line(procore, 3, 0, work_completed_this_period="1"),
        procore.call("DELETE", f"payment_applications/{application_id(procore, 3)}?project_id={procore.project()}"),
    ):
        assert (answer.status_code, answer.json()) == (422, {"errors": {"base": [message]}})
    assert snapshot(procore) == before
    assert update(procore, 2, origin_id="inv-9").status_code == 409
    assert update(procore, 3, origin_id=None).status_code == 200
    assert update(procore, 3, status="approved").status_code == 200


def test_only_the_last_can_be_deleted(procore: Procore) -> None:
    before = snapshot(procore)
    query = f"?project_id={procore.project()}"
    first, last = application_id(procore, 1), application_id(procore, 3)
    assert procore.call("DELETE", f"payment_applications/{first}{query}").status_code == 422
    assert snapshot(procore) == before
    answer = procore.call("DELETE", f"payment_applications/{last}{query}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert procore.call("GET", f"payment_applications/{last}{query}").status_code == 404
    assert not procore.app.tables.of("payment_application_items", last)


def test_foreign_ids_are_unknown(procore: Procore) -> None:
    project, school = procore.project(), procore.project("School")
    path = f"payment_applications/{application_id(procore, 1)}"
    assert procore.get(path, project_id=school).status_code == 404
    assert procore.get(path).status_code == 400
    assert procore.get(LIST.format(prime(procore)), project_id=school).status_code == 404
    markup = f"prime_contracts/{prime(procore)}/payment_application_markup_line_items/5"
    body = {"project_id": project, "payment_application_markup_line_item": {"work_completed_this_period": "1"}}
    assert procore.patch(markup, body).status_code == 404


def test_markup_is_billed_on_a_line_of_its_own(procore: Procore) -> None:
    act = procore.act(
        "add_prime_change_order", prime_contract_id=prime(procore), title="Stairs", amount="1000", markup="150"
    )
    assert act.json()["grand_total"] == "1150.00"
    made = procore.act("add_owner_invoice", prime_contract_id=prime(procore), invoice_number="OW-4").json()
    rows = procore.read(f"payment_applications/{made['id']}", project_id=procore.project())["g703"]
    assert [row["type"] for row in rows] == [
        *["payment_application_line_item"] * 4,
        "payment_application_markup_line_item",
    ]
    assert rows[3]["scheduled_value"] == "1000.00"
    path = f"prime_contracts/{prime(procore)}/payment_application_markup_line_items/{rows[4]['id']}"
    given = {"work_completed_this_period": "150", "materials_presently_stored": "9"}
    answer = procore.patch(path, {"project_id": procore.project(), "payment_application_markup_line_item": given})
    assert answer.status_code == 200
    template = "/rest/v1.0/prime_contracts/{x}/payment_application_markup_line_items/{id}"
    assert list_schema_problems("PATCH", template, 200, answer.json()) == []
    assert answer.json()["work_completed_retainage_retained_this_period"] == "15.00"
    assert answer.json()["materials_presently_stored"] == "0.00"


def test_invoice_by_line_when_the_contract_says_so(procore: Procore) -> None:
    base = f"/rest/v2.0/companies/{procore.headers['Procore-Company-Id']}/projects/{procore.project()}"
    level = {"change_order_level_of_detail": "line_item"}
    assert procore.patch(f"{base}/prime_contracts/{prime(procore)}", level).status_code == 422
    for number in (3, 2, 1):
        procore.act("delete_owner_invoice", application_id=application_id(procore, number))
    assert procore.patch(f"{base}/prime_contracts/{prime(procore)}", level).status_code == 200
    made = procore.act("add_owner_invoice", prime_contract_id=prime(procore)).json()
    row = procore.read(f"payment_applications/{made['id']}", project_id=procore.project())["g703"][2]
    assert (row["origin_type"], row["added_from_source"]) == ("LineItem", "change_order")
    assert row["cost_code"]["full_code"] == "03-300"


def test_units_are_billed_by_quantity(procore: Procore) -> None:
    line = {
        "wbs_code_id": procore.app.tables.of("wbs_codes", procore.project())[0]["id"],
        "quantity": 10,
        "unit_cost": 7,
    }
    given = {"accounting_method": "unit", "lines": [line]}
    contract = procore.act("add_prime_contract", project_id=procore.project(), **given).json()["id"]
    for quantity, before in (("2", "0.0"), ("3", "2.0")):
        made = procore.act("add_owner_invoice", prime_contract_id=contract).json()
        path = f"payment_applications/{made['id']}"
        item = procore.read(path, project_id=procore.project())["g703"][0]
        body = {"project_id": procore.project()}
        body["payment_application_line_item"] = {"work_completed_this_period_quantity": quantity}
        answer = procore.patch(f"prime_contracts/{contract}/payment_application_line_items/{item['id']}", body).json()
        assert answer["work_completed_this_period"] == f"{int(quantity) * 7}.00"
        assert answer["work_completed_from_previous_application_quantity"] == before
    assert (answer["total_completed_and_stored_to_date_quantity"], answer["scheduled_quantity"]) == ("5.0", "10.0")
