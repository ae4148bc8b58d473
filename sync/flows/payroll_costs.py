"""Hours, payroll journals and payroll files become payroll direct costs in Procore."""

from __future__ import annotations

from connectors.procore.documents_costs import DirectCost
from connectors.qbo import resources as qbo
from connectors.qbo.records_time import TimeActivity
from mapping.defaults import (
    CLASS_TYPE,
    CODE_KEY,
    DEFAULT_COST_TYPE,
    FOLLOW_DELETED_COSTS,
    HIDE_EMPLOYEES,
    ITEMS_IN_QUICKBOOKS,
    LABOUR_COST_TYPE,
    LABOUR_SOURCE,
    LINE_ITEM_TYPE,
    LOCK_OUR_RECORDS,
    MISSING_BUDGET_CODES,
    PAYROLL_ACCOUNTS,
    PROCORE_PAYROLL_CODE,
    Defaults,
)
from mapping.kinds import (
    EMPLOYEE,
    EMPLOYEE_VENDOR,
    VENDOR,
)
from mapping.maps import LeftSide, Maps
from smoothx.lib.text import collapse_spaces, stable_hash
from sync.flow import Description, Flow
from sync.flows import _waits
from sync.flows._cost_parts import (
    check_project,
    find_customers_project,
    is_before_start,
    name_booked_lines,
    remove_gone,
)
from sync.flows._cost_targets import make_targets
from sync.flows._labour import NOUNS, PLACES, PayrollPart, lacks_rate
from sync.flows._lookups import COST_TO_PROCORE
from sync.plan import Notes, Plan

ANYWAY = "post_anyway"
NOBODY = LeftSide("", "")


def payroll_cost_for(part: PayrollPart, maps: Maps, defaults: Defaults) -> Plan[DirectCost]:
    """The payroll cost of one source for one project, or all that keeps it from being one.

    Hours stand with their rate, anything else as an amount. A line without a cost code, or with one that leads
    nowhere, takes Procore Payroll Code with a warning; hours without a rate stop it. What is no cost of the project
    any more takes its direct cost away.
    """
    notes = Notes()
    if part.gone is not None:
        return remove_gone(part.gone, maps, defaults, notes)
    reason = _exclude(part, maps, defaults)
    if reason:
        return notes.remove(reason, part.name)
    project = _find_project(part, maps, notes)
    _check(part, project, maps, defaults, notes)
    employee, vendor = _find_worker(part, maps, defaults, notes)
    if project is None:
        return notes.blocked()
    budget = maps.budgets[project.project_id]
    targets = make_targets(
        maps,
        defaults,
        notes,
        budget,
        project_name=project.name,
        sub_job_id=project.id if project.id != project.project_id else "",
        default_code=PROCORE_PAYROLL_CODE,
        default_type=LABOUR_COST_TYPE,
    )
    lines = targets.make_lines((line, line.amount) for line in part.counted)
    named = name_booked_lines(part.counted)
    if notes.blockers or part.date is None:
        return notes.blocked(named)
    mark = f"Smoothx {stable_hash('payroll_costs', part.kind, part.source_id, part.part, length=10)}"
    return notes.plan(
        DirectCost(
            project_id=project.project_id,
            project_name=project.name,
            kind="payroll",
            vendor_id=vendor.id,
            vendor_name=vendor.name,
            employee_id=employee.id,
            employee_name=employee.name,
            number=part.number,
            date=part.date,
            lines=lines,
            memo=_make_memo(part, defaults, mark, is_named=bool(employee.id or vendor.id)),
            mark=mark,
            is_locked=defaults.says(LOCK_OUR_RECORDS, "yes"),
        ),
        named,
    )


def _exclude(part: PayrollPart, maps: Maps, defaults: Defaults) -> str:
    """Why it is no labour cost of a project by this way; "" when it is. What is posted goes on following its source,
    wherever labour cost comes from now."""
    if not maps.posted and not defaults.says(LABOUR_SOURCE, part.kind):
        return "labour_from_other"
    if not part.counted:
        return "cost_part_gone" if maps.posted else _say_nothing_counts(part)
    return "cost_before_start" if is_before_start(part.date, maps) else ""


def _say_nothing_counts(part: PayrollPart) -> str:
    return "payroll_rows_gone" if part.kind == "file" and not part.lines else "payroll_without_hours"


def _find_project(part: PayrollPart, maps: Maps, notes: Notes) -> LeftSide | None:
    if part.project is not None:
        return check_project(part.project, maps, notes, again=[])
    name = next((line.customer.name for line in part.lines if line.customer.id == part.part), "")
    return find_customers_project(part.part, name or part.part, maps, notes)


def _check(part: PayrollPart, project: LeftSide | None, maps: Maps, defaults: Defaults, notes: Notes) -> None:
    for line in part.counted:
        if lacks_rate(line):
            notes.block("payroll_rate_missing", part.name, hours=f"{line.hours:.2f}")
    if part.date is None:
        notes.block("cost_date_missing", part.name)
    if part.currency and part.currency != defaults.home_currency:
        notes.block("cost_currency_differs", part.currency, home=defaults.home_currency)
    if part.held:
        notes.block("payroll_in_expenses", part.name, waits_for=_waits.posted("expenses", part.source_id))
    other = part.elsewhere
    is_twice = other is not None and part.date is not None and part.date <= other.until
    if other is not None and is_twice and ANYWAY not in maps.approvals:
        named = project.name if project is not None else ""
        place, again = PLACES[other.kind], [_waits.default(LABOUR_SOURCE)]
        notes.block("labour_counted_elsewhere", named, also_lifted_by=again, until=other.until, place=place)


def _find_worker(part: PayrollPart, maps: Maps, defaults: Defaults, notes: Notes) -> tuple[LeftSide, LeftSide]:
    """The Procore employee, else the company paid for the work; nobody where names are left off or not known."""
    worker = part.worker
    if defaults.says(HIDE_EMPLOYEES, "yes") or part.kind == "journal":
        return NOBODY, NOBODY
    if part.person is not None:
        return part.person, NOBODY
    if not worker.name:
        notes.warn("payroll_names_nobody")
        return NOBODY, NOBODY
    kind = EMPLOYEE_VENDOR if worker.side == "vendor" else EMPLOYEE
    employee = maps.find_left(kind, worker.id)
    if employee is not None and employee.is_active:
        return employee, NOBODY
    vendor = maps.find_left(VENDOR, worker.id) if worker.side == "vendor" else None
    if vendor is not None and vendor.is_active:
        return NOBODY, vendor
    notes.warn("employee_not_mapped", worker.name)
    return NOBODY, NOBODY


def _make_memo(part: PayrollPart, defaults: Defaults, mark: str, *, is_named: bool) -> str:
    """Where it comes from, who worked where no field says it, what somebody wrote, and the mark by which a lost answer
    is found."""
    noun = f"{NOUNS[part.kind]} {part.number}".strip()
    is_told = bool(part.worker.name) and not is_named and not defaults.says(HIDE_EMPLOYEES, "yes")
    source = f"{noun} of {part.worker.name}" if is_told else noun
    words = collapse_spaces(part.memo)[:200].rstrip(".")
    return ". ".join(text for text in (source, words, mark) if text)


def describe_payroll_cost(part: PayrollPart) -> Description:
    gone = part.gone
    if gone is not None:
        return Description(
            number=gone.number,
            title=gone.title,
            party=gone.vendor_name,
            party_id=gone.vendor_id,
            document_date=gone.date,
            amount=gone.amount,
        )
    return Description(
        number=(part.number or part.name)[:100],
        title=part.name,
        party=part.worker.name,
        party_id=part.worker.id,
        amount=part.amount,
        document_date=part.date,
    )


def split_by_project(record: TimeActivity) -> tuple[str, ...]:
    """The customers a time activity or a journal entry is for. What names none is overhead."""
    return record.customers


FLOW = Flow(
    key="payroll_costs",
    label="Payroll to payroll costs",
    noun="Payroll cost",
    source="qbo",
    reads=qbo.TIME_ACTIVITIES,
    rule=payroll_cost_for,
    describe=describe_payroll_cost,
    splits=split_by_project,
    needs=(EMPLOYEE, EMPLOYEE_VENDOR, *COST_TO_PROCORE),
    uses=(
        LABOUR_SOURCE,
        PAYROLL_ACCOUNTS,
        PROCORE_PAYROLL_CODE,
        LABOUR_COST_TYPE,
        DEFAULT_COST_TYPE,
        HIDE_EMPLOYEES,
        LINE_ITEM_TYPE,
        CODE_KEY,
        ITEMS_IN_QUICKBOOKS,
        CLASS_TYPE,
        MISSING_BUDGET_CODES,
        FOLLOW_DELETED_COSTS,
        LOCK_OUR_RECORDS,
    ),
    after=("contacts_to_procore", "projects"),
    screen="labour",
    # Labour cost that comes from two places is counted twice: somebody has to say first where it comes from.
    is_on_at_first=False,
    help="Labour cost of projects becomes payroll costs in Procore: of the hours in QuickBooks, of payroll journal "
    "entries, or of a payroll file.",
)
