"""Lines of subcontractor invoices: what of a commitment each bills, and what is written to it."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.procore.claim_items import ClaimItem, SplitLine, find_item, plan_items


def item(item_id: int, **more: Any) -> ClaimItem:
    wire = {"id": item_id, "item_type": "contract_item", "line_item_id": item_id + 40, "scheduled_value": "500.00"}
    return ClaimItem.from_wire({**wire, **more})


OWN = item(11)
CHANGED = item(12, item_type="change_order_item", commitment_line_item_id=91, change_order_package_id=7)
WHOLE = item(13, item_type="whole_change_order_item", line_item_id=95, change_order_package_id=8)
HALF = [item(n, item_type="contract_detail_item", line_item_id=60, detail_line_item_id=n) for n in (21, 22)]


def wanted(key: str, work: Any, retained: Any = 0, released: Any = 0) -> dict[str, Any]:
    return {"key": key, "work": work, "retained": retained, "released": released}


@pytest.mark.parametrize(
    ("key", "found"), [("51", OWN), ("7/91", CHANGED), ("8/95", WHOLE), ("8/96", WHOLE), ("91", None), ("7/92", None)]
)
def test_a_line_is_found_by_what_it_bills(key: str, found: ClaimItem | None) -> None:
    assert find_item(key, [OWN, CHANGED, WHOLE, *HALF]) is found


def test_a_line_with_a_detailed_schedule_of_values_is_none_that_could_be_billed() -> None:
    with pytest.raises(SplitLine):
        find_item("60", [OWN, *HALF])


def test_lines_billed_as_one_are_summed_and_the_rest_is_set_to_nothing() -> None:
    rows = [wanted("8/95", "100.00"), wanted("8/96", "20.00", retained="12.00")]
    first, whole = plan_items(rows, [OWN, WHOLE])
    assert (first.is_there, whole.is_there) == (True, False)
    assert whole.to_wire() == {
        "id": 13,
        "item_type": "whole_change_order_item",
        "work_completed_this_period": "120.00",
        "work_completed_retainage_retained_this_period": "12.00",
        "work_completed_retainage_released_this_period": "0.00",
    }
    assert first.to_wire()["work_completed_retainage_percent_this_period"] == "0"
    with pytest.raises(KeyError):
        plan_items([wanted("99", 1)], [OWN])


def test_a_thousand_lines_are_told_apart_and_what_stands_there_is_not_written_again() -> None:
    items = [item(n, work_completed_this_period="10.00" if n <= 600 else "0.00") for n in range(1, 1001)]
    writes = plan_items([wanted(str(n + 40), "10.00") for n in range(1, 1001)], items)
    assert [write.item.id for write in writes if not write.is_there] == [str(n) for n in range(601, 1001)]
