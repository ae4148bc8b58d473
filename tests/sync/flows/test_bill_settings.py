"""What a firm may choose of its bills: statuses, due date, number, accounts, retention lines, closed periods."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.procore.records import Requisition, RequisitionLine
from mapping.defaults import (
    BILL_DUE,
    BILL_DUE_DAYS,
    BILL_NUMBER,
    BILL_STATUSES,
    CLASS_TYPE,
    CLOSED_PERIOD,
    PAYABLE_ACCOUNT,
    RETENTION_LINES,
    SUB_JOBS,
    Choice,
    Defaults,
)
from mapping.kinds import COST_TYPE_CLASS, PAYMENT_TERM, SUB_JOB, VENDOR
from mapping.maps import PostedClaim, Target
from smoothx.lib.money import ZERO
from sync.codes import CODES, sentence_for
from sync.flows._retention import share_held
from tests.sync.flows.contracts import (
    DEFAULTS,
    LINKS,
    VENDOR_ID,
    Billed,
    Books,
    Contract,
    amount,
    codes_of,
    simple_claim,
    with_choice,
)


def chosen(**choices: str) -> Defaults:
    return replace(
        DEFAULTS, choices={**DEFAULTS.choices, **{key: Choice(value, value) for key, value in choices.items()}}
    )


@pytest.mark.parametrize(
    ("picked", "status", "is_posted"),
    [
        (None, "approved", True),
        (None, "approved_as_noted", True),
        (None, "pending_owner_approval", False),
        (None, "revise_and_resubmit", False),
        (("approved",), "approved_as_noted", False),
        (("approved", "pending_owner_approval"), "pending_owner_approval", True),
    ],
)
def test_statuses_that_make_a_bill(picked: tuple[str, ...] | None, status: str, is_posted: bool) -> None:
    many = {} if picked is None else {BILL_STATUSES.key: tuple(Choice(each, each) for each in picked)}
    plan = Books(defaults=replace(DEFAULTS, many=many)).plan(simple_claim(status=status))
    assert codes_of(plan) == ([] if is_posted else ["not_approved"])


NET_30, NET_10, OLD = Target("3", "Net 30"), Target("4", "Net 10"), Target("5", "Old", is_active=False)


@pytest.mark.parametrize(
    ("choices", "terms", "vendor_term", "expected"),
    [
        ({}, "net 10", NET_30, ("4", None)),
        ({}, "", NET_30, ("3", None)),
        ({}, "", None, ("", None)),
        ({}, "", OLD, ("", None)),
        ({BILL_DUE.key: "vendor_term"}, "net 10", NET_30, ("3", None)),
        ({BILL_DUE.key: "vendor_term"}, "net 10", None, ("", None)),
        ({BILL_DUE.key: "days"}, "net 10", NET_30, ("", date(2026, 8, 30))),
        ({BILL_DUE.key: "days", BILL_DUE_DAYS.key: "0"}, "", NET_30, ("", date(2026, 7, 31))),
    ],
)
def test_due_date(
    choices: dict[str, str], terms: str, vendor_term: Target | None, expected: tuple[str, date | None]
) -> None:
    books = Books(defaults=chosen(**choices))
    found = {**LINKS, (PAYMENT_TERM.key, "net 10"): NET_10}
    books.maps = replace(books.maps, links=found, vendor_terms={"56": vendor_term} if vendor_term else {})
    bill = books.plan(replace(simple_claim(), payment_terms=terms)).document
    assert bill is not None
    assert (bill.term_id, bill.due_date) == expected
    wire = bill.to_wire()
    assert wire.get("SalesTermRef", {}).get("value", "") == expected[0]
    assert wire.get("DueDate") == (expected[1].isoformat() if expected[1] else None)


def test_a_credit_has_neither_term_nor_due_date() -> None:
    contract, books = Contract(), Books(defaults=chosen(bill_due="days"))
    books.offer(contract.bill(Billed("A", work=1000)))
    credit = books.offer(contract.bill(Billed("A", work=-300))).document
    assert credit is not None
    assert (credit.entity, credit.due_date) == ("VendorCredit", None)
    assert {"DueDate", "SalesTermRef"}.isdisjoint(credit.to_wire())


@pytest.mark.parametrize(
    ("rule", "own", "expected"),
    [
        ("invoice_number", "FRM-1", "FRM-1"), ("invoice_number", "", "SC-2417-014-1"),
        ("contract", "FRM-1", "SC-2417-014-1"),
    ],
)  # fmt: skip
def test_bill_number(rule: str, own: str, expected: str) -> None:
    bill = Books(defaults=chosen(**{BILL_NUMBER.key: rule})).plan(simple_claim(invoice_number=own)).document
    assert bill is not None
    assert bill.number == expected


def test_the_payable_account_is_written_when_chosen_and_stops_when_inactive() -> None:
    bill = Books(defaults=chosen(**{PAYABLE_ACCOUNT.key: "33"})).plan(simple_claim()).document
    assert bill is not None
    assert bill.to_wire()["APAccountRef"] == {"value": "33"}
    stopped = Books(defaults=with_choice(PAYABLE_ACCOUNT, "33", is_active=False)).plan(simple_claim())
    assert [(n.code, n.subject) for n in stopped.blockers] == [("default_inactive", PAYABLE_ACCOUNT.label)]


def test_a_vendor_kept_in_another_currency_stops() -> None:
    books = Books()
    books.maps = replace(books.maps, vendor_currencies={"56": "EUR"})
    plan = books.plan(simple_claim())
    assert codes_of(plan) == ["vendor_currency_differs"]
    (notice,) = plan.blockers
    assert dict(notice.detail) == {"currency": "EUR", "home": "USD"}
    assert notice.also_lifted_by == (f"link:vendor:{VENDOR_ID}",)


class TestClosedPeriods:
    CLOSED = date(2026, 8, 15)

    def books(self, policy: str) -> Books:
        return Books(defaults=replace(chosen(**{CLOSED_PERIOD.key: policy}), closed_until=self.CLOSED))

    @pytest.mark.parametrize(
        ("policy", "code", "state", "waits_for"),
        [
            ("fail", "books_closed_date", "blocked", ""),
            ("hold", "books_closed_waits", "waiting", "books:closed_until"),
        ],
    )
    def test_stops_or_waits(self, policy: str, code: str, state: str, waits_for: str) -> None:
        plan = self.books(policy).plan(simple_claim())
        (notice,) = plan.blockers
        assert (notice.code, CODES[notice.code].state, notice.waits_for) == (code, state, waits_for)
        assert "default:closed_period" in notice.also_lifted_by
        assert dict(notice.detail) == {"date": "2026-07-31", "closed": "2026-08-15"}
        assert "…" not in sentence_for(notice.code, notice.subject, notice.detail)

    def test_takes_the_first_open_day_and_tells_its_own(self) -> None:
        plan = self.books("next_day").plan(simple_claim())
        assert plan.document is not None
        assert plan.document.date == date(2026, 8, 16)
        assert "Dated 31 Jul 2026." in plan.document.memo
        assert [(n.code, dict(n.detail)) for n in plan.warnings] == [
            ("moved_to_open_day", {"date": "2026-07-31", "posted": "2026-08-16"})
        ]
        assert plan.facts["dated"] == "2026-08-16"

    def test_keeps_the_day_it_took_when_more_is_closed_or_reopened(self) -> None:
        books, requisition = self.books("next_day"), simple_claim()
        plan = books.plan(requisition)
        books.claims[requisition.id] = PostedClaim.from_facts(requisition.id, number=1, facts=plan.facts)
        for closed in (None, date(2026, 12, 31)):
            books.defaults = replace(books.defaults, closed_until=closed)
            assert books.plan(requisition).document == plan.document

    def test_an_open_date_is_left_alone(self) -> None:
        plan = self.books("next_day").plan(simple_claim(billing_date="2026-08-16"))
        assert plan.document is not None
        assert (plan.document.date, plan.warnings, "dated" in plan.facts) == (date(2026, 8, 16), (), False)


class TestRetentionByLine:
    DEFAULTS = chosen(**{RETENTION_LINES.key: "line"})

    def test_one_line_per_contract_line_with_its_code(self) -> None:
        contract, books = Contract(), Books(defaults=self.DEFAULTS)
        first = [Billed("A", work=1000, retained=100), Billed("B", work=400, retained=40), Billed("C", work=7)]
        books.offer(contract.bill(*first))
        bill = books.offer(contract.bill(Billed("A", work=500, retained=50), Billed("B", released=30))).document
        assert bill is not None
        found = [(line.role, line.source_code, line.source_line_id, line.code_id, line.amount) for line in bill.lines]
        assert found == [
            ("cost", "03-300", "2A", "211", amount(500)),
            ("retained", "03-300", "2A", "2110", amount(-50)),
            ("released", "05-120", "2B", "2115", amount(30)),
        ]
        assert [line.description for line in bill.lines[1:]] == [
            "Retention held, 03-300 Cast-in-place concrete - Work A",
            "Retention released, 05-120 Structural steel - Work B",
        ]

    def test_its_class_and_sub_job_are_those_of_the_line(self) -> None:
        defaults = replace(
            self.DEFAULTS,
            choices={
                **self.DEFAULTS.choices,
                CLASS_TYPE.key: Choice("cost_type", "Cost Type"),
                SUB_JOBS.key: Choice("yes", "Yes"),
            },
            classes="line",
        )
        books = Books(defaults=defaults)
        links = {(COST_TYPE_CLASS.key, "9"): Target("C1", "Subs"), (SUB_JOB.key, "55"): Target("98", "North wing")}
        books.maps = replace(books.maps, links={**LINKS, **links}, type_ids={"S": "9"})
        claim = Contract().bill(Billed("A", work=1000, retained=100))
        claim = replace(claim, lines=tuple(replace(line, sub_job_id="55") for line in claim.lines))
        bill = books.plan(claim).document
        assert bill is not None
        assert [(line.role, line.class_id, line.customer_id) for line in bill.lines] == [
            ("cost", "C1", "98"), ("retained", "C1", "98"),
        ]  # fmt: skip

    def test_the_retention_of_material_in_store_goes_back_to_its_line(self) -> None:
        contract, books = Contract(), Books(defaults=self.DEFAULTS)
        books.offer(contract.bill(Billed("A", work=1000, retained=100), Billed("B", stored=4000, stored_held=400)))
        bill = books.offer(contract.bill(Billed("B", work=4000, retained=200))).document
        assert bill is not None
        assert [(line.role, line.source_code, line.amount) for line in bill.lines] == [
            ("retained", "05-120", amount(200)),
        ]
        assert bill.lines[0].description.startswith("Retention held reduced, 05-120")


def _line(retained: Decimal, stored: Decimal, released: Decimal, before: Decimal) -> RequisitionLine:
    return RequisitionLine(
        "1", "contract_item", "", "", "", ZERO, ZERO, ZERO, released,
        retained=retained, stored_retained=stored, stored_released=released, stored_before=before,
    )  # fmt: skip


cents_ = st.integers(0, 900_000).map(lambda value: Decimal(value) / 100)


@given(lines=st.lists(st.builds(_line, cents_, cents_, cents_, cents_), min_size=1, max_size=8), held=cents_)
def test_shares_of_retention_add_up_whatever_the_lines_tell(lines: list[RequisitionLine], held: Decimal) -> None:
    assert sum(share_held(lines, held), ZERO) == held


@given(data=st.data())
def test_either_way_of_retention_lines_comes_to_the_same_bill(data: Any) -> None:
    rows = [
        Billed(
            name, work=data.draw(cents_), stored=data.draw(cents_), retained=data.draw(cents_),
            stored_held=data.draw(cents_), released=data.draw(cents_),
        )
        for name in "ABC"
    ]  # fmt: skip
    claim = Contract().bill(*rows)
    one, each = (Books(defaults=defaults).plan(claim) for defaults in (DEFAULTS, TestRetentionByLine.DEFAULTS))
    assert codes_of(one) == codes_of(each)
    if one.document is None or each.document is None:
        return
    for role in ("cost", "retained", "released"):
        sums = [
            sum((line.amount for line in plan.document.lines if line.role == role), ZERO)
            for plan in (one, each)
            if plan.document
        ]
        assert sums[0] == sums[1]


def test_a_thousand_lines_come_to_the_cent() -> None:
    codes = {f"L{number}": (("801", "802", "803")[number % 3], "S") for number in range(1000)}
    contract = Contract(codes=codes)
    rows = [Billed(name, work=Decimal("10.01"), retained=Decimal("1.00")) for name in codes]
    wire = contract.wire(rows, tax=Decimal("333.33"))
    for defaults, lines in ((DEFAULTS, 1001), (TestRetentionByLine.DEFAULTS, 2000)):
        bill = Books(defaults=defaults).plan(Requisition.from_wire(wire)).document
        assert bill is not None
        assert (len(bill.lines), bill.total) == (lines, amount("9343.33"))
        assert bill.total == sum(line["Amount"] for line in bill.to_wire()["Line"])


def test_the_vendor_of_the_terms_is_the_mapped_one() -> None:
    books = Books()
    books.maps = replace(
        books.maps,
        links={**LINKS, (VENDOR.key, VENDOR_ID): Target("77", "Another")},
        vendor_terms={"56": NET_30, "77": NET_10},
    )
    bill = books.plan(simple_claim()).document
    assert bill is not None
    assert bill.term_id == "4"
