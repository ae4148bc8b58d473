"""What holds for every prime contract: totals to the cent, retention that balances, no dependence on order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.procore.records_owner import OwnerInvoice
from mapping.defaults import OWNER_LINES, OWNER_RETENTION_LINES, Choice
from sync.merge import fingerprint
from tests.sync.flows.contracts import ZERO, Billed
from tests.sync.flows.owners import DEFAULTS, Books, Prime
from tests.sync.flows.test_bill_properties import LINES, cents_up_to


@st.composite
def contracts(draw: st.DrawFn) -> list[OwnerInvoice]:
    """Up to four invoices of up to three lines: work up and down, material stored and installed, retention kept at any
    rate and let go in part."""
    prime = Prime()
    invoices = []
    for _ in range(draw(st.integers(1, 4))):
        rows = [draw(rows_of(prime, name)) for name in LINES if draw(st.integers(0, 4))]
        invoices.append(prime.bill(*rows))
    return invoices


@st.composite
def rows_of(draw: st.DrawFn, prime: Prime, name: str) -> Billed:
    line = prime.lines.get(name)
    held, stored_held = (line.work_held, line.stored_held) if line else (ZERO, ZERO)
    work = Decimal(draw(st.integers(-20_000, 5_000_000))) / 100
    stored = draw(st.one_of(st.just(ZERO), cents_up_to(30_000)))
    share = Decimal(draw(st.integers(0, 100))) / 100
    return Billed(
        name,
        work=work,
        stored=stored,
        retained=(work * share).quantize(ZERO),
        released=draw(st.one_of(st.just(ZERO), st.just(held), cents_up_to(max(held, ZERO)))),
        stored_held=(stored * share).quantize(ZERO),
        stored_released=draw(st.one_of(st.just(ZERO), cents_up_to(stored_held))),
    )


@given(contracts(), st.sampled_from(["document", "line"]), st.sampled_from(["line", "summary"]))
@settings(max_examples=100)
def test_every_invoice_comes_to_due_and_retention_balances(
    invoices: list[OwnerInvoice], retention: str, lines: str
) -> None:
    picked = {OWNER_RETENTION_LINES.key: Choice(retention, ""), OWNER_LINES.key: Choice(lines, "")}
    books = Books(defaults=replace(DEFAULTS, choices={**DEFAULTS.choices, **picked}))
    books.offer_all(invoices)
    for invoice in invoices:
        sale = books.sales.get(invoice.id)
        if sale is None:
            assert books.plan(invoice).blockers[0].code == "nothing_to_post"
            continue
        assert sale.total == invoice.due
        assert sale.is_credit == (sale.total < ZERO)
        sign = -1 if sale.is_credit else 1
        assert sign * sum(line["Amount"] for line in sale.to_wire()["Line"]) == sale.total
    last = invoices[-1]
    kept = [line for sale in books.sales.values() for line in sale.lines if line.role in ("retained", "released")]
    sold = [line for sale in books.sales.values() for line in sale.lines if line.role == "sale"]
    assert -sum((line.amount for line in kept), ZERO) == last.retainage == books.ledger.retainage
    assert sum((line.amount for line in sold), ZERO) == last.completed
    assert books.ledger.earned == last.earned


@given(contracts(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_of_arrival_does_not_matter_and_equal_input_gives_equal_output(
    invoices: list[OwnerInvoice], random: Random
) -> None:
    in_order, shuffled = Books(), Books()
    in_order.offer_all(invoices)
    arrived = list(invoices)
    random.shuffle(arrived)
    shuffled.offer_all(arrived)
    assert shuffled.sales == in_order.sales
    for invoice in invoices:
        again = in_order.plan(invoice)
        assert again == in_order.plan(invoice)
        if invoice.id in in_order.sales:
            assert fingerprint(again.document) == fingerprint(in_order.sales[invoice.id])
