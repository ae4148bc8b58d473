"""What has been paid under a contract: functions over the records, for every part that shows a sum of payments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.currency import CURRENCY
from connectors.sandbox.procore.files.attachments import list_attachments
from connectors.sandbox.procore.tables import Row, Tables
from connectors.sandbox.procore.values import sum_amounts, write_money

EMBEDDED = (
    "id", "check_number", "created_at", "date", "draw_request_number", "invoice_number", "notes", "payment_number",
    "origin_id", "origin_data",
)  # fmt: skip


def list_payments(tables: Tables, contract_id: int) -> list[Row]:
    """The payments issued under a commitment or received under a prime contract."""
    return tables.of("contract_payments", contract_id)


def sum_payments(tables: Tables, contract_id: int) -> Decimal:
    return sum_amounts(list_payments(tables, contract_id))


def list_invoice_payments(tables: Tables, contract_id: int, invoice: Row) -> list[Row]:
    """The payments of one invoice of the contract: those that name its id, or else its number.

    Unverified: the product matches payments by the text of the invoice number, and by the draw request number where
    that is all there is.
    """
    return [payment for payment in list_payments(tables, contract_id) if _is_of(payment, invoice)]


def sum_invoice_payments(tables: Tables, contract_id: int, invoice: Row) -> Decimal:
    return sum_amounts(list_invoice_payments(tables, contract_id, invoice))


def shape_embedded_payments(core: Core, contract_id: int) -> list[dict[str, Any]]:
    """The payments as contracts carry them along (`payments_issued`, `payments_received`)."""
    return [
        {
            **{name: payment[name] for name in EMBEDDED},
            "amount": write_money(Decimal(payment["amount"])),
            "attachments": list_attachments(core, payment["id"]),
            "currency_configuration": CURRENCY,
        }
        for payment in list_payments(core.tables, contract_id)
    ]


def _is_of(payment: Row, invoice: Row) -> bool:
    if payment["requisition_id"] is not None:
        return bool(payment["requisition_id"] == invoice["id"])
    if payment["invoice_number"]:
        return bool(payment["invoice_number"] == invoice["invoice_number"])
    return payment["draw_request_number"] is not None and payment["draw_request_number"] == invoice["number"]
