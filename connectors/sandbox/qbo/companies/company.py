"""Set a company up: its description, its preferences and the taxes of its country."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from connectors.sandbox.firm.contractor import Contractor
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.values import Record, spell_number
from connectors.sandbox.qbo.books.write import save
from connectors.sandbox.qbo.companies.countries import CodeSeed, Country, RateSeed, find_country
from connectors.sandbox.qbo.companies.preference_defaults import make_preferences
from connectors.sandbox.qbo.tax.tax_codes import is_us
from connectors.sandbox.qbo.tax.taxes import tax_account

PSEUDO_CODES = (("TAX", True, False), ("NON", False, False), ("CustomSalesTax", True, True))


def set_up_company(book: Book, name: str, contractor: Contractor) -> None:
    """Everything a company has from its first day, its tax account aside: that takes its place in the chart."""
    country = find_country(contractor.country)
    put_fixed(book, "Preferences", "1", make_preferences(country, name, contractor))
    put_fixed(book, "CompanyInfo", "1", make_company_info(country, name, contractor))
    set_up_taxes(book, country)


@contextmanager
def entered_at(book: Book, moment: datetime) -> Iterator[None]:
    """What the block enters is as old as `moment`."""
    real_now, book.now = book.now, lambda: moment
    try:
        yield
    finally:
        book.now = real_now


def put_fixed(book: Book, kind: str, record_id: str, members: Record) -> None:
    """Store a record that callers cannot create themselves."""
    stamp = book.stamp()
    head = {"domain": "QBO", "sparse": False, "Id": record_id, "SyncToken": "0"}
    times = {"MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp}}
    book.put(book.kinds[kind], {**members, **head, **times})


def add_tax_account(book: Book, country: Country) -> None:
    """Outside the United States the account comes with the taxes, unless the firm's own chart has it."""
    if country.tax_account and tax_account(book) is None:
        body = {
            "Name": country.tax_account,
            "AccountType": "Other Current Liability",
            "AccountSubType": "GlobalTaxPayable",
        }
        save(book, book.kinds["Account"], body)


def add_tax_codes(book: Book, lines: list[Record]) -> None:
    """Give lines of a purchase the country's standard code, which comes first; none in the United States."""
    if is_us(book):
        return
    standard = next(row["Id"] for row in book.all("TaxCode") if row["PurchaseTaxRateList"]["TaxRateDetail"])
    for line in lines:
        line[line["DetailType"]]["TaxCodeRef"] = {"value": standard}


def set_up_taxes(book: Book, country: Country) -> None:
    is_foreign = country.code != "US"
    for agency in country.agencies:
        members = {"DisplayName": agency, "TaxTrackedOnSales": True, "TaxTrackedOnPurchases": is_foreign}
        put_fixed(book, "TaxAgency", book.next_id(book.kinds["TaxAgency"]), members)
    rate_ids = {}
    for rate in country.rates:
        rate_ids[rate.name] = book.next_id(book.kinds["TaxRate"])
        put_fixed(book, "TaxRate", rate_ids[rate.name], _describe_rate(rate, is_foreign=is_foreign))
    if not is_foreign:
        _put_pseudo_codes(book)
        # The first code of a company of its own is 2.
        book.next_id(book.kinds["TaxCode"])
    for code in country.codes:
        put_fixed(book, "TaxCode", book.next_id(book.kinds["TaxCode"]), _describe_code(code, rate_ids))


def _put_pseudo_codes(book: Book) -> None:
    """Recorded without domain, SyncToken and Active."""
    stamp = book.stamp()
    for name, is_taxable, is_group in PSEUDO_CODES:
        members = {"Name": name, "Description": name, "Taxable": is_taxable, "TaxGroup": is_group, "Id": name}
        book.put(book.kinds["TaxCode"], {**members, "MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp}})


def _describe_rate(rate: RateSeed, *, is_foreign: bool) -> Record:
    members: Record = {
        "Name": rate.name,
        "Description": rate.description,
        "Active": True,
        "RateValue": spell_number(rate.percent),
        "AgencyRef": {"value": str(rate.agency)},
        "SpecialTaxType": rate.special,
        "DisplayType": "ReadOnly",
    }
    if is_foreign:
        members["EffectiveTaxRate"] = _list_periods(rate)
    if rate.return_line:
        members["TaxReturnLineRef"] = {"value": rate.return_line}
    return members


def _list_periods(rate: RateSeed) -> list[Record]:
    start = "1970-01-01T00:00:00-08:00"
    periods: list[Record] = []
    if rate.before is not None:
        percent, last_day = rate.before
        end = f"{last_day}T00:00:00-08:00"
        periods.append({"RateValue": spell_number(percent), "EffectiveDate": start, "EndDate": end})
        start = end
    return [*periods, {"RateValue": spell_number(rate.percent), "EffectiveDate": start}]


def _describe_code(code: CodeSeed, rate_ids: dict[str, str]) -> Record:
    members: Record = {
        "Name": code.name,
        "Description": code.description,
        "Active": True,
        "Hidden": False,
        "Taxable": code.is_taxable,
        "TaxGroup": True,
        "TaxCodeConfigType": "SYSTEM_GENERATED",
    }
    for member, names in (("SalesTaxRateList", code.sales), ("PurchaseTaxRateList", code.purchase)):
        members[member] = {"TaxRateDetail": [describe_detail(rate_ids[name], name) for name in names]}
    return members


def describe_detail(rate_id: str, name: str) -> Record:
    """A rate in a code's list."""
    return {"TaxRateRef": {"value": rate_id, "name": name}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0}


def make_company_info(country: Country, name: str, contractor: Contractor) -> Record:
    street, city, subdivision, postal_code = country.address
    address: Record = {"Id": "1", "Line1": street, "City": city}
    # Since 2025 the country of these three addresses is spelled with three letters.
    address |= {"Country": country.alpha3, "PostalCode": postal_code}
    if subdivision:
        address["CountrySubDivisionCode"] = subdivision
    return {
        "CompanyName": name,
        "LegalName": name,
        "CompanyAddr": address,
        "CustomerCommunicationAddr": address,
        "LegalAddr": address,
        "PrimaryPhone": {"FreeFormNumber": country.phone},
        "CompanyStartDate": (contractor.start_date - timedelta(days=365)).isoformat(),
        "FiscalYearStartMonth": "January",
        "Country": country.code,
        "Email": {"Address": "books@example.com"},
        "WebAddr": {},
        "SupportedLanguages": "en",
        "NameValue": [
            {"Name": "NeoEnabled", "Value": "true"},
            {"Name": "IndustryType", "Value": "General Contractor"},
            {"Name": "IndustryCode", "Value": "2362"},
            {"Name": "CompanyType", "Value": "Corporation"},
            {"Name": "SubscriptionStatus", "Value": "PAID"},
            {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
            {"Name": "PayrollFeature", "Value": "false"},
            {"Name": "AccountantFeature", "Value": "false"},
        ],
    }
