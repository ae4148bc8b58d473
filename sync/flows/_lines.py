"""The lines of a bill: cost gross, retention held and released apart, and what makes up for earlier claims.

Where purchases carry tax codes the amounts are without tax. Elsewhere the tax is cost of the same lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from connectors.procore.records import Requisition, RequisitionLine
from connectors.qbo.documents import BillLine
from mapping.defaults import (
    BILL_CODE,
    RETENTION_LINES,
    RETENTION_PAYABLE_RELEASED,
    RETENTION_PAYABLE_RETAINED,
    DefaultKind,
    Defaults,
)
from mapping.maps import Target
from mapping.tax import TaxCoding
from smoothx.lib.money import ZERO, cents, split
from sync.flows import _waits
from sync.flows._claims import Difference, Figures
from sync.flows._codes import CodedLine, Coder, Coding, find_default
from sync.flows._purchase_tax import NO_CODE, PurchaseTax
from sync.flows._retention import share_held
from sync.flows._tags import Tagger
from sync.plan import Notes

Role = Literal["cost", "tax", "retained", "released", "catch_up"]

MAKES_UP = "Makes up for earlier invoices changed after posting"
# A line without a coding stops its bill; it is made all the same, so that the rest of the rule need not know.
NOT_CODED = Coding("account", "", "", "")


@dataclass(frozen=True, slots=True)
class LineMaker:
    """Makes the lines of one bill, on the project's sub-customer `customer_id` or, for cost, on that of a sub job.

    Retention that is one line for the whole bill stays with the project, and with no sub job. `document_class` is the
    class of every line, None where each cost line has its own.
    """

    requisition: Requisition
    customer_id: str
    coder: Coder
    tagger: Tagger
    defaults: Defaults
    notes: Notes
    tax: PurchaseTax
    document_class: Target | None = None

    def make(self, figures: Figures, catch_up: Difference) -> tuple[BillLine, ...]:
        """Cost, then retention held, then released, then what makes up for earlier claims.

        Held and released stay two lines even on one account, so that each can be traced to the invoice.
        """
        return (
            *self.cost_lines(figures.tax),
            *self.retention_lines(figures),
            *self.catch_up_lines(catch_up),
        )

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

    def retention_lines(self, figures: Figures) -> list[BillLine]:
        """Held is taken off the bill, released is added. Held below zero is retention that rolled off with stored
        material: it stays on the Retained code, since nothing was let go."""
        lines = self.requisition.lines
        held = [-part for part in share_held(lines, figures.held)]
        released = [line.released for line in lines]
        per_line = self.defaults.says(RETENTION_LINES, "line")
        make = self._retention_by_line if per_line else self._retention_of_document
        return [
            *make("retained", -figures.held, held),
            *make("released", figures.released, released),
        ]

    def _retention_of_document(self, role: Role, whole: Decimal, parts: Sequence[Decimal]) -> list[BillLine]:
        """One line, or one per tax code where the retention carries those of the work."""
        words = f"{_retention_words(role, whole)}, invoice {self.requisition.number}"
        if not self.tax.is_coded:
            return self._retention_line(whole, words, role)
        codes = [self.tax.of_retention(self.tax.of_line(line)) for line, part in self._with(parts)]
        sums: dict[TaxCoding, Decimal] = {}
        for code, (_, part) in zip(codes, self._with(parts), strict=True):
            sums[code] = sums.get(code, ZERO) + part
        if len(sums) <= 1:
            code = next(iter(sums), None) or self.tax.of_retention(self.tax.of_default() if whole else NO_CODE)
            sums = {code: whole}
        return [
            line for code, amount in sums.items() for line in self._retention_line(amount, words, role, tax_code=code)
        ]

    def _retention_by_line(self, role: Role, whole: Decimal, parts: Sequence[Decimal]) -> list[BillLine]:
        """One line per contract line, with its class and its sub job."""
        chosen = self._with(parts)
        coded = [self.coder.name(line) for line, _ in chosen]
        classes = self.tagger.line_classes(coded)
        made: list[BillLine] = []
        for (line, part), each, tag in zip(chosen, coded, classes, strict=True):
            made += self._retention_line(
                part,
                f"{_retention_words(role, part)}, {each.description}",
                role,
                tax_code=self.tax.of_retention(self.tax.of_line(line)),
                source=each,
                tag=tag,
            )
        return made

    def _with(self, parts: Sequence[Decimal]) -> list[tuple[RequisitionLine, Decimal]]:
        """The contract lines that have a part."""
        return [(line, part) for line, part in zip(self.requisition.lines, parts, strict=True) if part]

    def catch_up_lines(self, difference: Difference) -> list[BillLine]:
        """What earlier claims lack of cost goes to the bill code, since the lines it came from are gone; what they
        lack of retention goes to the Retained code. On one account the job's cost or the retention owed would stay
        wrong."""
        if not difference:
            return []
        lines = []
        cost = cents(difference.cost + difference.tax)
        if cost:
            coding = self._need_default(cost, "differences from earlier invoices")
            if coding is not None:
                code = self.tax.of_default()
                lines.append(self._line(cost, MAKES_UP, coding, role="catch_up", tax_code=code))
        if difference.retention:
            code = self.tax.of_retention(self.tax.of_default())
            lines += self._retention_line(-difference.retention, f"{MAKES_UP}, retention", "catch_up", tax_code=code)
        self.notes.warn("catch_up_posted", cost=cost, retention=difference.retention)
        return lines

    def _retention_line(
        self,
        amount: Decimal,
        description: str,
        role: Role,
        *,
        tax_code: TaxCoding = NO_CODE,
        source: CodedLine | None = None,
        tag: Target | None = None,
    ) -> list[BillLine]:
        """No line without an amount. Retention is coded to accounts whatever the cost lines are coded to."""
        if not amount:
            return []
        kind, code, chosen_by = _RETENTION[role]
        chosen = find_default(kind, self.defaults, self.notes)
        if chosen is None:
            shown = amount if role == "released" else -amount
            self.notes.block(code, kind.label, waits_for=_waits.default(kind), amount=shown)
            return []
        customer_id = self.tagger.customer_of(source.line, source.code, self.customer_id) if source else ""
        return [
            self._line(
                amount,
                description,
                Coding("account", chosen.id, chosen.name, chosen_by),
                role=role,
                source_code=source.code_text if source and source.code else "",
                source_line_id=source.line.id if source else "",
                customer_id=customer_id,
                tag=tag,
                tax_code=tax_code,
            )
        ]

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


def _retention_words(role: Role, amount: Decimal) -> str:
    if role == "released":
        return "Retention released"
    return "Retention held reduced" if amount > ZERO else "Retention held"


_RETENTION: dict[Role, tuple[DefaultKind, str, str]] = {
    "retained": (RETENTION_PAYABLE_RETAINED, "retained_code_not_set", "Retained code"),
    "catch_up": (RETENTION_PAYABLE_RETAINED, "retained_code_not_set", "Retained code"),
    "released": (RETENTION_PAYABLE_RELEASED, "released_code_not_set", "Released code"),
}
