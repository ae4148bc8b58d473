"""The head of a sales form: number, addresses, mail, custom fields, and what the company's settings leave out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import (
    bad_value,
    duplicate_document,
    invalid_email,
    invalid_enumeration,
    missing,
    too_long,
)
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.values import Record

PRINT_STATUSES = ("NotSet", "NeedToPrint", "PrintComplete")
EMAIL_STATUSES = ("NotSet", "NeedToSend", "EmailSent")
# Numbered in one row, as in the product; the others each in their own.
SHARED_SERIES = ("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt")
FIRST_NUMBER = 1001
# A longer number is somebody's reference, not the last of a row.
MAX_COUNTED_DIGITS = 10
# Unverified at the vendor.
MAX_CUSTOM_VALUE = 31
MAX_MEMO = 1000
EMAIL_MEMBERS = ("BillEmail", "BillEmailCc", "BillEmailBcc")


def prepare_head(write: Write) -> None:
    _drop_untracked(write)
    _check_statuses(write.record)
    _set_addresses(write)
    _check_emails(write)
    _set_custom_fields(write)
    _set_number(write)
    memo = write.record.get("CustomerMemo", {}).get("value", "")
    if len(memo) > MAX_MEMO:
        raise too_long("CustomerMemo", MAX_MEMO, len(memo))
    project = write.record.get("ProjectRef")
    if project is not None:
        write.record["ProjectRef"] = {"value": project["value"]}


def check_email(element: str, text: str) -> None:
    """Raises QboFault 2210. Several addresses may stand with commas between them."""
    for address in text.split(","):
        name, at, host = address.strip().partition("@")
        if not (name and at and "." in host and " " not in address.strip()):
            raise invalid_email(element, text)


def _drop_untracked(write: Write) -> None:
    if not write.book.preference("AccountingInfoPrefs", "TrackDepartments"):
        write.record.pop("DepartmentRef", None)
    if not write.book.preference("AccountingInfoPrefs", "ClassTrackingPerTxn"):
        write.record.pop("ClassRef", None)


def _check_statuses(record: Record) -> None:
    for member, known in (("PrintStatus", PRINT_STATUSES), ("EmailStatus", EMAIL_STATUSES)):
        if member in record and record[member] not in known:
            raise invalid_enumeration(member, record[member])
    if record.get("EmailStatus") == "NeedToSend":
        if "BillEmail" not in record:
            raise missing("BillEmail")
        record.setdefault("DeliveryInfo", {"DeliveryType": "Email"})


def _check_emails(write: Write) -> None:
    for member in EMAIL_MEMBERS:
        if member in write.sent and write.sent[member].get("Address"):
            check_email(member, write.sent[member]["Address"])


def _set_addresses(write: Write) -> None:
    """The customer's where none is given. An address keeps its id as long as it says the same."""
    record, book = write.record, write.book
    customer = book.get("Customer", record.get("CustomerRef", {}).get("value", "")) or {}
    is_moved = write.old is not None and write.old.get("CustomerRef") != record.get("CustomerRef")
    for member in ("BillAddr", "ShipAddr"):
        default = customer.get(member) or customer.get("BillAddr")
        if is_moved and member not in write.sent:
            record.pop(member, None)
        address = record.get(member)
        if address is not None:
            record[member] = _identify(book, address, (write.old or {}).get(member), default)
        elif default is not None and (write.old is None or is_moved or member in write.old):
            record[member] = _locate(default)


def _identify(book: Book, address: Record, *known: Record | None) -> Record:
    content = _content(address)
    same = next((each for each in known if each is not None and _content(each) == content), None)
    return _locate(same if same is not None else {**content, "Id": book.next_number("addresses")})


def _content(address: Record) -> Record:
    return {name: value for name, value in address.items() if name not in ("Id", "Lat", "Long")}


def _locate(address: Record) -> Record:
    """No address is looked up on a map, which the service spells like this."""
    return {"Lat": "INVALID", "Long": "INVALID", **address}


def _set_custom_fields(write: Write) -> None:
    """The company's own fields, each with its value where there is one; others are dropped without a word."""
    if "CustomField" not in write.sent and write.old is not None and write.sent.get("sparse") is True:
        return
    values = {field.get("DefinitionId"): field.get("StringValue") for field in write.sent.get("CustomField", [])}
    fields = []
    for definition_id, name in list_custom_fields(write.book):
        value = values.get(definition_id)
        if value is not None and len(value) > MAX_CUSTOM_VALUE:
            raise too_long("CustomField.StringValue", MAX_CUSTOM_VALUE, len(value))
        field = {"DefinitionId": definition_id, "Name": name, "Type": "StringType"}
        fields.append(field if value is None else {**field, "StringValue": value})
    write.record["CustomField"] = fields


def list_custom_fields(book: Book) -> Iterator[tuple[str, str]]:
    """(definition id, name) of the fields in use: the preferences hold a switch and a name for each of three."""
    settings: dict[str, Any] = {}
    for pair in _list_pairs(book.preference("SalesFormsPrefs", "CustomField")):
        settings[str(pair.get("Name"))] = pair.get("StringValue", pair.get("BooleanValue"))
    for number in ("1", "2", "3"):
        name = settings.get(f"SalesFormsPrefs.SalesCustomName{number}")
        if settings.get(f"SalesFormsPrefs.UseSalesCustom{number}") is True and name:
            yield number, str(name)


def _list_pairs(groups: Any) -> Iterator[Record]:
    """The settings are two lists deep, and taken from callers as they come."""
    for group in groups if isinstance(groups, list) else ():
        pairs = group.get("CustomField") if isinstance(group, dict) else None
        yield from (pair for pair in pairs if isinstance(pair, dict)) if isinstance(pairs, list) else ()


def _set_number(write: Write) -> None:
    """A number given must be free among its kind; without one the service counts on where the company lets it."""
    book, record = write.book, write.record
    given = write.sent.get("DocNumber")
    if given is not None and not isinstance(given, str):
        raise bad_value("DocNumber", given)
    if given is None:
        if write.old is None and not book.preference("SalesFormsPrefs", "CustomTxnNumbers"):
            series = _series_of(write.kind.name)
            _open_series(book, series)
            record["DocNumber"] = book.next_number(series, first=FIRST_NUMBER)
        return
    _demand_free(write, given)
    if given.isdecimal() and given.isascii() and len(given) <= MAX_COUNTED_DIGITS:
        series = _series_of(write.kind.name)
        _open_series(book, series)
        book.counters[series] = max(book.counters[series], int(given))


def _demand_free(write: Write, number: str) -> None:
    """That a number may be used again by another kind of form is unverified."""
    if "allowduplicatedocnum" in write.options or (write.old is not None and write.old.get("DocNumber") == number):
        return
    holders = write.book.number_holders(write.kind.name, number)
    others = [record_id for record_id in holders if record_id != write.record.get("Id")]
    if others:
        raise duplicate_document(number, write.kind.name, others[0])


def _series_of(kind: str) -> str:
    return "numbers/sales" if kind in SHARED_SERIES else f"numbers/{kind}"


def _open_series(book: Book, series: str) -> None:
    """Counting starts behind the highest number that is there."""
    if series in book.counters:
        return
    kinds = SHARED_SERIES if series == "numbers/sales" else (series.partition("/")[2],)
    numbers = (str(record.get("DocNumber", "")) for kind in kinds for record in book.all(kind))
    counted = (
        int(text) for text in numbers if text.isdecimal() and text.isascii() and len(text) <= MAX_COUNTED_DIGITS
    )
    book.counters[series] = max(counted, default=FIRST_NUMBER - 1)
