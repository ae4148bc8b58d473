"""Of any cost of the books: its parts add back to it, and the same document plans the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync.flows.expenses import split_by_customer
from tests.sync.flows.booked import (
    LOFTS,
    PLAZA,
    TOWER,
    booked,
    line,
    part_of,
    plan,
)

amounts = st.integers(-2_000_000, 2_000_000).map(lambda cents: str(Decimal(cents) / 100))
customers = st.sampled_from([LOFTS, PLAZA, TOWER, ""])
taxes = st.integers(0, 90_000).map(lambda cents: str(Decimal(cents) / 100))


@given(st.lists(st.tuples(amounts, customers), min_size=1, max_size=12), taxes, st.booleans())
def test_the_parts_add_back_to_the_job_cost(lines: list[tuple[str, str]], tax: str, is_credit: bool) -> None:
    kind: Any = "VendorCredit" if is_credit else "Bill"
    cost = booked(*(line(amount, customer=customer) for amount, customer in lines), tax=tax, kind=kind)
    parts = [part_of(cost, part) for part in split_by_customer(cost)]
    job_cost = sum((part.amount for part in parts), Decimal(0))
    sign = -1 if is_credit else 1
    overhead = [Decimal(amount) for amount, customer in lines if not customer]
    everything = sign * (sum((Decimal(amount) for amount, _ in lines), Decimal(0)) + Decimal(tax))
    if not overhead and all(Decimal(amount) for amount, _ in lines):
        assert job_cost == everything
    if Decimal(tax) == 0:
        assert job_cost == everything - sign * sum(overhead, Decimal(0))


@given(st.lists(st.tuples(amounts, customers), min_size=1, max_size=8), taxes)
def test_the_same_document_gives_the_same_plan(lines: list[tuple[str, str]], tax: str) -> None:
    cost = booked(*(line(amount, customer=customer) for amount, customer in lines), tax=tax)
    for part in split_by_customer(cost):
        first = plan(part_of(cost, part))
        assert first == plan(part_of(cost, part))
        if first.document is not None:
            assert first.document.total == part_of(cost, part).amount
