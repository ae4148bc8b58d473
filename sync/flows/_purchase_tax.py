"""The tax codes of bill lines, and the tax they make beside the tax Procore states.

Books of the United States keep no code on purchases: their tax is cost, spread over the lines elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from connectors.qbo.documents import BillLine
from mapping.defaults import PURCHASE_TAX_CODE, RETENTION_TAX_CODE, TAX_BASE, Choice, Defaults
from mapping.kinds import TAX_PURCHASE
from mapping.maps import Maps
from mapping.tax import TaxCoding, find_tax_code, takes_codes
from smoothx.lib.money import ZERO, cents, total
from sync.flows import _waits
from sync.flows._billed import BilledLine, BilledRecord
from sync.flows._codes import find_default
from sync.plan import Notes
from sync.totals import TAX_TOLERANCE

APPROVAL = "tax"
NO_CODE = TaxCoding()


@dataclass(frozen=True, slots=True)
class PurchaseTax:
    """The tax side of one bill. `is_coded`: its lines carry tax codes, so QuickBooks works out the tax."""

    maps: Maps
    defaults: Defaults
    notes: Notes

    @property
    def is_coded(self) -> bool:
        return takes_codes("purchase", self.defaults)

    def of_line(self, line: BilledLine) -> TaxCoding:
        """The mapped code of the line's own one, else the default; with a blocker where neither can be used."""
        if not self.is_coded:
            return NO_CODE
        default = None if line.tax_code_id else self._default()
        coding = find_tax_code("purchase", line.tax_code_id, self.maps, self.defaults, default=default)
        if line.tax_code_id and coding.problem:
            self._block_unmapped(line, coding)
        return coding

    def of_default(self) -> TaxCoding:
        """The code of a line that stands for none of Procore's."""
        if not self.is_coded:
            return NO_CODE
        return find_tax_code("purchase", "", self.maps, self.defaults, default=self._default())

    def of_retention(self, work: TaxCoding) -> TaxCoding:
        """The firm's code for retention lines, else that of the `work`, unless tax falls on it before retention."""
        if not self.is_coded:
            return NO_CODE
        chosen = find_default(RETENTION_TAX_CODE, self.defaults, self.notes)
        if chosen is not None:
            return TaxCoding(chosen.id, chosen.name, "default")
        if self.defaults.says(TAX_BASE, "gross"):
            wait = _waits.default(RETENTION_TAX_CODE)
            again = [_waits.default(TAX_BASE)]
            code = "retention_tax_not_set"
            self.notes.block(code, RETENTION_TAX_CODE.label, waits_for=wait, also_lifted_by=again)
            return TaxCoding(rule="default", problem="no_default")
        return work

    def _default(self) -> Choice | None:
        chosen = find_default(PURCHASE_TAX_CODE, self.defaults, self.notes)
        if chosen is None:
            wait = _waits.default(PURCHASE_TAX_CODE)
            self.notes.block("tax_code_not_set", PURCHASE_TAX_CODE.label, waits_for=wait)
        return chosen

    def _block_unmapped(self, line: BilledLine, coding: TaxCoding) -> None:
        name = line.tax_code_name or self.maps.label(TAX_PURCHASE, line.tax_code_id)
        wait = _waits.link(TAX_PURCHASE, line.tax_code_id)
        found_by = {"kind": TAX_PURCHASE.key, "search": name}
        if coding.problem == "inactive":
            self.notes.block("tax_code_inactive", name, also_lifted_by=[wait], target=coding.name, **found_by)
        else:
            self.notes.block("tax_code_not_mapped", name, waits_for=wait, **found_by)

    def settle(
        self,
        requisition: BilledRecord,
        stated: Decimal,
        lines: Iterable[BillLine],
        *,
        is_posted: bool,
        holds_tax: bool = False,
    ) -> Decimal:
        """The tax the bill is expected to have over there, with a blocker where its codes make another than Procore.

        A firm that keeps no tax in Procore at all leaves it to QuickBooks, but not where the record `holds_tax` in
        its total: none is then none. What is posted was looked at before.
        """
        lines = list(lines)
        own = self.work_out(line for line in lines if line.role != "catch_up")
        if not holds_tax and not stated and not any(line.tax_code_id for line in requisition.lines):
            return self.work_out(lines) or ZERO
        is_allowed = is_posted or APPROVAL in self.maps.approvals
        if own is not None and abs(own - stated) > TAX_TOLERANCE and not is_allowed:
            again = [_waits.default(kind) for kind in (TAX_BASE, PURCHASE_TAX_CODE, RETENTION_TAX_CODE)]
            self.notes.block("tax_differs", also_lifted_by=again, computed=own, stated=stated)
        made_up = self.work_out(line for line in lines if line.role == "catch_up")
        return cents(stated + (made_up or ZERO))

    def work_out(self, lines: Iterable[BillLine]) -> Decimal | None:
        """The tax on these lines by their codes' rates; None where one is not known."""
        bases: dict[str, Decimal] = {}
        for line in lines:
            bases[line.tax_code_id] = bases.get(line.tax_code_id, ZERO) + line.amount
        rates = {code_id: self.maps.tax_rates.get(("purchase", code_id)) for code_id in bases}
        if None in rates.values():
            return None
        return total(cents(base * (rates[code_id] or ZERO) / 100) for code_id, base in bases.items())
