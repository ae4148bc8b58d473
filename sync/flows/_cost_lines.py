"""The cost lines of a bill, whatever in Procore they come from: coded, sorted, and with their share of the tax."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from connectors.qbo.documents import BillLine
from mapping.defaults import BILL_CODE, Defaults
from mapping.maps import Target
from mapping.tax import TaxCoding
from smoothx.lib.money import ZERO, split
from sync.flows import _waits
from sync.flows._billed import BilledRecord
from sync.flows._codes import CodedLine, Coder, Coding
from sync.flows._line_tax import NO_CODE
from sync.flows._purchase_tax import PurchaseTax
from sync.flows._tags import Tagger
from sync.plan import Notes

Role = Literal["cost", "tax", "retained", "released", "catch_up"]

# A line without a coding stops its bill; it is made all the same, so that the rest of the rule need not know.
NOT_CODED = Coding("account", "", "", "")


@dataclass(frozen=True, slots=True)
class CostLineMaker:
    """Makes the cost lines of one bill, on the project's sub-customer `customer_id` or on that of a sub job.

    `document_class` is the class of every line, None where each has its own.
    """

    requisition: BilledRecord
    customer_id: str
    coder: Coder
    tagger: Tagger
    defaults: Defaults
    notes: Notes
    tax: PurchaseTax
    document_class: Target | None = None

    def cost_lines(self, tax: Decimal) -> list[BillLine]:
        """One line per billed line. A purchase carries no tax code in US books, so its tax is cost of the same lines.

        Tax is shared by size whatever the sign: a deduction beside a cost of nearly the same size would otherwise
        blow the shares up.
        """
        billed = [line for line in self.requisition.lines if line.gross]
        coded = [self.coder.code(line, notes=self.notes) for line in billed]
        self.coder.note_uncoded(coded, notes=self.notes)
        if not coded:
            return self._tax_line(tax) if tax else []
        shares = split(ZERO if self.tax.is_coded else tax, [abs(line.gross) for line in billed])
        classes = self.tagger.line_classes(coded)
        lines = [self._cost_line(*each) for each in zip(coded, shares, classes, strict=True)]
        self._note_defaults(coded, lines)
        return lines

    def _cost_line(self, coded: CodedLine, tax: Decimal, tag: Target | None) -> BillLine:
        line = coded.line
        return self._line(
            line.gross + tax,
            coded.description,
            coded.coding or NOT_CODED,
            role="cost",
            source_code=coded.code_text if coded.code else line.budget_code,
            source_line_id=line.id,
            tax=tax,
            customer_id=self.tagger.customer_of(line, coded.code, self.customer_id),
            tag=tag,
            tax_code=self.tax.of_line(line),
        )

    def _note_defaults(self, coded: Sequence[CodedLine], lines: Sequence[BillLine]) -> None:
        """One warning per cost code whose lines a default took, with what it took."""
        taken: dict[tuple[str, str, str], Decimal] = {}
        for each, line in zip(coded, lines, strict=True):
            if each.coding is not None and each.coding.default is not None:
                key = (each.code.key if each.code else "", each.code_text, each.coding.default.label)
                taken[key] = taken.get(key, ZERO) + line.amount
        for (code_key, text, default), amount in taken.items():
            self.notes.warn("bill_code_used", text, amount=amount, default=default, key=code_key)

    def _tax_line(self, tax: Decimal) -> list[BillLine]:
        if self.tax.is_coded:
            return []
        coding = self._need_default(tax, "tax")
        if coding is None:
            return []
        self.notes.warn("tax_line_used", amount=tax, default=coding.chosen_by)
        return [self._line(tax, f"Tax, invoice {self.requisition.number}", coding, role="tax", tax=tax)]

    def _need_default(self, amount: Decimal, what: str) -> Coding | None:
        coding = self.coder.default(self.notes)
        if coding is None:
            wait = _waits.default(BILL_CODE)
            self.notes.block("bill_code_not_set", BILL_CODE.label, waits_for=wait, amount=amount, what=what)
        return coding

    def _line(
        self,
        amount: Decimal,
        description: str,
        coding: Coding,
        *,
        role: Role,
        source_code: str = "",
        source_line_id: str = "",
        tax: Decimal = ZERO,
        customer_id: str = "",
        tag: Target | None = None,
        tax_code: TaxCoding = NO_CODE,
    ) -> BillLine:
        tag = tag or self.document_class
        return BillLine(
            amount=amount,
            description=description,
            coding=coding.coding,
            code_id=coding.id,
            code_name=coding.name,
            customer_id=customer_id or self.customer_id,
            chosen_by=coding.chosen_by,
            role=role,
            source_code=source_code,
            source_line_id=source_line_id,
            tax=tax,
            class_id=tag.id if tag else "",
            class_name=tag.name if tag else "",
            tax_code_id=tax_code.id,
            tax_code_name=tax_code.name,
        )
