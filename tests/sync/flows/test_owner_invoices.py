"""Owner invoices to QuickBooks invoices: lines, retention, the customer, tax, and what stops them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.procore.records_owner import OwnerInvoice
from mapping.defaults import (
    INVOICE_CODE,
    LINE_ITEM_TYPE,
    OWNER_DATE,
    OWNER_DUE,
    OWNER_LINES,
    OWNER_NUMBER,
    OWNER_RETENTION_LINES,
    OWNER_TERM,
    RETENTION_RECEIVABLE_RELEASED,
    RETENTION_RECEIVABLE_RETAINED,
    Choice,
)
from mapping.kinds import COST_CODE_ITEM, CUSTOMER, PROJECT
from mapping.maps import Maps, Opening, Target
from sync.codes import sentence_for
from sync.flows.owner_invoices import describe_invoice, make_mark
from sync.plan import Plan
from tests.sync.flows.contracts import PROJECT_ID, ZERO, Billed, amount, codes_of
from tests.sync.flows.owners import (
    CARRIERS,
    CONTRACT,
    DEFAULTS,
    KEY,
    LINKS,
    MAPS,
    OWNER_ID,
    Books,
    Prime,
    four_months,
    simple_invoice,
    with_choice,
    without,
)


def plan(invoice: OwnerInvoice, *, maps: Maps = MAPS, defaults: Any = DEFAULTS, approve: tuple[str, ...] = ()) -> Any:
    return Books(maps=maps, defaults=defaults).plan(invoice, *approve)


def rows(planned: Plan[Any]) -> list[tuple[str, str, Decimal]]:
    assert planned.document is not None, planned.blockers
    return [(line.role, line.code_id, line.amount) for line in planned.document.lines]


def linked(**changes: Target | None) -> Maps:
    """The maps with the project or the owner linked elsewhere, or not at all."""
    keys = {"project": (PROJECT.key, PROJECT_ID), "owner": (CUSTOMER.key, OWNER_ID)}
    links = dict(LINKS)
    for name, target in changes.items():
        links.pop(keys[name])
        if target is not None:
            links[keys[name]] = target
    return replace(MAPS, links=links)


class TestLines:
    def test_four_months_are_income_gross_with_retention_apart(self) -> None:
        books = Books()
        months = four_months()
        books.offer_all(months)
        found = [[(line.role, line.code_id, line.amount) for line in books.sales[each.id].lines] for each in months]
        assert found == [
            [("sale", "i11", amount(20000)), ("sale", "i400", amount(4000)), ("retained", "i1310", amount(-2400))],
            [
                ("sale", "i11", amount(25000)),
                ("sale", "i400", amount(6000)),
                ("sale", "i400", amount(2000)),
                ("retained", "i1310", amount(-3300)),
            ],
            [
                ("sale", "i11", amount(15000)),
                ("sale", "i400", amount(30000)),
                ("sale", "i400", amount(3000)),
                ("retained", "i1310", amount(-4800)),
                ("released", "i1315", amount(3000)),
            ],
            [("released", "i1315", amount(7500))],
        ]
        assert [books.sales[each.id].total for each in months] == [
            amount(total) for total in ("21600", "29700", "46200", "7500")
        ]

    def test_the_head_and_the_wire(self) -> None:
        planned = plan(simple_invoice(), defaults=replace(DEFAULTS, tracks_locations=True))
        assert planned.document is not None
        assert planned.document.to_wire() == {
            "CustomerRef": {"value": "97"},
            "TxnDate": "2026-07-31",
            "DocNumber": "LL-01",
            "CurrencyRef": {"value": "USD"},
            "PrivateNote": f"PC-2417, invoice 1. {make_mark('2001')}",
            "Line": [
                {
                    "Amount": amount(10000),
                    "Description": "03-300 Cast-in-place concrete - Work A",
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {"ItemRef": {"value": "i11"}},
                },
                {
                    "Amount": amount(-1000),
                    "Description": "Retention held, invoice 1",
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {"ItemRef": {"value": "i1310"}},
                },
            ],
        }

    def test_the_cost_account_map_is_never_used(self) -> None:
        planned = plan(Prime().bill(Billed("B", work=500)))
        assert rows(planned) == [("sale", "i400", amount(500))]
        (warning,) = planned.warnings
        assert (warning.code, warning.subject) == ("invoice_code_used", "05-120")
        assert warning.detail == {"amount": "500.00", "key": "12", "kind": "revenue"}

    def test_a_firm_that_maps_no_code_for_sales_is_not_warned(self) -> None:
        links = {key: target for key, target in LINKS.items() if key[0] != "revenue"}
        assert codes_of(plan(simple_invoice(), maps=replace(MAPS, links=links))) == []

    def test_the_item_map_where_lines_are_coded_by_item(self) -> None:
        maps = replace(MAPS, links={**LINKS, (COST_CODE_ITEM.key, "12"): Target("i12", "Steel")})
        planned = plan(Prime().bill(Billed("B", work=500)), maps=maps, defaults=with_choice(LINE_ITEM_TYPE, "item"))
        assert rows(planned) == [("sale", "i12", amount(500))]

    def test_summary_lines_are_one_per_item(self) -> None:
        bill = Prime().bill(Billed("A", work=100), Billed("B", work=200), Billed("C", work=300, retained=30))
        planned = plan(bill, defaults=with_choice(OWNER_LINES, "summary"))
        assert rows(planned) == [
            ("sale", "i11", amount(100)),
            ("sale", "i400", amount(500)),
            ("retained", "i1310", amount(-30)),
        ]

    def test_retention_per_contract_line(self) -> None:
        prime = Prime()
        first = prime.bill(Billed("A", work=1000, retained=100), Billed("B", stored=500, stored_held=50))
        second = prime.bill(Billed("A", work=10, retained=1, released=40), Billed("B", work=500, retained=50))
        books = Books(defaults=with_choice(OWNER_RETENTION_LINES, "line"))
        books.offer_all([first, second])
        kept = [
            [
                (line.role, line.source_line_id, line.amount)
                for line in books.sales[each.id].lines
                if line.role != "sale"
            ]
            for each in (first, second)
        ]
        assert kept == [
            [("retained", "1A", amount(-100)), ("retained", "1B", amount(-50))],
            # Held on stored material moves to the work it became: nothing of it is new.
            [("retained", "2A", amount(-1)), ("released", "2A", amount(40))],
        ]

    def test_one_account_for_both_keeps_two_lines(self) -> None:
        bill = Prime()
        bill.bill(Billed("A", work=1000, retained=100))
        second = bill.bill(Billed("A", work=1000, retained=100, released=50))
        opening = Opening("2001", 1, amount(1000), amount(100), amount(900), is_confirmed=True)
        books = Books(opening=opening, start_date=None, defaults=with_choice(RETENTION_RECEIVABLE_RELEASED, "1310"))
        assert rows(books.plan(second))[1:] == [("retained", "i1310", amount(-100)), ("released", "i1310", amount(50))]

    def test_a_negative_total_is_a_credit_memo_with_every_line_inverted(self) -> None:
        prime = Prime()
        books = Books()
        books.offer(prime.bill(Billed("A", work=1000, retained=100)))
        planned = books.plan(prime.bill(Billed("A", work=-400, retained=-40)))
        assert planned.document is not None
        assert (planned.document.entity, planned.document.total) == ("CreditMemo", amount(-360))
        assert [line["Amount"] for line in planned.document.to_wire()["Line"]] == [amount(400), amount(-40)]

    def test_what_the_invoice_before_had_and_this_one_lacks_is_taken_back(self) -> None:
        prime = Prime()
        books = Books()
        books.offer(prime.bill(Billed("A", work=1000), Billed("B", work=300)))
        del prime.lines["B"]
        planned = books.plan(prime.bill(Billed("A", work=100)))
        assert rows(planned) == [("sale", "i11", amount(100)), ("sale", "i400", amount(-300))]
        assert planned.document.total == amount(-200)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
def test_any_order_of_arrival_ends_in_the_same_invoices(order: tuple[int, ...]) -> None:
    months = four_months()
    in_order, shuffled = Books(), Books()
    in_order.offer_all(months)
    shuffled.offer_all([months[place] for place in order])
    assert shuffled.sales == in_order.sales
    assert shuffled.claims == in_order.claims


def test_an_invoice_waits_for_the_one_before_in_its_own_flow() -> None:
    planned = Books().plan(four_months()[1])
    (notice,) = planned.blockers
    assert (notice.code, notice.waits_for) == ("previous_not_posted", "entry:owner_invoices:2001")
    assert notice.also_lifted_by == (f"opening:{KEY}",)


def test_what_changed_after_posting_is_made_up_for_once_somebody_says_so() -> None:
    posted, changed = Prime(), Prime()
    books = Books()
    books.offer(posted.bill(Billed("A", work=1000, retained=100)))
    changed.bill(Billed("A", work=1500, retained=150))
    second = changed.bill(Billed("A", work=1000, retained=100))
    assert codes_of(books.plan(second)) == ["previous_changed"]
    planned = books.offer(second, "catch_up")
    assert rows(planned) == [
        ("sale", "i11", amount(1000)),
        ("retained", "i1310", amount(-100)),
        ("catch_up", "i400", amount(500)),
        ("catch_up", "i1310", amount(-50)),
    ]
    assert (books.ledger.earned, books.ledger.retainage) == (second.earned, second.retainage)


class TestHead:
    @pytest.mark.parametrize(
        ("kind", "option", "number"),
        [
            (OWNER_NUMBER, "invoice_number", "LL-01"),
            (OWNER_NUMBER, "contract", "PC-2417-1"),
            (OWNER_NUMBER, "quickbooks", ""),
        ],
    )
    def test_the_number(self, kind: Any, option: str, number: str) -> None:
        planned = plan(simple_invoice(), defaults=with_choice(kind, option))
        assert planned.document.number == number
        assert ("DocNumber" in planned.document.to_wire()) == bool(number)

    def test_a_long_number_keeps_a_hash(self) -> None:
        planned = plan(simple_invoice(invoice_number="Application 2026-07 for Larimer"))
        assert len(planned.document.number) == 21
        assert planned.document.number.startswith("Application")

    def test_without_a_number_contract_and_claim_stand_for_it(self) -> None:
        assert plan(simple_invoice(invoice_number="")).document.number == "PC-2417-1"

    def test_dates(self) -> None:
        bill = simple_invoice(billing_date="2026-08-05")
        assert plan(bill).document.date == date(2026, 8, 5)
        assert plan(bill, defaults=with_choice(OWNER_DATE, "period_end")).document.date == date(2026, 7, 31)

    def test_due_dates(self) -> None:
        assert not {"SalesTermRef", "DueDate"} & set(plan(simple_invoice()).document.to_wire())
        by_days = plan(simple_invoice(), defaults=with_choice(OWNER_DUE, "days")).document.to_wire()
        assert by_days["DueDate"] == "2026-08-30"
        chosen = {**DEFAULTS.choices, OWNER_DUE.key: Choice("term", ""), OWNER_TERM.key: Choice("3", "Net 45")}
        by_term = plan(simple_invoice(), defaults=replace(DEFAULTS, choices=chosen)).document.to_wire()
        assert by_term["SalesTermRef"] == {"value": "3"}

    def test_how_it_is_listed(self) -> None:
        described = describe_invoice(simple_invoice())
        assert (described.group, described.position, described.amount) == (KEY, 1, amount(9000))
        assert described.title == "Larimer Holdings LLC, invoice 1"


STOPPED = [
    (simple_invoice(status="under_review"), {}, "not_approved"),
    (simple_invoice(), {"maps": linked(project=None)}, "project_not_mapped"),
    (simple_invoice(), {"maps": linked(project=Target("97", "Lofts", is_active=False))}, "project_inactive"),
    (simple_invoice(), {"maps": linked(owner=None)}, "customer_not_mapped"),
    (simple_invoice(), {"maps": linked(owner=Target("61", "Other"))}, "owner_differs"),
    (simple_invoice(), {"defaults": without(RETENTION_RECEIVABLE_RETAINED)}, "receivable_retained_not_set"),
    (simple_invoice(), {"maps": replace(MAPS, carriers={})}, "carrier_missing"),
    (
        simple_invoice(),
        {"maps": replace(MAPS, carriers={**CARRIERS, "1310": Target("i1310", "Retention", is_active=False)})},
        "carrier_inactive",
    ),
    (simple_invoice(), {"defaults": with_choice(RETENTION_RECEIVABLE_RETAINED, "1310", is_active=False)},
     "default_inactive"),
    (Prime().bill(Billed("B", work=500)), {"defaults": without(INVOICE_CODE)}, "invoice_code_not_set"),
    (
        simple_invoice(),
        {"maps": replace(MAPS, links={**LINKS, ("revenue", "11"): Target("i11", "Old", is_active=False)})},
        "revenue_code_inactive",
    ),
    (simple_invoice(currency_configuration={"currency_iso_code": "CAD"}), {}, "currency_differs"),
    (simple_invoice(billing_date=None, period_end=None), {}, "date_missing"),
    (Prime().bill(Billed("A", work=500), tax=40), {}, "sales_tax_off"),
    (Prime().bill(), {}, "nothing_to_post"),
    (simple_invoice(), {"defaults": replace(DEFAULTS, closed_until=date(2026, 7, 31))}, "books_closed_date"),
]  # fmt: skip


@pytest.mark.parametrize(("invoice", "given", "code"), STOPPED, ids=[code for _, _, code in STOPPED])
def test_what_stops_an_invoice(invoice: OwnerInvoice, given: dict[str, Any], code: str) -> None:
    planned = plan(invoice, **given)
    assert planned.document is None
    assert [notice.code for notice in planned.blockers] == [code]
    for notice in planned.blockers:
        assert "{" not in sentence_for(notice.code, notice.subject, notice.detail)
        assert "…" not in sentence_for(notice.code, notice.subject, notice.detail)


def test_what_is_missing_lifts_it() -> None:
    waits = {code: plan(invoice, **given).blockers[0].waits_for for invoice, given, code in STOPPED}
    assert waits["carrier_missing"] == "entry:carrier_items:1310"
    assert waits["receivable_retained_not_set"] == "default:retention_receivable_retained"
    assert waits["invoice_code_not_set"] == "default:invoice_code"
    assert waits["customer_not_mapped"] == f"link:customer:{OWNER_ID}"
    assert waits["project_not_mapped"] == f"link:project:{PROJECT_ID}"


def test_the_released_code_is_needed_only_for_what_is_released() -> None:
    months = four_months()
    books = Books(defaults=without(RETENTION_RECEIVABLE_RELEASED))
    books.offer_all(months)
    assert sorted(books.sales) == ["2001", "2002"]
    assert codes_of(books.plan(months[2]))[:1] == ["receivable_released_not_set"]


def test_an_owner_higher_up_is_the_same_customer() -> None:
    assert codes_of(plan(simple_invoice(), maps=replace(MAPS, parents={"97": "80", "80": "60"}))) == []


def test_a_contract_without_an_owner_is_billed_with_a_word() -> None:
    prime = Prime(contract={**CONTRACT, "vendor": None})
    planned = plan(prime.bill(Billed("A", work=100)))
    assert planned.document is not None
    assert codes_of(planned) == ["owner_missing"]


@pytest.mark.parametrize(
    ("figure", "value", "subject"),
    [
        ("total_completed_and_stored_to_date", "10001.00", "Completed and stored to date (line 4)"),
        ("current_payment_due", "9000.01", "Current payment due (line 8)"),
        ("less_previous_certificates_for_payment", "1.00", "Current payment due (line 8)"),
    ],
)
def test_figures_that_do_not_agree_are_not_posted(figure: str, value: str, subject: str) -> None:
    prime = Prime()
    g702 = prime.wire([Billed("A", work=10000, retained=1000)], ZERO)["g702"]
    planned = plan(simple_invoice(g702={**g702, figure: value}))
    assert planned.document is None
    assert ("totals_differ", subject) in [(notice.code, notice.subject) for notice in planned.blockers]
