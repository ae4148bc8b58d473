"""Made-up documents of the books for rule tests, written as QuickBooks sends them, and a project to carry them to."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.procore.documents_costs import DirectCost
from connectors.qbo.records_costs import BookedCost, CostKind
from mapping.budgets import BudgetLine, make_budget
from mapping.defaults import DEFAULT_COST_TYPE, LINE_ITEM_TYPE, PROCORE_BILL_CODE, Choice, DefaultKind, Defaults
from mapping.kinds import COST_CODE_ACCOUNT, COST_TYPE_CLASS, PROJECT, VENDOR
from mapping.maps import CodeRef, LeftSide, Maps, Target
from sync.flows._booked import ExpensePart
from sync.flows.expenses import expense_for
from sync.plan import Plan

ACME, LOFTS, PLAZA, TOWER = "56", "97", "98", "99"
CONCRETE, STEEL, UNUSED, RETENTION = "211", "212", "299", "2110"

CODES = {
    "801": CodeRef("11", "03-300", "Concrete"),
    "802": CodeRef("12", "05-120", "Steel"),
    "809": CodeRef("19", "01-740", "Cleaning"),
    "901": CodeRef("11", "03-300", "Concrete"),
    "909": CodeRef("19", "01-740", "Cleaning"),
}
LEFTS = {
    (VENDOR.key, ACME): LeftSide("518", "Acme Supply"),
    (PROJECT.key, LOFTS): LeftSide("1001", "Larimer Lofts"),
    (PROJECT.key, PLAZA): LeftSide("1002", "Union Plaza"),
}
BUDGETS = {
    "1001": make_budget(
        "1001",
        (BudgetLine("w1", "801", "7", "M"), BudgetLine("w2", "802", "7", "M"), BudgetLine("w9", "809", "7", "M")),
        ("801", "802", "809"),
    ),
    "1002": make_budget("1002", (BudgetLine("x9", "909", "7", "M"),), ("901", "909")),
}
MAPS = Maps(
    links={
        (COST_CODE_ACCOUNT.key, "11"): Target(CONCRETE, "Concrete"),
        (COST_CODE_ACCOUNT.key, "12"): Target(STEEL, "Steel"),
    },
    codes=CODES,
    lefts=LEFTS,
    budgets=BUDGETS,
    type_ids={"M": "7", "L": "8"},
    labels={(COST_TYPE_CLASS.left.key, "7"): "Materials"},
)


def choose(*choices: tuple[DefaultKind, str, str], **facts: Any) -> Defaults:
    return Defaults({kind.key: Choice(id_, name) for kind, id_, name in choices}, **facts)


CHOICES = (
    (LINE_ITEM_TYPE, "category", "Category"),
    (PROCORE_BILL_CODE, "19", "01-740 Cleaning"),
    (DEFAULT_COST_TYPE, "7", "Materials"),
)
DEFAULTS = choose(*CHOICES)


def line(amount: str, account: str = CONCRETE, customer: str = LOFTS, **more: Any) -> dict[str, Any]:
    detail: dict[str, Any] = {"AccountRef": {"value": account, "name": f"Account {account}"}}
    if customer:
        detail["CustomerRef"] = {"value": customer, "name": f"Customer {customer}"}
    for name in ("ItemRef", "ClassRef", "TaxCodeRef"):
        if name in more:
            detail[name] = {"value": more.pop(name)}
    return {
        "Amount": amount,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": detail,
        **more,
    }


def wire(*lines: Mapping[str, Any], tax: str = "0", **more: Any) -> dict[str, Any]:
    total = sum((Decimal(row["Amount"]) for row in lines), Decimal(tax))
    found = {
        "Id": "145",
        "SyncToken": "0",
        "DocNumber": "4402",
        "TxnDate": "2026-08-14",
        "CurrencyRef": {"value": "USD"},
        "TotalAmt": str(total),
        "TxnTaxDetail": {"TotalTax": tax},
        "VendorRef": {"value": ACME, "name": "Acme"},
        "Line": [{"Id": str(number), **row} for number, row in enumerate(lines, start=1)],
        **more,
    }
    if "EntityRef" in more:
        del found["VendorRef"]
    return found


def booked(*lines: Mapping[str, Any], kind: CostKind = "Bill", **more: Any) -> BookedCost:
    return BookedCost.from_wire(wire(*lines, **more), kind)


def part_of(cost: BookedCost, part: str = LOFTS, **more: Any) -> ExpensePart:
    return ExpensePart(cost.id, part, cost, **more)


def plan(part: ExpensePart, maps: Maps = MAPS, defaults: Defaults = DEFAULTS) -> Plan[DirectCost]:
    return expense_for(part, maps, defaults)


def document(part: ExpensePart, maps: Maps = MAPS, defaults: Defaults = DEFAULTS) -> DirectCost:
    found = plan(part, maps, defaults)
    assert found.document is not None, found.blockers or found.removal
    return found.document


def codes(found: Plan[Any]) -> list[str]:
    return [notice.code for notice in found.blockers]


def warnings(found: Plan[Any]) -> list[str]:
    return [notice.code for notice in found.warnings]


def removal(found: Plan[Any]) -> str:
    return found.removal.code if found.removal else ""
