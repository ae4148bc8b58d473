"""The taxed lines of a document, and how its tax lines are spelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from connectors.sandbox.qbo.books.values import Record, spell_money, spell_number
from connectors.sandbox.qbo.tax.tax_sums import ONE, ZERO, RateTax

TAXED_DETAILS = frozenset({"AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail", "SalesItemLineDetail"})
LINE_MEMBERS = ("TaxCodeRef", "TaxAmount", "TaxInclusiveAmt")
HEAD_MEMBERS = ("GlobalTaxCalculation", "TxnTaxDetail")


def map_details(lines: list[Record], change: Callable[[Record, Record], Record]) -> list[Record]:
    """The lines with each taxed line changed, those inside a bundle too; `change` gets the line and its detail."""
    changed = []
    for line in lines:
        kind_of_line = line.get("DetailType", "")
        detail = line.get(kind_of_line) or {}
        if kind_of_line in TAXED_DETAILS:
            line = change(line, detail)
        elif kind_of_line == "GroupLineDetail" and detail.get("Line"):
            inner = map_details(detail["Line"], change)
            amount = sum((Decimal(each.get("Amount", 0)) for each in inner), ZERO)
            line = {**line, "Amount": spell_money(amount), kind_of_line: {**detail, "Line": inner}}
        changed.append(line)
    return changed


def taxed_lines(lines: list[Record]) -> Iterator[tuple[Record, Record]]:
    for line in lines:
        kind_of_line = line.get("DetailType", "")
        detail = line.get(kind_of_line) or {}
        if kind_of_line in TAXED_DETAILS:
            yield line, detail
        elif kind_of_line == "GroupLineDetail":
            yield from taxed_lines(detail.get("Line") or [])


def with_detail(line: Record, detail: Record) -> Record:
    return {**line, line["DetailType"]: detail}


def _strip(line: Record, detail: Record) -> Record:
    return with_detail(line, {name: value for name, value in detail.items() if name not in LINE_MEMBERS})


def drop_tax(record: Record) -> None:
    for member in HEAD_MEMBERS:
        record.pop(member, None)
    record["Line"] = map_details(record["Line"], _strip)


def discount_share(record: Record) -> Decimal:
    """What a discount leaves of every taxed line, where the tax is charged after it."""
    if not record.get("ApplyTaxAfterDiscount"):
        return ONE
    off = sum((Decimal(row.get("Amount", 0)) for row in record["Line"] if "DiscountLineDetail" in row), ZERO)
    whole = sum((Decimal(line.get("Amount", 0)) for line, _ in taxed_lines(record["Line"])), ZERO)
    return (whole - off) / whole if whole else ONE


def spell_tax_line(each: RateTax) -> Record:
    return {
        "Amount": spell_money(each.tax),
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {
            "TaxRateRef": {"value": each.rate.id},
            "PercentBased": True,
            "TaxPercent": spell_number(each.rate.percent),
            "NetAmountTaxable": spell_money(each.net),
        },
    }
