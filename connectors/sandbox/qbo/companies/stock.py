"""The vendor's stock US sandbox company, Craig's Design and Landscaping Services, as its recordings show it.

`stock/recorded.json` holds records as the vendor answered them: parties, sales receipts and the account Fees Billed
in 2020, items and preferences in 2017. `stock/filled.json` holds what no recording has in full and the recorded
balances, links and reports need: the chart of accounts (ids, names and types are public, account 18 is unknown), the
vendors from 39 on, open invoices that add up to the recorded customer balances, their payments, the rent and phone
bills of 58 months, and a journal that brings the accounts to the balances of the recorded general ledger.
Nothing changed in the company after the customer 69 and the invoice 265 until the first recorded call.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from connectors.sandbox.firm.contractor import Contractor
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.names import ADDRESSES
from connectors.sandbox.qbo.books.values import PACIFIC, Record, parse_time, spell_time
from connectors.sandbox.qbo.companies.company import entered_at
from connectors.sandbox.qbo.companies.load import load_basics
from connectors.sandbox.qbo.lists.accounts import load_account_types
from connectors.sandbox.qbo.lists.table_lists import USD
from connectors.sandbox.wire import decode

STOCK_BOOKS = "stock"
COMPANY_NAME = "Sandbox Company_US_1"
LEGAL_NAME = "Craig's Design and Landscaping Services"
OPENED = datetime(2015, 10, 1, 14, 42, 7, tzinfo=PACIFIC)
FIRST_BILLS = datetime(2015, 10, 24, 1, 26, 50, tzinfo=PACIFIC)
LAST_MONTH = date(2020, 7, 1)
# Two invoices were entered between the bills of the second and the third month.
IDS_BETWEEN = frozenset({148, 149})


def load_stock_company(book: Book, contractor: Contractor) -> None:
    with entered_at(book, OPENED):
        load_basics(book, COMPANY_NAME, contractor)
    for name, record in sorted(_list_records(), key=_get_changed_at):
        book.put(book.kinds[name], record)
    company = next(book.all("CompanyInfo"))
    book.put(book.kinds["CompanyInfo"], {**company, **_describe_company()})
    _continue_counters(book)


def _list_records() -> Iterator[tuple[str, Record]]:
    for name in ("recorded", "filled"):
        for kind, rows in _read(name).items():
            if kind == "accounts":
                yield from (("Account", account) for account in _spell_accounts(rows))
            elif kind == "monthly":
                yield from (("Bill", bill) for bill in _repeat(rows))
            else:
                yield from ((kind, row) for row in rows)


@cache
def _read(name: str) -> dict[str, list[Any]]:
    """Records are shared by every load: a book never changes a stored one in place."""
    read: dict[str, list[Any]] = decode(Path(__file__).with_name("stock").joinpath(f"{name}.json").read_text())
    return read


def _get_changed_at(entry: tuple[str, Record]) -> tuple[datetime, int]:
    """The order in which the service took the changes down."""
    record = entry[1]
    return parse_time(record["MetaData"]["LastUpdatedTime"]) or OPENED, int(record["Id"])


def _spell_accounts(rows: list[Any]) -> Iterator[Record]:
    """Rows are id, name, type, sub-type, parent id or empty, balance; parents come before their children."""
    types = load_account_types()
    names: dict[str, str] = {}
    held_below = {parent: balance for *_, parent, balance in rows if parent and balance}
    stamp = spell_time(OPENED)
    for account_id, name, account_type, sub_type, parent, balance in rows:
        names[account_id] = f"{names[parent]}:{name}" if parent else name
        yield {
            "Name": name,
            "SubAccount": bool(parent),
            **({"ParentRef": {"value": parent}} if parent else {}),
            "FullyQualifiedName": names[account_id],
            "Active": True,
            "Classification": types[account_type][0],
            "AccountType": account_type,
            "AccountSubType": sub_type,
            "CurrentBalance": balance,
            "CurrentBalanceWithSubAccounts": balance or held_below.get(account_id, 0),
            "CurrencyRef": USD,
            "domain": "QBO",
            "sparse": False,
            "Id": account_id,
            "SyncToken": "0",
            "MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp},
        }


def _repeat(templates: list[Record]) -> Iterator[Record]:
    """The bills a schedule has entered on the first of every month."""
    bill_id = int(templates[0]["Id"])
    month = FIRST_BILLS.date().replace(day=1)
    while month <= LAST_MONTH:
        entered_at = max(datetime.combine(month, time(1, 26, 50), PACIFIC), FIRST_BILLS)
        stamp = spell_time(entered_at)
        for template in templates:
            while bill_id in IDS_BETWEEN:
                bill_id += 1
            due = month + (date.fromisoformat(template["DueDate"]) - date.fromisoformat(template["TxnDate"]))
            yield {
                **template,
                "Id": str(bill_id),
                "TxnDate": month.isoformat(),
                "DueDate": due.isoformat(),
                "MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp},
            }
            bill_id += 1
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _describe_company() -> Record:
    address = {
        "Id": "1",
        "Line1": "123 Sierra Way",
        "City": "San Pablo",
        "Country": "USA",
        "CountrySubDivisionCode": "CA",
        "PostalCode": "87999",
    }
    return {
        "LegalName": LEGAL_NAME,
        "CompanyAddr": address,
        "CustomerCommunicationAddr": address,
        "LegalAddr": address,
        "CompanyStartDate": OPENED.date().isoformat(),
        "Email": {"Address": "noreply@quickbooks.com"},
        "SyncToken": "4",
    }


def _continue_counters(book: Book) -> None:
    """New ids go on after the highest of their sequence."""
    for kind in book.kinds.values():
        for record in book.all(kind.name):
            if record["Id"].isdecimal():
                book.counters[kind.counter] = max(book.counters.get(kind.counter, 0), int(record["Id"]))
            for address in (record[member] for member in ADDRESSES if member in record):
                book.counters["addresses"] = max(book.counters.get("addresses", 0), int(address["Id"]))
