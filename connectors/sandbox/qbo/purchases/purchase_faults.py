"""The refusals of the purchase side, of journals and of time: the codes are documented, the texts are own words."""

from __future__ import annotations

from connectors.sandbox.qbo.books.faults import QboFault


def no_posting_type() -> QboFault:
    detail = "A journal line needs the PostingType Debit or Credit."
    return QboFault("2260", "PostingType missing", detail, element="Line.JournalEntryLineDetail.PostingType")


def unbalanced_journal(debits: object, credits: object) -> QboFault:
    detail = f"Transaction is out of balance: debits {debits}, credits {credits}. All debits must equal all credits."
    return QboFault("2300", "Transaction is not in balance", detail, element="Line")


def invalid_web_address(value: str) -> QboFault:
    return QboFault("2200", "Invalid web address", f"Web address format is not valid : {value}", element="WebAddr")


def one_of_employee_or_vendor() -> QboFault:
    detail = "Exactly one of EmployeeRef and VendorRef is needed, the one that NameOf says."
    return QboFault("6290", "Employee or vendor needed", detail, element="NameOf")


def rate_missing() -> QboFault:
    return QboFault("6330", "Rate missing", "HourlyRate is needed on billable time.", element="HourlyRate")


def invalid_time(code: str, element: str, detail: str) -> QboFault:
    """The family 6340 to 6390 is documented for time errors; which code means which is unverified."""
    return QboFault(code, "Invalid time", detail, element=element)
