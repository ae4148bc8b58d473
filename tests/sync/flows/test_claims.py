"""A claim's place in its contract: order of arrival, and the start date."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from connectors.procore.records import Requisition
from tests.sync.flows.contracts import (
    START,
    Billed,
    Books,
    Contract,
    amount,
    codes_of,
    lines_of,
    opening_of,
    three_claims,
    worked_example,
)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_any_order_of_arrival_ends_in_the_same_bills(order: tuple[int, ...]) -> None:
    claims = worked_example()
    in_order, shuffled = Books(), Books()
    in_order.offer_all(claims)
    shuffled.offer_all([claims[position] for position in order])
    assert shuffled.bills == in_order.bills
    assert shuffled.claims == in_order.claims


def test_a_claim_waits_for_the_one_before() -> None:
    _, second, third = three_claims()
    books = Books()
    for claim, before in ((second, "1"), (third, "2")):
        plan = books.plan(claim)
        assert codes_of(plan) == ["previous_not_posted"]
        (notice,) = plan.blockers
        assert (notice.subject, notice.waits_for) == (before, f"entry:bills:100{before}")
        assert notice.also_lifted_by == ("opening:786001",)


def test_a_claim_goes_on_where_the_one_before_was_left_out() -> None:
    first, second, third = three_claims()
    books = Books()
    books.offer(first)
    books.leave_out(second)
    plan = books.offer(third)
    assert plan.document is not None
    assert codes_of(plan) == []
    assert plan.document.total == amount(9000)
    assert books.ledger.earned == amount(18000)
    assert (books.ledger.expected_previous, books.ledger.expected_retainage) == (amount(27000), amount(3000))


def test_a_claim_left_out_and_changed_since_is_a_difference_and_no_wait() -> None:
    first, second, third = three_claims()
    books = Books()
    books.offer(first)
    books.leave_out(replace(second, lines=()))
    books.left_out["1002"] = replace(books.left_out["1002"], net=amount(1))
    assert codes_of(books.plan(third)) == ["previous_changed"]


def test_a_claim_with_nothing_to_post_holds_up_nobody() -> None:
    contract = Contract()
    first = contract.bill(Billed("A", work=10000, retained=1000))
    empty = contract.bill()
    third = contract.bill(Billed("A", work=500))
    books = Books()
    books.offer(first)
    assert codes_of(books.offer(empty)) == ["nothing_to_post"]
    assert books.offer(third).document is not None


class TestStartDate:
    def claims(self) -> list[Requisition]:
        """Claims of May to August; the start date is 1 July."""
        contract = Contract(first_month=START.replace(month=5))
        return [contract.bill(Billed("A", work=10000, retained=1000)) for _ in range(4)]

    def test_claims_of_the_opening_are_not_for_sync(self) -> None:
        may, june, *_ = self.claims()
        books = Books(opening=opening_of(june))
        assert codes_of(books.plan(may)) == ["before_start_date"]
        assert codes_of(books.plan(june)) == ["before_start_date"]

    def test_the_first_claim_after_the_opening_bills_its_own_period(self) -> None:
        _, june, july, august = self.claims()
        books = Books(opening=opening_of(june))
        books.offer_all([august, july])
        assert lines_of(books, july) == [("cost", "211", amount(10000)), ("retained", "2110", amount(-1000))]
        assert books.ledger.earned == august.earned == amount(36000)
        assert books.ledger.retainage == august.retainage == amount(4000)

    def test_an_opening_must_be_confirmed(self) -> None:
        _, june, july, _ = self.claims()
        plan = Books(opening=opening_of(june, is_confirmed=False)).plan(july)
        assert codes_of(plan) == ["opening_not_confirmed"]
        assert (plan.blockers[0].subject, plan.blockers[0].waits_for) == ("SC-2417-014", "opening:786001")

    def test_an_opening_that_was_never_read(self) -> None:
        july = self.claims()[2]
        plan = Books().plan(july)
        assert codes_of(plan) == ["opening_missing"]
        assert plan.blockers[0].waits_for == "opening:786001"
        assert plan.blockers[0].also_lifted_by == ("entry:bills:1002",)

    def test_only_the_claim_behind_the_gap_asks_for_the_opening(self) -> None:
        august = self.claims()[3]
        assert codes_of(Books().plan(august)) == ["previous_not_posted"]

    def test_a_claim_approved_after_the_opening_was_read(self) -> None:
        may, june, july, _ = self.claims()
        books = Books(opening=opening_of(may))
        for claim, also in ((june, ("opening:786001",)), (july, ("opening:786001", "entry:bills:1002"))):
            plan = books.plan(claim)
            assert codes_of(plan) == ["not_in_opening"]
            (notice,) = plan.blockers
            assert (notice.waits_for, notice.also_lifted_by, notice.detail) == ("", also, {"number": "2"})

    def test_a_claim_dated_by_its_billing_date(self) -> None:
        """June billed on 6 July is ours; July's invoice waits for it, though its period starts on the start date."""
        contract = Contract(first_month=START.replace(month=5))
        may, june, july = (
            contract.bill(Billed("A", work=10000), billing_date=day)
            for day in ("2026-06-06", "2026-07-06", "2026-08-06")
        )
        books = Books(opening=opening_of(may))
        assert codes_of(books.plan(july)) == ["previous_not_posted"]
        books.offer_all([july, june])
        assert sorted(books.bills) == ["1002", "1003"]

    def test_a_missing_link_to_the_previous_claim(self) -> None:
        july = replace(self.claims()[2], previous_id=None)
        assert codes_of(Books().plan(july)) == ["opening_missing"]

    def test_what_we_posted_is_ours_whatever_the_start_date_becomes(self) -> None:
        first, *_ = three_claims()
        books = Books()
        posted = books.offer(first).document
        books.start_date = START.replace(month=12)
        assert books.plan(first).document == posted

    def test_a_posted_claim_stays_ours_when_an_opening_is_read_later(self) -> None:
        first, *_ = three_claims()
        books = Books()
        books.offer(first)
        books.opening = opening_of(first)
        assert codes_of(books.plan(first)) == ["previous_changed"]

    def test_the_start_date_itself_is_inside(self) -> None:
        claim = Contract().bill(Billed("A", work=100), billing_date=START.isoformat())
        assert Books().offer(claim).document is not None
        early = Contract().bill(Billed("A", work=100), billing_date="2026-06-30")
        assert codes_of(Books().plan(early)) == ["not_in_opening"]

    def test_the_opening_covers_earlier_numbers_whatever_their_ids(self) -> None:
        _, june, july, _ = self.claims()
        books = Books(opening=replace(opening_of(june), earned=amount(1)))
        assert codes_of(books.plan(replace(july, previous_id="77"))) == ["previous_changed"]
        assert codes_of(books.plan(replace(july, previous_id="77", number=4))) == ["not_in_opening"]
