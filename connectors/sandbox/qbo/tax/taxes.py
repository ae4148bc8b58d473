"""Tax on a transaction. The writes of sales and purchases call in here; the country decides what happens."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.tax.tax_codes import is_us
from connectors.sandbox.qbo.tax.tax_global import tax_by_line
from connectors.sandbox.qbo.tax.tax_lines import HEAD_MEMBERS
from connectors.sandbox.qbo.tax.tax_sums import ZERO
from connectors.sandbox.qbo.tax.tax_us import mark_untaxed, tax_us_sale

# An update that says nothing of these leaves the tax as it is, overrides included.
TAX_INPUTS = frozenset({"Line", *HEAD_MEMBERS, "ApplyTaxAfterDiscount"})
TAX_SUB_TYPES = frozenset({"GlobalTaxPayable", "SalesTaxPayable"})


def tax_sale(write: Write) -> None:
    """Set TxnTaxDetail, the lines' tax codes and net amounts of a sales form. Raises QboFault 2500, 6000, 6170.

    Comes after the lines are checked, before the subtotal line and the total.
    """
    if _is_untouched(write):
        return
    if is_us(write.book):
        tax_us_sale(write)
    else:
        tax_by_line(write, "Sales")


def tax_purchase(write: Write) -> None:
    """The same for what is bought. In the United States purchases carry no tax."""
    if is_us(write.book):
        mark_untaxed(write)
    elif not _is_untouched(write):
        tax_by_line(write, "Purchase")


def total_tax(record: Record) -> Decimal:
    """What the tax adds to the net lines."""
    detail = record.get("TxnTaxDetail", {})
    if "TaxLine" in detail:
        return sum((Decimal(line["Amount"]) for line in detail["TaxLine"]), ZERO)
    return Decimal(detail.get("TotalTax", 0))


def _is_untouched(write: Write) -> bool:
    return write.old is not None and "TxnTaxDetail" in write.old and not TAX_INPUTS & set(write.sent)


def post_tax(book: Book, record: Record, sign: int) -> Iterator[tuple[str, Decimal]]:
    """(account id, amount) of the tax a document carries; debit positive, so `sign` is -1 for a sale."""
    tax = total_tax(record)
    account = tax_account(book) if tax else None
    if account is not None:
        yield account["Id"], sign * tax


def tax_account(book: Book) -> Record | None:
    """Where tax owed and reclaimed is kept."""
    return next((row for row in book.all("Account") if row["AccountSubType"] in TAX_SUB_TYPES), None)
