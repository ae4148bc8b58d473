"""Which lines of a direct cost are written: the same lines again are none, and a changed line stays the same line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.procore.cost_lines import plan_lines
from connectors.procore.records_costs import DirectCostLine


def wanted(key: str, amount: str, text: str = "Work") -> dict[str, Any]:
    return {"key": key, "amount": amount, "description": text, "wbs_code_id": "5"}


def standing(line_id: str, amount: str, text: str = "Work", origin: str = "") -> DirectCostLine:
    value = Decimal(amount)
    return DirectCostLine(line_id, value, Decimal(1), value, text, "1", "M", "7", wbs_code_id="5", origin_id=origin)


def origin_of(key: str) -> str:
    return f"o-{key}"


def unlocked(key: str) -> str:
    return ""


def test_a_new_direct_cost_gets_all_its_lines() -> None:
    plan = plan_lines([wanted("1", "5.00")], [], cost_id="9", origin_of=origin_of)
    (row,) = plan.rows
    assert (row["direct_cost_id"], row["origin_id"], row["amount"], row["quantity"]) == (9, "o-1", Decimal("5.00"), 1)
    assert "origin_id" not in plan_lines([wanted("1", "5.00")], [], cost_id="9", origin_of=unlocked).rows[0]


def test_a_changed_line_is_found_by_its_origin_and_a_removed_one_is_surplus() -> None:
    there = [standing("71", "5.00", origin="o-1"), standing("72", "6.00", origin="o-2")]
    plan = plan_lines([wanted("2", "8.00")], there, cost_id="9", origin_of=origin_of)
    assert [(row["id"], row["amount"]) for row in plan.rows] == [(72, Decimal("8.00"))]
    assert plan.surplus == ("71",)


def test_without_origins_equal_lines_are_matched_one_by_one() -> None:
    there = [standing("71", "5.00"), standing("72", "5.00"), standing("73", "6.00")]
    plan = plan_lines(
        [wanted("1", "5.00"), wanted("2", "5.00"), wanted("3", "7.00")], there, cost_id="9", origin_of=unlocked
    )
    assert [(row["id"], row["amount"]) for row in plan.rows] == [(73, Decimal("7.00"))]
    assert plan.surplus == ()


amounts = st.integers(1, 5).map(lambda number: f"{number}.00")


@given(st.lists(amounts, max_size=8), st.lists(amounts, max_size=8), st.booleans())
def test_after_the_plan_the_lines_are_those_wanted(want: list[str], have: list[str], is_locked: bool) -> None:
    rows = [wanted(str(number), amount) for number, amount in enumerate(want)]
    lines = {str(100 + number): amount for number, amount in enumerate(have)}
    plan = plan_lines(
        rows,
        [standing(line_id, amount) for line_id, amount in lines.items()],
        cost_id="9",
        origin_of=origin_of if is_locked else unlocked,
    )
    for number, row in enumerate(plan.rows):
        lines[str(row.get("id", f"new {number}"))] = f"{row['amount']}"
    for line_id in plan.surplus:
        del lines[line_id]
    assert sorted(lines.values()) == sorted(want)
