"""Bills received against purchase orders to invoices of commitments."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.qbo.records_costs import BookedCost
from mapping.defaults import FOLLOW_DELETED_COSTS, ORDER_BILL_STATUS
from mapping.maps import Maps
from sync.flows._booked import Gone
from sync.flows._ordered import Order, OrderBillPart, OrderLine
from sync.flows.order_bills import FLOW, describe_part, invoice_for_bill, make_mark, split_by_order
from sync.plan import MoneyDocument
from tests.sync.flows.contracts import DEFAULTS, amount, choose, codes_of

DETAIL = "AccountBasedExpenseLineDetail"
HELD, FREED = "2110", "2115"


def order_line(line_id: str, key: str, ordered: Any, **more: Any) -> OrderLine:
    figures = {"completed": amount(0), "held": amount(0), **more}
    return OrderLine(
        line_id, key, figures.pop("group", key), "03-300", f"03-300 Part {key}", amount(ordered), **figures
    )


LINES = (order_line("1", "51", 9000), order_line("2", "52", 1000, completed=amount(400), held=amount(40)))
ORDER = Order("90", "PO-77", "123456", "786001", "5181441", "Example Concrete LLC", LINES)


def line(
    value: Any, *, order: str = "90", row: str = "1", account: str = "211", customer: str = "97"
) -> dict[str, Any]:
    link = {"TxnId": order, "TxnType": "PurchaseOrder", **({"TxnLineId": row} if row else {})}
    detail = {"AccountRef": {"value": account}, "CustomerRef": {"value": customer}}
    linked = {"LinkedTxn": [link]} if order else {}
    return {"Id": "1", "Amount": value, "Description": "Rebar", "DetailType": DETAIL, DETAIL: detail, **linked}


def part(*lines: dict[str, Any], bill: dict[str, Any] | None = None, **more: Any) -> OrderBillPart:
    wire = {
        "Id": "234",
        "SyncToken": "0",
        "DocNumber": "4402",
        "TxnDate": "2026-09-15",
        "VendorRef": {"value": "56", "name": "Example Concrete LLC"},
        "TotalAmt": str(sum(Decimal(str(each["Amount"])) for each in lines)),
        "Line": list(lines),
        "LinkedTxn": [{"TxnId": "90", "TxnType": "PurchaseOrder"}],
        **(bill or {}),
    }
    given_: dict[str, Any] = {"order": ORDER, "orders": ("90",), "retention_accounts": (HELD, FREED), **more}
    return OrderBillPart("234", "90", BookedCost.from_wire(wire, "Bill"), **given_)


NO_MAPS = Maps()


def plan(record: OrderBillPart, maps: Maps = NO_MAPS, defaults: Any = DEFAULTS) -> Any:
    return invoice_for_bill(record, maps, defaults)


def items(document: Any) -> list[tuple[Any, ...]]:
    return [tuple(item.values()) for item in document.to_wire()["items"]]


def test_each_line_bills_the_line_it_is_linked_to_with_its_share_of_it() -> None:
    made = plan(part(line(250, row="2"), line("2250.00", row="1"), line(10, row="2")))
    document = made.document
    assert isinstance(document, MoneyDocument)
    assert (document.entity, document.total, document.party_id) == ("commitment_invoice", amount(2510), "5181441")
    assert document.to_wire() == {
        "project_id": "123456",
        "commitment_id": "786001",
        "head": {
            "invoice_number": "4402",
            "billing_date": "2026-09-15",
            "requisition_start": "2026-09-01",
            "requisition_end": "2026-09-15",
            "origin_data": make_mark("234", "90"),
        },
        "status": "under_review",
        "items": [
            {"key": "52", "work": amount(260), "retained": amount(0), "released": amount(0)},
            {"key": "51", "work": amount(2250), "retained": amount(0), "released": amount(0)},
        ],
    }
    assert [each.description for each in document.lines] == [
        "Rebar - 26.0 % of 1,000.00, 66.0 % to date",
        "Rebar - 25.0 % of 9,000.00, 25.0 % to date",
    ]
    assert dict(made.facts) == {
        "contract": "PO-77",
        "invoice_number": "4402",
        "gross": "2510.00",
        "held": "0.00",
        "released": "0.00",
        "tax": "0.00",
        "net": "2510.00",
        "retainage": "40.00",
        "bill_total": "2510.00",
        "bill_tax": "0.00",
    }


def test_lines_of_no_order_and_of_other_orders_are_not_its_own() -> None:
    mixed = part(line(100), line(70, order=""), line(30, order="91", row="8"))
    assert items(plan(mixed).document) == [("51", amount(100), amount(0), amount(0))]
    assert mixed.amount == amount(100)
    assert mixed.cost is not None
    assert split_by_order(mixed.cost) == ("90", "91")


def test_retention_on_the_bill_is_held_by_work_and_released_by_what_is_held() -> None:
    held = plan(part(line(900), line(100, row="2"), line("-100.00", order="", account=HELD)))
    assert items(held.document) == [
        ("51", amount(900), amount(90), amount(0)),
        ("52", amount(100), amount(10), amount(0)),
    ]
    assert (held.document.total, held.facts["held"], held.facts["net"]) == (amount(900), "100.00", "900.00")
    freed = plan(part(line(100), line("40.00", order="", account=FREED)))
    assert items(freed.document) == [
        ("51", amount(100), amount(0), amount(0)),
        ("52", amount(0), amount(0), amount(40)),
    ]


def release(value: Any, **more: Any) -> OrderBillPart:
    """A bill that only lets go of retention, and names no order."""
    own = {"bill": {"LinkedTxn": []}, "is_release": True, **more}
    return part(line(value, order="", account=FREED), **own)


def test_a_bill_that_only_releases_retention_bills_no_work() -> None:
    made = plan(release("25.00"))
    assert items(made.document) == [("52", amount(0), amount(0), amount(25))]
    assert (made.document.total, made.facts["gross"], made.facts["released"]) == (amount(25), "0.00", "25.00")
    assert made.facts["retainage"] == "15.00"
    assert describe_part(release("25.00")).amount == amount(25)
    assert codes_of(plan(release("40.01"))) == ["order_retention_too_much"]
    assert codes_of(plan(release("25.00", orders=("90", "91")))) == ["order_retention_unclear"]
    # Whose it was thought to be at first, and is not any more.
    gone = plan(release("25.00", is_release=False, orders=("91",)))
    assert gone.removal is not None
    assert gone.removal.code == "order_link_gone"


def test_retention_of_several_orders_follows_the_customer_or_asks() -> None:
    lines = (line(900), line(500, order="91", row="8", customer="98"))
    own = part(*lines, line(-90, order="", account=HELD), orders=("90", "91"))
    assert items(plan(own).document) == [("51", amount(900), amount(90), amount(0))]
    unclear = part(*lines, line(-90, order="", account=HELD, customer=""), orders=("90", "91"))
    assert codes_of(plan(unclear)) == ["order_retention_unclear"]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (part(line("9000.01")), "order_overbilled"),
        (part(line(601, row="2")), "order_overbilled"),
        (part(line(-1, row="1")), "order_overbilled"),
        (part(line(100, row="")), "order_line_not_named"),
        (part(line(100, order="")), "order_line_not_named"),
        (part(line(100, row="7")), "order_line_unknown"),
        (part(line(100), line(-101, order="", account=HELD)), "order_retention_too_much"),
        (part(line(100), line("40.01", order="", account=FREED)), "order_retention_too_much"),
        (part(line(100), bill={"CurrencyRef": {"value": "CAD"}}), "cost_currency_differs"),
        (part(line(100), bill={"TxnDate": None}), "cost_date_missing"),
        (part(line(100), bill={"TotalAmt": "99.00"}), "cost_totals_differ"),
        (part(line(100), order=replace(ORDER, lines=(replace(LINES[0], is_split=True),))), "order_line_detailed"),
    ],
)
def test_what_is_held(record: OrderBillPart, code: str) -> None:
    made = plan(record)
    assert (made.document, codes_of(made)) == (None, [code])


def test_the_overbilling_guard_tells_the_figures_and_looks_again_when_the_order_changes() -> None:
    (notice,) = plan(part(line(700, row="2"))).blockers
    assert dict(notice.detail) == {"amount": "700.00", "remaining": "600.00", "ordered": "1000.00"}
    assert notice.subject == "03-300 Part 52"
    assert notice.also_lifted_by == ("entry:purchase_orders:786001",)


def test_lines_billed_as_one_in_procore_share_what_remains() -> None:
    whole = tuple(order_line(str(n), f"7/{n}", 500, group="7/*", completed=amount(100)) for n in (3, 4))
    order = replace(ORDER, lines=whole)
    assert plan(part(line(200, row="3"), line(200, row="4"), order=order)).document is not None
    assert codes_of(plan(part(line(200, row="3"), line(201, row="4"), order=order))) == ["order_overbilled"]


def test_a_deductive_line_goes_down_to_its_own_amount() -> None:
    order = replace(ORDER, lines=(LINES[0], order_line("3", "7/91", -500)))
    assert plan(part(line(900), line(-500, row="3"), order=order)).document.total == amount(400)
    assert codes_of(plan(part(line(900), line(-501, row="3"), order=order))) == ["order_overbilled"]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (part(line(100), is_ours=True), "bill_from_procore"),
        (part(line(100), order=None), "order_not_from_procore"),
        (part(line(100, order=""), bill={"LinkedTxn": []}), "order_link_gone"),
        (part(line(0)), "order_link_gone"),
        (OrderBillPart("234", "90", None), "deleted_in_quickbooks"),
    ],
)
def test_what_has_no_invoice(record: OrderBillPart, code: str) -> None:
    made = plan(record)
    assert made.removal is not None
    assert made.removal.code == code


def test_before_the_start_date_only_what_was_asked_for() -> None:
    maps = Maps(start_date=date(2026, 10, 1))
    removal = plan(part(line(100)), maps).removal
    assert removal is not None
    assert removal.code == "cost_before_start"
    assert plan(part(line(100)), replace(maps, approvals=frozenset({"backfill"}))).document is not None


def test_an_invoice_stays_where_the_firm_does_not_follow_deletions() -> None:
    gone = OrderBillPart("234", "90", None, gone=Gone("Bill 4402", "", "", "", None, None, is_posted=True))
    asks = replace(DEFAULTS, choices={**DEFAULTS.choices, **choose((FOLLOW_DELETED_COSTS, "no", "No")).choices})
    assert codes_of(plan(gone, defaults=asks)) == ["order_bill_deleted"]
    assert plan(gone).removal is not None
    told_to = replace(NO_MAPS, approvals=frozenset({"remove_here"}))
    assert plan(gone, told_to, asks).removal is not None


def test_the_status_is_the_firms_and_counts_for_no_difference() -> None:
    approved = choose((ORDER_BILL_STATUS, "approved", "Approved"))
    made = plan(part(line(100)), defaults=replace(DEFAULTS, choices={**DEFAULTS.choices, **approved.choices}))
    assert (made.document.status, made.document.derived) == ("approved", frozenset({"status"}))


def test_how_it_is_listed() -> None:
    described = describe_part(part(line(100), claim_number=3))
    assert (described.number, described.group, described.position, described.amount) == (
        "Bill 4402",
        "786001",
        3,
        amount(100),
    )
    assert described.title == "Example Concrete LLC, bill 4402, order PO-77"
    assert (FLOW.is_on_at_first, FLOW.screen) == (False, "commitments")


@settings(max_examples=60)
@given(st.lists(st.integers(min_value=1, max_value=90), min_size=1, max_size=12), st.integers(0, 500))
def test_the_invoice_comes_to_what_the_bill_says_of_the_order(amounts: list[int], held: int) -> None:
    lines = [line(value, row="1" if number % 2 else "2") for number, value in enumerate(amounts)]
    order = replace(ORDER, lines=(order_line("1", "51", 9000), order_line("2", "52", 9000)))
    retention = [line(-held, order="", account=HELD)] if held else []
    record = part(*lines, *retention, line(13, order=""), order=order)
    made = plan(record)
    if held > sum(amounts):
        assert codes_of(made) == ["order_retention_too_much"]
        return
    assert made.document.total == record.amount == amount(sum(amounts) - held)
    wire = made.document.to_wire()["items"]
    assert sum(item["retained"] for item in wire) == held
    assert made.document == plan(record).document
