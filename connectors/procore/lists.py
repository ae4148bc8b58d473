"""The small lists Procore sends, as frozen values: what the company and its projects sort their costs and time by.

As in connectors.procore.records: ids are text, only the fields in use are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any

from smoothx.lib.text import read_text, strip_tags

Wire = Mapping[str, Any]

# Locations come with their whole path as the name: "Building A>Level 2>Room 5".
PATH_SIGN = ">"


@dataclass(frozen=True, slots=True)
class CostType:
    """A line item type; its code is the last segment of a budget code. `base_type` is Procore's own sort, "labor"."""

    id: str
    name: str
    code: str = ""
    base_type: str = ""

    @classmethod
    def from_wire(cls, wire: Wire) -> CostType:
        return cls(
            id=str(wire["id"]),
            name=read_text(wire.get("name")),
            code=read_text(wire.get("code")),
            base_type=wire.get("base_type") or "",
        )


@dataclass(frozen=True, slots=True)
class TaxCode:
    """`rate` is in percent, None where Procore sends none. An archived code is on old lines only."""

    id: str
    code: str
    description: str = ""
    rate: Decimal | None = None
    is_active: bool = True

    @property
    def name(self) -> str:
        return self.description or self.code

    @classmethod
    def from_wire(cls, wire: Wire) -> TaxCode:
        return cls(
            id=str(wire["id"]),
            code=read_text(wire.get("code")),
            description=read_text(wire.get("description")),
            rate=_percent(wire.get("rate1")),
            is_active=not wire.get("archived", False),
        )


@dataclass(frozen=True, slots=True)
class Department:
    id: str
    name: str

    @classmethod
    def from_wire(cls, wire: Wire) -> Department:
        return cls(id=str(wire["id"]), name=read_text(wire.get("name")))


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the company's directory. The id is the party id of timecards, not that of a login or a contact."""

    id: str
    name: str
    first_name: str = ""
    last_name: str = ""
    number: str = ""
    email: str = ""
    phone: str = ""
    job_title: str = ""
    is_employee: bool = False
    is_active: bool = True

    @classmethod
    def from_wire(cls, wire: Wire) -> Person:
        contact = wire.get("contact") or {}
        first_name, last_name = read_text(wire.get("first_name")), read_text(wire.get("last_name"))
        return cls(
            id=str(wire["id"]),
            name=read_text(wire.get("name")) or f"{first_name} {last_name}".strip(),
            first_name=first_name,
            last_name=last_name,
            number=read_text(wire.get("employee_id")),
            email=read_text(contact.get("email") or wire.get("email")),
            phone=read_text(wire.get("mobile_phone") or wire.get("business_phone")),
            job_title=read_text(wire.get("job_title")),
            is_employee=bool(wire.get("is_employee", False)),
            is_active=bool(contact.get("is_active", True)),
        )


@dataclass(frozen=True, slots=True)
class TimeType:
    """What hours are paid as: regular, overtime. The company's list says `name`, a project's `time_type`."""

    id: str
    name: str
    code: str = ""
    is_active: bool = True

    @classmethod
    def from_wire(cls, wire: Wire) -> TimeType:
        return cls(
            id=str(wire["id"]),
            name=read_text(wire.get("name") or wire.get("time_type")),
            code=read_text(wire.get("abbreviated_time_type")),
            is_active=bool(wire.get("available", True)),
        )


@dataclass(frozen=True, slots=True)
class Location:
    """A place of one project. `path` are the names from the top down to its own."""

    id: str
    path: tuple[str, ...]
    code: str = ""
    parent_id: str = ""

    @classmethod
    def from_wire(cls, wire: Wire) -> Location:
        above = [read_text(part) for part in str(wire.get("name") or "").split(PATH_SIGN)]
        own = read_text(wire.get("node_name")) or above[-1]
        return cls(
            id=str(wire["id"]),
            path=(*(part for part in above[:-1] if part), own),
            code=read_text(wire.get("code")),
            parent_id=str(wire.get("parent_id") or ""),
        )


@dataclass(frozen=True, slots=True)
class SubJob:
    id: str
    name: str
    code: str = ""

    @classmethod
    def from_wire(cls, wire: Wire) -> SubJob:
        return cls(id=str(wire["id"]), name=read_text(wire.get("name")), code=read_text(wire.get("code")))


@dataclass(frozen=True, slots=True)
class BudgetCode:
    """A project's cost code with one cost type. The parts are told by their segments, never by the joined text, whose
    delimiter is the company's own."""

    cost_code_id: str
    cost_code: str
    cost_type_id: str
    cost_type: str
    cost_type_name: str
    is_active: bool = True

    @classmethod
    def from_wire(cls, wire: Wire) -> BudgetCode | None:
        """None for one without a cost code or without a cost type, as budgets of custom segments may be."""
        parts = {
            (item.get("segment") or {}).get("type"): item
            for item in wire.get("segment_items") or ()
            if isinstance(item, Mapping)
        }
        code, cost_type = parts.get("cost_code"), parts.get("line_item_type")
        if code is None or cost_type is None:
            return None
        return cls(
            cost_code_id=str(code["id"]),
            cost_code=read_text(code.get("path_code") or code.get("code")),
            cost_type_id=str(cost_type["id"]),
            cost_type=read_text(cost_type.get("code")),
            cost_type_name=read_text(cost_type.get("name")),
            is_active=wire.get("status", "active") != "inactive",
        )


def read_payment_terms(wire: Wire) -> str:
    """The payment terms written on a purchase order, as one line of plain text; empty where there are none."""
    return read_text(unescape(strip_tags(str(wire.get("payment_terms") or ""))))


def _percent(value: Any) -> Decimal | None:
    try:
        return None if value in (None, "") else Decimal(str(value))
    except InvalidOperation:
        return None
