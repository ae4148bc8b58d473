"""Sales by customer, item, location and class; what customers bring and vendors cost; the stock.

Sales of items show no cost of what was sold: the stock here is not moved by sales.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import TypeVar

from connectors.sandbox.amounts import round_cents
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.reporting.report_rows import ZERO, Report, Row, cell, plain_row, spell, sum_row
from connectors.sandbox.qbo.reporting.report_statements import list_transactions
from connectors.sandbox.qbo.sales.sale_lines import find_discounts, walk_item_lines

# What a document adds to the sales, and to the costs.
SOLD = {"Invoice": 1, "SalesReceipt": 1, "CreditMemo": -1, "RefundReceipt": -1}
SPENT = {"Bill": 1, "Purchase": 1, "VendorCredit": -1}
ITEM_COLUMN = ("", "ProductsAndService", "")
SOLD_COLUMNS = ("Quantity", "Amount", "% of Sales", "Avg Price", "COGS", "Gross Margin", "Gross Margin %")
STOCK_COLUMNS = (ITEM_COLUMN, *((title, "Money", "") for title in ("SKU", "Qty", "Asset Value", "Avg Cost")))
# The group of the row of what names no customer, item, location or class.
UNSPECIFIED = "**"
_NOBODY = {"value": "", "name": "Not Specified"}
Key = tuple[str, str]
Sum = TypeVar("Sum")
FindReference = Callable[[Record, Record], Record | None]


def customer_sales(book: Book, start: date, end: date) -> Report:
    return _sum_sales(book, start, end, "Customer", lambda record, line: record.get("CustomerRef"))


def department_sales(book: Book, start: date, end: date) -> Report:
    return _sum_sales(book, start, end, "Department", lambda record, line: record.get("DepartmentRef"))


def class_sales(book: Book, start: date, end: date) -> Report:
    """Of the line, or of the whole form where classes are per transaction."""
    return _sum_sales(
        book, start, end, "Class", lambda record, line: _detail(line).get("ClassRef", record.get("ClassRef"))
    )


def item_sales(book: Book, start: date, end: date) -> Report:
    sold: dict[Key, tuple[Decimal, Decimal]] = {}
    for _, line, amount in _list_sold(book, start, end):
        key = _find_key(_detail(line).get("ItemRef"))
        pieces, total = sold.get(key, (ZERO, ZERO))
        quantity = Decimal(str(_detail(line).get("Qty", 0))).copy_sign(amount)
        sold[key] = pieces + quantity, total + amount
    whole = sum((total for _, total in sold.values()), ZERO)
    no_costs = ("", "", "")
    rows = [
        _row(
            (name, item_id),
            spell(pieces),
            spell(total),
            f"{spell(100 * total / whole)} %" if whole else "",
            spell(total / pieces) if pieces else "",
            *no_costs,
        )
        for (name, item_id), (pieces, total) in _sort(sold)
    ]
    pieces = sum((pieces for pieces, _ in sold.values()), ZERO)
    sums = (spell(pieces), spell(whole), "100.00 %" if whole else "", "", *no_costs)
    foot = plain_row(cell("TOTAL"), *map(cell, sums), group="GrandTotal")
    return Report((ITEM_COLUMN,), [*rows, foot], bool(rows), SOLD_COLUMNS)


def customer_income(book: Book, start: date, end: date) -> Report:
    """What was sold to a customer and, negative, what was spent for it by the customers on lines of expense."""
    net: dict[Key, list[Decimal]] = {}
    for record, _, amount in _list_sold(book, start, end):
        net.setdefault(_find_key(record.get("CustomerRef")), [ZERO, ZERO])[0] += amount
    for reference, amount in _list_job_costs(book, start, end):
        net.setdefault(_find_key(reference), [ZERO, ZERO])[1] -= amount
    rows = [
        _row(customer, spell(income), spell(spent), spell(income + spent)) for customer, (income, spent) in _sort(net)
    ]
    income, spent = (sum((each[place] for each in net.values()), ZERO) for place in range(2))
    foot = sum_row("TOTAL", "GrandTotal", spell(income), spell(spent), spell(income + spent))
    columns = (("", "Customer", ""), *((title, "Money", "") for title in ("Income", "Expenses", "Net Income")))
    return Report(columns, [*rows, foot], bool(rows))


def vendor_expenses(book: Book, start: date, end: date) -> Report:
    """What was posted to accounts of expense by documents of a vendor."""
    expense = {account["Id"] for account in book.all("Account") if account["Classification"] == "Expense"}
    spent: dict[Key, Decimal] = {}
    for kind, record in list_transactions(book, start, end):
        vendor = _find_vendor(record) if kind in SPENT else None
        if vendor is not None:
            posted = (amount for account_id, amount in book.postings_of(kind, record["Id"]) if account_id in expense)
            spent[_find_key(vendor)] = spent.get(_find_key(vendor), ZERO) + sum(posted, ZERO)
    return _spell_sums("Vendor", {key: amount for key, amount in spent.items() if amount})


def inventory_valuation(book: Book, start: date, end: date) -> Report:
    """At the cost of purchase, as the items say now."""
    rows: list[Row] = []
    worth = ZERO
    for item in book.in_order(book.kinds["Item"]):
        if item["Type"] == "Inventory" and item["Active"]:
            cost, quantity = Decimal(str(item["PurchaseCost"])), Decimal(str(item["QtyOnHand"]))
            worth += cost * quantity
            values = (spell(quantity), spell(cost * quantity), spell(cost))
            rows.append(_row((item["Name"], item["Id"]), item.get("Sku", ""), *values))
    # The blank is the vendor's.
    foot = plain_row(*map(cell, ("TOTAL", " ", "", spell(worth), "")), group="GrandTotal")
    return Report(STOCK_COLUMNS, [*rows, foot], bool(rows))


def _list_sold(book: Book, start: date, end: date) -> Iterator[tuple[Record, Record, Decimal]]:
    """(document, line, amount in the home currency) of every item and discount, what comes back negative."""
    for kind, record in list_transactions(book, start, end):
        sign = SOLD.get(kind, 0)
        if sign:
            yield from ((record, line, _worth(record, line, sign)) for line in walk_item_lines(record["Line"]))
            yield from ((record, line, _worth(record, line, -sign)) for line in find_discounts(record))


def _list_job_costs(book: Book, start: date, end: date) -> Iterator[tuple[Record, Decimal]]:
    for kind, record in list_transactions(book, start, end):
        sign = -1 if record.get("Credit") is True else SPENT.get(kind, 0)
        for line in record["Line"] if kind in SPENT else ():
            customer = _detail(line).get("CustomerRef")
            if customer is not None:
                yield customer, _worth(record, line, sign)


def _worth(record: Record, line: Record, sign: int) -> Decimal:
    amount = sign * Decimal(line["Amount"])
    rate = record.get("ExchangeRate", 1)
    return amount if rate == 1 else round_cents(amount * Decimal(rate))


def _detail(line: Record) -> Record:
    detail: Record = line.get(line["DetailType"], {})
    return detail


def _find_vendor(record: Record) -> Record | None:
    entity: Record = record.get("EntityRef", {})
    vendor: Record | None = record.get("VendorRef") or (entity if entity.get("type") == "Vendor" else None)
    return vendor


def _find_key(reference: Record | None) -> Key:
    found = reference or _NOBODY
    return str(found.get("name", "")), str(found["value"])


def _sort(sums: dict[Key, Sum]) -> list[tuple[Key, Sum]]:
    return sorted(sums.items(), key=lambda each: (each[0][0].casefold(), each[0]))


def _sum_sales(book: Book, start: date, end: date, kind: str, find: FindReference) -> Report:
    sold: dict[Key, Decimal] = {}
    for record, line, amount in _list_sold(book, start, end):
        key = _find_key(find(record, line))
        sold[key] = sold.get(key, ZERO) + amount
    return _spell_sums(kind, sold)


def _spell_sums(kind: str, sums: dict[Key, Decimal]) -> Report:
    rows = [_row(key, spell(amount)) for key, amount in _sort(sums)]
    title = "TOTAL" if kind in ("Customer", "Vendor") else "Total"
    total = sum_row(title, "GrandTotal", spell(sum(sums.values(), ZERO)))
    return Report((("", kind, ""), ("Total", "Money", "")), [*rows, total], bool(rows))


def _row(key: Key, *values: str) -> Row:
    name, record_id = key
    return plain_row(cell(name, record_id), *map(cell, values), group="" if record_id else UNSPECIFIED)
