"""Bodies of the sales side for the tiny firm, and what its books say afterwards."""

from __future__ import annotations

from typing import Any

from tests.connectors.sandbox.qbo.conftest import CITY, ITEM, Qbo

RECEIVABLE, UNDEPOSITED, REVENUE = "7", "8", "4"
ITEM_NAME = "03-300 Cast-in-place concrete"


def sale_line(amount: Any, **detail: Any) -> dict[str, Any]:
    detail = {"ItemRef": {"value": ITEM}, **detail}
    return {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}


def discount_line(percent: Any = None, amount: Any = None) -> dict[str, Any]:
    line: dict[str, Any] = {"DetailType": "DiscountLineDetail"}
    if percent is not None:
        return {**line, "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": percent}}
    return {**line, "Amount": amount, "DiscountLineDetail": {"PercentBased": False}}


def make_sale(*amounts: Any, **members: Any) -> dict[str, Any]:
    """A form of the city's over one line per amount, of 100.00 without one."""
    lines = [sale_line(amount) for amount in amounts or (100,)]
    return {"CustomerRef": {"value": CITY}, "TxnDate": "2026-01-31", "Line": lines, **members}


def make_receipt(total: Any, *applied: tuple[str, str, Any], **members: Any) -> dict[str, Any]:
    """A payment of the city's over (type, id, amount) of what it applies to."""
    lines = [{"Amount": paid, "LinkedTxn": [{"TxnId": txn_id, "TxnType": kind}]} for kind, txn_id, paid in applied]
    body = {"CustomerRef": {"value": CITY}, "TotalAmt": total, "TxnDate": "2026-02-15", **members}
    return {**body, "Line": lines} if lines else body


def address(record: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A sparse update of a record."""
    return {"Id": record["Id"], "SyncToken": record["SyncToken"], "sparse": True, **changes}


def read(qbo: Qbo, entity: str, record_id: str) -> Any:
    return qbo.get(f"{entity.lower()}/{record_id}")[entity]


def balance_of(qbo: Qbo, account_id: str) -> Any:
    return read(qbo, "Account", account_id)["CurrentBalance"]


def owed_by(qbo: Qbo, customer_id: str = CITY) -> tuple[Any, Any]:
    """A customer's own balance and the one with its jobs."""
    customer = read(qbo, "Customer", customer_id)
    return customer["Balance"], customer["BalanceWithJobs"]


def state_of(qbo: Qbo) -> Any:
    """Everything the service holds, for what must not change."""
    dump = qbo.app.dump()
    return dump["realms"], {realm: {**kept, "replies": None} for realm, kept in dump["kept"].items()}
