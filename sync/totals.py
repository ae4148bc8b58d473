"""Whether what the other side made of a document is what was planned.

Where QuickBooks works out the tax its total may differ by what rounding comes to. More than that is said, once the
rest is right: a code or its rate does not fit. Anything else must agree to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from smoothx.lib.money import money

# What rounding per line and per rate may come to over a document.
TAX_TOLERANCE = Decimal("0.05")
Planned = Mapping[str, Any]


def agrees(planned: Planned, total: Decimal | None) -> bool:
    """`planned` is a document as the ledger keeps it; what has no total always agrees."""
    if total is None or planned.get("total") is None:
        return True
    difference = abs(total - Decimal(planned["total"]))
    return difference <= (TAX_TOLERANCE if planned.get("has_tax_codes") else 0)


def find_cause(planned: Planned, total: Decimal, wire: Mapping[str, Any]) -> Literal["tax", "total"]:
    """Where a total that does not agree comes from: the tax alone, or more than that."""
    stated = (wire.get("TxnTaxDetail") or {}).get("TotalTax")
    if not planned.get("has_tax_codes") or stated is None:
        return "total"
    without_tax = abs(total) - money(str(stated))
    planned_without = Decimal(planned["total"]) - Decimal(planned["tax"])
    return "tax" if without_tax == abs(planned_without) else "total"


def read_tax(wire: Mapping[str, Any]) -> Decimal:
    """The tax QuickBooks worked out for a document, without a sign."""
    return money(str((wire.get("TxnTaxDetail") or {}).get("TotalTax") or 0))
