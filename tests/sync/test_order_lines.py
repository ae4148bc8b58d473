"""Which line of an order in QuickBooks is which line of its commitment."""

from __future__ import annotations

from typing import Any

import pytest

from sync.order_lines import pair_lines


def line(amount: Any, text: str, line_id: str = "") -> dict[str, Any]:
    return {"Amount": amount, "Description": text, **({"Id": line_id} if line_id else {})}


@pytest.mark.parametrize(
    ("answered", "ids"),
    [
        ([line("10.0", "Slab", "1"), line(5, "Slab", "2"), line("5.00", "Slab ", "3")], ["1", "2", "3"]),
        # In another order only what no other line says is known.
        ([line(5, "Slab", "2"), line(10, "Slab", "1"), line(5, "Slab", "3")], ["1", "", ""]),
        ([line(10, "Slab", "1")], ["1", "", ""]),
        ([], ["", "", ""]),
    ],
)
def test_lines_are_paired_by_place_or_by_what_they_alone_say(answered: Any, ids: list[str]) -> None:
    sent = [line("10.00", "Slab"), line("5.00", "Slab"), line("5.00", "Slab")]
    assert pair_lines(sent, answered) == ids
