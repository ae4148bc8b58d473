"""What may be said of costs that cross: direct costs that become bills, expenses that become direct costs."""

from __future__ import annotations

from sync.code import Code

# Costs entered in QuickBooks.
EXPENSES = (
    Code("cost_is_ours", "ineligible", "Made from Procore, so it does not go back as a direct cost."),
    Code("journals_off", "ineligible", "Journal entries stay in QuickBooks, as set in Settings, Expenses."),
    Code(
        "cost_of_order",
        "ineligible",
        "Entered against a purchase order that came from Procore. It goes back to its commitment.",
    ),
    Code("cost_part_gone", "ineligible", "No line of it is cost of this project any more."),
    Code("no_cost_here", "ineligible", "No line of it is cost of this customer."),
    Code("cost_before_start", "ineligible", "Dated before the start date."),
    Code("deleted_in_quickbooks", "ineligible", "Deleted in QuickBooks."),
    Code(
        "cost_source_deleted",
        "held",
        "{subject} was deleted in QuickBooks, and its direct cost is still in Procore. Keep it, or delete it too.",
        "document",
        "Decide",
    ),
    Code(
        "customer_not_a_project",
        "waiting",
        "Waits until customer {subject} is mapped to a project. It goes on by itself.",
        "map_project",
        "Map the project",
    ),
    Code(
        "procore_project_inactive",
        "blocked",
        "Project {subject} is inactive in Procore. Make it active, or map the customer to another.",
        "map_project",
        "Map another",
    ),
    Code(
        "procore_project_hidden",
        "blocked",
        "The connected Procore user may not see project {subject}. Give that user access to it, and check again.",
        "access",
        "Open access",
    ),
    Code(
        "cost_moved_project",
        "held",
        "Its customer is mapped to {subject} now, and the direct cost stands in {other}. Map it back, or leave it "
        "where it is.",
        "document",
        "Decide",
    ),
    Code(
        "procore_vendor_inactive",
        "blocked",
        "Company {subject} is inactive in Procore. Make it active, or map another.",
        "map_contact",
        "Map another",
    ),
    Code(
        "payee_missing",
        "blocked",
        "{subject} names no vendor and {default} is empty. Choose one, or name the vendor in QuickBooks.",
        "defaults",
        "Choose a vendor",
    ),
    Code(
        "cost_currency_differs",
        "blocked",
        "It is in {subject}, the books are in {home}. Enter it in Procore by hand.",
    ),
    Code("cost_date_missing", "blocked", "{subject} has no date. Enter one, and this goes on."),
    Code(
        "cost_totals_differ",
        "blocked",
        "The lines of {subject} come to {lines} with tax, its total is {figure}. Nothing was posted.",
        "open_source",
        "Open in QuickBooks",
    ),
    Code(
        "cost_tax_unclear",
        "blocked",
        "{subject} holds {amount} of tax inside lines with several tax codes, so the cost of each is not known. "
        "Enter the amounts without tax.",
        "open_source",
        "Open in QuickBooks",
    ),
    Code(
        "cost_type_not_set",
        "blocked",
        "Nothing goes to Procore without a cost type. {why} Choose {subject}.",
        "defaults",
        "Choose a cost type",
    ),
    Code(
        "procore_code_unclear",
        "blocked",
        "{subject} leads to no cost code. {why} Set {default}, or map it.",
        "defaults",
        "Set the code",
    ),
    Code(
        "procore_code_used",
        "posted_with_warnings",
        "{amount} used {default} because {subject} leads to no cost code of the project.",
        "map_code",
        "Map the cost code",
    ),
    Code(
        "code_not_in_project",
        "blocked",
        "Project {project} lacks cost code {subject}. Add it to the project in Procore, and check again.",
    ),
    Code(
        "budget_code_missing",
        "blocked",
        "Project {project} has no budget code for {subject} with cost type {cost_type}. Add it in Procore, or have it "
        "made: Settings, Expenses.",
        "defaults",
        "Open the settings",
    ),
    Code(
        "budget_code_inactive",
        "blocked",
        "The budget code of {subject} with cost type {cost_type} is inactive in project {project}. Make it active.",
    ),
    Code("budget_code_made", "posted_with_warnings", "Budget code {subject} was added to project {project}."),
    Code(
        "other_code_used",
        "posted_with_warnings",
        "{subject} was used, because project {project} lacks the code that was meant.",
    ),
)

# Direct costs entered in Procore.
DIRECT_COSTS = (
    Code("kind_not_carried", "ineligible", "Direct costs of this type do not go to QuickBooks."),
    Code("made_from_books", "ineligible", "Made from QuickBooks or from labour, so it does not go back as a bill."),
    Code("cost_without_vendor", "ineligible", "It names no vendor, so there is nobody to owe a bill to."),
    Code(
        "cost_lines_missing",
        "blocked",
        "Procore showed {read} of its {count} lines. Check again, and nothing is posted until all are there.",
        "document",
        "Try again",
    ),
    Code(
        "paid_in_procore",
        "posted_with_warnings",
        "Procore says that it was paid on {date}. The bill stays open until a payment is entered in QuickBooks.",
    ),
)
