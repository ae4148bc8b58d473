"""The lines of an owner invoice: income gross, retention held and released apart, and what makes up for earlier ones.

Sales lines sell items. What goes to an account is sold under the item that stands for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from connectors.procore.records_owner import OwnerInvoice, OwnerLine
from connectors.qbo.documents_sales import SaleRole, SalesLine
from mapping.defaults import (
    OWNER_LINES,
    OWNER_RETENTION_LINES,
    RETENTION_RECEIVABLE_RELEASED,
    RETENTION_RECEIVABLE_RETAINED,
    Choice,
    Defaults,
)
from mapping.maps import Maps, Target
from mapping.tax import TaxCoding
from smoothx.lib.money import ZERO, total
from sync.flows._carriers import find_carrier
from sync.flows._claims import Difference, Figures
from sync.flows._codes import CodedLine
from sync.flows._line_tax import NO_CODE
from sync.flows._retention import MAKES_UP, RetentionAccount, name_retention, share_by_code
from sync.flows._revenue import Revenue, Sold
from sync.flows._sales_tax import SalesTax
from sync.flows._tags import Tagger
from sync.plan import Notes

RETAINED = RetentionAccount(RETENTION_RECEIVABLE_RETAINED, "receivable_retained_not_set", "Retained code")
RELEASED = RetentionAccount(RETENTION_RECEIVABLE_RELEASED, "receivable_released_not_set", "Released code")
NOT_SOLD = Sold("", "", "")


@dataclass(frozen=True, slots=True)
class SaleMaker:
    """Makes the lines of one owner invoice. `document_class` is the class of every line, None where each sale line
    has its own."""

    invoice: OwnerInvoice
    customer_id: str
    maps: Maps
    defaults: Defaults
    notes: Notes
    tagger: Tagger
    tax: SalesTax
    revenue: Revenue
    document_class: Target | None = None

    def make(self, figures: Figures, catch_up: Difference) -> tuple[SalesLine, ...]:
        """Held and released stay two lines even on one account, so that each can be traced to the invoice."""
        return (
            *self.sale_lines(),
            *self._retention("retained", -figures.held, [-line.held for line in self.invoice.lines]),
            *self._retention("released", figures.released, [line.released for line in self.invoice.lines]),
            *self.catch_up_lines(catch_up),
        )

    def sale_lines(self) -> list[SalesLine]:
        """One line per billed line, or one for each item, class and tax code."""
        billed = [line for line in self.invoice.lines if line.gross]
        coded = [self._name(line) for line in billed]
        sold = self.revenue.sell(coded)
        classes = self.tagger.line_classes(coded)
        lines = [self._sale_line(*each) for each in zip(billed, coded, sold, classes, strict=True)]
        return self._summarise(lines) if self.defaults.says(OWNER_LINES, "summary") else lines

    def _sale_line(self, line: OwnerLine, coded: CodedLine, sold: Sold | None, tag: Target | None) -> SalesLine:
        return self._line(
            line.gross,
            coded.description,
            sold or NOT_SOLD,
            role="sale",
            source=coded,
            tag=tag,
            tax_code=self.tax.of_line(line),
        )

    def _summarise(self, lines: Sequence[SalesLine]) -> list[SalesLine]:
        words = f"Work and stored materials, invoice {self.invoice.number}"
        merged: dict[tuple[str, str, str], SalesLine] = {}
        for line in lines:
            key = (line.code_id, line.class_id, line.tax_code_id)
            whole = merged.get(key)
            amount = line.amount + (whole.amount if whole else ZERO)
            merged[key] = replace(whole or line, amount=amount, description=words, source_code="", source_line_id="")
        return [line for line in merged.values() if line.amount]

    def _retention(self, role: SaleRole, whole: Decimal, parts: Sequence[Decimal]) -> list[SalesLine]:
        """Held is taken off the invoice, released is added. Held below zero is retention that rolled off with stored
        material: it stays on the Retained code, since nothing was let go."""
        chosen = [(line, part) for line, part in zip(self.invoice.lines, parts, strict=True) if part]
        if self.defaults.says(OWNER_RETENTION_LINES, "line"):
            return self._retention_by_line(role, whole, chosen)
        words = f"{name_retention(role, whole)}, invoice {self.invoice.number}"
        coded = [(self.tax.of_retention(self.tax.of_line(line)), part) for line, part in chosen]
        sums = share_by_code(coded, whole, self._retention_code)
        made = (self._retention_line(amount, words, role, tax_code=code) for code, amount in sums.items())
        return [line for lines in made for line in lines]

    def _retention_by_line(
        self, role: SaleRole, whole: Decimal, chosen: Sequence[tuple[OwnerLine, Decimal]]
    ) -> list[SalesLine]:
        parts = total(part for _, part in chosen)
        if parts != whole:
            self.notes.block("totals_differ", "Retention of the lines", lines=parts, figure=whole)
        coded = [self._name(line) for line, _ in chosen]
        classes = self.tagger.line_classes(coded)
        made: list[SalesLine] = []
        for (line, part), each, tag in zip(chosen, coded, classes, strict=True):
            words = f"{name_retention(role, part)}, {each.description}"
            code = self.tax.of_retention(self.tax.of_line(line))
            made += self._retention_line(part, words, role, tax_code=code, source=each, tag=tag)
        return made

    def catch_up_lines(self, difference: Difference) -> list[SalesLine]:
        """What earlier invoices lack of income goes to QB Invoice Account Code, since the lines it came from are gone;
        what they lack of retention goes to the Retained code."""
        if not difference:
            return []
        lines: list[SalesLine] = []
        if difference.cost:
            sold = self.revenue.default(difference.cost, "differences from earlier invoices")
            lines.append(
                self._line(
                    difference.cost, MAKES_UP, sold or NOT_SOLD, role="catch_up", tax_code=self.tax.of_default()
                )
            )
        if difference.retention:
            words = f"{MAKES_UP}, retention"
            lines += self._retention_line(-difference.retention, words, "catch_up", tax_code=self._retention_code())
        self.notes.warn("catch_up_posted", cost=difference.cost, retention=difference.retention)
        return lines

    def _retention_code(self) -> TaxCoding:
        return self.tax.of_retention(self.tax.of_default())

    def _retention_line(
        self,
        amount: Decimal,
        description: str,
        role: SaleRole,
        *,
        tax_code: TaxCoding,
        source: CodedLine | None = None,
        tag: Target | None = None,
    ) -> list[SalesLine]:
        """No line without an amount."""
        if not amount:
            return []
        account = RELEASED if role == "released" else RETAINED
        chosen = account.find(amount if role == "released" else -amount, self.defaults, self.notes)
        if chosen is None:
            return []
        sold = self._carried(chosen, account.chosen_by)
        return [self._line(amount, description, sold, role=role, source=source, tag=tag, tax_code=tax_code)]

    def _carried(self, account: Choice, chosen_by: str) -> Sold:
        carrier = find_carrier(account, self.maps, self.notes)
        return Sold(carrier.id, carrier.name, chosen_by) if carrier else NOT_SOLD

    def _name(self, line: OwnerLine) -> CodedLine:
        return CodedLine(line, self.maps.code_of(line.cost_code_id), None)

    def _line(
        self,
        amount: Decimal,
        description: str,
        sold: Sold,
        *,
        role: SaleRole,
        source: CodedLine | None = None,
        tag: Target | None = None,
        tax_code: TaxCoding = NO_CODE,
    ) -> SalesLine:
        tag = tag or self.document_class
        return SalesLine(
            amount=amount,
            description=description,
            code_id=sold.id,
            code_name=sold.name,
            customer_id=self.customer_id,
            chosen_by=sold.chosen_by,
            role=role,
            source_code=source.code_text if source and source.code else source.line.budget_code if source else "",
            source_line_id=source.line.id if source else "",
            class_id=tag.id if tag else "",
            class_name=tag.name if tag else "",
            tax_code_id=tax_code.id,
            tax_code_name=tax_code.name,
        )
