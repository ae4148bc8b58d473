"""What holds for every prime contract: totals to the cent, retention that balances, no dependence on order."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.procore.records_owner import OwnerInvoice
from mapping.defaults import OWNER_LINES, OWNER_RETENTION_LINES, Choice
from sync.merge import fingerprint
from tests.sync.flows.contracts import ZERO
from tests.sync.flows.drawn import CLAIM_LINES, Amounts, rows_of
from tests.sync.flows.owners import DEFAULTS, Books, Prime


def contracts() -> st.SearchStrategy[list[OwnerInvoice]]:
    """Up to four invoices of up to three lines: work up and down, material stored and installed, retention kept at any
    rate and let go in part."""
    return st.lists(CLAIM_LINES, min_size=1, max_size=4).map(bill_all)


def bill_all(invoices: list[dict[str, Amounts | None]]) -> list[OwnerInvoice]:
    prime = Prime()
    return [prime.bill(*rows_of(prime, lines)) for lines in invoices]


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
