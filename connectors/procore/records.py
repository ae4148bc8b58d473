"""What Procore sends, as frozen values. Vendor spelling stops here: only the fields in use are read.

Ids are text whatever Procore sends, since newer regions exceed 32 bits. Money is Decimal, two places, in the
contract's currency. Times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.procore.claims import Claim
from smoothx.lib.dates import parse_date, parse_instant
from smoothx.lib.money import ZERO, cents, money, total
from smoothx.lib.text import collapse_spaces, strip_tags

Wire = Mapping[str, Any]


class UnreadableRecord(ValueError):
    """The vendor's answer lacks what every such record has."""


def _id(value: Any) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Address:
    street: str = ""
    city: str = ""
    state_code: str = ""
    zip: str = ""
    country_code: str = ""

    @classmethod
    def from_wire(cls, wire: Wire) -> Address:
        """Companies and projects have its members among their own."""
        return cls(
            street=wire.get("address") or "",
            city=wire.get("city") or "",
            state_code=wire.get("state_code") or "",
            zip=wire.get("zip") or "",
            country_code=wire.get("country_code") or "",
        )


@dataclass(frozen=True, slots=True)
class Company:
    """A row of the company directory: vendors and customers alike ("vendor" in the API).

    `tax_id` is the number of the business register where Procore has one, else what was typed as the business's id.
    """

    id: str
    name: str
    email: str = ""
    phone: str = ""
    address: Address = Address()
    is_active: bool = True
    updated_at: datetime | None = None
    mobile: str = ""
    legal_name: str = ""
    tax_id: str = ""

    @classmethod
    def from_wire(cls, wire: Wire) -> Company:
        return cls(
            id=_id(wire["id"]),
            name=collapse_spaces(wire.get("name") or wire.get("company") or ""),
            email=(wire.get("email_address") or "").strip(),
            phone=(wire.get("business_phone") or "").strip(),
            mobile=(wire.get("mobile_phone") or "").strip(),
            legal_name=collapse_spaces(wire.get("legal_name") or ""),
            tax_id=_id((wire.get("business_register") or {}).get("identifier") or wire.get("business_id")).strip(),
            address=Address.from_wire(wire),
            is_active=bool(wire.get("is_active", True)),
            updated_at=parse_instant(wire.get("updated_at")),
        )


@dataclass(frozen=True, slots=True)
class Project:
    """A project. `customer_id` is the company in its custom field "Customer"; None when empty.

    `customer_label` alone is a name from a field that was made as text or list. `has_customer_field` is False where
    the project's field set lacks the field, which needs another fix.
    """

    id: str
    name: str
    number: str = ""
    customer_id: str | None = None
    customer_label: str = ""
    has_customer_field: bool = False
    address: Address = Address()
    is_active: bool = True
    updated_at: datetime | None = None
    department_ids: tuple[str, ...] = ()

    @classmethod
    def from_wire(cls, wire: Wire, *, customer_field: str | None) -> Project:
        """`customer_field` is the key under `custom_fields`, "custom_field_123", or None where there is none."""
        field = (wire.get("custom_fields") or {}).get(customer_field or "")
        customer_id, customer_label = _read_customer(field or {})
        return cls(
            id=_id(wire["id"]),
            name=collapse_spaces(wire.get("name") or ""),
            number=(wire.get("project_number") or "").strip(),
            customer_id=customer_id,
            customer_label=customer_label,
            has_customer_field=field is not None,
            address=Address.from_wire(wire),
            is_active=bool(wire.get("active", True)),
            updated_at=parse_instant(wire.get("updated_at")),
            department_ids=tuple(_id(row["id"]) for row in wire.get("departments") or ()),
        )


def _read_customer(field: Wire) -> tuple[str | None, str]:
    """The company chosen in the field and its label. A field made as text or list holds a name and no company's id."""
    value = field.get("value")
    if not isinstance(value, Mapping):
        return None, collapse_spaces(value) if isinstance(value, str) else ""
    is_company = field.get("data_type", "vendor") == "vendor"
    return (_id(value.get("id")) or None) if is_company else None, collapse_spaces(value.get("label") or "")


@dataclass(frozen=True, slots=True)
class CostCode:
    """A cost code, standard or a project's copy. A copy's `standard_id` is the map's key; without one its code is.

    A sub job has copies of its own, with `sub_job_id` and its name, `sub_job`.
    """

    id: str
    full_code: str
    name: str
    parent_id: str | None = None
    standard_id: str | None = None
    project_id: str | None = None
    sub_job_id: str = ""
    sub_job: str = ""

    @property
    def map_key(self) -> str:
        """What mapping is kept under: the company's standard code, else the code's own text."""
        return self.standard_id or f"code:{self.full_code}"

    @classmethod
    def from_standard(cls, wire: Wire) -> CostCode:
        return cls._read(wire, standard_id=_id(wire["id"]), project_id=None)

    @classmethod
    def from_project(cls, wire: Wire, *, project_id: str) -> CostCode:
        return cls._read(wire, standard_id=_id(wire.get("standard_cost_code_id")) or None, project_id=project_id)

    @classmethod
    def _read(cls, wire: Wire, *, standard_id: str | None, project_id: str | None) -> CostCode:
        parent = wire.get("parent_id") or (wire.get("parent") or {}).get("id")
        is_of_sub_job = wire.get("biller_type") == "SubJob"
        return cls(
            id=_id(wire["id"]),
            full_code=collapse_spaces(wire.get("full_code") or wire.get("code") or ""),
            name=collapse_spaces(wire.get("name") or ""),
            parent_id=_id(parent) or None,
            standard_id=standard_id,
            project_id=project_id,
            sub_job_id=_id(wire.get("biller_id")) if is_of_sub_job else "",
            sub_job=collapse_spaces(wire.get("biller") or "") if is_of_sub_job else "",
        )


@dataclass(frozen=True, slots=True)
class RequisitionLine:
    """One billed line. `completed` and `completed_before` are work plus stored material to date, now and one
    application earlier; `released` the retainage let go this period; `budget_code` the code as its reader knows it.
    `cost_type` is the type's own code ("S"), `cost_type_id` and `sub_job_id` are empty where Procore names them not.
    `retained` is retainage kept back on work this period, `stored_retained` that on stored material after it, and
    `stored_before` the material stored before it: together they tell what of the retainage held is the line's.

    gross = completed - completed_before, never the work column alone: material billed as stored would be billed
    again when installed.
    """

    id: str
    item_type: str
    cost_code_id: str
    cost_type: str
    description: str
    scheduled: Decimal
    completed: Decimal
    completed_before: Decimal
    released: Decimal
    budget_code: str = ""
    cost_type_id: str = ""
    sub_job_id: str = ""
    retained: Decimal = ZERO
    stored_retained: Decimal = ZERO
    stored_released: Decimal = ZERO
    stored_before: Decimal = ZERO
    tax_code_id: str = ""
    tax_code_name: str = ""

    @property
    def gross(self) -> Decimal:
        return cents(self.completed - self.completed_before)


@dataclass(frozen=True, slots=True)
class Requisition(Claim):
    """A subcontractor invoice (payment application on a commitment), with its G702 figures.

    `completed` is line 4, `retainage` line 5, `earned` line 6, `previous` line 7, `due` line 8 (all without tax);
    `tax` is the tax applicable to this payment. `payment_terms` is written on the purchase order, not on the invoice:
    whoever reads the invoice adds it, and whether it `is_ours`: made of a bill.
    """

    id: str
    project_id: str
    commitment_id: str
    commitment_type: str
    contract_name: str
    vendor_id: str
    vendor_name: str
    number: int
    invoice_number: str
    status: str
    period_start: date | None
    period_end: date | None
    billing_date: date | None
    previous_id: str | None
    completed: Decimal
    retainage: Decimal
    earned: Decimal
    previous: Decimal
    due: Decimal
    tax: Decimal
    lines: tuple[RequisitionLine, ...]
    currency: str | None = None
    updated_at: datetime | None = None
    created_by: str = ""
    project_name: str = ""
    payment_terms: str = ""
    is_ours: bool = False

    @property
    def contract_key(self) -> str:
        return self.commitment_id

    @property
    def party_name(self) -> str:
        return self.vendor_name

    @property
    def completed_before(self) -> Decimal:
        """Line 4 of the application before, which only the lines still tell."""
        return total(line.completed_before for line in self.lines)

    @property
    def retainage_before(self) -> Decimal:
        """Line 5 of the application before: its line 4 less its line 6, which is this one's line 7."""
        return cents(self.completed_before - self.previous)

    @classmethod
    def from_wire(cls, wire: Wire) -> Requisition:
        summary = wire.get("summary") or wire.get("g702")
        if not summary:
            message = f"subcontractor invoice {wire.get('id')} came without its summary"
            raise UnreadableRecord(message)
        currency = (wire.get("currency_configuration") or {}).get("currency_iso_code")
        return cls(
            id=_id(wire["id"]),
            project_id=_id(wire["project_id"]),
            commitment_id=_id(wire["commitment_id"]),
            commitment_type=wire.get("commitment_type") or "",
            contract_name=collapse_spaces(wire.get("contract_name") or ""),
            vendor_id=_id(wire.get("vendor_id")),
            vendor_name=collapse_spaces(wire.get("vendor_name") or ""),
            number=int(wire["number"]),
            invoice_number=(wire.get("invoice_number") or "").strip(),
            status=wire["status"],
            period_start=parse_date(wire.get("requisition_start")),
            period_end=parse_date(wire.get("requisition_end")),
            billing_date=parse_date(wire.get("billing_date")),
            previous_id=_id(wire.get("previous_requisition_id")) or None,
            completed=money(summary["total_completed_and_stored_to_date"]),
            retainage=money(summary["total_retainage"]),
            earned=money(summary["total_earned_less_retainage"]),
            previous=money(summary["less_previous_certificates_for_payment"]),
            due=money(summary["current_payment_due"]),
            tax=money(summary.get("tax_applicable_to_this_payment")),
            lines=tuple(read_line(item) for item in wire.get("items") or ()),
            currency=currency,
            updated_at=parse_instant(wire.get("updated_at")),
            created_by=(wire.get("created_by") or {}).get("name") or "",
            project_name=collapse_spaces((wire.get("summary_text") or {}).get("project_name") or ""),
        )


def read_line(wire: Wire) -> RequisitionLine:
    """A requisition item of the extended view. Unit-price contracts send no stored-material fields: they hold none."""
    code = wire.get("wbs_code") or {}
    cost_type = find_segment(code, "line_item_type")
    taxes = wire.get("taxes") or ()
    return RequisitionLine(
        id=_id(wire.get("id")),
        item_type=wire.get("item_type") or "",
        cost_code_id=_id(wire.get("cost_code_id")),
        cost_type=cost_type.get("code") or read_last_part(code),
        description=strip_tags(wire.get("description_of_work") or ""),
        scheduled=money(wire.get("scheduled_value")),
        completed=money(wire.get("total_completed_and_stored_to_date")),
        completed_before=_completed_before(wire),
        released=cents(
            money(wire.get("work_completed_retainage_released_this_period"))
            + money(wire.get("materials_stored_retainage_released_this_period"))
        ),
        budget_code=code.get("flat_code") or "",
        cost_type_id=_id(cost_type.get("id")),
        sub_job_id=_id(find_segment(code, "sub_job").get("id")),
        retained=money(wire.get("work_completed_retainage_retained_this_period")),
        stored_retained=money(wire.get("materials_stored_retainage_currently_retained")),
        stored_released=money(wire.get("materials_stored_retainage_released_this_period")),
        stored_before=money(wire.get("materials_presently_stored_from_previous_progress")),
        # Two taxes on one line are no code that could be mapped.
        tax_code_id="+".join(_id(tax.get("tax_code_id")) for tax in taxes),
        tax_code_name=" and ".join(collapse_spaces(tax.get("tax_code_name") or "") for tax in taxes),
    )


def _completed_before(wire: Wire) -> Decimal:
    stated = wire.get("total_completed_and_stored_to_date_from_previous")
    if stated is not None:
        return money(stated)
    moved = money(wire.get("materials_moved"))
    stored = money(wire.get("materials_presently_stored_from_previous_progress"))
    return cents(money(wire.get("work_completed_from_previous_application")) - moved + stored)


def find_segment(code: Wire, segment_type: str) -> Wire:
    """The part of a budget code that is of this type. Its id is that of the cost type or sub job itself."""
    parts = code.get("segment_items") or ()
    return next((part for part in parts if part.get("segment_type") == segment_type), {})


def read_last_part(code: Wire) -> str:
    """The cost type of a budget code that came without its parts: "S" in "03-300.S"; empty without one.

    Unverified beyond the default pattern: a firm may put another part last, or part them by another sign.
    """
    flat = code.get("flat_code") or ""
    return flat.rsplit(".", 1)[1] if "." in flat else ""
