"""The small lists QuickBooks sends, as frozen values: classes, locations, employees, tax codes and their rates, terms.

As in connectors.qbo.records: vendor spelling stops here, only the fields in use are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from smoothx.lib.text import read_text

Wire = Mapping[str, Any]

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Sorting:
    """A class or a location (QuickBooks' API calls a location a department): a name in a tree."""

    id: str
    name: str
    full_name: str
    parent_id: str = ""
    is_active: bool = True

    @classmethod
    def from_wire(cls, wire: Wire) -> Sorting:
        name = read_text(wire.get("Name"))
        return cls(
            id=str(wire["Id"]),
            name=name,
            full_name=read_text(wire.get("FullyQualifiedName")) or name,
            parent_id=str((wire.get("ParentRef") or {}).get("value") or ""),
            is_active=bool(wire.get("Active", True)),
        )


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody on the payroll; the parts of the name as far as QuickBooks has them apart."""

    id: str
    name: str
    given_name: str = ""
    middle_name: str = ""
    family_name: str = ""
    suffix: str = ""
    number: str = ""
    email: str = ""
    phone: str = ""
    is_active: bool = True

    @classmethod
    def from_wire(cls, wire: Wire) -> Employee:
        given, middle, family, suffix = (
            read_text(wire.get(member)) for member in ("GivenName", "MiddleName", "FamilyName", "Suffix")
        )
        phone = wire.get("PrimaryPhone") or wire.get("Mobile") or {}
        return cls(
            id=str(wire["Id"]),
            name=read_text(wire.get("DisplayName")) or " ".join(filter(None, (given, middle, family, suffix))),
            given_name=given,
            middle_name=middle,
            family_name=family,
            suffix=suffix,
            number=read_text(wire.get("EmployeeNumber")),
            email=read_text((wire.get("PrimaryEmailAddr") or {}).get("Address")),
            phone=read_text(phone.get("FreeFormNumber")),
            is_active=bool(wire.get("Active", True)),
        )


@dataclass(frozen=True, slots=True)
class TaxRate:
    """`percent` as in force now. A rate without a value is zero."""

    id: str
    percent: Decimal

    @classmethod
    def from_wire(cls, wire: Wire) -> TaxRate:
        # The plain value is what is in force; some answers have only the periods, of which the last has no end.
        periods = [period for period in wire.get("EffectiveTaxRate") or () if not period.get("EndDate")]
        value = wire.get("RateValue")
        if value is None and periods:
            value = periods[-1].get("RateValue")
        return cls(id=str(wire["Id"]), percent=_decimal(value))


@dataclass(frozen=True, slots=True)
class RatePart:
    """One rate of a tax code: what it is charged on ("TaxOnAmount" and two more), and its turn."""

    rate_id: str
    base: str
    order: int


@dataclass(frozen=True, slots=True)
class TaxCode:
    """A code with the rates it is made of, apart for sales and purchases; a side without rates cannot use it."""

    id: str
    name: str
    description: str = ""
    sales: tuple[RatePart, ...] = ()
    purchases: tuple[RatePart, ...] = ()
    is_active: bool = True

    @property
    def use(self) -> str:
        """ "Sales", "Purchase" or "Sales and purchase"."""
        if self.sales and not self.purchases:
            return "Sales"
        if self.purchases and not self.sales:
            return "Purchase"
        # The codes TAX and NON of books in the United States have no rates and stand on sales alone.
        is_pseudo = not self.sales and not self.id.isdecimal()
        return "Sales" if is_pseudo else "Sales and purchase"

    @classmethod
    def from_wire(cls, wire: Wire) -> TaxCode:
        return cls(
            id=str(wire["Id"]),
            name=read_text(wire.get("Name")),
            description=read_text(wire.get("Description")),
            sales=_parts(wire.get("SalesTaxRateList")),
            purchases=_parts(wire.get("PurchaseTaxRateList")),
            is_active=bool(wire.get("Active", True)) and not wire.get("Hidden", False),
        )


@dataclass(frozen=True, slots=True)
class Term:
    """`due_days` after the document's date; `due_day` of a month instead, where the term is driven by the date."""

    id: str
    name: str
    due_days: int | None = None
    due_day: int | None = None
    is_active: bool = True

    @classmethod
    def from_wire(cls, wire: Wire) -> Term:
        return cls(
            id=str(wire["Id"]),
            name=read_text(wire.get("Name")),
            due_days=_number(wire.get("DueDays")),
            due_day=_number(wire.get("DayOfMonthDue")),
            is_active=bool(wire.get("Active", True)),
        )


def add_rates(parts: tuple[RatePart, ...], rates: Mapping[str, Decimal]) -> Decimal | None:
    """What all parts together charge, in percent of the amount; None without parts or when a rate is not known.

    A later part may be charged on the amount with the taxes before it, or on those taxes alone.
    """
    if not parts or any(part.rate_id not in rates for part in parts):
        return None
    before = charged = Decimal(0)
    turn = None
    for part in sorted(parts, key=lambda part: part.order):
        if part.order != turn:
            before, turn = charged, part.order
        bases = {"TaxOnAmountPlusTax": HUNDRED + before, "TaxOnTax": before}
        charged += rates[part.rate_id] * bases.get(part.base, HUNDRED) / HUNDRED
    return charged


def _parts(wire: Wire | None) -> tuple[RatePart, ...]:
    return tuple(
        RatePart(
            rate_id=str((detail.get("TaxRateRef") or {}).get("value") or ""),
            base=str(detail.get("TaxTypeApplicable") or "TaxOnAmount"),
            order=_number(detail.get("TaxOrder")) or 0,
        )
        for detail in (wire or {}).get("TaxRateDetail") or ()
    )


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value)) if value is not None else Decimal(0)
    except InvalidOperation:
        return Decimal(0)


def _number(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() else None
