"""The item a sales line is sold under: the owner invoice map's, the item map's, or the one of QB Invoice Account Code.

Never by the cost account map, which would credit revenue to the accounts of costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mapping.defaults import INVOICE_CODE, LINE_ITEM_TYPE, Choice, Defaults
from mapping.kinds import REVENUE
from mapping.maps import Maps
from mapping.revenue import RevenueCoding, find_revenue_code
from smoothx.lib.money import ZERO
from sync.flows import _waits
from sync.flows._carriers import find_carrier
from sync.flows._codes import CodedLine, find_default
from sync.plan import Notes


@dataclass(frozen=True, slots=True)
class Sold:
    """The item a line is sold under, and the rule that said so."""

    id: str
    name: str
    chosen_by: str


@dataclass(frozen=True, slots=True)
class Revenue:
    maps: Maps
    defaults: Defaults
    notes: Notes

    def sell(self, lines: Sequence[CodedLine]) -> list[Sold | None]:
        """The item of each line; None, with a blocker, where it has none that can be used."""
        codings = [self._coding_of(each) for each in lines]
        lacking = [each.line.gross for each, coding in zip(lines, codings, strict=True) if coding.problem == "no_code"]
        if lacking:
            self._block_default(sum(lacking, ZERO), "work")
        sold = [self._sell_one(each, coding) for each, coding in zip(lines, codings, strict=True)]
        self._note_defaults(lines, codings)
        return sold

    def default(self, amount: Decimal, what: str) -> Sold | None:
        """The item that stands for QB Invoice Account Code."""
        chosen = find_default(INVOICE_CODE, self.defaults, self.notes)
        if chosen is None:
            self._block_default(amount, what)
            return None
        return self._carried(chosen)

    def _coding_of(self, coded: CodedLine) -> RevenueCoding:
        line = coded.line
        return find_revenue_code(
            coded.code, self.maps, self.defaults, cost_code_id=line.cost_code_id, cost_type=line.cost_type
        )

    def _sell_one(self, coded: CodedLine, coding: RevenueCoding) -> Sold | None:
        if coding.problem == "no_code":
            return None
        if coding.coding == "account":
            return self.default(coded.line.gross, "work")
        if coding.problem == "inactive":
            key = coded.code.key if coded.code else ""
            again = [_waits.link(REVENUE, key)]
            told = {"target": coding.name, "key": key, "kind": REVENUE.key}
            self.notes.block("revenue_code_inactive", coded.code_text, also_lifted_by=again, **told)
        return Sold(coding.id, coding.name, coding.chosen_by)

    def _carried(self, account: Choice) -> Sold | None:
        carrier = find_carrier(account, self.maps, self.notes)
        return Sold(carrier.id, carrier.name, INVOICE_CODE.label) if carrier else None

    def _block_default(self, amount: Decimal, what: str) -> None:
        wait = _waits.default(INVOICE_CODE)
        self.notes.block("invoice_code_not_set", INVOICE_CODE.label, waits_for=wait, amount=amount, what=what)

    def _note_defaults(self, lines: Sequence[CodedLine], codings: Sequence[RevenueCoding]) -> None:
        """One warning per cost code that a default took. A firm that maps no code for sales has chosen the default."""
        if not self._maps_codes():
            return
        taken: dict[tuple[str, str], Decimal] = {}
        for each, coding in zip(lines, codings, strict=True):
            if coding.coding == "account" and coding.problem != "no_code":
                key = (each.code.key if each.code else "", each.code_text)
                taken[key] = taken.get(key, ZERO) + each.line.gross
        for (code_key, text), amount in taken.items():
            self.notes.warn("invoice_code_used", text, amount=amount, key=code_key, kind=REVENUE.key)

    def _maps_codes(self) -> bool:
        if self.defaults.says(LINE_ITEM_TYPE, "item"):
            return True
        return any(kind == REVENUE.key for kind, _ in self.maps.links)
