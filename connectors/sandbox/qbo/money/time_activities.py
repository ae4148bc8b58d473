"""Time worked: who, how long, for whom, at what rate. Nothing of it posts to an account."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.sandbox.qbo.books.faults import bad_value, business, customer_missing
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.values import PACIFIC, Record, parse_time, spell_time
from connectors.sandbox.qbo.purchases.purchase_faults import invalid_time, one_of_employee_or_vendor, rate_missing

MAX_HOURS = 8760
PARTS = {"Hours": MAX_HOURS, "Minutes": 59, "Seconds": 59}
BREAK_PARTS = {"BreakHours": MAX_HOURS, "BreakMinutes": 59, "BreakSeconds": 59}


def prepare_time_activity(write: Write) -> None:
    record = write.record
    _check_worker(record)
    if write.old is not None and write.old["BillableStatus"] == "HasBeenBilled":
        # Only the invoice takes the mark off again.
        record["BillableStatus"] = "HasBeenBilled"
    _set_times(write)
    # Time posts nothing, so closed books do not hold it; unverified at the vendor.
    record.setdefault("TxnDate", write.book.today().isoformat())
    _check_item(write)
    if not write.book.preference("AccountingInfoPrefs", "ClassTrackingPerTxn"):
        record.pop("ClassRef", None)
    if not write.book.preference("AccountingInfoPrefs", "TrackDepartments"):
        record.pop("DepartmentRef", None)
    _check_rate(record)


def _check_worker(record: Record) -> None:
    named = [member for member in ("EmployeeRef", "VendorRef") if member in record]
    if named != [f"{record['NameOf']}Ref"]:
        raise one_of_employee_or_vendor()


def _set_times(write: Write) -> None:
    """Either a length or a start and an end; the other form of an older state gives way to what is sent."""
    record, sent = write.record, set(write.sent)
    if sent & {"StartTime", "EndTime"} and not sent & set(PARTS):
        for member in PARTS:
            record.pop(member, None)
    elif sent & set(PARTS) and not sent & {"StartTime", "EndTime"}:
        for member in ("StartTime", "EndTime", *BREAK_PARTS):
            record.pop(member, None)
    _check_parts(record, PARTS, "6370", "6380")
    _check_parts(record, BREAK_PARTS, "6390", "6390")
    if "StartTime" in record or "EndTime" in record:
        _check_span(record)
    elif "Hours" in record or "Minutes" in record:
        record.setdefault("Hours", 0)
        record.setdefault("Minutes", 0)
    else:
        raise invalid_time("6340", "Hours", "Hours and Minutes, or StartTime and EndTime, are needed.")


def _check_parts(record: Record, parts: dict[str, int], hours_code: str, other_code: str) -> None:
    for member, limit in parts.items():
        value = record.get(member)
        if value is None:
            continue
        if not isinstance(value, int):
            # Fractions of an hour go into the minutes.
            raise bad_value(member, str(value))
        if not 0 <= value <= limit:
            code = hours_code if limit == MAX_HOURS else other_code
            raise invalid_time(code, member, f"{member} must be between 0 and {limit}.")
    is_over = record.get("Hours") == MAX_HOURS and (record.get("Minutes") or record.get("Seconds"))
    if is_over:
        raise invalid_time("6370", "Hours", f"The time cannot be longer than {MAX_HOURS} hours.")


def _check_span(record: Record) -> None:
    for member, other in (("StartTime", "EndTime"), ("EndTime", "StartTime")):
        if member not in record:
            raise invalid_time("6350", member, f"{member} is needed with {other}.")
    start, end = (_read_time(record, member) for member in ("StartTime", "EndTime"))
    if end <= start:
        raise invalid_time("6360", "EndTime", "EndTime must be after StartTime.")
    hours, minutes = record.get("BreakHours", 0), record.get("BreakMinutes", 0)
    if timedelta(hours=hours, minutes=minutes) >= end - start:
        raise invalid_time("6390", "BreakHours", "The break cannot be as long as the time itself.")
    record.setdefault("TxnDate", start.astimezone(PACIFIC).date().isoformat())
    record |= {"StartTime": spell_time(start), "EndTime": spell_time(end)}


def _read_time(record: Record, member: str) -> datetime:
    value: Any = record[member]
    moment = parse_time(value) if isinstance(value, str) else None
    if moment is None:
        raise bad_value(member, value)
    return moment


def _check_item(write: Write) -> None:
    item = write.record.get("ItemRef")
    if item is not None and write.book.records["Item"][item["value"]]["Type"] != "Service":
        # The text is unverified.
        raise business("Only a service item can be used on a time activity.")


def _check_rate(record: Record) -> None:
    for member in ("HourlyRate", "CostRate"):
        if Decimal(record.get(member, 0)) < 0:
            raise bad_value(member, str(record[member]))
    if record["BillableStatus"] != "Billable":
        return
    if "CustomerRef" not in record:
        raise customer_missing()
    if "HourlyRate" not in record:
        raise rate_missing()
