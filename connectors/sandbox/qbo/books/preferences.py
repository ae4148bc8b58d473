"""The two records a company has one of: its description and its preferences, and what of them a caller can write."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import bad_value, business, missing, stale_object
from connectors.sandbox.qbo.books.kinds import SERVER_MEMBERS, Kind
from connectors.sandbox.qbo.books.schema import read_body
from connectors.sandbox.qbo.books.values import Record

# Documented as read only; what is sent for them is passed over. Groups that are not named here can be written.
READ_ONLY: dict[str, frozenset[str]] = {
    "AccountingInfoPrefs": frozenset(
        {"FirstMonthOfFiscalYear", "UseAccountNumbers", "TaxYearMonth", "TaxForm", "BookCloseDate"}
    ),
    "SalesFormsPrefs": frozenset(
        {"EstimateMessage", "IPNSupportEnabled", "UsingPriceLevels", "ETransactionEnabledStatus", "AutoApplyCredit"}
        | {"UsingProgressInvoicing", "CustomField"}
    ),
    "VendorAndPurchasesPrefs": frozenset({"TPAREnabled", "POCustomField"}),
    "TimeTrackingPrefs": frozenset({"WorkWeekStartDate", "MarkTimeEntriesBillable"}),
    "ReportPrefs": frozenset({"CalcAgingReportFromTxnDate"}),
}
READ_ONLY_GROUPS = frozenset({"TaxPrefs", "CurrencyPrefs"})
# Of the company's description: the country and what comes from the subscription.
FIXED_INFO = frozenset({"CompanyStartDate", "Country", "NameValue", "SupportedLanguages"})
REQUIRED_INFO = ("CompanyName", "CompanyAddr")


def save_single(book: Book, kind: Kind, body: Any) -> Record:
    """Update one of the two. Raises QboFault 2010, 2020, 5010, 6000."""
    if not isinstance(body, dict):
        raise bad_value(kind.name, body)
    sent = read_body(kind.name, body)
    if "SyncToken" not in sent:
        raise missing("SyncToken")
    stored = next(book.all(kind.name))
    if sent["SyncToken"] != stored["SyncToken"]:
        raise stale_object()
    changes = _change_info(stored, sent) if kind.name == "CompanyInfo" else _change_preferences(stored, sent)
    if any(stored.get(name) != value for name, value in changes.items()):
        with book.atomic():
            book.amend(kind, stored["Id"], changes)
    return next(book.all(kind.name))


def _change_preferences(stored: Record, sent: Record) -> Record:
    """Each group sent is merged into the stored one. That groups left out stay as they are is unverified."""
    changes: Record = {}
    for group, members in sent.items():
        if group in SERVER_MEMBERS or group in READ_ONLY_GROUPS:
            continue
        if not isinstance(members, dict):
            raise bad_value(group, members)
        changes[group] = _merge_group(group, stored.get(group, {}), members)
    classes = changes.get("AccountingInfoPrefs", {})
    if classes.get("ClassTrackingPerTxn") and classes.get("ClassTrackingPerTxnLine"):
        # Documented as one or the other; the text is own words.
        raise business("Classes are tracked per transaction or per line, not both.")
    return changes


def _merge_group(group: str, stored: Record, sent: Record) -> Record:
    if group == "OtherPrefs":
        return {"NameValue": _merge_pairs(stored.get("NameValue", []), sent.get("NameValue", []))}
    fixed = READ_ONLY.get(group, frozenset())
    return {**stored, **{name: value for name, value in sent.items() if name not in fixed}}


def _merge_pairs(stored: list[Record], sent: list[Record]) -> list[Record]:
    """New values of names that are there; others are not the caller's to add."""
    given = {pair.get("Name"): pair.get("Value") for pair in sent if pair.get("Value") is not None}
    return [{**pair, "Value": given.get(pair["Name"], pair["Value"])} for pair in stored]


def _change_info(stored: Record, sent: Record) -> Record:
    """A full update clears what it leaves out (None), a sparse one keeps it; addresses keep their ids."""
    fixed = SERVER_MEMBERS | FIXED_INFO
    changes: Record = {name: value for name, value in sent.items() if name not in fixed}
    if sent.get("sparse") is not True:
        for member in REQUIRED_INFO:
            if member not in sent:
                raise missing(member)
        changes = {name: None for name in stored if name not in fixed} | changes
    for name, value in changes.items():
        if name.endswith("Addr") and isinstance(value, dict) and "Id" in stored.get(name, {}):
            changes[name] = {**value, "Id": stored[name]["Id"]}
    return changes
