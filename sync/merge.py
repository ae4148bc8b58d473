"""What changed: a stable mark of a record or document, and the fields in which a planned document differs from the
one last sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from smoothx.lib.money import cents

# A record that was only touched is the same record; so is one that we locked or unlocked.
_TOUCHED = frozenset({"updated_at", "sync_token", "origin_id"})

_WORDS = {
    "VendorRef": "vendor",
    "TxnDate": "date",
    "DocNumber": "number",
    "TotalAmt": "total",
    "PrivateNote": "memo",
    "APAccountRef": "payable account",
    "CurrencyRef": "currency",
    "Amount": "amount",
    "Description": "description",
    "DetailType": "kind",
    "AccountRef": "account",
    "ItemRef": "product or service",
    "CustomerRef": "customer",
    "ClassRef": "class",
    "DepartmentRef": "location",
    "SalesTermRef": "payment term",
    "CompanyRef": "vendor",
    "CostCodeRef": "cost code",
    "CostTypeRef": "cost type",
    "CheckNumber": "check number",
    "Held": "retention held",
    "Released": "retention released",
    "Memo": "message to the vendor",
    "ShipAddr": "ship to",
    "POStatus": "status",
    "PaidDate": "payment date",
    "Kind": "type",
    "Status": "status",
    "DueDate": "due date",
    "TaxCodeRef": "tax code",
    "GlobalTaxCalculation": "tax calculation",
    "BillableStatus": "billable",
    "DisplayName": "name",
    "CompanyName": "company name",
    "PrimaryEmailAddr": "e-mail",
    "PrimaryPhone": "phone",
    "BillAddr": "address",
    "Line1": "street",
    "City": "city",
    "CountrySubDivisionCode": "state",
    "PostalCode": "postal code",
    "Country": "country",
    "ParentRef": "parent customer",
    "Job": "job",
    "BillWithParent": "billed with parent",
    "email_address": "e-mail",
    "business_phone": "phone",
    "state_code": "state",
    "zip": "postal code",
    "country_code": "country",
}
# Steps of the wire form that say nothing to a reader.
_SILENT = frozenset(
    {
        "value",
        "Address",
        "FreeFormNumber",
        "AccountBasedExpenseLineDetail",
        "ItemBasedExpenseLineDetail",
        "SalesItemLineDetail",
    }
)


class Document(Protocol):
    """What rules plan: it knows its vendor's name for itself and its wire form."""

    @property
    def entity(self) -> str: ...

    def to_wire(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Change:
    """`field` in a reader's words ("line 2, amount"); a side that has nothing is empty."""

    field: str
    before: str
    after: str


def fingerprint(value: Any) -> str:
    """A hex digest of 64 characters: of a document's kind and wire form, or of a record's fields.

    Equal values give equal text on every machine. Of a record, when it was touched does not count; of a document, what
    it names as derived from the rest.
    """
    shape = [value.entity, _own_wire(value)] if hasattr(value, "to_wire") else value
    text = json.dumps(_plain(shape), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def find_changes(sent: Mapping[str, Any], document: Document) -> tuple[Change, ...]:
    """How `document` differs from the wire form `sent`, whose amounts may have become text or floats in a store.

    Id, SyncToken and sparse of the sent form are the update's own, no change.
    """
    own = {"Id", "SyncToken", "sparse"}
    derived = derived_of(document)
    before = dict(_flatten(_leave_out(derived, _plain({key: item for key, item in sent.items() if key not in own}))))
    after = dict(_flatten(_plain(_own_wire(document))))
    return tuple(
        Change(_name(path), before.get(path, ""), after.get(path, ""))
        for path in dict.fromkeys((*after, *before))
        if before.get(path, "") != after.get(path, "")
    )


def derived_of(document: Any) -> frozenset[str]:
    """Members of its wire form that follow from the others: they may be known only once it was sent."""
    return getattr(document, "derived", frozenset())


def _own_wire(document: Document) -> Any:
    return _leave_out(derived_of(document), document.to_wire())


def _leave_out(names: frozenset[str], value: Any) -> Any:
    """`value` without the members of these names, however deep."""
    if not names:
        return value
    if isinstance(value, Mapping):
        return {key: _leave_out(names, item) for key, item in value.items() if key not in names}
    return [_leave_out(names, item) for item in value] if isinstance(value, list | tuple) else value


def flatten_wire(wire: Mapping[str, Any]) -> dict[tuple[str, ...], str]:
    """A wire form as its single values by their path, lines by their number from 1."""
    return dict(_flatten(_plain(wire)))


def name_path(path: tuple[str, ...]) -> str:
    """A path of a wire form in a reader's words: "line 2, amount"."""
    return _name(path)


def _plain(value: Any) -> Any:
    """The value as JSON has it, amounts as text with two places whatever they were stored as."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value) if each.name not in _TOUCHED}
    if isinstance(value, Decimal | float):
        return str(cents(Decimal(str(value))))
    return value.isoformat() if isinstance(value, date) else value


def _flatten(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flatten(item, path if key in _SILENT else (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value, start=1):
            yield from _flatten(item, (*path, str(position)))
    else:
        yield path, "" if value is None else str(value)


def _name(path: tuple[str, ...]) -> str:
    words = [_WORDS.get(step, step) for step in path]
    if path[0] == "Line":
        words = [f"line {path[1]}", *words[2:]]
    return ", ".join(words)
