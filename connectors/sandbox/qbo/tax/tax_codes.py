"""The tax codes of a company's books: which country's rules hold, and a code's rates on a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.values import Record, parse_date
from connectors.sandbox.qbo.tax.tax_sums import Rate

Direction = Literal["Sales", "Purchase"]
HOME_OF_PSEUDO_CODES = "US"


def country_of(book: Book) -> str:
    """ISO code of the company's country; it decides which tax rules hold."""
    return str(next(book.all("CompanyInfo"), {}).get("Country", HOME_OF_PSEUDO_CODES))


def is_us(book: Book) -> bool:
    return country_of(book) == HOME_OF_PSEUDO_CODES


def uses_tax(book: Book) -> bool:
    return bool(book.preference("TaxPrefs", "UsingSalesTax"))


def is_automated(book: Book) -> bool:
    """The United States service that finds the rates by address: on and set up."""
    return is_us(book) and book.preference("TaxPrefs", "PartnerTaxEnabled") is True


def rates_of(book: Book, code_id: str, direction: Direction, txn_date: str) -> tuple[Rate, ...] | None:
    """A code's rates for a direction; None when there is no such code or it has no list for it."""
    day = date.fromisoformat(txn_date)
    code = book.get("TaxCode", code_id) or {}
    details = code.get(f"{direction}TaxRateList", {}).get("TaxRateDetail")
    if not details:
        return None
    return tuple(_read_rate(book, detail, day) for detail in details)


def percent_on(rate: Record, day: date) -> Decimal:
    """The percentage in force on a day. A rate without a value counts as zero."""
    for period in rate.get("EffectiveTaxRate", []):
        start, end = parse_date(period.get("EffectiveDate")), parse_date(period.get("EndDate"))
        if (start is None or start <= day) and (end is None or day <= end):
            return Decimal(period.get("RateValue", 0))
    return Decimal(rate.get("RateValue", 0))


def _read_rate(book: Book, detail: Record, day: date) -> Rate:
    rate_id = detail["TaxRateRef"]["value"]
    rate = book.get("TaxRate", rate_id) or {}
    return Rate(
        id=rate_id,
        percent=percent_on(rate, day),
        base=detail.get("TaxTypeApplicable", "TaxOnAmount"),
        order=int(detail.get("TaxOrder", 0)),
    )
