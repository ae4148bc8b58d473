"""What stands above the lines of a bill, and the tax inside them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connectors.procore.records import Requisition
from mapping.defaults import BILL_CODE, BILL_DATE, PAYMENT_DUE_TAX
from sync.flows.bills import make_mark
from tests.sync.flows.contracts import (
    Billed,
    Books,
    Contract,
    amount,
    codes_of,
    simple_claim,
    with_choice,
    without,
)


def test_header_and_wire_form() -> None:
    bill = Books().offer(simple_claim()).document
    assert bill is not None
    assert (bill.vendor_id, bill.vendor_name, bill.number) == ("56", "Example Concrete LLC", "EC-1001")
    assert bill.memo == f"SC-2417-014, invoice 1. {make_mark('1001')}"
    assert bill.to_wire() == {
        "VendorRef": {"value": "56"},
        "TxnDate": "2026-07-31",
        "DocNumber": "EC-1001",
        "PrivateNote": bill.memo,
        "CurrencyRef": {"value": "USD"},
        "Line": [
            {
                "Amount": amount(10000),
                "Description": "03-300 Cast-in-place concrete - Work A",
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": {
                    "CustomerRef": {"value": "97"},
                    "BillableStatus": "NotBillable",
                    "AccountRef": {"value": "211"},
                },
            },
            {
                "Amount": amount(-1000),
                "Description": "Retention held, invoice 1",
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": {
                    "CustomerRef": {"value": "97"},
                    "BillableStatus": "NotBillable",
                    "AccountRef": {"value": "2110"},
                },
            },
        ],
    }


def test_mark_is_stable_and_of_one_invoice() -> None:
    assert make_mark("1001") == make_mark("1001")
    assert make_mark("1001") != make_mark("1002")
    assert make_mark("1001").startswith("Smoothx ")


@pytest.mark.parametrize(
    ("invoice_number", "contract_name", "expected"),
    [
        ("FRM-1187", "SC-2417-014", "FRM-1187"),
        ("  A  12 ", "SC-2417-014", "A 12"),
        ("", "SC-2417-014", "SC-2417-014-1"),
        ("", "", "786001-1"),
        ("INV-2026-0000000000000001", "SC", "INV-2026-00000~"),
        ("x" * 21, "SC", "x" * 21),
    ],
)
def test_number(invoice_number: str, contract_name: str, expected: str) -> None:
    bill = Books().offer(simple_claim(invoice_number=invoice_number, contract_name=contract_name)).document
    assert bill is not None
    assert bill.number.startswith(expected)
    assert len(bill.number) <= 21
    assert (bill.number == expected) is not expected.endswith("~")


def test_long_numbers_stay_apart() -> None:
    numbers = set()
    for tail in ("1", "2"):
        bill = Books().offer(simple_claim(invoice_number="INV-2026-000000000000000" + tail)).document
        numbers.add(bill.number if bill else "")
    assert len(numbers) == 2


@pytest.mark.parametrize(
    ("choice", "dates", "expected", "codes"),
    [
        ("billing_date", {"billing_date": "2026-08-03"}, date(2026, 8, 3), []),
        ("period_end", {"billing_date": "2026-08-03"}, date(2026, 7, 31), []),
        ("billing_date", {"billing_date": None}, date(2026, 7, 31), ["other_date_used"]),
        ("period_end", {"requisition_end": None}, date(2026, 7, 31), ["other_date_used"]),
        ("billing_date", {"billing_date": None, "requisition_end": None}, None, ["date_missing"]),
    ],
)
def test_date(choice: str, dates: dict[str, Any], expected: date | None, codes: list[str]) -> None:
    books = Books(defaults=with_choice(BILL_DATE, choice))
    plan = books.offer(simple_claim(**dates))
    assert codes_of(plan) == codes
    assert (plan.document.date if plan.document else None) == expected


def test_us_tax_is_spread_over_the_cost_lines_to_the_cent() -> None:
    requisition = Contract().bill(Billed("A", work=100), Billed("B", work=100), Billed("C", work=100), tax=10)
    bill = Books().offer(requisition).document
    assert bill is not None
    assert bill.total == amount(310)
    assert sorted(line.tax for line in bill.lines) == [amount("3.33"), amount("3.33"), amount("3.34")]
    assert [line.amount - line.tax for line in bill.lines] == [amount(100)] * 3
    assert bill.memo.startswith("SC-2417-014, invoice 1. Tax of 10.00 is part of the cost. Smoothx ")


def test_a_deduction_takes_its_share_of_tax_by_size() -> None:
    contract = Contract()
    requisition = contract.bill(Billed("A", work=300), Billed("B", work=-100), tax=16)
    bill = Books().offer(requisition).document
    assert bill is not None
    assert [line.amount for line in bill.lines] == [amount(312), amount(-96)]
    assert bill.total == amount(216)


def test_tax_without_a_cost_line_takes_the_bill_code() -> None:
    contract = Contract()
    books = Books()
    books.offer(contract.bill(Billed("A", work=1000, retained=100)))
    plan = books.offer(contract.bill(Billed("A", released=100), tax=8))
    assert plan.document is not None
    assert [(line.role, line.code_id, line.amount) for line in plan.document.lines] == [
        ("tax", "290", amount(8)),
        ("released", "2115", amount(100)),
    ]
    assert [(notice.code, dict(notice.detail)) for notice in plan.warnings] == [
        ("tax_line_used", {"amount": "8.00", "default": "QB Bill Account Code"})
    ]


def test_tax_without_a_cost_line_and_without_a_bill_code_stops() -> None:
    contract = Contract()
    books = Books(defaults=without(BILL_CODE))
    books.offer(contract.bill(Billed("A", work=1000, retained=100)))
    plan = books.offer(contract.bill(Billed("A", released=100), tax=8))
    assert [(notice.code, notice.waits_for) for notice in plan.blockers] == [
        ("bill_code_not_set", "default:bill_code")
    ]


def test_tax_included_in_line_8() -> None:
    wire = Contract().wire([Billed("A", work=1000, retained=100)], tax=72)
    wire["summary"]["current_payment_due"] = "972.00"
    requisition = Requisition.from_wire(wire)
    assert codes_of(Books().plan(requisition)) == ["totals_differ"]
    plan = Books(defaults=with_choice(PAYMENT_DUE_TAX, "included")).offer(requisition)
    assert plan.document is not None
    assert plan.document.total == amount(972)
    assert (plan.facts["net"], plan.facts["tax"]) == ("900.00", "72.00")
