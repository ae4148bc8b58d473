"""What Procore's refusals mean for us. A closed table, read from the top; what no row knows is a plain refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.errors import Missing, NoPermission, Reconnect, Rejected, Retry, VendorError
from connectors.exact_json import decode
from connectors.transport import Response
from smoothx.lib.text import collapse_spaces, strip_tags

LONGEST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Fault:
    """Answers with this status whose words contain `contains` (compared without case) are this error and code."""

    status: int
    contains: str
    error: type[VendorError]
    code: str


FAULTS = (
    Fault(401, "", Reconnect, "connection_lost"),
    # The app is not installed in this company, the user lacks the right, the tool is off, the project not permitted.
    Fault(403, "not connected to this company", NoPermission, "no_permission"),
    Fault(403, "", NoPermission, "no_permission"),
    # Not there, or not visible to this user: Procore does not say which.
    Fault(404, "", Missing, "target_missing"),
    # The list took too long to put together.
    Fault(408, "", Retry, "try_again"),
    Fault(409, "already been taken", Rejected, "rejected"),
    # Somebody else is writing the same record this moment.
    Fault(409, "", Retry, "try_again"),
    Fault(422, "", Rejected, "rejected"),
    Fault(429, "", Retry, "try_again"),
    Fault(500, "", Retry, "try_again"),
    Fault(502, "", Retry, "try_again"),
    Fault(503, "", Retry, "try_again"),
    Fault(504, "", Retry, "try_again"),
)
_UNKNOWN = Fault(0, "", Rejected, "rejected")


def error_for(response: Response) -> VendorError:
    """The error for an answer that is no success."""
    words = read_words(response.body)
    fault = find_fault(response.status, words)
    return fault.error(
        f"Procore answered {response.status}: {words}",
        fault=fault.code,
        vendor_text=words,
        request_id=response.request_id,
        status=response.status,
    )


def error_in(row: Mapping[str, Any], *, request_id: str = "") -> Rejected:
    """The error for one refused row of a sync action."""
    words = collapse_spaces("; ".join(_messages({"errors": row.get("errors")})))[:LONGEST_WORDS]
    return Rejected(f"Procore refused a row: {words}", vendor_text=words, request_id=request_id)


def find_fault(status: int, words: str) -> Fault:
    lowered = words.lower()
    return next((row for row in FAULTS if row.status == status and row.contains in lowered), _UNKNOWN)


def read_words(body: str) -> str:
    """What Procore says, from any of its error forms: fields with messages, lists, texts, v2 details, HTML."""
    try:
        value = decode(body)
    except ValueError:
        return strip_tags(body)[:LONGEST_WORDS]
    return collapse_spaces("; ".join(_messages(value)))[:LONGEST_WORDS]


def _messages(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [message for item in value for message in _messages(item)]
    if not isinstance(value, Mapping):
        return []
    for name in ("errors", "error", "message", "error_description"):
        if value.get(name):
            found = _named(value[name]) if name == "errors" else _messages(value[name])
            return _prefer_details(value, found)
    return []


def _prefer_details(value: Mapping[str, Any], found: list[str]) -> list[str]:
    """v2 errors repeat themselves in words for each field."""
    details = value.get("details") or (
        value["error"].get("details") if isinstance(value.get("error"), Mapping) else None
    )
    return _messages(details) or found


def _named(errors: Any) -> list[str]:
    """`{"name": ["can't be blank"]}` as "name can't be blank"; "base" is the record as a whole."""
    if not isinstance(errors, Mapping):
        return _messages(errors)
    return [
        message if name == "base" else f"{name} {message}"
        for name, messages in errors.items()
        for message in _messages(messages)
    ]
