"""What holds for every contract: totals to the cent, retention that balances, and no dependence on order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.procore.records import Requisition
from mapping.kinds import COST_CODE_ACCOUNT
from sync.flows.bills import bill_for
from sync.merge import fingerprint
from tests.sync.flows.contracts import CODES, LINKS, ZERO, Billed, Books, Contract, opening_of
from tests.sync.flows.drawn import CLAIM_LINES, Amounts, cents, rows_of

TAXES = st.one_of(st.just(ZERO), cents(0, 999_900))


def contracts(*, fewest: int = 1) -> st.SearchStrategy[list[Requisition]]:
    """Up to five claims of up to three lines: work up and down, material stored and installed, retention kept at any
    rate and let go in part, tax."""
    return st.lists(st.tuples(CLAIM_LINES, TAXES), min_size=fewest, max_size=5).map(bill_all)


def bill_all(claims: list[tuple[dict[str, Amounts | None], Decimal]]) -> list[Requisition]:
    contract = Contract()
    return [contract.bill(*rows_of(contract, lines), tax=tax) for lines, tax in claims]


@given(contracts())
@settings(max_examples=80)
def test_every_bill_comes_to_due_plus_tax(claims: list[Requisition]) -> None:
    books = Books()
    books.offer_all(claims)
    for claim in claims:
        bill = books.bills.get(claim.id)
        if bill is None:
            assert books.plan(claim).blockers[0].code == "nothing_to_post"
            continue
        assert bill.total == claim.due + claim.tax
        assert bill.is_credit == (bill.total < ZERO)
        sign = -1 if bill.is_credit else 1
        assert sign * sum(line["Amount"] for line in bill.to_wire()["Line"]) == bill.total
        assert sum(line.tax for line in bill.lines) == claim.tax
        assert all(line.amount == line.amount.quantize(ZERO) for line in bill.lines)


@given(contracts())
@settings(max_examples=80)
def test_held_less_released_is_the_retention_of_the_last_claim(claims: list[Requisition]) -> None:
    books = Books()
    books.offer_all(claims)
    last = claims[-1]
    assert books.ledger.retainage == last.retainage
    assert books.ledger.earned == last.earned
    retention = sum(
        (line.amount for bill in books.bills.values() for line in bill.lines if line.role in ("retained", "released")),
        ZERO,
    )
    assert -retention == last.retainage
    cost = sum((line.amount for bill in books.bills.values() for line in bill.lines if line.role == "cost"), ZERO)
    taxes = sum((line.tax for bill in books.bills.values() for line in bill.lines if line.role == "cost"), ZERO)
    assert cost - taxes == last.completed


@given(contracts(fewest=2), st.data())
@settings(max_examples=60)
def test_an_opening_and_what_follows_make_the_whole(claims: list[Requisition], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(claims) - 1))
    opening = opening_of(claims[cut - 1])
    books = Books(opening=opening, start_date=None)
    books.offer_all(claims)
    nets = sum((bill.total for bill in books.bills.values()), ZERO) - sum((claim.tax for claim in claims[cut:]), ZERO)
    assert nets == claims[-1].earned - opening.earned
    assert books.ledger.retainage == claims[-1].retainage
    assert not set(books.bills) & {claim.id for claim in claims[:cut]}


@given(contracts(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_of_arrival_does_not_matter(claims: list[Requisition], random: Random) -> None:
    in_order, shuffled = Books(), Books()
    in_order.offer_all(claims)
    arrived = list(claims)
    random.shuffle(arrived)
    shuffled.offer_all(arrived)
    assert shuffled.bills == in_order.bills


@given(contracts())
@settings(max_examples=50)
def test_same_input_same_output(claims: list[Requisition]) -> None:
    books = Books()
    books.offer_all(claims)
    for claim in claims:
        again, once_more = books.plan(claim), books.plan(claim)
        assert again == once_more
        if claim.id in books.bills:
            assert again.document == books.bills[claim.id]
            assert fingerprint(again.document) == fingerprint(books.bills[claim.id])


@given(contracts(fewest=2), contracts(fewest=2), st.data())
@settings(max_examples=60)
def test_made_up_for_the_books_stand_where_procore_stands(
    posted: list[Requisition], changed: list[Requisition], data: st.DataObject
) -> None:
    """Whatever became of the claims that were posted, one approved claim brings cost, retention and total in line."""
    books = Books()
    cut = data.draw(st.integers(1, min(len(posted), len(changed)) - 1))
    books.offer_all(posted[:cut])
    claim = changed[cut]
    plan = books.offer(claim, "catch_up")
    if plan.document is None:
        assert plan.blockers[0].code in ("nothing_to_post", "previous_not_posted")
        return
    assert books.ledger.earned == claim.earned
    assert books.ledger.retainage == claim.retainage
    assert plan.document.total == claim.earned + claim.tax - books.ledger.without(claim.id).earned


@given(contracts())
@settings(max_examples=50)
def test_a_plan_has_a_document_or_a_reason(claims: list[Requisition]) -> None:
    bare = Books(maps=replace(Books().maps, links={k: v for k, v in LINKS.items() if k[0] == COST_CODE_ACCOUNT.key}))
    for books in (Books(), bare):
        for claim in claims:
            plan = books.plan(claim)
            assert (plan.document is None) == bool(plan.blockers)


def test_the_rule_takes_values_and_gives_values() -> None:
    """Neither the maps nor the defaults are touched by planning."""
    books = Books()
    maps, defaults = books.maps, books.defaults
    before = fingerprint(CODES), dict(maps.links), dict(defaults.choices)
    claim = Contract().bill(Billed("A", work=100))
    bill_for(claim, maps, defaults)
    assert (fingerprint(CODES), dict(maps.links), dict(defaults.choices)) == before
