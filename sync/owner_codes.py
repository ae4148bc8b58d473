"""What a rule may say of an owner invoice, of its payments, and of an estimate."""

from __future__ import annotations

from sync.code import Code

OWNERS = (
    Code(
        "owner_missing",
        "posted_with_warnings",
        "Prime contract {subject} names no owner, so its customer could not be compared with the project's.",
    ),
    Code(
        "owner_differs",
        "blocked",
        "Prime contract {subject} is with {owner}, and the project's sub-customer belongs to another customer in "
        "QuickBooks. Correct one of the two.",
        "map_project",
        "Open the project",
    ),
    Code(
        "revenue_code_inactive",
        "blocked",
        "Cost code {subject} is mapped to {target} for owner invoices, which is inactive in QuickBooks. "
        "Map it to another.",
        "map_code",
        "Map another",
    ),
    Code(
        "invoice_code_not_set",
        "blocked",
        "Set QB Invoice Account Code in Settings, Defaults. {amount} of {what} goes there.",
        "defaults",
        "Set the code",
    ),
    Code(
        "invoice_code_used",
        "posted_with_warnings",
        "{amount} used QB Invoice Account Code because {subject} is not mapped for owner invoices.",
        "map_code",
        "Map the cost code",
    ),
    Code(
        "receivable_retained_not_set",
        "blocked",
        "Set QB Retention Receivable Retained Code in Settings, Defaults. The invoice holds {amount} of retention.",
        "defaults",
        "Set the code",
    ),
    Code(
        "receivable_released_not_set",
        "blocked",
        "Set QB Retention Receivable Released Code in Settings, Defaults. The invoice releases {amount} of retention.",
        "defaults",
        "Set the code",
    ),
    Code(
        "carrier_missing",
        "waiting",
        "Waits until QuickBooks has a product or service for account {subject}, which is being made. "
        "It goes on by itself.",
    ),
    Code(
        "carrier_inactive",
        "blocked",
        "Product or service {subject} stands for account {account} on invoices and is inactive in QuickBooks. "
        "Make it active there.",
        "document",
        "Check again",
    ),
    Code(
        "carrier_account_inactive",
        "blocked",
        "Account {subject} is inactive in QuickBooks. Make it active there, or have what uses it go to another.",
        "mapping",
        "Check the mapping",
    ),
    Code(
        "sales_tax_off",
        "blocked",
        "The invoice carries {amount} of tax, and sales tax is off in QuickBooks. Switch it on there.",
    ),
    Code(
        "sales_tax_differs",
        "held",
        "By its tax codes QuickBooks would charge {computed} of tax, Procore has {stated}. "
        "Correct the tax codes, or post it anyway.",
        "document",
        "Decide",
    ),
    Code("credit_memo_not_counted", "ineligible", "Credit memos of ours count on neither invoice, as Settings say."),
    Code(
        "sales_tax_sign",
        "blocked",
        "The invoice comes to {amount} and its tax has the other sign. Enter it by hand.",
    ),
)
