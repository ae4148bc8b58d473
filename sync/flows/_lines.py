"""The lines of a bill: cost gross, retention held and released apart, and what makes up for earlier claims.

Where purchases carry tax codes the amounts are without tax. Elsewhere the tax is cost of the same lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.procore.records import Requisition, RequisitionLine
from connectors.qbo.documents import BillLine
from mapping.defaults import (
    RETENTION_LINES,
    RETENTION_PAYABLE_RELEASED,
    RETENTION_PAYABLE_RETAINED,
)
from mapping.maps import Target
from mapping.tax import TaxCoding
from smoothx.lib.money import cents
from sync.flows._claims import Difference, Figures
from sync.flows._codes import CodedLine, Coding
from sync.flows._cost_lines import CostLineMaker, Role
from sync.flows._line_tax import NO_CODE
from sync.flows._retention import MAKES_UP, RetentionAccount, name_retention, share_by_code, share_held

RETAINED = RetentionAccount(RETENTION_PAYABLE_RETAINED, "retained_code_not_set", "Retained code")
RELEASED = RetentionAccount(RETENTION_PAYABLE_RELEASED, "released_code_not_set", "Released code")


@dataclass(frozen=True, slots=True)
class LineMaker(CostLineMaker):
    """Makes the lines of one subcontractor invoice's bill.

    Retention that is one line for the whole bill stays with the project, and with no sub job.
    """

    requisition: Requisition

    def make(self, figures: Figures, catch_up: Difference) -> tuple[BillLine, ...]:
        """Cost, then retention held, then released, then what makes up for earlier claims.

        Held and released stay two lines even on one account, so that each can be traced to the invoice.
        """
        return (
            *self.cost_lines(figures.tax),
            *self.retention_lines(figures),
            *self.catch_up_lines(catch_up),
        )

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
        words = f"{name_retention(role, whole)}, invoice {self.requisition.number}"
        coded = [(self.tax.of_retention(self.tax.of_line(line)), part) for line, part in self._with(parts)]
        sums = share_by_code(coded, whole, self._retention_code)
        made = (self._retention_line(amount, words, role, tax_code=code) for code, amount in sums.items())
        return [line for lines in made for line in lines]

    def _retention_by_line(self, role: Role, whole: Decimal, parts: Sequence[Decimal]) -> list[BillLine]:
        """One line per contract line, with its class and its sub job."""
        chosen = self._with(parts)
        coded = [self.coder.name(line) for line, _ in chosen]
        classes = self.tagger.line_classes(coded)
        made: list[BillLine] = []
        for (line, part), each, tag in zip(chosen, coded, classes, strict=True):
            made += self._retention_line(
                part,
                f"{name_retention(role, part)}, {each.description}",
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
            words = f"{MAKES_UP}, retention"
            lines += self._retention_line(-difference.retention, words, "catch_up", tax_code=self._retention_code())
        self.notes.warn("catch_up_posted", cost=cost, retention=difference.retention)
        return lines

    def _retention_code(self) -> TaxCoding:
        return self.tax.of_retention(self.tax.of_default())

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
        account = RELEASED if role == "released" else RETAINED
        chosen = account.find(amount if role == "released" else -amount, self.defaults, self.notes)
        if chosen is None:
            return []
        customer_id = self.tagger.customer_of(source.line, source.code, self.customer_id) if source else ""
        return [
            self._line(
                amount,
                description,
                Coding("account", chosen.id, chosen.name, account.chosen_by),
                role=role,
                source_code=source.code_text if source and source.code else "",
                source_line_id=source.line.id if source else "",
                customer_id=customer_id,
                tag=tag,
                tax_code=tax_code,
            )
        ]
