"""What QuickBooks' refusals mean for us. Closed tables by code, then by status; the rest is a plain refusal.

Faults come as JSON of the service (`Fault`, PascalCase) and of the gateway (`fault`, lower case), as XML from the
gateway, as HTML from what stands before it, and inside a successful batch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, Literal

from connectors.errors import (
    Conflict,
    Missing,
    NoPermission,
    Reconnect,
    Rejected,
    Retry,
    Uncertain,
    VendorError,
)
from connectors.exact_json import decode
from connectors.transport import Response
from smoothx.lib.text import collapse_spaces, strip_tags

LONGEST_WORDS = 300
THROTTLE_SECONDS = 60.0
Operation = Literal["read", "create", "change"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Errors with this code, met while doing one of `during` (empty: anything), are this error and our code."""

    code: str
    error: type[VendorError]
    our_code: str
    during: tuple[Operation, ...] = ()


class UnknownReference(Rejected):
    """The document names something that is not there: `noun` in a bookkeeper's words, and its id."""

    fault = "reference_refused"
    noun = "record"
    record_id = ""


FAULTS = (
    # The user's role or the subscription's edition lacks the feature.
    Fault("120", NoPermission, "no_permission"),
    # An unknown path or operation: our mistake.
    Fault("500", Rejected, "rejected"),
    # A repeat of a request key: the first one was carried out, so look for what it made.
    Fault("600", Uncertain, "no_answer"),
    Fault("2130", Uncertain, "no_answer"),
    # While creating, what is not found can only be something the document names.
    Fault("610", Rejected, "reference_refused", during=("create",)),
    Fault("610", Missing, "target_missing"),
    Fault("2500", UnknownReference, "reference_refused"),
    # A text is longer than its field.
    Fault("2050", Rejected, "text_refused"),
    Fault("2290", Rejected, "amount_refused"),
    Fault("3001", Retry, "try_again"),
    # The token is for another company, or the app's keys are for another environment.
    Fault("3100", NoPermission, "no_permission"),
    Fault("3200", Reconnect, "connection_lost"),
    Fault("5010", Conflict, "stale_version"),
    # The family of free text: QuickBooks' own words are all there is.
    Fault("6000", Rejected, "rejected"),
    Fault("6070", Rejected, "amount_refused"),
    Fault("6100", Rejected, "tax_code_refused"),
    Fault("6140", Rejected, "number_refused"),
    Fault("6190", NoPermission, "subscription_ended"),
    Fault("6200", Rejected, "books_closed"),
    Fault("6210", Rejected, "books_closed"),
    Fault("6240", Rejected, "name_exists"),
    # The account is of a type the line cannot take, or the line has neither account nor item.
    Fault("6430", Rejected, "account_refused"),
    Fault("6440", Rejected, "account_refused"),
    # Matched to the bank feed, or part of a deposit.
    Fault("6480", Rejected, "settled_there"),
    Fault("6540", Rejected, "settled_there"),
)
STATUSES: dict[int, tuple[type[VendorError], str]] = {
    401: (Reconnect, "connection_lost"),
    403: (NoPermission, "no_permission"),
    429: (Retry, "try_again"),
    500: (Retry, "try_again"),
    502: (Retry, "try_again"),
    503: (Retry, "try_again"),
    504: (Retry, "try_again"),
}
# The table a 2500 speaks of.
REFERENCE_NOUNS = {
    "Accounts": "account",
    "Klasses": "class",
    "Depts": "location",
    "Names": "vendor or customer",
    "Items": "product or service",
    "Terms": "terms",
}
_REFERENCE = re.compile(r"(\w+) element id (\S+) not found")
_XML_ERROR = re.compile(r'<Error\b[^>]*\bcode="(\d+)"[^>]*>(.*?)</Error>', re.DOTALL)
_XML_MEMBER = r"<{0}>(.*?)</{0}>"


@dataclass(frozen=True, slots=True)
class Said:
    """One error of an answer, in the vendor's words."""

    code: str
    words: str


def error_for(response: Response, *, during: Operation) -> VendorError:
    """The error for an answer that is no success, or that holds a fault in spite of its status."""
    said = read_body(response.body)
    words = _join(said) or strip_tags(response.body)[:LONGEST_WORDS]
    error, code = _classify(said, status=response.status, during=during)
    return _build(error, code, words, request_id=response.request_id, status=response.status)


def error_in(fault: Mapping[str, Any], *, during: Operation, request_id: str = "") -> VendorError:
    """The error for one item of a batch."""
    said = _read_fault(fault)
    error, code = _classify(said, status=400, during=during)
    return _build(error, code, _join(said), request_id=request_id, status=400)


def read_body(body: str) -> tuple[Said, ...]:
    """The errors of an answer in whatever form; none where the body has no fault."""
    try:
        value = decode(body)
    except ValueError:
        return tuple(_read_xml(code, inner) for code, inner in _XML_ERROR.findall(body))
    if not isinstance(value, Mapping):
        return ()
    return _read_fault(value.get("Fault") or value.get("fault") or {})


def _read_fault(fault: Mapping[str, Any]) -> tuple[Said, ...]:
    errors = fault.get("Error") or fault.get("error") or ()
    return tuple(_read_error(error) for error in errors if isinstance(error, Mapping))


def _read_error(error: Mapping[str, Any]) -> Said:
    words = error.get("Detail") or error.get("detail") or error.get("Message") or error.get("message") or ""
    return Said(_plain_code(str(error.get("code") or "")), collapse_spaces(str(words)))


def _read_xml(code: str, inner: str) -> Said:
    parts = [re.search(_XML_MEMBER.format(name), inner, re.DOTALL) for name in ("Detail", "Message")]
    words = next((part[1] for part in parts if part), "")
    return Said(_plain_code(code), collapse_spaces(unescape(words)))


def _plain_code(code: str) -> str:
    """The gateway pads with zeros in places ("003200")."""
    return code.lstrip("0")


def _classify(said: Sequence[Said], *, status: int, during: Operation) -> tuple[type[VendorError], str]:
    for each in said:
        for row in FAULTS:
            if row.code == each.code and (not row.during or during in row.during):
                return row.error, row.our_code
    return (Rejected, "rejected") if said else STATUSES.get(status, (Rejected, "rejected"))


def _build(error: type[VendorError], code: str, words: str, *, request_id: str, status: int) -> VendorError:
    message = f"QuickBooks answered {status}: {words}"
    if issubclass(error, Retry):
        return error(
            message, after=THROTTLE_SECONDS, fault=code, vendor_text=words, request_id=request_id, status=status
        )
    built = error(message, fault=code, vendor_text=words, request_id=request_id, status=status)
    found = _REFERENCE.search(words)
    if isinstance(built, UnknownReference) and found:
        built.noun, built.record_id = REFERENCE_NOUNS.get(found[1], "record"), found[2]
    return built


def _join(said: Sequence[Said]) -> str:
    return "; ".join(each.words for each in said)[:LONGEST_WORDS]
