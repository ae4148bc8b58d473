"""Commitments to purchase orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from connectors.procore.records_commitments import Commitment, approved_packages
from mapping.defaults import BILL_CODE, LINE_ITEM_TYPE, ORDER_CONTRACTS, PURCHASE_TAX_CODE, Choice, Defaults
from mapping.kinds import COST_CODE_ACCOUNT, COST_CODE_ITEM, PAYMENT_TERM, PROJECT, VENDOR
from mapping.maps import Maps, Target, term_key
from sync.flows.purchase_orders import FLOW, describe_commitment, make_mark, purchase_order_for
from sync.plan import MoneyDocument
from tests.sync.flows.contracts import CODES, DEFAULTS, LINKS, PROJECT_ID, VENDOR_ID, amount, choose, codes_of

LINES = [
    {"id": 51, "amount": "90000.0", "description": "Slab", "cost_code": {"id": 801}, "wbs_code": {}},
    {
        "id": 52,
        "amount": "5000.0",
        "description": "Beams",
        "quantity": "200.0",
        "unit_cost": "25.0",
        "uom": "ea",
        "cost_code": {"id": 802},
        "wbs_code": {},
    },
    {"id": 53, "amount": "0.0", "description": "Optional", "cost_code": {"id": 801}, "wbs_code": {}},
]
WIRE: dict[str, Any] = {
    "id": 786001,
    "number": "PO-2417-003",
    "title": "Concrete supply",
    "status": "Approved",
    "vendor": {"id": int(VENDOR_ID), "company": "Example Concrete LLC"},
    "contract_date": "2026-06-01",
    "delivery_date": "2026-10-12",
    "description": "<p>Slab and beams, delivered.</p>",
    "ship_to_address": "Larimer Street Lofts<br>1400 Larimer St\nDenver, CO",
    "ship_via": "Flatbed",
    "revised_contract": "95000.0",
    "line_items": LINES,
    "currency_configuration": {"currency_iso_code": None},
}
PACKAGE = {
    "id": 7,
    "number": "001",
    "title": "Deeper footings",
    "grand_total": "-2000.00",
    "line_items": [{"id": 91, "amount": "-2000.0", "description": "Deeper", "cost_code": {"id": 801}, "wbs_code": {}}],
}
MAPS = Maps(links=LINKS, codes=CODES)


def commitment(kind: Any = "purchase_order", packages: Any = (), **more: Any) -> Commitment:
    wire = {**WIRE, **more}
    return Commitment.from_wire(wire, kind, project_id=PROJECT_ID, packages=packages, project_name="Lofts")


def plan(record: Commitment, maps: Maps = MAPS, defaults: Defaults = DEFAULTS) -> Any:
    return purchase_order_for(record, maps, defaults)


def with_links(**links: Any) -> Maps:
    return replace(MAPS, links={key: value for key, value in {**LINKS, **links.get("links", {})}.items() if value})


def test_a_line_per_line_of_the_schedule_of_values_with_the_work_it_is_for() -> None:
    made = plan(commitment())
    document = made.document
    assert isinstance(document, MoneyDocument)
    assert (document.entity, document.total, document.party_id) == ("PurchaseOrder", amount(95000), "56")
    wire = document.to_wire()
    assert {name: wire[name] for name in ("VendorRef", "TxnDate", "DocNumber", "PrivateNote", "Memo", "ShipAddr")} == {
        "VendorRef": {"value": "56"},
        "TxnDate": "2026-06-01",
        "DocNumber": "PO-2417-003",
        "PrivateNote": f"Purchase order PO-2417-003, Concrete supply. {make_mark('786001')}",
        "Memo": "Slab and beams, delivered. Ship via Flatbed. Delivery on 12 Oct 2026.",
        "ShipAddr": {"Line1": "Larimer Street Lofts", "Line2": "1400 Larimer St", "Line3": "Denver, CO"},
    }
    assert "POStatus" not in wire
    detail = "AccountBasedExpenseLineDetail"
    shown = [
        (line["Amount"], line["Description"], line[detail]["AccountRef"], line[detail]["CustomerRef"])
        for line in wire["Line"]
    ]
    assert shown == [
        (amount(90000), "03-300 Cast-in-place concrete - Slab", {"value": "211"}, {"value": "97"}),
        (amount(5000), "05-120 Structural steel - Beams, 200 ea at 25.00", {"value": "212"}, {"value": "97"}),
    ]
    assert dict(made.facts) == {"contract": "PO-2417-003", "lines": "51 52", "cost_codes": "801 802"}


def test_lines_of_approved_change_orders_follow_those_of_the_contract() -> None:
    made = plan(commitment(packages=[PACKAGE], revised_contract="93000.0"))
    assert [(line.source_line_id, line.amount) for line in made.document.lines] == [
        ("51", amount(90000)),
        ("52", amount(5000)),
        ("7/91", amount(-2000)),
    ]
    assert made.facts["lines"] == "51 52 7/91"
    wire = {"change_order_packages": [{"id": 7, "status": "approved"}, {"id": 8, "status": "draft"}]}
    assert approved_packages(wire) == ["7"]


def test_a_change_order_without_lines_is_a_line_on_the_bill_code() -> None:
    whole = {**PACKAGE, "line_items": [], "grand_total": "1500.00"}
    made = plan(commitment(packages=[whole], revised_contract="96500.0"))
    line = made.document.lines[-1]
    assert (line.source_line_id, line.amount, line.code_id) == ("7/7", amount(1500), "290")
    assert line.description == "Change order 001, Deeper footings"
    assert codes_of(made) == ["bill_code_used"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": "Draft"}, "not_approved"),
        ({"status": "Closed"}, "commitment_over"),
        ({"line_items": []}, "nothing_ordered"),
        ({"line_items": [LINES[2]], "revised_contract": "0"}, "nothing_ordered"),
        ({"vendor": None}, "order_vendor_missing"),
        ({"revised_contract": "95000.01"}, "totals_differ"),
        ({"contract_date": None}, "date_missing"),
        ({"currency_configuration": {"currency_iso_code": "CAD"}}, "currency_differs"),
        (
            {"line_items": [{**LINES[0], "amount": "-90000.0"}, LINES[1]], "revised_contract": "-85000.0"},
            "order_below_zero",
        ),
    ],
)
def test_what_keeps_it_from_being_ordered(changes: dict[str, Any], code: str) -> None:
    made = plan(commitment(**changes))
    assert (made.document, codes_of(made)) == (None, [code])


@pytest.mark.parametrize(
    ("links", "code"),
    [
        ({(VENDOR.key, VENDOR_ID): None}, "vendor_not_mapped"),
        ({(VENDOR.key, VENDOR_ID): Target("56", "Gone LLC", is_active=False)}, "vendor_inactive"),
        ({(PROJECT.key, PROJECT_ID): None}, "project_not_mapped"),
        ({(COST_CODE_ACCOUNT.key, "11"): Target("211", "Old", is_active=False)}, "code_inactive"),
    ],
)
def test_missing_and_inactive_targets_stop_it(links: Any, code: str) -> None:
    made = plan(commitment(), with_links(links=links))
    assert (made.document, codes_of(made)) == (None, [code])


def test_a_code_without_a_map_and_no_bill_code_stops_it() -> None:
    without = choose((LINE_ITEM_TYPE, "category", "Category"))
    made = plan(commitment(), with_links(links={(COST_CODE_ACCOUNT.key, "11"): None}), without)
    assert codes_of(made) == ["code_not_mapped"]


def test_lines_are_coded_to_items_where_bills_are() -> None:
    chosen = choose((LINE_ITEM_TYPE, "item", "Item"), (BILL_CODE, "290", "Unassigned"))
    links = {(COST_CODE_ITEM.key, "11"): Target("i11", "Concrete"), (COST_CODE_ITEM.key, "12"): Target("i12", "Steel")}
    made = plan(commitment(), with_links(links=links), chosen)
    assert [(line.coding, line.code_id) for line in made.document.lines] == [("item", "i11"), ("item", "i12")]


def test_subcontracts_only_where_the_firm_wants_them() -> None:
    assert codes_of(plan(commitment("work_order"))) == ["contract_kind_not_carried"]
    chosen = replace(DEFAULTS, choices={**DEFAULTS.choices, ORDER_CONTRACTS.key: Choice("both", "Both")})
    made = plan(commitment("work_order"), defaults=chosen)
    assert made.document.total == amount(95000)
    assert made.document.memo.startswith("Subcontract PO-2417-003, Concrete supply.")
    # One that was posted is followed whatever is chosen since.
    posted = replace(MAPS, posted={"is_over": False})
    assert plan(commitment("work_order"), posted).document is not None


def test_a_posted_order_is_closed_and_opened_with_its_commitment() -> None:
    posted = replace(MAPS, posted={"is_over": False, "reopens": False})
    closed = plan(commitment(status="Closed"), posted).document
    assert closed.to_wire()["POStatus"] == "Closed"
    again = plan(commitment(), replace(MAPS, posted={"is_over": True, "reopens": False})).document
    assert again.to_wire()["POStatus"] == "Open"
    # It goes on saying so, so that nothing changes by looking again.
    assert plan(commitment(), replace(MAPS, posted={"is_over": False, "reopens": True})).document == again


def test_what_is_invoiced_in_full_is_not_ordered_but_an_order_of_it_stays() -> None:
    billed = replace(commitment(), is_billed=True)
    assert codes_of(plan(billed)) == ["commitment_billed"]
    assert plan(billed, replace(MAPS, posted={"is_over": False})).document is not None


def test_terms_and_tax_codes() -> None:
    british = choose(
        (LINE_ITEM_TYPE, "category", "Category"),
        (BILL_CODE, "290", "Unassigned"),
        (PURCHASE_TAX_CODE, "t20", "20%"),
        books_country="GB",
        uses_sales_tax=True,
        home_currency="GBP",
    )
    maps = replace(
        with_links(links={(PAYMENT_TERM.key, term_key("Net 30")): Target("3", "Net 30")}),
        tax_rates={("purchase", "t20"): amount(20)},
    )
    document = plan(commitment(payment_terms="Net 30"), maps, british).document
    assert (document.term_id, document.tax, document.total) == ("3", amount(19000), amount(114000))
    assert document.to_wire()["GlobalTaxCalculation"] == "TaxExcluded"


def test_a_thousand_lines_and_a_long_number() -> None:
    lines = [
        {"id": number, "amount": "10.5", "description": f"Item {number}", "cost_code": {"id": 801}, "wbs_code": {}}
        for number in range(1, 1001)
    ]
    long = commitment(line_items=lines, revised_contract="10500.0", number="PO-2417-003-0000000000-B")
    document = plan(long).document
    assert (len(document.lines), document.total, len(document.number)) == (1000, amount(10500), 21)


def test_how_it_is_listed() -> None:
    described = describe_commitment(commitment())
    assert (described.number, described.title, described.amount, described.document_date) == (
        "Purchase order PO-2417-003",
        "Example Concrete LLC, purchase order PO-2417-003",
        amount(95000),
        date(2026, 6, 1),
    )
    assert (FLOW.is_on_at_first, FLOW.screen) == (False, "commitments")
