"""What stands above the lines of a bill: vendor, job, day and due date; and what keeps these books from taking it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from connectors.procore.records import Requisition
from mapping.defaults import BILL_DUE, BILL_DUE_DAYS, PAYABLE_ACCOUNT, Defaults
from mapping.kinds import PROJECT, VENDOR
from mapping.maps import Maps, Target
from sync.flows import _waits
from sync.flows._billed import BilledRecord
from sync.flows._claims import check_date, find_date
from sync.flows._codes import find_default
from sync.flows._periods import find_open_day
from sync.flows._tags import Tagger
from sync.plan import Notes


@dataclass(frozen=True, slots=True)
class Head:
    """`own_day` is the invoice's own date, `day` the one its bill takes: another one after a closed period."""

    vendor: Target | None
    customer_id: str
    own_day: date | None
    day: date | None


@dataclass(frozen=True, slots=True)
class Due:
    """A term, by which QuickBooks reckons the due date, or the day itself; neither makes it due on its own date."""

    term: Target | None = None
    day: date | None = None


def make_head(requisition: Requisition, maps: Maps, defaults: Defaults, notes: Notes) -> Head:
    vendor = find_vendor(requisition, maps, notes)
    customer = find_customer(requisition, maps, notes)
    check_currency(requisition, vendor, maps, defaults, notes)
    posted = maps.contract(requisition.commitment_id).claim(requisition.id)
    own_day = find_date(requisition, defaults)
    posted_on = posted.dated if posted else None
    day = find_open_day(own_day, defaults, notes, is_posted=posted is not None, posted_on=posted_on)
    check_date(requisition, defaults, notes)
    find_default(PAYABLE_ACCOUNT, defaults, notes)
    return Head(vendor, customer.id if customer else "", own_day, day)


def find_due(head: Head, tagger: Tagger, maps: Maps, defaults: Defaults) -> Due:
    """The term of the purchase order, else of the vendor; or a number of days. A vendor's inactive term is none."""
    if defaults.says(BILL_DUE, "days"):
        return Due(day=head.day + timedelta(days=defaults.number(BILL_DUE_DAYS)) if head.day else None)
    ordered = tagger.term() if defaults.says(BILL_DUE, "order_term") else None
    own = maps.vendor_terms.get(head.vendor.id) if head.vendor else None
    return Due(ordered or (own if own and own.is_active else None))


def find_vendor(requisition: BilledRecord, maps: Maps, notes: Notes) -> Target | None:
    if not requisition.vendor_id:
        notes.block("vendor_missing")
        return None
    wait = _waits.link(VENDOR, requisition.vendor_id)
    name = requisition.vendor_name or requisition.vendor_id
    vendor = notes.need(maps.find(VENDOR, requisition.vendor_id), "vendor_not_mapped", name, waits_for=wait)
    if vendor is not None and not vendor.is_active:
        notes.block("vendor_inactive", vendor.name, also_lifted_by=[wait])
    return vendor


def find_customer(requisition: BilledRecord, maps: Maps, notes: Notes) -> Target | None:
    wait = _waits.link(PROJECT, requisition.project_id)
    name = requisition.project_name or requisition.project_id
    customer = notes.need(maps.find(PROJECT, requisition.project_id), "project_not_mapped", name, waits_for=wait)
    if customer is not None and not customer.is_active:
        notes.block("project_inactive", customer.name, also_lifted_by=[wait])
    return customer


def check_currency(
    requisition: BilledRecord, vendor: Target | None, maps: Maps, defaults: Defaults, notes: Notes
) -> None:
    """Only the books' own currency is posted. Another would need its rate, its payable account and a retention account
    in it, and none of them is certain."""
    home = defaults.home_currency
    if requisition.currency and requisition.currency != home:
        notes.block("currency_differs", requisition.currency, home=home)
    currency = maps.vendor_currencies.get(vendor.id, home) if vendor else home
    if vendor is not None and currency != home:
        wait = _waits.link(VENDOR, requisition.vendor_id)
        notes.block("vendor_currency_differs", vendor.name, also_lifted_by=[wait], currency=currency, home=home)
