"""Documents as JSON for the ledger: what the document page shows of lines and sums, money as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from sync.plan import MoneyDocument


def to_json(value: Any) -> Any:
    """`value` with Decimal and dates as text, so that a JSON column keeps every digit."""
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def document_json(document: Any, facts: Mapping[str, str]) -> dict[str, Any]:
    shown = to_json(asdict(document))
    if isinstance(document, MoneyDocument):
        shown |= {"total": str(document.total), "entity": document.entity, "party_id": document.party_id}
    return {"document": shown, "facts": dict(facts)}
