"""Which budget code of a Procore project a line in QuickBooks is cost of, made where it is missing and may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from connectors.procore.documents_costs import CostLine
from connectors.qbo.records_costs import BookedLine
from mapping.budgets import ProjectBudget
from mapping.defaults import DEFAULT_COST_TYPE, MISSING_BUDGET_CODES, PROCORE_BILL_CODE, DefaultKind, Defaults
from mapping.kinds import COST_CODE_ACCOUNT, COST_CODE_CLASS, COST_CODE_ITEM, COST_TYPE_CLASS
from mapping.maps import CodeRef, Maps
from mapping.reverse import BooksLine, BudgetCode, CodeMeaning, Fallback, Reader, TypeMeaning, make_reader
from smoothx.lib.money import ZERO
from smoothx.lib.text import collapse_spaces
from sync.flows import _waits
from sync.flows._codes import find_default
from sync.plan import RESEND, Notes

RULES = {"class": "Class", "item": "Product or service", "account": "Account", "named": "Payroll file"}


@dataclass(frozen=True, slots=True)
class CostTargets:
    """Resolves lines for one project, and within it for one sub job ("" for none).

    `default_code` is the firm's code for lines that lead to none: Procore Bill Code, or the one of payroll.
    `default_type` is the cost type of lines whose class says none. `posted` are the lines of the document as it was
    last sent, by their keys.
    """

    maps: Maps
    defaults: Defaults
    notes: Notes
    budget: ProjectBudget
    reader: Reader
    project_name: str
    sub_job_id: str
    default_code: DefaultKind = PROCORE_BILL_CODE
    default_type: DefaultKind = DEFAULT_COST_TYPE
    posted: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def make_lines(self, lines: Iterable[tuple[BookedLine, Decimal]]) -> tuple[CostLine, ...]:
        """The lines that could be resolved; the notes say what of the others stops the document."""
        made = [line for line in (self._keep(*each) or self._make(*each) for each in lines) if line is not None]
        taken: dict[str, Decimal] = {}
        for line in made:
            if line.chosen_by == self.default_code.label:
                taken[line.source_code] = taken.get(line.source_code, ZERO) + line.amount
        for named, amount in taken.items():
            self.notes.warn("procore_code_used", named, amount=amount, default=self.default_code.label)
        return tuple(made)

    def _keep(self, line: BookedLine, amount: Decimal) -> CostLine | None:
        """The line on the code and type it was posted on, while QuickBooks codes it the same and the project has them.

        A budget that grew can make its account unclear, or clear; a cost that stands must not move for that. Nor for a
        changed link, unless a person was shown where today's mapping leads (see `make_targets`).
        """
        posted = self.posted.get(line.id, {})
        code_id, type_id = posted.get("cost_code_id", ""), posted.get("cost_type_id", "")
        if posted.get("coding") != _coding_of(line) or code_id not in self.budget.codes or not self._is_here(code_id):
            return None
        wbs_id, problem = self._look(code_id, type_id)
        if problem:
            return None
        self._note_made(code_id, wbs_id)
        stands_in = bool(posted.get("stands_in"))
        if stands_in:
            self._note_other(code_id)
        made = self._line(line, amount, posted["chosen_by"], code_id, wbs_id, type_id)
        return replace(made, stands_in=stands_in)

    def _make(self, line: BookedLine, amount: Decimal) -> CostLine | None:
        booked = _books_line(line)
        meaning = self._named_code(line.cost_code) if line.cost_code else self.reader.code_of(booked)
        cost_type = self.reader.type_of(booked, meaning)
        if cost_type.problem:
            self._block_type(cost_type)
        if meaning.problem:
            self._block_code(line, meaning)
        if cost_type.problem or meaning.problem:
            return None
        target, chosen_by = self._find_target(meaning, cost_type.id), self._say(meaning)
        if target is None:
            return None
        code_id, wbs_id, stands_in = target
        return replace(self._line(line, amount, chosen_by, code_id, wbs_id, cost_type.id), stands_in=stands_in)

    def _say(self, meaning: CodeMeaning) -> str:
        return self.default_code.label if meaning.used_default else RULES.get(meaning.rule, meaning.rule)

    def _named_code(self, named: str) -> CodeMeaning:
        """The code of this spelling that the project has, else one that other projects have, else the default."""
        own = [code_id for code_id in self.budget.codes if self._is_here(code_id)]
        for code_id in (*own, *self.maps.codes):
            code = self.maps.codes[code_id]
            if is_named(code, named):
                return CodeMeaning(code.key, code_id if code_id in own else "", "named")
        return self.reader.fall_back([f"No cost code is called {named}."])

    def _line(
        self, line: BookedLine, amount: Decimal, chosen_by: str, code_id: str, wbs_id: str, type_id: str
    ) -> CostLine:
        code = self.maps.codes[code_id]
        text = f"{code.code} {code.name}".strip()
        # Hours without a rate count nothing: the amount is all that is known.
        is_counted = line.hours is not None and line.rate is not None
        return CostLine(
            key=line.id,
            amount=amount,
            description=line.description or text,
            cost_code_id=code_id,
            cost_type_id=type_id,
            wbs_code_id=wbs_id,
            code_name=f"{text}, {self.maps.labels.get((COST_TYPE_CLASS.left.key, type_id), type_id)}",
            chosen_by=chosen_by,
            source_code=_name_of(line),
            coding=_coding_of(line),
            quantity=line.hours if is_counted else None,
            unit_cost=line.rate if is_counted else None,
        )

    def _find_target(self, meaning: CodeMeaning, type_id: str) -> tuple[str, str, bool] | None:
        """The project's own cost code and its budget code ("" for one to be made): the one meant, else the
        default, and whether it is the default in its place."""
        tried: list[str] = []
        for key, own_id in self._candidates(meaning):
            code_id = own_id or self._own_code(key)
            if not code_id:
                tried.append("code_not_in_project")
                continue
            wbs_id, problem = self._look(code_id, type_id)
            if problem:
                tried.append(problem)
                continue
            self._note_made(code_id, wbs_id)
            if tried:
                self._note_other(code_id)
            return code_id, wbs_id, bool(tried)
        self._block_target(meaning, type_id, tried[0])
        return None

    def _look(self, code_id: str, type_id: str) -> tuple[str, str]:
        """The budget code, "" for one to be made, and why there can be none, "" where there can."""
        line = self.budget.find(code_id, type_id)
        if line is not None:
            return line.id, "" if line.is_active else "budget_code_inactive"
        return "", "" if self.defaults.says(MISSING_BUDGET_CODES, "yes") else "budget_code_missing"

    def _candidates(self, meaning: CodeMeaning) -> Iterator[tuple[str, str]]:
        yield meaning.key, meaning.budget_code_id
        fallback = self.reader.fallback.code
        if fallback is not None and fallback.key != meaning.key:
            yield fallback.key, ""

    def _note_made(self, code_id: str, wbs_id: str) -> None:
        if not wbs_id:
            self.notes.warn("budget_code_made", self._text(code_id), project=self.project_name)

    def _note_other(self, code_id: str) -> None:
        default = self.default_code.label
        self.notes.warn("other_code_used", self._text(code_id), project=self.project_name, default=default)

    def _own_code(self, key: str) -> str:
        """The project's own copy of a code, of the sub job where it is one; "" where it has none."""
        own = (code_id for code_id in self.budget.codes if self._is_here(code_id))
        return next((code_id for code_id in own if self.maps.codes[code_id].key == key), "")

    def _is_here(self, code_id: str) -> bool:
        code = self.maps.codes.get(code_id)
        return code is not None and code.sub_job_id == self.sub_job_id

    def _text(self, code_id: str) -> str:
        code = self.maps.codes[code_id]
        return f"{code.code} {code.name}".strip()

    def _name_key(self, key: str) -> str:
        """A code as any project has it."""
        known = next((code for code in self.maps.codes.values() if code.key == key), self.reader.fallback.code)
        return f"{known.code} {known.name}".strip() if known is not None else key

    def _block_type(self, cost_type: TypeMeaning) -> None:
        self.notes.block(
            "cost_type_not_set",
            self.default_type.label,
            waits_for=_waits.default(self.default_type),
            also_lifted_by=[_waits.default(DEFAULT_COST_TYPE)],
            why=cost_type.reason,
        )

    def _block_code(self, line: BookedLine, meaning: CodeMeaning) -> None:
        lifts = [_waits.linked(COST_CODE_ACCOUNT, line.account.id), _waits.linked(COST_CODE_ITEM, line.item.id)]
        self.notes.block(
            "procore_code_unclear",
            _name_of(line),
            waits_for=_waits.default(self.default_code),
            also_lifted_by=[*lifts, _waits.linked(COST_CODE_CLASS, line.class_.id)],
            why=_why(meaning) or meaning.reason,
            default=self.default_code.label,
        )

    def _block_target(self, meaning: CodeMeaning, type_id: str, code: str) -> None:
        own = meaning.budget_code_id or self._own_code(meaning.key)
        subject = self._text(own) if own else self._name_key(meaning.key)
        cost_type = self.maps.labels.get((COST_TYPE_CLASS.left.key, type_id), type_id)
        again = [_waits.default(self.default_code), _waits.default(MISSING_BUDGET_CODES)]
        self.notes.block(code, subject, also_lifted_by=again, project=self.project_name, cost_type=cost_type)


def make_targets(
    maps: Maps,
    defaults: Defaults,
    notes: Notes,
    budget: ProjectBudget,
    *,
    project_name: str,
    sub_job_id: str = "",
    default_code: DefaultKind = PROCORE_BILL_CODE,
    default_type: DefaultKind = DEFAULT_COST_TYPE,
) -> CostTargets:
    """`default_type` gives way to Default Cost Type where it is not chosen. A document that a person sends again is
    coded anew, whatever code its lines stand on."""
    chosen = find_default(default_code, defaults, notes)
    cost_type = find_default(default_type, defaults, notes) or find_default(DEFAULT_COST_TYPE, defaults, notes)
    code = CodeRef(chosen.id, chosen.name, "") if chosen is not None else None
    fallback = Fallback(code, cost_type.id if cost_type is not None else "", default_code.label)
    codes = list(_budget_codes(maps, budget, sub_job_id))
    reader = make_reader(maps, defaults, codes, fallback)
    is_resent = any(approval.startswith(f"{RESEND}:") for approval in maps.approvals)
    lines = () if is_resent else maps.posted.get("lines") or ()
    posted = {str(line.get("key") or ""): line for line in lines if line.get("key")}
    return CostTargets(
        maps, defaults, notes, budget, reader, project_name, sub_job_id, default_code, default_type, posted
    )


def is_named(code: CodeRef, named: str) -> bool:
    """A code as people write it: alone, or with its name after it."""
    wanted = collapse_spaces(named).casefold()
    if not wanted.startswith(code.code.casefold()):
        return False
    spelled = (code.code, f"{code.code} {code.name}", f"{code.code} - {code.name}")
    return wanted in [collapse_spaces(text).casefold() for text in spelled]


def _budget_codes(maps: Maps, budget: ProjectBudget, sub_job_id: str) -> Iterator[BudgetCode]:
    """The budgeted cost codes with their cost types, in the budget's order."""
    types: dict[str, list[str]] = {}
    for line in budget.lines:
        if line.is_active:
            types.setdefault(line.cost_code_id, []).append(line.cost_type)
    for code_id, found in types.items():
        code = maps.codes.get(code_id)
        if code is not None and code.sub_job_id == sub_job_id:
            yield BudgetCode(code_id, code, tuple(dict.fromkeys(found)))


def _books_line(line: BookedLine) -> BooksLine:
    return BooksLine(
        account_id=line.account.id,
        item_id=line.item.id,
        class_id=line.class_.id,
        account_name=line.account.name,
        item_name=line.item.name,
        class_name=line.class_.name,
    )


def _coding_of(line: BookedLine) -> str:
    coding = f"{line.account.id}/{line.item.id}/{line.class_.id}"
    return f"{coding}/{line.cost_code}" if line.cost_code else coding


def _name_of(line: BookedLine) -> str:
    """What a reader knows the line by: the code it names itself, its product or account."""
    return line.cost_code or line.item.name or line.account.name or line.description or "A line"


def _why(meaning: CodeMeaning) -> str:
    return meaning.passed_over[-1] if meaning.passed_over else ""
