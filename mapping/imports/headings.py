"""What the headings of a file mean, in the spelling of `columns.normal_heading`. Pure."""

from __future__ import annotations

from typing import Literal

Meaning = Literal["", "left_id", "left_code", "left_name", "project", "right_id", "right_code", "right_name", "role"]

# The weak ones mean what the sheet's other headings leave open.
LEFT_CODE = (
    "procore code, procore number, cost code, cost codes, costcode, cost code number, cost code no, "
    "procore cost code, procore cost codes, wbs code, budget code, full code, project number, job number, "
    "employee number, employee id, sub job code"
)
LEFT_NAME = (
    "procore name, cost code name, cost code description, cost code title, procore company, procore vendor, "
    "procore project, procore employee, company, company name, project, project name, job, job name, cost type, "
    "cost type name, procore cost type, procore cost code name, procore description, procore tax code, time type, "
    "procore time type, sub job, department, procore department, procore location, procore term, procore payment term"
)
RIGHT_CODE = (
    "quickbooks number, quickbooks code, account number, account no, acct number, acct no, gl number, "
    "quickbooks account number, gl account number, sku"
)
RIGHT_NAME = (
    "quickbooks name, quickbooks, quickbooks account, quickbooks account name, quickbooks account code, "
    "quickbooks account code name, quickbooks account number or name, chart of account, chart of accounts, "
    "chart of account code name, chart of accounts code name, chart of account name, chart of accounts name, "
    "chart of account code, chart of accounts code, coa, account, account name, account code, account code name, "
    "full name, account full name, gl account, gl code, gl, quickbooks chart of account, "
    "quickbooks chart of accounts, quickbooks chart of account code name, quickbooks chart of accounts code name, "
    "item, item name, product service, product service name, product or service, products and services, class, "
    "quickbooks item, quickbooks product service, quickbooks product or service, quickbooks class, "
    "quickbooks vendor, quickbooks customer, quickbooks contact, quickbooks project, quickbooks sub customer, "
    "sub customer, customer, customer name, customer full name, vendor, vendor name, quickbooks employee, "
    "quickbooks location, location, quickbooks term, quickbooks tax code, quickbooks service"
)


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split(", "))


HEADINGS: dict[Meaning, frozenset[str]] = {
    "left_id": _set("procore id, procore company id, procore project id, cost code id, vendor id"),
    "left_code": _set(LEFT_CODE),
    "left_name": _set(LEFT_NAME),
    "project": _set("procore project"),
    "right_id": _set("quickbooks id, quickbooks account id, account id"),
    "right_code": _set(RIGHT_CODE),
    "right_name": _set(RIGHT_NAME),
    "role": _set("role, kind, vendor or customer, linked as, quickbooks list, quickbooks type"),
}
WEAK_CODES = _set("code, number, no, id")
WEAK_NAMES = _set("name, description, title")
# Only lists out of QuickBooks have these.
QUICKBOOKS_SIGNS = _set("detail type, balance, total balance, account type, balance total, open balance")
