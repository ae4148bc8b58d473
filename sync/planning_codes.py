"""What a rule may say of a document it plans: what must be mapped or chosen first, and which defaults were used."""

from __future__ import annotations

from sync.code import Code

# What must be mapped or chosen first.
MAPPING = (
    Code(
        "vendor_not_mapped",
        "blocked",
        "Vendor {subject} is not mapped. Map it and this goes on.",
        "map_contact",
        "Map the vendor",
    ),
    Code(
        "vendor_missing",
        "blocked",
        "The invoice has no vendor in Procore. Choose one on its commitment.",
        "open_source",
        "Open in Procore",
    ),
    Code(
        "vendor_inactive",
        "blocked",
        "Vendor {subject} is inactive in QuickBooks. Make it active, or map another.",
        "map_contact",
        "Map another vendor",
    ),
    Code(
        "project_not_mapped",
        "waiting",
        "Waits until project {subject} is in QuickBooks. It goes on by itself.",
        "map_project",
        "Open the project",
    ),
    Code(
        "project_inactive",
        "blocked",
        "Sub-customer {subject} is inactive in QuickBooks. Make it active, or map another.",
        "map_project",
        "Map another",
    ),
    Code(
        "code_not_mapped",
        "blocked",
        "Cost code {subject} is not mapped and {default} is empty.",
        "map_code",
        "Map the cost code",
    ),
    Code(
        "code_unknown",
        "blocked",
        "{subject} has no cost code we know and {default} is empty.",
        "defaults",
        "Set the code",
    ),
    Code(
        "code_inactive",
        "blocked",
        "Cost code {subject} is mapped to {target}, which is inactive in QuickBooks. Map it to another.",
        "map_code",
        "Map another",
    ),
    Code(
        "line_item_type_not_set",
        "blocked",
        "Default Line Item Type is not chosen, so bill lines cannot be coded.",
        "defaults",
        "Choose it",
    ),
    Code(
        "bill_code_not_set",
        "blocked",
        "Set QB Bill Account Code in Settings, Defaults. {amount} of {what} goes there.",
        "defaults",
        "Set the code",
    ),
    Code(
        "retained_code_not_set",
        "blocked",
        "Set QB Retention Payable Retained Code in Settings, Defaults. The invoice holds {amount} of retention.",
        "defaults",
        "Set the code",
    ),
    Code(
        "released_code_not_set",
        "blocked",
        "Set QB Retention Payable Released Code in Settings, Defaults. The invoice releases {amount} of retention.",
        "defaults",
        "Set the code",
    ),
    Code(
        "default_inactive",
        "blocked",
        "{subject} is {chosen}, which is inactive in QuickBooks. Choose another.",
        "defaults",
        "Choose another",
    ),
    Code(
        "bill_code_used",
        "posted_with_warnings",
        "{amount} used {default} because {subject} is not mapped.",
        "map_code",
        "Map the cost code",
    ),
    Code(
        "tax_line_used",
        "posted_with_warnings",
        "{amount} of tax used {default} because the invoice has no cost line to carry it.",
    ),
    Code("currency_differs", "blocked", "The invoice is in {subject}, the books are in {home}. Enter it by hand."),
    Code(
        "date_missing",
        "blocked",
        "The invoice has neither a billing date nor an end of its period. Enter one in Procore.",
        "open_source",
        "Open in Procore",
    ),
    Code("other_date_used", "posted_with_warnings", "Dated {date}, the {used}, because the invoice has no {wanted}."),
    Code(
        "books_closed_date",
        "blocked",
        "It is dated {date} and the books are closed to {closed}. Reopen the period, or change the date in Procore.",
        "open_source",
        "Open in Procore",
    ),
)

# Claims of a contract come in order, on top of a confirmed opening balance.
CLAIMS = (
    Code("not_approved", "ineligible", "Not approved in Procore yet. It crosses when it is."),
    Code("before_start_date", "ineligible", "Dated before the start date, inside the opening balance."),
    Code("nothing_to_post", "ineligible", "Nothing is billed on this invoice."),
    Code(
        "previous_not_posted",
        "waiting",
        "Waits for invoice {subject} of the same contract. It goes on by itself.",
    ),
    Code(
        "opening_not_confirmed",
        "blocked",
        "The opening balance of {subject} is not confirmed.",
        "opening",
        "Confirm the opening balance",
    ),
    Code(
        "opening_missing",
        "blocked",
        "Earlier invoices of {subject} lie before the start date, and its opening balance was never read.",
        "opening",
        "Read opening balances",
    ),
    Code(
        "not_in_opening",
        "blocked",
        "Invoice {number} of {subject} lies before the start date and is not in its opening balance. "
        "Read opening balances again.",
        "opening",
        "Read opening balances",
    ),
    Code(
        "previous_changed",
        "held",
        "An earlier invoice of {subject} was changed or deleted after it was posted. The books have {books} {figure}, "
        "Procore starts from {procore}. Post the difference of {difference} as a labelled line, or leave it out.",
        "document",
        "Look at the difference",
    ),
    Code(
        "catch_up_posted",
        "posted_with_warnings",
        "Labelled lines make up for earlier invoices that changed after posting: "
        "{cost} of cost, {retention} of retention held.",
    ),
    Code(
        "totals_differ",
        "blocked",
        "{subject} comes to {lines}, Procore's own figure is {figure}. Nothing was posted.",
        "open_source",
        "Open in Procore",
    ),
)

PROJECTS_AND_CONTACTS = (
    Code(
        "customer_field_missing",
        "waiting",
        "Procore's project settings have no field Customer. Add it, and this goes on.",
        "guide_customer_field",
        "Show the steps",
    ),
    Code(
        "customer_not_set",
        "waiting",
        "Waits for the project's Customer field in Procore. It goes on by itself.",
        "open_source",
        "Open in Procore",
    ),
    Code(
        "customer_unknown",
        "blocked",
        "The project's Customer field says {subject}, and no company of the Procore directory is called so.",
        "open_source",
        "Open in Procore",
    ),
    Code(
        "customer_not_mapped",
        "waiting",
        "Waits until company {subject} is mapped to a QuickBooks customer.",
        "map_contact",
        "Map the company",
    ),
    Code(
        "customer_is_vendor",
        "blocked",
        "Company {subject} is mapped as a vendor. A project needs a customer.",
        "map_contact",
        "Link a customer",
    ),
    Code(
        "customer_inactive",
        "blocked",
        "Customer {subject} is inactive in QuickBooks. Make it active, or map another.",
        "map_contact",
        "Map another customer",
    ),
    Code("project_archived", "ineligible", "The project is inactive in Procore."),
    Code("inactive_here", "ineligible", "{subject} is inactive in {system}, so it was not sent."),
    Code("already_mapped", "ineligible", "{subject} is mapped already."),
    Code(
        "not_a_company",
        "ineligible",
        "{subject} is a job of another customer. In Procore that is a project, not a company.",
    ),
    Code(
        "name_exists",
        "blocked",
        "{subject} exists in {there} already. Link it instead of making another.",
        "map_contact",
        "Link it",
    ),
    Code(
        "name_taken",
        "blocked",
        "Another project is {subject} in QuickBooks already. Give this one another name or a number in Procore.",
        "open_source",
        "Open in Procore",
    ),
    Code("name_missing", "blocked", "It has no name.", "open_source", "Open it"),
    Code(
        "is_division",
        "ineligible",
        "{subject} is a division, and no cost is booked on it. Push the cost codes under it.",
    ),
    Code(
        "account_not_chosen",
        "blocked",
        "{subject} is not set, and a product or service needs the account.",
        "defaults",
        "Choose the account",
    ),
    Code(
        "account_inactive",
        "blocked",
        "Account {subject} is inactive in QuickBooks. Map the cost code to another.",
        "map_code",
        "Map another account",
    ),
    Code(
        "name_changed", "posted_with_warnings", "QuickBooks could not take the name as it is, so it became {subject}."
    ),
    Code(
        "address_left_out",
        "posted_with_warnings",
        "{subject} is not a state or country code Procore accepts, so it was left out.",
    ),
    Code("email_left_out", "posted_with_warnings", "{subject} is not an e-mail address, so it was left out."),
)
