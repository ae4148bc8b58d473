"""The tax codes of bill lines, and the tax they make beside the tax Procore states.

Books of the United States keep no code on purchases: their tax is cost, spread over the lines elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from connectors.qbo.documents import BillLine
from mapping.defaults import PURCHASE_TAX_CODE, RETENTION_TAX_CODE, TAX_BASE
from mapping.kinds import TAX_PURCHASE
from mapping.tax import TaxCoding, takes_codes
from smoothx.lib.money import ZERO
from sync.flows import _waits
from sync.flows._billed import BilledLine, BilledRecord
from sync.flows._codes import find_default
from sync.flows._line_tax import NO_CODE, LineTax


@dataclass(frozen=True, slots=True)
class PurchaseTax(LineTax):
    """The tax side of one bill. `is_coded`: its lines carry tax codes, so QuickBooks works out the tax."""

    side = "purchase"
    kind = TAX_PURCHASE
    work_code = PURCHASE_TAX_CODE
    retention_code = RETENTION_TAX_CODE
    differs = "tax_differs"

    @property
    def is_coded(self) -> bool:
        return takes_codes("purchase", self.defaults)

    def of_line(self, line: BilledLine) -> TaxCoding:
        """The mapped code of the line's own one, else the default; with a blocker where neither can be used."""
        return self._find(line.tax_code_id, line.tax_code_name) if self.is_coded else NO_CODE

    def of_default(self) -> TaxCoding:
        """The code of a line that stands for none of Procore's."""
        return self._find("") if self.is_coded else NO_CODE

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
        its total: none is then none.
        """
        if not holds_tax and not stated and not any(line.tax_code_id for line in requisition.lines):
            return self.work_out(lines) or ZERO
        return self._settle(lines, stated, is_posted=is_posted)
