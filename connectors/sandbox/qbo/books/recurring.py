"""Templates that enter a transaction again and again; the service wraps the transaction one level down.

A template is a transaction without a date and a number that posts nothing. The wrapping and the calls are known from
client libraries and their tests; which members of the transaction a template answers is unverified.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import bad_value, missing, object_not_found, stale_object
from connectors.sandbox.qbo.books.kinds import Kind, OwnRules, Write
from connectors.sandbox.qbo.books.refs import resolve
from connectors.sandbox.qbo.books.schema import read_body
from connectors.sandbox.qbo.books.values import Record

NAME = "RecurringTransaction"
ENTITIES = frozenset(
    {"Bill", "Purchase", "CreditMemo", "Deposit", "Estimate", "Invoice", "JournalEntry", "PurchaseOrder"}
    | {"RefundReceipt", "SalesReceipt", "Transfer", "VendorCredit"}
)
RECUR_TYPES = ("Automated", "Reminder", "UnScheduled")
INTERVALS = ("Daily", "Weekly", "Monthly", "Yearly")
# What only an entered transaction has.
NOT_IN_TEMPLATES = frozenset({"TxnDate", "DueDate", "DocNumber", "LinkedTxn", "Balance", "RemainingCredit"})


def list_templates(book: Book, wanted: dict[str, tuple[str, ...]]) -> list[Record]:
    """As stored, with the type and id a query compares; `show` takes them off."""
    return list(book.all(NAME))


def show(record: Record) -> Record:
    """The wrapped transaction alone."""
    return {record["Type"]: record[record["Type"]]}


def read_template(book: Book, asked: Mapping[str, str]) -> Record:
    """A call without an id. Raises QboFault 2020."""
    raise missing("Id")


def save_template(book: Book, body: Any) -> Record:
    """Create (no Id) or replace (Id and SyncToken) a template; what answers it. Raises QboFault."""
    kind, inner = _unwrap(book, body)
    sent = read_body(kind.name, inner)
    old = _find_current(book, kind, sent) if "Id" in sent else None
    record = _prepare(book, kind, sent)
    if old is not None and _without_head(record) == _without_head(old[kind.name]):
        return show(old)
    stamp = book.stamp()
    own = book.kinds[NAME]
    head = {
        "domain": "QBO",
        "sparse": False,
        "Id": old["Id"] if old else book.next_id(own),
        "SyncToken": str(int(old["SyncToken"]) + 1) if old else "0",
        "MetaData": {"CreateTime": old["MetaData"]["CreateTime"] if old else stamp, "LastUpdatedTime": stamp},
    }
    template = {**head, "Type": kind.name, kind.name: {**record, **head}}
    book.put(own, template)
    return show(template)


def delete_template(book: Book, body: Any) -> Record:
    """The stub that answers it. Raises QboFault."""
    kind, inner = _unwrap(book, body)
    old = _find_current(book, kind, read_body(kind.name, inner))
    book.remove(book.kinds[NAME], old["Id"])
    return {kind.name: {"domain": "QBO", "status": "Deleted", "Id": old["Id"]}}


def _unwrap(book: Book, body: Any) -> tuple[Kind, Record]:
    names = [name for name in body if name in ENTITIES] if isinstance(body, dict) else []
    if len(names) != 1 or not isinstance(body[names[0]], dict):
        raise bad_value(NAME, ", ".join(map(str, body)) if isinstance(body, dict) else body)
    return book.kinds[names[0]], body[names[0]]


def _find_current(book: Book, kind: Kind, sent: Record) -> Record:
    for member in ("Id", "SyncToken"):
        if member not in sent:
            raise missing(member)
    old = book.get(NAME, sent["Id"])
    if old is None or old["Type"] != kind.name:
        raise object_not_found()
    if old["SyncToken"] != sent["SyncToken"]:
        raise stale_object()
    return old


def _prepare(book: Book, kind: Kind, sent: Record) -> Record:
    """Checked and completed as a transaction of its kind, without taking a number of it."""
    _check_info(sent.get("RecurringInfo"))
    for member in kind.required:
        if member not in sent:
            raise missing(member)
    given = {name: value for name, value in sent.items() if name not in kind.ignored}
    counters = dict(book.counters)
    write = Write(book, kind, sent, {**kind.defaults, **resolve(book, kind, given)})
    try:
        kind.prepare(write)
    finally:
        book.counters = counters
    kept = {name: value for name, value in write.record.items() if name not in NOT_IN_TEMPLATES}
    return {**kept, "RecurringInfo": sent["RecurringInfo"]}


def _check_info(info: Any) -> None:
    if info is None:
        raise missing("RecurringInfo")
    if not isinstance(info, dict):
        raise bad_value("RecurringInfo", info)
    if not isinstance(info.get("Name"), str) or not info["Name"].strip():
        raise missing("RecurringInfo.Name")
    if info.get("RecurType", "Automated") not in RECUR_TYPES:
        raise bad_value("RecurringInfo.RecurType", info["RecurType"])
    schedule = info.get("ScheduleInfo", {})
    if not isinstance(schedule, dict):
        raise bad_value("RecurringInfo.ScheduleInfo", schedule)
    if schedule.get("IntervalType") not in (None, *INTERVALS):
        raise bad_value("RecurringInfo.ScheduleInfo.IntervalType", schedule["IntervalType"])


def _without_head(record: Record) -> Record:
    head = ("domain", "sparse", "Id", "SyncToken", "MetaData")
    return {name: value for name, value in record.items() if name not in head}


RULES = OwnRules(list_templates, read_template, save_template, delete=delete_template, show=show)
