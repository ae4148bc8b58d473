"""The bill of a subcontractor invoice: the worked example, the header, and what stops a bill."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.procore.records import Requisition
from mapping.defaults import (
    LINE_ITEM_TYPE,
    RETENTION_PAYABLE_RELEASED,
    RETENTION_PAYABLE_RETAINED,
    Defaults,
)
from mapping.kinds import PROJECT, VENDOR
from mapping.maps import Target
from sync.codes import CODES, sentence_for
from sync.flows._lines import LineMaker
from sync.flows.bills import FLOW, describe_requisition
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
    simple_claim,
    with_choice,
    without,
    worked_example,
)


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
        "contract": "SC-2417-014",
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
        "catch_up_tax": "0.00",
        "cost_codes": "801 802 803",
        "pairs": "801+S 802+S 803+S",
        "invoice_number": "EC-1002",
    }


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
    assert plan.document.lines[0].description == "Retention held reduced, invoice 2"
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
            also=("books:closed_until", "default:closed_period"),
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


def test_lines_that_miss_the_total_stop_the_bill(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last guard: whatever the lines came to, only net and tax may be posted."""
    make = LineMaker.make
    monkeypatch.setattr(LineMaker, "make", lambda *given: make(*given)[:-1])
    plan = Books().plan(simple_claim())
    assert plan.document is None
    assert [(n.code, n.subject, dict(n.detail)) for n in plan.blockers] == [
        ("totals_differ", "The bill", {"lines": "10000.00", "figure": "9000.00"})
    ]


def test_nothing_billed_is_not_for_sync() -> None:
    plan = Books().offer(Contract().bill())
    assert codes_of(plan) == ["nothing_to_post"]
    assert CODES["nothing_to_post"].state == "ineligible"
    assert plan.facts["net"] == "0.00"


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
