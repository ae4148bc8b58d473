"""Claims that changed after they were posted, and what those after them make up for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.procore.records import Requisition
from mapping.defaults import BILL_CODE, RETENTION_PAYABLE_RETAINED
from sync.codes import sentence_for
from tests.sync.flows.contracts import (
    DEFAULTS,
    ZERO,
    Billed,
    Books,
    Contract,
    amount,
    codes_of,
    lines_of,
    three_claims,
)


class TestChangedAfterPosting:
    """Claim 2 grows by 1,000 with 100 held after it was posted and paid, so the books keep the old one."""

    def books_and_third(self) -> tuple[Books, Requisition]:
        books = Books()
        for claim in three_claims()[:2]:
            books.offer(claim)
        changed = Contract()
        changed.bill(Billed("A", work=10000, retained=1000))
        changed.bill(Billed("A", work=11000, retained=1100))
        return books, changed.bill(Billed("A", work=10000, retained=1000))

    def test_is_held_with_the_figures(self) -> None:
        books, third = self.books_and_third()
        plan = books.plan(third)
        assert codes_of(plan) == ["previous_changed"]
        (notice,) = plan.blockers
        assert dict(notice.detail) == {
            "figure": "billed less retention",
            "books": "18000.00",
            "procore": "18900.00",
            "difference": "900.00",
            "cost": "1000.00",
            "retention": "100.00",
        }
        assert (notice.waits_for, notice.also_lifted_by) == ("", ("contract:bills:786001",))
        assert sentence_for(notice.code, notice.subject, notice.detail) == (
            "An earlier invoice of SC-2417-014 was changed or deleted after it was posted. The books have 18,000.00 "
            "billed less retention, Procore starts from 18,900.00. Post the difference of 900.00 as a labelled line, "
            "or leave it out."
        )

    def test_approved_is_made_up_for_in_labelled_lines(self) -> None:
        books, third = self.books_and_third()
        plan = books.offer(third, "catch_up")
        assert codes_of(plan) == ["catch_up_posted"]
        assert lines_of(books, third) == [
            ("cost", "211", amount(10000)),
            ("retained", "2110", amount(-1000)),
            ("catch_up", "290", amount(1000)),
            ("catch_up", "2110", amount(-100)),
        ]
        assert (plan.facts["net"], plan.facts["gross"], plan.facts["held"]) == ("9900.00", "11000.00", "1100.00")
        assert books.ledger.earned == third.earned
        assert books.ledger.retainage == third.retainage

    def test_tax_that_is_cost_is_made_up_for_too_and_once(self) -> None:
        """Claim 1 was paid with a tax of 80, then grew: its last plan came to 88."""
        books, contract = Books(), Contract()
        first = contract.bill(Billed("A", work=1000), tax=80)
        books.offer(first)
        books.claims[first.id] = replace(books.claims[first.id], tax_wanted=amount(88))
        changed = Contract()
        changed.bill(Billed("A", work=1100), tax=88)
        second = changed.bill(Billed("A", work=500), tax=40)
        (notice,) = books.plan(second).blockers
        assert (notice.code, notice.detail["difference"], notice.detail["cost"]) == (
            "previous_changed",
            "100.00",
            "108.00",
        )
        plan = books.offer(second, "catch_up")
        assert lines_of(books, second) == [("cost", "211", amount(540)), ("catch_up", "290", amount(108))]
        assert (plan.facts["tax"], plan.facts["catch_up_tax"], plan.facts["net"]) == ("40.00", "8.00", "600.00")
        assert books.plan(second).document == books.bills[second.id]
        assert codes_of(books.offer(changed.bill(Billed("A", work=1), tax=1))) == []

    def test_tax_alone_that_changed_is_asked_for_too(self) -> None:
        books, contract = Books(), Contract()
        first = contract.bill(Billed("A", work=1000), tax=80)
        books.offer(first)
        books.claims[first.id] = replace(books.claims[first.id], tax_wanted=ZERO)
        second = contract.bill(Billed("A", work=500), tax=40)
        (notice,) = books.plan(second).blockers
        assert dict(notice.detail) == {
            "figure": "of tax",
            "books": "80.00",
            "procore": "0.00",
            "difference": "-80.00",
            "cost": "-80.00",
            "retention": "0.00",
        }
        books.offer(second, "catch_up")
        assert lines_of(books, second) == [("cost", "211", amount(540)), ("catch_up", "290", amount(-80))]

    def test_the_claim_after_finds_nothing_left(self) -> None:
        books, third = self.books_and_third()
        books.offer(third, "catch_up")
        contract = Contract()
        contract.bill(Billed("A", work=10000, retained=1000))
        contract.bill(Billed("A", work=11000, retained=1100))
        contract.bill(Billed("A", work=10000, retained=1000))
        assert codes_of(books.offer(contract.bill(Billed("A", work=1)))) == []

    def test_planning_it_again_keeps_the_lines_without_asking_again(self) -> None:
        books, third = self.books_and_third()
        posted = books.offer(third, "catch_up").document
        again = books.plan(third)
        assert again.document == posted
        assert codes_of(again) == ["catch_up_posted"]

    def test_planning_it_again_behind_later_claims_keeps_the_lines_too(self) -> None:
        books, third = self.books_and_third()
        posted = books.offer(third, "catch_up").document
        fourth = replace(
            third, id="1004", number=4, previous_id="1003", previous=third.earned, completed=amount(31000),
            due=ZERO, lines=(), retainage=amount(3100),
        )  # fmt: skip
        books.claims[fourth.id] = replace(books.claims[third.id], source_id="1004", number=4, net=ZERO, held=ZERO)
        assert books.plan(third).document == posted

    def test_a_difference_made_up_for_later_is_not_doubled(self) -> None:
        """Claim 1 grew. Claim 2 is planned again, its own movement the same, after claim 3 made up for the change."""
        books = Books()
        for claim in three_claims()[:2]:
            books.offer(claim)
        changed = Contract()
        changed.bill(Billed("A", work=11000, retained=1100))
        second, third = (changed.bill(Billed("A", work=10000, retained=1000)) for _ in range(2))
        assert codes_of(books.plan(second)) == ["previous_changed"]
        assert codes_of(books.offer(third, "catch_up")) == ["catch_up_posted"]
        again = books.plan(second)
        assert codes_of(again) == []
        assert again.document == books.bills["1002"]

    def test_what_moves_to_the_next_claim_is_posted_once_the_first_has_lost_it(self) -> None:
        """Material stored in claim 1 is taken out of it: claim 2, whose total is as before, has so much more."""
        books = Books()
        for claim in three_claims():
            books.offer(claim)
        changed = Contract()
        first = changed.bill(Billed("A", work=9000, retained=900))
        second = changed.bill(Billed("A", work=11000, retained=1100))
        # The first may be paid by now, and then a person decides; together both must come to what they came to.
        assert codes_of(books.plan(second)) == ["previous_changed"]
        made_up = books.plan(second, "catch_up").document
        assert made_up is not None
        assert made_up.total == amount(9000)
        books.offer(first)
        assert codes_of(books.offer(second)) == []
        assert [books.bills[each.id].total for each in (first, second)] == [amount(8100), amount(9900)]
        assert books.ledger.earned == amount(27000)

    def test_only_retention_moved(self) -> None:
        """Claim 2 bills 1,000 more and holds all of it: line 7 agrees, retention and cost do not."""
        books = Books()
        for claim in three_claims()[:2]:
            books.offer(claim)
        changed = Contract()
        changed.bill(Billed("A", work=10000, retained=1000))
        changed.bill(Billed("A", work=11000, retained=2000))
        third = changed.bill(Billed("A", work=500))
        plan = books.plan(third)
        assert codes_of(plan) == ["previous_changed"]
        detail = plan.blockers[0].detail
        assert (detail["figure"], detail["books"], detail["procore"], detail["difference"]) == (
            "held as retention", "2000.00", "3000.00", "1000.00",
        )  # fmt: skip
        books.offer(third, "catch_up")
        assert lines_of(books, third)[1:] == [
            ("catch_up", "290", amount(1000)),
            ("catch_up", "2110", amount(-1000)),
        ]

    def test_a_claim_that_bills_nothing_can_carry_the_difference(self) -> None:
        books, third = self.books_and_third()
        same = {"completed": amount(21000), "retainage": amount(2100), "earned": amount(18900), "due": ZERO}
        empty = replace(third, lines=(replace(third.lines[0], completed=amount(21000)),), **same)
        assert codes_of(books.plan(empty)) == ["previous_changed"]
        bill = books.offer(empty, "catch_up").document
        assert bill is not None
        assert [line.role for line in bill.lines] == ["catch_up", "catch_up"]
        assert bill.total == amount(900)

    def test_a_deleted_claim_is_taken_back_by_the_next(self) -> None:
        first, second, _ = three_claims()
        books = Books()
        books.offer_all([first, second])
        contract = Contract()
        contract.bill(Billed("A", work=10000, retained=1000))
        fresh = replace(contract.bill(Billed("A", work=400, retained=40)), id="2002")
        assert codes_of(books.plan(fresh)) == ["previous_changed"]
        bill = books.offer(fresh, "catch_up").document
        assert bill is not None
        assert bill.entity == "VendorCredit"
        assert lines_of(books, fresh) == [
            ("cost", "211", amount(400)),
            ("retained", "2110", amount(-40)),
            ("catch_up", "290", amount(-10000)),
            ("catch_up", "2110", amount(1000)),
        ]
        assert books.ledger.earned == fresh.earned == amount(9360)

    def test_a_posted_claim_edited_is_compared_with_what_came_before_it(self) -> None:
        first, second, third = three_claims()
        books = Books()
        books.offer_all([first, second, third])
        contract = Contract()
        contract.bill(Billed("A", work=10000, retained=1000))
        plan = books.offer(contract.bill(Billed("A", work=12000, retained=1200)))
        assert codes_of(plan) == []
        assert plan.document is not None
        assert plan.document.total == amount(10800)
        shifted = contract.bill(Billed("A", work=10000, retained=1000))
        assert codes_of(books.plan(shifted)) == []
        assert books.plan(shifted).document == books.bills["1003"]

    @pytest.mark.parametrize(
        ("kind", "code", "amount_shown"),
        [
            (BILL_CODE, "bill_code_not_set", "1000.00"),
            (RETENTION_PAYABLE_RETAINED, "retained_code_not_set", "100.00"),
        ],
    )
    def test_making_up_needs_both_codes(self, kind: Any, code: str, amount_shown: str) -> None:
        books, third = self.books_and_third()
        choices = {key: value for key, value in DEFAULTS.choices.items() if key != kind.key}
        books.defaults = replace(DEFAULTS, choices=choices)
        plan = books.plan(third, "catch_up")
        found = [(n.code, n.waits_for) for n in plan.blockers if n.detail.get("amount") == amount_shown]
        assert found == [(code, f"default:{kind.key}")]
