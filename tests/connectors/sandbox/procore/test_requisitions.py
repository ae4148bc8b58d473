"""Reading subcontractor invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.procore.conftest import Procore

PATH = "/rest/v1.1/requisitions"


def list_claims(procore: Procore, **query: Any) -> list[dict[str, Any]]:
    return procore.read(PATH, project_id=procore.project(), **query)


def show(procore: Procore, number: int, view: str = "extended") -> dict[str, Any]:
    return procore.read(f"{PATH}/{procore.requisition(number)}", project_id=procore.project(), view=view)


def test_claims_are_chained_per_contract(procore: Procore) -> None:
    rows = list_claims(procore)
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert [row["previous_requisition_id"] for row in rows] == [None, rows[0]["id"], rows[1]["id"]]
    assert [row["deletable"] for row in rows] == [False, False, True]
    assert {row["commitment_type"] for row in rows} == {"WorkOrderContract"}


def test_header_of_the_second_claim(procore: Procore) -> None:
    claim = show(procore, 2, "default")
    assert claim["percent_complete"] == "54.29%"
    assert (claim["invoice_number"], claim["status"], claim["invoice_type"]) == ("EC-1002", "approved", "progress")
    assert (claim["requisition_start"], claim["billing_date"]) == ("2026-08-01", "2026-08-30")
    assert claim["contract_name"] == "Contract SC-001"
    assert (claim["vendor_id"], claim["vendor_name"]) == (procore.vendor(), "Example Concrete LLC")
    assert (claim["erp_status"], claim["origin_id"], claim["payment_date"]) == ("unsynced", None, None)
    summary = claim["summary"]
    assert summary["formatted_period"] == "08/01/26 - 08/30/26"
    assert summary["total_completed_and_stored_to_date"] == "57000.00"
    assert summary["less_previous_certificates_for_payment"] == "21600.00"
    assert summary["current_payment_due"] == "29700.00"
    assert summary["completed_work_retainage_percent"] == "10.00"
    assert summary["positive_new_change_order_item_total"] == "5000.00"


def test_views_differ_in_what_they_carry(procore: Procore) -> None:
    whole, items, default, header = (
        show(procore, 2, view) for view in ("extended", "items", "default", "header_only")
    )
    assert {"items", "item_packages", "summary_text"} == set(whole) - set(default)
    assert {"items", "item_packages"} == set(items) - set(default)
    assert "summary" not in header
    assert show(procore, 2, "action_policy") == default
    answer = procore.get(PATH, project_id=procore.project(), view="everything")
    assert answer.status_code == 400


def test_first_version_never_carries_lines(procore: Procore) -> None:
    [first, *_] = procore.read("requisitions", project_id=procore.project(), view="extended")
    assert "items" not in first
    assert first["summary"]["current_payment_due"] == "21600.00"


def test_items_show_stored_material_being_installed(procore: Procore) -> None:
    slab, foundations, change = show(procore, 2)["items"]
    assert [row["item_type"] for row in (slab, foundations, change)] == [
        "contract_item",
        "contract_item",
        "change_order_item",
    ]
    assert foundations["work_completed_this_period"] == "10000.00"
    assert foundations["materials_presently_stored"] == "0.00"
    assert foundations["materials_presently_stored_from_previous_progress"] == "4000.00"
    assert foundations["total_completed_and_stored_to_date_from_previous"] == "4000.00"
    assert foundations["total_completed_and_stored_to_date_percent"] == "25.00"
    assert (foundations["gross_amount"], foundations["net_amount"]) == ("6000.00", "5400.00")
    assert slab["work_completed_retainage_from_previous_application"] == "2000.00"
    assert slab["wbs_code"]["flat_code"] == "03-300.C"
    assert {"line_item_type", "vendor"}.isdisjoint(slab)
    assert change["change_order_package_id"] == show(procore, 2)["item_packages"][1]["change_order_id"]
    assert slab["previous_progress_id"] == show(procore, 1)["items"][0]["id"]


def test_packages_name_the_contract_first(procore: Procore) -> None:
    contract, change = show(procore, 2)["item_packages"]
    assert (contract["number"], contract["change_order_id"]) == ("SC-001", None)
    assert (change["title"], change["change_order_acronym_number"]) == ("Thicker slab", "CCO #001")


def test_detail_rows_have_what_an_accountant_needs(procore: Procore) -> None:
    path = f"requisitions/{procore.requisition(2)}/detail"
    _, foundations, _ = procore.read(path, project_id=procore.project())
    assert foundations["item_number"] == 2
    assert foundations["balance_to_finish"] == "30000.00"
    assert foundations["materials_stored_retainage_from_previous_application"] == "400.00"
    assert foundations["materials_stored_retainage_retained_this_period"] == "-400.00"
    assert foundations["total_retainage_from_previous_application"] == "400.00"
    assert foundations["total_retainage_currently_retained"] == "1000.00"


def test_items_can_be_listed_by_kind(procore: Procore) -> None:
    base, project = f"requisitions/{procore.requisition(2)}", procore.project()
    assert len(procore.read(f"{base}/contract_items", project_id=project)) == 2
    [change] = procore.read(f"{base}/change_order_items", project_id=project)
    assert procore.read(f"{base}/contract_detail_items", project_id=project) == []
    query = {"filters[change_order_id]": change["change_order_package_id"]}
    assert procore.read(f"{base}/change_order_items", project_id=project, **query) == [change]
    assert "gross_amount" not in change


def test_taxed_claim(procore: Procore) -> None:
    [claim] = procore.read(PATH, project_id=procore.project("School"), view="extended")
    assert claim["summary"]["tax_applicable_to_this_payment"] == "80.03"
    assert claim["summary"]["current_payment_due"] == "1000.33"
    [tax] = claim["tax_summary"]
    assert (tax["tax_code_name"], tax["tax_code_rate"], tax["applied_amount"]) == ("WA8", 0.08, "80.03")
    assert claim["items"][0]["taxes"] == [{key: tax[key] for key in ("tax_code_id", "tax_code_name", "tax_code_rate")}]


def test_filters(procore: Procore) -> None:
    def list_numbers(**filters: Any) -> list[int]:
        query = {f"filters[{name}]": value for name, value in filters.items()}
        return [row["number"] for row in list_claims(procore, **query)]

    claim = show(procore, 2)
    assert list_numbers(status="under_review") == [3]
    assert list_numbers(status=["approved", "under_review"]) == [1, 2, 3]
    assert list_numbers(is_last="true") == [3]
    assert list_numbers(is_last="false") == [1, 2]
    assert list_numbers(id=claim["id"]) == [2]
    assert list_numbers(period_id=claim["period_id"]) == [2]
    assert list_numbers(commitment_id=procore.commitment()) == [1, 2, 3]
    assert list_numbers(commitment_id=procore.commitment("PO-001")) == []
    assert list_numbers(updated_at=f"{claim['updated_at']}...{claim['updated_at']}") == [2]


def test_billing_periods_belong_to_the_project(procore: Procore) -> None:
    path = f"projects/{procore.project()}/billing_periods"
    rows = procore.read(path)
    assert [(row["start_date"], row["due_date"], row["status"]) for row in rows] == [
        ("2026-07-01", "2026-07-25", "closed"),
        ("2026-08-01", "2026-08-25", "closed"),
        ("2026-09-01", "2026-09-25", "open"),
    ]
    assert procore.read(f"{path}/{rows[0]['id']}") == rows[0]
    other = procore.project("School")
    assert procore.get(f"projects/{other}/billing_periods/{rows[0]['id']}").status_code == 404


def test_figures_follow_when_an_earlier_claim_changes(procore: Procore) -> None:
    """The later claim's own time does not move."""
    before = show(procore, 2)
    procore.act("edit_claim_line", requisition_id=procore.requisition(1), line=0, work="21000.00")
    after = show(procore, 2)
    assert procore.summary(1)["current_payment_due"] == "22500.00"
    assert after["summary"]["less_previous_certificates_for_payment"] == "22500.00"
    assert after["summary"]["total_earned_less_retainage"] == "52200.00"
    assert after["summary"]["current_payment_due"] == "29700.00"
    assert after["updated_at"] == before["updated_at"]


@pytest.mark.parametrize("status", ["approved", "approved_as_noted", "revise_and_resubmit", "draft"])
def test_person_sets_the_status(procore: Procore, status: str) -> None:
    claim = procore.requisition(3)
    answer = procore.act("set_claim_status", requisition_id=claim, status=status)
    assert answer.json()["status"] == status
    assert show(procore, 3)["status"] == status


def test_approving_moves_updated_at(procore: Procore) -> None:
    before = show(procore, 3)
    answer = procore.act("approve_claim", requisition_id=procore.requisition(3)).json()
    assert answer == {
        "id": procore.requisition(3),
        "number": 3,
        "invoice_number": "EC-1003",
        "status": "approved",
        "current_payment_due": "2700.00",
    }
    after = show(procore, 3)
    assert after["updated_at"] > before["updated_at"]
    assert after["deletable"] is False


def test_deleting_a_claim_in_the_middle_links_the_chain_anew(procore: Procore) -> None:
    first = procore.requisition(1)
    assert procore.act("delete_claim", requisition_id=procore.requisition(2)).json()["deleted"] is True
    last = show(procore, 3)
    assert last["previous_requisition_id"] == first
    assert last["summary"]["less_previous_certificates_for_payment"] == "21600.00"
    assert [row["number"] for row in list_claims(procore)] == [1, 3]


def test_person_adds_a_claim_that_carries_stored_material(procore: Procore) -> None:
    lines = [{"line": 0, "work": "1000.05"}, {"line": 1, "stored": "500"}]
    made = procore.act("add_claim", commitment_id=procore.commitment(), invoice_number="EC-9", lines=lines)
    assert made.status_code == 200
    claim = show(procore, 4)
    assert (claim["status"], claim["requisition_start"], claim["billing_date"]) == (
        "under_review",
        "2026-10-01",
        "2026-10-31",
    )
    # 1,000.05 less 100.01, 500.00 less 50.00.
    assert made.json()["current_payment_due"] == claim["summary"]["current_payment_due"] == "1350.04"
    made = procore.act("add_claim", commitment_id=procore.commitment(), invoice_number="EC-10", status="draft")
    carried = show(procore, 5)
    assert carried["items"][1]["materials_presently_stored"] == "500.00"
    assert made.json()["current_payment_due"] == "0.00"


def test_person_adds_a_claim_of_another_month(procore: Procore) -> None:
    given = {"commitment_id": procore.commitment(), "invoice_number": "EC-9"}
    assert procore.act("add_claim", **given, period_end="2027-02-28").status_code == 200
    claim = show(procore, 4)
    assert (claim["requisition_start"], claim["requisition_end"]) == ("2027-02-01", "2027-02-28")
    assert claim["billing_date"] == "2027-02-28"


def test_negative_claim_can_be_made(procore: Procore) -> None:
    lines = [{"line": 0, "work": "-2500.00"}]
    made = procore.act("add_claim", commitment_id=procore.commitment(), invoice_number="EC-9", lines=lines)
    assert made.json()["current_payment_due"] == "-2250.00"


def test_release_makes_a_retainage_release_claim(procore: Procore) -> None:
    held = [{"line": 0, "released": "4800"}, {"line": 1, "released": "1000"}, {"line": 2, "released": "200"}]
    procore.act("add_claim", commitment_id=procore.commitment(), invoice_number="EC-9", lines=held)
    claim = show(procore, 4)
    assert claim["invoice_type"] == "retainage_release"
    assert claim["summary"]["total_retainage"] == "0.00"
    assert Decimal(claim["summary"]["current_payment_due"]) == Decimal("6000.00")
    procore.act("edit_claim_line", requisition_id=claim["id"], line=0, work="100")
    assert show(procore, 4)["invoice_type"] == "progress_and_retainage_release"


def test_acts_that_make_no_sense_are_refused_and_change_nothing(procore: Procore) -> None:
    claim, commitment = procore.requisition(3), procore.commitment()
    refused = [
        procore.act("edit_claim_line", requisition_id=claim, line=0, released="4800.01"),
        procore.act("edit_claim_line", requisition_id=claim, line=7, work="1"),
        procore.act("edit_claim_line", requisition_id=claim, line=0, work="lots"),
        procore.act("set_claim_status", requisition_id=claim, status="rejected"),
        procore.act("approve_claim", requisition_id=5),
        procore.act("add_claim", commitment_id=commitment, invoice_number="x", lines=[{"line": 9, "work": "1"}]),
    ]
    assert {answer.status_code for answer in refused} == {409}
    assert [row["number"] for row in list_claims(procore)] == [1, 2, 3]
    assert procore.summary(3)["current_payment_due"] == "2700.00"
