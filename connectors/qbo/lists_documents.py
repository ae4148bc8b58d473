"""Rows of QuickBooks' lists we create from cost codes: services and classes, as frozen values with their wire form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.qbo.documents import DESCRIPTION_LENGTH, clean_name

NAME_LENGTH = 100
PURCHASE_DESCRIPTION_LENGTH = 1000
SKU_LENGTH = 100


def list_name(code: str, name: str) -> str:
    """A cost code as QuickBooks accepts it for the name of an item or class: "03-300 Cast-in-place concrete"."""
    return clean_name(name if name == code else f"{code} {name}", NAME_LENGTH)


@dataclass(frozen=True, slots=True)
class ServiceItem:
    """A product or service of type Service that is sold and bought. `code` is the cost code, kept as its SKU too."""

    name: str
    code: str
    description: str
    income_account_id: str
    income_account_name: str
    expense_account_id: str
    expense_account_name: str

    @property
    def entity(self) -> str:
        return "Item"

    def to_wire(self) -> dict[str, Any]:
        wire: dict[str, Any] = {
            "Name": self.name,
            "Type": "Service",
            "IncomeAccountRef": {"value": self.income_account_id},
            "ExpenseAccountRef": {"value": self.expense_account_id},
        }
        if self.code:
            wire["Sku"] = self.code[:SKU_LENGTH]
        if self.description:
            wire["Description"] = self.description[:DESCRIPTION_LENGTH]
            wire["PurchaseDesc"] = self.description[:PURCHASE_DESCRIPTION_LENGTH]
        return wire


@dataclass(frozen=True, slots=True)
class ListClass:
    """A class at the top of its list."""

    name: str

    @property
    def entity(self) -> str:
        return "Class"

    def to_wire(self) -> dict[str, Any]:
        return {"Name": self.name}
