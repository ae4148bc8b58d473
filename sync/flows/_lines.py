"""The lines of a bill: cost gross, retention held and released apart, and what makes up for earlier claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from connectors.procore.records import Requisition
from connectors.qbo.documents import BillLine
from mapping.defaults import (
    BILL_CODE,
    RETENTION_PAYABLE_RELEASED,
    RETENTION_PAYABLE_RETAINED,
    DefaultKind,
    Defaults,
)
from mapping.maps import Target
from smoothx.lib.money import ZERO, split
from sync.flows import _waits
from sync.flows._claims import Difference, Figures
from sync.flows._codes import CodedLine, Coder, Coding, find_default
from sync.flows._tags import Tagger
from sync.plan import Notes

Role = Literal["cost", "tax", "retained", "released", "catch_up"]

MAKES_UP = "Makes up for earlier invoices changed after posting"
# A line without a coding stops its bill; it is made all the same, so that the rest of the rule need not know.
NOT_CODED = Coding("account", "", "", "")


@dataclass(frozen=True, slots=True)
class LineMaker:
    """Makes the lines of one bill, on the project's sub-customer `customer_id` or, for cost, on that of a sub job.

    Retention stays with the project: what is released later names no line, so no sub job either. `document_class` is
    the class of every line, None where each cost line has its own.
    """

    requisition: Requisition
    customer_id: str
    coder: Coder
    tagger: Tagger
    defaults: Defaults
    notes: Notes
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
        shares = split(tax, [abs(line.gross) for line in billed])
        classes = self.tagger.line_classes(coded)
        lines = [self._cost_line(*each) for each in zip(coded, shares, classes, strict=True)]
        self._note_defaults(coded, lines)
        return lines

    def _cost_line(self, coded: CodedLine, tax: Decimal, tag: Target | None) -> BillLine:
        line, code = coded.line, coded.code
        name = f"{code.code} {code.name}".strip() if code else ""
        return self._line(
            line.gross + tax,
            " - ".join(part for part in (name, line.description) if part) or coded.code_text,
            coded.coding or NOT_CODED,
            role="cost",
            source_code=code.code if code else line.budget_code,
            source_line_id=line.id,
            tax=tax,
            customer_id=self.tagger.customer_of(line, code, self.customer_id),
            tag=tag,
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
        coding = self._need_default(tax, "tax")
        if coding is None:
            return []
        self.notes.warn("tax_line_used", amount=tax, default=coding.chosen_by)
        return [self._line(tax, f"Tax, invoice {self.requisition.number}", coding, role="tax", tax=tax)]

    def retention_lines(self, figures: Figures) -> list[BillLine]:
        """Held is taken off the bill, released is added. Held below zero is retention that rolled off with stored
        material: it stays on the Retained code, since nothing was let go."""
        number = self.requisition.number
        words = f"Retention held, invoice {number}"
        if figures.held < ZERO:
            words = f"Retention held reduced, invoice {number}"
        held = self._retention_line(-figures.held, words, "retained")
        released = self._retention_line(figures.released, f"Retention released, invoice {number}", "released")
        return [*held, *released]

    def catch_up_lines(self, difference: Difference) -> list[BillLine]:
        """What earlier claims lack of cost goes to the bill code, since the lines it came from are gone; what they
        lack of retention goes to the Retained code. On one account the job's cost or the retention owed would stay
        wrong."""
        if not difference:
            return []
        lines = []
        if difference.cost:
            coding = self._need_default(difference.cost, "differences from earlier invoices")
            if coding is not None:
                lines.append(self._line(difference.cost, MAKES_UP, coding, role="catch_up"))
        if difference.retention:
            lines += self._retention_line(-difference.retention, f"{MAKES_UP}, retention", "catch_up")
        self.notes.warn("catch_up_posted", cost=difference.cost, retention=difference.retention)
        return lines

    def _retention_line(self, amount: Decimal, description: str, role: Role) -> list[BillLine]:
        """No line without an amount. Retention is coded to accounts whatever the cost lines are coded to."""
        if not amount:
            return []
        kind, code, chosen_by = _RETENTION[role]
        chosen = find_default(kind, self.defaults, self.notes)
        if chosen is None:
            shown = amount if role == "released" else -amount
            self.notes.block(code, kind.label, waits_for=_waits.default(kind), amount=shown)
            return []
        return [self._line(amount, description, Coding("account", chosen.id, chosen.name, chosen_by), role=role)]

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
        )


_RETENTION: dict[Role, tuple[DefaultKind, str, str]] = {
    "retained": (RETENTION_PAYABLE_RETAINED, "retained_code_not_set", "Retained code"),
    "catch_up": (RETENTION_PAYABLE_RETAINED, "retained_code_not_set", "Retained code"),
    "released": (RETENTION_PAYABLE_RELEASED, "released_code_not_set", "Released code"),
}
