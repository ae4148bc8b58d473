"""What we made in Procore as one flat form, so that it is compared field by field as documents in QuickBooks are.

The form has the outline of a QuickBooks document: single values, a reference as {"value"}, and lines told apart by
"Id", here the key of the line it was made of. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.procore.claim_items import CommitmentClaim, find_item
from connectors.procore.cost_lines import pair_lines
from connectors.procore.records_costs import DirectCost, DirectCostLine
from connectors.procore.records_payments import ListedPayment
from smoothx.lib.money import cents

Form = dict[str, Any]
Wire = Mapping[str, Any]


def is_made(body: Wire) -> bool:
    """Whether a write in the outbox made or changed a direct cost, an invoice of a commitment or a payment."""
    return "head" in body or "payment" in body


def sent_form(body: Wire) -> Form:
    """What we wrote, of all that Procore tells again."""
    own = {"Id": str(body["id"])} if body.get("id") else {}
    if "items" in body:
        return {**own, **_sent_claim(body)}
    return {**own, **(_sent_cost(body) if "head" in body else _sent_payment(body["payment"]))}


def _sent_cost(body: Wire) -> Form:
    head = body["head"]
    return {
        "CompanyRef": {"value": str(head.get("vendor_id") or "")},
        "TxnDate": head.get("direct_cost_date") or "",
        "PaidDate": head.get("payment_date") or "",
        "DocNumber": head.get("invoice_number") or "",
        "Kind": head.get("direct_cost_type") or "",
        "Status": head.get("status") or "",
        "Description": head.get("description") or "",
        "Line": [_sent_line(line) for line in body["lines"]],
    }


def _sent_line(line: Wire) -> Form:
    return {
        "Id": str(line["key"]),
        "Amount": str(line["amount"]),
        "Description": line["description"],
        "CostCodeRef": {"value": str(line["cost_code_id"])},
        "CostTypeRef": {"value": str(line["cost_type_id"])},
    }


def _sent_claim(body: Wire) -> Form:
    head = body["head"]
    return {
        "DocNumber": head["invoice_number"],
        "TxnDate": head["billing_date"],
        "Line": [
            _billed(str(row["key"]), *(Decimal(str(row[name])) for name in ("work", "retained", "released")))
            for row in body["items"]
        ],
    }


def _billed(key: str, work: Decimal, retained: Decimal, released: Decimal) -> Form:
    return {"Id": key, "Amount": str(work), "Held": str(retained), "Released": str(released)}


def standing_claim(claim: CommitmentClaim, sent: Sequence[Wire]) -> Form:
    """An invoice of a commitment as it stands. `sent` are the lines we wrote last: of several that Procore bills as
    one, the first is told what somebody changed."""
    lines: list[Form] = []
    left = {item.id: [item.work, item.retained, item.released] for item in claim.items}
    keys: dict[str, str] = {}
    for row in sent:
        item = find_item(str(row["key"]), claim.items)
        if item is None:
            continue
        amounts = [Decimal(str(row[name])) for name in ("work", "retained", "released")]
        left[item.id] = [cents(rest - amount) for rest, amount in zip(left[item.id], amounts, strict=True)]
        keys.setdefault(item.id, str(row["key"]))
        lines.append(_billed(str(row["key"]), *amounts))
    for item_id, rest in left.items():
        if any(rest):
            _add_rest(lines, keys.get(item_id, f"line {item_id}"), rest)
    return {
        "Id": claim.id,
        "DocNumber": claim.invoice_number,
        "TxnDate": claim.billing_date.isoformat() if claim.billing_date else "",
        "TotalAmt": str(abs(claim.net)),
        "Line": lines,
    }


def _add_rest(lines: list[Form], key: str, rest: Sequence[Decimal]) -> None:
    own = next((line for line in lines if line["Id"] == key), None)
    if own is None:
        lines.append(_billed(key, rest[0], rest[1], rest[2]))
        return
    for name, amount in zip(("Amount", "Held", "Released"), rest, strict=True):
        own[name] = str(cents(Decimal(own[name]) + amount))


def _sent_payment(payment: Wire) -> Form:
    return {
        "Amount": str(payment["amount"]),
        "TxnDate": payment["date"],
        "CheckNumber": payment["check_number"],
        "Description": payment["notes"],
    }


def standing_payment(wire: Wire) -> Form:
    row = ListedPayment.from_wire(wire)
    return {
        "Id": row.id,
        "Amount": str(row.amount),
        "TxnDate": row.date.isoformat() if row.date else "",
        "CheckNumber": row.check_number,
        "Description": row.notes,
        "TotalAmt": str(abs(row.amount)),
    }


def standing_cost(cost: DirectCost, sent: Sequence[Wire], origin_of: Callable[[str], str]) -> Form:
    """A direct cost as it stands. `sent` are the lines we wrote last, as the outbox has them."""
    pairs, rest = pair_lines(sent, cost.lines, origin_of)
    lines = [_line(line, str(want["key"])) for want, line in zip(sent, pairs, strict=True) if line is not None]
    return {
        "Id": cost.id,
        "CompanyRef": {"value": cost.vendor_id, "name": cost.vendor_name},
        "TxnDate": cost.date.isoformat() if cost.date else "",
        "PaidDate": cost.payment_date.isoformat() if cost.payment_date else "",
        "DocNumber": cost.invoice_number,
        "Kind": cost.kind,
        "Status": cost.status,
        "Description": cost.description,
        "TotalAmt": str(abs(cost.grand_total)),
        "Line": [*lines, *(_line(line, f"line {line.id}") for line in rest)],
    }


def _line(line: DirectCostLine, key: str) -> Form:
    return {
        "Id": key,
        "Amount": str(line.amount),
        "Description": line.description,
        "CostCodeRef": {"value": line.cost_code_id, "name": line.budget_code},
        "CostTypeRef": {"value": line.cost_type_id, "name": line.cost_type},
    }
