"""The bill of a subcontractor invoice: the worked example, the header, and what stops a bill."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.procore.records import Requisition
from mapping.defaults import (
    BILL_CODE,
    BILL_DATE,
    LINE_ITEM_TYPE,
    PAYMENT_DUE_TAX,
    RETENTION_PAYABLE_RELEASED,
    RETENTION_PAYABLE_RETAINED,
    Choice,
    DefaultKind,
    Defaults,
)
from mapping.kinds import PROJECT, VENDOR
from mapping.maps import Target
from sync.codes import CODES, sentence_for
from sync.flows.bills import FLOW, describe_requisition, make_mark
from tests.sync.flows.contracts import (
    DEFAULTS,
    LINKS,
    PROJECT_ID,
    VENDOR_ID,
    Billed,
    Books,
    Contract,
    amount,
    codes_of,
    worked_example,
)


def with_choice(kind: DefaultKind, id_: str, *, is_active: bool = True) -> Defaults:
    return replace(DEFAULTS, choices={**DEFAULTS.choices, kind.key: Choice(id_, f"Named {id_}", is_active)})


def without(kind: DefaultKind) -> Defaults:
    return replace(DEFAULTS, choices={key: value for key, value in DEFAULTS.choices.items() if key != kind.key})


def simple_claim(**more: Any) -> Requisition:
    """10,000 of work on line A with 1,000 held."""
    return Contract().bill(Billed("A", work=10000, retained=1000), **more)


def test_worked_example_gives_four_bills() -> None:
    books = Books()
    books.offer_all(worked_example())
    lines = {key: [(line.role, line.code_id, line.amount) for line in bill.lines] for key, bill in books.bills.items()}
    assert lines == {
        "1001": [
            ("cost", "211", amount(20000)),
            ("cost", "212", amount(4000)),
            ("retained", "2110", amount(-2400)),
        ],
        "1002": [
            ("cost", "211", amount(25000)),
            ("cost", "212", amount(6000)),
            ("cost", "213", amount(2000)),
            ("retained", "2110", amount(-3300)),
        ],
        "1003": [
            ("cost", "211", amount(15000)),
            ("cost", "212", amount(30000)),
            ("cost", "213", amount(3000)),
            ("retained", "2110", amount(-4800)),
            ("released", "2115", amount(3000)),
        ],
        "1004": [("released", "2115", amount(7500))],
    }
    assert [bill.total for bill in books.bills.values()] == [
        amount(21600), amount(29700), amount(46200), amount(7500),
    ]  # fmt: skip
    assert all(bill.entity == "Bill" for bill in books.bills.values())
    assert all(line.customer_id == "97" for bill in books.bills.values() for line in bill.lines)
    assert books.account_balances == {
        "211": amount(60000),
        "212": amount(40000),
        "213": amount(5000),
        "2110": amount(-10500),
        "2115": amount(10500),
    }
    assert books.ledger.earned == amount(105000)
    assert books.ledger.retainage == amount(0)


def test_installed_material_is_not_billed_again() -> None:
    first, second, *_ = worked_example()
    books = Books()
    books.offer(first)
    plan = books.offer(second)
    assert sum(line.completed - line.completed_before for line in second.lines) == amount(33000)
    assert plan.facts == {
        "number": "2",
        "net": "29700.00",
        "tax": "0.00",
        "completed": "57000.00",
        "retainage": "5700.00",
        "earned": "51300.00",
        "gross": "33000.00",
        "held": "3300.00",
        "released": "0.00",
        "catch_up_cost": "0.00",
        "catch_up_retention": "0.00",
    }


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


def test_negative_total_makes_a_vendor_credit_with_every_line_turned() -> None:
    contract = Contract()
    books = Books()
    books.offer(contract.bill(Billed("A", work=10000, retained=1000), Billed("B", work=5000, retained=500)))
    credit = books.offer(contract.bill(Billed("A", work=-4000, retained=-400))).document
    assert credit is not None
    assert (credit.entity, credit.is_credit, credit.total) == ("VendorCredit", True, amount(-3600))
    assert [(line.role, line.amount) for line in credit.lines] == [
        ("cost", amount(-4000)),
        ("retained", amount(400)),
    ]
    assert [line["Amount"] for line in credit.to_wire()["Line"]] == [amount(4000), amount(-400)]


def test_fully_retained_claim_is_a_bill_of_zero() -> None:
    plan = Books().offer(Contract().bill(Billed("A", work=1000, retained=1000)))
    assert plan.document is not None
    assert (plan.document.entity, plan.document.total) == ("Bill", amount(0))
    assert [line.amount for line in plan.document.lines] == [amount(1000), amount(-1000)]


def test_retention_rolling_off_with_stored_material_stays_on_the_retained_code() -> None:
    contract = Contract()
    books = Books()
    books.offer(contract.bill(Billed("A", stored=4000, stored_held=400)))
    plan = books.offer(contract.bill(Billed("A", work=4000)))
    assert plan.document is not None
    assert [(line.role, line.code_id, line.amount) for line in plan.document.lines] == [
        ("retained", "2110", amount(400))
    ]
    assert (plan.facts["held"], plan.facts["released"]) == ("-400.00", "0.00")


def test_held_and_released_stay_two_lines_on_one_account() -> None:
    defaults = with_choice(RETENTION_PAYABLE_RELEASED, "2110")
    books = Books(defaults=defaults)
    contract = Contract()
    books.offer(contract.bill(Billed("A", work=10000, retained=1000)))
    plan = books.offer(contract.bill(Billed("A", work=5000, retained=500, released=700)))
    assert plan.document is not None
    assert [(line.role, line.code_id, line.amount) for line in plan.document.lines[1:]] == [
        ("retained", "2110", amount(-500)),
        ("released", "2110", amount(700)),
    ]
    assert [line.chosen_by for line in plan.document.lines[1:]] == ["Retained code", "Released code"]


def _case(
    code: str, *, detail: dict[str, str] | None = None, subject: str = "", waits: str = "", also: tuple[str, ...] = (),
    defaults: Defaults = DEFAULTS, links: dict[Any, Target | None] | None = None, **wire: Any,
) -> Any:  # fmt: skip
    return pytest.param(code, subject, detail or {}, waits, also, defaults, links or {}, wire, id=code)


@pytest.mark.parametrize(
    ("code", "subject", "detail", "waits", "also", "defaults", "links", "wire"),
    [
        _case("not_approved", status="under_review"),
        _case("vendor_missing", vendor_id=None),
        _case(
            "vendor_not_mapped",
            subject="Example Concrete LLC",
            waits=f"link:vendor:{VENDOR_ID}",
            links={(VENDOR.key, VENDOR_ID): None},
        ),
        _case(
            "vendor_inactive",
            subject="Gone Ltd",
            also=(f"link:vendor:{VENDOR_ID}",),
            links={(VENDOR.key, VENDOR_ID): Target("9", "Gone Ltd", is_active=False)},
        ),
        _case(
            "project_not_mapped",
            subject="Larimer Street Lofts",
            waits=f"link:project:{PROJECT_ID}",
            links={(PROJECT.key, PROJECT_ID): None},
        ),
        _case(
            "project_inactive",
            subject="Lofts",
            also=(f"link:project:{PROJECT_ID}",),
            links={(PROJECT.key, PROJECT_ID): Target("9", "Lofts", is_active=False)},
        ),
        _case(
            "currency_differs",
            subject="CAD",
            detail={"home": "USD"},
            currency_configuration={"currency_iso_code": "CAD"},
        ),
        _case("line_item_type_not_set", waits="default:line_item_type", defaults=without(LINE_ITEM_TYPE)),
        _case(
            "retained_code_not_set",
            subject="QB Retention Payable Retained Code",
            detail={"amount": "1000.00"},
            waits="default:retention_payable_retained",
            defaults=without(RETENTION_PAYABLE_RETAINED),
        ),
        _case(
            "default_inactive",
            subject="QB Retention Payable Retained Code",
            detail={"chosen": "Named 7"},
            also=("default:retention_payable_retained",),
            defaults=with_choice(RETENTION_PAYABLE_RETAINED, "7", is_active=False),
        ),
        _case(
            "books_closed_date",
            detail={"date": "2026-07-31", "closed": "2026-07-31"},
            also=("books:closed_until",),
            defaults=replace(DEFAULTS, closed_until=date(2026, 7, 31)),
        ),
    ],
)
def test_each_blocker(
    code: str,
    subject: str,
    detail: dict[str, str],
    waits: str,
    also: tuple[str, ...],
    defaults: Defaults,
    links: dict[Any, Target | None],
    wire: dict[str, Any],
) -> None:
    books = Books(defaults=defaults)
    books.maps = replace(books.maps, links={key: t for key, t in {**LINKS, **links}.items() if t is not None})
    plan = books.plan(simple_claim(**wire))
    assert plan.document is None
    assert codes_of(plan) == [code]
    (notice,) = plan.blockers
    assert (notice.subject, dict(notice.detail), notice.waits_for, notice.also_lifted_by) == (
        subject, detail, waits, also,
    )  # fmt: skip
    assert "…" not in sentence_for(code, notice.subject, notice.detail)


def test_released_code_is_needed_only_when_something_is_released() -> None:
    books = Books(defaults=without(RETENTION_PAYABLE_RELEASED))
    contract = Contract()
    assert books.offer(contract.bill(Billed("A", work=10000, retained=1000))).document is not None
    plan = books.offer(contract.bill(Billed("A", work=100, released=250)))
    assert codes_of(plan) == ["released_code_not_set"]
    assert plan.blockers[0].detail == {"amount": "250.00"}
    assert plan.blockers[0].waits_for == "default:retention_payable_released"


def test_nothing_held_needs_no_retention_code() -> None:
    books = Books(defaults=without(RETENTION_PAYABLE_RETAINED))
    assert books.offer(Contract().bill(Billed("A", work=100))).document is not None


def test_books_closed_later_do_not_stop_what_is_posted() -> None:
    books = Books()
    requisition = simple_claim()
    posted = books.offer(requisition).document
    books.defaults = replace(DEFAULTS, closed_until=date(2026, 12, 31))
    assert books.plan(requisition).document == posted


def test_all_that_is_missing_is_said_at_once() -> None:
    books = Books(defaults=without(RETENTION_PAYABLE_RETAINED))
    books.maps = replace(books.maps, links={})
    plan = books.plan(simple_claim(currency_configuration={"currency_iso_code": "CAD"}))
    assert codes_of(plan) == [
        "vendor_not_mapped", "project_not_mapped", "currency_differs", "retained_code_not_set", "bill_code_used",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("figure", "value", "subject", "lines", "stated"),
    [
        ("total_completed_and_stored_to_date", "10000.40", "Completed and stored", "10000.00", "10000.40"),
        ("total_retainage", "1000.40", "Earned less retention", "8999.60", "9000.00"),
        ("current_payment_due", "9000.40", "Current payment due", "9000.00", "9000.40"),
    ],
)
def test_figures_that_do_not_agree_stop_the_bill(
    figure: str, value: str, subject: str, lines: str, stated: str
) -> None:
    wire = Contract().wire([Billed("A", work=10000, retained=1000)])
    wire["summary"][figure] = value
    plan = Books().plan(Requisition.from_wire(wire))
    assert plan.document is None
    found = [notice for notice in plan.blockers if notice.subject.startswith(subject)]
    assert [dict(notice.detail) for notice in found] == [{"lines": lines, "figure": stated}]
    assert {notice.code for notice in plan.blockers} == {"totals_differ"}


def test_nothing_billed_is_not_for_sync() -> None:
    plan = Books().offer(Contract().bill())
    assert codes_of(plan) == ["nothing_to_post"]
    assert CODES["nothing_to_post"].state == "ineligible"
    assert plan.facts["net"] == "0.00"


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


def test_tax_in_books_that_need_codes_stops() -> None:
    books = Books(defaults=replace(DEFAULTS, books_country="AU"))
    assert codes_of(books.plan(simple_claim(tax=900))) == ["tax_needs_code"]
    assert books.offer(simple_claim()).document is not None


def test_tax_included_in_line_8() -> None:
    wire = Contract().wire([Billed("A", work=1000, retained=100)], tax=72)
    wire["summary"]["current_payment_due"] = "972.00"
    requisition = Requisition.from_wire(wire)
    assert codes_of(Books().plan(requisition)) == ["totals_differ"]
    plan = Books(defaults=with_choice(PAYMENT_DUE_TAX, "included")).offer(requisition)
    assert plan.document is not None
    assert plan.document.total == amount(972)
    assert (plan.facts["net"], plan.facts["tax"]) == ("900.00", "72.00")


def test_description() -> None:
    first = describe_requisition(simple_claim(tax="1.50"))
    assert (first.number, first.title, first.party) == (
        "Invoice 1", "Example Concrete LLC, invoice 1", "Example Concrete LLC",
    )  # fmt: skip
    assert (first.project_id, first.group, first.position) == (PROJECT_ID, "786001", 1)
    assert (first.amount, first.document_date) == (Decimal("9001.50"), date(2026, 7, 31))


def test_flow_declares_what_it_uses() -> None:
    assert (FLOW.key, FLOW.source, FLOW.target, FLOW.trigger) == ("bills", "procore", "qbo", "event")
    assert FLOW.after == ("contacts_to_qbo", "projects")
    assert FLOW.links == ()
