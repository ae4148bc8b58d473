"""Exchange rates: home units per unit of a currency, a rate for every day, set by hand where the company did so.

Only what was set by hand is stored; every other rate follows from the table of currencies.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import bad_value, business, missing, stale_object
from connectors.sandbox.qbo.books.kinds import OwnRules
from connectors.sandbox.qbo.books.schema import read_body
from connectors.sandbox.qbo.books.values import PACIFIC, Record, parse_date, spell_number, spell_time
from connectors.sandbox.qbo.tax.currencies import day_rate, load_currencies

NAME = "ExchangeRate"
# When the service takes over the day's rates.
FEED_TIME = time(0, 10, 34)
# Query rows carry none of these.
UNLISTED = frozenset({"Id", "SyncToken", "domain", "sparse"})
MAX_RATE = Decimal("99999999")


def home_code(book: Book) -> str:
    return str((book.preference("CurrencyPrefs", "HomeCurrency") or {"value": "USD"})["value"])


def has_currencies(book: Book) -> bool:
    return book.preference("CurrencyPrefs", "MultiCurrencyEnabled") is True


def find_rate(book: Book, code: str, day: date) -> Decimal | None:
    """Home units per unit of a currency on a day; None for an unknown currency."""
    row = _find_row(book, code, day)
    return Decimal(row["Rate"]) if row is not None else None


def list_rates(book: Book, wanted: dict[str, tuple[str, ...]]) -> list[Record]:
    """A row per currency for each day asked for, today without one; none in a company of one currency."""
    if not has_currencies(book):
        return []
    days = [parse_date(text) for text in dict.fromkeys(wanted.get("AsOfDate", (book.today().isoformat(),)))]
    codes = [code.upper() for code in wanted.get("SourceCurrencyCode", tuple(load_currencies()))]
    rows = [_find_row(book, code, day) for day in days if day is not None for code in dict.fromkeys(codes)]
    return [{name: value for name, value in row.items() if name not in UNLISTED} for row in rows if row is not None]


def read_rate(book: Book, asked: Mapping[str, str]) -> Record:
    """The answer to GET with `sourcecurrencycode` and perhaps `asofdate`. Raises QboFault 2010, 2020, 6000."""
    _demand_currencies(book)
    code = asked.get("sourcecurrencycode", "").strip().upper()
    if not code:
        raise missing("sourcecurrencycode")
    text = asked.get("asofdate", "")
    day = parse_date(text) if text else book.today()
    if day is None:
        raise bad_value("asofdate", text)
    row = _find_row(book, code, day)
    if row is None:
        raise _unknown_currency(code)
    return _without_id(row)


def save_rate(book: Book, body: Any) -> Record:
    """Set the rate of a currency on a day. Raises QboFault; which of its texts the vendor has is unverified."""
    if not isinstance(body, dict):
        raise bad_value(NAME, body)
    sent = read_body(NAME, body)
    _demand_currencies(book)
    for member in ("SourceCurrencyCode", "Rate", "AsOfDate"):
        if member not in sent:
            raise missing(member)
    code, day = str(sent["SourceCurrencyCode"]).upper(), date.fromisoformat(sent["AsOfDate"])
    home = home_code(book)
    if code == home:
        raise business("The exchange rate of the home currency is always 1.")
    if str(sent.get("TargetCurrencyCode", home)).upper() != home:
        raise business("The target currency must be the home currency.")
    row = _find_row(book, code, day)
    if row is None:
        raise _unknown_currency(code)
    if "SyncToken" in sent and sent["SyncToken"] != row["SyncToken"]:
        raise stale_object()
    rate = Decimal(sent["Rate"])
    if not 0 < rate <= MAX_RATE:
        raise business("The exchange rate must be more than zero.")
    if rate != Decimal(row["Rate"]):
        row = {**row, "Rate": spell_number(rate), "SyncToken": str(int(row["SyncToken"]) + 1)}
        row["MetaData"] = {"LastUpdatedTime": book.stamp()}
        with book.atomic():
            book.put(book.kinds[NAME], row)
    return _without_id(row)


def _find_row(book: Book, code: str, day: date) -> Record | None:
    row_id = f"{code} {day.isoformat()}"
    stored = book.get(NAME, row_id)
    rate = day_rate(code, home_code(book))
    if stored is not None or rate is None:
        return stored
    updated = datetime.combine(day, FEED_TIME, tzinfo=PACIFIC)
    return {
        "Id": row_id,
        "SyncToken": "0",
        "domain": "QBO",
        "sparse": False,
        "SourceCurrencyCode": code,
        "TargetCurrencyCode": home_code(book),
        "Rate": spell_number(rate),
        "AsOfDate": day.isoformat(),
        "MetaData": {"LastUpdatedTime": spell_time(updated)},
    }


def _without_id(row: Record) -> Record:
    return {name: value for name, value in row.items() if name != "Id"}


def _demand_currencies(book: Book) -> None:
    if not has_currencies(book):
        raise business("Multicurrency is not enabled in this company.")


def _unknown_currency(code: str) -> Exception:
    return business(f"{code[:10]} is not the code of a currency.")


RULES = OwnRules(list_rows=list_rates, read=read_rate, save=save_rate)
