"""Accounts: their type, their number, their place under a parent, and which of them the books cannot do without."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from connectors.sandbox.qbo.books.faults import (
    account_type_missing,
    bad_value,
    business,
    invalid_enumeration,
    too_long,
)
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.multicurrency import set_list_currency
from connectors.sandbox.qbo.books.names import prepare_name
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.tax.tax_codes import country_of

# The books cannot do without these, so they cannot be made inactive.
SYSTEM_SUB_TYPES = frozenset(
    {"AccountsPayable", "AccountsReceivable", "UndepositedFunds", "RetainedEarnings", "OpeningBalanceEquity"}
    | {"SalesTaxPayable", "GlobalTaxPayable"}
)
# Documented: these are neither a parent nor a child.
LONE_SUB_TYPES = frozenset(
    {"OpeningBalanceEquity", "UndepositedFunds", "RetainedEarnings", "CashReceiptIncome", "CashExpenditureExpense"}
    | {"ExchangeGainOrLoss"}
)
# Countries whose account numbers are short; the others take the longer ones.
SHORT_NUMBERS = frozenset({"US", "GB", "UK", "IN"})
SHORT_NUMBER, LONG_NUMBER = 7, 20


@cache
def load_account_types() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Account type -> (classification, its sub-types), United States set."""
    listed = json.loads(Path(__file__).with_name("account_types.json").read_text())
    return {name: (row["Classification"], tuple(row["AccountSubTypes"])) for name, row in listed.items()}


@cache
def load_sub_types() -> frozenset[str]:
    """Every sub-type there is: recorded companies pair them with types of other rows, so any is taken with any."""
    elsewhere = json.loads(Path(__file__).with_name("account_sub_types.json").read_text())
    return frozenset(elsewhere).union(*(sub_types for _, sub_types in load_account_types().values()))


def prepare_account(write: Write) -> None:
    record = write.record
    _set_type(record)
    if '"' in record["Name"]:
        raise business('Name cannot hold ".')
    _check_number(write)
    if record.get("Active") is False and record["AccountSubType"] in SYSTEM_SUB_TYPES:
        raise business("This account cannot be made inactive.")
    record.setdefault("CurrentBalance", 0)
    record.setdefault("CurrentBalanceWithSubAccounts", 0)
    record["SubAccount"] = "ParentRef" in record
    if record["SubAccount"]:
        _check_parent(write)
    set_list_currency(write)
    _demand_same_family(write)
    prepare_name(write)


def _set_type(record: Record) -> None:
    """Either of type and sub-type is enough; the other follows."""
    types = load_account_types()
    sub_type = record.get("AccountSubType")
    if sub_type is not None and sub_type not in load_sub_types():
        raise invalid_enumeration("AccountSubType", sub_type)
    if "AccountType" not in record:
        owner = next((name for name, (_, subs) in types.items() if sub_type in subs), None)
        if owner is None:
            raise account_type_missing()
        record["AccountType"] = owner
    if record["AccountType"] not in types:
        raise bad_value("AccountType", record["AccountType"])
    classification, sub_types = types[record["AccountType"]]
    record.setdefault("AccountSubType", sub_types[0])
    record["Classification"] = classification


def _check_number(write: Write) -> None:
    number = write.record.get("AcctNum")
    if number is None:
        return
    limit = SHORT_NUMBER if country_of(write.book) in SHORT_NUMBERS else LONG_NUMBER
    if len(number) > limit:
        raise too_long("AcctNum", limit, len(number))
    if ":" in number:
        raise business("AcctNum cannot hold a colon.")
    is_kept = write.old is not None and write.old.get("AcctNum") == number
    if is_kept or not write.book.preference("AccountingInfoPrefs", "UseAccountNumbers"):
        return
    for other in write.book.all("Account"):
        if other.get("AcctNum") == number and other["Active"] and other["Id"] != write.record.get("Id"):
            # That numbers must differ while they are in use is unverified, and so is the code.
            raise business(f"The account number {number} is already used.")


def _check_parent(write: Write) -> None:
    record = write.record
    parent = write.book.records["Account"][record["ParentRef"]["value"]]
    if LONE_SUB_TYPES & {record["AccountSubType"], parent["AccountSubType"]}:
        raise business("This account can be neither a parent nor a sub-account.")
    if parent["AccountType"] != record["AccountType"]:
        # Unverified at the vendor.
        raise business("A sub-account must have the account type of its parent.")


def _demand_same_family(write: Write) -> None:
    """A type cannot change under the feet of sub-accounts; unverified at the vendor."""
    record, old = write.record, write.old
    if old is None or old["AccountType"] == record["AccountType"]:
        return
    if any(row.get("ParentRef", {}).get("value") == record["Id"] for row in write.book.all("Account")):
        raise business("The type of an account with sub-accounts cannot be changed.")
    if record["AccountSubType"] in SYSTEM_SUB_TYPES or old["AccountSubType"] in SYSTEM_SUB_TYPES:
        raise business("The type of this account cannot be changed.")
