"""The budget codes of one Procore project, frozen for the rules that write costs to it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A budget code: one of the project's own cost codes with one cost type, named by id and by its code ("S")."""

    id: str
    cost_code_id: str
    cost_type_id: str
    cost_type: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class ProjectBudget:
    """What a project can carry cost on. `codes` are all its own cost codes, budgeted or not, by id.

    `is_visible`: the connected user may see the project.
    """

    project_id: str
    lines: tuple[BudgetLine, ...] = ()
    codes: tuple[str, ...] = ()
    is_visible: bool = True
    by_pair: Mapping[tuple[str, str], BudgetLine] = field(default_factory=dict, compare=False)

    def find(self, cost_code_id: str, cost_type_id: str) -> BudgetLine | None:
        return self.by_pair.get((cost_code_id, cost_type_id))


def make_budget(project_id: str, lines: tuple[BudgetLine, ...], codes: tuple[str, ...]) -> ProjectBudget:
    by_pair = {(line.cost_code_id, line.cost_type_id): line for line in lines}
    return ProjectBudget(project_id, lines, codes, by_pair=by_pair)
