"""Customers, vendors and employees: masked numbers, checked addresses, and who can be made inactive."""

from __future__ import annotations

import re
from decimal import Decimal

from connectors.sandbox.qbo.books.faults import (
    bad_value,
    business,
    invalid_email,
    invalid_enumeration,
    missing,
    too_long,
)
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.names import ADDRESSES, prepare_party
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.purchases.purchase_faults import invalid_web_address

DELIVERY_METHODS = ("Print", "Email", "None")
MAX_EXEMPTION_REASON = 15
MAX_ADDRESS_LINES = 2000
MAX_EMPLOYEE_PHONE = 20
ADDRESS_LINES = tuple(f"Line{number}" for number in range(1, 6))
SHOWN_DIGITS = 4
SSN_MASK = "XXX-XX-XXXX"


def prepare_customer(write: Write) -> None:
    record = write.record
    if write.old is None and write.book.preference("TaxPrefs", "UsingSalesTax"):
        group = write.book.preference("TaxPrefs", "TaxGroupCodeRef")
        if group:
            record.setdefault("DefaultTaxCodeRef", group)
    method = record.get("PreferredDeliveryMethod")
    if method not in DELIVERY_METHODS:
        raise invalid_enumeration("PreferredDeliveryMethod", method)
    reason = record.get("TaxExemptionReasonId")
    if reason is not None and reason not in map(str, range(1, MAX_EXEMPTION_REASON + 1)):
        raise bad_value("TaxExemptionReasonId", reason)
    _mask(write, "PrimaryTaxIdentifier")
    _prepare(write, balance="BalanceWithJobs")


def prepare_vendor(write: Write) -> None:
    _mask(write, "TaxIdentifier")
    _prepare(write, balance="Balance")


def prepare_employee(write: Write) -> None:
    """Unlike a vendor, an employee is named by person."""
    record = write.record
    if not (record.get("GivenName") or record.get("FamilyName") or record.get("DisplayName")):
        raise missing("FamilyName")
    if "SSN" in record:
        # The number never comes back, so the mask on the way in means the one that is kept.
        record["SSN"] = SSN_MASK
    if not record.get("BillableTime"):
        record.pop("BillRate", None)
    for member in ("PrimaryPhone", "Mobile"):
        number = record.get(member, {}).get("FreeFormNumber", "")
        if len(number) > MAX_EMPLOYEE_PHONE:
            raise too_long(f"{member}.FreeFormNumber", MAX_EMPLOYEE_PHONE, len(number))
    _prepare(write)


def _prepare(write: Write, balance: str = "") -> None:
    _check_contact(write.record)
    _check_addresses(write.record)
    is_leaving = write.record.get("Active") is False and write.old is not None and write.old.get("Active", True)
    if is_leaving and balance and Decimal(write.record.get(balance, 0)):
        # The code is documented, the text unverified; in the product itself an entry takes the balance away.
        raise business(f"A {write.kind.name.lower()} with a balance cannot be made inactive.")
    prepare_party(write)


def _mask(write: Write, member: str) -> None:
    """Only the last four show. As recorded for a vendor; a social security number keeps its own dashes."""
    value = write.record.get(member)
    # What the service has answered may come back: it stands for the number that is kept.
    if value is None or (write.old is not None and write.old.get(member) == value):
        return
    shown = re.sub(r"\W", "", value)[-SHOWN_DIGITS:]
    is_personal = re.fullmatch(r"[\dX]{3}-[\dX]{2}-\d{4}", value) is not None
    write.record[member] = f"{'XXX-XX-' if is_personal else 'XX-XXX'}{shown}"


def _check_contact(record: Record) -> None:
    address = record.get("PrimaryEmailAddr", {}).get("Address")
    # Several addresses may stand in one member, parted by commas.
    if address is not None and not all("@" in part and "." in part for part in address.split(",")):
        raise invalid_email("PrimaryEmailAddr", address)
    site = record.get("WebAddr", {}).get("URI")
    if site is not None and ("." not in site or " " in site.strip()):
        raise invalid_web_address(site)


def _check_addresses(record: Record) -> None:
    for member in ADDRESSES:
        length = sum(len(record.get(member, {}).get(line, "")) for line in ADDRESS_LINES)
        if length > MAX_ADDRESS_LINES:
            raise too_long(f"{member}.Line1", MAX_ADDRESS_LINES, length)
