"""Writing subcontractor invoices over the API."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.connectors.sandbox.procore.conftest import Procore

PATH = "/rest/v1.1/requisitions"


def create(procore: Procore, **attributes: Any) -> requests.Response:
    body = {"project_id": procore.project(), "commitment_id": procore.commitment(), "requisition": attributes}
    return procore.post(f"{PATH}?view=extended", body)


def update(procore: Procore, number: int, **attributes: Any) -> requests.Response:
    body = {"project_id": procore.project(), "commitment_id": procore.commitment(), "requisition": attributes}
    return procore.patch(f"{PATH}/{procore.requisition(number)}?view=extended", body)


def items(procore: Procore, number: int) -> list[dict[str, Any]]:
    path = f"{PATH}/{procore.requisition(number)}"
    return procore.read(path, project_id=procore.project(), view="items")["items"]


def write(procore: Procore, number: int, line: int, **values: Any) -> requests.Response:
    item = items(procore, number)[line]
    return update(procore, number, items=[{"id": item["id"], "item_type": item["item_type"], **values}])


def test_created_claim_is_filled_from_the_contract_and_the_claim_before(procore: Procore) -> None:
    answer = create(procore, invoice_number=1004, billing_date="2026-10-31", status="draft")
    claim = answer.json()
    assert answer.status_code == 201
    assert (claim["number"], claim["invoice_number"], claim["status"]) == (4, "1004", "draft")
    assert claim["previous_requisition_id"] == procore.requisition(3)
    assert [row["work_completed_from_previous_application"] for row in claim["items"]] == [
        "48000.00",
        "10000.00",
        "2000.00",
    ]
    assert {row["work_completed_this_period"] for row in claim["items"]} == {"0.00"}
    assert claim["summary"]["current_payment_due"] == "0.00"
    assert claim["created_by"]["name"] == "Jordan Reyes"


def test_created_claim_takes_amounts_by_contract_line(procore: Procore) -> None:
    slab = items(procore, 3)[0]["line_item_id"]
    entered = {"line_item_id": slab, "item_type": "contract_item", "work_completed_this_period": "1000.55"}
    claim = create(procore, items=[entered]).json()
    assert claim["items"][0]["work_completed_retainage_retained_this_period"] == "100.06"
    assert claim["summary"]["current_payment_due"] == "900.49"


def test_period_gives_the_dates(procore: Procore) -> None:
    period = next(row for row in procore.app.tables.of("billing_periods", procore.project()))
    claim = create(procore, period_id=period["id"], requisition_end="2026-07-15").json()
    assert (claim["requisition_start"], claim["requisition_end"]) == ("2026-07-01", "2026-07-15")
    assert create(procore, period_id=5).status_code == 422


def test_failed_creation_leaves_nothing(procore: Procore) -> None:
    assert create(procore, items=[{"line_item_id": 5, "item_type": "contract_item"}]).status_code == 422
    assert create(procore, status="rejected").status_code == 422
    assert len(procore.read(PATH, project_id=procore.project())) == 3


def test_first_version_ignores_items(procore: Procore) -> None:
    body = {
        "project_id": procore.project(),
        "commitment_id": procore.commitment(),
        "requisition": {"items": [{"line_item_id": 5}]},
    }
    assert procore.post("requisitions", body).status_code == 201


def test_status_can_be_set_alone(procore: Procore) -> None:
    answer = update(procore, 3, status="approved_as_noted")
    assert (answer.status_code, answer.json()["status"]) == (200, "approved_as_noted")
    assert update(procore, 3, status="rejected").json() == {"errors": {"status": ["is not included in the list"]}}


def test_update_has_to_name_project_and_contract(procore: Procore) -> None:
    path = f"{PATH}/{procore.requisition(3)}"
    change = {"requisition": {"status": "approved"}}
    assert procore.patch(path, change).status_code == 400
    assert procore.patch(path, {"project_id": procore.project(), **change}).status_code == 400
    wrong = {"project_id": procore.project(), "commitment_id": procore.commitment("PO-001"), **change}
    assert procore.patch(path, wrong).status_code == 404


def test_malformed_date_becomes_null(procore: Procore) -> None:
    assert update(procore, 3, billing_date="soon").json()["billing_date"] is None


# --- retainage write rules


def test_work_is_retained_at_the_percent(procore: Procore) -> None:
    [slab, *_] = write(procore, 3, 0, work_completed_this_period="2000.05").json()["items"]
    assert slab["work_completed_retainage_retained_this_period"] == "200.01"
    assert slab["work_completed_retainage_percent_this_period"] == "10.00"


def test_percent_is_taken_when_no_amount_is_given(procore: Procore) -> None:
    [slab, *_] = write(procore, 3, 0, work_completed_retainage_percent_this_period="5").json()["items"]
    assert slab["work_completed_retainage_retained_this_period"] == "150.00"
    assert slab["work_completed_retainage_percent_this_period"] == "5.00"


def test_amount_wins_over_percent(procore: Procore) -> None:
    values = {
        "work_completed_retainage_percent_this_period": "5",
        "work_completed_retainage_retained_this_period": "600",
    }
    [slab, *_] = write(procore, 3, 0, **values).json()["items"]
    assert slab["work_completed_retainage_retained_this_period"] == "600.00"
    assert slab["work_completed_retainage_percent_this_period"] == "20.00"


def test_nothing_can_be_retained_without_work(procore: Procore) -> None:
    _, foundations, _ = write(procore, 3, 1, work_completed_retainage_retained_this_period="50").json()["items"]
    assert foundations["work_completed_retainage_retained_this_period"] == "0.00"


def test_retained_amount_can_be_nothing(procore: Procore) -> None:
    [slab, *_] = write(procore, 3, 0, work_completed_retainage_retained_this_period="0").json()["items"]
    assert slab["work_completed_retainage_retained_this_period"] == "0.00"


def test_new_and_stored_materials_override_what_is_presently_stored(procore: Procore) -> None:
    values = {"materials_presently_stored": "1", "new_materials": "300.00", "stored_materials": "200.00"}
    _, foundations, _ = write(procore, 3, 1, **values).json()["items"]
    assert foundations["materials_presently_stored"] == "500.00"
    assert foundations["materials_stored_retainage_currently_retained"] == "50.00"
    values = {"materials_stored_retainage_currently_retained": "12.34"}
    _, foundations, _ = write(procore, 3, 1, **values).json()["items"]
    assert foundations["materials_stored_retainage_currently_retained"] == "12.34"
    assert foundations["materials_presently_stored"] == "500.00"


def test_no_more_is_released_than_is_held(procore: Procore) -> None:
    answer = write(procore, 3, 0, work_completed_retainage_released_this_period="4800.00")
    assert answer.json()["items"][0]["work_completed_retainage_released_this_period"] == "4800.00"
    for amount in ("4800.01", "-1"):
        assert write(procore, 3, 0, work_completed_retainage_released_this_period=amount).status_code == 422


@pytest.mark.parametrize(
    "values",
    [{"work_completed_this_period": "a lot"}, {"status": "maybe"}, {"id": 5}, {"item_type": "contract_detail_item"}],
)
def test_bad_items_are_refused_and_nothing_of_the_write_is_kept(procore: Procore, values: dict[str, Any]) -> None:
    slab, foundations, _ = items(procore, 3)
    good = {"id": slab["id"], "item_type": "contract_item", "work_completed_this_period": "1"}
    bad = {"id": foundations["id"], "item_type": "contract_item", **values}
    assert update(procore, 3, invoice_number="changed", items=[good, bad]).status_code == 422
    assert items(procore, 3)[0] == slab
    shown = procore.read(f"{PATH}/{procore.requisition(3)}", project_id=procore.project())
    assert shown["invoice_number"] == "EC-1003"


def test_bulk_update_answers_without_a_body(procore: Procore) -> None:
    slab = items(procore, 3)[0]
    path = f"requisitions/{procore.requisition(3)}/bulk_item_update?project_id={procore.project()}"
    entered = {"id": slab["id"], "item_type": "contract_item", "comment": "half", "status": "rejected"}
    answer = procore.patch(path, {"requisition_items": [entered]})
    assert (answer.status_code, answer.content) == (200, b"")
    changed = items(procore, 3)[0]
    assert (changed["comment"], changed["status"]) == ("half", "rejected")
    assert changed["work_completed_this_period"] == "3000.00"


# --- locks, deletion, change orders


def test_origin_id_locks_the_invoice_until_it_is_cleared(procore: Procore) -> None:
    locked = update(procore, 3, origin_id="bill-7").json()
    assert (locked["origin_id"], locked["erp_status"], locked["deletable"]) == ("bill-7", "synced", False)
    message = "The invoice is not editable because it has been synced with ERP"
    answer = update(procore, 3, status="approved")
    assert (answer.status_code, answer.json()) == (422, {"errors": {"base": [message]}})
    assert procore.act("approve_claim", requisition_id=procore.requisition(3)).json() == {"error": message}
    query = f"?project_id={procore.project()}"
    assert procore.call("DELETE", f"{PATH}/{procore.requisition(3)}{query}").status_code == 422
    assert update(procore, 3, origin_id=None).status_code == 200
    assert update(procore, 3, status="approved").status_code == 200


def test_origin_id_is_unique(procore: Procore) -> None:
    update(procore, 3, origin_id="bill-7")
    answer = update(procore, 2, origin_id="bill-7")
    assert (answer.status_code, answer.json()) == (409, {"errors": {"origin_id": ["has already been taken"]}})


def test_only_the_last_open_invoice_can_be_deleted(procore: Procore) -> None:
    query = f"?project_id={procore.project()}"
    for number in (1, 2):
        assert procore.call("DELETE", f"{PATH}/{procore.requisition(number)}{query}").status_code == 422
    last = procore.requisition(3)
    answer = procore.call("DELETE", f"{PATH}/{last}{query}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert procore.call("GET", f"{PATH}/{last}{query}").status_code == 404


def test_approved_package_can_be_taken_off_and_put_back(procore: Procore) -> None:
    package = items(procore, 3)[2]["change_order_package_id"]
    query = f"project_id={procore.project()}&commitment_id={procore.commitment()}&change_order_package_id={package}"
    base = f"requisitions/{procore.requisition(3)}"
    assert procore.call("DELETE", f"{base}/remove_change_order_package?{query}").status_code == 200
    assert len(items(procore, 3)) == 2
    assert procore.summary(3)["net_change_by_change_orders"] == "0.00"
    answer = procore.call("POST", f"{base}/add_change_order_package?{query}")
    assert answer.status_code == 201
    assert [row["work_completed_from_previous_application"] for row in answer.json()] == ["2000.00"]
    procore.app.tables.get("change_order_packages", package)["status"] = "pending"
    assert procore.call("POST", f"{base}/add_change_order_package?{query}").status_code == 422


def test_moved_materials_count_as_work_before(procore: Procore) -> None:
    path = f"projects/{procore.project()}/contracts/{procore.commitment()}/invoice_configuration"
    procore.patch(path, {"invoice_configuration": {"move_materials_to_previous_work_completed": True}})
    write(procore, 3, 1, materials_presently_stored="700")
    claim = create(procore).json()
    foundations = claim["items"][1]
    assert claim["move_materials_to_previous_work_completed"] is True
    assert (foundations["materials_moved"], foundations["materials_retainage_retained_moved"]) == ("700.00", "70.00")
    assert foundations["work_completed_from_previous_application"] == "10700.00"
    assert foundations["materials_presently_stored"] == "0.00"
    assert claim["summary"]["current_payment_due"] == "0.00"
