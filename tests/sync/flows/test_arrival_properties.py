"""Events in any order end in the same state, for what depends on other documents: edited claims, payments that share a
tax, bills of one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.procore.records import Requisition
from smoothx.lib.money import ZERO
from sync.flows._ordered import Order
from sync.flows._paid import Settled, TaxedDocument
from tests.sync.flows import test_bill_payments as payments
from tests.sync.flows import test_order_bills as orders
from tests.sync.flows.contracts import Books, amount
from tests.sync.flows.drawn import CLAIM_LINES
from tests.sync.flows.test_bill_properties import TAXES, bill_all

CLAIMS = st.lists(st.tuples(CLAIM_LINES, TAXES), min_size=2, max_size=4)
RANDOMS = st.randoms(use_true_random=False)
FEW = settings(max_examples=40)


def shuffled(random: Random, found: Sequence[Any]) -> list[Any]:
    return random.sample(found, len(found))


def offer_until_still(books: Books, claims: Sequence[Requisition]) -> None:
    """As the engine does: a claim that waits is looked at again once the one before it stands, and so is a posted one
    once that changed."""
    before = None
    while books.bills != before:
        before = dict(books.bills)
        for claim in claims:
            if books.offer(claim).document is None:
                forget(books, claim)


def forget(books: Books, claim: Requisition) -> None:
    """What comes to nothing any more is taken away, and what only waits stays as it was posted."""
    if claim.id in books.bills and [each.code for each in books.plan(claim).blockers] == ["nothing_to_post"]:
        books.delete(claim)


@given(CLAIMS, st.tuples(CLAIM_LINES, TAXES), st.data(), RANDOMS)
@FEW
def test_claims_edited_after_they_were_posted_end_alike_in_whatever_order_that_is_heard(
    claims: list[Any], edit: Any, data: st.DataObject, random: Random
) -> None:
    place = data.draw(st.integers(0, len(claims) - 1))
    edited = bill_all([*claims[:place], edit, *claims[place + 1 :]])
    straight, late = Books(), Books()
    offer_until_still(straight, edited)
    late.offer_all(shuffled(random, bill_all(claims)))
    offer_until_still(late, shuffled(random, edited))
    assert late.bills == straight.bills
    assert late.ledger.retainage == straight.ledger.retainage


@given(st.lists(st.integers(1, 400_000), min_size=2, max_size=5), st.integers(1, 25), RANDOMS)
@FEW
def test_payments_of_a_taxed_bill_come_to_the_same_in_any_order(
    values: list[int], percent: int, random: Random
) -> None:
    """Each that comes has the others looked at again, with all that is known by then."""
    amounts = [Decimal(value) / 100 for value in values]
    whole = sum(amounts, ZERO)
    tax = (whole * percent / 100).quantize(Decimal("0.01"))
    settled = [
        Settled(date(2026, 9, 1) + timedelta(days=place % 2), str(118 + place), each)
        for place, each in enumerate(amounts)
    ]

    def arrive(order: Sequence[Settled]) -> dict[str, Decimal]:
        paid: dict[str, Decimal] = {}
        for count in range(1, len(order) + 1):
            known = TaxedDocument(whole, tax, tuple(sorted(order[:count], key=lambda each: each.order)))
            paid = {each.payment_id: _paid_by(each, known) for each in order[:count]}
        return paid

    in_order = arrive(settled)
    assert arrive(shuffled(random, settled)) == in_order
    assert sum(in_order.values(), ZERO) == whole - tax


def _paid_by(each: Settled, known: TaxedDocument) -> Decimal:
    value = str(each.amount)
    paid = payments.payment(("Bill", "234", value), id=each.payment_id, total=value)
    part = replace(payments.part_of(paid, taxed=known), payment_id=each.payment_id)
    document = payments.plan(part).document
    return document.amount if document is not None else ZERO


@given(
    st.lists(st.tuples(st.sampled_from(["1", "2"]), st.integers(10, 900), st.integers(0, 10)), min_size=2, max_size=5),
    RANDOMS,
)
@FEW
def test_bills_of_one_order_bill_and_hold_the_same_in_any_order(
    bills: list[tuple[str, int, int]], random: Random
) -> None:
    def arrive(order: Sequence[tuple[str, int, int]]) -> tuple[Order, dict[Any, Any]]:
        known = replace(orders.ORDER, lines=(orders.order_line("1", "51", 9000), orders.order_line("2", "52", 9000)))
        made: dict[Any, Any] = {}
        for each in order:
            row, value, percent = each
            held = value * percent // 100
            retention = [orders.line(-held, order="", account=orders.HELD)] if held else []
            document = orders.plan(orders.part(orders.line(value, row=row), *retention, order=known)).document
            made[each] = document.to_wire()["items"]
            known = _received(known, made[each])
        return known, made

    assert arrive(shuffled(random, bills)) == arrive(bills)


def _received(order: Order, items: Sequence[dict[str, Any]]) -> Order:
    """The order's lines as the commitment states them after an invoice."""
    by_key = {item["key"]: item for item in items}
    return replace(
        order,
        lines=tuple(
            replace(
                line,
                completed=line.completed + amount(by_key[line.key]["work"]),
                held=line.held + amount(by_key[line.key]["retained"]) - amount(by_key[line.key]["released"]),
            )
            if line.key in by_key
            else line
            for line in order.lines
        ),
    )
