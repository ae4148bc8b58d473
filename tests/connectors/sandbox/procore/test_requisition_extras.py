"""Invoices beyond amounts: units, sliding-scale retainage, history, due date, PDF, locks and bad input."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.connectors.sandbox.procore.conftest import COMPANY, Procore
from tests.connectors.sandbox.procore.openapi import list_schema_problems
from tests.connectors.sandbox.procore.test_contract_lines import add, bill, make_contract

PATH = "/rest/v1.1/requisitions"


def patch(procore: Procore, contract: int, claim: int, version: str = "v1.1", **attributes: Any) -> requests.Response:
    body = {"project_id": procore.project(), "commitment_id": contract, "requisition": attributes}
    return procore.patch(f"/rest/{version}/requisitions/{claim}?view=extended", body)


def write(procore: Procore, contract: int, claim: int, item: int, **values: Any) -> dict[str, Any]:
    answer = patch(procore, contract, claim, items=[{"id": item, "item_type": "contract_item", **values}])
    assert answer.status_code == 200, answer.text
    return next(row for row in answer.json()["items"] if row["id"] == item)


def make_claim(procore: Procore, **attributes: Any) -> tuple[int, dict[str, Any]]:
    contract = make_contract(procore, **attributes)
    add(procore, contract, quantity="100", unit_cost="12.5", uom="ea", extended_type="calculated")
    return contract, bill(procore, contract)


# --- shapes


@pytest.mark.parametrize("view", ["default", "extended", "items"])
def test_answers_are_as_described(procore: Procore, view: str) -> None:
    rows = procore.read(PATH, project_id=procore.project(), view=view)
    assert list_schema_problems("GET", PATH, 200, rows) == []
    shown = procore.read(f"{PATH}/{rows[0]['id']}", project_id=procore.project(), view=view)
    assert shown == rows[0]
    first = procore.read("requisitions", project_id=procore.project())
    assert list_schema_problems("GET", "/rest/v1.0/requisitions", 200, first) == []


def test_lists_by_kind_and_detail_are_as_described(procore: Procore) -> None:
    base = f"/rest/v1.0/requisitions/{procore.requisition(2)}"
    for name in ("contract_items", "change_order_items", "contract_detail_items", "detail"):
        rows = procore.read(f"{base}/{name}", project_id=procore.project())
        assert list_schema_problems("GET", f"{base}/{name}", 200, rows) == []
        if rows and name != "detail":
            assert procore.read(f"{base}/{name}/{rows[0]['id']}", project_id=procore.project()) == rows[0]
    item = procore.read(f"{base}/contract_items", project_id=procore.project())[0]["id"]
    assert procore.get(f"{base}/change_order_items/{item}", project_id=procore.project()).status_code == 404


def test_first_version_answers_a_creation_with_the_older_block(procore: Procore) -> None:
    body = {"project_id": procore.project(), "commitment_id": procore.commitment(), "requisition": {"final": True}}
    made = procore.post("requisitions", body).json()
    assert made["g702"]["total_earned_less_retainage"] == made["summary"]["total_earned_less_retainage"] == "54000.00"
    assert "formatted_period" not in made["g702"]
    assert made["final"] is True
    assert list_schema_problems("POST", "/rest/v1.0/requisitions", 201, made) == []


# --- units


def test_unit_lines_carry_quantities_and_no_stored_materials(procore: Procore) -> None:
    contract, claim = make_claim(procore, accounting_method="unit")
    [item] = claim["items"]
    assert item["accounting_method"] == "unit"
    assert (item["scheduled_quantity"], item["scheduled_unit_price"], item["uom"]) == ("100.0", "12.5000", "ea")
    assert not [name for name in item if "stored" in name and not name.startswith("total_completed_and_stored")]
    changed = write(procore, contract, claim["id"], item["id"], work_completed_this_period_quantity="8.25")
    assert changed["work_completed_this_period"] == "103.13"
    assert changed["work_completed_this_period_quantity"] == "8.25"
    assert changed["work_completed_retainage_retained_this_period"] == "10.31"
    changed = write(procore, contract, claim["id"], item["id"], work_completed_this_period="125")
    assert changed["work_completed_this_period_quantity"] == "10.0"
    changed = write(procore, contract, claim["id"], item["id"], materials_presently_stored="50")
    assert changed["total_completed_and_stored_to_date"] == "125.00"
    [later] = bill(procore, contract)["items"]
    assert later["work_completed_from_previous_application_quantity"] == "10.0"
    base = f"requisitions/{claim['id']}"
    [row] = procore.read(f"{base}/detail", project_id=procore.project())
    assert row["total_completed_and_stored_to_date_quantity"] == "10.0"


def test_amount_lines_have_no_quantities(procore: Procore) -> None:
    base = f"requisitions/{procore.requisition(2)}"
    [change] = procore.read(f"{base}/change_order_items", project_id=procore.project())
    assert not [name for name in change if "quantity" in name or name == "scheduled_unit_price"]


def test_single_items_can_be_written(procore: Procore) -> None:
    contract, claim = make_claim(procore)
    item = claim["items"][0]["id"]
    path = f"requisitions/{claim['id']}/contract_items/{item}"
    body = {"requisition_contract_item": {"work_completed_this_period": "1000", "Description": "Initial prep work"}}
    answer = procore.call("PATCH", path, params={"project_id": procore.project()}, json=body)
    assert answer.json()["work_completed_retainage_retained_this_period"] == "100.00"
    template = "/rest/v1.0/requisitions/{requisition_id}/contract_items/{id}"
    assert list_schema_problems("PATCH", template, 200, answer.json()) == []
    assert contract


# --- retainage


def test_scale_lowers_the_percent_of_later_invoices(procore: Procore) -> None:
    contract = make_contract(procore)
    add(procore, contract, amount="1000")
    rules = [
        {"retainage_percentage": 10, "rule_type": "%_original_contract_value", "rule_type_upper_limit": 50},
        {"retainage_percentage": 5, "rule_type": "amount", "rule_type_upper_limit": None},
    ]
    path = f"projects/{procore.project()}/contracts/{contract}/invoice_configuration"
    body = {"invoice_configuration": {"ssr_enabled": True, "retainage_rule_set": {"retainage_rules": rules}}}
    answer = procore.patch(path, body).json()
    assert answer["ssr_enabled"] is True
    assert [rule["retainage_percentage"] for rule in answer["retainage_rule_set"]["retainage_rules"]] == ["10", "5"]
    template = "/rest/v1.0/projects/{project_id}/contracts/{contract_id}/invoice_configuration"
    assert list_schema_problems("PATCH", template, 200, answer) == []
    first = bill(procore, contract)
    item = write(procore, contract, first["id"], first["items"][0]["id"], work_completed_this_period="600")
    assert (item["work_completed_retainage_retained_this_period"], item["ssr_manual_override"]) == ("60.00", False)
    second = bill(procore, contract)
    entered = {"work_completed_this_period": "100"}
    item = write(procore, contract, second["id"], second["items"][0]["id"], **entered)
    assert item["work_completed_retainage_retained_this_period"] == "5.00"
    entered = {"work_completed_retainage_retained_this_period": "7"}
    item = write(procore, contract, second["id"], second["items"][0]["id"], **entered)
    assert (item["work_completed_retainage_retained_this_period"], item["ssr_manual_override"]) == ("7.00", True)


@pytest.mark.parametrize(
    "configuration",
    [
        {"stored_materials_billing_method": "none"},
        {"retainage_rule_set": []},
        {"retainage_rule_set": {"retainage_rules": [{}]}},
        {"retainage_rule_set": {"retainage_rules": [{"retainage_percentage": 500, "rule_type": "amount"}]}},
    ],
)
def test_bad_configuration_is_refused(procore: Procore, configuration: dict[str, Any]) -> None:
    path = f"projects/{procore.project()}/contracts/{procore.commitment()}/invoice_configuration"
    before = procore.read(path)
    assert procore.patch(path, {"invoice_configuration": configuration}).status_code == 422
    assert procore.read(path) == before


def test_release_may_use_what_the_same_write_retains(procore: Procore) -> None:
    contract, claim = make_claim(procore)
    item = claim["items"][0]["id"]
    released = "work_completed_retainage_released_this_period"
    changed = write(procore, contract, claim["id"], item, work_completed_this_period="100", **{released: "10"})
    assert changed[released] == "10.00"
    refused = patch(procore, contract, claim["id"], items=[{"id": item, "work_completed_this_period": "50"}])
    assert refused.json() == {"errors": {released: ["cannot be more than the retainage held (5.00)"]}}


def test_earlier_invoice_keeps_what_a_later_one_let_go(procore: Procore) -> None:
    contract, claim = make_claim(procore)
    item = claim["items"][0]["id"]
    write(procore, contract, claim["id"], item, work_completed_this_period="100")
    later = bill(procore, contract)
    released = {"work_completed_retainage_released_this_period": "10"}
    write(procore, contract, later["id"], later["items"][0]["id"], **released)
    before = procore.read(f"{PATH}/{claim['id']}", project_id=procore.project(), view="extended")
    assert (
        patch(procore, contract, claim["id"], items=[{"id": item, "work_completed_this_period": "0"}]).status_code
        == 422
    )
    assert procore.read(f"{PATH}/{claim['id']}", project_id=procore.project(), view="extended") == before


# --- history, due date, PDF


def test_history_tells_who_changed_what(procore: Procore) -> None:
    contract, claim = make_claim(procore)
    item = claim["items"][0]["id"]
    patch(procore, contract, claim["id"], status="under_review", invoice_number="")
    write(procore, contract, claim["id"], item, work_completed_this_period="100", status="approved")
    path = f"/rest/v1.0/requisitions/{claim['id']}/change_histories"
    rows = procore.read(path, project_id=procore.project())
    assert [(row["column"], row["old_value"], row["new_value"], row["ref_type"]) for row in rows] == [
        ("status", "draft", "under_review", "Billings::Requisition"),
        ("work_completed_this_period", "0.00", "100.00", "Billings::ContractItem"),
        ("work_completed_retainage_retained_this_period", "0.00", "10.00", "Billings::ContractItem"),
        ("status", "no_action", "approved", "Billings::ContractItem"),
    ]
    assert (rows[0]["action_by"], rows[0]["ref_id"], rows[1]["ref_id"]) == ("Jordan Reyes", claim["id"], item)
    assert list_schema_problems("GET", path, 200, rows) == []


def test_due_date_is_set_in_the_second_version(procore: Procore) -> None:
    base = f"/rest/v2.0/companies/{COMPANY}/projects/{procore.project()}/requisitions"
    path = f"{base}/{procore.requisition(2)}/payment_details"
    answer = procore.patch(path, {"due_date": "2026-12-24"})
    assert (answer.status_code, answer.json()) == (200, {"data": {"due_date": "2026-12-24"}})
    assert procore.patch(path, {"due_date": "soon"}).json()["error"]["details"][0]["source"] == "due_date"
    assert procore.patch(f"{base}/5/payment_details", {"due_date": None}).status_code == 404
    assert procore.patch(path, {"due_date": None}).json() == {"data": {"due_date": None}}


def test_pdf_is_made_by_a_job(procore: Procore) -> None:
    path = f"requisitions/{procore.requisition(2)}/single_pdf_compilers"
    query = {"project_id": procore.project(), "polling": "true"}
    files = {"files": [{"type": "cover_sheet", "id": ""}]}
    job_url = procore.call("POST", path, params=query, json=files).json()["job_url"]
    place = job_url.removeprefix(procore.server.url)
    jobs = [procore.read(place) for _ in range(3)]
    assert [job["status"] for job in jobs] == ["pending", "in_progress", "completed"]
    template = "/rest/v1.0/companies/{company_id}/invoices/async_jobs/{uuid}"
    assert list_schema_problems("GET", template, 200, jobs[2]) == []
    found = procore.call("GET", jobs[2]["result"]["url"].removeprefix(procore.server.url))
    assert found.status_code == 302
    pdf = requests.get(found.headers["Location"], timeout=10)
    assert (pdf.status_code, pdf.headers["Content-Type"]) == (200, "application/pdf")
    assert pdf.content.startswith(b"%PDF-1.4")
    assert b"8. Current payment due: 29700.00" in pdf.content
    places = [int(line.split()[0]) for line in pdf.content.split(b"\n") if line.endswith(b"00000 n ")]
    assert [pdf.content[place:].startswith(b"%d 0 obj" % number) for number, place in enumerate(places, 1)] == [
        True
    ] * 5


def test_pdf_refuses_what_it_cannot_make(procore: Procore) -> None:
    path = f"requisitions/{procore.requisition(2)}/single_pdf_compilers"
    query = {"project_id": procore.project()}
    assert procore.call("POST", path, params=query, json={"files": []}).status_code == 400
    assert procore.call("POST", path, params=query, json={"files": ["x"]}).status_code == 400
    answer = procore.call("POST", path, params=query, json={"files": [{"type": "cover_sheet", "id": ""}]})
    assert (answer.status_code, answer.content) == (200, b"")
    assert procore.get(f"companies/{COMPANY}/invoices/async_jobs/x").status_code == 404
    assert procore.app.tables.all("invoice_jobs") == []


# --- locks and bad input


def test_origin_id_locks_every_write(procore: Procore) -> None:
    claim, contract, project = procore.requisition(3), procore.commitment(), procore.project()
    assert patch(procore, contract, claim, origin_id="E-9").json()["erp_status"] == "synced"
    base, query = f"requisitions/{claim}", {"project_id": project}
    item = procore.read(f"{base}/contract_items", **query)[0]["id"]
    package = procore.app.tables.all("change_order_packages")[0]["id"]
    taken = {**query, "change_order_package_id": package}
    v2 = f"/rest/v2.0/companies/{COMPANY}/projects/{project}/requisitions/{claim}/payment_details"
    one = {"requisition_contract_item": {"comment": "x"}}
    refused = [
        patch(procore, contract, claim, status="approved"),
        patch(procore, contract, claim, "v1.0", comment="x"),
        procore.call("PATCH", f"{base}/bulk_item_update", params=query, json={"requisition_items": [{"id": item}]}),
        procore.call("PATCH", f"{base}/contract_items/{item}", params=query, json=one),
        procore.call("POST", f"{base}/add_change_order_package", params=taken),
        procore.call("DELETE", f"{base}/remove_change_order_package", params=taken),
        procore.call("DELETE", base, params=query),
    ]
    text = "The invoice is not editable because it has been synced with ERP"
    assert [answer.status_code for answer in refused] == [422] * 7
    assert {str(answer.json()) for answer in refused} == {str({"errors": {"base": [text]}})}
    assert procore.patch(v2, {"due_date": None}).status_code == 422
    assert patch(procore, contract, claim, origin_id=None).json()["erp_status"] == "unsynced"
    assert patch(procore, contract, claim, status="approved").status_code == 200


@pytest.mark.parametrize("value", ["lots", "NaN", "1e40", [], {}, True, "Infinity"])
@pytest.mark.parametrize("name", ["work_completed_this_period", "subcontractor_claimed_amount", "new_materials"])
def test_amounts_that_are_none_change_nothing(procore: Procore, name: str, value: Any) -> None:
    contract, claim = make_claim(procore)
    before = procore.app.tables.dump()
    answer = patch(procore, contract, claim["id"], items=[{"id": claim["items"][0]["id"], name: value}])
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [name])
    assert procore.app.tables.dump() == before


def test_header_takes_scalars_only(procore: Procore) -> None:
    contract, claim = make_claim(procore)
    given = {"invoice_number": [1], "comment": {"a": 1}, "billing_date": [], "final": {}}
    answer = patch(procore, contract, claim["id"], **given).json()
    assert [answer[name] for name in given] == ["", None, None, False]
    assert patch(procore, contract, claim["id"], period_id=[]).status_code == 422
    assert patch(procore, contract, claim["id"], status={"a": 1}).status_code == 422
    assert patch(procore, contract, claim["id"], items={"a": 1}).status_code == 400
    assert patch(procore, contract, claim["id"], items=[{"id": "x"}]).status_code == 422


def test_new_rate_of_a_tax_code_reaches_the_figures(procore: Procore) -> None:
    [claim] = procore.read(PATH, project_id=procore.project("School"), view="extended")
    code = next(row for row in procore.app.tables.iterate("tax_codes") if row["code"] == "WA8")
    code["rate1"] = "10"
    [again] = procore.read(PATH, project_id=procore.project("School"), view="extended")
    assert claim["summary"]["tax_applicable_to_this_payment"] == "80.03"
    assert again["summary"]["tax_applicable_to_this_payment"] == "100.03"
    assert again["tax_summary"][0]["tax_code_rate"] == 0.1
