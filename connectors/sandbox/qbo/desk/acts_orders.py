"""What the bookkeeper does with purchase orders: entering the bill for what came of one."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.desk.acts_base import ActBase, find_record, to_amount, to_date
from connectors.sandbox.qbo.desk.acts_purchases import read_line


class OrderActs(ActBase):
    """Mixed into the sandbox. Amounts are numbers or their text."""

    def act_bill_order(
        self,
        order_id: str,
        amounts: list[Any],
        number: Any = None,
        date: Any = None,
        lines: list[dict[str, Any]] | None = None,
        realm: str = "",
    ) -> dict[str, Any]:
        """A bill for an order: an amount per line of it, nothing for one that did not come; then `lines` of its own,
        as in `enter_costs`."""
        order = find_record(self.find_book(realm), "PurchaseOrder", order_id)
        pairs = zip(order["Line"], amounts, strict=False)
        received = [_receive(order, line, amount) for line, amount in pairs if amount not in (None, "")]
        if not received:
            raise ActRefused("nothing of the order is billed")
        body = {
            "VendorRef": order["VendorRef"],
            "DocNumber": number,
            "TxnDate": to_date(date) if date else None,
            "Line": [*received, *(read_line(line) for line in lines or ())],
        }
        return self.add_record("Bill", body, realm)


def _receive(order: Record, line: Record, amount: Any) -> Record:
    kind = line["DetailType"]
    # Quantity and price would no longer multiply to the amount.
    detail = {name: value for name, value in line[kind].items() if name not in ("Qty", "UnitPrice")}
    link = {"TxnId": order["Id"], "TxnType": "PurchaseOrder", "TxnLineId": line["Id"]}
    described = {"Description": line["Description"]} if "Description" in line else {}
    return {**described, "Amount": to_amount(amount), "DetailType": kind, kind: detail, "LinkedTxn": [link]}
