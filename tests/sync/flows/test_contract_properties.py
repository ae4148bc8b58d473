"""What holds for every commitment and prime contract: its order or estimate comes to what Procore states, or there is
none and a reason; equal input gives equal output."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from smoothx.lib.money import ZERO
from sync.flows.estimates import estimate_for
from sync.merge import fingerprint
from tests.sync.flows import test_estimates as estimates
from tests.sync.flows import test_purchase_orders as orders
from tests.sync.flows.contracts import codes_of
from tests.sync.flows.owners import DEFAULTS, MAPS

AMOUNTS = st.integers(-900_000, 9_000_000).map(lambda cents: Decimal(cents) / 100)
LINES = st.lists(st.tuples(AMOUNTS, st.sampled_from([801, 802])), min_size=1, max_size=6)
NOTHING = frozenset({"nothing_ordered", "nothing_to_post"})
FEW = settings(max_examples=30)


def wire_of(lines: list[tuple[Decimal, int]]) -> list[dict[str, Any]]:
    return [
        {"id": 51 + place, "amount": str(amount), "description": "Part", "cost_code": {"id": code}, "wbs_code": {}}
        for place, (amount, code) in enumerate(lines)
    ]


def check(made: Any, again: Any, stated: Decimal) -> None:
    assert made == again
    if made.document is None:
        assert stated < ZERO or NOTHING.intersection(codes_of(made))
        return
    document = made.document
    assert fingerprint(document) == fingerprint(again.document)
    assert document.total == stated
    assert sum((line["Amount"] for line in document.to_wire()["Line"]), ZERO) == stated


@given(LINES, LINES, st.integers(0, 1))
@FEW
def test_an_order_comes_to_the_revised_contract(lines: Any, changed: Any, count: int) -> None:
    total = sum((amount for amount, _ in lines), ZERO)
    change = sum((amount for amount, _ in changed), ZERO)
    packages = [{**orders.PACKAGE, "grand_total": str(change), "line_items": wire_of(changed)}] * count
    stated = total + change * count
    given_ = orders.commitment(packages=packages, line_items=wire_of(lines), revised_contract=str(stated))
    check(orders.plan(given_), orders.plan(given_), stated)


@given(LINES, AMOUNTS)
@FEW
def test_an_estimate_comes_to_the_revised_contract(lines: Any, change: Decimal) -> None:
    stated = sum((amount for amount, _ in lines), ZERO) + change
    told = {"approved_change_orders": str(change), "revised_contract_amount": str(stated)}
    given_ = estimates.contract(line_items=wire_of(lines), **told)
    made, again = (estimate_for(given_, MAPS, DEFAULTS) for _ in range(2))
    check(made, again, stated)
