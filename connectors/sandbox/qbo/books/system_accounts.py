"""Accounts and the item the service opens itself the first time a transaction needs one."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import wrong_account_type
from connectors.sandbox.qbo.books.multicurrency import demand_same_currency, open_ledger
from connectors.sandbox.qbo.books.refs import make_reference
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.books.write import save


@dataclass(frozen=True, slots=True)
class SystemAccount:
    """`is_found_by_name`: its sub-type is not its own, so only the name tells it from others."""

    name: str
    type: str
    sub_type: str
    is_found_by_name: bool = False

    def matches(self, account: Record) -> bool:
        if account.get("Active") is False or account["AccountType"] != self.type:
            return False
        return bool(
            account["Name"] == self.name if self.is_found_by_name else account["AccountSubType"] == self.sub_type
        )


RECEIVABLES = SystemAccount("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable")
UNDEPOSITED_FUNDS = SystemAccount("Undeposited Funds", "Other Current Asset", "UndepositedFunds")
DISCOUNTS = SystemAccount("Discounts given", "Income", "DiscountsRefundsGiven")
SALES_TAX = SystemAccount("Sales Tax Payable", "Other Current Liability", "SalesTaxPayable")
SERVICES = SystemAccount("Services", "Income", "ServiceFeeIncome")
# The account of the shipping line is unverified.
SHIPPING = SystemAccount("Shipping Income", "Income", "SalesOfProductIncome", is_found_by_name=True)


def open_account(book: Book, wanted: SystemAccount) -> Record:
    """The account, made when the company does not have it yet."""
    found = next((row for row in book.all("Account") if wanted.matches(row)), None)
    if found is not None:
        return found
    names = {str(row["Name"]).casefold() for row in book.all("Account")}
    name, number = wanted.name, 1
    while name.casefold() in names:
        number += 1
        name = f"{wanted.name} {number}"
    return save(
        book,
        book.kinds["Account"],
        {"Name": name, "AccountType": wanted.type, "AccountSubType": wanted.sub_type},
    )


def refer_to_account(book: Book, wanted: SystemAccount) -> Record:
    return make_reference(book.kinds["Account"], open_account(book, wanted))


def check_receivables(book: Book, record: Record) -> None:
    """Raises QboFault 6430 for an ARAccountRef that is no receivables account, 6000 for one of another currency."""
    given = record.get("ARAccountRef")
    if given is None:
        return
    account = book.records["Account"][given["value"]]
    if account["AccountType"] != "Accounts Receivable":
        raise wrong_account_type("ARAccountRef")
    demand_same_currency(record, account)


def find_receivables(book: Book, record: Record) -> str:
    """Id of what customers owe in a transaction's currency, the form's own account first."""
    given = record.get("ARAccountRef", {}).get("value")
    code = record.get("CurrencyRef", {}).get("value", "")
    return str(given or (open_ledger(book, "Accounts Receivable", code) or open_account(book, RECEIVABLES))["Id"])


def default_item(book: Book) -> Record:
    """What a sales line without an item sells: the item of the preference, else "Services" as in every new company."""
    wanted = book.other_preference("SalesFormsPrefs.DefaultItem")
    items = (book.get("Item", wanted or ""), *(row for row in book.all("Item") if row["Name"] == "Services"))
    for item in items:
        if item is not None and item.get("Active") is not False and "IncomeAccountRef" in item:
            return item
    account = {"value": open_account(book, SERVICES)["Id"]}
    name = "Services" if not any(row["Name"] == "Services" for row in book.all("Item")) else "Services sold"
    return save(book, book.kinds["Item"], {"Name": name, "Type": "Service", "IncomeAccountRef": account})
