"""Tax on sales: a total QuickBooks is told in books of the United States, a tax code on every line elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from connectors.qbo.documents_sales import TAXED, UNTAXED, SalesLine
from mapping.defaults import OWNER_RETENTION_TAX, SALES_TAX_CODE, TAX_BASE, Defaults
from mapping.kinds import TAX_SALES
from mapping.tax import TaxCoding
from smoothx.lib.money import ZERO, cents
from sync.flows import _waits
from sync.flows._codes import find_default
from sync.flows._line_tax import NO_CODE, LineTax

# How tax gets onto the form: not at all, as a total QuickBooks is told, or by a tax code on each line.
TaxMode = Literal["none", "total", "codes"]
# What stands in the list of tax codes and is none of a form.
PSEUDO = frozenset({TAXED, UNTAXED, "CustomSalesTax"})
WITH_TAX = TaxCoding(TAXED, TAXED, "mapped")
WITHOUT_TAX = TaxCoding(UNTAXED, UNTAXED, "mapped")


class TaxedLine(Protocol):
    """A line of Procore's that may name a tax code."""

    @property
    def tax_code_id(self) -> str: ...

    @property
    def gross(self) -> Decimal: ...


def mode_of(defaults: Defaults) -> TaxMode:
    if not defaults.uses_sales_tax:
        return "none"
    return "total" if defaults.books_country == "US" else "codes"


@dataclass(frozen=True, slots=True)
class SalesTax(LineTax):
    """The tax side of one sales form. `stated` is its tax as Procore has it."""

    side = "sale"
    kind = TAX_SALES
    work_code = SALES_TAX_CODE
    retention_code = OWNER_RETENTION_TAX
    differs = "sales_tax_differs"
    stated: Decimal = ZERO

    @property
    def mode(self) -> TaxMode:
        return mode_of(self.defaults)

    def check(self) -> None:
        if self.stated and self.mode == "none":
            self.notes.block("sales_tax_off", also_lifted_by=[_waits.BOOKS], amount=self.stated)

    def of_line(self, line: TaxedLine) -> TaxCoding:
        """The mapped code of the line's own one, else the default."""
        if self.mode == "total":
            return self._mark(line.tax_code_id)
        return NO_CODE if self.mode == "none" else self._find(line.tax_code_id)

    def of_default(self) -> TaxCoding:
        """The code of a line that stands for none of Procore's."""
        if self.mode == "total":
            return self._mark("")
        return NO_CODE if self.mode == "none" else self._find("")

    def of_retention(self, work: TaxCoding) -> TaxCoding:
        """The firm's code for retention lines, else that of the `work`, unless tax falls on it before retention."""
        is_before = self.defaults.says(TAX_BASE, "gross")
        if self.mode != "codes":
            return WITHOUT_TAX if self.mode == "total" and is_before else work
        chosen = find_default(OWNER_RETENTION_TAX, self.defaults, self.notes)
        if chosen is not None:
            return TaxCoding(chosen.id, chosen.name, "default")
        if is_before:
            wait = _waits.default(OWNER_RETENTION_TAX)
            again = [_waits.default(TAX_BASE)]
            self.notes.block("retention_tax_not_set", OWNER_RETENTION_TAX.label, waits_for=wait, also_lifted_by=again)
        return work

    def of_form(self, lines: Iterable[TaxedLine]) -> TaxCoding:
        """The one code of a form whose total is told: that of its lines, else the default. Automated sales tax goes by
        the address and puts its own in place of it."""
        if self.mode != "total" or not self.stated:
            return NO_CODE
        mapped = {self.maps.find(TAX_SALES, line.tax_code_id) for line in lines if line.gross and line.tax_code_id}
        own = [target for target in mapped if target is not None and target.id not in PSEUDO]
        chosen = self.defaults.get(SALES_TAX_CODE)
        if len(own) == 1:
            return TaxCoding(own[0].id, own[0].name, "mapped")
        return TaxCoding(chosen.id, chosen.name, "default") if chosen and chosen.id not in PSEUDO else NO_CODE

    def _mark(self, tax_code_id: str) -> TaxCoding:
        """Taxed or not. The total is told, so the mark only says on what the tax is shown to fall."""
        if not self.stated:
            return WITHOUT_TAX
        target = self.maps.find(TAX_SALES, tax_code_id)
        chosen = None if tax_code_id else self.defaults.get(SALES_TAX_CODE)
        code_id = target.id if target else chosen.id if chosen else TAXED
        return WITHOUT_TAX if code_id == UNTAXED else WITH_TAX

    def settle(self, lines: Iterable[SalesLine], catch_up: Decimal, *, is_posted: bool) -> Decimal:
        """The tax the form will have. What makes up for earlier invoices brings tax of its own, by its codes or as
        `catch_up`."""
        if self.mode != "codes":
            return cents(self.stated + catch_up)
        return self._settle(lines, self.stated, is_posted=is_posted)
