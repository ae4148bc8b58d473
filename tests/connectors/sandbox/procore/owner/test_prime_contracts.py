"""Prime contracts and their lines, in v1 and v2."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.connectors.sandbox.procore.conftest import COMPANY, Procore
from tests.connectors.sandbox.procore.openapi import list_absent_members, list_schema_problems
from tests.connectors.sandbox.procore.owner.conftest import prime, snapshot, wbs_code


def create(procore: Procore, **attributes: Any) -> requests.Response:
    return procore.post("prime_contract", {"project_id": procore.project(), "prime_contract": attributes})


def update(procore: Procore, contract_id: int, **attributes: Any) -> requests.Response:
    body = {"project_id": procore.project(), "prime_contract": attributes}
    return procore.patch(f"prime_contract/{contract_id}", body)


def v2(procore: Procore, path: str = "") -> str:
    return f"/rest/v2.0/companies/{COMPANY}/projects/{procore.project()}/prime_contracts{path}"


def test_list_carries_the_owner_as_a_whole_company(procore: Procore) -> None:
    [contract] = procore.read("prime_contracts", project_id=procore.project())
    assert list_schema_problems("GET", "/rest/v1.0/prime_contracts", 200, [contract]) == []
    assert list_absent_members("GET", "/rest/v1.0/prime_contracts", 200, [contract]) == []
    known = {
        "number": "PC-1",
        "title": "Clinic for the city",
        "description": "<p>Clinic for the city</p>",
        "status": "Approved",
        "accounting_method": "amount",
        "retainage_percent": "10.0",
        "grand_total": "100000.0",
        "approved_change_orders": "5000.0",
        "pending_change_orders_amount": "0.0",
        "draft_change_orders_amount": "0.0",
        "revised_contract_amount": "105000.0",
        "pending_revised_contract_amount": "105000.0",
        "owner_invoices_amount": "51300.0",
        "total_payments": "21600.0",
        "outstanding_balance": "83400.0",
        "percentage_paid": "20.57",
        "has_change_order_packages": True,
        "custom_fields": {},
        "origin_id": None,
    }
    assert {name: contract[name] for name in known} == known
    assert (contract["vendor"]["name"], contract["vendor"]["is_active"]) == ("City of Bend", True)
    assert contract["contractor"]["name"] == "Summit Builders"
    assert "line_items" not in contract


def test_show_has_lines_change_orders_and_payments(procore: Procore) -> None:
    project = procore.project()
    shown = procore.read(f"prime_contract/{prime(procore)}", project_id=project)
    assert list_schema_problems("GET", "/rest/v1.0/prime_contract/{id}", 200, shown) == []
    assert list_absent_members("GET", "/rest/v1.0/prime_contract/{id}", 200, shown) == [
        "line_items/*/uom",
    ]
    assert [line["amount"] for line in shown["line_items"]] == ["60000.0", "40000.0"]
    assert shown["line_items"][0]["holder"] == {"id": prime(procore), "holder_type": "PrimeContract"}
    assert [row["number"] for row in shown["change_order_packages"]] == ["001"]
    [payment] = shown["payments_received"]
    assert (payment["amount"], payment["check_number"]) == ("21600.00", "88001")
    assert procore.read("prime_contract", project_id=project) == shown


def test_paths_are_singular_but_for_the_list(procore: Procore) -> None:
    project, contract = procore.project(), prime(procore)
    assert procore.get(f"prime_contracts/{contract}", project_id=project).status_code == 404
    assert procore.post("prime_contracts", {"project_id": project, "prime_contract": {}}).status_code == 404
    assert procore.get("prime_contract", project_id=procore.project("School")).status_code == 404
    assert procore.get("prime_contracts").status_code == 400


def test_list_filters(procore: Procore) -> None:
    project = procore.project()
    assert procore.read("prime_contracts", project_id=project, **{"filters[id]": 7}) == []
    wide = {"filters[updated_at]": "2020-01-01...2030-01-01"}
    assert len(procore.read("prime_contracts", project_id=project, **wide)) == 1


def test_contract_is_created_numbered_and_changed(procore: Procore) -> None:
    vendor = procore.vendor("City of Bend")
    answer = create(procore, title="Annex", vendor_id=vendor, retainage_percent=7.5, contract_date="soon")
    made = answer.json()
    assert answer.status_code == 201
    assert list_schema_problems("POST", "/rest/v1.0/prime_contract", 201, made) == []
    assert (made["number"], made["status"], made["retainage_percent"]) == ("2", "Draft", "7.5")
    assert (made["vendor"]["id"], made["contract_date"], made["position"]) == (vendor, None, 2)
    answer = update(procore, made["id"], description="<p>a &amp; b</p>", executed=True, vendor_id=None)
    changed = answer.json()
    assert (answer.status_code, changed["description"], changed["executed"]) == (200, "<p>a &amp; b</p>", True)
    assert changed["vendor"] is None


@pytest.mark.parametrize(
    "attributes",
    [
        {"status": "approved"},
        {"vendor_id": 5},
        {"vendor_id": [1]},
        {"architect_id": "x"},
        {"retainage_percent": "much"},
        {"retainage_percent": -1},
        {"accounting_method": "hours"},
    ],
)
def test_bad_values_are_refused_and_change_nothing(procore: Procore, attributes: dict[str, Any]) -> None:
    before = snapshot(procore)
    [field] = attributes
    for answer in (create(procore, **attributes), update(procore, prime(procore), **attributes)):
        assert answer.status_code == 422
        assert list(answer.json()["errors"]) == [field]
    assert snapshot(procore) == before


def test_approved_contract_keeps_owner_lines_and_itself(procore: Procore) -> None:
    project, contract = procore.project(), prime(procore)
    before = snapshot(procore)
    line = procore.app.tables.of("prime_lines", contract)[0]["id"]
    base = f"prime_contracts/{contract}/line_items"
    body = {"project_id": project, "line_item": {"amount": "1", "wbs_code_id": wbs_code(procore)}}
    query = f"?project_id={project}"
    for answer in (
        update(procore, contract, vendor_id=procore.vendor()),
        procore.call("DELETE", f"prime_contract/{contract}{query}"),
        procore.post(base, body),
        procore.patch(f"{base}/{line}", body),
        procore.call("DELETE", f"{base}/{line}{query}"),
    ):
        assert answer.status_code == 422
    synced = procore.patch(f"{base}/sync{query}", {"updates": [{"id": line, "amount": "2"}]})
    message = "The schedule of values cannot be changed while the contract is approved"
    assert synced.status_code == 200
    assert synced.json() == {
        "entities": [],
        "errors": [{"id": line, "amount": "2", "errors": {"base": [message]}}],
    }
    assert snapshot(procore) == before


def test_lines_are_written_while_the_contract_is_open(procore: Procore) -> None:
    project, contract = procore.project(), create(procore, title="Annex").json()["id"]
    base, query = f"prime_contracts/{contract}/line_items", f"?project_id={project}"
    code = wbs_code(procore)
    given = {"wbs_code_id": code, "quantity": "3", "unit_cost": "10.55", "description": "Doors"}
    answer = procore.post(base, {"project_id": project, "line_item": given})
    line = answer.json()
    assert answer.status_code == 201
    assert list_schema_problems("POST", "/rest/v1.0/prime_contracts/{x}/line_items", 201, line) == []
    assert (line["amount"], line["extended_type"], line["position"]) == ("31.65", "calculated", 1)
    assert "uom" not in line
    changed = procore.patch(
        f"{base}/{line['id']}", {"project_id": project, "line_item": {"amount": 40, "uom": "ea"}}
    ).json()
    assert (changed["amount"], changed["extended_type"], changed["uom"]) == ("40.0", "manual", "ea")
    row = procore.app.tables.get("wbs_codes", code)
    pair = {"cost_code_id": row["cost_code_id"], "line_item_type_id": row["line_item_type_id"]}
    rows = [{**pair, "amount": "5", "origin_id": "l-1"}, {"origin_id": "l-1", "amount": "6", **pair}, {"amount": 1}]
    synced = procore.patch(f"{base}/sync{query}", {"updates": rows}).json()
    assert [entity["amount"] for entity in synced["entities"]] == ["5.0", "6.0"]
    assert synced["errors"] == [{"amount": 1, "errors": {"wbs_code_id": ["can't be blank"]}}]
    listed = procore.read(base, project_id=project)
    assert list_schema_problems("GET", "/rest/v1.0/prime_contracts/{x}/line_items", 200, listed) == []
    assert [row["amount"] for row in listed] == ["40.0", "6.0"]
    assert procore.call("DELETE", f"{base}/{line['id']}{query}").content == b""
    assert procore.get(f"{base}/{line['id']}", project_id=project).status_code == 404
    assert procore.call("DELETE", f"prime_contract/{contract}{query}").status_code == 200
    assert not procore.app.tables.of("prime_lines", contract)


# --- v2


def test_v2_wraps_and_writes_ids_as_text(procore: Procore) -> None:
    answer = procore.get(v2(procore))
    [contract] = answer.json()["data"]
    assert (contract["id"], contract["vendor_id"]) == (str(prime(procore)), str(procore.vendor("City of Bend")))
    assert (answer.headers["Total"], answer.headers["Per-Page"]) == ("1", "10")
    extended = procore.read(v2(procore, f"/{prime(procore)}"), view="extended")["data"]
    assert extended["vendor"]["id"] == str(procore.vendor("City of Bend"))
    assert procore.get(v2(procore), view="odd").json()["error"]["code"] == "BAD_REQUEST"
    missing = procore.get(v2(procore, "/5"))
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_v2_writes_unwrapped_bodies(procore: Procore) -> None:
    made = procore.post(v2(procore), {"title": "Annex", "vendor_id": str(procore.vendor("City of Bend"))})
    assert made.status_code == 201
    contract = made.json()["data"]
    path = v2(procore, f"/{contract['id']}")
    line = procore.post(f"{path}/line_items", {"wbs_code_id": str(wbs_code(procore)), "amount": "12.5"})
    assert line.status_code == 201
    assert line.json()["data"]["wbs_code"]["id"] == str(wbs_code(procore))
    [listed] = procore.read(f"{path}/line_items")["data"]
    changed = procore.patch(f"{path}/line_items/{listed['id']}", {"amount": "13"}).json()["data"]
    assert changed["amount"] == "13.0"
    assert procore.call("DELETE", f"{path}/line_items/{listed['id']}").status_code == 204
    assert procore.patch(path, {"status": "Approved"}).json()["data"]["status"] == "Approved"
    assert procore.call("DELETE", path).status_code == 422
    assert procore.patch(path, {"status": "Draft"}).status_code == 200
    assert procore.call("DELETE", path).status_code == 204


def test_v2_summary(procore: Procore) -> None:
    summary = procore.read(v2(procore, f"/{prime(procore)}/summary"))
    template = "/rest/v2.0/companies/{c}/projects/{p}/prime_contracts/{id}/summary"
    assert list_schema_problems("GET", template, 200, summary) == []
    assert summary["data"]["total_invoices_amount"] == "51300.0"
    assert summary["data"]["total_payments_amount"] == "21600.0"


def test_pdf_is_asked_for_and_waited_for(procore: Procore) -> None:
    path = v2(procore, f"/{prime(procore)}/pdf")
    assert procore.get(path).status_code == 404
    started = procore.call("POST", path)
    assert (started.status_code, started.headers["Location"]) == (202, f"{procore.server.url}{path}")
    assert procore.get(path).status_code == 202
    done = procore.get(path)
    assert done.status_code == 302
    found = requests.get(done.headers["Location"], headers=procore.headers, timeout=10)
    assert found.content.startswith(b"%PDF-")


# --- change orders


def test_change_orders_share_their_path_with_those_of_commitments(procore: Procore) -> None:
    project = procore.project()
    [listed] = procore.read("change_order_packages", project_id=project, contract_id=prime(procore))
    assert (listed["grand_total"], listed["contract_id"], listed["status"]) == ("5000.0", prime(procore), "approved")
    others = procore.read("change_order_packages", project_id=project, contract_id=procore.commitment())
    everything = procore.read("change_order_packages", project_id=project)
    assert [row["id"] for row in everything] == [others[0]["id"], listed["id"]]
    shown = procore.read(f"change_order_packages/{listed['id']}", project_id=project)
    assert list_schema_problems("GET", "/rest/v1.0/change_order_packages/{id}", 200, shown) == []
    assert (shown["type"], shown["line_items"][0]["amount"]) == ("PrimeContractChangeOrder", "5000.0")
    locked = procore.patch(
        f"change_order_packages/{listed['id']}", {"project_id": project, "change_order": {"title": "x"}}
    )
    assert locked.status_code == 422


def test_change_order_enters_the_contract_and_the_invoice_when_approved(procore: Procore) -> None:
    project = procore.project()
    given = {"title": "Lights", "grand_total": "750.25", "status": "pending"}
    body = {"project_id": project, "contract_id": prime(procore), "change_order": given}
    made = procore.post("change_order_packages", body)
    assert made.status_code == 201
    [contract] = procore.read("prime_contracts", project_id=project)
    assert contract["pending_revised_contract_amount"] == "105750.25"
    path = f"change_order_packages/{made.json()['id']}"
    assert procore.patch(path, {"project_id": project, "change_order": {"status": "approved"}}).status_code == 200
    invoice = procore.act("add_owner_invoice", prime_contract_id=prime(procore)).json()
    rows = procore.read(f"payment_applications/{invoice['id']}", project_id=project)["g703"]
    assert rows[-1]["scheduled_value"] == "750.25"
    refused = procore.act("set_prime_change_order_status", package_id=made.json()["id"], status="pending")
    assert refused.status_code == 409


def test_change_orders_have_a_path_of_their_own_as_well(procore: Procore) -> None:
    base = f"projects/{procore.project()}/prime_change_orders"
    template = "/rest/v1.0/projects/{p}/prime_change_orders"
    [listed] = procore.read(base, **{"filters[contract_id]": prime(procore)})
    # The description gives the list the form of one of its rows.
    assert list_schema_problems("GET", template, 200, listed) == []
    assert (listed["grand_total"], listed["status"], listed["type"]) == ("5000.0", "approved", "PrimeChangeOrder")
    assert procore.read(base, **{"filters[status]": "draft"}) == []
    shown = procore.read(f"{base}/{listed['id']}", view="extended")
    assert list_schema_problems("GET", template + "/{id}", 200, shown) == []
    assert (shown["change_events"], shown["attachments"]) == ([], [])
    other = f"projects/{procore.project('School')}/prime_change_orders/{listed['id']}"
    assert procore.get(other).status_code == 404
