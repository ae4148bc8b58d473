"""Several currencies in one company: what a transaction, a party and an account may be in, and at what rate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import bad_value, business
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.values import Record, spell_money, spell_number
from connectors.sandbox.qbo.books.write import save
from connectors.sandbox.qbo.tax.currencies import currency_reference
from connectors.sandbox.qbo.tax.exchange_rates import find_rate, has_currencies, home_code

# What is owed by and to others is kept per currency; how the foreign ones are named is recorded for payables.
LEDGERS = {
    "Accounts Payable": ("Accounts Payable (A/P)", "AccountsPayable"),
    "Accounts Receivable": ("Accounts Receivable (A/R)", "AccountsReceivable"),
}
PARTIES = {"VendorRef": "Vendor", "CustomerRef": "Customer"}


def set_currency(write: Write) -> None:
    """Currency and rate of a transaction. Raises QboFault 6000; its texts are own words.

    Documented as required in a multicurrency company; without one the home currency is meant, which a foreign party
    refuses.
    """
    book, record = write.book, write.record
    home = home_code(book)
    code = record.get("CurrencyRef", {}).get("value", home)
    record["CurrencyRef"] = currency_reference(code)
    if not has_currencies(book):
        if code != home:
            raise business("Multicurrency is off, so only the home currency can be used.")
        record.pop("ExchangeRate", None)
        return
    demand_active(book, code)
    _demand_same_as_party(write, code)
    _set_rate(write, code)


def set_list_currency(write: Write) -> None:
    """The currency of a party or an account, for ever: the parent's or the home one unless given. QboFault 6000."""
    book, record = write.book, write.record
    home = home_code(book)
    given = write.sent.get("CurrencyRef", {}).get("value")
    kept = (write.old or {}).get("CurrencyRef", {}).get("value")
    if given is not None and kept is not None and given != kept:
        raise business("The currency cannot be changed once it is set.")
    parent = book.get(write.kind.name, record.get("ParentRef", {}).get("value", ""))
    code = given or kept or (parent or {}).get("CurrencyRef", {}).get("value", home)
    if parent is not None and parent["CurrencyRef"]["value"] != code:
        # Unverified at the vendor, whose pages offer a job no currency of its own.
        raise business("The currency must be the currency of the parent.")
    if code != home and kept is None:
        if not has_currencies(book):
            raise business("Multicurrency is off, so only the home currency can be used.")
        demand_active(book, code)
    record["CurrencyRef"] = currency_reference(code)


def demand_active(book: Book, code: str) -> None:
    """Raises QboFault 6000 for a currency the company has not switched on."""
    if code == home_code(book):
        return
    currency = book.get("CompanyCurrency", book.name_holder(("CompanyCurrency", code.casefold())) or "")
    if currency is None or currency["Active"] is False:
        raise business(f"The currency {code[:10]} is not active in this company.")


def demand_same_currency(record: Record, account: Record) -> None:
    """Raises QboFault 6000 for a ledger of another currency than the transaction's."""
    if account["CurrencyRef"]["value"] != record["CurrencyRef"]["value"]:
        raise business(f"The currency of {account['Name']} does not match the currency of the transaction.")


def open_ledger(book: Book, account_type: str, code: str) -> Record | None:
    """The company's payables or receivables of a currency; one of a foreign currency is made when it is missing."""
    for account in book.all("Account"):
        if account["AccountType"] == account_type and account["CurrencyRef"]["value"] == code and account["Active"]:
            return account
    if code == home_code(book):
        return None
    name, sub_type = LEDGERS[account_type]
    body = {"AccountType": account_type, "AccountSubType": sub_type, "CurrencyRef": {"value": code}}
    return save(book, book.kinds["Account"], {"Name": f"{name} - {code}", **body})


def set_home_balance(write: Write) -> None:
    """What is left to pay in the home currency; only companies with several currencies show it."""
    record = write.record
    if has_currencies(write.book):
        rate = Decimal(record.get("ExchangeRate", 1))
        record["HomeBalance"] = spell_money(Decimal(record["Balance"]) * rate)


def _demand_same_as_party(write: Write, code: str) -> None:
    """A transaction is in the currency of its customer or vendor; money spent, in that of the account it leaves."""
    book, record = write.book, write.record
    parties = [(member, kind) for member, kind in PARTIES.items() if member in record]
    payee = record.get("EntityRef", {})
    parties += [("EntityRef", kind) for kind in PARTIES.values() if payee.get("type", kind) == kind]
    for member, kind in parties:
        party = book.get(kind, record.get(member, {}).get("value", ""))
        if party is not None and party["CurrencyRef"]["value"] != code:
            raise business(f"The currency of the transaction does not match the currency of the {kind.lower()}.")
    source = book.get("Account", record.get("AccountRef", {}).get("value", ""))
    if source is not None:
        demand_same_currency(record, source)


def _set_rate(write: Write, code: str) -> None:
    record = write.record
    if code == home_code(write.book):
        record["ExchangeRate"] = 1
        return
    if "ExchangeRate" not in record:
        record["ExchangeRate"] = spell_number(find_rate(write.book, code, date.fromisoformat(record["TxnDate"])) or 1)
    if record["ExchangeRate"] <= 0:
        raise bad_value("ExchangeRate", record["ExchangeRate"])
