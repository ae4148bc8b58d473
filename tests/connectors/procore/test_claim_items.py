"""Lines of subcontractor invoices: what of a commitment each bills, and what is written to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.procore.claim_items import (
    ClaimItem,
    CommitmentClaim,
    SplitLine,
    find_item,
    is_all_billed,
    plan_items,
)


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


def claim(number: int, status: str, *items: ClaimItem) -> CommitmentClaim:
    return CommitmentClaim("1", "2", number, status, "", None, "", "", Decimal(0), items)


def billed(amount: str, item_id: int = 1, scheduled: str = "500.00") -> ClaimItem:
    return item(item_id, scheduled_value=scheduled, total_completed_and_stored_to_date=amount)


ALL, CREDIT = billed("500.00"), billed("-100.00", 2, "-100.00")


@pytest.mark.parametrize(
    ("claims", "amount", "is_all"),
    [
        pytest.param([claim(1, "approved", ALL)], 500, True, id="every line"),
        pytest.param([claim(1, "approved", ALL, CREDIT)], 400, True, id="a line below zero too"),
        pytest.param([claim(1, "approved", ALL, billed("0", 2, "-100.00"))], 400, False, id="not the one below zero"),
        pytest.param([claim(1, "approved", billed("499.99"))], 500, False, id="a cent is left"),
        pytest.param([claim(1, "approved", billed("501.00"))], 500, True, id="more than all"),
        pytest.param([claim(1, "approved", ALL)], 900, False, id="a change order since"),
        pytest.param([claim(1, "approved", ALL), claim(2, "draft", billed("0"))], 500, True, id="a draft after it"),
        pytest.param([claim(1, "draft", ALL)], 500, False, id="a draft of all"),
        pytest.param([claim(2, "approved", ALL), claim(1, "approved", billed("1"))], 500, True, id="out of order"),
        pytest.param([claim(1, "approved")], 0, False, id="no lines"),
        pytest.param([], 0, False, id="no invoice"),
    ],
)
def test_whether_all_of_a_commitment_is_billed(claims: list[CommitmentClaim], amount: int, is_all: bool) -> None:
    assert is_all_billed(claims, Decimal(amount)) is is_all


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
