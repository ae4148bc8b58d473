"""Subcontracts, purchase orders, their lines and change orders."""

from __future__ import annotations

from tests.connectors.sandbox.procore.conftest import Procore


def test_thin_list_does_not_tell_the_kinds_apart(procore: Procore) -> None:
    [row] = procore.read("commitments", project_id=procore.project())
    assert (row["number"], row["status"]) == ("SC-001", "Approved")
    assert row["vendor"] == {"id": procore.vendor(), "name": "Example Concrete LLC"}
    assert "type" not in row


def test_kinds_have_lists_of_their_own(procore: Procore) -> None:
    clinic, school = procore.project(), procore.project("School")
    assert [row["number"] for row in procore.read("work_order_contracts", project_id=clinic)] == ["SC-001"]
    assert procore.read("purchase_order_contracts", project_id=clinic) == []
    assert [row["number"] for row in procore.read("purchase_order_contracts", project_id=school)] == ["PO-001"]
    assert procore.get(f"purchase_order_contracts/{procore.commitment()}", project_id=clinic).status_code == 404


def test_vendor_name_of_a_contract_stands_under_company(procore: Procore) -> None:
    [row] = procore.read("work_order_contracts", project_id=procore.project())
    assert row["vendor"] == {"id": procore.vendor(), "company": "Example Concrete LLC"}


def test_sums_count_approved_change_orders_and_approved_claims(procore: Procore) -> None:
    [row] = procore.read("work_order_contracts", project_id=procore.project())
    assert (row["grand_total"], row["approved_change_orders"], row["revised_contract"]) == (
        "100000.0",
        "5000.0",
        "105000.0",
    )
    assert row["total_requisitions_amount"] == "51300.0"
    assert row["retainage_percent"] == "10.0"
    [order] = procore.read("purchase_order_contracts", project_id=procore.project("School"))
    assert (order["grand_total"], order["retainage_percent"]) == ("1234.56", "0.0")


def test_compact_list_leaves_out_what_the_show_has(procore: Procore) -> None:
    [compact] = procore.read("work_order_contracts", project_id=procore.project())
    [extended] = procore.read("work_order_contracts", project_id=procore.project(), view="extended")
    whole = procore.read(f"work_order_contracts/{procore.commitment()}", project_id=procore.project())
    assert extended == whole
    assert {"line_items", "change_order_packages", "custom_fields"} <= set(whole) - set(compact)
    assert procore.get("work_order_contracts", project_id=procore.project(), view="x").status_code == 400


def test_lines_carry_the_cost_code_whole_and_no_unit_of_measure(procore: Procore) -> None:
    path = f"work_order_contracts/{procore.commitment()}/line_items"
    slab, foundations = procore.read(path, project_id=procore.project())
    assert (slab["description"], slab["amount"], slab["extended_type"]) == ("Slab", "60000.0", "manual")
    assert slab["cost_code"]["full_code"] == "03-300"
    assert slab["wbs_code"]["flat_code"] == "03-300.C"
    assert slab["line_item_type"]["base_type"] == "commitment"
    assert slab["holder"] == {"id": procore.commitment(), "holder_type": "WorkOrderContract"}
    assert "uom" not in slab
    assert procore.read(f"{path}/{foundations['id']}", project_id=procore.project()) == foundations
    query = {"filters[cost_code_id]": slab["cost_code"]["id"]}
    assert procore.read(path, project_id=procore.project(), **query) == [slab]


def test_taxed_line_names_its_tax_code(procore: Procore) -> None:
    path = f"purchase_order_contracts/{procore.commitment('PO-001')}/line_items"
    [line] = procore.read(path, project_id=procore.project("School"))
    code = next(row for row in procore.app.tables.iterate("tax_codes") if row["id"] == line["tax_code_id"])
    assert code["code"] == "WA8"
    assert line["line_item_type"]["base_type"] == "materials"


def test_change_order_package_has_its_lines(procore: Procore) -> None:
    project = procore.project()
    [package] = procore.read("change_order_packages", project_id=project, contract_id=procore.commitment())
    assert (package["number"], package["status"], package["grand_total"]) == ("001", "approved", "5000.0")
    shown = procore.read(f"change_order_packages/{package['id']}", project_id=project)
    assert [line["description"] for line in shown["line_items"]] == ["Thicker slab"]
    assert procore.read("change_order_packages", project_id=procore.project("School")) == []
    answer = procore.get(f"change_order_packages/{package['id']}", project_id=procore.project("School"))
    assert answer.status_code == 404


def test_commitment_shown_singly_says_its_kind(procore: Procore) -> None:
    shown = procore.read(f"commitments/{procore.commitment()}", project_id=procore.project())
    assert shown["type"] == "WorkOrderContract"
    assert shown["vendor"]["name"] == "Example Concrete LLC"


def test_materials_can_be_set_to_move(procore: Procore) -> None:
    path = f"projects/{procore.project()}/contracts/{procore.commitment()}/invoice_configuration"
    assert procore.read(path)["move_materials_to_previous_work_completed"] is False
    body = {"invoice_configuration": {"move_materials_to_previous_work_completed": True}}
    assert procore.patch(path, body).json()["move_materials_to_previous_work_completed"] is True
    assert procore.read(path)["commitment_has_invoices"] is True
