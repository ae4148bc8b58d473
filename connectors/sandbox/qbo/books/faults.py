"""The refusals of the accounting service and of the gateway before it, spelled as they were recorded.

Texts marked "own words" were never seen on the wire: only their code is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.sandbox.wire import encode

# Of a value that is repeated in a refusal.
MAX_SHOWN = 200
THROTTLE_XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<IntuitResponse time="{time}" xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE">'
    '<Error code="3001"><Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message>'
    "<Detail>The request limit was reached.  Try again later</Detail></Error></Fault></IntuitResponse>"
)


class QboFault(Exception):
    """A refusal of the service; HTTP 400 unless told otherwise or inside a batch.

    `has_time` False leaves `time` out of the envelope.
    """

    def __init__(
        self,
        code: str,
        message: str,
        detail: str,
        *,
        element: str | None = None,
        has_time: bool = True,
        status: int = 400,
        fault_type: str = "ValidationFault",
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.message = message
        self.detail = detail
        self.element = element
        self.has_time = has_time
        self.status = status
        self.fault_type = fault_type

    def as_dict(self) -> dict[str, Any]:
        error = {"Message": self.message, "Detail": self.detail, "code": self.code}
        if self.element is not None:
            error["element"] = self.element
        return {"Error": [error], "type": self.fault_type}


def unsupported_operation(path: str, full_path: str) -> QboFault:
    detail = f"Operation Could not find resource for relative : {path} of full path: {full_path} is not supported."
    return QboFault("500", "Unsupported Operation", detail)


def object_not_found() -> QboFault:
    detail = (
        "Object Not Found : Something you're trying to use has been made inactive. "
        "Check the fields with accounts, customers, items, vendors or employees."
    )
    return QboFault("610", "Object Not Found", detail, element="")


def batch_too_large(limit: int) -> QboFault:
    """Own words."""
    return QboFault("1040", "Batch too large", f"The batch holds more than {limit} items.", element="")


def feature_off() -> QboFault:
    """HTTP status and message are documented; type and detail are own words."""
    detail = "The subscription or the user's role does not allow this."
    return QboFault("120", "Authorization Failure", detail, status=403, fault_type="AuthorizationFault")


def subscription_ended() -> QboFault:
    detail = (
        "Subscription period has ended or canceled or there was a billing problem : You can't add data to QuickBooks "
        "Online Plus because your trial or subscription period ended, you canceled your subscription, or there was a "
        "billing problem. To see or change your subscription status, click 'Your Account' at the upper-right of the "
        "screen, and click on Resubscribe link or contact your administrator."
    )
    return QboFault("6190", "Invalid Company Status", detail, element="")


def unsupported_media_type(content_type: str) -> QboFault:
    """Unverified: status, code and text are own words."""
    detail = f"Content-Type {content_type[:60]} is not supported."
    return QboFault("500", "Unsupported Media Type", detail, status=415)


def body_too_large(limit: int) -> QboFault:
    """Unverified: status, code and text are own words."""
    return QboFault("1040", "Request too large", f"The body is longer than {limit} bytes.", status=413)


def unknown_member(type_name: str, member: str, known: Iterable[str]) -> QboFault:
    names = list(known)
    listed = ", ".join(f'"{name}"' for name in names[:60])
    detail = (
        f'Property Name:Unrecognized field "{member}" (class com.intuit.schema.finance.v3.{type_name}), '
        f"not marked as ignorable ({len(names)} known properties: {listed} [truncated]])\n"
        " specified is unsupported or invalid"
    )
    return QboFault("2010", "Request has invalid or unsupported property", detail)


def bad_value(member: str, value: object) -> QboFault:
    """A value of the wrong type; the code is recorded, the wording is own words."""
    shown = encode(value)[:MAX_SHOWN]
    detail = f"Property Name:Can not deserialize value {shown} of {member}\n specified is unsupported or invalid"
    return QboFault("2010", "Request has invalid or unsupported property", detail)


def missing(member: str) -> QboFault:
    message = "Required param missing, need to supply the required value for the API"
    return QboFault("2020", message, f"Required parameter {member} is missing in the request", element=member)


def invalid_id(value: str) -> QboFault:
    detail = f"Id should be a valid number. Supplied value:{value}"
    return QboFault("2030", "Invalid ID", detail, element="Id", has_time=False)


def too_long(member: str, limit: int, length: int) -> QboFault:
    """Own words around the facts a caller needs: the member and its limit."""
    message = "String length is either shorter or longer than supported by specification"
    detail = f"String length specified does not match the supported length. Min:0 Max:{limit} Supplied:{length}"
    return QboFault("2050", message, detail, element=member)


def invalid_enumeration(member: str, value: object) -> QboFault:
    """Own words."""
    return QboFault("2170", "Invalid Enumeration", f"Invalid Enumeration : {value}", element=member)


def invalid_email(element: str, address: str) -> QboFault:
    """Own words."""
    detail = f"Email Address does not conform to the syntax rules of RFC 822. : {address}"
    return QboFault("2210", "Invalid email address format", detail, element=element)


def no_lines() -> QboFault:
    """Own words."""
    return QboFault("2250", "Transaction has no lines", "A transaction needs at least one line.", element="Line")


def negative_amount(element: str, amount: object) -> QboFault:
    """Own words."""
    detail = f"Negative amounts are not allowed. Supplied value:{amount}"
    return QboFault("2290", "Negative amount not allowed", detail, element=element)


def invalid_reference(table: str, record_id: str, element: str) -> QboFault:
    detail = f"Invalid Reference Id : {table} element id {record_id} not found"
    return QboFault("2500", "Invalid Reference Id", detail, element=element)


def query_unparsed(detail: str) -> QboFault:
    return QboFault("4000", "Error parsing query", f"QueryParserError: {detail}")


def query_invalid(detail: str) -> QboFault:
    return QboFault("4001", "Invalid query", f"QueryValidationError: {detail}")


def stale_object() -> QboFault:
    detail = (
        "Stale Object Error : You and Sample User were working on this at the same time. "
        "Sample User finished before you did, so your work was not saved."
    )
    return QboFault("5010", "Stale Object Error", detail, element="")


def business(detail: str) -> QboFault:
    """The free-text family 6000; most details here are own words."""
    message = "A business validation error has occurred while processing your request"
    return QboFault("6000", message, f"Business Validation Error: {detail}", element="")


def account_type_missing() -> QboFault:
    """Own words."""
    return QboFault("6010", "Account type missing", "AccountType or AccountSubType is needed.", element="AccountType")


def amount_mismatch(amount: object) -> QboFault:
    detail = f"Amount is not equal to UnitPrice * Qty. Supplied value:{amount}"
    return QboFault("6070", "Amount calculation incorrect in the request", detail, element="")


def no_name() -> QboFault:
    """Own words."""
    detail = "At least one of DisplayName, GivenName, MiddleName, FamilyName, Title or Suffix is needed."
    return QboFault("6080", "Name missing", detail, element="")


def invalid_tax_code(value: str) -> QboFault:
    """Own words; in a US company a line takes TAX or NON."""
    return QboFault("6100", "Invalid TaxCode", f"TaxCode {value} cannot be used on this line.", element="TaxCodeRef")


def tax_rate_missing(country: str) -> QboFault:
    """Recorded for the United Kingdom and Canada; the Australian word follows them, unverified."""
    tax = {"CA": "GST/HST", "AU": "GST"}.get(country, "VAT")
    return business(f"Make sure all your transactions have a {tax} rate before you save.")


def duplicate_tax_name(what: str) -> QboFault:
    """Recorded for a rate, odd line break included; a code's is modelled on it."""
    detail = f"The name supplied already exists. : Another tax {what} is already using this \nname. "
    return QboFault("6240", "Duplicate Name Exists Error", f"{detail}Please use a different name.", element="")


def tax_totals_clash() -> QboFault:
    """Own words; the code family is documented."""
    return business("The tax amounts do not agree with the lines. Remove TxnTaxDetail to have the tax worked out.")


def tax_not_applicable() -> QboFault:
    """Own words."""
    detail = "TxnTaxDetail cannot be given when GlobalTaxCalculation is NotApplicable."
    return QboFault("6170", "TxnTaxDetail not allowed", detail, element="TxnTaxDetail")


def duplicate_document(number: str, kind: str, record_id: str) -> QboFault:
    """The sentence is recorded; that the clashing document follows it is unverified."""
    detail = (
        "Duplicate Document Number Error : You must specify a different number. This number has already been used. "
        f"DocNumber={number} is assigned to TxnType={kind} with TxnId={record_id}"
    )
    return QboFault("6140", "Duplicate Document Number Error", detail, element="")


def parent_missing() -> QboFault:
    """Own words."""
    return QboFault("6150", "ParentRef missing", "ParentRef is needed for a sub-record.", element="ParentRef")


def too_deep() -> QboFault:
    """Own words."""
    return QboFault("6180", "Too many levels", "A list holds five levels at most.", element="ParentRef")


def period_closed() -> QboFault:
    """The doubled word is in the original."""
    detail = (
        "The account period has closed and the account books cannot be updated through through the QBO Services API. "
        "Please use the QBO website to make these changes."
    )
    return QboFault("6210", "Account Period Closed, Cannot Update Through Services API", detail, element="")


def duplicate_name() -> QboFault:
    return QboFault("6240", "Duplicate Name Exists Error", "The name supplied already exists. : null")


def report_too_large(limit: int) -> QboFault:
    """Unverified: the limit is reported by practice, code and text are own words."""
    return business(f"The report has more than {limit} cells. Ask for a shorter period.")


def link_missing(entity: str, record_id: str) -> QboFault:
    named = f"{entity} {record_id}"
    return business(f"The entity {named} that you are trying to link does not exist. {named}")


def deposited() -> QboFault:
    """The message is recorded, its repetition as detail is unverified."""
    text = "Deposited Transaction cannot be changed"
    return QboFault("6540", text, text, element="")


def matched_to_bank() -> QboFault:
    """Own words."""
    detail = "The transaction is matched to a downloaded bank transaction. Undo the match before changing it."
    return QboFault("6480", "Transaction matched to bank data", detail, element="")


def customer_missing() -> QboFault:
    """Own words."""
    return QboFault("6310", "Customer missing", "A billable line needs a customer.", element="CustomerRef")


def wrong_account_type(element: str) -> QboFault:
    """Own words."""
    return QboFault("6430", "Invalid account type", "The account's type is not valid here.", element=element)


def no_item_or_account() -> QboFault:
    """Own words."""
    return QboFault("6440", "Line needs an item or an account", "A line needs an item or an account.", element="Line")


def project_missing() -> QboFault:
    """Own words."""
    return QboFault("9349", "ProjectRef required", "A change order needs a ProjectRef.", element="ProjectRef")


def gateway_body(*, code: str, name: str, status: int, detail: str, fault_type: str, epoch_ms: int) -> dict[str, Any]:
    """The lower-case body of the API gateway; recorded for 401, the other codes follow its shape."""
    message = f"message={name}; errorCode={code.zfill(6)}; statusCode={status}"
    error = {"message": message, "detail": detail, "code": code, "element": None}
    return {
        "warnings": None,
        "intuitObject": None,
        "fault": {"error": [error], "type": fault_type},
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": epoch_ms,
        "status": None,
        "cdcresponse": [],
    }
