"""The comparison behind `make demo-check`, on dumps small enough to add up by hand."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.firm.scenarios import build
from connectors.sandbox.frame import Clock
from connectors.sandbox.procore import ProcoreSandbox
from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.wire import encode
from smoothx.demo.compare import Comparison, Figures, compare
from tests.smoothx.demo.dumps import ANNEX, CLINIC, DEPOT, FIRM, LOFTS, BillFacts, ClaimFacts, books_of, procore_of

COST, HELD, LET_GO = "Job Costs, Unassigned", "Retention Payable", "Retention Payable Released"

FIRST, FIRST_BILL = ClaimFacts(), BillFacts()
# Ten per cent held on another 33,000.
SECOND = FIRST.but(
    id=9002, number=2, invoice_number="FRM-2", completed="57000.00", retainage="5700.00", due="29700.00", previous=9001
)
SECOND_BILL = FIRST_BILL.but(id="2", number="FRM-2", lines=((COST, 33000.0), (HELD, -3300.0)), total=29700.0)
# Nothing new is done, and 5,700 held is let go.
LAST = SECOND.but(
    id=9003,
    number=3,
    invoice_number="FRM-3",
    retainage="0.00",
    due="5700.00",
    released=("2400.00", "3300.00"),
    previous=9002,
)
LAST_BILL = FIRST_BILL.but(id="3", number="FRM-3", lines=((LET_GO, 5700.0),), total=5700.0)

LABEL = "Front Range Mechanical, LLC, invoice 1 (FRM-1)"


def figures(gross: str, held: str, released: str, payable: str) -> Figures:
    return Figures(*(Decimal(amount) for amount in (gross, held, released, payable)))


def compare_one(bill: BillFacts, claim: ClaimFacts = FIRST) -> Comparison:
    return compare(FIRM, procore_of(claim), books_of(bill))


def test_books_that_agree_have_no_differences() -> None:
    result = compare(FIRM, procore_of(FIRST, SECOND, LAST), books_of(SECOND_BILL, LAST_BILL, FIRST_BILL))
    assert (result.documents, result.differences, dict(result.blocked)) == (3, (), {})
    (row,) = result.rows
    assert (row.name, row.documents) == (LOFTS, 3)
    assert row.procore == row.books == figures("57000.00", "5700.00", "5700.00", "57000.00")


def test_rows_are_kept_per_project() -> None:
    other = FIRST.but(id=9010, invoice_number="BE-1", vendor="Basin Electric", project=DEPOT, completed="100.00")
    other = other.but(retainage="0.00", due="100.00")
    bill = FIRST_BILL.but(id="9", number="BE-1", vendor="Basin Electric", job=DEPOT, lines=((COST, 100.0),))
    result = compare(FIRM, procore_of(FIRST, other), books_of(FIRST_BILL, bill.but(total=100.0)))
    assert result.differences == ()
    assert [(row.name, row.documents, row.books.payable) for row in result.rows] == [
        (LOFTS, 1, Decimal("21600.00")),
        (DEPOT, 1, Decimal("100.00")),
    ]


def test_a_missing_bill() -> None:
    result = compare(FIRM, procore_of(FIRST, SECOND), books_of(SECOND_BILL))
    assert result.differences == (f"{LABEL} is missing in QuickBooks",)
    assert result.documents == 2
    assert result.rows[0].procore.payable == Decimal("51300.00")
    assert result.rows[0].books.payable == Decimal("29700.00")


def test_a_bill_on_another_job() -> None:
    assert compare_one(FIRST_BILL.but(job=DEPOT)).differences == (f"{LABEL} is on job {DEPOT}, not on {LOFTS}",)


def test_a_bill_on_no_job() -> None:
    assert compare_one(FIRST_BILL.but(job=None)).differences == (f"{LABEL} is on job no job, not on {LOFTS}",)


def test_a_bill_whose_lines_are_on_two_jobs() -> None:
    books = books_of(FIRST_BILL)
    line = books["Bill"][0]["Line"][1]
    line[line["DetailType"]]["CustomerRef"]["value"] = "74"
    assert compare(FIRM, procore_of(FIRST), books).differences == (
        f"{LABEL} is on job {LOFTS} and {DEPOT}, not on {LOFTS}",
    )


@pytest.mark.parametrize(
    ("changed", "texts"),
    [
        (
            {"lines": ((COST, 24000.01), (HELD, -2400.0)), "total": 21600.01},
            ("gross is 24000.00 in Procore and 24000.01", "payable is 21600.00 in Procore and 21600.01"),
        ),
        (
            {"lines": ((COST, 24000.0), (HELD, -2399.99)), "total": 21600.01},
            ("held is 2400.00 in Procore and 2399.99", "payable is 21600.00 in Procore and 21600.01"),
        ),
        (
            {"lines": ((COST, 23999.99), (HELD, -2400.0), (LET_GO, 0.01))},
            ("gross is 24000.00 in Procore and 23999.99", "released is 0.00 in Procore and 0.01"),
        ),
        ({"total": 21599.99}, ("payable is 21600.00 in Procore and 21599.99",)),
        (
            {"lines": ((COST, 21600.0),)},
            ("gross is 24000.00 in Procore and 21600.00", "held is 2400.00 in Procore and 0.00"),
        ),
    ],
)
def test_figures_off_by_a_cent(changed: dict[str, Any], texts: tuple[str, ...]) -> None:
    assert compare_one(FIRST_BILL.but(**changed)).differences == tuple(
        f"{LABEL}: {text} in QuickBooks" for text in texts
    )


def test_an_extra_bill() -> None:
    extra = FIRST_BILL.but(id="8", number="HAND-1", vendor="Basin Electric")
    assert compare(FIRM, procore_of(FIRST), books_of(FIRST_BILL, extra)).differences == (
        "Bill HAND-1 of Basin Electric is in QuickBooks, but nothing in Procore asks for it",
    )


def test_an_extra_bill_without_a_number() -> None:
    assert compare(FIRM, procore_of(), books_of(FIRST_BILL.but(number=None))).differences == (
        "Bill None of Front Range Mechanical is in QuickBooks, but nothing in Procore asks for it",
    )


def test_the_same_bill_twice() -> None:
    assert compare(FIRM, procore_of(FIRST), books_of(FIRST_BILL, FIRST_BILL.but(id="2"))).differences == (
        "Bill FRM-1 of Front Range Mechanical is in QuickBooks, but nothing in Procore asks for it",
    )


def test_the_same_number_of_another_vendor_is_another_bill() -> None:
    other = FIRST_BILL.but(id="2", vendor="Basin Electric")
    result = compare(FIRM, procore_of(FIRST, FIRST.but(id=2, vendor="Basin Electric")), books_of(FIRST_BILL, other))
    assert (result.documents, result.differences) == (2, ())


DEDUCTION = FIRST.but(completed="-1000.00", retainage="-100.00", due="-900.00")


def test_a_deduction_is_a_vendor_credit() -> None:
    credit = FIRST_BILL.but(lines=((COST, 1000.0), (HELD, -100.0)), total=900.0)
    result = compare(FIRM, procore_of(DEDUCTION), books_of(credits_given=(credit,)))
    assert result.differences == ()
    assert result.rows[0].books == figures("-1000.00", "-100.00", "0.00", "-900.00")


def test_a_vendor_credit_nobody_asked_for() -> None:
    assert compare(FIRM, procore_of(FIRST), books_of(FIRST_BILL, credits_given=(FIRST_BILL,))).differences == (
        "VendorCredit FRM-1 of Front Range Mechanical is in QuickBooks, but nothing in Procore asks for it",
    )


def test_a_bill_where_a_credit_is_due() -> None:
    wrong = FIRST_BILL.but(lines=((COST, 1000.0), (HELD, -100.0)), total=900.0)
    assert compare(FIRM, procore_of(DEDUCTION), books_of(wrong)).differences == tuple(
        f"{LABEL}: {text} in QuickBooks"
        for text in (
            "gross is -1000.00 in Procore and 1000.00",
            "held is -100.00 in Procore and 100.00",
            "payable is -900.00 in Procore and 900.00",
        )
    )


def test_the_tax_of_a_claim_is_cost_and_payable() -> None:
    taxed = FIRST.but(tax="1920.00")
    bill = FIRST_BILL.but(lines=((COST, 25920.0), (HELD, -2400.0)), total=23520.0)
    assert compare_one(bill, taxed).differences == ()
    assert compare_one(FIRST_BILL, taxed).differences == (
        f"{LABEL}: gross is 25920.00 in Procore and 24000.00 in QuickBooks",
        f"{LABEL}: payable is 23520.00 in Procore and 21600.00 in QuickBooks",
    )


@pytest.mark.parametrize("status", ["draft", "under_review", "revise_and_resubmit"])
def test_claims_that_are_not_approved_ask_for_nothing(status: str) -> None:
    result = compare(FIRM, procore_of(FIRST.but(status=status)), books_of())
    assert (result.documents, result.differences, result.rows) == (0, (), ())


def test_approved_as_noted_counts() -> None:
    assert compare_one(FIRST_BILL, FIRST.but(status="approved_as_noted")).documents == 1


def test_claims_before_the_start_date_only_say_what_was_there_before() -> None:
    early = FIRST.but(billing_date="2026-06-30")
    result = compare(FIRM, procore_of(early, SECOND), books_of(SECOND_BILL))
    assert (result.documents, result.differences) == (1, ())
    assert result.rows[0].procore == figures("33000.00", "3300.00", "0.00", "29700.00")
    doubled = compare(FIRM, procore_of(early, SECOND), books_of(FIRST_BILL, SECOND_BILL))
    assert doubled.differences == (
        "Bill FRM-1 of Front Range Mechanical is in QuickBooks, but nothing in Procore asks for it",
    )


def test_the_start_date_itself_counts() -> None:
    assert compare_one(FIRST_BILL, FIRST.but(billing_date="2026-07-01")).documents == 1


def test_claims_of_projects_that_cannot_sync_are_blocked_with_the_reason() -> None:
    claims = (FIRST, FIRST.but(id=31, project=CLINIC), FIRST.but(id=32, project=ANNEX))
    result = compare(FIRM, procore_of(*claims), books_of(FIRST_BILL))
    assert (result.documents, result.differences) == (1, ())
    assert result.blocked == {"31": "customer_not_set", "32": "customer_is_vendor"}


def test_a_bill_for_a_project_that_cannot_sync_is_a_difference() -> None:
    result = compare(FIRM, procore_of(FIRST.but(project=CLINIC)), books_of(FIRST_BILL))
    assert (result.documents, result.blocked) == (0, {"9001": "customer_not_set"})
    assert result.differences == (
        "Bill FRM-1 of Front Range Mechanical is in QuickBooks, but nothing in Procore asks for it",
    )


def test_the_handmade_dumps_have_the_shape_of_the_real_ones() -> None:
    contractor = build("demo")
    procore = dump_of(ProcoreSandbox(contractor, seed=1, clock=Clock(0.0), state=None))
    ours = procore_of(SECOND)
    for name in ("projects", "requisitions"):
        assert_same_shape(ours[name][0], procore[name])
    books = next(iter(dump_of(QboSandbox(contractor, seed=1, clock=Clock(0.0), state=None))["realms"].values()))
    handmade = books_of()
    assert set(handmade) <= set(books)
    for name in ("Vendor", "Customer", "Account"):
        assert_same_shape(handmade[name][0], books[name])
    assert {account["Name"] for account in handmade["Account"]} <= {account["Name"] for account in books["Account"]}


def dump_of(sandbox: Any) -> dict[str, Any]:
    """As it comes over HTTP."""
    dump: dict[str, Any] = json.loads(encode(sandbox.dump()))
    return dump


def assert_same_shape(ours: Any, real: list[Any]) -> None:
    """Each key of ours is in the real rows and holds a value of a type found there."""
    for name, value in ours.items():
        theirs = [row[name] for row in real]
        assert type(value) in {type(each) for each in theirs}, name
        if isinstance(value, dict):
            assert_same_shape(value, theirs)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            assert_same_shape(value[0], [item for each in theirs for item in each])


COST_BILL = FIRST_BILL.but(number="FRM-77", lines=((COST, 812.5),), total=812.5)


def cost_of(**others: Any) -> dict[str, Any]:
    """A direct cost of the dump, approved and with a vendor."""
    facts = {
        "id": 77,
        "status": "approved",
        "direct_cost_type": "expense",
        "direct_cost_date": "2026-07-04",
        "description": "Crane for a day",
        "vendor_name": "Front Range Mechanical, LLC",
        "project": {"name": LOFTS},
        "invoice_number": "FRM-77",
        "grand_total": "812.50",
    }
    return facts | others


def compare_costs(*costs: dict[str, Any], bills: tuple[BillFacts, ...] = ()) -> tuple[int, tuple[str, ...]]:
    procore = {**procore_of(), "direct_costs": list(costs)}
    result = compare(FIRM, procore, books_of(*bills), with_direct_costs=True)
    return result.documents, result.differences


def test_direct_costs_people_entered_stand_in_the_books_too() -> None:
    assert compare_costs(cost_of(), bills=(COST_BILL,)) == (1, ())
    assert compare_costs(cost_of(invoice_number=""), bills=(COST_BILL.but(number="DC-77"),)) == (1, ())
    missing = "Direct cost FRM-77 of Front Range Mechanical, LLC is missing in QuickBooks"
    assert compare_costs(cost_of()) == (1, (missing,))


@pytest.mark.parametrize(
    "others",
    [
        {"status": "draft"},
        {"direct_cost_type": "payroll"},
        {"direct_cost_date": "2026-06-30"},
        {"description": "Bill 12. Smoothx 0123456789"},
        {"vendor_name": None},
        {"project": {"name": CLINIC}},
    ],
)
def test_direct_costs_that_must_not_cross_are_not_asked_for(others: dict[str, Any]) -> None:
    assert compare_costs(cost_of(**others)) == (0, ())
