"""Which account or item a bill line is posted to, and which rule said so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mapping.defaults import BILL_CODE, BILL_ITEM, LINE_ITEM_TYPE, Choice, DefaultKind, Defaults
from mapping.maps import CodeRef, Maps, Target
from mapping.precedence import ACCOUNT_MAPS, ITEM_MAPS, CodeMaps, Step, steps
from sync.flows import _waits
from sync.flows._billed import BilledLine
from sync.plan import Notes


@dataclass(frozen=True, slots=True)
class Coding:
    """Where a line goes. `default` is set where a default stood in for a missing link."""

    coding: Literal["account", "item"]
    id: str
    name: str
    chosen_by: str
    default: DefaultKind | None = None


@dataclass(frozen=True, slots=True)
class CodedLine:
    """A billed line with its cost code, where that is known, and its coding, where one was found."""

    line: BilledLine
    code: CodeRef | None
    coding: Coding | None

    @property
    def code_text(self) -> str:
        """The cost code as its reader knows it."""
        if self.code is not None:
            return self.code.code
        return self.line.budget_code or self.line.description or "A line"

    @property
    def description(self) -> str:
        """What its line on a document says: the code with its name, then the work."""
        name = f"{self.code.code} {self.code.name}".strip() if self.code else ""
        return " - ".join(part for part in (name, self.line.description) if part) or self.code_text


@dataclass(frozen=True, slots=True)
class Coder:
    """Codes the lines of one tenant's bills. `kinds` are the maps in use: accounts, or products and services."""

    maps: Maps
    defaults: Defaults
    kinds: CodeMaps

    def code(self, line: BilledLine, *, notes: Notes) -> CodedLine:
        """Project override, code and cost type, code, divisions nearest first, then the default."""
        code = self.maps.code_of(line.cost_code_id)
        if code is not None:
            for step in self._steps(code, line):
                target = self.maps.find(step.kind, step.key)
                if target is not None:
                    return CodedLine(line, code, self._from_link(target, step, code, notes))
        return CodedLine(line, code, self.default(notes))

    def name(self, line: BilledLine) -> CodedLine:
        """The line with its cost code alone, for what is not coded by it."""
        return CodedLine(line, self.maps.code_of(line.cost_code_id), None)

    def default(self, notes: Notes) -> Coding | None:
        """Where a line goes that no link covers, or None."""
        if self.kinds is ITEM_MAPS:
            item = find_default(BILL_ITEM, self.defaults, notes)
            if item is not None:
                return Coding("item", item.id, item.name, BILL_ITEM.label, BILL_ITEM)
        account = find_default(BILL_CODE, self.defaults, notes)
        return Coding("account", account.id, account.name, BILL_CODE.label, BILL_CODE) if account else None

    def _from_link(self, target: Target, step: Step, code: CodeRef, notes: Notes) -> Coding:
        if not target.is_active:
            again = [_waits.link(step.kind, step.key)]
            told = {"target": target.name, "key": code.key, "kind": step.kind.key}
            notes.block("code_inactive", code.code, also_lifted_by=again, **told)
        return Coding(self.kinds.coding, target.id, target.name, step.chosen_by)

    def note_uncoded(self, lines: Sequence[CodedLine], *, notes: Notes) -> None:
        """One blocker per cost code that leads nowhere, lifted by any link or default that would have been taken."""
        waits: dict[tuple[str, str], list[str]] = {}
        for coded in lines:
            if coded.coding is None:
                key = coded.code.key if coded.code else ""
                waits.setdefault((key, coded.code_text), []).extend(self._lifts(coded))
        for (key, text), subjects in waits.items():
            first, *others = dict.fromkeys(subjects)
            name = "code_not_mapped" if key else "code_unknown"
            notes.block(name, text, waits_for=first, also_lifted_by=others, default=BILL_CODE.label, key=key)

    def _lifts(self, coded: CodedLine) -> list[str]:
        defaults = [_waits.default(BILL_CODE)]
        if self.kinds is ITEM_MAPS:
            defaults.append(_waits.default(BILL_ITEM))
        if coded.code is None:
            return defaults
        # The code's own link comes first: it is what a reader is told to make.
        links = [_waits.link(step.kind, step.key) for step in self._steps(coded.code, coded.line)]
        return [_waits.link(self.kinds.code, coded.code.key), *links, *defaults]

    def _steps(self, code: CodeRef, line: BilledLine) -> Iterator[Step]:
        return steps(
            self.kinds, code, cost_code_id=line.cost_code_id, cost_type=line.cost_type, defaults=self.defaults
        )


def make_coder(maps: Maps, defaults: Defaults, notes: Notes) -> Coder | None:
    """The coder for how the firm codes its bill lines; None, with a blocker, when it has not chosen."""
    chosen = defaults.get(LINE_ITEM_TYPE)
    if chosen is None:
        notes.block("line_item_type_not_set", waits_for=_waits.default(LINE_ITEM_TYPE))
        return None
    return Coder(maps, defaults, ITEM_MAPS if chosen.id == "item" else ACCOUNT_MAPS)


def find_default(kind: DefaultKind, defaults: Defaults, notes: Notes) -> Choice | None:
    """The choice, None when there is none. An inactive one is a blocker, and answered all the same."""
    chosen = defaults.get(kind)
    if chosen is not None and not chosen.is_active:
        notes.block("default_inactive", kind.label, also_lifted_by=[_waits.default(kind)], chosen=chosen.name)
    return chosen
