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
    DefaultKind,
)
from mapping.maps import Target
from mapping.tax import TaxCoding
from smoothx.lib.money import ZERO, cents
from sync.flows import _waits
from sync.flows._claims import Difference, Figures
from sync.flows._codes import CodedLine, Coding, find_default
from sync.flows._cost_lines import CostLineMaker, Role
from sync.flows._line_tax import NO_CODE
from sync.flows._retention import share_held

MAKES_UP = "Makes up for earlier invoices changed after posting"


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


def _retention_words(role: Role, amount: Decimal) -> str:
    if role == "released":
        return "Retention released"
    return "Retention held reduced" if amount > ZERO else "Retention held"


_RETENTION: dict[Role, tuple[DefaultKind, str, str]] = {
    "retained": (RETENTION_PAYABLE_RETAINED, "retained_code_not_set", "Retained code"),
    "catch_up": (RETENTION_PAYABLE_RETAINED, "retained_code_not_set", "Retained code"),
    "released": (RETENTION_PAYABLE_RELEASED, "released_code_not_set", "Released code"),
}
