"""Tax by the codes of lines, alike for purchases and for sales: the code of a line, and what all of them come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

from connectors.qbo.documents import BillLine
from connectors.qbo.documents_sales import SalesLine
from mapping.defaults import TAX_BASE, Choice, DefaultKind, Defaults
from mapping.kinds import MappingKind
from mapping.maps import Maps
from mapping.tax import TaxCoding, find_tax_code
from smoothx.lib.money import ZERO, cents, total
from sync.flows import _waits
from sync.flows._codes import find_default
from sync.plan import Notes
from sync.totals import TAX_TOLERANCE

APPROVAL = "tax"
NO_CODE = TaxCoding()


@dataclass(frozen=True, slots=True)
class LineTax:
    """The tax side of one form whose lines carry tax codes, so that QuickBooks works out the tax.

    A side names its kind of mapping, its defaults for the code of work and of retention, and what is said where the
    codes make another tax than Procore has.
    """

    maps: Maps
    defaults: Defaults
    notes: Notes
    side: ClassVar[Literal["purchase", "sale"]]
    kind: ClassVar[MappingKind]
    work_code: ClassVar[DefaultKind]
    retention_code: ClassVar[DefaultKind]
    differs: ClassVar[str]

    def _find(self, tax_code_id: str, name: str = "") -> TaxCoding:
        """The mapped code of Procore's one, `name` to a reader, else the default; with a blocker where neither can be
        used."""
        default = None if tax_code_id else self._default()
        coding = find_tax_code(self.side, tax_code_id, self.maps, self.defaults, default=default)
        if tax_code_id and coding.problem:
            self._block_unmapped(tax_code_id, name or self.maps.label(self.kind, tax_code_id), coding)
        return coding

    def _default(self) -> Choice | None:
        chosen = find_default(self.work_code, self.defaults, self.notes)
        if chosen is None:
            self.notes.block("tax_code_not_set", self.work_code.label, waits_for=_waits.default(self.work_code))
        return chosen

    def _block_unmapped(self, tax_code_id: str, name: str, coding: TaxCoding) -> None:
        wait = _waits.link(self.kind, tax_code_id)
        found_by = {"kind": self.kind.key, "search": name}
        if coding.problem == "inactive":
            self.notes.block("tax_code_inactive", name, also_lifted_by=[wait], target=coding.name, **found_by)
        else:
            self.notes.block("tax_code_not_mapped", name, waits_for=wait, **found_by)

    def _settle(self, lines: Iterable[BillLine | SalesLine], stated: Decimal, *, is_posted: bool) -> Decimal:
        """The tax the form will have over there, with a blocker where its codes make another than the `stated` one.

        What makes up for earlier claims brings tax of its own. What is posted was looked at before.
        """
        lines = list(lines)
        own = self.work_out(line for line in lines if line.role != "catch_up")
        is_allowed = is_posted or APPROVAL in self.maps.approvals
        if own is not None and abs(own - stated) > TAX_TOLERANCE and not is_allowed:
            again = [_waits.default(kind) for kind in (TAX_BASE, self.work_code, self.retention_code)]
            self.notes.block(self.differs, also_lifted_by=again, computed=own, stated=stated)
        made_up = self.work_out(line for line in lines if line.role == "catch_up")
        return cents(stated + (made_up or ZERO))

    def work_out(self, lines: Iterable[BillLine | SalesLine]) -> Decimal | None:
        """The tax on these lines by their codes' rates; None where one is not known."""
        bases: dict[str, Decimal] = {}
        for line in lines:
            bases[line.tax_code_id] = bases.get(line.tax_code_id, ZERO) + line.amount
        rates = {code_id: self.maps.tax_rates.get((self.side, code_id)) for code_id in bases}
        if None in rates.values():
            return None
        return total(cents(base * (rates[code_id] or ZERO) / 100) for code_id, base in bases.items())
