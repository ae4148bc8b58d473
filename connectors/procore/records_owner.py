"""What Procore sends of the owner's side: prime contracts and the invoices (payment applications) on them.

As in connectors.procore.records: ids are text, money is Decimal, only the fields in use are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.procore.claims import Claim
from connectors.procore.records import (
    RequisitionLine,
    UnreadableRecord,
    find_segment,
    read_last_part,
)
from smoothx.lib.dates import parse_date, parse_instant
from smoothx.lib.money import ZERO, cents, money, total
from smoothx.lib.text import collapse_spaces, strip_tags

Wire = Mapping[str, Any]
MARKUP = "payment_application_markup_line_item"
# What tells the lines of one invoice apart and finds them again on the next: what they bill.
Source = tuple[str, str, int]


def prime_key(contract_id: str) -> str:
    """What the ledger keeps a prime contract under. Whether its ids differ from those of commitments is not said."""
    return f"prime-{contract_id}"


def is_prime_key(contract_key: str) -> bool:
    return contract_key.startswith("prime-")


def prime_id(contract_key: str) -> str:
    return contract_key.removeprefix("prime-")


def _id(value: Any) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class PrimeLine:
    """A line of a prime contract's schedule of values."""

    id: str
    cost_code_id: str
    cost_type: str
    description: str
    amount: Decimal
    tax_code_id: str = ""
    budget_code: str = ""
    cost_type_id: str = ""
    sub_job_id: str = ""
    tax_code_name: str = ""

    @property
    def gross(self) -> Decimal:
        return self.amount

    @classmethod
    def from_wire(cls, wire: Wire) -> PrimeLine:
        code = wire.get("wbs_code") or {}
        cost_type = wire.get("line_item_type") or find_segment(code, "line_item_type")
        return cls(
            id=_id(wire["id"]),
            cost_code_id=_id((wire.get("cost_code") or {}).get("id") or wire.get("cost_code_id")),
            cost_type=cost_type.get("code") or read_last_part(code),
            description=strip_tags(wire.get("description") or ""),
            amount=money(wire.get("amount")),
            tax_code_id=_id(wire.get("tax_code_id")),
            budget_code=code.get("flat_code") or "",
            cost_type_id=_id(cost_type.get("id")),
        )


@dataclass(frozen=True, slots=True)
class PrimeContract:
    """A contract with the owner, who is the `vendor` in Procore's words; the ids are empty where nobody is named.

    `revised_total` is the lines and what approved change orders add. Without a date of its own it is that of its
    execution, or the day it was entered.
    """

    id: str
    project_id: str
    number: str
    title: str
    status: str
    vendor_id: str = ""
    vendor_name: str = ""
    payment_terms: str = ""
    contract_date: date | None = None
    lines: tuple[PrimeLine, ...] = ()
    approved_changes: Decimal = ZERO
    revised_total: Decimal = ZERO
    currency: str | None = None
    updated_at: datetime | None = None
    project_name: str = ""

    @property
    def name(self) -> str:
        return self.number or self.title

    @classmethod
    def from_wire(cls, wire: Wire, *, project_id: str, project_name: str = "") -> PrimeContract:
        vendor = wire.get("vendor") or {}
        return cls(
            id=_id(wire["id"]),
            project_id=project_id,
            number=collapse_spaces(wire.get("number") or ""),
            title=collapse_spaces(wire.get("title") or ""),
            status=wire.get("status") or "",
            vendor_id=_id(vendor.get("id")),
            vendor_name=collapse_spaces(vendor.get("name") or vendor.get("company") or ""),
            payment_terms=collapse_spaces(wire.get("payment_terms") or ""),
            contract_date=parse_date(
                wire.get("contract_date") or wire.get("execution_date") or wire.get("created_at")
            ),
            lines=tuple(PrimeLine.from_wire(line) for line in wire.get("line_items") or ()),
            approved_changes=money(wire.get("approved_change_orders")),
            revised_total=money(wire.get("revised_contract_amount")),
            currency=(wire.get("currency_configuration") or {}).get("currency_iso_code"),
            updated_at=parse_instant(wire.get("updated_at")),
            project_name=project_name,
        )


@dataclass(frozen=True, slots=True)
class OwnerLine(RequisitionLine):
    """One row of the G703. `retainage` is what is held now on work and material, `retainage_before` one application
    earlier. Its tax code is the contract line's; a change order's line tells none."""

    retainage: Decimal = ZERO
    retainage_before: Decimal = ZERO

    @property
    def held(self) -> Decimal:
        return cents(self.retainage - self.retainage_before + self.released)


@dataclass(frozen=True, slots=True)
class Before:
    """Where the application before left the contract: its lines 4 and 5."""

    id: str
    completed: Decimal
    retainage: Decimal


@dataclass(frozen=True, slots=True)
class OwnerInvoice(Claim):
    """An owner invoice: a payment application on a prime contract. `before` is None for the first."""

    id: str
    project_id: str
    contract: PrimeContract
    number: int
    invoice_number: str
    status: str
    period_start: date | None
    period_end: date | None
    billing_date: date | None
    completed: Decimal
    retainage: Decimal
    earned: Decimal
    previous: Decimal
    due: Decimal
    tax: Decimal
    lines: tuple[OwnerLine, ...]
    before: Before | None = None
    currency: str | None = None
    updated_at: datetime | None = None
    project_name: str = ""
    payment_terms: str = ""

    @property
    def contract_key(self) -> str:
        return prime_key(self.contract.id)

    @property
    def party_name(self) -> str:
        return self.contract.vendor_name

    @property
    def contract_name(self) -> str:  # type: ignore[override]
        return self.contract.name

    @property
    def previous_id(self) -> str | None:  # type: ignore[override]
        return self.before.id if self.before else None

    @property
    def completed_before(self) -> Decimal:
        return self.before.completed if self.before else ZERO

    @property
    def retainage_before(self) -> Decimal:
        return self.before.retainage if self.before else ZERO

    @classmethod
    def from_wire(
        cls,
        wire: Wire,
        *,
        project_id: str,
        contract: PrimeContract,
        previous: Wire | None = None,
        project_name: str = "",
    ) -> OwnerInvoice:
        """`previous` is the application before on the same contract, whole: only there stands what was stored then."""
        figures = _read_figures(wire)
        return cls(
            id=_id(wire["id"]),
            project_id=project_id,
            contract=contract,
            number=int(wire["number"]),
            invoice_number=(wire.get("invoice_number") or "").strip(),
            status=wire["status"],
            period_start=parse_date(wire.get("period_start")),
            period_end=parse_date(wire.get("period_end")),
            billing_date=parse_date(wire.get("billing_date")),
            completed=money(figures["total_completed_and_stored_to_date"]),
            retainage=money(figures["total_retainage"]),
            earned=money(figures["total_earned_less_retainage"]),
            previous=money(figures["less_previous_certificates_for_payment"]),
            due=money(figures["current_payment_due"]),
            tax=money(figures.get("tax_applicable_to_this_payment")),
            lines=_read_lines(wire, previous, contract),
            before=_read_before(previous) if previous else None,
            currency=(wire.get("currency_configuration") or {}).get("currency_iso_code"),
            updated_at=parse_instant(wire.get("updated_at")),
            project_name=project_name,
            payment_terms=contract.payment_terms,
        )


def _read_figures(wire: Wire) -> Wire:
    figures: Wire = wire.get("g702") or {}
    if not figures:
        message = f"owner invoice {wire.get('id')} came without its summary"
        raise UnreadableRecord(message)
    return figures


def _read_before(wire: Wire) -> Before:
    figures = _read_figures(wire)
    return Before(
        _id(wire["id"]), money(figures["total_completed_and_stored_to_date"]), money(figures["total_retainage"])
    )


def _read_lines(wire: Wire, previous: Wire | None, contract: PrimeContract) -> tuple[OwnerLine, ...]:
    """The lines, and those of the application before that this one lacks: what they billed is given back."""
    taxes = {line.id: line.tax_code_id for line in contract.lines}
    before = _by_source((previous or {}).get("g703") or ())
    now = _by_source(wire.get("g703") or ())
    lines = [_read_line(item, before.get(source), taxes.get(source[1], "")) for source, item in now.items()]
    gone = [_take_back(item, taxes.get(source[1], "")) for source, item in before.items() if source not in now]
    return (*lines, *gone)


def _by_source(items: Iterable[Wire]) -> dict[Source, Wire]:
    """The lines by what they bill. A markup names no source: its words, and its place among equals, tell it."""
    found: dict[Source, Wire] = {}
    seen = Counter[tuple[str, str]]()
    for item in items:
        is_markup = item.get("type") == MARKUP or item.get("origin_id") is None
        key = (
            ("markup", item.get("description_of_work") or "")
            if is_markup
            else (item.get("origin_type") or "", _id(item["origin_id"]))
        )
        found[(*key, seen[key])] = item
        seen[key] += 1
    return found


def _read_line(item: Wire, before: Wire | None, tax_code_id: str) -> OwnerLine:
    code = item.get("wbs_code") or {}
    cost_type = find_segment(code, "line_item_type")
    return OwnerLine(
        id=_id(item.get("id")),
        item_type=item.get("added_from_source") or "",
        cost_code_id=_id((item.get("cost_code") or {}).get("id")),
        cost_type=cost_type.get("code") or read_last_part(code),
        description=strip_tags(item.get("description_override") or item.get("description_of_work") or ""),
        scheduled=money(item.get("scheduled_value")),
        completed=money(item.get("total_completed_and_stored_to_date")),
        completed_before=money((before or {}).get("total_completed_and_stored_to_date")),
        released=total(
            money(item.get(f"{of}_retainage_released_this_period")) for of in ("work_completed", "materials_stored")
        ),
        budget_code=code.get("flat_code") or "",
        cost_type_id=_id(cost_type.get("id")),
        sub_job_id=_id(find_segment(code, "sub_job").get("id")),
        retainage=money(item.get("total_retainage_currently_retained")),
        retainage_before=money((before or {}).get("total_retainage_currently_retained")),
        tax_code_id=tax_code_id,
    )


def _take_back(item: Wire, tax_code_id: str) -> OwnerLine:
    line = _read_line(item, item, tax_code_id)
    return replace(line, completed=ZERO, released=ZERO, retainage=ZERO)
