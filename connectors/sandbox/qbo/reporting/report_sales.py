"""Sales by customer, item, location and class; what customers bring and vendors cost; the stock.

The columns of the item sales and of the stock are unverified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import TypeVar

from connectors.sandbox.amounts import round_cents
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.reporting.report_rows import ZERO, Report, Row, cell, data_row, spell, sum_row
from connectors.sandbox.qbo.reporting.report_statements import list_transactions
from connectors.sandbox.qbo.sales.sale_lines import find_discounts, walk_item_lines

# What a document adds to the sales, and to the costs.
SOLD = {"Invoice": 1, "SalesReceipt": 1, "CreditMemo": -1, "RefundReceipt": -1}
SPENT = {"Bill": 1, "Purchase": 1, "VendorCredit": -1}
ITEM_COLUMNS = (
    ("", "ProductsAndService", "item"),
    ("Quantity", "Quantity", "quantity"),
    ("Amount", "Money", "amount"),
    ("% of Sales", "PercentSales", "percent"),
    ("Avg Price", "Money", "average"),
)
STOCK_COLUMNS = (
    ("", "Item", "item"),
    ("SKU", "String", "sku"),
    ("Qty", "Quantity", "quantity"),
    ("Asset Value", "Money", "value"),
    ("Calc. Avg", "Money", "average"),
)
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
    rows = [
        data_row(
            cell(name, item_id),
            cell(spell(pieces)),
            cell(spell(total)),
            cell(f"{spell(100 * total / whole)} %" if whole else ""),
            cell(spell(total / pieces) if pieces else ""),
        )
        for (name, item_id), (pieces, total) in _sort(sold)
    ]
    pieces = sum((pieces for pieces, _ in sold.values()), ZERO)
    foot = sum_row("TOTAL", "GrandTotal", spell(pieces), spell(whole), "100.00 %" if whole else "", "")
    return Report(ITEM_COLUMNS, [*rows, foot], bool(rows))


def customer_income(book: Book, start: date, end: date) -> Report:
    """What was sold to a customer less what was spent for it, by the customers named on lines of expense."""
    net: dict[Key, list[Decimal]] = {}
    for record, _, amount in _list_sold(book, start, end):
        net.setdefault(_find_key(record.get("CustomerRef")), [ZERO, ZERO])[0] += amount
    for reference, amount in _list_job_costs(book, start, end):
        net.setdefault(_find_key(reference), [ZERO, ZERO])[1] += amount
    rows = [
        data_row(cell(name, customer_id), *map(cell, (spell(income), spell(spent), spell(income - spent))))
        for (name, customer_id), (income, spent) in _sort(net)
    ]
    income, spent = (sum((each[place] for each in net.values()), ZERO) for place in range(2))
    foot = sum_row("TOTAL", "GrandTotal", spell(income), spell(spent), spell(income - spent))
    titles = (("Total Income", "income"), ("Total Expenses", "expenses"), ("Net Income", "net"))
    columns = (("", "Customer", "customer"), *((title, "Money", key) for title, key in titles))
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
            rows.append(data_row(cell(item["Name"], item["Id"]), cell(item.get("Sku", "")), *map(cell, values)))
    return Report(STOCK_COLUMNS, [*rows, sum_row("TOTAL", "GrandTotal", "", "", spell(worth), "")], bool(rows))


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
    return round_cents(sign * Decimal(str(line["Amount"])) * Decimal(str(record.get("ExchangeRate", 1))))


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
    rows = [data_row(cell(name, record_id), cell(spell(amount))) for (name, record_id), amount in _sort(sums)]
    total = sum_row("TOTAL", "GrandTotal", spell(sum(sums.values(), ZERO)))
    return Report((("", kind, kind.lower()), ("Total", "Money", "total")), [*rows, total], bool(rows))
