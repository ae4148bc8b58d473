"""The name lists' own rules: accounts, items, terms, customers."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from connectors.sandbox.qbo.faults import (
    account_type_missing,
    bad_value,
    business,
    invalid_enumeration,
    missing,
    too_long,
)
from connectors.sandbox.qbo.kinds import Write
from connectors.sandbox.qbo.multicurrency import set_list_currency
from connectors.sandbox.qbo.names import prepare_name, prepare_party

MAX_JOURNAL_CODE = 20

# The books cannot do without these, so they cannot be made inactive.
SYSTEM_SUB_TYPES = frozenset(
    {"AccountsPayable", "AccountsReceivable", "UndepositedFunds", "RetainedEarnings", "OpeningBalanceEquity"}
    | {"SalesTaxPayable"}
)


@cache
def load_account_types() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Account type -> (classification, its sub-types), United States set."""
    listed = json.loads(Path(__file__).with_name("account_types.json").read_text())
    return {name: (row["Classification"], tuple(row["AccountSubTypes"])) for name, row in listed.items()}


def prepare_account(write: Write) -> None:
    record = write.record
    types = load_account_types()
    sub_type = record.get("AccountSubType")
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
    if '"' in record["Name"]:
        raise business('Name cannot hold ".')
    if record.get("Active") is False and record["AccountSubType"] in SYSTEM_SUB_TYPES:
        raise business("This account cannot be made inactive.")
    record.setdefault("CurrentBalance", 0)
    record.setdefault("CurrentBalanceWithSubAccounts", 0)
    record["SubAccount"] = "ParentRef" in record
    set_list_currency(write)
    prepare_name(write)


def prepare_item(write: Write) -> None:
    record = write.record
    prepare_name(write)
    item_type = record["Type"]
    if item_type == "Category":
        return
    demanded = {
        "Service": ("IncomeAccountRef",),
        "Inventory": ("IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef", "QtyOnHand", "InvStartDate"),
    }
    for member in demanded.get(item_type, ()):
        if member not in record:
            raise missing(member)
    record.setdefault("TrackQtyOnHand", item_type == "Inventory")
    for member in ("UnitPrice", "PurchaseCost"):
        record.setdefault(member, 0)
    record.setdefault("Taxable", False)


def prepare_subdivision(write: Write) -> None:
    """Classes and departments: the flag follows from the parent."""
    write.record[write.kind.child_flag] = "ParentRef" in write.record
    prepare_name(write)


def prepare_term(write: Write) -> None:
    record = write.record
    prepare_name(write)
    if "DayOfMonthDue" in record:
        record["Type"] = "DATE_DRIVEN"
        record.pop("DueDays", None)
        return
    record["Type"] = "STANDARD"
    for member in ("DiscountPercent", "DueDays", "DiscountDays"):
        record.setdefault(member, 0)


def prepare_customer(write: Write) -> None:
    record = write.record
    if write.old is None and write.book.preference("TaxPrefs", "UsingSalesTax"):
        group = write.book.preference("TaxPrefs", "TaxGroupCodeRef")
        if group:
            record.setdefault("DefaultTaxCodeRef", group)
    prepare_party(write)


def prepare_employee(write: Write) -> None:
    """Unlike a vendor, an employee is named by person."""
    if not (write.record.get("GivenName") or write.record.get("FamilyName") or write.record.get("DisplayName")):
        raise missing("FamilyName")
    prepare_party(write)


def prepare_payment_method(write: Write) -> None:
    if write.record["Type"] not in ("CREDIT_CARD", "NON_CREDIT_CARD"):
        raise invalid_enumeration("Type", write.record["Type"])
    prepare_name(write)


def prepare_journal_code(write: Write) -> None:
    """France only; elsewhere nothing refers to them."""
    name = write.record["Name"]
    if not 2 <= len(name) <= MAX_JOURNAL_CODE:
        raise too_long("Name", MAX_JOURNAL_CODE, len(name))
    prepare_name(write)
