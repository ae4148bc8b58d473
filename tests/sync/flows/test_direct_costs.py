"""The rule for direct costs entered in Procore: which become bills, on which accounts, and that the totals agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.procore.records_costs import DirectCost
from connectors.qbo.documents import Bill
from mapping.defaults import BILL_CODE, PURCHASE_TAX_CODE, Choice, Defaults
from mapping.kinds import PAYMENT_TERM, PROJECT, TAX_PURCHASE, VENDOR
from mapping.maps import Maps, Target, term_key
from sync.flows.direct_costs import bill_for_cost, describe_cost
from sync.plan import Plan
from tests.sync.flows.contracts import CODES, DEFAULTS, LINKS

MAPS = Maps(links=LINKS, codes=CODES, start_date=date(2026, 7, 1))
VENDOR_ID, PROJECT_ID = "5181441", "123456"


def line(amount: str, code: str = "801", **more: Any) -> dict[str, Any]:
    return {
        "amount": amount,
        "quantity": "0.0",
        "unit_cost": "0.0",
        "description": "Ready mix",
        "cost_code": {"id": int(code), "full_code": f"code {code}"},
        "line_item_type": {"id": 7, "code": "M"},
        "wbs_code": {"id": 9, "flat_code": f"{code}.M"},
        **more,
    }


def wire(*lines: dict[str, Any], tax: str = "0", **more: Any) -> dict[str, Any]:
    total = sum((Decimal(row["amount"]) for row in lines), Decimal(tax))
    return {
        "id": 379900,
        "direct_cost_type": "invoice",
        "status": "approved",
        "direct_cost_date": "2026-08-14",
        "received_date": "2026-08-16",
        "payment_date": None,
        "invoice_number": "INV-77",
        "description": "Slab on grade",
        "terms": None,
        "grand_total": str(total),
        "vendor": {"id": int(VENDOR_ID), "name": "Example Concrete LLC"},
        "currency_configuration": {"currency_iso_code": "USD"},
        "project": {"id": int(PROJECT_ID), "name": "Larimer Street Lofts"},
        "line_items_count": len(lines),
        "line_items": [{"id": number, **row} for number, row in enumerate(lines, start=1)],
        **more,
    }


def cost(*lines: dict[str, Any], **more: Any) -> DirectCost:
    return DirectCost.from_wire(wire(*lines, **more), project_id=PROJECT_ID)


def plan(given: DirectCost, maps: Maps = MAPS, defaults: Defaults = DEFAULTS) -> Plan[Bill]:
    return bill_for_cost(given, maps, defaults)


def bill(given: DirectCost, maps: Maps = MAPS, defaults: Defaults = DEFAULTS) -> Bill:
    found = plan(given, maps, defaults)
    assert found.document is not None, found.blockers
    return found.document


def codes(found: Plan[Any]) -> list[str]:
    return [notice.code for notice in found.blockers]


def test_an_invoice_becomes_a_bill_line_by_line() -> None:
    made = bill(cost(line("100.00"), line("0.00"), line("40.50", "802")))
    assert [(each.code_name, str(each.amount), each.customer_id) for each in made.lines] == [
        ("Concrete", "100.00", "97"),
        ("Steel", "40.50", "97"),
    ]
    assert (made.entity, made.vendor_id, made.number, made.date) == ("Bill", "56", "INV-77", date(2026, 8, 14))
    assert made.lines[0].description == "03-300 Cast-in-place concrete - Ready mix"
    assert made.memo.startswith("Slab on grade. Received 16 Aug 2026. Smoothx ")
    assert str(made.total) == "140.50"


def test_a_credit_becomes_a_vendor_credit_and_a_zero_line_is_left_off() -> None:
    made = bill(cost(line("-80.00"), line("30.00", "802"), line("0.00")))
    assert (made.entity, str(made.total), len(made.lines)) == ("VendorCredit", "-50.00", 2)
    assert [row["Amount"] for row in made.to_wire()["Line"]] == [Decimal("80.00"), Decimal("-30.00")]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"status": "draft"}, "not_approved"),
        ({"status": "pending"}, "not_approved"),
        ({"direct_cost_type": "payroll"}, "kind_not_carried"),
        ({"direct_cost_type": "subcontractor_invoice"}, "kind_not_carried"),
        ({"vendor": None, "employee": {"id": 3, "name": "Pat Example"}}, "cost_without_vendor"),
        ({"direct_cost_date": "2026-06-30"}, "cost_before_start"),
        ({"line_items_count": 2}, "cost_lines_missing"),
        ({"grand_total": "101.00"}, "totals_differ"),
        ({"direct_cost_date": None, "received_date": None}, "cost_date_missing"),
        ({"currency_configuration": {"currency_iso_code": "CAD"}}, "currency_differs"),
    ],
)
def test_what_is_no_bill(more: dict[str, Any], code: str) -> None:
    found = plan(cost(line("100.00"), **more))
    assert (codes(found), found.document) == ([code], None)


def test_nothing_but_zero_lines_is_nothing_to_post() -> None:
    assert codes(plan(cost(line("0.00"), line("0.00")))) == ["nothing_to_post"]
    assert str(bill(cost(line("10.00"), line("-10.00"))).total) == "0.00"


def test_what_we_made_ourselves_never_comes_back() -> None:
    assert codes(plan(replace(cost(line("5.00")), is_ours=True))) == ["made_from_books"]


@pytest.mark.parametrize(
    ("links", "code", "wait"),
    [
        ({(VENDOR.key, VENDOR_ID): None}, "vendor_not_mapped", f"link:vendor:{VENDOR_ID}"),
        ({(VENDOR.key, VENDOR_ID): Target("56", "Old", False)}, "vendor_inactive", ""),
        ({(PROJECT.key, PROJECT_ID): None}, "project_not_mapped", f"link:project:{PROJECT_ID}"),
        ({(PROJECT.key, PROJECT_ID): Target("97", "Old", False)}, "project_inactive", ""),
    ],
)
def test_targets_must_be_mapped_and_active(links: dict[Any, Any], code: str, wait: str) -> None:
    kept = {key: target for key, target in {**LINKS, **links}.items() if target is not None}
    found = plan(cost(line("5.00")), replace(MAPS, links=kept))
    assert codes(found) == [code]
    assert found.blockers[0].waits_for == wait


def test_an_unmapped_code_takes_the_bill_code_or_stops() -> None:
    kept = {key: target for key, target in LINKS.items() if key[1] != "11"}
    found = plan(cost(line("5.00")), replace(MAPS, links=kept))
    assert [notice.code for notice in found.warnings] == ["bill_code_used"]
    without = Defaults({key: choice for key, choice in DEFAULTS.choices.items() if key != BILL_CODE.key})
    assert codes(plan(cost(line("5.00")), replace(MAPS, links=kept), without)) == ["code_not_mapped"]


def test_quantity_and_price_are_told_where_they_make_the_amount() -> None:
    exact = line("540.00", quantity="12.0", unit_cost="45.0000", uom="yd3")
    fine = line("0.38", quantity="3", unit_cost="0.1250")
    other = line("500.00", quantity="12", unit_cost="45")
    made = bill(cost(exact, fine, other)).lines
    assert made[0].description.endswith("Ready mix, 12 yd3 at 45.00")
    assert made[1].description.endswith("Ready mix, 3 at 0.125")
    assert made[2].description.endswith("Ready mix")


def test_terms_are_those_written_on_it() -> None:
    links = {**LINKS, (PAYMENT_TERM.key, term_key("Net 30")): Target("3", "Net 30")}
    given = cost(line("5.00"), terms="Net  30")
    assert bill(given, replace(MAPS, links=links)).term_id == "3"
    found = plan(given)
    assert [notice.code for notice in found.warnings] == ["term_not_mapped"]


def test_a_cost_paid_in_procore_is_told_of() -> None:
    found = plan(cost(line("5.00"), payment_date="2026-08-20"))
    assert [(each.code, each.detail) for each in found.warnings] == [("paid_in_procore", {"date": "2026-08-20"})]
    assert found.document is not None
    assert " Paid 20 Aug 2026. " in found.document.memo


def test_a_number_is_made_of_the_id_where_there_is_none() -> None:
    assert bill(cost(line("5.00"), direct_cost_type="expense", invoice_number=None)).number == "DC-379900"
    assert len(bill(cost(line("5.00"), invoice_number="A" * 40)).number) == 21


def test_sales_tax_is_cost_of_the_lines_to_the_cent() -> None:
    made = bill(cost(line("100.00", tax_code_id=4), line("50.01", "802", tax_code_id=4), tax="12.38"))
    assert [str(each.amount) for each in made.lines] == ["108.25", "54.14"]
    assert str(made.total) == "162.39"
    assert "Tax of 12.38 is part of the cost." in made.memo


CODED_BOOKS = Defaults(
    {**DEFAULTS.choices, PURCHASE_TAX_CODE.key: Choice("20", "20% standard")}, books_country="GB", uses_sales_tax=True
)
CODED_MAPS = replace(
    MAPS,
    links={**LINKS, (TAX_PURCHASE.key, "4"): Target("20", "20% standard")},
    tax_rates={("purchase", "20"): Decimal(20)},
)


def test_where_purchases_carry_codes_each_line_has_one() -> None:
    made = bill(cost(line("100.00", tax_code_id=4), tax="20.00"), CODED_MAPS, CODED_BOOKS)
    assert (made.lines[0].tax_code_id, str(made.lines[0].amount), str(made.total)) == ("20", "100.00", "120.00")
    unmapped = cost(line("100.00", tax_code_id=5), tax="20.00")
    assert codes(plan(unmapped, CODED_MAPS, CODED_BOOKS)) == ["tax_code_not_mapped"]


@pytest.mark.parametrize(
    ("amount", "tax_code", "tax", "held"),
    [
        ("100.00", None, "0", {"computed": "20.00", "stated": "0.00"}),
        ("100.00", 4, "0", {"computed": "20.00", "stated": "0.00"}),
        ("100.00", 4, "15.00", {"computed": "20.00", "stated": "15.00"}),
        ("-100.00", None, "0", {"computed": "-20.00", "stated": "0.00"}),
        ("0.30", None, "0", {"computed": "0.06", "stated": "0.00"}),
        ("0.25", None, "0", None),
        ("100.00", 4, "20.05", None),
    ],
)
def test_tax_codes_that_make_another_total_than_procores_are_held_until_allowed(
    amount: str, tax_code: int | None, tax: str, held: dict[str, str] | None
) -> None:
    given = cost(line(amount, tax_code_id=tax_code), tax=tax)
    found = plan(given, CODED_MAPS, CODED_BOOKS)
    assert [(each.code, each.detail) for each in found.blockers] == ([("tax_differs", held)] if held else [])
    # What is expected of QuickBooks stays Procore's total, so that the comparison after posting tells of the tax.
    allowed = bill(given, replace(CODED_MAPS, approvals=frozenset({"tax"})), CODED_BOOKS)
    assert (allowed.total, allowed.tax) == (given.grand_total, given.tax)


def test_a_default_code_without_tax_leaves_the_total_as_it_is() -> None:
    no_vat = replace(CODED_MAPS, tax_rates={("purchase", "20"): Decimal(0)})
    assert str(bill(cost(line("100.00")), no_vat, CODED_BOOKS).total) == "100.00"


def test_how_it_is_listed() -> None:
    told = describe_cost(cost(line("5.00")))
    assert (told.number, told.title) == ("Invoice INV-77", "Example Concrete LLC, Invoice INV-77")
    assert (told.amount, told.project_id) == (Decimal("5.00"), PROJECT_ID)


amounts = st.integers(-3_000_000, 3_000_000).filter(bool).map(lambda cents: str(Decimal(cents) / 100))


@given(st.lists(amounts, min_size=1, max_size=15), st.integers(0, 50_000))
def test_the_bill_comes_to_the_grand_total(lines: list[str], tax: int) -> None:
    given = cost(*(line(amount, tax_code_id=4) for amount in lines), tax=str(Decimal(tax) / 100))
    made = bill(given)
    assert made.total == given.grand_total
    assert made.entity == ("VendorCredit" if given.grand_total < 0 else "Bill")
    assert bill(given) == made
