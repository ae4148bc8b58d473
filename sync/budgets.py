"""The budget of a Procore project for one run: its budget codes, and the cost codes it has of its own."""

from __future__ import annotations

from connectors.errors import Missing, NoPermission
from connectors.procore import resources as procore
from connectors.procore.records_costs import WbsCode
from mapping.budgets import BudgetLine, ProjectBudget, make_budget
from mapping.directory.refreshing import refresh_project_codes
from mapping.models import RemoteItem
from sync.work import Work


def load_budget(work: Work, project_id: str) -> ProjectBudget:
    """Read once per run. A project that the connected user may not see says so, and nothing else."""
    if project_id not in work.budgets:
        work.budgets[project_id] = _read(work, project_id)
    return work.budgets[project_id]


def _read(work: Work, project_id: str) -> ProjectBudget:
    try:
        pages = work.procore.list(procore.BUDGET_CODES, project_id=project_id)
        found = [WbsCode.from_wire(row) for page in pages for row in page]
    except (Missing, NoPermission):
        return ProjectBudget(project_id, is_visible=False)
    lines = tuple(_line(code) for code in found if code is not None)
    codes = set(_own_codes(work, project_id))
    if any(line.cost_code_id not in codes for line in lines) or not codes:
        refresh_project_codes(work.procore.connection, [project_id])
        work.forget_mapping()
        codes = set(_own_codes(work, project_id))
    return make_budget(project_id, lines, tuple(sorted(codes)))


def _line(code: WbsCode) -> BudgetLine:
    budget = code.budget
    return BudgetLine(code.id, budget.cost_code_id, budget.cost_type_id, budget.cost_type, budget.is_active)


def _own_codes(work: Work, project_id: str) -> list[str]:
    rows = RemoteItem.objects.filter(
        connection=work.procore.connection,
        resource=procore.PROJECT_COST_CODES.key,
        project_id=project_id,
        vanished_at__isnull=True,
    )
    return list(rows.values_list("remote_id", flat=True))
