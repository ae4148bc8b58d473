"""A refusal by its code, for faults that are injected: `POST /_control/faults {"code": "6190"}`.

Where a refusal names something (a member, an id), a plausible one stands in. Gateway codes (3100, 3200, 3001) are
answered by the gateway, everything else by the service.
"""

from __future__ import annotations

from collections.abc import Callable

from connectors.sandbox.qbo.books import faults
from connectors.sandbox.qbo.books.faults import QboFault

GATEWAY_CODES = frozenset({"3001", "3100", "3200"})
_TAKEN = "Another customer, vendor or employee is already using this \nname. Please use a different name."


def _system_failure() -> QboFault:
    """Unverified beyond code and type."""
    message = "An application error has occurred while processing your request"
    detail = "System Failure Error: Could not complete the request."
    return QboFault("10000", message, detail, element="", status=500, fault_type="SystemFault")


def _name_taken() -> QboFault:
    return QboFault("6240", "Duplicate Name Exists Error", f"The name supplied already exists. : {_TAKEN}", element="")


FAULTS: dict[str, Callable[[], QboFault]] = {
    "120": faults.feature_off,
    "500": lambda: faults.unsupported_operation("/v3/company/1/nosuch", "/v3/company/1/nosuch"),
    "610": faults.object_not_found,
    "1040": lambda: faults.batch_too_large(30),
    "2010": lambda: faults.unknown_member("Bill", "BadJson", ("DocNumber", "TxnDate")),
    "2020": lambda: faults.missing("VendorRef"),
    "2030": lambda: faults.invalid_id("1.5"),
    "2050": lambda: faults.too_long("DocNumber", 21, 22),
    "2500": lambda: faults.invalid_reference("Accounts", "7", "Line.AccountBasedExpenseLineDetail.AccountRef"),
    "4000": lambda: faults.query_unparsed(
        'Encountered " "null" "NULL "" at line 1, column 15.\nWas expecting:\n    <IDENTIFIER> ...\n    '
    ),
    "4001": lambda: faults.query_invalid("invalid context declaration: Custmoer"),
    "5010": faults.stale_object,
    "6000": lambda: faults.business("You must set a transaction amount."),
    "6070": lambda: faults.amount_mismatch(100),
    "6140": lambda: faults.duplicate_document("1001", "Bill", "145"),
    "6190": faults.subscription_ended,
    "6210": faults.period_closed,
    "6240": faults.duplicate_name,
    "6240-named": _name_taken,
    "6480": faults.matched_to_bank,
    "6540": faults.deposited,
    "10000": _system_failure,
}


def list_codes() -> list[str]:
    return sorted({*FAULTS, *GATEWAY_CODES})
