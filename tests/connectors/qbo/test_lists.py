"""QuickBooks' small lists, from reduced real bodies."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.exact_json import decode
from connectors.qbo.lists import Employee, RatePart, Sorting, TaxCode, TaxRate, Term, add_rates
from mapping.directory.items.quickbooks_lists import tax_code_item

WIRE = Path(__file__).resolve().parents[2] / "wire" / "qbo" / "lists"


def body(name: str) -> Any:
    return decode((WIRE / f"{name}.json").read_text())["body"]


def test_classes_and_locations() -> None:
    assert [Sorting.from_wire(wire) for wire in (*body("class"), *body("department"))] == [
        Sorting("2", "Design", "Design"),
        Sorting("5000000000000000031", "Steel (deleted)", "Design:Steel (deleted)", "2", is_active=False),
        Sorting("2", "Marketing Department", "Marketing Department"),
    ]


def test_employees() -> None:
    gone, ana = [Employee.from_wire(wire) for wire in body("employee")]
    assert gone == Employee("55", "Emily Platt (deleted)", "Emily", "", "Platt", is_active=False)
    assert ana == Employee(
        id="56",
        name="Ana B. Silva Jr",
        given_name="Ana",
        middle_name="B.",
        family_name="Silva",
        suffix="Jr",
        number="77",
        email="ana@example.com",
        phone="(555) 555-0177",
    )


def test_terms() -> None:
    assert [Term.from_wire(wire) for wire in body("term")] == [
        Term("3", "Net 30", due_days=30),
        Term("4", "15th of the month", due_day=15, is_active=False),
    ]


def test_rates_without_a_value_are_zero_or_the_last_period() -> None:
    rates = {rate.id: rate.percent for rate in map(TaxRate.from_wire, body("tax_rate"))}
    assert (rates["3"], rates["7"], rates["9"], rates["10"]) == (
        Decimal("9.975"),
        Decimal(0),
        Decimal(-20),
        Decimal("8.25"),
    )


@pytest.mark.parametrize(
    ("code", "use", "rate", "sales", "purchases"),
    [
        # Another rate on sales than on purchases: neither is the code's.
        ("2", "Sales and purchase", "", "9.975", "5"),
        ("TAX", "Sales", "", "", ""),
        ("4", "Sales", "7", "7", ""),
        ("5", "Purchase", "5", "", "5"),
        # 5 and then 9.975 % of 105.
        ("6", "Sales", "15.47375", "15.47375", ""),
        # 9.975 % of the 5.
        ("7", "Sales", "5.49875", "5.49875", ""),
        ("8", "Purchase", "0", "", "0"),
        ("9", "Sales", "", "", ""),
    ],
)
def test_what_a_tax_code_is_used_for_and_charges(code: str, use: str, rate: str, sales: str, purchases: str) -> None:
    rates = {rate.id: rate.percent for rate in map(TaxRate.from_wire, body("tax_rate"))}
    record = next(each for each in map(TaxCode.from_wire, body("tax_code")) if each.id == code)
    row = tax_code_item(record, rates)
    assert (row["subtype"], row["data"]["rate"]) == (use, rate)
    assert (row["data"]["sales_rate"], row["data"]["purchase_rate"]) == (sales, purchases)


def test_a_hidden_code_is_not_active() -> None:
    assert [code.id for code in map(TaxCode.from_wire, body("tax_code")) if not code.is_active] == ["10"]


percents = st.decimals(min_value=0, max_value=50, places=3)


@given(st.lists(percents, min_size=1, max_size=4))
def test_rates_on_the_amount_add_up_in_any_order(percent: list[Decimal]) -> None:
    rates = {str(number): value for number, value in enumerate(percent)}
    parts = tuple(RatePart(key, "TaxOnAmount", order) for order, key in enumerate(rates))
    assert add_rates(parts, rates) == sum(percent) == add_rates(parts[::-1], rates)


@given(percents, percents)
def test_a_tax_on_amount_and_tax_is_charged_on_both(first: Decimal, second: Decimal) -> None:
    parts = (RatePart("a", "TaxOnAmount", 0), RatePart("b", "TaxOnAmountPlusTax", 1))
    charged = add_rates(parts, {"a": first, "b": second})
    assert charged == first + second * (100 + first) / 100
