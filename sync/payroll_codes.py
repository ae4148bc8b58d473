"""What may be said of labour cost on its way to Procore."""

from __future__ import annotations

from sync.code import Code

PAYROLL = (
    Code(
        "labour_from_other",
        "ineligible",
        "Labour cost comes from another place, as set in Where labour cost comes from.",
    ),
    Code("payroll_without_hours", "ineligible", "It has no hours and no amount for this project."),
    Code("payroll_rows_gone", "ineligible", "No row of a payroll file counts for it any more."),
    Code(
        "payroll_rate_missing",
        "blocked",
        "{subject} has {hours} hours and no cost rate. Enter what an hour costs, and this goes on.",
        "open_source",
        "Open in QuickBooks",
    ),
    Code(
        "payroll_in_expenses",
        "waiting",
        "Lines of {subject} stand in Procore as an expense. This waits until they are taken off there.",
    ),
    Code(
        "labour_counted_elsewhere",
        "held",
        "Labour cost of project {subject} up to {until} came from {place}. From both places it would be counted "
        "twice. Post it if this is other work, or leave it out.",
        "document",
        "Decide",
    ),
    Code(
        "employee_not_mapped",
        "posted_with_warnings",
        "{subject} is not mapped to a Procore employee, so the cost names the employee in its description only.",
        "map_employee",
        "Map the employee",
    ),
    Code(
        "payroll_names_nobody",
        "posted_with_warnings",
        "It says nobody who worked, so the cost in Procore names no employee.",
    ),
)
