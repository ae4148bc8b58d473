"""What we made in Procore as one flat form: invoices of commitments line by line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.procore.claim_items import ClaimItem, CommitmentClaim
from sync.made_forms import standing_claim


def item(item_id: int, **more: Any) -> ClaimItem:
    wire = {"id": item_id, "item_type": "contract_item", "line_item_id": item_id + 40, "scheduled_value": "500.00"}
    return ClaimItem.from_wire({**wire, **more})


def wanted(key: str, work: str) -> dict[str, Any]:
    return {"key": key, "work": work, "retained": "0.00", "released": "0.00"}


def claim(*items: ClaimItem) -> CommitmentClaim:
    return CommitmentClaim("1", "786001", 1, "draft", "4402", None, "", "", Decimal("0.00"), items)


def test_what_stands_there_is_told_by_the_lines_that_were_written() -> None:
    standing = claim(
        item(11, work_completed_this_period="100.00"),
        item(
            13,
            item_type="whole_change_order_item",
            line_item_id=95,
            change_order_package_id=8,
            work_completed_this_period="150.00",
        ),
        item(14, work_completed_this_period="5.00"),
    )
    sent = [wanted("51", "90.00"), wanted("8/95", "100.00"), wanted("8/96", "20.00")]
    lines = standing_claim(standing, sent)["Line"]
    assert [(line["Id"], line["Amount"]) for line in lines] == [
        ("51", "100.00"),
        ("8/95", "130.00"),
        ("8/96", "20.00"),
        ("line 14", "5.00"),
    ]
