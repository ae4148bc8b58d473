"""The list of documents that QuickBooks has already: what it says of each pair."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.factories import make_entry, notice

pytestmark = pytest.mark.usefixtures("scope")


def test_each_pair_says_whether_it_fits_and_whether_its_number_is_another(approver: Any, client_of: Any) -> None:
    held = {"target_number": "FRM-1187", "amount": "1000.00", "date": "2026-02-27"}
    planned = {"document": {"entity": "Bill", "number": "FRM-1187", "total": "1000.00", "lines": []}}
    for number, there in enumerate(({}, {"target_number": "FRM 1187"}, {"target_number": ""}, {"amount": "990.00"})):
        found = {**held, "target_id": str(number), **there}
        make_entry("held", source_id=str(number), title=f"Invoice {number}", planned=planned,
                   notices=[notice("duplicate_number", "bill FRM-1187", **found)])  # fmt: skip
    page = client_of(approver).get("/activity/adopt/")
    said = {row["name"]: (row["misfit"], row["is_other_number"]) for row in page.context["rows"]}
    assert said == {
        "Invoice 0": ("", False),
        "Invoice 1": ("", True),
        "Invoice 2": ("", False),
        "Invoice 3": ("Its total differs by 10.00", False),
    }
    text = page.content.decode()
    assert (text.count("Same total, another number"), text.count("Same total<")) == (1, 2)
    assert page.context["rows"][0]["amount"] == Decimal("1000.00")
