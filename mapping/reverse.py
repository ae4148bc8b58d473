"""Which Procore cost code and cost type a line means that was entered in QuickBooks. Pure.

A code uses an account, item or class when its own costs would be posted there, override, pair and division included.
What several codes of the project use decides nothing: a guess would put a cost on the wrong budget line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mapping.defaults import CLASS_TYPE, Defaults
from mapping.kinds import COST_CODE_CLASS, COST_TYPE_CLASS
from mapping.maps import CodeRef, Maps
from mapping.precedence import ACCOUNT_MAPS, ITEM_MAPS, CodeMaps, code_and_divisions, find_target, reads_items

# "named": the line said the code itself.
Rule = Literal["class", "item", "account", "pair", "named", "default", ""]
NAMED_CANDIDATES = 4


@dataclass(frozen=True, slots=True)
class BooksLine:
    """What a line in QuickBooks is coded with; empty where it has none. The names are for a reader."""

    account_id: str = ""
    item_id: str = ""
    class_id: str = ""
    account_name: str = ""
    item_name: str = ""
    class_name: str = ""


@dataclass(frozen=True, slots=True)
class BudgetCode:
    """A cost code of one project's budget, with the codes of the cost types it is budgeted under ("S")."""

    id: str
    code: CodeRef
    cost_types: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return f"{self.code.code} {self.code.name}".strip()


@dataclass(frozen=True, slots=True)
class Fallback:
    """The firm's code for lines that lead to none, by the key it is mapped under, and its default cost type by id.

    `label` is what the firm knows that setting by.
    """

    code: CodeRef | None = None
    cost_type_id: str = ""
    label: str = "Procore Bill Code"


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """`key` is what the code is mapped under and `budget_code_id` the project's own, empty where its budget lacks it.

    Without a key nothing was decided, and `problem` says why: "ambiguous" or "no_code". `passed_over` tells, in
    order, what was asked before and why it did not decide; `candidates` are the codes that were too many.
    """

    key: str = ""
    budget_code_id: str = ""
    rule: Rule = ""
    reason: str = ""
    problem: Literal["", "ambiguous", "no_code"] = ""
    cost_type: str = ""
    passed_over: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()

    @property
    def used_default(self) -> bool:
        return self.rule == "default"


@dataclass(frozen=True, slots=True)
class TypeMeaning:
    """The cost type's id, or "no_type": without one nothing is sent to Procore."""

    id: str = ""
    rule: Rule = ""
    reason: str = ""
    problem: Literal["", "no_type"] = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A budget code with one of its cost types, "" where it has none, that leads to a target."""

    code: BudgetCode
    cost_type: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the lines of one project. Make it once per project; each line is then a look-up."""

    maps: Maps
    defaults: Defaults
    fallback: Fallback
    budget: Mapping[str, BudgetCode]
    classes: Mapping[str, Sequence[Use]]
    items: Mapping[str, Sequence[Use]]
    accounts: Mapping[str, Sequence[Use]]
    class_links: Mapping[str, str] = field(default_factory=dict)
    item_links: Mapping[str, str] = field(default_factory=dict)
    type_classes: Mapping[str, str] = field(default_factory=dict)

    def code_of(self, line: BooksLine) -> CodeMeaning:
        """Class where it stands for the cost code, item where items are read, account if one code uses it, default."""
        passed_over: list[str] = []
        candidates: tuple[str, ...] = ()
        for attempt in self._attempts(line):
            if attempt.key:
                return _with_history(attempt, passed_over, candidates)
            passed_over.append(attempt.reason)
            candidates = candidates or attempt.candidates
        return self.fall_back(passed_over, candidates)

    def type_of(self, line: BooksLine, meaning: CodeMeaning) -> TypeMeaning:
        """The cost type: by class where classes stand for types, by the pair that decided the code, the default."""
        by_class = self.defaults.says(CLASS_TYPE, "cost_type")
        if by_class and line.class_id in self.type_classes:
            named = line.class_name or line.class_id
            return TypeMeaning(self.type_classes[line.class_id], "class", f"Class {named} is this cost type.")
        if meaning.cost_type and meaning.cost_type in self.maps.type_ids:
            return TypeMeaning(
                self.maps.type_ids[meaning.cost_type], "pair", "The cost code is mapped with this type."
            )
        if self.fallback.cost_type_id:
            return TypeMeaning(self.fallback.cost_type_id, "default", "The default cost type.")
        return TypeMeaning(problem="no_type", reason=_why_no_type(by_class, line))

    def _attempts(self, line: BooksLine) -> Iterable[CodeMeaning]:
        if line.class_id and self.defaults.says(CLASS_TYPE, "cost_code"):
            named = f"class {line.class_name or line.class_id}"
            yield self._decide(
                "class", named, self.classes.get(line.class_id, ()), self.class_links.get(line.class_id)
            )
        if line.item_id and reads_items(self.defaults):
            named = f"product or service {line.item_name or line.item_id}"
            yield self._decide("item", named, self.items.get(line.item_id, ()), self.item_links.get(line.item_id))
        if line.account_id:
            named = f"account {line.account_name or line.account_id}"
            yield self._decide("account", named, self.accounts.get(line.account_id, ()), None)

    def _decide(self, rule: Rule, named: str, uses: Sequence[Use], linked_key: str | None) -> CodeMeaning:
        """`linked_key`: the code linked one to one, which decides also where the project's budget lacks it."""
        codes = list(dict.fromkeys(use.code.id for use in uses))
        if len(codes) > 1:
            return _ambiguous(named, [self.budget[code_id] for code_id in codes])
        if codes:
            found = self.budget[codes[0]]
            types = {use.cost_type for use in uses}
            cost_type = types.pop() if len(types) == 1 and len(found.cost_types) > 1 else ""
            reason = f"{_capital(named)} is cost code {found.text}."
            if rule == "account":
                reason = f"{_capital(named)} is used by cost code {found.text} alone in this project."
            return CodeMeaning(found.code.key, found.id, rule, reason, cost_type=cost_type)
        if linked_key and not self._has(linked_key):
            reason = f"{_capital(named)} is mapped to a cost code that this project's budget does not have yet."
            return CodeMeaning(linked_key, "", rule, reason)
        return CodeMeaning(problem="no_code", reason=f"No cost code of this project uses {named}.")

    def _has(self, key: str) -> bool:
        return any(each.code.key == key for each in self.budget.values())

    def fall_back(self, passed_over: Sequence[str], candidates: tuple[str, ...] = ()) -> CodeMeaning:
        """The firm's default, for a line whose code cannot be told for the reasons given."""
        code = self.fallback.code
        if code is not None:
            own = next((each.id for each in self.budget.values() if each.code.key == code.key), "")
            reason = f"{self.fallback.label} {code.code} is used."
            return _with_history(CodeMeaning(code.key, own, "default", reason), passed_over, candidates)
        why = passed_over[-1] if passed_over else "The line has neither class, product or service, nor account."
        problem: Literal["ambiguous", "no_code"] = "ambiguous" if candidates else "no_code"
        meaning = CodeMeaning(problem=problem, reason=f"{why} {self.fallback.label} is empty.")
        return _with_history(meaning, passed_over, candidates)


def make_reader(maps: Maps, defaults: Defaults, budget: Iterable[BudgetCode], fallback: Fallback) -> Reader:
    """The reader for one project, whose budget codes are `budget`."""
    codes = {each.id: each for each in budget}
    return Reader(
        maps=maps,
        defaults=defaults,
        fallback=fallback,
        budget=codes,
        classes=_class_uses(maps, codes.values()),
        items=_uses(ITEM_MAPS, maps, defaults, codes.values()),
        accounts=_uses(ACCOUNT_MAPS, maps, defaults, codes.values()),
        class_links=_left_by_right(maps, COST_CODE_CLASS.key),
        item_links=_left_by_right(maps, ITEM_MAPS.code.key),
        type_classes=_left_by_right(maps, COST_TYPE_CLASS.key),
    )


def _uses(kinds: CodeMaps, maps: Maps, defaults: Defaults, budget: Iterable[BudgetCode]) -> dict[str, list[Use]]:
    """Each account, or item, to the budget codes whose costs are posted there."""
    found: dict[str, list[Use]] = defaultdict(list)
    for each in budget:
        for cost_type in each.cost_types or ("",):
            hit = find_target(kinds, each.code, maps, cost_code_id=each.id, cost_type=cost_type, defaults=defaults)
            if hit is not None:
                found[hit[0].id].append(Use(each, cost_type))
    return dict(found)


def _class_uses(maps: Maps, budget: Iterable[BudgetCode]) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = defaultdict(list)
    for each in budget:
        targets = (maps.find(COST_CODE_CLASS, key) for key, _ in code_and_divisions(each.code))
        hit = next((target for target in targets if target is not None), None)
        if hit is not None:
            found[hit.id].append(Use(each, ""))
    return dict(found)


def _left_by_right(maps: Maps, kind_key: str) -> dict[str, str]:
    """Right id to left id of a one-to-one kind."""
    return {target.id: left_id for (kind, left_id), target in maps.links.items() if kind == kind_key}


def _ambiguous(named: str, codes: Sequence[BudgetCode]) -> CodeMeaning:
    texts = tuple(sorted(each.text for each in codes))
    shown = ", ".join(texts[:NAMED_CANDIDATES])
    more = f" and {len(texts) - NAMED_CANDIDATES} more" if len(texts) > NAMED_CANDIDATES else ""
    reason = f"{_capital(named)} is used by {len(texts)} cost codes of this project: {shown}{more}."
    return CodeMeaning(problem="ambiguous", reason=reason, candidates=texts)


def _with_history(meaning: CodeMeaning, passed_over: Sequence[str], candidates: tuple[str, ...]) -> CodeMeaning:
    return CodeMeaning(
        key=meaning.key,
        budget_code_id=meaning.budget_code_id,
        rule=meaning.rule,
        reason=meaning.reason,
        problem=meaning.problem,
        cost_type=meaning.cost_type,
        passed_over=tuple(passed_over),
        candidates=candidates,
    )


def _why_no_type(by_class: bool, line: BooksLine) -> str:
    if by_class and line.class_id:
        return f"Class {line.class_name or line.class_id} is not mapped to a cost type, and no default is chosen."
    if by_class:
        return "The line has no class to say its cost type, and no default is chosen."
    return "No default cost type is chosen."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
