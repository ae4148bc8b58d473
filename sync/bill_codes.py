"""What a bill may be told of its tax and of the day it takes, and what QuickBooks refuses of a document."""

from __future__ import annotations

from sync.code import Code

BILLS = (
    Code(
        "tax_code_not_mapped",
        "blocked",
        "Tax code {subject} is not mapped. Map it and this goes on.",
        "map_tag",
        "Map the tax code",
    ),
    Code(
        "tax_code_inactive",
        "blocked",
        "Tax code {subject} is mapped to {target}, which is inactive in QuickBooks. Map it to another.",
        "map_tag",
        "Map another",
    ),
    Code(
        "tax_code_not_set",
        "blocked",
        "{subject} is not set, and a line names no tax code of its own.",
        "defaults",
        "Set the code",
    ),
    Code(
        "retention_tax_not_set",
        "blocked",
        "{subject} is not set, and tax falls on the amount before retention.",
        "defaults",
        "Set the code",
    ),
    Code(
        "tax_differs",
        "held",
        "The tax codes make {computed} of tax, Procore has {stated}. Check the codes and the setting Tax and "
        "retention, or post it with the tax QuickBooks works out.",
        "document",
        "Look at the figures",
    ),
    Code(
        "tax_differs_after_posting",
        "posted_with_warnings",
        "QuickBooks made {books} of tax, {planned} was expected. A tax code or its rate does not fit.",
        "document",
        "Look at both",
    ),
    Code(
        "vendor_currency_differs",
        "blocked",
        "Vendor {subject} is kept in {currency} in QuickBooks, and the invoice is in {home}. Map a vendor in {home}.",
        "map_contact",
        "Map another vendor",
    ),
    Code(
        "books_closed_waits",
        "waiting",
        "It is dated {date} and the books are closed to {closed}. It goes on by itself when they are reopened.",
    ),
    Code(
        "moved_to_open_day",
        "posted_with_warnings",
        "Dated {date} in Procore, posted on {posted}, the first open day.",
    ),
)

# What QuickBooks refuses of a document, told by its error code.
REFUSALS = (
    Code(
        "text_refused",
        "rejected",
        "QuickBooks refused a text that is too long for it: {vendor_text}",
        "open_source",
        "Shorten it at the source",
    ),
    Code(
        "amount_refused",
        "rejected",
        "QuickBooks refused an amount: {vendor_text}",
        "open_source",
        "Check the amounts",
    ),
    Code(
        "tax_code_refused",
        "rejected",
        "QuickBooks refused a tax code: {vendor_text}",
        "mapping",
        "Check the tax codes",
    ),
    Code(
        "account_refused",
        "rejected",
        "QuickBooks does not take an account or product on this kind of line: {vendor_text}",
        "mapping",
        "Map another",
    ),
    Code(
        "settled_there",
        "rejected",
        "{subject} is matched to the bank or part of a deposit, so QuickBooks lets nobody change it. Undo that there, "
        "then check again.",
        "document",
        "Check again",
    ),
)
