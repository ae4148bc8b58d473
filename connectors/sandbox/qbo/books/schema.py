"""Which members each type has, and the reading of a request body against them.

`schema.json` holds, per type, member -> "type", "type[]" for a list and "|N" for the longest text taken. Types that
are not listed are taken as they come. Source: the published XSD (names, types) and entity pages (lengths).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.sandbox.qbo.books.faults import bad_value, invalid_enumeration, too_long, unknown_member
from connectors.sandbox.qbo.books.values import Record, parse_date, parse_number, spell_money, spell_number

MONEY_MEMBERS = frozenset({"Amount", "TotalAmt", "Balance", "TaxAmount", "TaxInclusiveAmt", "TotalTax"})

# Type -> what a caller may send. BillableStatus has a third value in the schema, HasBeenBilled, which only the server
# sets; items of more types exist, which the service only reads.
ENUMERATIONS: dict[str, tuple[str, ...]] = {
    "BillableStatusEnum": ("Billable", "NotBillable"),
    "BillPaymentTypeEnum": ("Check", "CreditCard"),
    "BudgetEntryTypeEnum": ("Yearly", "Quarterly", "Monthly"),
    "BudgetTypeEnum": ("ProfitAndLoss", "BalanceSheet"),
    "EmailStatusEnum": ("NotSet", "NeedToSend", "EmailSent"),
    "EntityTypeEnum": ("Customer", "Vendor", "Employee"),
    "GlobalTaxCalculationEnum": ("TaxExcluded", "TaxInclusive", "NotApplicable"),
    "ItemTypeEnum": ("Service", "NonInventory", "Inventory", "Category"),
    "PaymentTypeEnum": ("Cash", "Check", "CreditCard"),
    "PostingTypeEnum": ("Debit", "Credit"),
    "PrintStatusEnum": ("NotSet", "NeedToPrint", "PrintComplete"),
    "PurchaseOrderStatusEnum": ("Open", "Closed"),
    "TaxApplicableOnEnum": ("Sales", "Purchase"),
    "TimeActivityTypeEnum": ("Employee", "Vendor"),
    "gender": ("Male", "Female"),
}
# Documented for prices and rates; amounts are one digit shorter, which the service does not say when it refuses.
MAX_NUMBER = 99_999_999_999
_NUMBERS = frozenset({"decimal", "int", "long", "positiveInteger"})


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    type: str
    is_list: bool
    limit: int | None


def _parse_member(name: str, spec: str) -> Member:
    spelled, _, limit = spec.partition("|")
    return Member(name, spelled.removesuffix("[]"), spelled.endswith("[]"), int(limit) if limit else None)


def _load() -> dict[str, dict[str, Member]]:
    listed = json.loads(Path(__file__).with_name("schema.json").read_text())
    return {
        type_name: {name: _parse_member(name, spec) for name, spec in members.items()}
        for type_name, members in listed.items()
    }


MEMBERS = _load()


def find_member(type_name: str, name: str) -> Member | None:
    """The member of that name whatever its case."""
    members = MEMBERS.get(type_name, {})
    return members.get(name) or next((each for each in members.values() if each.name.lower() == name.lower()), None)


def read_body(type_name: str, body: Mapping[str, Any], path: str = "") -> Record:
    """The body with numbers as numbers and empty members left out. Raises QboFault (2010, 2050, 2170)."""
    members = MEMBERS.get(type_name)
    if members is None:
        return dict(body)
    record: Record = {}
    for name, value in body.items():
        member = members.get(name)
        if member is None:
            raise unknown_member(type_name, name, members)
        # Below the top an empty list says as little as a null; answers show none there.
        if value is None or value == "" or (path and value == []):
            continue
        taken = _read_member(member, value, f"{path}{name}")
        if taken is not None:
            record[name] = taken
    return record


def _read_member(member: Member, value: Any, path: str) -> Any:
    if not member.is_list:
        return _read_value(member, value, path)
    if not isinstance(value, list):
        raise bad_value(path, value)
    return [_read_value(member, item, path) for item in value]


def _read_value(member: Member, value: Any, path: str) -> Any:
    if member.type in MEMBERS:
        if not isinstance(value, dict):
            raise bad_value(path, value)
        taken = read_body(member.type, value, f"{path}.")
        # Callers in production send {"value": null} to say "none".
        return None if member.type == "ReferenceType" and not taken.get("value") else taken
    if member.type in _NUMBERS:
        return _read_number(member, value, path)
    if member.type == "boolean":
        return _read_boolean(value, path)
    if member.type == "date":
        day = parse_date(value)
        if day is None:
            raise bad_value(path, value)
        return day.isoformat()
    if value not in ENUMERATIONS.get(member.type, (value,)):
        raise invalid_enumeration(path, value)
    return _read_text(member, value, path)


def _read_number(member: Member, value: Any, path: str) -> Any:
    number = parse_number(value)
    if number is None or abs(number) > MAX_NUMBER:
        raise bad_value(path, value)
    return spell_money(number) if member.name in MONEY_MEMBERS else spell_number(number)


def _read_boolean(value: Any, path: str) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise bad_value(path, value)


def _read_text(member: Member, value: Any, path: str) -> Any:
    if member.type not in ("string", "id", "anyURI") and not member.type.endswith("Enum"):
        return value
    if isinstance(value, dict | list):
        raise bad_value(path, value)
    # The service's reader takes any scalar for a text; one client sends false for "none".
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if member.limit is not None and len(text) > member.limit:
        raise too_long(path, member.limit, len(text))
    return text
